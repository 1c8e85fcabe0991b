"""The ways to a target: which single rate or volume, changed alone, brings the outcome there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from workbench.forecast.flow import Floats
from workbench.forecast.levers import apply_levers
from workbench.forecast.model import ForecastModel
from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS, Assumptions, Source
from workbench.journey.journey import Lever

_MOST_TIMES = 1e6


class WayKind(StrEnum):
    """What would have to change."""

    RATE = "rate"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Way:
    """One single change that would reach the target, and the most it can give when it cannot.

    `now` is where it stands under the levers, `needed` where it would have to be (None where it moves nothing),
    `most` the highest it can be, `best_total` the outcome there (None without a limit).
    """

    target_id: str
    kind: WayKind
    now: float
    needed: float | None
    most: float | None
    is_reachable: bool
    best_total: float | None


def ways_to(
    model: ForecastModel,
    target: float,
    levers: tuple[Lever, ...] = (),
    assumptions: Assumptions = DEFAULT_ASSUMPTIONS,
    stakes: Floats | None = None,
) -> tuple[Way, ...]:
    """Which rate or which volume, changed alone, brings the outcome to `target`.

    Parameters
    ----------
    model : ForecastModel
        The base.
    target : float
        In the unit of the stakes.
    levers, assumptions
        What is changed already and taken for granted; a lift of a link counts as where its rate stands.
    stakes : (N,) array, optional
        Worth of a person at each node: by default money where values are known, else headline macro-conversions.

    Returns
    -------
    tuple of Way
        The reachable ones first, those with the smallest relative change leading.

    Notes
    -----
    Changing one rate by d is a change of rank one: G' = G + d x V / (1 - d A), with A the expected visits to the
    source from the target (0 without loops); solved for d. Where added people convert worse or come from siblings the
    outcome is no such fraction and the root is searched (Brent).
    """
    worth = model.stakes if stakes is None else stakes
    solver = _Solver(model, target, levers, assumptions, worth)
    is_linear = assumptions.source is Source.EXITS and not assumptions.quality_decay
    return tuple(sorted(solver.exact() if is_linear else solver.searched(), key=_by_ease))


@dataclass(frozen=True)
class _Solver:
    """One target on one model under what is moved and assumed."""

    model: ForecastModel
    target: float
    levers: tuple[Lever, ...]
    assumptions: Assumptions
    stakes: Floats

    def exact(self) -> list[Way]:
        model = self.model
        setting = apply_levers(model, self.levers, self.assumptions)
        rate, traffic = np.nan_to_num(setting.rate, nan=0.0), np.nan_to_num(setting.traffic, nan=0.0)
        people, worth = model.flow.reach(rate, traffic), model.flow.value_to_go(rate, self.stakes)
        short = self.target - float(traffic @ worth)
        ways = [self._rate_way(edge, rate, people, worth, short) for edge in range(len(rate))]
        for node in np.flatnonzero(traffic > 0).tolist():
            now, each = float(traffic[node]), float(worth[node])
            needed = now + short / each if each > 0 else None
            is_reachable = needed is not None and needed >= 0
            ways.append(Way(model.node_ids[node], WayKind.VOLUME, now, needed, None, is_reachable, None))
        return ways

    def _rate_way(self, edge: int, rate: Floats, people: Floats, worth: Floats, short: float) -> Way:
        flow, now = self.model.flow, float(rate[edge])
        source, target = int(flow.source[edge]), int(flow.target[edge])
        slope = float(people[source] * worth[target])
        loop = float(flow.value_to_go(rate, self.model.goal(source))[target]) if flow.has_cycle else 0.0
        most = max(0.0, 1.0 - float(rate[flow.leaving[source]].sum()) + now)
        step = short / (slope + short * loop) if slope + short * loop > 0 and slope > 0 else None
        needed = None if step is None else now + step
        best = float(people @ self.stakes) + (most - now) * slope / max(1.0 - (most - now) * loop, 1e-12)
        reachable = needed is not None and 0.0 <= needed <= most + 1e-12
        return Way(self.model.link_ids[edge], WayKind.RATE, now, needed, most, reachable, best)

    def searched(self) -> list[Way]:
        setting = apply_levers(self.model, self.levers, self.assumptions)
        ways = [self._searched_rate(edge, float(now)) for edge, now in enumerate(np.nan_to_num(setting.rate, nan=0.0))]
        traffic = np.nan_to_num(setting.traffic, nan=0.0)
        ways += [self._searched_volume(int(n), float(traffic[n])) for n in np.flatnonzero(traffic > 0)]
        return ways

    def _searched_rate(self, edge: int, now: float) -> Way:
        link_id = self.model.link_ids[edge]
        given = apply_levers(self.model, *self._with(link_id, 1.0)).rate[edge]
        most = 0.0 if np.isnan(given) else float(given)
        needed = self._root(link_id, 0.0, most)
        best = self._total(link_id, most)
        return Way(link_id, WayKind.RATE, now, needed, most, needed is not None, best)

    def _searched_volume(self, node: int, now: float) -> Way:
        node_id = self.model.node_ids[node]
        needed = self._root(node_id, 0.0, now * _MOST_TIMES)
        return Way(node_id, WayKind.VOLUME, now, needed, None, needed is not None, None)

    def _root(self, target_id: str, low: float, high: float) -> float | None:
        from scipy.optimize import brentq

        def short(value: float) -> float:
            return self._total(target_id, value) - self.target

        if high <= low or short(low) * short(high) > 0:
            return None
        return float(brentq(short, low, high, xtol=1e-12))

    def _with(self, target_id: str, value: float) -> tuple[tuple[Lever, ...], Assumptions]:
        """The levers with this one moved in place of what is done to the same target now."""
        others = tuple(lever for lever in self.levers if lever.target_id != target_id)
        lifts = tuple(lift for lift in self.assumptions.lifts if lift.target_id != target_id)
        return (*others, Lever(target_id, value)), replace(self.assumptions, lifts=lifts)

    def _total(self, target_id: str, value: float) -> float:
        model = self.model
        setting = apply_levers(model, *self._with(target_id, value))
        rate, traffic = np.nan_to_num(setting.rate, nan=0.0), np.nan_to_num(setting.traffic, nan=0.0)
        decay = self.assumptions.quality_decay
        reach: Callable[..., Floats] = model.flow.decayed_reach if decay else model.flow.reach
        people = reach(rate, traffic, *((model.base_people, decay) if decay else ()))
        return float(people @ self.stakes)


def _by_ease(way: Way) -> tuple[bool, float]:
    change = abs(way.needed / way.now - 1.0) if way.needed is not None and way.now > 0 else np.inf
    return not way.is_reachable, change
