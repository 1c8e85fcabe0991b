"""The report as an Excel workbook: a sheet per table, number formats, charts, a what-if that recalculates."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from workbench.export.report import Report
from workbench.export.tables import Cell, Column, Format, Table
from workbench.export.what_if_sheet import add_what_if, print_on_one_width

_HEAD_FILL = PatternFill("solid", fgColor="E1EEFA")
_WIDEST = 60
_HEAD_ROW = 4
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def workbook_bytes(report: Report) -> bytes:
    """Bytes of the .xlsx file."""
    book = Workbook()
    sheets: dict[str, Worksheet] = {}
    for number, table in enumerate(report.tables):
        sheet = book.worksheets[0] if number == 0 else book.create_sheet()
        sheet.title = table.title
        sheets[table.title] = sheet
        _fill(sheet, table, report.journey.currency)
        if table.title == "Overview":
            _format_overview(sheet, report.journey.currency)
    add_what_if(book, report)
    _add_charts(sheets, report)
    book.properties.title = report.journey.name
    book.properties.creator = "Breadcrumb"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def number_format(kind: Format, currency: str) -> str:
    """Excel's number format of a column."""
    symbol = {"USD": '"$"', "EUR": '"€"', "GBP": '"£"'}.get(currency, f'"{currency} "')
    return {
        Format.TEXT: "General",
        Format.COUNT: "#,##0",
        Format.RATE: "0.0%",
        Format.MONEY: f"{symbol}#,##0.00",
        Format.NUMBER: "#,##0.###",
    }[kind]


def safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula gets an apostrophe, so that data never becomes code."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell


def _fill(sheet: Worksheet, table: Table, currency: str) -> None:
    sheet["A1"] = table.title
    sheet["A1"].font = Font(size=15, bold=True)
    sheet["A2"] = safe(table.note)
    sheet["A2"].font = Font(italic=True, color="556273")
    for number, column in enumerate(table.columns, start=1):
        cell = sheet.cell(_HEAD_ROW, number, column.title)
        cell.font = Font(bold=True)
        cell.fill = _HEAD_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for row, cells in enumerate(table.rows, start=_HEAD_ROW + 1):
        for number, (cell_value, column) in enumerate(zip(cells, table.columns, strict=True), start=1):
            filled = sheet.cell(row, number, safe(cell_value))
            filled.number_format = number_format(column.format, currency)
    sheet.freeze_panes = f"B{_HEAD_ROW + 1}"
    if table.rows:
        last = get_column_letter(len(table.columns))
        sheet.auto_filter.ref = f"A{_HEAD_ROW}:{last}{_HEAD_ROW + len(table.rows)}"
    _set_widths(sheet, table)
    print_on_one_width(sheet)


def _set_widths(sheet: Worksheet, table: Table) -> None:
    for number, column in enumerate(table.columns):
        longest = max((_length(row[number], column) for row in table.rows), default=0)
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(
            _WIDEST, max(longest, len(column.title), 9) + 2
        )


def _length(cell: Cell, column: Column) -> int:
    if cell is None:
        return 0
    return len(str(cell)) if column.format is Format.TEXT else 11


def _format_overview(sheet: Worksheet, currency: str) -> None:
    formats = {
        "People who entered": Format.COUNT,
        "Conversions": Format.COUNT,
        "Conversion rate": Format.RATE,
        "Revenue": Format.MONEY,
        "Left there": Format.COUNT,
    }
    for row in range(_HEAD_ROW + 1, sheet.max_row + 1):
        kind = formats.get(str(sheet.cell(row, 1).value))
        sheet.cell(row, 2).alignment = Alignment(horizontal="left")
        if kind is not None:
            sheet.cell(row, 2).number_format = number_format(kind, currency)


def _add_charts(sheets: dict[str, Worksheet], report: Report) -> None:
    """Native charts: people on the happy path, people lost by element."""
    happy = [report.journey.element_by_id[i].title for i in report.journey.happy_path]
    steps = sheets["Steps"]
    rows = [_HEAD_ROW + 1 + n for n, row in enumerate(report.steps.rows) if row[3]]
    if len(happy) > 1 and len(rows) == len(happy) and all(steps.cell(r, 5).value is not None for r in rows):
        _chart_path(sheets["Overview"], steps, rows)
    drop_offs = sheets["Drop-offs"]
    if report.drop_offs.rows:
        last = _HEAD_ROW + len(report.drop_offs.rows)
        chart = _bars("People lost by element", drop_offs, (3, 3), (_HEAD_ROW, last), 1)
        drop_offs.add_chart(chart, f"A{last + 3}")


def _chart_path(overview: Worksheet, steps: Worksheet, rows: list[int]) -> None:
    start = overview.max_row + 3
    overview.cell(start, 1, "Happy path").font = Font(bold=True)
    overview.cell(start, 2, "People").font = Font(bold=True)
    for offset, row in enumerate(rows, start=1):
        overview.cell(start + offset, 1, steps.cell(row, 1).value)
        overview.cell(start + offset, 2, steps.cell(row, 5).value).number_format = "#,##0"
    chart = _bars("People on the happy path", overview, (2, 2), (start, start + len(rows)), 1)
    overview.add_chart(chart, "D4")


def _bars(title: str, sheet: Worksheet, columns: tuple[int, int], rows: tuple[int, int], names: int) -> Any:
    chart = BarChart()
    chart.type = "bar"
    chart.style = 10
    chart.title = title
    chart.legend = None
    chart.gapWidth = 40
    chart.height, chart.width = 8.5, 18
    values = Reference(sheet, min_col=columns[0], max_col=columns[1], min_row=rows[0], max_row=rows[1])
    chart.add_data(values, titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=names, min_row=rows[0] + 1, max_row=rows[1]))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = False
    chart.y_axis.delete = False
    chart.y_axis.numFmt = "#,##0"
    chart.dataLabels = DataLabelList(
        showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False
    )
    chart.series[0].graphicalProperties.solidFill = "0B62A8"
    return chart
