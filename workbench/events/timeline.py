"""Findings along the time axis: equal instants, days without rows, days on which an event was silent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import numpy as np
from numpy.typing import NDArray

from workbench.events.report import Finding
from workbench.events.store import EventStore

_DAY_US = 86_400_000_000
_USUAL = 20.0
_QUIET = 0.1
_EDGE_US = 2 * 3_600_000_000


def order_findings(store: EventStore) -> Iterator[Finding]:
    """Events at one instant of one person, and events from the future."""
    if not store.n_events:
        return
    shared = equal_instants(store)
    if shared:
        text = (
            f"{shared:,} events share their instant with another event of the same person; how ties count is an option."
        )
        yield Finding("equal_timestamps", shared, text, "", shared / store.n_events)
    now_us = int(time.time() * 1e6) + _DAY_US
    ahead = int((store.time_us > now_us).sum())
    if ahead:
        yield Finding(
            "future_times",
            ahead,
            f"{ahead:,} events lie in the future: a wrong clock or zone.",
            "",
            ahead / store.n_events,
        )


def equal_instants(store: EventStore) -> int:
    """How many events share user and time with a neighbour in the sequence."""
    same = np.zeros(store.n_events, bool)
    equal = np.diff(store.time_us) == 0
    equal[store.user_offset[1:-1][store.user_offset[1:-1] > 0] - 1] = False
    same[1:] |= equal
    same[:-1] |= equal
    return int(same.sum())


def _day_name(day: int) -> str:
    return date.fromordinal(date(1970, 1, 1).toordinal() + day).isoformat()


def day_findings(store: EventStore) -> Iterator[Finding]:
    """Missing, partial and silent days (UTC)."""
    if not store.n_events:
        return
    days = store.time_us // _DAY_US
    first, last = int(days.min()), int(days.max())
    if last - first > 3660:
        return
    per_day = np.bincount((days - first).astype(np.int64), minlength=last - first + 1)
    yield from _missing(per_day, first)
    yield from _partial(store, per_day, first)
    yield from _silent(store, days - first, per_day, first)


def _missing(per_day: NDArray[np.int64], first: int) -> Iterator[Finding]:
    gaps = np.flatnonzero(per_day == 0)
    # A log with rows on few days has no gaps: it is sparse.
    if len(gaps) and len(gaps) < 0.5 * len(per_day) and np.median(per_day[per_day > 0]) >= _USUAL:
        names = [_day_name(first + int(day)) for day in gaps]
        text = f"{len(names)} days between the first and the last hold no row."
        yield Finding("missing_days", len(names), text, names[0], fix="Exclude these dates.", details={"dates": names})


def _partial(store: EventStore, per_day: NDArray[np.int64], first: int) -> Iterator[Finding]:
    if len(per_day) < 3 or np.median(per_day) < _USUAL:
        return
    begins, ends = (store.first_us or 0) % _DAY_US, (store.last_us or 0) % _DAY_US
    names = [_day_name(first)] if begins > _EDGE_US else []
    names += [_day_name(first + len(per_day) - 1)] if ends < _DAY_US - _EDGE_US else []
    if names:
        yield Finding(
            "partial_days",
            len(names),
            "The data cover only a part of these days.",
            names[0],
            fix="Exclude these dates.",
            details={"dates": names},
        )


def _silent(store: EventStore, day: NDArray[np.int64], per_day: NDArray[np.int64], first: int) -> Iterator[Finding]:
    if len(per_day) < 3:
        return
    counts = np.zeros((len(store.event_names), len(per_day)), np.int64)
    np.add.at(counts, (store.event.astype(np.int64), day.astype(np.int64)), 1)
    found: dict[str, list[str]] = {}
    for code, name in enumerate(store.event_names):
        quiet = _quiet_days(counts[code], per_day)
        if len(quiet):
            found[name] = [_day_name(first + int(one)) for one in quiet]
    if found:
        dates = sorted({one for names in found.values() for one in names})
        shown = ", ".join(f"{name} on {names[0]}" for name, names in list(found.items())[:3])
        kinds = "1 kind of event" if len(found) == 1 else f"{len(found)} kinds of event"
        days = "1 day" if len(dates) == 1 else f"{len(dates)} days"
        text = f"{kinds} went silent on {days} while the rest went on."
        yield Finding(
            "silent_events",
            len(dates),
            text,
            shown,
            fix="Exclude these dates.",
            details={"events": found, "dates": dates},
        )


def _quiet_days(counts: NDArray[np.int64], per_day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days on which an event fell below a tenth of its usual share of the traffic, though traffic was there."""
    alive = per_day > 0
    expected = np.zeros(len(counts))
    share = np.divide(counts, per_day, out=np.zeros(len(counts)), where=alive)
    usual = np.median(share[alive & (counts > 0)]) if (counts > 0).any() else 0.0
    expected[alive] = usual * per_day[alive]
    return np.flatnonzero(alive & (expected >= _USUAL) & (counts < _QUIET * expected))
