"""Which change brings most: sensitivity of the outcome to every link, and the ways to reach a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from workbench.forecast.bands import Band, Posterior
from workbench.forecast.flow import Floats, sensitivities
from workbench.forecast.levers import apply_levers
from workbench.forecast.model import ForecastModel
from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS, Source
from workbench.journey.element import LinkId
from workbench.journey.journey import Lever

CLEAR_WINNER_SHARE = 0.8
ONE_LINE_SENTENCE = (
    "On one line every step counts the same: +10 % on any rate is +10 % at the end. "
    "Choose by what is easiest to raise and by how far a step is below its own best."
)


@dataclass(frozen=True, slots=True)
class LinkSensitivity:
    """What raising one link's rate brings, in money where values are known, else in headline macro-conversions.

    `headroom` is the gain when the rate is raised to the given benchmark; None without one. `first_share` is the
    share of draws in which this link leads by what the table is ranked by: 0.8 and more is a clear winner.
    """

    link_id: LinkId
    rate: float
    plus_1pp: float
    plus_1pp_band: Band
    plus_10pct: float
    plus_10pct_band: Band
    elasticity: float | None
    first_share: float
    benchmark: float | None
    headroom: float | None
    headroom_band: Band | None = None

    @property
    def is_clear_winner(self) -> bool:
        return self.first_share >= CLEAR_WINNER_SHARE


@dataclass(frozen=True, slots=True)
class SensitivityTable:
    """All links, the most rewarding first: by headroom where benchmarks are given, else by +1 point."""

    rows: tuple[LinkSensitivity, ...]
    is_one_line: bool
    in_money: bool
    by_headroom: bool = False

    @property
    def sentence(self) -> str:
        return ONE_LINE_SENTENCE if self.is_one_line else ""


def sensitivity_table(
    posterior: Posterior, benchmarks: Mapping[str, float] | None = None, source: Source = Source.EXITS
) -> SensitivityTable:
    """Rank the links by what a raised rate brings.

    Parameters
    ----------
    posterior : Posterior
        Draws of the model's rates.
    benchmarks : mapping of link to rate, optional
        The better of the upper quartile of the link's own 12 weeks and its best segment after shrinkage; capped at
        what the sibling links leave.
    source : Source
        Whether the extra people come from those who left or from the sibling links.
    """
    model = posterior.model
    slope = _slopes(model, model.known_rate[:, None], source)[:, 0]
    drawn = _slopes(model, posterior.rate, source)
    targets = _within_room(model, benchmarks or {})
    gains = {e: _headroom(float(model.known_rate[e]), t, posterior.rate[e] * drawn[e]) for e, t in targets.items()}
    first = _first_shares(gains or dict(enumerate(drawn)), len(slope))
    exact = sensitivities(model.flow, model.known_rate, model.known_traffic, model.stakes)
    rows = []
    for edge, link_id in enumerate(model.link_ids):
        rate, target = float(model.known_rate[edge]), targets.get(edge)
        rows.append(
            LinkSensitivity(
                link_id=LinkId(link_id),
                rate=rate,
                plus_1pp=0.01 * float(slope[edge]),
                plus_1pp_band=_band(0.01 * drawn[edge]),
                plus_10pct=0.1 * rate * float(slope[edge]),
                plus_10pct_band=_band(0.1 * posterior.rate[edge] * drawn[edge]),
                elasticity=exact[edge].elasticity,
                first_share=float(first[edge]),
                benchmark=target,
                headroom=None if target is None else max(0.0, target - rate) * float(slope[edge]),
                headroom_band=_band(gains[edge]) if edge in gains else None,
            )
        )
    rows.sort(key=lambda row: (-(row.headroom or 0.0), -row.plus_1pp))
    return SensitivityTable(tuple(rows), _is_one_line(rows), model.has_value, bool(gains))


def _within_room(model: ForecastModel, benchmarks: Mapping[str, float]) -> dict[int, float]:
    """Benchmarks by edge, none above what its siblings leave."""
    left = 1.0 - model.flow.outflow(model.known_rate)[model.flow.source] + model.known_rate
    edges = ((model.edge_of[i], target) for i, target in benchmarks.items() if i in model.edge_of)
    return {edge: min(target, float(left[edge])) for edge, target in edges}


def _headroom(rate: float, target: float, worth: Floats) -> Floats:
    """Gain in every draw from the relative lift that takes the rate to its target; `worth` is rate x slope."""
    return worth * max(0.0, target / rate - 1.0) if rate > 0 else np.zeros_like(worth)


def _first_shares(scores: Mapping[int, Floats], size: int) -> Floats:
    """Share of draws in which each edge has the highest score."""
    first = np.zeros(size)
    if scores:
        edges, table = np.array(list(scores)), np.array(list(scores.values()))
        wins = np.bincount(np.argmax(table, axis=0), minlength=len(edges))
        first[edges] = wins / table.shape[1]
    return first


def _slopes(model: ForecastModel, rate: Floats, source: Source) -> Floats:
    """Gain per unit of rate of every edge, (E, S)."""
    flow = model.flow
    people, worth = flow.reach(rate, model.known_traffic), flow.value_to_go(rate, model.stakes)
    ahead = worth[flow.target]
    if source is Source.SIBLINGS:
        ahead = ahead - _sibling_worth(model, rate, worth)
    return np.asarray(people[flow.source] * ahead)


def _sibling_worth(model: ForecastModel, rate: Floats, worth: Floats) -> Floats:
    """Mean value-to-go of each edge's siblings, weighted by their rates; 0 without any."""
    flow = model.flow
    weighted = rate * worth[flow.target]
    others = flow.outflow(rate)[flow.source] - rate
    total = flow.outflow(weighted)[flow.source] - weighted
    return np.divide(total, others, out=np.zeros_like(total), where=others > 1e-12)


def _band(draws: Floats) -> Band:
    low, high = np.quantile(draws, [0.025, 0.975]).tolist()
    return Band(0.95, low, high)


def _is_one_line(rows: list[LinkSensitivity]) -> bool:
    live = [row.elasticity for row in rows if row.rate > 0]
    return len(live) > 1 and all(e is not None and abs(e - 1.0) < 1e-9 for e in live)


class WayKind(StrEnum):
    """What would have to change."""

    RATE = "rate"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Way:
    """One single change that would reach the target, and the most it can give when it cannot."""

    target_id: str
    kind: WayKind
    now: float
    needed: float | None
    most: float | None
    is_reachable: bool
    best_total: float | None


def ways_to(model: ForecastModel, target: float, levers: tuple[Lever, ...] = ()) -> tuple[Way, ...]:
    """Which rate or which volume, changed alone, brings the outcome to `target`.

    Parameters
    ----------
    model : ForecastModel
        The base.
    target : float
        Money where values are known, else headline macro-conversions.
    levers : tuple of Lever
        What is changed already.

    Returns
    -------
    tuple of Way
        The reachable ones first, those with the smallest relative change leading.

    Notes
    -----
    Changing one rate by d is a change of rank one: G' = G + d x V / (1 - d A), with A the expected visits to the
    source from the target (0 without loops); solved for d.
    """
    setting = apply_levers(model, levers, DEFAULT_ASSUMPTIONS)
    rate, traffic = np.nan_to_num(setting.rate, nan=0.0), np.nan_to_num(setting.traffic, nan=0.0)
    people, worth = model.flow.reach(rate, traffic), model.flow.value_to_go(rate, model.stakes)
    short = target - float(traffic @ worth)
    ways = [_rate_way(model, edge, rate, people, worth, short) for edge in range(len(rate))]
    entries = np.flatnonzero(traffic > 0)
    ways += [_volume_way(model, int(node), float(traffic[node]), float(worth[node]), short) for node in entries]
    return tuple(sorted(ways, key=_by_ease))


def _rate_way(model: ForecastModel, edge: int, rate: Floats, people: Floats, worth: Floats, short: float) -> Way:
    flow, now = model.flow, float(rate[edge])
    source, target = int(flow.source[edge]), int(flow.target[edge])
    slope = float(people[source] * worth[target])
    loop = float(flow.value_to_go(rate, model.goal(source))[target]) if flow.has_cycle else 0.0
    most = max(0.0, 1.0 - float(rate[flow.leaving[source]].sum()) + now)
    step = short / (slope + short * loop) if slope + short * loop > 0 and slope > 0 else None
    needed = None if step is None else now + step
    best = float(people @ model.stakes) + (most - now) * slope / max(1.0 - (most - now) * loop, 1e-12)
    reachable = needed is not None and 0.0 <= needed <= most + 1e-12
    return Way(model.link_ids[edge], WayKind.RATE, now, needed, most, reachable, best)


def _volume_way(model: ForecastModel, node: int, now: float, worth: float, short: float) -> Way:
    needed = now + short / worth if worth > 0 else None
    return Way(model.node_ids[node], WayKind.VOLUME, now, needed, None, needed is not None and needed >= 0, None)


def _by_ease(way: Way) -> tuple[bool, float]:
    change = abs(way.needed / way.now - 1.0) if way.needed is not None and way.now > 0 else np.inf
    return not way.is_reachable, change
