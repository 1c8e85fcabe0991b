"""Which change brings most: sensitivity of the outcome to every link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.forecast.bands import Band, Posterior
from workbench.forecast.flow import Floats, sensitivities
from workbench.forecast.model import ForecastModel
from workbench.journey.assumptions import Source
from workbench.journey.element import LinkId

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
    """Share of draws in which each edge has the highest score, of those in which any has one."""
    first = np.zeros(size)
    if scores:
        edges, table = np.array(list(scores)), np.array(list(scores.values()))
        wins = np.bincount(np.argmax(table, axis=0)[table.max(axis=0) > 0], minlength=len(edges))
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
