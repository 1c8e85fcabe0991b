"""Who of one cohort is still there, period by period."""

from __future__ import annotations

from workbench.analysis.returning import period_returns
from workbench.events.store import EventStore

DAY = 86_400.0


def test_only_people_whose_periods_have_all_elapsed_are_counted() -> None:
    rows = [(f"old{n}", month * 30 * DAY, "pay") for n in range(10) for month in range(n + 1) if month < 8]
    rows += [(f"new{n}", 200 * DAY, "pay") for n in range(5)]
    store = EventStore.from_rows([*rows, ("z", 241 * DAY, "view")])
    found = period_returns(store, 30 * DAY, store.postings(store.code_by_name["pay"]), fewest=10)
    assert found is not None
    assert found.still == (10, 9, 8, 7, 6, 5, 4, 3)
    assert found.rates[7].n == 10


def test_a_pause_is_no_end() -> None:
    rows = [(f"p{n}", day * DAY, "pay") for n in range(3) for day in (0, 65)]
    store = EventStore.from_rows([*rows, ("z", 130 * DAY, "view")])
    found = period_returns(store, 30 * DAY, store.postings(store.code_by_name["pay"]), fewest=3)
    assert found is not None
    assert found.still == (3, 3, 3, 0)


def test_too_few_people_or_no_elapsed_period_give_none() -> None:
    store = EventStore.from_rows([("a", 0.0, "pay"), ("a", 100 * DAY, "view")])
    rows = store.postings(store.code_by_name["pay"])
    assert period_returns(store, 30 * DAY, rows) is None
    assert period_returns(store, 90 * DAY, rows, fewest=1) is None
    assert period_returns(store, 30 * DAY, rows[:0], fewest=1) is None
