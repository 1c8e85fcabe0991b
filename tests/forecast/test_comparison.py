"""Two scenarios side by side on the same draws."""

from __future__ import annotations

import pytest

from tests.forecast.maps import line, measured_line
from workbench.forecast.bands import Posterior
from workbench.forecast.comparison import ComparedRow, Comparison, What, compare
from workbench.forecast.model import ForecastModel
from workbench.forecast.what_if import outcome
from workbench.journey.assumptions import Assumptions, LiftRange
from workbench.journey.journey import Lever, Scenario

AS_IS = Scenario("As-is")
BETTER = Scenario("Better", (Lever("page-cart", 0.095),))


def row_of(found: Comparison, what: What, target_id: str = "") -> ComparedRow:
    return next(row for row in found.rows if (row.what, row.target_id) == (what, target_id))


def test_the_sides_are_the_outcomes_and_the_difference_is_paired():
    posterior = Posterior.of(ForecastModel.of(line()))
    found = compare(posterior, AS_IS, BETTER)
    revenue = row_of(found, What.REVENUE)
    assert revenue.left.value == outcome(posterior.model).revenue.value
    assert revenue.lift == pytest.approx(0.1875)
    assert revenue.band is not None
    assert revenue.left.band is not None
    assert revenue.band.high - revenue.band.low < 0.25 * (revenue.left.band.high - revenue.left.band.low)
    assert row_of(found, What.RATE, "page-cart").difference == pytest.approx(0.015)


def test_what_the_scenarios_share_does_not_differ():
    posterior = Posterior.of(ForecastModel.of(line()))
    found = compare(posterior, AS_IS, BETTER)
    assert not row_of(found, What.PEOPLE, "page").differs
    assert not row_of(found, What.RATE, "cart-checkout").differs
    assert row_of(found, What.PEOPLE, "cart").differs
    assert not any(row.differs for row in compare(posterior, BETTER, BETTER).rows)


def test_an_unsure_lift_differs_from_a_sure_one_of_the_same_middle():
    posterior = Posterior.of(ForecastModel.of(line()))
    unsure, sure = LiftRange("page-cart", 1.1, 1.3), LiftRange("page-cart", 1.1958, 1.1958)
    pair = [Scenario(n, (), "", Assumptions(lifts=(lift,))) for n, lift in (("sure", sure), ("unsure", unsure))]
    row = row_of(compare(posterior, *pair), What.CONVERSIONS, "order")
    assert row.lift == pytest.approx(0.0, abs=1e-4)
    assert row.band is not None
    assert row.band.low < 0 < row.band.high


def test_on_measured_maps_as_is_reproduces_the_counts():
    posterior = Posterior.of(ForecastModel.of(*measured_line()))
    found = compare(posterior, AS_IS, BETTER)
    assert [row_of(found, What.PEOPLE, i).left.value for i in ("page", "cart", "checkout")] == [5000, 400, 180]


def test_nothing_known_stays_unknown():
    found = compare(Posterior.of(ForecastModel.of(line((None, None, None)))), AS_IS, BETTER)
    row = row_of(found, What.PEOPLE, "checkout")
    assert (row.left.value, row.difference, row.band, row.differs) == (None, None, None, False)
