"""Headroom of a link: its own better weeks, its best segment, and what the ranking makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.builders import line as drawn
from tests.forecast.maps import line
from workbench.analysis.rates import Rate
from workbench.events.store import EventStore
from workbench.forecast.bands import Posterior
from workbench.forecast.headroom import BestSegment, Headroom, benchmarks_of, headrooms
from workbench.forecast.model import ForecastModel
from workbench.forecast.sensitivity import sensitivity_table
from workbench.journey import edits
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule

DAY = 86_400.0
LINK = LinkId("a-to-b")


def bound() -> Journey:
    journey = edits.amend_journey(drawn("a", "b"), window_s=DAY)
    for name in ("a", "b"):
        journey = edits.amend(journey, [ElementId(name)], rule=Rule((name,)))
    return journey


def store_of(rates: Sequence[float], size: int = 100, device: Sequence[float] = (1.0, 1.0)) -> EventStore:
    """One cohort of people per week; `device` scales the rates of the two halves of each."""
    rows: list[tuple[Any, ...]] = [("first", 0.0, "z")]
    for week, rate in enumerate(rates):
        for n in range(size):
            person, start, half = f"{week:02d}-{n:04d}", week * 7 * DAY + 3600.0, n % 2
            rows.append((person, start, "a", {"device": ("desktop", "mobile")[half]}))
            if n // 2 < rate * device[half] * size / 2:
                rows.append((person, start + 60.0, "b"))
    return EventStore.from_rows([*rows, ("last", len(rates) * 7 * DAY + DAY + 1, "z")])


def test_the_upper_quartile_and_the_best_of_its_own_weeks_are_found():
    found = headrooms(bound(), store_of([0.2, 0.2, 0.4, 0.2, 0.6, 0.2, 0.2, 0.2]), ())[LINK]
    assert found.weeks == 8
    assert found.quartile == pytest.approx(0.25)
    assert found.best == Rate.of(60, 100)
    assert found.usual.value == pytest.approx(0.275)
    assert found.best_times == pytest.approx(0.6 / 0.275)
    assert found.times == 1.0


def test_few_weeks_or_few_people_give_no_benchmark():
    found = headrooms(bound(), store_of([0.2, 0.4, 0.6]), ())[LINK]
    assert (found.quartile, found.best, found.times) == (None, Rate.of(60, 100), None)
    thin = headrooms(bound(), store_of([0.2, 0.4, 0.6, 0.2], size=20), ())[LINK]
    assert thin.best is None


def test_the_best_segment_needs_300_people_and_is_drawn_to_the_whole():
    store = store_of([0.2, 0.2, 0.2, 0.2], size=200, device=(1.5, 0.5))
    segment = headrooms(bound(), store, (), "device")[LINK].segment
    assert segment is not None
    assert (segment.name, segment.rate.n) == ("desktop", 400)
    assert 0.2 < segment.shrunk < (segment.rate.value or 0)
    small = store_of([0.2, 0.2, 0.2, 0.2], size=100, device=(1.5, 0.5))
    assert headrooms(bound(), small, (), "device")[LINK].segment is None
    assert headrooms(bound(), store, (), "no such")[LINK].segment is None


def test_the_better_of_weeks_and_segment_is_carried_over_as_a_ratio():
    segment = BestSegment("desktop", Rate.of(150, 400), 0.3)
    room = Headroom(LINK, 12, Rate.of(200, 1000), 0.25, None, segment)
    assert benchmarks_of({LINK: room}, {LINK: 0.1}) == {LINK: pytest.approx(0.15)}
    assert benchmarks_of({LINK: room}, {}) == {}
    assert benchmarks_of({LINK: room}, {LINK: 0.8}) == {LINK: 1.0}


def test_nothing_is_known_of_links_whose_ends_are_not_bound():
    assert headrooms(edits.amend(bound(), [ElementId("a")], rule=None), store_of([0.2] * 5), ()) == {}


def test_with_benchmarks_the_ranking_and_its_stability_go_by_headroom():
    posterior = Posterior.of(ForecastModel.of(line((0.01, 0.5, 0.6))))
    assert sensitivity_table(posterior).rows[0].link_id == "page-cart"
    table = sensitivity_table(posterior, {"page-cart": 0.0101, "checkout-order": 0.9})
    assert table.by_headroom
    best = table.rows[0]
    assert (best.link_id, best.is_clear_winner) == ("checkout-order", True)
    assert best.headroom_band is not None
    assert best.headroom_band.low < (best.headroom or 0) < best.headroom_band.high


def test_a_benchmark_beyond_what_the_siblings_leave_is_cut():
    from tests.forecast.maps import branching

    rows = sensitivity_table(Posterior.of(ForecastModel.of(branching())), {"page-cart": 0.9}).rows
    assert rows[0].benchmark == pytest.approx(0.7)
