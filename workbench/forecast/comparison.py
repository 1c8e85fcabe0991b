"""Two scenarios side by side: people, rates, conversions and revenue of each, and how sure their difference is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from workbench.analysis.measures import Grade
from workbench.forecast.bands import Band, Posterior
from workbench.forecast.flow import Floats
from workbench.forecast.what_if import Outcome, Projection, outcome
from workbench.journey.journey import Scenario


class What(StrEnum):
    """What a row of the comparison counts."""

    REVENUE = "revenue"
    CONVERSIONS = "conversions"
    PEOPLE = "people"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Side:
    """A figure in one scenario with 95 % of the draws; None where nobody knows."""

    value: float | None
    band: Band | None
    grade: Grade


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One figure in both scenarios; `difference` is right minus left, its band from paired draws."""

    what: What
    target_id: str
    left: Side
    right: Side
    difference: float | None
    band: Band | None

    @property
    def lift(self) -> float | None:
        """Relative change from left to right; None on a left of 0."""
        return self.difference / self.left.value if self.difference is not None and self.left.value else None

    @property
    def differs(self) -> bool:
        """Whether the scenarios differ here, by more than rounding or in how sure they are."""
        is_wide = self.band is not None and self.band.high - self.band.low > 1e-9
        return is_wide or abs(self.difference or 0.0) > 1e-9


@dataclass(frozen=True)
class Comparison:
    """Revenue and conversions first, then people per element and the rates of links, as on the map."""

    left: Scenario
    right: Scenario
    rows: tuple[ComparedRow, ...]


def compare(posterior: Posterior, left: Scenario, right: Scenario) -> Comparison:
    """Set two scenarios against each other on the same draws, so that what they share cancels.

    Raises
    ------
    WorkbenchError
        If one of them cannot be forecast (a loop that keeps people for ever).

    Examples
    --------
    >>> from workbench.forecast.model import ForecastModel
    >>> from workbench.journey.element import Element, ElementId, Link, LinkId
    >>> from workbench.journey.journey import Journey, Lever
    >>> from workbench.journey.taxonomy import Kind
    >>> page = Element(ElementId("page"), Kind.STAGE, "Page", volume=50_000)
    >>> order = Element(ElementId("order"), Kind.MACRO, "Order", value=80)
    >>> buys = Link(LinkId("buys"), page.element_id, order.element_id, rate=0.08)
    >>> posterior = Posterior.of(ForecastModel.of(Journey(elements=(page, order), links=(buys,))))
    >>> found = compare(posterior, Scenario("As-is"), Scenario("Better", (Lever("buys", 0.095),)))
    >>> [(row.what.value, row.difference, round(row.lift, 4)) for row in found.rows[:2]]
    [('revenue', 60000.0, 0.1875), ('conversions', 750.0, 0.1875)]
    """
    sides = _Pair(posterior, _Drawn.of(posterior, left), _Drawn.of(posterior, right))
    return Comparison(left, right, tuple(sides.rows()))


@dataclass(frozen=True)
class _Drawn:
    """One scenario: its outcome, and the draws of its rates (E, S) and people (N, S)."""

    made: Outcome
    rate: Floats
    people: Floats

    @classmethod
    def of(cls, posterior: Posterior, scenario: Scenario) -> _Drawn:
        made = outcome(posterior.model, scenario.levers, scenario.assumptions)
        return cls(made, *posterior.under(scenario.levers, scenario.assumptions))


@dataclass(frozen=True)
class _Pair:
    """Both scenarios on the same draws."""

    posterior: Posterior
    left: _Drawn
    right: _Drawn

    def rows(self) -> list[ComparedRow]:
        model, left, right = self.posterior.model, self.left, self.right
        rows = [self._revenue()] if model.has_value else []
        for what, nodes in ((What.CONVERSIONS, model.macro_nodes), (What.PEOPLE, range(len(model.node_ids)))):
            for node in nodes:
                i = model.node_ids[node]
                pair = (left.made.reach[i], right.made.reach[i])
                rows.append(_row(what, i, pair, (left.people[node], right.people[node])))
        rates = zip(left.made.rate.items(), right.made.rate.values(), left.rate, right.rate, strict=True)
        return rows + [_row(What.RATE, i, (a, b), (drawn, other)) for (i, a), b, drawn, other in rates]

    def _revenue(self) -> ComparedRow:
        worth = self.posterior.model.known_value
        drawn = (worth @ self.left.people, worth @ self.right.people)
        return _row(What.REVENUE, "", (self.left.made.revenue, self.right.made.revenue), drawn)


def _row(what: What, target_id: str, pair: tuple[Projection, Projection], drawn: tuple[Floats, Floats]) -> ComparedRow:
    left, right = (Side(p.value, _band(d, p.value), p.grade) for p, d in zip(pair, drawn, strict=True))
    if left.value is None or right.value is None:
        return ComparedRow(what, target_id, left, right, None, None)
    difference = right.value - left.value
    return ComparedRow(what, target_id, left, right, difference, _band(drawn[1] - drawn[0], difference))


def _band(draws: Floats, value: float | None) -> Band | None:
    if value is None:
        return None
    low, high = np.quantile(draws, [0.025, 0.975]).tolist()
    return Band(0.95, low, high)
