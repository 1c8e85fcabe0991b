"""What leaves the house: one report, the same in every form, written whole or not at all."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import openpyxl
import pytest

from tests.builders import line
from workbench import paths
from workbench.analysis.measures import Measures
from workbench.errors import WorkbenchError
from workbench.export import definitions
from workbench.export.headless import measured_report
from workbench.export.json_report import json_text
from workbench.export.report import report_of
from workbench.export.workbook import safe, workbook_bytes
from workbench.export.write import write_report
from workbench.journey import edits
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Counting, Journey
from workbench.project import file


@pytest.fixture(scope="module")
def sample():
    path = paths.sample_data() / "shop.journey"
    return measured_report(file.load(path), path.parent)


def test_the_sample_report_holds_every_table(sample):
    titles = [table.title for table in sample.tables]
    assert titles[:6] == ["Overview", "Steps", "Links", "Drop-offs", "Dead ends", "Forecast"]
    assert all(len(row) == len(table.columns) for table in sample.tables for row in table.rows)


def test_the_planted_dead_end_is_in_the_report(sample):
    dead = [row[0] for row in sample.dead_end_rows.rows if row[1] == "dead end"]
    assert dead == ["Gift finder opened"]


def test_json_and_workbook_hold_the_same_counts(sample):
    plain = json.loads(json_text(sample))
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(sample)))
    from_book = [cell.value for cell in book["Steps"]["E"][4:]]
    assert from_book == [row["people"] for row in plain["steps"]]
    assert plain["entered"] == 9000
    assert plain["funnel"]["steps"][0]["name"] == "Landing page"


def test_the_workbook_has_charts_formats_and_formulas(sample):
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(sample)))
    assert len(book["Overview"]._charts) == 1
    assert len(book["Drop-offs"]._charts) == 1
    assert book["Steps"]["F6"].number_format == "0.0%"
    assert str(book["What-if"]["E8"].value).startswith("=C8+F")


def test_text_that_a_spreadsheet_would_run_is_quoted():
    assert [safe(text) for text in ("=1+1", "+x", "-x", "@x", "plain", 3, None, True)] == [
        "'=1+1",
        "'+x",
        "'-x",
        "'@x",
        "plain",
        3,
        None,
        "yes",
    ]


def test_a_journey_without_data_reports_its_forecast():
    journey = edits.amend(line("a", "b"), [ElementId("a")], volume=100.0)
    journey = edits.amend_links(journey, [LinkId("a-to-b")], rate=0.1)
    made = report_of(journey, Measures(query=None))
    rows = {row[0]: row for row in made.forecasts.forecast.rows}
    assert rows["Conversions: B"][1] == pytest.approx(10)
    assert rows["Conversions: B"][-1] == "estimated"


@pytest.mark.parametrize("name", ["x.pdf", "x", "missing/x.json"])
def test_what_cannot_be_written_is_refused(tmp_path, name):
    made = report_of(line("a", "b"), Measures(query=None))
    with pytest.raises(WorkbenchError):
        write_report(tmp_path / name, made, lambda kind: b"")
    assert not list(tmp_path.iterdir())


def test_a_missing_dataset_is_named(tmp_path):
    path = tmp_path / "shop.journey"
    path.write_text((paths.sample_data() / "shop.journey").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"shop_events\.parquet is not there"):
        measured_report(file.load(path), path.parent)


def test_an_unknown_scenario_is_named():
    path = paths.sample_data() / "shop.journey"
    with pytest.raises(WorkbenchError, match="no scenario"):
        measured_report(file.load(path), path.parent, scenario="nope")


def test_an_export_withholds_small_counts_and_says_so(tmp_path):
    path = paths.sample_data() / "shop.journey"
    journey = replace(file.load(path), withhold_below=300)
    report = measured_report(journey, path.parent)
    plain = json.loads(json_text(report))
    counts = [row[name] for row in plain["steps"] for name in ("people", "left_here", "counted", "of")]
    assert all(not n or n >= 300 for n in counts)
    assert next(row for row in plain["steps"] if row["element"] == "Review left")["people"] is None
    assert plain["withheld_below"] == 300
    assert "1 to 299 people" in plain["overview"]["withheld"]
    assert all(row["example"] is None for row in plain["data_summary"])
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(report)))
    assert [c.value for c in book["Steps"]["E"][4:]] == [row["people"] for row in plain["steps"]]


def test_sessions_say_how_they_end() -> None:
    journey = Journey(counting=Counting(count_by="session", session_gap_s=3600.0))
    assert "a pause of 1 hour" in definitions.counted(journey)
