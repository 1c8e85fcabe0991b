"""Benchmarks per step, cohorts and time to convert, on logs whose answer is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.builders import line
from workbench.analysis.step_benchmarks import step_benchmarks
from workbench.analysis.survival import survival_curve
from workbench.analysis.time_to_convert import time_by_segment, time_to_convert, weekly_cohorts
from workbench.events.store import EventStore
from workbench.journey import edits
from workbench.journey.journey import Segment
from workbench.journey.rule import Rule

DAY = 86_400


def weekly(rates: list[float], people: int = 400) -> EventStore:
    """`people` enter on the second day of each week, these shares go on to b within the hour."""
    rows = []
    for week, share in enumerate(rates):
        for n in range(people):
            at = (7 * week + 1) * DAY + n
            rows.append((f"u{week}-{n}", at, "a"))
            if n < round(share * people):
                rows.append((f"u{week}-{n}", at + 60, "b"))
    return EventStore.from_rows([("first", 0, "x"), *rows, ("last", (7 * len(rates) + 1) * DAY, "x")])


def journey():
    return edits.amend_journey(line("a", "b"), window_s=1.0 * DAY)


def test_the_newest_week_is_held_against_the_weeks_before():
    found = step_benchmarks(journey(), weekly([0.20, 0.21, 0.19, 0.20, 0.20, 0.21, 0.12]))
    assert len(found.first_days) == 7
    step = {row.element_id: row for row in found.steps}["b"]
    assert [rate.n for rate in step.weeks] == [400] * 7
    assert step.found.median == pytest.approx(0.20)
    assert (step.found.current.k, step.found.current.n) == (48, 400)
    assert step.is_off
    assert step.found.z < -3


def test_a_noisy_history_makes_the_same_week_no_news():
    found = step_benchmarks(journey(), weekly([0.10, 0.30, 0.15, 0.28, 0.12, 0.25, 0.12]))
    step = {row.element_id: row for row in found.steps}["b"]
    assert step.found.phi > 5
    assert not step.is_off


def test_two_weeks_are_no_benchmark():
    assert step_benchmarks(journey(), weekly([0.2, 0.2])) is None


def delayed() -> EventStore:
    """Ten weekly cohorts of 200: 10 % convert within the first week, 5 % more in the second, 5 % in the third."""
    rows = []
    for week in range(10):
        for n in range(200):
            at = 7 * week * DAY + 3 * DAY
            rows.append((f"u{week}-{n}", at, "a"))
            wait = 1 if n < 20 else 8 if n < 30 else 15 if n < 40 else None
            if wait is not None and at + wait * DAY < 70 * DAY:
                rows.append((f"u{week}-{n}", at + wait * DAY, "b"))
    return EventStore.from_rows([*rows, ("last", 70 * DAY, "x")])


def test_young_cohorts_are_brought_to_where_older_ones_got():
    found = weekly_cohorts(journey(), delayed(), "a")
    assert found.is_reliable
    assert found.ages == tuple(range(8, -1, -1)) or found.ages == tuple(range(9, -1, -1))
    assert found.maturity.naive_rate[-1] == pytest.approx(0.10)
    assert found.own_completion(len(found.sizes) - 1) == pytest.approx(0.5)
    assert found.maturity.adjusted_rate[-1] == pytest.approx(0.20)
    assert found.maturity.naive_rate[0] == pytest.approx(0.20)


def test_few_cohorts_are_not_reliable():
    rows = [(f"u{n}", 7 * (n % 3) * DAY, "a") for n in range(30)]
    found = weekly_cohorts(journey(), EventStore.from_rows([*rows, ("last", 28 * DAY, "x")]), "a")
    assert not found.is_reliable


def test_the_curve_rises_and_is_cut_where_few_are_at_risk():
    found = time_to_convert(journey(), delayed(), "a").curves[0]
    assert all(a <= b for a, b in pairwise(found.share))
    assert min(found.at_risk) >= 10
    assert (found.people, found.converted) == (2000, 200 + 90 + 80)
    assert found.median_s is None


def test_the_curve_is_kaplan_meier_read_at_marks():
    rng = np.random.default_rng(3)
    wait = rng.exponential(5 * DAY, 300)
    rows = [(f"u{n}", n, "a") for n in range(300)]
    rows += [(f"u{n}", n + w, "b") for n, w in enumerate(wait) if n + w < 20 * DAY]
    store = EventStore.from_rows([*rows, ("last", 20 * DAY, "x")])
    found = time_to_convert(journey(), store, "a").curves[0]
    assert found.median_s == pytest.approx(np.median(wait), rel=0.02)
    seconds = np.minimum(wait, 20 * DAY - np.arange(300))
    own = survival_curve(seconds, wait + np.arange(300) < 20 * DAY, [found.seconds[60]])
    assert found.share[60] == pytest.approx(1 - own.survival[0], abs=1e-3)


def groups(is_different: bool) -> EventStore:
    """Half chat within the hour; they buy after a mean of 3 days, the others too or after 9; one buys at once."""
    rng = np.random.default_rng(5)
    rows = [("soon", 0, "a"), ("soon", 60, "b")]
    for n in range(400):
        rows.append((f"u{n}", n, "a"))
        is_chatty = n % 2 == 0
        if is_chatty:
            rows.append((f"u{n}", n + 600, "chat"))
        wait = rng.exponential((3 if is_chatty or not is_different else 9) * DAY)
        rows.append((f"u{n}", n + DAY + wait, "b"))
    return EventStore.from_rows([*rows, ("last", 60 * DAY, "x")])


CHATTY = Segment("Chatty", (Rule(("chat",)),))


def test_two_groups_are_told_before_the_clock_starts():
    found = time_by_segment(journey(), groups(is_different=True), (CHATTY, None), 1.0 * DAY)
    assert found.early == 1
    chatty, others = found.curves
    assert (chatty.people, others.people) == (200, 200)
    assert found.test.p < 1e-6
    assert chatty.median_s < others.median_s
    assert chatty.median_s == pytest.approx(3 * DAY * np.log(2), rel=0.25)


def test_groups_that_wait_alike_are_not_told_apart():
    assert time_by_segment(journey(), groups(is_different=False), (CHATTY, None), 1.0 * DAY).test.p > 0.05


def test_without_a_bound_macro_there_is_no_curve():
    assert time_to_convert(edits.remove(line("a", "b"), ["b"]), delayed()) is None


def test_two_segments_leave_out_people_of_both():
    everybody = Segment("Everybody", (Rule(("a",)),))
    assert time_by_segment(journey(), groups(is_different=True), (CHATTY, everybody), 1.0 * DAY) is None
    quick = Segment("Quick", (Rule(("a",)),), (Rule(("chat",)),))
    found = time_by_segment(journey(), groups(is_different=True), (CHATTY, quick), 1.0 * DAY)
    assert [curve.people for curve in found.curves] == [200, 200]
    assert found.in_both == 0
