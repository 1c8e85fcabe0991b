"""Weeks, tracking breaks, alerts and benchmarks."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.stores import DAY_S, store_of
from workbench.analysis.alerts import AlertRule, NoVerdict, weekly_alerts
from workbench.analysis.benchmarks import benchmark, control_chart
from workbench.analysis.weeks import daily_counts, tracking_breaks, week_over_week, weekly_people, whole_days
from workbench.errors import WorkbenchError
from workbench.events.source import import_events
from workbench.events.store import EventStore

SAMPLES = Path(__file__).parents[2] / "sample_data"


def log(days: int, per_day: dict[str, int], silent: tuple[str, range] | None = None, factor: float = 1.0) -> EventStore:
    """Every day so many people per event; the last week of `wish` is multiplied by `factor`."""
    rows: list[tuple[str, float, str]] = []
    for day in range(days):
        for name, count in per_day.items():
            if silent and name == silent[0] and day in silent[1]:
                continue
            many = round(count * (factor if name == "wish" and day >= days - 7 else 1.0))
            rows += [(f"{name}{day}-{i}", (day + (i + 0.5) / many) * DAY_S, name) for i in range(many)]
    return store_of([("edge", 0.0, "view"), *rows], days * DAY_S)


def test_whole_days_follow_the_zone() -> None:
    store = store_of([("a", 0.0, "x"), ("a", 10 * DAY_S, "x")], 10 * DAY_S)
    utc, tokyo = whole_days(store), whole_days(store, "Asia/Tokyo")
    assert utc is not None
    assert tokyo is not None
    assert (utc.first, len(utc)) == (date(1970, 1, 1), 10)
    assert (tokyo.first, len(tokyo)) == (date(1970, 1, 2), 9)


def test_data_of_a_few_hours_have_no_whole_day() -> None:
    assert whole_days(store_of([("a", 9 * 3600.0, "x"), ("a", 15 * 3600.0, "x")])) is None


def test_weeks_are_blocks_that_end_on_the_last_whole_day() -> None:
    store = log(17, {"view": 10})
    days = whole_days(store)
    assert days is not None
    assert days.weeks == 2
    assert weekly_people(store, days, store.postings(store.code_by_name["view"])).tolist() == [70, 70]
    assert daily_counts(store, days, np.arange(store.n_events)).sum() == store.n_events


def test_a_silent_tag_with_usual_traffic_is_a_break() -> None:
    store = log(30, {"view": 200, "wish": 20}, ("wish", range(12, 15)))
    (found,) = tracking_breaks(store)
    assert (found.name, found.first, found.days) == ("wish", date(1970, 1, 13), 3)


def test_a_rare_event_or_a_quiet_day_is_no_break() -> None:
    assert not tracking_breaks(log(30, {"view": 200, "wish": 4}, ("wish", range(12, 15))))
    rows = [(f"u{d}-{i}", (d + i / 50) * DAY_S, "view") for d in range(30) if d != 9 for i in range(50)]
    assert not tracking_breaks(store_of(rows, 30 * DAY_S))


def test_a_break_in_the_current_week_gets_no_conversion_verdict() -> None:
    store = log(70, {"view": 200, "wish": 40}, ("wish", range(64, 70)))
    rows = {name: store.postings(c) for c, name in enumerate(store.event_names)}
    found = week_over_week(store, rows)
    assert found.silent == ("wish",)
    assert found.names == ("view",)


def test_a_past_break_is_left_out_of_the_baseline() -> None:
    store = log(77, {"view": 200, "wish": 40}, ("wish", range(50, 56)), factor=0.5)
    rows = {name: store.postings(c) for c, name in enumerate(store.event_names)}
    found = week_over_week(store, rows)
    by_name = dict(zip(found.names, found.report.metrics, strict=True))
    assert by_name["wish"].is_alert
    assert by_name["wish"].expected == pytest.approx(280, rel=0.02)
    assert not by_name["view"].is_alert


def test_weeks_with_an_incident_leave_the_baseline() -> None:
    store = log(70, {"view": 200, "wish": 40})
    rows = {name: store.postings(c) for c, name in enumerate(store.event_names)}
    assert week_over_week(store, rows).report.reason is None
    marked = week_over_week(store, rows, incidents=[date(1970, 1, 15) + timedelta(days=7 * i) for i in range(4)])
    assert marked.report.reason is NoVerdict.HISTORY


def test_missing_days_in_the_current_week_give_no_verdict() -> None:
    rows = [(f"u{d}-{i}", (d + i / 50) * DAY_S, "view") for d in range(70) if d != 66 for i in range(50)]
    store = store_of([*rows, ("z", 69.99 * DAY_S, "view")], 70 * DAY_S)
    found = week_over_week(store, {"view": store.postings(0)})
    assert found.has_gap
    assert found.report.reason is NoVerdict.HISTORY


def test_the_shops_silent_week_is_a_break_and_no_other_event_is() -> None:
    store, _ = import_events([SAMPLES / "shop_events.parquet"])
    (found,) = tracking_breaks(store)
    assert found.name == "add_to_wishlist"
    assert (found.first, found.last) == (date(2026, 3, 23), date(2026, 3, 29))


def test_a_short_history_has_no_verdict() -> None:
    assert weekly_alerts([[1, 2, 3, 4, 5, 6]]).reason is NoVerdict.HISTORY
    assert weekly_alerts([[100] * 8]).reason is None


def test_a_sure_but_small_change_is_no_alert() -> None:
    steady = [1_000_000 + 100 * (-1) ** i for i in range(10)]
    found = weekly_alerts([[*steady, 1_060_000]]).metrics[0]
    assert found.p < 0.001
    assert not found.is_alert


def test_below_twenty_a_week_only_large_changes_are_seen() -> None:
    quiet = [4, 6, 5, 4, 5, 6, 5, 4]
    assert not weekly_alerts([[*quiet, 8]]).metrics[0].is_alert
    assert weekly_alerts([[*quiet, 25]]).metrics[0].is_alert


def quiet_alerts(seed: int, metrics: int = 40, weeks: int = 10) -> int:
    rng = np.random.default_rng(seed)
    level = np.exp(rng.uniform(np.log(25), np.log(20_000), metrics))
    drift = np.cumsum(rng.normal(0, rng.uniform(0.01, 0.04, metrics)[:, None], (metrics, weeks)), axis=1)
    noise = rng.normal(0, rng.uniform(0.02, 0.12, metrics)[:, None], (metrics, weeks))
    counts = rng.poisson(level[:, None] * np.exp(drift + noise))
    return sum(metric.is_alert for metric in weekly_alerts(counts.tolist()).metrics)


def test_quiet_weeks_seldom_alarm() -> None:
    assert np.mean([quiet_alerts(seed) > 0 for seed in range(200)]) <= 0.10


def test_a_cut_of_two_fifths_is_mostly_seen() -> None:
    rng = np.random.default_rng(4)
    seen = []
    for _ in range(100):
        counts = rng.poisson(400 * np.exp(rng.normal(0, 0.05, (20, 11))))
        counts[3, -1] = rng.poisson(400 * 0.6)
        seen.append(weekly_alerts(counts.tolist(), AlertRule()).metrics[3].is_alert)
    assert np.mean(seen) > 0.7


def test_a_noisy_history_makes_the_same_week_less_of_a_surprise() -> None:
    calm = benchmark([83, 84, 82, 85, 83, 84], [1000] * 6, 60, 1010)
    rough = benchmark([40, 130, 60, 120, 50, 100], [1000] * 6, 60, 1010)
    assert calm.z is not None
    assert rough.z is not None
    assert abs(calm.z) > 2 > abs(rough.z)
    assert rough.phi is not None
    assert rough.phi > 5


def test_a_benchmark_without_weeks_or_people_is_no_data() -> None:
    assert benchmark([], [], 1, 2).median is None
    assert benchmark([0, 0], [0, 0], 1, 2).pooled is None
    assert benchmark([1, 2], [10, 10], 0, 0).z is None
    with pytest.raises(WorkbenchError):
        benchmark([5], [3], 0, 1)


def test_a_holiday_week_is_told() -> None:
    assert benchmark([80, 82, 79, 81, 200, 80], [1000] * 6, 80, 1000).has_peak
    assert not benchmark([80, 82, 79, 81, 83, 80], [1000] * 6, 80, 1000).has_peak


def test_a_control_chart_of_nothing() -> None:
    assert control_chart([0], [0]).centre is None
    assert control_chart([0, 5], [0, 10]).signals == ()


def test_a_day_is_too_short_for_breaks_and_weeks() -> None:
    store = store_of([("a", 9 * 3600.0, "x"), ("a", 15 * 3600.0, "x")])
    assert tracking_breaks(store) == ()
    found = week_over_week(store, {"x": store.postings(0)})
    assert (found.week_ends, found.report.reason) == (None, NoVerdict.HISTORY)


def test_no_things_no_verdict() -> None:
    store = log(70, {"view": 20})
    assert week_over_week(store, {}).report.reason is NoVerdict.HISTORY
    days = whole_days(store)
    assert days is not None
    assert weekly_people(store, days, np.zeros(0, np.int64)).tolist() == [0] * 10


def test_a_benchmark_of_one_week_has_no_noise_of_its_own() -> None:
    assert benchmark([5], [100], 5, 100).phi == 1.0


def test_an_empty_store_has_no_days() -> None:
    assert whole_days(EventStore.from_rows([])) is None


def test_blocks_with_missing_days_are_left_out_or_block_the_verdict() -> None:
    weeks: list[float | None] = [100, None, 101, 99, 100, 102, 98, 100, 60]
    assert weekly_alerts([weeks]).metrics[0].is_alert
    assert weekly_alerts([[*weeks[:-1], None]]).reason is NoVerdict.INCOMPLETE


def test_days_after_the_last_event_are_quiet_not_broken() -> None:
    rows = [(f"u{d}-{i}", (d + i / 50) * DAY_S, "view") for d in range(10) for i in range(50)]
    assert not tracking_breaks(store_of(rows, 60 * DAY_S))
    assert not tracking_breaks(store_of([("a", 0.0, "view"), ("a", 1.0, "view")], 9 * DAY_S))


def test_what_sets_in_slowly_was_no_broken_tag_before() -> None:
    rows = [(f"u{day}.{n}", (day + 0.01 * n) * DAY_S, "visit") for day in range(40) for n in range(50)]
    slow = [(f"u{day}.{n}", (day + 0.3) * DAY_S, "buy") for day in range(10, 40) for n in range(min(day - 9, 20))]
    sudden = [(f"u{day}.{n}", (day + 0.4) * DAY_S, "cart") for day in range(10, 40) for n in range(20)]
    found = tracking_breaks(store_of([*rows, *slow, *sudden]))
    assert [(gap.name, gap.days) for gap in found] == [("cart", 10)]
