"""Drivers: what goes with a macro-conversion, naive, in order and depth-matched, side by side for all events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.association import (
    EValue,
    Pooled,
    TwoByTwo,
    e_value,
    homogeneity,
    mantel_haenszel,
    pool,
    pooled_of,
    two_by_two,
)
from workbench.analysis.comparisons import NO_TEST, Test, false_discovery
from workbench.analysis.intervals import Interval, interval_of
from workbench.analysis.rates import Rate
from workbench.analysis.timeline import Bools, Floats, Rows, Taking, Timeline
from workbench.journey.element import ElementId

MIN_TAKERS = 30
DEFAULT_Q = 0.05
MIX_FACTOR = 1.5
CONSISTENT_SHARE = 0.75
MIN_WEEK_TAKERS = 30
BOOTSTRAPS = 200


class Quadrant(StrEnum):
    """Where a driver stands between frequency and association."""

    INVEST = "invest"
    PROMOTE = "promote"
    VANITY = "vanity"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class WeekRatio:
    """Depth-matched ratio among people who entered in one 7-day block; None where undefined."""

    weeks_ago: int
    takers: int
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Driver:
    """One event or mapped micro-conversion against one macro-conversion.

    `naive` ignores order, `ordered` counts takings before the macro only, `matched` compares takers with people at
    the same depth: recommendations rest on the last. An association, not an effect: see `e_value`.
    """

    name: str
    is_mapped: bool
    share: Rate
    naive: TwoByTwo
    ordered: TwoByTwo
    matched: Pooled
    e_value: EValue
    p_adjusted: float | None
    is_required: bool
    is_mix_effect: bool
    homogeneity: Test
    strata: tuple[tuple[float, float, float, float], ...]
    quadrant: Quadrant | None
    weeks: tuple[WeekRatio, ...] = ()

    @property
    def lower(self) -> float | None:
        return self.matched.ratio_interval.low

    @property
    def holds_up(self) -> bool:
        """Depth-matched lower bound above 1, adjusted p within 5 %, and the same direction in most weeks."""
        sure = self.lower is not None and self.lower > 1.0 and self.is_significant
        return sure and not self.is_required and self.is_consistent

    @property
    def is_significant(self) -> bool:
        return self.p_adjusted is not None and self.p_adjusted <= DEFAULT_Q

    @property
    def is_consistent(self) -> bool:
        """In at least three quarters of the weeks with enough takers the ratio is above 1."""
        ratios = [w.ratio for w in self.weeks if w.ratio is not None and w.takers >= MIN_WEEK_TAKERS]
        return not ratios or sum(r > 1.0 for r in ratios) >= CONSISTENT_SHARE * len(ratios)

    @property
    def underperforms(self) -> bool:
        """Fewer conversions than peers at the same depth, beyond doubt: upper bound below 0.8."""
        high = self.matched.ratio_interval.high
        return high is not None and high < 0.8 and self.is_significant and not self.is_required


@dataclass(frozen=True)
class DriverTable:
    """All drivers of one macro-conversion, the strongest depth-matched lower bound first, required steps last."""

    rows: tuple[Driver, ...]
    window_s: float
    mature: int
    immature: int
    base: Rate

    @property
    def required(self) -> tuple[Driver, ...]:
        """Steps without which nobody converts."""
        return tuple(row for row in self.rows if row.is_required)

    @property
    def top(self) -> tuple[Driver, ...]:
        """Up to five that hold up."""
        return tuple(row for row in self.rows if row.holds_up)[:5]

    def row(self, name: str) -> Driver:
        return next(row for row in self.rows if row.name == name)


def matched_differences(table: DriverTable) -> dict[ElementId, float]:
    """Depth-matched risk difference of each mapped action, for the forecast of those that sit on a stage."""
    rows = (row for row in table.rows if row.is_mapped and row.matched.difference is not None)
    return {ElementId(row.name): float(row.matched.difference or 0.0) for row in rows}


def drivers(
    timeline: Timeline,
    ambient: Iterable[str] = (),
    mapped: Mapping[str, Rows] | None = None,
    min_takers: int = MIN_TAKERS,
) -> DriverTable:
    """Associate every event and mapped micro-conversion with the macro-conversion of a timeline.

    Parameters
    ----------
    timeline : Timeline
        People on the way to the macro; prepared once, about a second for 2.7 million events.
    ambient : names that are left out, as given to the timeline
    mapped : name of a mapped micro-conversion to the rows of its hits (ascending)
    min_takers : int
        Things that fewer people took before the macro are left out of the family.

    Returns
    -------
    DriverTable
        Sorted by the lower bound of the depth-matched ratio. Adjusted p over all that are not required steps.
    """
    named = [timeline.taking(name, rows) for name, rows in (mapped or {}).items()]
    takings = named + [t for t in timeline.takings(ambient) if t.name not in (mapped or {})]
    eligible = [t for t in takings if len(t.people) >= min_takers]
    base = Rate.of(timeline.buyers, timeline.mature)
    if not eligible or not timeline.mature:
        return DriverTable((), timeline.window_s, timeline.mature, timeline.immature, base)
    candidates = _candidates(timeline, eligible, len(named))
    middle = float(np.median([len(taking.people) for taking in eligible]))
    rows = [_driver(timeline, candidate, middle) for candidate in candidates]
    rows.sort(key=lambda row: (row.is_required, -(row.lower or 0.0), row.name))
    return DriverTable(tuple(rows), timeline.window_s, timeline.mature, timeline.immature, base)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One member of the family, pooled and adjusted."""

    taking: Taking
    cells: Floats
    matched: Pooled
    ordered: TwoByTwo
    adjusted: float | None
    is_mapped: bool


def _candidates(timeline: Timeline, takings: list[Taking], mapped: int) -> list[_Candidate]:
    cells = np.stack([timeline.cells(taking) for taking in takings])
    matched = pooled_of(pool(cells))
    orders = [ordered_table(timeline, taking) for taking in takings]
    adjusted = _adjusted(matched, orders)
    return [
        _Candidate(taking, cells[i], matched[i], orders[i], adjusted[i], i < mapped) for i, taking in enumerate(takings)
    ]


def ordered_table(timeline: Timeline, taking: Taking) -> TwoByTwo:
    """Takers before the macro against all others."""
    return _table(timeline, taking.people)


def naive_table(timeline: Timeline, taking: Taking) -> TwoByTwo:
    """Takers at any time within the window, also after the macro, against all others."""
    return _table(timeline, taking.ever)


def _table(timeline: Timeline, people: NDArray[np.int64]) -> TwoByTwo:
    a, n1 = int(timeline.converted[people].sum()), len(people)
    return two_by_two(a, n1, timeline.buyers - a, timeline.mature - n1)


def _adjusted(matched: list[Pooled], orders: list[TwoByTwo]) -> list[float | None]:
    raw = [np.nan if m.p is None or o.is_required else m.p for m, o in zip(matched, orders, strict=True)]
    return [None if np.isnan(p) else float(p) for p in false_discovery(raw)]


def _driver(timeline: Timeline, candidate: _Candidate, middle: float) -> Driver:
    taking, matched, ordered, adjusted = candidate.taking, candidate.matched, candidate.ordered, candidate.adjusted
    bounds, cells = matched.ratio_interval, candidate.cells
    live = cells[(cells[:, 1] > 0) & (cells[:, 3] > 0)]
    is_leading = bounds.low is not None and bounds.low > 1.0 and adjusted is not None and adjusted <= DEFAULT_Q
    return Driver(
        name=taking.name,
        is_mapped=candidate.is_mapped,
        share=Rate.of(len(taking.people), timeline.mature),
        naive=naive_table(timeline, taking),
        ordered=ordered,
        matched=matched,
        e_value=e_value(matched.ratio, bounds.low, bounds.high),
        p_adjusted=adjusted,
        is_required=ordered.is_required,
        is_mix_effect=_is_mix(ordered, matched),
        homogeneity=homogeneity(live, "woolf") if len(live) > 1 else NO_TEST,
        strata=tuple((a, n1, c, n0) for a, n1, c, n0 in cells.tolist()),
        quadrant=None if ordered.is_required else _quadrant(len(taking.people) >= middle, is_leading),
        weeks=_weeks(timeline, taking) if is_leading and not ordered.is_required else (),
    )


def _is_mix(ordered: TwoByTwo, matched: Pooled) -> bool:
    """Crude and matched differences point apart with both intervals off zero, or the ratios differ by half."""
    apart = ordered.ratio and matched.ratio and abs(np.log(ordered.ratio / matched.ratio)) > np.log(MIX_FACTOR)
    if apart or ordered.difference is None or matched.difference is None:
        return bool(apart)
    sure = not ordered.difference_interval.holds(0.0) and not matched.difference_interval.holds(0.0)
    return sure and ordered.difference * matched.difference < 0


def _quadrant(is_frequent: bool, is_associated: bool) -> Quadrant:
    if is_associated:
        return Quadrant.INVEST if is_frequent else Quadrant.PROMOTE
    return Quadrant.VANITY if is_frequent else Quadrant.DROP


def _weeks(timeline: Timeline, taking: Taking) -> tuple[WeekRatio, ...]:
    """The ratio by week of entry: does it hold up over time?"""
    weeks = timeline.entry_week
    return tuple(_week(timeline, taking, weeks == week, int(week)) for week in np.unique(weeks))


def _week(timeline: Timeline, taking: Taking, keep: Bools, weeks_ago: int) -> WeekRatio:
    pooled = mantel_haenszel(timeline.cells(taking, keep))
    return WeekRatio(weeks_ago, int(keep[taking.people].sum()), pooled.ratio)


def stratified(timeline: Timeline, taking: Taking, group: Rows) -> Pooled:
    """Depth-matched within groups of people (channel, device): strata are depth bin x group.

    Parameters
    ----------
    group : (people,) integers
        Group of each person of the timeline; groups of under 200 people are pooled.
    """
    sizes = np.bincount(group)
    pooled_group = np.where(sizes[group] >= 200, group, len(sizes))
    return mantel_haenszel(np.concatenate([timeline.cells(taking, pooled_group == g) for g in np.unique(pooled_group)]))


def bootstrap_ratio(timeline: Timeline, taking: Taking, draws: int = BOOTSTRAPS, seed: int = 1) -> Interval:
    """95 % interval of the depth-matched ratio by resampling people (Poisson weights), for the detail view.

    People are controls at several depths, which makes the closed-form interval a little narrow.
    """
    rng = np.random.default_rng(seed)
    ratios = [_resampled(timeline, taking, rng.poisson(1.0, timeline.mature)) for _ in range(draws)]
    known = [ratio for ratio in ratios if ratio is not None]
    return interval_of(tuple(np.quantile(known, [0.025, 0.975]))) if known else Interval()


def _resampled(timeline: Timeline, taking: Taking, weight: NDArray[np.int64]) -> float | None:
    index = np.repeat(np.arange(timeline.mature), weight)
    place = np.repeat(np.arange(len(taking.people)), weight[taking.people])
    drawn = replace(
        timeline, user=timeline.user[index], reach=timeline.reach[index], converted=timeline.converted[index]
    )
    starts = np.concatenate([[0], np.cumsum(weight)])[taking.people]
    again = Taking(taking.name, starts[place], taking.depth[place], taking.ever, taking.row[place])
    return mantel_haenszel(drawn.cells(again)).ratio
