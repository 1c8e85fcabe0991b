"""What leaves the house: plain tables of the report, then workbook and JSON. Only this room knows openpyxl."""
