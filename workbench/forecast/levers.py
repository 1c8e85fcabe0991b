"""Levers: changed rates, volumes and shares, applied to a forecast model with caps where there is no more to take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from workbench.forecast.flow import Floats
from workbench.forecast.model import ForecastModel, Hint, HintKind, Seat
from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS, Assumptions, LiftRange, Source
from workbench.journey.journey import Lever


@dataclass(frozen=True, slots=True)
class Cap:
    """A lever that asked for more than there is."""

    target_id: str
    asked: float
    given: float


@dataclass(frozen=True, slots=True)
class Setting:
    """Rates (E,), traffic (N,) and shares of seated micro-conversions once the levers are applied; NaN = unknown."""

    rate: Floats
    traffic: Floats
    did: Mapping[str, float]
    moved_edges: frozenset[int] = frozenset()
    moved_nodes: frozenset[int] = frozenset()
    caps: tuple[Cap, ...] = ()
    hints: tuple[Hint, ...] = ()


def apply_levers(
    model: ForecastModel, levers: tuple[Lever, ...], assumptions: Assumptions = DEFAULT_ASSUMPTIONS
) -> Setting:
    """Apply link rates and volumes in order, then the micro-conversions that sit on stages, then the lifts' middles.

    A rate is capped at the share that leaves (or, taken from siblings, at what they hold). A seated
    micro-conversion raises all onward rates of its stage by one factor, so that the headline macro-conversion gains
    extra doers x causal share x risk difference.
    """
    bench = _Bench(model, assumptions, model.rate.copy(), model.traffic.copy())
    for lever in levers:
        bench.pull(lever)
    for lever in levers:
        if lever.target_id in model.seats:
            bench.pull_seat(model.seats[lever.target_id], lever)
    for lift in assumptions.lifts:
        bench.lift(lift)
    return bench.setting()


@dataclass
class _Bench:
    """The rates while levers are being pulled."""

    model: ForecastModel
    assumptions: Assumptions
    rate: Floats
    traffic: Floats
    did: dict[str, float] = field(default_factory=dict)
    moved_edges: set[int] = field(default_factory=set)
    moved_nodes: set[int] = field(default_factory=set)
    caps: list[Cap] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)

    def pull(self, lever: Lever) -> None:
        if lever.target_id in self.model.edge_of:
            self._pull_rate(self.model.edge_of[lever.target_id], lever)
        elif lever.target_id in self.model.node_of:
            node = self.model.node_of[lever.target_id]
            self.traffic[node] = self._given(lever, max(0.0, lever.value))
            self.moved_nodes.add(node)
        elif lever.target_id not in self.model.seats:
            self._say_stale(lever.target_id)

    def lift(self, lift: LiftRange) -> None:
        """Multiply a rate, as the levers left it, by the middle of the lift."""
        edge = self.model.edge_of.get(lift.target_id)
        if edge is None:
            self._say_stale(lift.target_id)
        elif not np.isnan(self.rate[edge]):
            self._pull_rate(edge, Lever(lift.target_id, float(self.rate[edge]) * lift.middle))

    def _say_stale(self, target_id: str) -> None:
        sentence = "A lever of this scenario has no target on the map any more."
        self.hints.append(Hint(HintKind.STALE_LEVER, target_id, sentence))

    def _pull_rate(self, edge: int, lever: Lever) -> None:
        flow = self.model.flow
        leaving = flow.leaving[int(flow.source[edge])]
        siblings = leaving[leaving != edge]
        free = siblings[[e not in self.moved_edges for e in siblings.tolist()]]
        held, yielding = float(np.nansum(self.rate[siblings])), float(np.nansum(self.rate[free]))
        if self.assumptions.source is Source.SIBLINGS and yielding > 0 and not np.isnan(self.rate[edge]):
            room = self.rate[edge] + yielding
            given = self._given(lever, float(np.clip(lever.value, 0.0, room)))
            self.rate[free] *= (room - given) / yielding
            self.moved_edges.update(free.tolist())
        else:
            given = self._given(lever, float(np.clip(lever.value, 0.0, max(0.0, 1.0 - held))))
        self.rate[edge] = given
        self.moved_edges.add(edge)

    def _given(self, lever: Lever, given: float) -> float:
        if abs(given - lever.value) > 1e-12:
            self.caps.append(Cap(lever.target_id, lever.value, given))
        return given

    def pull_seat(self, seat: Seat, lever: Lever) -> None:
        share = self._given(lever, float(np.clip(lever.value, 0.0, 1.0)))
        self.did[lever.target_id] = share
        difference = risk_difference(self.model, seat)
        if seat.did_rate is None or difference is None:
            sentence = "Type the share of its doers who convert: what this micro-conversion is worth is not known."
            self.hints.append(Hint(HintKind.NO_EFFECT, lever.target_id, sentence))
            return
        self._lift_stage(seat, lever, (share - seat.did_rate) * self.assumptions.causal_share * difference)

    def _lift_stage(self, seat: Seat, lever: Lever, gain_per_person: float) -> None:
        """Scale the onward rates of the stage so that each of its people gains this much macro-conversion."""
        flow, rate = self.model.flow, np.nan_to_num(self.rate, nan=0.0)
        edges = flow.leaving[seat.node]
        chance = flow.value_to_go(rate, self.model.headline_goal)
        again = flow.value_to_go(rate, self.model.goal(seat.node)) if flow.has_cycle else np.zeros(flow.node_count)
        onward = float(rate[edges] @ chance[flow.target[edges]])
        loop = float(rate[edges] @ again[flow.target[edges]])
        slope = onward + gain_per_person * loop
        if slope <= 0:
            sentence = "Nobody goes on from its stage, so more doers change nothing."
            self.hints.append(Hint(HintKind.NO_EFFECT, lever.target_id, sentence))
            return
        asked = 1.0 + gain_per_person / slope
        factor = float(np.clip(asked, 0.0, 1.0 / float(rate[edges].sum())))
        if abs(factor - asked) > 1e-12:
            given = (factor - 1.0) / (asked - 1.0) * (lever.value - (seat.did_rate or 0.0)) + (seat.did_rate or 0.0)
            self.caps.append(Cap(lever.target_id, lever.value, given))
        self.rate[edges] *= factor
        self.moved_edges.update(edges.tolist())

    def setting(self) -> Setting:
        return Setting(
            self.rate,
            self.traffic,
            self.did,
            frozenset(self.moved_edges),
            frozenset(self.moved_nodes),
            tuple(self.caps),
            tuple(self.hints),
        )


def risk_difference(model: ForecastModel, seat: Seat) -> float | None:
    """Macro rate of those who do it minus that of the others at its stage; None where nobody knows.

    First the depth-matched difference given to the model; then the typed share of doers who convert, set against
    what the stage's people do on the whole; then the measured difference in going on, carried to the macro.
    """
    if seat.risk_difference is not None:
        return seat.risk_difference
    chance = float(model.base_chance[seat.node])
    if seat.macro_rate is not None and seat.did_rate is not None and seat.did_rate < 1.0:
        others = max(0.0, (chance - seat.did_rate * seat.macro_rate) / (1.0 - seat.did_rate))
        return seat.macro_rate - others
    if seat.onward_difference is None:
        return None
    went_on = float(model.known_rate[model.flow.leaving[seat.node]].sum())
    return seat.onward_difference * chance / went_on if went_on > 0 else None
