"""Survival, maturity, cohorts and weekly rates, against lifelines and plain counts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter  # type: ignore[import-untyped]
from lifelines.statistics import logrank_test  # type: ignore[import-untyped]

from tests.analysis.stores import DAY_S, random_log, store_of
from workbench.analysis.cohorts import cohorts, waits, weekly_rates
from workbench.analysis.returning import day_returns
from workbench.analysis.survival import cohort_maturity, cumulated, log_rank, survival_curve
from workbench.analysis.timeline import Timeline
from workbench.forecast.retention import day_retention

people = st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=5, max_size=60)


@given(people)
def test_the_curve_is_that_of_lifelines(rows: list[tuple[int, bool]]) -> None:
    time, event = np.array([t for t, _ in rows], float), np.array([e for _, e in rows])
    at = [1.0, 5.0, 10.0, 20.0, 30.0]
    fit = KaplanMeierFitter().fit(time, event)
    assert survival_curve(time, event, at).survival == pytest.approx(fit.survival_function_at_times(at).tolist())


@given(people)
def test_the_curve_never_rises_and_its_bounds_hold_it(rows: list[tuple[int, bool]]) -> None:
    curve = survival_curve([t for t, _ in rows], [e for _, e in rows])
    known = [s for s in curve.survival if s is not None]
    assert all(a >= b for a, b in pairwise(known))
    for share, low, high in zip(curve.survival, curve.low, curve.high, strict=True):
        if low is not None and high is not None and share is not None:
            assert low - 1e-12 <= share <= high + 1e-12


def test_without_censoring_it_is_the_plain_share() -> None:
    time = np.array([1, 2, 2, 3, 5, 8, 8, 9.0])
    curve = survival_curve(time, np.ones(8), [2, 5, 8])
    assert curve.survival == pytest.approx([np.mean(time > t) for t in (2, 5, 8)])


def test_the_log_rank_is_that_of_lifelines() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.exponential(5, 60), rng.exponential(9, 60)
    found = log_rank((first[:40], first[40:]), (second[:50], second[50:]))
    seen = np.concatenate([np.ones(40), np.zeros(20)]), np.concatenate([np.ones(50), np.zeros(10)])
    assert found.p == pytest.approx(logrank_test(first, second, *seen).p_value, rel=1e-6)
    assert log_rank(([], []), ([1], [])).p is None
    assert log_rank(([], [1.0]), ([2.0], [])).p is None


def test_nobody_and_no_event() -> None:
    assert survival_curve([5, 6], [0, 0], [1]).survival == (1.0,)
    assert survival_curve([], [], [1]).survival == (None,)


def test_a_young_cohort_is_brought_to_what_old_ones_became() -> None:
    found = cohort_maturity(cumulated([[10, 5, 5], [12, 6, None], [8, None, None]]), [100, 100, 100])
    assert found.adjusted_rate == pytest.approx([0.2, 0.24, 0.16])
    assert found.to_come == pytest.approx(6 + 8)


def test_only_the_newest_cohorts_are_used_when_asked() -> None:
    rows: list[list[float | None]] = [[1, 10], [10, 20], [10, 20], [5, None]]
    assert cohort_maturity(rows).factors[0] == pytest.approx(50 / 21)
    assert cohort_maturity(rows, recent=2).factors[0] == pytest.approx(2.0)


def test_cohorts_without_conversions_have_no_factor() -> None:
    assert cohort_maturity([[0, 0], [0, None]]).factors == (None,)


def test_waits_end_at_the_first_macro_after_the_origin_or_the_end_of_the_data() -> None:
    rows = [("a", 0.0, "buy"), ("a", 1.0, "view"), ("a", 4.0, "buy"), ("b", 2.0, "view"), ("c", 0.0, "buy")]
    store = store_of(rows, 10.0)
    found = waits(store, *(store.postings(store.code_by_name[n]) for n in ("view", "buy")))
    assert sorted(zip(found.seconds.tolist(), found.is_event.tolist(), strict=True)) == [(3.0, True), (8.0, False)]
    share, _ = found.converted_by(3.0)
    assert share == pytest.approx(0.5)


def test_no_macro_at_all_leaves_everybody_waiting() -> None:
    store = store_of([("a", 0.0, "view")], 10.0)
    found = waits(store, store.postings(0), np.zeros(0, np.int64))
    assert found.is_event.tolist() == [False]
    assert found.median_s is None


def steady(weeks: int = 12, per_week: int = 200) -> list[tuple[str, float, str]]:
    """Every week the same people: 5 % buy in the first week after, 5 % in the second."""
    rows: list[tuple[str, float, str]] = []
    for week in range(weeks):
        for i in range(per_week):
            at = (week * 7 + i / per_week * 7) * DAY_S
            rows.append((f"w{week}p{i}", at, "view"))
            if i % 20 == 0:
                rows.append((f"w{week}p{i}", at + 3 * DAY_S, "buy"))
            if i % 20 == 1:
                rows.append((f"w{week}p{i}", at + 10 * DAY_S, "buy"))
    return [row for row in rows if row[1] <= weeks * 7 * DAY_S]


def test_the_newest_cohort_looks_weak_until_it_is_brought_to_maturity() -> None:
    store = store_of(steady(), 12 * 7 * DAY_S)
    found = cohorts(
        waits(store, *(store.postings(store.code_by_name[n]) for n in ("view", "buy"))), store.ends_us or 0, 3
    )
    assert found is not None
    assert found.is_reliable
    naive, adjusted = found.maturity.naive_rate[-1], found.maturity.adjusted_rate[-1]
    assert naive == pytest.approx(0.05, abs=0.01)
    assert adjusted == pytest.approx(0.10, abs=0.01)
    assert found.cumulative[-1][1:] == (None, None)


def test_weekly_rates_leave_out_the_immature_weeks() -> None:
    store = store_of(steady(), 12 * 7 * DAY_S)
    timeline = Timeline.of(store, store.postings(store.code_by_name["buy"]), 14 * DAY_S)
    found = weekly_rates(timeline)
    assert len(found.n) == 10
    assert found.n == (200,) * 10
    assert found.k == (20,) * 10


def test_weekly_rates_of_takers_are_of_takers() -> None:
    store = random_log(3, users=400, days=60)
    timeline = Timeline.of(store, store.postings(store.code_by_name["purchase"]), 7 * DAY_S)
    taking = timeline.taking("micro", store.postings(store.code_by_name["micro"]))
    assert sum(weekly_rates(timeline, taking).n) <= len(taking.people)
    assert sum(weekly_rates(timeline).n) <= timeline.mature


def test_the_readable_part_of_a_curve_has_ten_people_at_risk() -> None:
    curve = survival_curve(np.arange(1.0, 21.0), np.ones(20))
    assert curve.readable == 11


def test_nobody_old_enough_means_no_cohorts() -> None:
    store = store_of([("a", 0.0, "view")], 3 * DAY_S)
    found = waits(store, store.postings(0), np.zeros(0, np.int64))
    assert found.people == 1
    assert cohorts(found, store.ends_us or 0) is None


def test_people_return_on_calendar_days_of_the_zone() -> None:
    rows = [("a", 0.6 * DAY_S, "x"), ("a", 0.7 * DAY_S, "x"), ("b", 0.0, "x"), ("c", 5.9 * DAY_S, "x")]
    store = store_of(rows, 6 * DAY_S - 1)
    one, six = day_returns(store, [1, 6])
    assert (one.on_day.k, one.on_day.n, one.on_or_after.k) == (0, 2, 0)
    assert six.on_day.n == 0
    assert six.on_day.value is None
    (tokyo,) = day_returns(store, [1], "Asia/Tokyo")
    assert tokyo.on_day.k == 1


def test_returning_on_the_store_is_returning_by_lists_of_days() -> None:
    store = random_log(2, users=150, days=12)
    active, start = {}, {}
    for u in range(store.n_users):
        days = store.time_us[store.user_offset[u] : store.user_offset[u + 1]] // (DAY_S * 1_000_000)
        start[str(u)], active[str(u)] = int(days[0]), sorted({int(d - days[0]) for d in days})
    last = (store.data_end_us or 0) // (DAY_S * 1_000_000)
    for found in day_returns(store, [0, 1, 3]):
        plain = day_retention(active, start, last, found.day)
        assert (found.on_day.n, found.on_day.k, found.on_or_after.k) == (
            plain.eligible,
            plain.on_day,
            plain.on_or_after,
        )


def test_nothing_to_return_to() -> None:
    store = store_of([("a", 0.0, "x")], DAY_S)
    assert day_returns(store, [1], rows=np.zeros(0, np.int64))[0].on_day.value is None
