"""Uncertainty of a what-if: posterior draws of all rates, and the bands of what comes out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist

import numpy as np

from workbench.analysis.intervals import z_of
from workbench.forecast.flow import Floats, Flow
from workbench.forecast.levers import Setting, apply_levers
from workbench.forecast.model import ForecastModel
from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS, Assumptions, Source, check_lift
from workbench.journey.element import ElementId
from workbench.journey.journey import Lever

DRAWS = 4_000
LEVELS = (0.5, 0.8, 0.95)
LINE_DRAWS = 200_000


@dataclass(frozen=True, slots=True)
class Band:
    """Central band that holds `level` of the draws."""

    level: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, standard deviation, median and nested bands of one figure over the draws."""

    mean: float
    deviation: float
    median: float
    bands: tuple[Band, ...]

    @classmethod
    def of(cls, draws: Floats, levels: Sequence[float] = LEVELS) -> Spread:
        tails = [t for level in levels for t in ((1 - level) / 2, (1 + level) / 2)]
        found = np.quantile(draws, [0.5, *tails]).tolist()
        bands = tuple(Band(level, found[1 + 2 * i], found[2 + 2 * i]) for i, level in enumerate(levels))
        return cls(float(np.mean(draws)), float(np.std(draws)), found[0], bands)

    def band(self, level: float) -> Band:
        return next(band for band in self.bands if band.level == level)


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """`expected`: how sure the rates are. `next_period`: what a period like this one can look like (counting noise).

    `lift` is the relative change against the base in the same draws; None without levers or on a base of 0.
    """

    expected: Spread
    next_period: Spread
    lift: Spread | None


@dataclass(frozen=True)
class OutcomeBands:
    """Bands of every macro-conversion and of revenue (None without values)."""

    macros: Mapping[ElementId, Uncertainty]
    revenue: Uncertainty | None


@dataclass(frozen=True)
class Posterior:
    """Draws of all rates of a model, (E, S): per node a Dirichlet over its links and leaving.

    Counts stand in for themselves; a typed rate counts as its evidence in people (100 unless said). The draws are
    made once per change of the data; levers scale them, so that a fixed lift has a band of no width.
    """

    model: ForecastModel
    rate: Floats
    people: Floats

    @classmethod
    def of(cls, model: ForecastModel, draws: int = DRAWS) -> Posterior:
        """Draw, seeded by the journey: the same journey gives the same bands."""
        rng = np.random.default_rng(model.seed)
        rate = np.zeros((len(model.link_ids), draws))
        for edges in model.flow.leaving:
            if len(edges):
                rate[edges] = _node_draws(rng, model.known_rate[edges], float(model.evidence[edges].min()), draws)
        rate[~(model.known_rate > 0) & np.isnan(model.rate)] = 0.0
        rate = _within_whole(model.flow, rate)
        return cls(model, rate, model.flow.reach(rate, model.known_traffic))

    def bands(
        self,
        levers: tuple[Lever, ...] = (),
        assumptions: Assumptions = DEFAULT_ASSUMPTIONS,
        dispersion: float = 1.0,
    ) -> OutcomeBands:
        """Bands under the levers.

        Parameters
        ----------
        levers, assumptions
            As in `what_if.outcome`; a lift is drawn from the lognormal with its range as the central 95 %.
        dispersion : float
            Variance of a period's count over its mean, at least 1; from the element's own weeks (`benchmarks`).
        """
        model, (_, people) = self.model, self.under(levers, assumptions)
        rng = np.random.default_rng([model.seed, 2])
        counts = {n: _counts(rng, people[n], dispersion) for n in range(len(people)) if n in self._shown}
        has_levers = bool(levers or assumptions.lifts)
        macros = {
            model.node_ids[n]: _uncertainty(people[n], counts[n], self.people[n] if has_levers else None)
            for n in model.macro_nodes
        }
        return OutcomeBands(macros, self._revenue(people, counts, has_levers))

    def under(self, levers: tuple[Lever, ...], assumptions: Assumptions = DEFAULT_ASSUMPTIONS) -> tuple[Floats, Floats]:
        """Draws of the rates (E, S) and of the people at each node (N, S) under levers; paired with every other's."""
        setting = apply_levers(self.model, levers, replace(assumptions, lifts=()))
        rate = self.lifted(setting, assumptions)
        traffic = np.nan_to_num(setting.traffic, nan=0.0)
        return rate, self._reach(rate, traffic, assumptions.quality_decay)

    @property
    def _shown(self) -> set[int]:
        return {*self.model.macro_nodes, *np.flatnonzero(np.isfinite(self.model.value)).tolist()}

    def _reach(self, rate: Floats, traffic: Floats, decay: float) -> Floats:
        flow = self.model.flow
        return flow.decayed_reach(rate, traffic, self.people, decay) if decay > 0 else flow.reach(rate, traffic)

    def lifted(self, setting: Setting, assumptions: Assumptions = DEFAULT_ASSUMPTIONS) -> Floats:
        """The draws, each changed rate scaled by its lift and capped at what is available.

        `setting` holds the levers alone: the lifts of the assumptions are drawn here.
        """
        flow, rate, moved = self.model.flow, self.rate.copy(), set(setting.moved_edges)
        for edge in setting.moved_edges:
            base = self.model.known_rate[edge]
            rate[edge] = rate[edge] * (setting.rate[edge] / base) if base > 0 else setting.rate[edge]
        rng = np.random.default_rng([self.model.seed, 1])
        for lift in assumptions.lifts:
            drawn = lift_draws(rng, lift.low, lift.high, rate.shape[1])
            if lift.target_id not in self.model.edge_of:
                continue
            edge = self.model.edge_of[lift.target_id]
            before = rate[edge].copy()
            rate[edge] *= drawn
            moved.add(edge)
            if assumptions.source is Source.SIBLINGS:
                moved.update(_yield_to(flow, rate, edge, before, moved))
        return _capped(flow, rate, moved)

    def _revenue(self, people: Floats, counts: Mapping[int, Floats], has_levers: bool) -> Uncertainty | None:
        valued = np.flatnonzero(np.isfinite(self.model.value))
        if not len(valued):
            return None
        value = self.model.value[valued]
        drawn = sum((w * counts[int(n)] for n, w in zip(valued, value, strict=True)), np.zeros(people.shape[1]))
        return _uncertainty(value @ people[valued], drawn, value @ self.people[valued] if has_levers else None)


def lift_draws(rng: np.random.Generator, low: float, high: float, draws: int) -> Floats:
    """Lognormal factors whose central 95 % is low..high; a range of no width gives the factor itself."""
    middle, width = _log_normal(low, high)
    return np.asarray(np.exp(middle + width * rng.permutation(_normal_scores(draws))))


def _log_normal(low: float, high: float) -> tuple[float, float]:
    """Mean and deviation of the logarithm of a factor whose central 95 % is low..high."""
    check_lift(low, high)
    return float(np.log(low * high)) / 2, float(np.log(high / low)) / (2 * z_of(0.95))


@cache
def _normal_scores(draws: int) -> Floats:
    """Evenly spread quantiles of the normal: in random order they are draws without the luck of the draw."""
    inverse = NormalDist().inv_cdf
    return np.array([inverse((i + 0.5) / draws) for i in range(draws)])


def line_spread(
    steps: Sequence[tuple[int, int]], traffic: float, level: float = 0.95, prior: float = 0.5, seed: int = 1
) -> Spread:
    """Posterior of what comes out of a line of steps [k of n each] that are of different samples.

    Examples
    --------
    >>> spread = line_spread([(400, 5000), (180, 400), (96, 180)], 50_000)
    >>> 955 < spread.mean < 967
    True
    """
    rng, product = np.random.default_rng(seed), np.full(LINE_DRAWS, float(traffic))
    for k, n in steps:
        product *= rng.beta(k + prior, n - k + prior, LINE_DRAWS)
    return Spread.of(product, (level,))


def lift_band(low: float, high: float, level: float = 0.95) -> Band:
    """Band of the relative change at the end of a line when one rate is lifted by an uncertain ratio low..high.

    All other rates cancel in paired draws, so that only the lift's own uncertainty is left.

    Examples
    --------
    >>> lift_band(1.1875, 1.1875).low
    0.1875
    >>> round(lift_band(1.0579, 1.3446).high, 4)
    0.3446
    """
    middle, width = _log_normal(low, high)
    half = width * z_of(level)
    return Band(level, float(np.exp(middle - half)) - 1.0, float(np.exp(middle + half)) - 1.0)


def _node_draws(rng: np.random.Generator, rate: Floats, evidence: float, draws: int) -> Floats:
    """Dirichlet draws of one node's rates (K - 1, S), prior 1/K each; what is left over leaves."""
    outcomes = len(rate) + 1
    counts = np.append(rate, max(0.0, 1.0 - float(rate.sum()))) * evidence
    gammas = rng.standard_gamma((counts + 1.0 / outcomes)[:, None], (outcomes, draws))
    return np.asarray(gammas[:-1] / gammas.sum(axis=0))


def _capped(flow: Flow, rate: Floats, moved: set[int]) -> Floats:
    """Moved rates scaled down, draw by draw, to what the unmoved ones of their node leave."""
    for edges in flow.leaving:
        mine = np.array([e for e in edges.tolist() if e in moved], dtype=np.int64)
        if len(mine):
            room = 1.0 - rate[edges].sum(axis=0) + rate[mine].sum(axis=0)
            rate[mine] *= np.minimum(1.0, np.maximum(room, 0.0) / np.maximum(rate[mine].sum(axis=0), 1e-300))
    return rate


def _yield_to(flow: Flow, rate: Floats, edge: int, before: Floats, moved: set[int]) -> list[int]:
    """Let the unmoved siblings of a lifted edge give, draw by draw, what it gained; which ones gave."""
    siblings = [e for e in flow.leaving[int(flow.source[edge])].tolist() if e != edge and e not in moved]
    held = rate[siblings].sum(axis=0)
    if not siblings or not held.any():
        return []
    left = np.maximum(held + before - rate[edge], 0.0)
    rate[edge] = before + held - left
    rate[siblings] *= np.divide(left, held, out=np.zeros_like(left), where=held > 0)
    return siblings


def _within_whole(flow: Flow, rate: Floats) -> Floats:
    """Guard against rounding: no node hands on more than all."""
    return rate / np.maximum(flow.outflow(rate), 1.0)[flow.source]


def _counts(rng: np.random.Generator, mean: Floats, dispersion: float) -> Floats:
    """Counts around the means with variance dispersion x mean (Poisson at 1, else negative binomial)."""
    if dispersion <= 1.0:
        return rng.poisson(mean).astype(np.float64)
    return rng.poisson(rng.gamma(np.maximum(mean, 1e-12) / (dispersion - 1.0), dispersion - 1.0)).astype(np.float64)


def _uncertainty(expected: Floats, counts: Floats, base: Floats | None) -> Uncertainty:
    lift = None if base is None or np.any(base <= 0) else Spread.of(expected / base - 1.0)
    return Uncertainty(Spread.of(expected), Spread.of(counts), lift)
