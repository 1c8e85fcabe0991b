"""Posterior bands, sensitivity and ways to a target."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forecast.maps import branching, line, measured_line, random_map
from workbench.errors import WorkbenchError
from workbench.forecast.bands import Posterior, lift_band, line_spread
from workbench.forecast.flow import sensitivities
from workbench.forecast.levers import apply_levers
from workbench.forecast.model import ForecastModel
from workbench.forecast.recovery import RecoveryRate, recovery
from workbench.forecast.sensitivity import sensitivity_table
from workbench.forecast.target import WayKind, ways_to
from workbench.forecast.what_if import outcome
from workbench.journey.assumptions import Assumptions, LiftRange, Source
from workbench.journey.element import ElementId
from workbench.journey.journey import Lever

ORDER = ElementId("order")


def test_bands_of_a_measured_line_are_those_of_its_binomials() -> None:
    journey, measures = measured_line()
    model = ForecastModel.of(journey, measures)
    traffic = (Lever("page", 50_000.0),)
    spread = Posterior.of(model).bands(traffic).macros[ORDER].expected
    assert spread.mean == pytest.approx(960.9, rel=0.02)
    assert spread.band(0.95).low == pytest.approx(780, rel=0.04)
    assert spread.band(0.95).high == pytest.approx(1160, rel=0.04)


def test_next_period_is_wider_than_the_rates_alone_and_wider_still_with_dispersion() -> None:
    journey, measures = measured_line()
    posterior = Posterior.of(ForecastModel.of(journey, measures))
    calm, rough = posterior.bands(), posterior.bands(dispersion=4.0)
    widths = [
        calm.macros[ORDER].expected.deviation,
        calm.macros[ORDER].next_period.deviation,
        rough.macros[ORDER].next_period.deviation,
    ]
    assert widths == sorted(widths)


def test_the_same_journey_gives_the_same_bands() -> None:
    model = ForecastModel.of(line())
    assert Posterior.of(model).bands() == Posterior.of(model).bands()


def test_a_fixed_lift_has_no_width_and_a_range_has() -> None:
    posterior = Posterior.of(ForecastModel.of(line()))
    fixed = posterior.bands((Lever("page-cart", 0.095),)).macros[ORDER].lift
    assert fixed is not None
    assert fixed.band(0.95).low == pytest.approx(0.1875, abs=1e-9)
    ranged = posterior.bands((), Assumptions(lifts=(LiftRange("page-cart", 1.0579, 1.3446),))).macros[ORDER].lift
    assert ranged is not None
    assert ranged.band(0.95).low == pytest.approx(0.0579, abs=0.001)
    assert ranged.band(0.95).high == pytest.approx(0.3446, abs=0.002)


def test_a_narrow_guess_gives_a_narrower_band_than_a_vague_one() -> None:
    journey = line()

    def width(low: float, high: float) -> float:
        guessed = replace(journey.links[0], rate_low=low, rate_high=high)
        model = ForecastModel.of(journey.with_links([guessed, *journey.links[1:]]))
        return Posterior.of(model).bands().macros[ORDER].expected.deviation

    assert width(0.078, 0.082) < width(0.04, 0.14)


def test_draws_never_hand_on_more_than_all_even_when_a_lever_asks_for_it() -> None:
    posterior = Posterior.of(ForecastModel.of(branching()))
    rate = posterior.lifted(apply_levers(posterior.model, (Lever("page-cart", 0.7),)))
    assert posterior.model.flow.outflow(rate).max() <= 1 + 1e-9


def test_a_line_spread_hits_the_exact_mean() -> None:
    assert line_spread([(400, 5000), (180, 400), (96, 180)], 50_000).mean == pytest.approx(960.94, rel=0.01)
    assert lift_band(1.1, 1.1).high == pytest.approx(0.1)


def test_every_link_of_a_line_has_elasticity_one_and_the_table_says_so() -> None:
    table = sensitivity_table(Posterior.of(ForecastModel.of(line())))
    assert table.is_one_line
    assert "On one line" in table.sentence
    assert [row.elasticity for row in table.rows] == pytest.approx([1, 1, 1])
    assert table.rows[0].link_id == "page-cart"


def test_benchmarks_rank_by_headroom() -> None:
    table = sensitivity_table(Posterior.of(ForecastModel.of(line())), {"checkout-order": 0.9, "page-cart": 0.081})
    assert [row.link_id for row in table.rows[:2]] == ["checkout-order", "page-cart"]
    assert table.rows[0].headroom == pytest.approx(0.3 * 2000 * 80)


def test_taking_people_from_a_sibling_is_worth_less_than_from_exits() -> None:
    posterior = Posterior.of(ForecastModel.of(branching()))
    exits = {str(row.link_id): row.plus_1pp for row in sensitivity_table(posterior).rows}
    siblings = {str(row.link_id): row.plus_1pp for row in sensitivity_table(posterior, source=Source.SIBLINGS).rows}
    assert siblings["page-cart"] == pytest.approx(exits["page-cart"] / 2)


@given(st.integers(0, 5_000))
def test_sensitivity_is_what_a_changed_rate_does(seed: int) -> None:
    model = ForecastModel.of(random_map(seed))
    edge = seed % len(model.link_ids)
    row = sensitivities(model.flow, model.rate, model.traffic, model.known_value)[edge]
    changed = model.rate.copy()
    changed[edge] += 0.01
    gain = model.known_value @ (model.flow.reach(changed, model.traffic) - model.base_people)
    assert float(gain) == pytest.approx(row.plus_1pp, abs=1e-6)


@given(st.integers(0, 5_000), st.floats(1.01, 1.3))
def test_a_reachable_way_reaches_the_target(seed: int, factor: float) -> None:
    model = ForecastModel.of(random_map(seed))
    goal = float(model.known_value @ model.base_people) * factor
    way = ways_to(model, goal)[0]
    assert way.needed is not None
    assert outcome(model, (Lever(way.target_id, way.needed),)).revenue.value == pytest.approx(goal)


def test_a_way_through_a_loop_reaches_the_target_too() -> None:
    journey = branching()
    model = ForecastModel.of(journey.with_links([*journey.links[:4], replace(journey.links[4], rate=0.2)]))
    goal = float(model.known_value @ model.base_people) * 1.1
    for way in ways_to(model, goal):
        if way.is_reachable and way.kind is WayKind.RATE and way.needed is not None:
            assert outcome(model, (Lever(way.target_id, way.needed),)).revenue.value == pytest.approx(goal)


def test_recovery_takes_only_carts_above_the_threshold() -> None:
    found = recovery([620, 540, 500, 80], 500, RecoveryRate(0.15, 0.10, 0.20))
    assert found is not None
    assert found.carts == 2
    assert (found.orders, found.revenue) == pytest.approx((0.3, 174))
    assert recovery([10.0], 500, RecoveryRate(0.15, 0.1, 0.2)) is None


def test_posterior_means_are_near_the_rates() -> None:
    posterior = Posterior.of(ForecastModel.of(random_map(1)))
    assert np.abs(posterior.rate.mean(axis=1) - posterior.model.rate).max() < 0.05


def test_bands_of_a_loop_are_drawn_too() -> None:
    journey = branching()
    model = ForecastModel.of(journey.with_links([*journey.links[:4], replace(journey.links[4], rate=0.3)]))
    posterior = Posterior.of(model, 300)
    spread = posterior.bands((Lever("page-cart", 0.3),)).macros[ORDER]
    assert spread.expected.mean == pytest.approx(1000 * 0.45 * 0.4 / (1 - 0.45 * 0.3), rel=0.1)
    assert spread.lift is not None


def test_a_map_without_values_has_no_revenue_band() -> None:
    worthless = line().with_elements(replace(e, value=None) for e in line().elements)
    assert Posterior.of(ForecastModel.of(worthless)).bands().revenue is None


def test_a_clear_winner_leads_in_most_draws() -> None:
    rows = sensitivity_table(Posterior.of(ForecastModel.of(line((0.01, 0.5, 0.6))))).rows
    assert rows[0].is_clear_winner
    assert not rows[1].is_clear_winner


def test_a_recovery_rate_outside_its_range_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="recovery rate"):
        RecoveryRate(0.3, 0.1, 0.2)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.1), (1.2, 1.1)])
def test_a_range_of_lifts_that_is_none_is_refused(low: float, high: float) -> None:
    with pytest.raises(WorkbenchError, match="no range of lifts"):
        lift_band(low, high)


def test_where_no_link_brings_anything_none_leads() -> None:
    rows = sensitivity_table(Posterior.of(ForecastModel.of(line(volume=0.0)))).rows
    assert [row.first_share for row in rows] == [0, 0, 0]
