"""Counts across columns, beside ranks, years and traits, or with subtotals, are read as the counts they are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook

from workbench.errors import WorkbenchError
from workbench.events.aggregates import StepCounts
from workbench.events.repairs import RepairKind
from workbench.events.source import Sources, import_counts, import_events
from workbench.events.summary import count_findings


def counted(folder: Path, content: str) -> StepCounts:
    path = folder / "given"
    path.write_text(content, encoding="utf-8")
    return import_counts([path])


def figures(counts: StepCounts, segment: str | None = None) -> dict[str, float | None]:
    return {step: counts.count(step, segment) for step in counts.steps}


@pytest.mark.parametrize(
    "header",
    ["2021-03-01,2021-03-02", "01.03.2021,02.03.2021", "20210301,20210302", "1 Mar 2021,2 Mar 2021"],
)
def test_dates_across_the_columns_are_dates(tmp_path: Path, header: str) -> None:
    counts = counted(tmp_path, f"Step,{header},Total\nVisit,100,50,150\nBuy,10,4,14\n")
    assert figures(counts) == {"Visit": 150, "Buy": 14}
    assert counts.dates == (dt.date(2021, 3, 1), dt.date(2021, 3, 2))
    assert counts.count("Buy", dates=[dt.date(2021, 3, 2)]) == 4


def test_dates_across_a_workbook_are_dates_and_it_is_said(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Metric", dt.date(2021, 3, 1), dt.date(2021, 3, 2)], ["Sessions", 100, 50], ["Orders", 10, 4]):
        book.active.append(row)
    book.save(tmp_path / "given.xlsx")
    with Sources([tmp_path / "given.xlsx"]) as sources:
        counts = sources.step_counts()
        repairs = {str(one.kind): one.count for one in sources.ledger.repairs}
    assert (figures(counts), len(counts.dates), repairs["table_turned"]) == ({"Sessions": 150, "Orders": 14}, 2, 4)


def test_months_and_weeks_across_are_periods(tmp_path: Path) -> None:
    assert counted(tmp_path, "Step,Jan 2021,Feb 2021\nVisit,5,6\nBuy,1,2\n").dates == (
        dt.date(2021, 1, 1),
        dt.date(2021, 2, 1),
    )
    weeks = counted(tmp_path, "Step,Week 1,Week 2\nVisit,5,6\nBuy,1,2\n")
    assert (weeks.segments, figures(weeks)) == (("Week 1", "Week 2"), {"Visit": 11, "Buy": 3})


def test_segments_across_are_segments_and_the_total_is_no_further_one(tmp_path: Path) -> None:
    counts = counted(tmp_path, "Stage;Desktop;Mobile;Total\nVisit;60;40;100\nBuy;6;1;7\n")
    assert figures(counts) == {"Visit": 100, "Buy": 7}
    assert (figures(counts, "Mobile"), counts.segments) == ({"Visit": 40, "Buy": 1}, ("Desktop", "Mobile"))


def test_steps_down_the_rows_are_told_by_what_they_say(tmp_path: Path) -> None:
    counts = counted(tmp_path, ",Germany,France\npage_view,60,40\nadd_to_cart,6,5\npurchase,3,1\n")
    assert (figures(counts), counts.segments) == (
        {"page_view": 100, "add_to_cart": 11, "purchase": 4},
        ("Germany", "France"),
    )
    wide = counted(tmp_path, "country,page_view,purchase\nGermany,60,3\nFrance,40,1\n")
    assert (figures(wide), wide.segments) == ({"page_view": 100, "purchase": 4}, ("Germany", "France"))


def test_a_column_that_counts_people_stays_the_one_counted(tmp_path: Path) -> None:
    counts = counted(tmp_path, "Step,clicks,users\nVisit,60,40\nBuy,6,5\n")
    assert (figures(counts), counts.counted) == ({"Visit": 40, "Buy": 5}, "users")


def test_numbers_of_steps_put_them_in_order_and_are_no_counts(tmp_path: Path) -> None:
    text = "funnel_stage,stage_order,visitors\nPurchase,3,10\nTotal Visitors,1,100\nCart,2,30\n"
    assert list(figures(counted(tmp_path, text)).items()) == [("Total Visitors", 100), ("Cart", 30), ("Purchase", 10)]
    bare = counted(tmp_path, "step,users\n1,100\n2,40\n")
    assert figures(bare) == {"1": 100, "2": 40}


def test_a_year_and_a_month_are_a_date_and_no_counts(tmp_path: Path) -> None:
    text = "Year,Month,KPI,Value\n2020,12,Visitors,100\n2021,1,Visitors,50\n2021,1,Buyers,5\n"
    counts = counted(tmp_path, text)
    assert (figures(counts), counts.first) == ({"Visitors": 150, "Buyers": 5}, dt.date(2020, 12, 1))
    quarters = counted(tmp_path, "YYYY,Q,total_sessions,total_orders\n2012,1,100,3\n2012,2,200,9\n")
    assert (figures(quarters), quarters.last) == ({"total_sessions": 300, "total_orders": 12}, dt.date(2012, 4, 1))


def test_traits_of_people_are_no_steps(tmp_path: Path) -> None:
    rows = "".join(f"{n},{20 + n},{n % 2},{int(n < 3)},{500 + n}\n" for n in range(1, 9))
    counts = counted(tmp_path, f"user_id,age,approved,activated,credit_score\n{rows}")
    assert figures(counts) == {"approved": 4, "activated": 2}
    with pytest.raises(WorkbenchError, match="neither events nor step counts"):
        counted(tmp_path, "customer_id,first_name,city,age\nC1,Ann,Rome,30\nC2,Bob,Bonn,40\n")
    with pytest.raises(WorkbenchError, match=r"tells who \(user_id\) and when \(signup_date\)"):
        counted(tmp_path, "user_id,signup_date,city\n1,2021-03-01,Rome\n2,2021-03-02,Bonn\n")


def test_subtotals_of_a_pivot_table_are_left_out(tmp_path: Path) -> None:
    text = "Step,Device,Users\nVisit,mobile,60\n,desktop,40\nVisit Total,,100\nBuy,mobile,6\n,desktop,4\n"
    counts = counted(tmp_path, text + "Buy Total,,10\nGrand Total,,110\n")
    assert (figures(counts), figures(counts, "mobile")) == ({"Visit": 100, "Buy": 10}, {"Visit": 60, "Buy": 6})
    assert counts.totals == {"Users": 110}


@pytest.mark.parametrize(
    ("cells", "figure"),
    [(("1.2K", "3.4M"), (1200, 3_400_000)), (("1,2 Tsd.", "3,4 Mio"), (1200, 3_400_000)), (("5k", "900"), (5000, 900))],
)
def test_abbreviated_counts_are_counts(tmp_path: Path, cells: tuple[str, str], figure: tuple[int, int]) -> None:
    counts = counted(tmp_path, f"Step;Users\nVisit;{cells[0]}\nBuy;{cells[1]}\n")
    assert figures(counts) == {"Visit": figure[0], "Buy": figure[1]}


def test_an_address_is_no_number(tmp_path: Path) -> None:
    counts = counted(tmp_path, "step,ip,users\nVisit,10.0.0.1,5\nBuy,10.0.0.2,3\n")
    assert counts.columns == ("users",)


def test_stages_of_leads_with_a_day_are_events(tmp_path: Path) -> None:
    (tmp_path / "given").write_text(
        "Lead ID,Stage,Timestamp\n1,New,2021-03-01\n1,Won,2021-03-02\n2,New,2021-03-01\n", encoding="utf-8"
    )
    assert import_events([tmp_path / "given"], folder=tmp_path / "store")[1].event_totals == {"New": 2, "Won": 1}


def test_a_further_table_of_the_same_steps_is_not_added(tmp_path: Path) -> None:
    text = "Step,Device,Active users\n1. Visit,Total,100\n,desktop,60\n2. Buy,Total,50\n,desktop,30\n\n"
    text += "Date,Step,Active users\n20260701,1. Visit,60\n20260702,1. Visit,55\n20260701,2. Buy,30\n"
    (tmp_path / "given").write_text(text, encoding="utf-8")
    with Sources([tmp_path / "given"]) as sources:
        assert figures(sources.step_counts()) == {"Visit": 100, "Buy": 50}
        assert sources.ledger.count(RepairKind.TABLE_PASSED_OVER) == 1


def test_averages_below_are_no_day_and_weeks_are_dates(tmp_path: Path) -> None:
    text = "Week,visit,buy\n2021-W09,10,1\n2021-W10,20,2\nTotal,30,3\nAverage,15,1.5\n"
    counts = counted(tmp_path, text)
    assert (figures(counts), counts.first) == ({"visit": 30, "buy": 3}, dt.date(2021, 3, 1))
    assert counts.totals == {"visit": 30, "buy": 3}


def test_counts_that_repeat_or_are_negative_are_said(tmp_path: Path) -> None:
    counts = counted(tmp_path, "step,count\nVisit,10\nBuy,5\nVisit,-3\n")
    assert {one["kind"]: one["count"] for one in count_findings(counts)} == {"negative_counts": 1, "repeated_steps": 1}


@pytest.mark.parametrize("huge", ["1e999", "1e99999999"])
def test_a_number_beyond_all_measure_is_no_error(tmp_path: Path, huge: str) -> None:
    counts = counted(tmp_path, f"step,users\nVisit,{huge}\nView,20\n" + "Buy,3\n" * 20)
    assert counts.count("View") == 20
