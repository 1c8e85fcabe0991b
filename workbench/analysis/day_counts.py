"""Events of each name on each calendar day of a zone, the partly covered first and last days included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workbench.events.store import EventStore

MOST_DAYS = 3_660


@dataclass(frozen=True)
class DayCounts:
    """`counts[code, day]` events of `names[code]` on `days[day]`, an ISO date."""

    days: tuple[str, ...]
    names: tuple[str, ...]
    counts: NDArray[np.int64]


def day_counts(store: EventStore, zone: str = "UTC") -> DayCounts | None:
    """Count events by name and day.

    Parameters
    ----------
    store : EventStore
    zone : str
        IANA name of the zone whose midnights part the days.

    Returns
    -------
    DayCounts or None
        None without events, or if they span more than ten years.

    Examples
    --------
    >>> found = day_counts(EventStore.from_rows([("u", 0, "a"), ("u", 90_000, "b"), ("v", 100, "a")]))
    >>> found.days, found.counts.tolist()
    (('1970-01-01', '1970-01-02'), [[2, 0], [0, 1]])
    """
    if store.first_us is None or store.last_us is None:
        return None
    where = ZoneInfo(zone)
    first, last = (datetime.fromtimestamp(us / 1e6, where).date() for us in (store.first_us, store.last_us))
    n = (last - first).days + 1
    if n > MOST_DAYS:
        return None
    days = [first + timedelta(days=i) for i in range(n)]
    edges = np.array([round(datetime.combine(day, time(), where).timestamp() * 1e6) for day in days], np.int64)
    place = np.clip(np.searchsorted(edges, store.time_us, side="right") - 1, 0, n - 1)
    key = store.event.astype(np.int64) * n + place
    counts = np.bincount(key, minlength=len(store.event_names) * n).reshape(-1, n)
    return DayCounts(tuple(day.isoformat() for day in days), store.event_names, counts.astype(np.int64))
