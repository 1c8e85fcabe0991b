"""Dead-end content: events after which visits end more often than anywhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.options import Unit
from workbench.analysis.rates import Rate
from workbench.analysis.stream import session_numbers
from workbench.events.store import EventStore

FEWEST = 30
FACTOR = 1.5
US = 1_000_000


@dataclass(frozen=True, slots=True)
class ExitRate:
    """Of the visits that contain an event, how many end with it; `base` is the same over all events."""

    name: str
    rate: Rate
    base: float
    is_dead_end: bool


def exit_rates(
    store: EventStore, unit: Unit, ignored: Iterable[str] = (), goals: Iterable[str] = ()
) -> tuple[ExitRate, ...]:
    """Exit rates of all events, the most deadly first.

    Parameters
    ----------
    store : EventStore
    unit : Unit
        How visits are cut (mapped session id, else a gap).
    ignored : technical events, passed over when the last event of a visit is sought
    goals : events after which a visit may well end; never flagged

    Notes
    -----
    A visit counts once per event name; visits whose last event lies less than the session gap before the end of the
    data are left out. Flagged: at least 30 visits and a lower Wilson bound above 1.5 times the base.
    """
    codes = [store.code_by_name[name] for name in ignored if name in store.code_by_name]
    rows = np.flatnonzero(~np.isin(store.event, codes)) if codes else np.arange(store.n_events)
    if not len(rows):
        return ()
    session = session_numbers(store, unit)
    order = np.argsort(session[rows], kind="stable")
    rows = rows[order]
    number = session[rows]
    is_last = np.append(number[1:] != number[:-1], True)
    is_open = _still_open(store, unit, session)
    kept = ~is_open[number]
    seen, ended = _visits_by_event(store, rows[kept], number[kept], is_last[kept])
    total, ends = int(seen.sum()), int(ended.sum())
    if not total:
        return ()
    safe, base = set(goals), ends / total
    rates = [_exit_rate(store.event_names[c], int(ended[c]), int(seen[c]), base, safe) for c in np.flatnonzero(seen)]
    return tuple(sorted(rates, key=lambda row: (-(row.rate.interval.low or 0.0), row.name)))


def _exit_rate(name: str, ended: int, seen: int, base: float, goals: set[str]) -> ExitRate:
    rate = Rate.of(ended, seen)
    is_dead = name not in goals and seen >= FEWEST and (rate.interval.low or 0.0) > FACTOR * base
    return ExitRate(name, rate, base, is_dead)


def _still_open(store: EventStore, unit: Unit, session: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Visits that may go on after the end of the data."""
    last = np.zeros(int(session.max()) + 1, dtype=np.int64)
    np.maximum.at(last, session, store.time_us)
    return (store.data_end_us or 0) - last < round(unit.gap_s * US)


def _visits_by_event(
    store: EventStore, rows: NDArray[np.int64], number: NDArray[np.int64], is_last: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Visits that contain each event, and those that end with it."""
    size = len(store.event_names)
    code = store.event[rows].astype(np.int64)
    # Sorting and dropping repeats is several times faster here than np.unique, which hashes.
    pairs = np.sort(number * size + code)
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    return np.bincount(pairs % size, minlength=size), np.bincount(code[is_last], minlength=size)
