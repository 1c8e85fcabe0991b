"""Workbooks give the table of their fullest visible sheet, from its header on."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from workbench.errors import WorkbenchError
from workbench.events.repairs import RepairKind
from workbench.events.report import ImportReport
from workbench.events.source import Choices, Sources, import_counts, import_events
from workbench.events.store import EventStore

HEADER = ["user_id", "event", "timestamp", "revenue"]
AT = dt.datetime(2021, 3, 1, 10)


def imported(path: Path, choices: Choices | None = None) -> tuple[EventStore, ImportReport]:
    name = "store" if choices is None else f"store-{choices.sheet}"
    return import_events([path], choices, folder=path.parent / name)


def saved(folder: Path, sheets: dict[str, list[list[Any]]], hidden: str = "") -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    path = folder / "given.xlsx"
    book.save(path)
    return path


def test_the_fullest_visible_sheet_is_taken(tmp_path: Path) -> None:
    rows = [HEADER, ["u1", "view", AT, None], ["u1", "buy", AT, 5]]
    path = saved(tmp_path, {"Notes": [["about"]], "Old": rows * 9, "Data": rows}, hidden="Old")
    _, report = imported(path)
    assert (report.sources[0].sheet, report.rows, report.revenue) == ("Data", 2, 5)


def test_a_sheet_may_be_chosen_by_name(tmp_path: Path) -> None:
    path = saved(tmp_path, {"A": [HEADER, ["u1", "view", AT, 1]] * 1, "B": [HEADER, ["u9", "view", AT, 2]]})
    assert list(imported(path, Choices(sheet="B"))[0].user_ids) == ["u9"]
    with pytest.raises(WorkbenchError, match="has no sheet"):
        imported(path, Choices(sheet="C"))


def test_numbers_that_are_ids_keep_no_point(tmp_path: Path) -> None:
    store, _ = imported(saved(tmp_path, {"A": [HEADER, [1234567, "view", AT, 1.5], ["007", "view", AT, 2]]}))
    assert set(store.user_ids) == {"1234567", "007"}


def test_titles_and_totals_and_blank_rows_are_no_rows(tmp_path: Path) -> None:
    rows = [["Report of March"], [], HEADER, ["u1", "view", AT, 1], [], ["u2", "buy", AT, 2], [None, "Total", None, 3]]
    _, report = imported(saved(tmp_path, {"A": rows}))
    assert (report.rows, report.revenue) == (2, 3)
    assert {str(one.kind) for one in report.repairs} >= {"title_rows", "total_row"}


def test_dates_written_as_text_are_read_too(tmp_path: Path) -> None:
    rows = [HEADER, ["u1", "view", "2021-03-01 10:00", None], ["u1", "buy", dt.date(2021, 3, 2), None]]
    store, _ = imported(saved(tmp_path, {"A": rows}))
    assert store.time_us.tolist() == [1_614_592_800_000_000, 1_614_643_200_000_000]


def test_an_empty_workbook_is_said_to_hold_nothing(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="is empty"):
        imported(saved(tmp_path, {"A": []}))


def ods(folder: Path, rows: list[list[str]]) -> Path:
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Data">{cells}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = folder / "given.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return path


def test_an_open_document_is_read_like_any_workbook(tmp_path: Path) -> None:
    path = ods(
        tmp_path, [HEADER, ["u1", "view", "2021-03-01 10:00:00", "1"], ["u2", "buy", "2021-03-01 11:00:00", "2,5"]]
    )
    _, report = imported(path)
    assert (report.sources[0].container, report.rows, report.users, report.revenue) == ("ods", 2, 2, 3.5)


def test_a_sheet_a_month_is_one_table_and_it_is_said(tmp_path: Path) -> None:
    months = {
        f"2021-0{month}": [["Report"], HEADER, *[[f"u{n}", "view", AT, month] for n in range(month)]]
        for month in (1, 2, 3)
    }
    path = saved(tmp_path, months | {"Notes": [["about", "this"], ["a", "b"]]})
    _, report = imported(path)
    said = {str(one.kind): (one.count, one.example) for one in report.repairs}
    assert (report.rows, report.users, report.revenue) == (6, 3, 14)
    assert said["sheets_joined"] == (3, "2021-01: 1 rows, 2021-02: 2 rows, 2021-03: 3 rows")
    assert said["sheet_passed_over"] == (1, "Notes")
    assert imported(path, Choices(sheet="2021-02"))[1].rows == 2


def test_a_copy_and_a_sheet_of_everything_are_not_counted_twice(tmp_path: Path) -> None:
    january, february = [["u1", "view", AT, 1]], [["u2", "buy", AT, 2], ["u3", "buy", AT, 3]]
    copies = {"Data": [HEADER, *january], "Data (2)": [HEADER, *january]}
    assert imported(saved(tmp_path, copies))[1].rows == 1
    (tmp_path / "all").mkdir()
    whole = {"All": [HEADER, *january, *february], "Jan": [HEADER, *january], "Feb": [HEADER, *february]}
    _, report = imported(saved(tmp_path / "all", whole))
    assert (report.rows, report.sources[0].sheet) == (3, "All")


def test_counts_in_a_sheet_a_month_are_added(tmp_path: Path) -> None:
    sheets = {f"M{n}": [["step", "count"], ["Visit", 10 * n], ["Buy", n]] for n in (1, 2)}
    counts = import_counts([saved(tmp_path, sheets)])
    assert [counts.count(step) for step in counts.steps] == [30, 3]


def test_long_numbers_as_ids_are_flagged_and_short_ones_are_exact(tmp_path: Path) -> None:
    path = saved(tmp_path, {"A": [HEADER, [(1 << 53) + 2, "view", AT, 1], [1234567890123456, "view", AT, 1]]})
    store, report = imported(path)
    assert set(store.user_ids) == {"9007199254740994", "1234567890123456"}
    assert {str(one.kind): one.count for one in report.repairs}["number_rounded"] == 1
    assert [one.count for one in report.quality if one.kind == "damaged_ids"] == [1]


def two_rows_of_header(folder: Path, rows: list[list[object]], *merged: str) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(folder / "given.xlsx")
    return folder / "given.xlsx"


def test_merged_cells_above_the_header_name_groups_of_columns(tmp_path: Path) -> None:
    head: list[list[object]] = [["Who", None, "What", None], ["user_id", "country", "event", "timestamp"]]
    body: list[list[object]] = [
        ["u1", "DE", "visit", "2026-01-05 10:00:00"],
        ["u2", "US", "buy", "2026-01-05 11:00:00"],
    ]
    path = two_rows_of_header(tmp_path, head + body, "A1:B1", "C1:D1")
    store, report = import_events([path], folder=tmp_path / "store")
    assert (store.n_users, report.event_totals) == (2, {"visit": 1, "buy": 1})
    assert [one.example for one in report.repairs if one.kind is RepairKind.HEADER_JOINED] == [
        "user_id, country, event, timestamp"
    ]


def test_measures_that_are_split_below_a_merged_header_become_segments(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Step", "Users", None, "Sessions", None],
        [None, "Desktop", "Mobile", "Desktop", "Mobile"],
        ["Visit", 100, 80, 120, 90],
        ["Buy", 10, 5, 11, 6],
    ]
    path = two_rows_of_header(tmp_path, rows, "A1:A2", "B1:C1", "D1:E1")
    with Sources([path]) as sources:
        counts = sources.step_counts()
    assert [counts.count("Visit", one) for one in (None, "Desktop", "Mobile")] == [180, 100, 80]
    assert (counts.counted, counts.columns) == ("Users", ("Users", "Sessions"))


def test_a_group_of_steps_above_the_header_is_passed_over(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Week", None, "Funnel", None], ["Start", "End", "Visit", "Buy"]]
    rows += [["2026-01-05", "2026-01-11", 100, 12], ["2026-01-12", "2026-01-18", 40, 5]]
    with Sources([two_rows_of_header(tmp_path, rows, "A1:B1", "C1:D1")]) as sources:
        counts = sources.step_counts()
    assert {step: counts.count(step) for step in counts.steps} == {"Visit": 140, "Buy": 17}
