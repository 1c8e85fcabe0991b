"""Who comes back: day-n retention of the people of a store, and who is still there period by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.options import US
from workbench.analysis.rates import Rate
from workbench.analysis.timeline import Rows
from workbench.events.store import EventStore

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DayReturn:
    """Of people whose day n has elapsed: active on day n, and on day n or later. Day 0 is that of the first event."""

    day: int
    on_day: Rate
    on_or_after: Rate


def day_returns(
    store: EventStore, days: Sequence[int], zone: str = "UTC", rows: Rows | None = None
) -> tuple[DayReturn, ...]:
    """Day-n retention over calendar days of a zone.

    Parameters
    ----------
    store : EventStore
    days : sequence of int
        The n asked for.
    zone : str
        IANA name of the zone.
    rows : ascending rows, optional
        What counts as active and as the start (for example hits of the macro-conversion); all events by default.

    Examples
    --------
    >>> day = 86_400
    >>> store = EventStore.from_rows([("a", 0, "x"), ("a", day, "x"), ("b", 0, "x"), ("b", 3 * day, "x")])
    >>> [(r.on_day.k, r.on_or_after.k, r.on_day.n) for r in day_returns(store, [1, 2])]
    [(1, 2, 2), (0, 1, 2)]
    """
    active = np.arange(store.n_events) if rows is None else np.asarray(rows, dtype=np.int64)
    if not len(active):
        return tuple(DayReturn(n, Rate.of(0, 0), Rate.of(0, 0)) for n in days)
    edges = _midnights(store, zone)
    owner = store.user_of(active)
    at = np.searchsorted(edges, store.time_us[active], side="right")
    is_first = np.diff(owner, prepend=-1) != 0
    group = np.cumsum(is_first) - 1
    start = at[is_first]
    since = at - start[group]
    last_day = int(np.searchsorted(edges, store.data_end_us or 0, side="right"))
    return tuple(_day_return(n, since, group, start, last_day) for n in days)


def _day_return(n: int, since: Ints, group: Ints, start: Ints, last_day: int) -> DayReturn:
    is_eligible = start + n <= last_day
    eligible = int(is_eligible.sum())
    on_day, later = (np.unique(group[mask]) for mask in (since == n, since >= n))
    return DayReturn(
        n, Rate.of(int(is_eligible[on_day].sum()), eligible), Rate.of(int(is_eligible[later].sum()), eligible)
    )


def _midnights(store: EventStore, zone: str) -> Ints:
    """Every midnight of the zone within the data."""
    where = ZoneInfo(zone)
    first = datetime.fromtimestamp((store.first_us or 0) / 1e6, where).date()
    last = datetime.fromtimestamp((store.data_end_us or 0) / 1e6, where).date()
    midnights = (
        datetime.combine(first + timedelta(days=i), time(), where).timestamp() for i in range((last - first).days + 1)
    )
    return np.array([round(second * 1e6) for second in midnights], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class PeriodReturns:
    """One cohort, all of whose periods have elapsed: `still[k]` of its people were active in period k or later."""

    period_s: float
    still: tuple[int, ...]

    @property
    def people(self) -> int:
        return self.still[0]

    @property
    def rates(self) -> tuple[Rate, ...]:
        return tuple(Rate.of(k, self.people) for k in self.still)


def period_returns(
    store: EventStore, period_s: float, rows: Rows | None = None, fewest: int = 30
) -> PeriodReturns | None:
    """Who of one cohort was still active, period by period since the own start.

    Parameters
    ----------
    store : EventStore
    period_s : float
        Length of a period, such as 30 days for a monthly payment.
    rows : ascending rows, optional
        What counts as active and as the start; all events by default.
    fewest : int
        The cohort is cut after as many periods as this many people, and a fifth of all, have seen in full. One more
        period has passed for all of them: activity in the last one shown could still be seen.

    Returns
    -------
    PeriodReturns or None
        None where not even one period has passed for enough people.

    Examples
    --------
    >>> day = 86_400
    >>> rows = [("a", 0, "pay"), ("a", 30 * day, "pay"), ("a", 60 * day, "pay"), ("b", 0, "pay"), ("z", 90 * day, "x")]
    >>> store = EventStore.from_rows(rows)
    >>> period_returns(store, 30 * day, store.postings(store.code_by_name["pay"]), fewest=2).still
    (2, 1, 1)
    """
    active = np.arange(store.n_events) if rows is None else np.asarray(rows, dtype=np.int64)
    if not len(active):
        return None
    length = round(period_s * US)
    owner, at = store.user_of(active), store.time_us[active]
    is_first = np.diff(owner, prepend=-1) != 0
    group = np.cumsum(is_first) - 1
    start = at[is_first]
    passed = ((store.data_end_us or 0) - start) // length
    needed = max(fewest, round(len(start) / 5))
    if len(start) < needed:
        return None
    periods = int(np.sort(passed)[::-1][needed - 1]) - 1
    if periods < 1:
        return None
    last = np.zeros(len(start), dtype=np.int64)
    np.maximum.at(last, group, (at - start[group]) // length)
    last = last[passed > periods]
    return PeriodReturns(period_s, tuple(int((last >= k).sum()) for k in range(periods + 1)))
