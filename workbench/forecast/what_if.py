"""Live what-if: the whole map under changed rates, volumes and shares of a micro-conversion, beside the base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.measures import Grade
from workbench.forecast.flow import Floats
from workbench.forecast.levers import Cap, Setting, apply_levers
from workbench.forecast.model import ForecastModel, Hint
from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS, Assumptions
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Lever

_GRADES = (Grade.MEASURED, Grade.AGGREGATED, Grade.ESTIMATED)
_WORST = len(_GRADES) - 1


@dataclass(frozen=True, slots=True)
class Projection:
    """One figure in the scenario beside the base; None where nobody knows. `is_partial`: a part is unknown."""

    value: float | None
    base: float | None
    grade: Grade
    is_partial: bool = False

    @property
    def difference(self) -> float | None:
        return None if self.value is None or self.base is None else self.value - self.base

    @property
    def lift(self) -> float | None:
        """Relative change, 0.1875 for +18.75 %; None on a base of 0."""
        return None if self.value is None or not self.base else self.value / self.base - 1.0


@dataclass(frozen=True)
class Outcome:
    """The whole map under the levers; every figure carries its base, difference, lift and grade.

    `reach` people at an element (visits on a map with typed loops), `stopped` those who leave there, `rate` and
    `people` of a link, `macros` counts per macro-conversion, `did` people who do a seated micro-conversion,
    `value_to_go` money per person standing there, `money_lost` what leaves with the stopped, `chance` the probability
    of the headline macro-conversion from there.
    """

    levers: tuple[Lever, ...]
    assumptions: Assumptions
    reach: Mapping[ElementId, Projection]
    stopped: Mapping[ElementId, Projection]
    rate: Mapping[LinkId, Projection]
    people: Mapping[LinkId, Projection]
    macros: Mapping[ElementId, Projection]
    did: Mapping[ElementId, Projection]
    value_to_go: Mapping[ElementId, Projection]
    money_lost: Mapping[ElementId, Projection]
    chance: Mapping[ElementId, Projection]
    revenue: Projection
    headline: Projection | None
    caps: tuple[Cap, ...] = ()
    hints: tuple[Hint, ...] = ()
    counts_visits: bool = False

    @property
    def is_moved(self) -> bool:
        """Whether a lever or a lift is in force."""
        return bool(self.levers or self.assumptions.lifts)


def outcome(
    model: ForecastModel, levers: tuple[Lever, ...] = (), assumptions: Assumptions = DEFAULT_ASSUMPTIONS
) -> Outcome:
    """Compute the map under the levers.

    Parameters
    ----------
    model : ForecastModel
        From `ForecastModel.of(journey, measures)`.
    levers : tuple of Lever
        A target is a link (its new rate 0..1), an element of the trail (its new entering volume) or a seated
        micro-conversion (its new share of the stage's people). A rate is capped at the share that is available.
    assumptions : Assumptions
        Where extra people come from, the causal share of a micro-conversion, the decay of later rates, and lifts,
        each taken at its middle (its range shows in the bands).

    Returns
    -------
    Outcome
        On one line 8 % raised to 9.5 % is +18.75 % at the end, whatever the later rates.

    Raises
    ------
    WorkbenchError
        If a loop keeps people for ever, or a quality decay is asked for on a map with loops.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from workbench.journey.element import Element, ElementId, Link, LinkId
    >>> from workbench.journey.journey import Journey
    >>> from workbench.journey.taxonomy import Kind
    >>> page = Element(ElementId("page"), Kind.STAGE, "Page", volume=50_000)
    >>> order = Element(ElementId("order"), Kind.MACRO, "Order", value=80)
    >>> buys = Link(LinkId("buys"), ElementId("page"), ElementId("order"), rate=0.08)
    >>> model = ForecastModel.of(Journey(elements=(page, order), links=(buys,)))
    >>> round(outcome(model, (Lever("buys", 0.095),)).revenue.lift, 6)
    0.1875
    """
    setting = apply_levers(model, levers, assumptions)
    model.flow.check_drains(np.nan_to_num(setting.rate, nan=0.0))
    return _Report(model, levers, assumptions, setting).outcome()


@dataclass(frozen=True, slots=True)
class _State:
    """All columns of one setting: (E,) rate and moving people, (N,) the rest; NaN = unknown."""

    rate: Floats
    moving: Floats
    people: Floats
    stopped: Floats
    worth: Floats
    lost: Floats
    chance: Floats
    lacking: NDArray[np.bool_]


def _state(model: ForecastModel, setting: Setting, decay: float) -> _State:
    flow, rate = model.flow, np.nan_to_num(setting.rate, nan=0.0)
    traffic = np.nan_to_num(setting.traffic, nan=0.0)
    people = flow.decayed_reach(rate, traffic, model.base_people, decay) if decay > 0 else flow.reach(rate, traffic)
    effective = people - decay * np.maximum(people - model.base_people, 0.0)
    moving = effective[flow.source] * setting.rate
    stopped = people - flow.outflow(moving)
    stopped[list(model.macro_nodes)] = np.nan
    worth = flow.value_to_go(rate, model.known_value)
    ahead, share = flow.outflow(rate * worth[flow.target]), flow.outflow(rate)
    mean_ahead = np.divide(ahead, share, out=np.full_like(ahead, np.nan), where=share > 0)
    chance = flow.value_to_go(rate, model.headline_goal)
    return _State(
        setting.rate,
        moving,
        people,
        stopped,
        worth,
        stopped * mean_ahead,
        chance,
        model.lacks(setting.rate, setting.traffic),
    )


_BASE: WeakKeyDictionary[ForecastModel, _State] = WeakKeyDictionary()


def _base_state(model: ForecastModel) -> _State:
    """The map without levers, computed once per model."""
    if model not in _BASE:
        _BASE[model] = _state(model, Setting(model.rate, model.traffic, {}), 0.0)
    return _BASE[model]


@dataclass(frozen=True)
class _Report:
    """Turns two settings, the base and the levers', into an outcome."""

    model: ForecastModel
    levers: tuple[Lever, ...]
    assumptions: Assumptions
    setting: Setting

    def outcome(self) -> Outcome:
        model = self.model
        base = _base_state(model)
        now = _state(model, self.setting, self.assumptions.quality_decay)
        edge_grade = self._edge_grades()
        grade = self._upstream(edge_grade)
        onward = _spread_worst(model, edge_grade, np.zeros(len(model.node_ids), dtype=np.int64), backward=True)
        reach = self._nodes(now.people, base.people, grade, now.lacking, base.lacking)
        money = model.has_value
        both = np.maximum(grade, onward)
        return Outcome(
            levers=self.levers,
            assumptions=self.assumptions,
            reach=reach,
            stopped=self._nodes(now.stopped, base.stopped, both, now.lacking, base.lacking),
            rate=self._edges(now.rate, base.rate, edge_grade),
            people=self._edges(now.moving, base.moving, np.maximum(edge_grade, grade[model.flow.source])),
            macros={model.node_ids[n]: reach[model.node_ids[n]] for n in model.macro_nodes},
            did=self._did(now.people, base.people),
            value_to_go=self._nodes(now.worth, base.worth, onward) if money else {},
            money_lost=self._nodes(now.lost, base.lost, both, now.lacking, base.lacking) if money else {},
            chance=self._nodes(now.chance, base.chance, onward) if model.headline is not None else {},
            revenue=self._revenue(now, base, grade),
            headline=None if model.headline is None else reach[model.node_ids[model.headline]],
            caps=self.setting.caps,
            hints=self._open_hints() + self.setting.hints,
            counts_visits=model.flow.has_cycle,
        )

    def _edge_grades(self) -> NDArray[np.int64]:
        rank = np.array([_GRADES.index(grade) for grade in self.model.rate_grade], dtype=np.int64)
        rank[list(self.setting.moved_edges)] = _WORST
        return rank

    def _upstream(self, edge_grade: NDArray[np.int64]) -> NDArray[np.int64]:
        start = np.array([_GRADES.index(grade) for grade in self.model.traffic_grade], dtype=np.int64)
        start[list(self.setting.moved_nodes)] = _WORST
        start[self.setting.traffic == 0] = 0
        return _spread_worst(self.model, np.where(self.setting.rate > 0, edge_grade, 0), start, backward=False)

    def _nodes(
        self,
        now: Floats,
        base: Floats,
        grade: NDArray[np.int64],
        lacking: NDArray[np.bool_] | None = None,
        base_lacking: NDArray[np.bool_] | None = None,
    ) -> dict[ElementId, Projection]:
        columns = zip(
            self.model.node_ids, _column(now, lacking), _column(base, base_lacking), grade.tolist(), strict=True
        )
        if lacking is None or not lacking.any():
            return {i: Projection(v, b, _GRADES[g]) for i, v, b, g in columns}
        return {
            i: Projection(v, b, _GRADES[g], is_open)
            for (i, v, b, g), is_open in zip(columns, lacking.tolist(), strict=True)
        }

    def _edges(self, now: Floats, base: Floats, grade: NDArray[np.int64]) -> dict[LinkId, Projection]:
        columns = zip(self.model.link_ids, _column(now), _column(base), grade.tolist(), strict=True)
        return {LinkId(i): Projection(v, b, _GRADES[g]) for i, v, b, g in columns}

    def _did(self, now: Floats, base: Floats) -> dict[ElementId, Projection]:
        return {
            seat.element_id: Projection(
                _times(now[seat.node], self.setting.did.get(seat.element_id, seat.did_rate)),
                _times(base[seat.node], seat.did_rate),
                Grade.ESTIMATED if seat.element_id in self.setting.did else seat.grade,
            )
            for seat in self.model.seats.values()
        }

    def _revenue(self, now: _State, base: _State, grade: NDArray[np.int64]) -> Projection:
        valued = np.flatnonzero(np.isfinite(self.model.value))
        if not len(valued):
            return Projection(None, None, Grade.ESTIMATED)
        value, lacking = self.model.value[valued], bool(np.any(now.lacking[valued]))
        total, before = float(value @ now.people[valued]), float(value @ base.people[valued])
        base_lacking = bool(np.any(base.lacking[valued]))
        return Projection(
            _known(total, lacking), _known(before, base_lacking), _GRADES[int(grade[valued].max())], lacking
        )

    def _open_hints(self) -> tuple[Hint, ...]:
        """The model's hints, without those that a lever has answered."""
        return tuple(hint for hint in self.model.hints if not self._is_answered(hint.target_id))

    def _is_answered(self, target_id: str) -> bool:
        return (
            self.model.edge_of.get(target_id, -1) in self.setting.moved_edges
            or self.model.node_of.get(target_id, -1) in self.setting.moved_nodes
        )


def _spread_worst(
    model: ForecastModel, edge_grade: NDArray[np.int64], start: NDArray[np.int64], backward: bool
) -> NDArray[np.int64]:
    """The worst grade that flows into each node, along the links or against them."""
    ends = (model.flow.target, model.flow.source) if backward else (model.flow.source, model.flow.target)
    worst = start.copy()
    for _ in range(len(worst)):
        spread = worst.copy()
        np.maximum.at(spread, ends[1], np.maximum(worst[ends[0]], edge_grade))
        if np.array_equal(spread, worst):
            break
        worst = spread
    return worst


def _column(values: Floats, lacking: NDArray[np.bool_] | None = None) -> list[float | None]:
    """`_known` of many at once."""
    unknown = np.isnan(values) if lacking is None else np.isnan(values) | (lacking & (values == 0.0))
    known: list[float | None] = values.tolist()
    for i in np.flatnonzero(unknown).tolist():
        known[i] = None
    return known


def _known(value: float, is_open: bool = False) -> float | None:
    """None where unknown, and where all that is known is nothing while an unknown part may come."""
    return None if np.isnan(value) or (is_open and value == 0.0) else value


def _times(people: float, share: float | None) -> float | None:
    return None if share is None else float(people) * share
