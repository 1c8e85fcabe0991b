"""How much better than usual a link has been: in its own better weeks, and for its best segment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.benchmarks import WEEKS
from workbench.analysis.cohorts import WeeklyRates, weekly_rates
from workbench.analysis.ground import Ground
from workbench.analysis.rates import Rate
from workbench.analysis.segment_study import first_codes
from workbench.analysis.segments import shrink
from workbench.analysis.steps import step_takings
from workbench.analysis.timeline import DEFAULT_AMBIENT, Taking
from workbench.events.store import EventStore
from workbench.journey.element import LinkId
from workbench.journey.journey import Journey

FEWEST_WEEKS = 4
FEWEST_IN_SEGMENT = 300
FEWEST_IN_WEEK = 30


@dataclass(frozen=True, slots=True)
class BestSegment:
    """The value of a property whose people take a link most often, of those with 300 people and more."""

    name: str
    rate: Rate
    shrunk: float


@dataclass(frozen=True, slots=True)
class Headroom:
    """Rates of people at a link's start who did its end within the window, in any way.

    `usual` is over all weeks, `quartile` the upper quartile of the last 12 complete ones (None for fewer than 4),
    `best` the best of those with 30 people and more (None for fewer than 2).
    """

    link_id: LinkId
    weeks: int
    usual: Rate
    quartile: float | None
    best: Rate | None
    segment: BestSegment | None

    @property
    def times(self) -> float | None:
        """Its better self over its usual one, at least 1; None without either."""
        if not self.usual.value:
            return None
        better = [r for r in (self.quartile, self.segment.shrunk if self.segment else None) if r is not None]
        return max(1.0, max(better) / self.usual.value) if better else None

    @property
    def best_times(self) -> float | None:
        """Its best week over its usual rate."""
        if not self.usual.value or self.best is None or self.best.value is None:
            return None
        return self.best.value / self.usual.value


def headrooms(
    journey: Journey, store: EventStore, listed: Iterable[str] = DEFAULT_AMBIENT, name: str | None = None
) -> dict[LinkId, Headroom]:
    """Headroom of every forward link whose ends are bound.

    Parameters
    ----------
    journey, store
    listed : names of ambient events
    name : str, optional
        Property whose values, as of a person's first instant, are the segments.
    """
    return {
        link_id: _headroom(link_id, ground, taking, name)
        for link_id, ground, taking in step_takings(journey, store, listed)
    }


def benchmarks_of(found: Mapping[LinkId, Headroom], rates: Mapping[str, float]) -> dict[str, float]:
    """The rate that each link of the map would have if it did as well as its better self.

    The map's rate is of those who went there next on their path, the weeks' of those who ever did: their ratio is
    carried over, not the rate itself.

    Examples
    --------
    >>> room = Headroom(LinkId("a"), 12, Rate.of(200, 1000), 0.25, None, None)
    >>> round(benchmarks_of({LinkId("a"): room}, {"a": 0.1})["a"], 4)
    0.125
    """
    known = ((str(i), room.times) for i, room in found.items() if rates.get(i))
    return {i: min(1.0, rates[i] * times) for i, times in known if times is not None}


def _headroom(link_id: LinkId, ground: Ground, taking: Taking, name: str | None) -> Headroom:
    went_on = ground.timeline.converted[taking.people]
    weeks = weekly_rates(ground.timeline, taking)
    usual = Rate.of(int(went_on.sum()), len(went_on))
    known = _last_weeks(weeks)
    segment = best_segment(ground, taking, name) if name is not None else None
    values = [week.value for week in known if week.value is not None]
    quartile = float(np.quantile(values, 0.75)) if len(values) >= FEWEST_WEEKS else None
    wide = [week for week in known if week.n >= FEWEST_IN_WEEK]
    best = max(wide, key=lambda week: week.value or 0.0) if len(wide) > 1 else None
    return Headroom(link_id, len(known), usual, quartile, best, segment)


def _last_weeks(weeks: WeeklyRates) -> list[Rate]:
    pairs = list(zip(weeks.k, weeks.n, strict=True))[-WEEKS:]
    return [Rate.of(k, n) for k, n in pairs if n]


def best_segment(ground: Ground, taking: Taking, name: str) -> BestSegment | None:
    """The best value of a property after shrinkage; None where fewer than two have enough people."""
    column = ground.store.properties.get(name)
    if column is None:
        return None
    timeline = ground.timeline
    code: NDArray[np.int64] = first_codes(ground.store, name, 0.0)[timeline.user[taking.people]]
    n = np.bincount(code, minlength=len(column.values) + 1)[1:]
    k = np.bincount(code, timeline.converted[taking.people], len(column.values) + 1)[1:]
    if (n >= FEWEST_IN_SEGMENT).sum() < 2:
        return None
    rates = shrink(k.tolist(), n.tolist()).shrunk
    ranked = [(rate, i) for i, rate in enumerate(rates) if n[i] >= FEWEST_IN_SEGMENT and rate is not None]
    shrunk, best = max(ranked)
    return BestSegment(str(column.values[best]), Rate.of(int(k[best]), int(n[best])), shrunk)
