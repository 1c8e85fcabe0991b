"""From an element to the macro-conversion over time: waiting times, weekly rates, cohorts by week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.intervals import Interval, interval_of
from workbench.analysis.survival import CohortMaturity, SurvivalCurve, cohort_maturity, survival_curve
from workbench.analysis.timeline import Rows, Taking, Timeline
from workbench.events.store import EventStore

US = 1_000_000
WEEK_US = 7 * 86_400 * US
RECENT_COHORTS = 13
ENOUGH_COHORTS = 5

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Waits:
    """Per person with an origin: seconds to the first macro-conversion after it, or to the end of the data."""

    seconds: Floats
    is_event: Bools
    origin_us: Ints

    @property
    def people(self) -> int:
        return len(self.seconds)

    def curve(self, at_s: list[float] | None = None, level: float = 0.95) -> SurvivalCurve:
        """Share not yet converted over time (Kaplan-Meier)."""
        return survival_curve(self.seconds, self.is_event, at_s, level)

    @property
    def median_s(self) -> float | None:
        """Time by which half have converted; None while fewer than half are known to."""
        curve = self.curve()
        halves = (t for t, s in zip(curve.times, curve.survival, strict=True) if s is not None and s <= 0.5)
        return next(halves, None)

    def converted_by(self, seconds: float, level: float = 0.95) -> tuple[float | None, Interval]:
        """Share converted by a time, with its interval."""
        curve = self.curve([seconds], level)
        share, low, high = curve.survival[0], curve.low[0], curve.high[0]
        bounds = (np.nan if high is None else 1 - high, np.nan if low is None else 1 - low)
        return (None if share is None else 1 - share), interval_of(bounds)


def waits(store: EventStore, origin_rows: Rows, macro_rows: Rows) -> Waits:
    """Time from each person's first origin to the first macro-conversion after it, censored at the end of the data.

    Parameters
    ----------
    store : EventStore
    origin_rows, macro_rows : ascending rows of the hits

    Examples
    --------
    >>> store = EventStore.from_rows([("a", 0, "view"), ("a", 5, "buy"), ("b", 2, "view"), ("b", 9, "view")])
    >>> found = waits(store, *(store.postings(store.code_by_name[name]) for name in ("view", "buy")))
    >>> sorted(zip(found.seconds.tolist(), found.is_event.tolist()))
    [(5.0, True), (7.0, False)]
    """
    rows = np.asarray(origin_rows, dtype=np.int64)
    owner = store.user_of(rows)
    first = rows[np.diff(owner, prepend=-1) != 0]
    macro = np.asarray(macro_rows, dtype=np.int64)
    at = np.searchsorted(macro, first, side="right")
    following = np.append(macro, -1)[np.minimum(at, len(macro))]
    person = store.user_of(first)
    is_event = (following >= 0) & (following < store.user_offset[person + 1])
    origin = store.time_us[first]
    ends = np.where(is_event, store.time_us[np.maximum(following, 0)], store.data_end_us or 0)
    return Waits((ends - origin) / US, is_event, origin)


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Weekly cohorts by origin: people, cumulative conversions by week since (None = not elapsed), and maturity.

    `is_reliable` needs five cohorts with a known first step; else only elapsed cohorts should be shown. A cohort of
    age a began between a + 1 and a + 2 weeks before the end of the data.
    """

    sizes: tuple[int, ...]
    cumulative: tuple[tuple[int | None, ...], ...]
    maturity: CohortMaturity
    is_reliable: bool
    ages: tuple[int, ...] = ()

    def own_completion(self, row: int) -> float | None:
        """The share of its final count that a cohort has reached by now."""
        known = sum(value is not None for value in self.cumulative[row])
        return self.maturity.completion[known - 1] if known else None


def cohorts(found: Waits, data_end_us: int, weeks: int = 6) -> Cohorts | None:
    """Group waits into 7-day cohorts counted back from the end of the data, and bring young ones to maturity.

    Parameters
    ----------
    found : Waits
    data_end_us : int
    weeks : int
        Columns: weeks since the origin.

    Returns
    -------
    Cohorts, or None without people
        Oldest first. The newest cohort has one elapsed week at least.
    """
    age = (data_end_us - found.origin_us) // WEEK_US - 1
    usable = age >= 0
    if not usable.any():
        return None
    oldest = int(age[usable].max())
    sizes = np.bincount(age[usable], minlength=oldest + 1)
    columns = min(weeks, oldest + 1)
    came = np.minimum(found.seconds * US // WEEK_US, columns).astype(np.int64)
    counts = np.zeros((oldest + 1, columns + 1), dtype=np.int64)
    np.add.at(counts, (age[usable], came[usable]), found.is_event[usable])
    running = np.cumsum(counts[:, :columns], axis=1)
    table = tuple(
        tuple(int(running[a, c]) if c <= a else None for c in range(columns)) for a in range(oldest, -1, -1) if sizes[a]
    )
    people = tuple(int(sizes[a]) for a in range(oldest, -1, -1) if sizes[a])
    known = sum(row[1] is not None for row in table) if columns > 1 else 0
    ages = tuple(a for a in range(oldest, -1, -1) if sizes[a])
    return Cohorts(people, table, cohort_maturity(table, people, RECENT_COHORTS), known >= ENOUGH_COHORTS, ages)


@dataclass(frozen=True, slots=True)
class WeeklyRates:
    """Conversions and people per complete 7-day block of entry, the oldest first; immature weeks are not there."""

    k: tuple[int, ...]
    n: tuple[int, ...]


def weekly_rates(timeline: Timeline, taking: Taking | None = None) -> WeeklyRates:
    """Share of people (or of the takers of one thing) who convert, by week of entry.

    Weeks are complete blocks counted back from the last instant at which a person is mature.
    """
    people = np.arange(timeline.mature) if taking is None else taking.people
    store = timeline.store
    start = store.time_us[store.user_offset[timeline.user[people]]]
    last = (store.data_end_us or 0) - round(timeline.window_s * US)
    ago = (last - start) // WEEK_US
    whole = ((last - (store.first_us or 0)) // WEEK_US) if len(start) else 0
    kept = ago < max(int(whole), 0)
    size = max(int(whole), 0)
    n = np.bincount(ago[kept], minlength=size)[::-1]
    k = np.bincount(ago[kept], timeline.converted[people][kept], size)[::-1].astype(np.int64)
    return WeeklyRates(tuple(k.tolist()), tuple(n.tolist()))
