"""The what-if sheet: volumes and rates as inputs, people and money as formulas, so that it recalculates in Excel."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from workbench.export.report import Report
from workbench.journey.element import ElementId

_INPUT = PatternFill("solid", fgColor="FFF6DC")
_HEAD = PatternFill("solid", fgColor="E1EEFA")
_TOP = 5


def add_what_if(book: Workbook, report: Report) -> None:
    """Add the sheet, unless the map has loops with a rate or rates are missing (a sheet cannot solve those)."""
    made = report.outcome
    if made is None or made.counts_visits or not made.rate or any(p.value is None for p in made.rate.values()):
        return
    sheet = book.create_sheet("What-if")
    sheet["A1"] = "What-if"
    sheet["A1"].font = Font(size=15, bold=True)
    sheet["A2"] = (
        "Change the yellow cells; people, conversions and revenue follow. Holds if later rates stay as they are."
    )
    if made.assumptions.quality_decay:
        sheet["A2"] = f"{sheet['A2'].value} Without the scenario's quality decay."
    sheet["A2"].font = Font(italic=True, color="556273")
    first_element = _TOP + 2
    rows = {i: first_element + n for n, i in enumerate(_order(report))}
    first_link = max(rows.values()) + 4
    _write_links(sheet, report, rows, first_link)
    _write_elements(sheet, report, rows, first_link)
    for column, width in zip("ABCDEFG", (30, 26, 22, 18, 20, 12, 22), strict=True):
        sheet.column_dimensions[column].width = width
    print_on_one_width(sheet)


def print_on_one_width(sheet: Worksheet) -> None:
    """Print landscape, as wide as the paper and as long as it takes."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _order(report: Report) -> list[ElementId]:
    return list(report.outcome.reach) if report.outcome else []


def _write_links(sheet: Worksheet, report: Report, rows: dict[ElementId, int], first: int) -> None:
    known = report.journey.element_by_id
    _head(sheet, first - 1, ("From", "To", "Rate as-is", "Rate in scenario", "People as-is", "People in scenario"))
    for offset, (link_id, rate) in enumerate(report.outcome.rate.items() if report.outcome else ()):
        row, link = first + offset, report.journey.link_by_id[link_id]
        sheet.cell(row, 1, known[link.source_id].title)
        sheet.cell(row, 2, known[link.target_id].title)
        sheet.cell(row, 3, rate.base).number_format = "0.00%"
        scenario = sheet.cell(row, 4, rate.value)
        scenario.number_format, scenario.fill = "0.00%", _INPUT
        source = rows[link.source_id]
        sheet.cell(row, 5, f"=C{row}*D{source}").number_format = "#,##0"
        sheet.cell(row, 6, f"=D{row}*E{source}").number_format = "#,##0"


def _write_elements(sheet: Worksheet, report: Report, rows: dict[ElementId, int], first_link: int) -> None:
    made, journey = report.outcome, report.journey
    assert made is not None
    titles = (
        "Element",
        "Entering as-is",
        "Entering in scenario",
        "People as-is",
        "People in scenario",
        "Lift",
        "Revenue in scenario",
    )
    _head(sheet, _TOP + 1, titles)
    link_rows = {link_id: first_link + offset for offset, link_id in enumerate(made.rate)}
    for element_id, row in rows.items():
        element = journey.element_by_id[element_id]
        coming = [link_rows[k.link_id] for k in journey.incoming.get(element_id, ()) if k.link_id in link_rows]
        projection = made.reach[element_id]
        base = _own_entries(report, element_id, use_base=True)
        now = _own_entries(report, element_id, use_base=False)
        sheet.cell(row, 1, element.title)
        sheet.cell(row, 2, base).number_format = "#,##0"
        entering = sheet.cell(row, 3, now)
        entering.number_format, entering.fill = "#,##0", _INPUT
        sheet.cell(row, 4, "".join((f"=B{row}", *(f"+E{r}" for r in coming)))).number_format = "#,##0"
        sheet.cell(row, 5, "".join((f"=C{row}", *(f"+F{r}" for r in coming)))).number_format = "#,##0"
        sheet.cell(row, 6, f'=IF(D{row}=0,"",E{row}/D{row}-1)').number_format = "+0.00%;-0.00%;0.00%"
        if element.value is not None and projection.value is not None:
            sheet.cell(row, 7, f"=E{row}*{element.value!r}").number_format = "#,##0.00"


def _own_entries(report: Report, element_id: ElementId, use_base: bool) -> float:
    """People who enter at an element: all there, less those who came by a link."""
    made = report.outcome
    assert made is not None
    people = made.reach[element_id].base if use_base else made.reach[element_id].value
    came = 0.0
    for link in report.journey.incoming.get(element_id, ()):
        flow = made.people.get(link.link_id)
        came += ((flow.base if use_base else flow.value) or 0.0) if flow else 0.0
    rest = (people or 0.0) - came
    return 0.0 if abs(rest) < 1e-6 else rest


def _head(sheet: Worksheet, row: int, titles: tuple[str, ...]) -> None:
    for number, title in enumerate(titles, start=1):
        cell = sheet.cell(row, number, title)
        cell.font, cell.fill = Font(bold=True), _HEAD
