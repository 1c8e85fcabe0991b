"""Step counts are read in every shape that reports have, and what is no count is left out."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.events.aggregates import CountKind, StepCounts
from workbench.events.source import Choices, Sources, import_counts, import_events

FUNNEL = """# ----------------------------------------
# Shop (sample)
# Shop funnel-Funnel exploration 1
# 20210121-20210131
# ----------------------------------------

Step,Device category,Elapsed time,Active users,Completion rate,Abandonments,Abandonment rate
2. Buy,Total,9446481380.694916,50,0,0,0
,desktop,8688297430.3,30,0,0,0
1. Visit,Total,,100,0.5,50,0.5
,desktop,,60,0.5,30,0.5
"""
FREE_FORM = """# ---
# Property
# Free form-Free form 1
# 20210121-20210131
# ---

Date,Event name,Event count,Total users
,,86,33,Grand total
20210121,view_item,46,13
20210122,view_item,20,10
20210121,purchase,20,10
"""


def counted(folder: Path, content: str | bytes, choices: Choices | None = None) -> StepCounts:
    path = folder / "given"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_counts([path], choices)


def figures(counts: StepCounts, segment: str | None = None) -> dict[str, float | None]:
    return {step: counts.count(step, segment) for step in counts.steps}


def test_a_funnel_report_is_ordered_by_its_numbers_and_split_by_device(tmp_path: Path) -> None:
    counts = counted(tmp_path, FUNNEL)
    assert figures(counts) == {"Visit": 100, "Buy": 50}
    assert figures(counts, "desktop") == {"Visit": 60, "Buy": 30}
    assert (counts.kind, counts.segment_name, counts.segments) == (CountKind.UNIQUE, "Device category", ("desktop",))
    assert (counts.first, counts.last) == (dt.date(2021, 1, 21), dt.date(2021, 1, 31))


def test_a_grand_total_is_a_check_value_and_no_row(tmp_path: Path) -> None:
    counts = counted(tmp_path, FREE_FORM)
    assert figures(counts) == {"view_item": 23, "purchase": 10}
    assert counts.totals == {"Total users": 33, "Event count": 86}
    assert counts.sums_uniques


def test_another_column_may_be_counted(tmp_path: Path) -> None:
    counts = counted(tmp_path, FREE_FORM, Choices((("value", "Event count"),)))
    assert (figures(counts), counts.kind) == ({"view_item": 66, "purchase": 20}, CountKind.ADDITIVE)


def test_a_column_a_step_is_read_with_its_dates_and_without_its_rates(tmp_path: Path) -> None:
    text = "Datum;Besuche;Käufe;Käufe/Besuch\n01.11.2020;2.339;13;0,0056\n02.11.2020;1.000;7;0,0070\n"
    counts = counted(tmp_path, text.encode("cp1252"))
    assert figures(counts) == {"Besuche": 3339, "Käufe": 20}
    assert counts.dates == (dt.date(2020, 11, 1), dt.date(2020, 11, 2))


def test_a_row_a_segment_is_read(tmp_path: Path) -> None:
    counts = counted(tmp_path, "device,views,orders,view_to_order_rate\nmobile,30,4,13.3\ndesktop,44,6,13.6\n")
    assert figures(counts) == {"views": 74, "orders": 10}
    assert figures(counts, "mobile") == {"views": 30, "orders": 4}


def test_dates_limit_the_counts(tmp_path: Path) -> None:
    counts = counted(tmp_path, "date,step,count\n2021-03-01,Visit,10\n2021-03-02,Visit,5\n")
    assert counts.count("Visit", dates=[dt.date(2021, 3, 2)]) == 5
    assert counts.count("Buy") is None


def test_a_step_is_found_without_regard_to_case_and_else_refused(tmp_path: Path) -> None:
    counts = counted(tmp_path, "step,count\nAdd to Cart,10\n")
    assert counts.named("add to cart ") == "Add to Cart"
    with pytest.raises(WorkbenchError, match="no step “Buy”"):
        counts.named("Buy")


def test_total_rows_and_growing_steps(tmp_path: Path) -> None:
    counts = counted(tmp_path, "step,count\nVisit,10\nBuy,12\nTotal,22\n")
    assert figures(counts) == {"Visit": 10, "Buy": 12}
    assert counts.growing() == ("Buy",)


def test_several_files_of_counts_are_one(tmp_path: Path) -> None:
    for day, count in ((1, 10), (2, 5)):
        (tmp_path / f"{day}.csv").write_text(f"date,step,count\n2021-03-0{day},Visit,{count}\n", encoding="utf-8")
    counts = import_counts([tmp_path / "1.csv", tmp_path / "2.csv"])
    assert (counts.count("Visit"), len(counts.dates)) == (15, 2)


def test_a_report_of_the_api_has_totals(tmp_path: Path) -> None:
    answer = {
        "dimensionHeaders": [{"name": "date"}, {"name": "eventName"}],
        "metricHeaders": [{"name": "totalUsers"}],
        "rows": [{"dimensionValues": [{"value": "20210131"}, {"value": "buy"}], "metricValues": [{"value": "2"}]}],
        "totals": [{"dimensionValues": [{"value": "RESERVED_TOTAL"}] * 2, "metricValues": [{"value": "9"}]}],
    }
    counts = counted(tmp_path, json.dumps(answer))
    assert (figures(counts), counts.totals, counts.first) == ({"buy": 2}, {"totalUsers": 9}, dt.date(2021, 1, 31))


def test_counts_are_no_events(tmp_path: Path) -> None:
    path = tmp_path / "given.csv"
    path.write_text("step,count\nVisit,10\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match="holds step counts"):
        import_events([path], folder=tmp_path / "store")


def test_text_without_a_table_is_neither(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="neither events nor step counts"):
        counted(tmp_path, "dear reader\nthis is a letter\n")


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no column “visits”"):
        counted(tmp_path, "step,count\nVisit,10\n", Choices((("value", "visits"),)))


def test_chosen_columns_make_events_of_any_table(tmp_path: Path) -> None:
    path = tmp_path / "given.csv"
    path.write_text("a,b,c\nx,2021-03-01,1\ny,2021-03-02,2\n", encoding="utf-8")
    choices = Choices((("user", "a"), ("time", "b"), ("event", "c")))
    with Sources([path], choices) as sources:
        assert sources.mapping.columns() == {"user": "a", "time": "b", "event": "c"}
    assert import_events([path], choices, folder=tmp_path / "store")[1].event_totals == {"1": 1, "2": 1}


def test_a_table_of_who_did_what_counts_people(tmp_path: Path) -> None:
    text = "user_id,did_visit,did_cart,did_buy\n101,1,1,0\n102,1,0,0\n103,1,1,1\n"
    assert figures(counted(tmp_path, text)) == {"did_visit": 3, "did_cart": 2, "did_buy": 1}
    flags = text.replace(",1", ",true").replace(",0", ",false")
    assert figures(counted(tmp_path, flags)) == {"did_visit": 3, "did_cart": 2, "did_buy": 1}


def test_tables_of_one_step_each_count_people(tmp_path: Path) -> None:
    steps = {"home_page": 4, "search_page": 2}
    for step, people in steps.items():
        rows = "".join(f"{n},{step}\n" for n in range(1, people + 1))
        (tmp_path / f"{step}_table.csv").write_text(f"user_id,page\n{rows}", encoding="utf-8")
    counts = import_counts(sorted(tmp_path.iterdir()))
    assert (figures(counts), counts.kind) == ({"home_page": 4, "search_page": 2}, CountKind.UNIQUE)


def test_names_of_a_german_report_are_known(tmp_path: Path) -> None:
    head = "# ---\n# Ereignisse: Ereignisname\n\nEreignisname,Ereignisanzahl,Nutzer insgesamt\n"
    counts = counted(tmp_path, head + "page_view,20,10\nscroll,9,4\n")
    assert figures(counts) == {"page_view": 10, "scroll": 4}
    assert counts.counted == "Nutzer insgesamt"
