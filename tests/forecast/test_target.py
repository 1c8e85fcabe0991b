"""The target solver: exact where the outcome is linear, searched where it is not, honest where it cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forecast.maps import branching, line, random_map
from workbench.forecast.model import ForecastModel
from workbench.forecast.target import Way, WayKind, ways_to
from workbench.forecast.what_if import outcome
from workbench.journey.assumptions import Assumptions, LiftRange, Source
from workbench.journey.journey import Lever


def way_of(ways: tuple[Way, ...], target_id: str) -> Way:
    return next(way for way in ways if way.target_id == target_id)


def test_orders_and_money_are_different_targets():
    model = ForecastModel.of(line())
    orders = ways_to(model, 1500.0, stakes=model.headline_goal)
    money = ways_to(model, 1500.0 * 80)
    assert way_of(orders, "page-cart").needed == pytest.approx(0.1)
    assert way_of(money, "page-cart").needed == pytest.approx(0.1)
    assert way_of(orders, "page").needed == pytest.approx(62_500)


def test_a_rate_that_cannot_reach_it_alone_says_what_it_gives_at_most():
    model = ForecastModel.of(line())
    way = way_of(ways_to(model, 3000.0, stakes=model.headline_goal), "checkout-order")
    assert not way.is_reachable
    assert way.best_total == pytest.approx(2000.0)
    assert ways_to(model, 3000.0, stakes=model.headline_goal)[-1].target_id == "checkout-order"


@pytest.mark.parametrize("taken", [Assumptions(quality_decay=0.2), Assumptions(source=Source.SIBLINGS)])
@given(st.integers(0, 5_000), st.floats(1.02, 1.2))
def test_what_is_searched_reaches_the_target_under_its_assumptions(taken: Assumptions, seed: int, factor: float):
    model = ForecastModel.of(random_map(seed, 5))
    goal = float(model.known_value @ model.base_people) * factor
    for way in ways_to(model, goal, (), taken):
        if way.is_reachable and way.needed is not None:
            made = outcome(model, (Lever(way.target_id, way.needed),), taken)
            assert made.revenue.value == pytest.approx(goal, rel=1e-6)
        elif way.kind is WayKind.RATE and way.most:
            assert (way.best_total or 0.0) < goal * (1 + 1e-9)


def test_taken_from_siblings_a_rate_reaches_less():
    model = ForecastModel.of(branching())
    exits = way_of(ways_to(model, 9000.0), "page-cart")
    siblings = way_of(ways_to(model, 9000.0, (), Assumptions(source=Source.SIBLINGS)), "page-cart")
    assert (exits.most, siblings.most) == (pytest.approx(0.7), pytest.approx(0.5))
    assert (siblings.best_total or 0.0) < (exits.best_total or 0.0)


def test_a_lift_on_a_link_counts_as_where_it_stands_and_gives_way_to_the_lever():
    model = ForecastModel.of(line())
    taken = Assumptions(quality_decay=0.1, lifts=(LiftRange("page-cart", 1.25, 1.25),))
    way = way_of(ways_to(model, 1400.0, (), taken, model.headline_goal), "page-cart")
    assert way.now == pytest.approx(0.1)
    assert way.needed is not None
    alone = Assumptions(quality_decay=0.1)
    made = outcome(model, (Lever("page-cart", way.needed),), alone)
    assert made.headline is not None
    assert made.headline.value == pytest.approx(1400.0)


def test_nothing_leads_there_where_nobody_comes():
    model = ForecastModel.of(line((0.0, 0.5, 0.6)))
    ways = ways_to(model, 100.0, stakes=model.headline_goal)
    assert way_of(ways, "cart-checkout").needed is None
    assert way_of(ways, "page").needed is None
    assert way_of(ways, "page-cart").needed == pytest.approx(100 / (50_000 * 0.3))
