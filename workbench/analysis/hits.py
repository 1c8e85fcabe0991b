"""The events that match: rows of a store and positions of a stream, per match and merged over many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.cache import cache_of
from workbench.analysis.conditions import numbers_in, passing_rows
from workbench.analysis.match import FirstTime, Match, Predicate
from workbench.analysis.options import BY_USER, US, CountBy, Unit
from workbench.analysis.stream import Stream, session_numbers
from workbench.events.store import EventStore

Rows = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Hits:
    """Hits of several nodes in one list, by position and then node; unit u owns `offset[u]:offset[u + 1]`."""

    position: NDArray[np.int64]
    node: NDArray[np.int64]
    time_us: NDArray[np.int64]
    offset: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.position)


def matching_rows(
    store: EventStore, match: Match, base: NDArray[np.int64] | None = None, gap_s: float = BY_USER.gap_s
) -> Rows:
    """Rows that match, ascending; `base` limits the rows that are events at all, sessions end at pauses of `gap_s`.

    Examples
    --------
    >>> store = EventStore.from_rows([("u", 0, "A"), ("u", 1, "B"), ("u", 2, "A")])
    >>> matching_rows(store, Match((Predicate("A"),), nth=2))
    array([2], dtype=uint32)
    """
    parts = [_predicate_rows(store, predicate, base) for predicate in match.any_of]
    rows: Rows = parts[0] if len(parts) == 1 else np.zeros(0, np.int64)
    if len(parts) > 1:
        rows = np.unique(np.concatenate(parts))
    if match.within_s is not None:
        rows = _soon(store, rows, base, round(match.within_s * US))
    if match.nth is not None or match.sum_property is not None:
        owner = _sessions(store, base, rows, gap_s) if match.per_session else store.user_of(rows)
        rows = _limited(store, rows, owner, match)
    return rows


def _limited(store: EventStore, rows: Rows, owner: NDArray[np.int64], match: Match) -> Rows:
    """Of the rows of each owner (person or session), the n-th, or the one that completes the sum."""
    if match.per_session:
        order = np.argsort(owner, kind="stable")  # mapped sessions of one person may overlap in time
        rows, owner = rows[order], owner[order]
    if match.nth is not None:
        keep = _rank(owner) == match.nth - 1
        rows, owner = rows[keep], owner[keep]
    if match.sum_property is not None and match.sum_at_least is not None:
        rows = _reaching(store, rows, owner, match.sum_property, match.sum_at_least)
    return np.sort(rows) if match.per_session else rows


def _sessions(store: EventStore, base: NDArray[np.int64] | None, rows: Rows, gap_s: float) -> NDArray[np.int64]:
    """Number of the session of each row, told by all events that are any."""
    unit = Unit(CountBy.SESSION, gap_s, session_property=store.session_property)
    numbers = session_numbers(store, unit, base)
    return numbers[rows if base is None else np.searchsorted(base, rows)]


def _predicate_rows(store: EventStore, predicate: Predicate, base: NDArray[np.int64] | None) -> Rows:
    rows = _named(store, predicate.event, base)
    if predicate.first_time is FirstTime.EVENT:
        rows = rows[_ranks_by_name(store, rows, predicate.event) == 0]
    if predicate.conditions:
        rows = rows[passing_rows(store, predicate.conditions, rows)]
    if predicate.first_time is FirstTime.FILTERED:
        rows = rows[_rank(store.user_of(rows)) == 0]
    return rows


def _named(store: EventStore, name: str | None, base: NDArray[np.int64] | None) -> Rows:
    if name is None:
        return np.arange(store.n_events) if base is None else base
    code = store.code_by_name.get(name)
    if code is None:
        return np.zeros(0, np.int64)
    rows = store.postings(code)
    return rows if base is None else rows[np.isin(rows, base, assume_unique=True)]


def _ranks_by_name(store: EventStore, rows: Rows, name: str | None) -> NDArray[np.int64]:
    """How many earlier events of the same name the same user has."""
    user = store.user_of(rows)
    if name is not None:
        return _rank(user)
    key = user * len(store.event_names) + store.event[rows]
    order = np.argsort(key, kind="stable")
    ranks = np.empty(len(rows), np.int64)
    ranks[order] = _rank(key[order])
    return ranks


def _rank(sorted_keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, 2 ... inside each run of equal keys."""
    if not len(sorted_keys):
        return np.zeros(0, np.int64)
    begins = np.flatnonzero(np.diff(sorted_keys, prepend=sorted_keys[0] - 1))
    lengths = np.diff(np.append(begins, len(sorted_keys)))
    return np.arange(len(sorted_keys)) - np.repeat(begins, lengths)


def _soon(store: EventStore, rows: Rows, base: NDArray[np.int64] | None, within_us: int) -> Rows:
    users = store.user_of(rows)
    if base is None:
        first = store.time_us[store.user_offset[users]]
    else:
        first = store.time_us[base[np.searchsorted(base, store.user_offset[users])]]
    soon: Rows = rows[store.time_us[rows] - first <= within_us]
    return soon


def _reaching(store: EventStore, rows: Rows, owner: NDArray[np.int64], name: str, amount: float) -> Rows:
    """The row at which each owner's running sum first reaches the amount."""
    numbers = np.nan_to_num(numbers_in(store, name, rows))
    rank = _rank(owner)
    total = np.cumsum(numbers)
    before = (total - numbers)[rank == 0]
    running = total - np.repeat(before, np.diff(np.append(np.flatnonzero(rank == 0), len(rows))))
    reached = np.flatnonzero(running >= amount - 1e-9 * abs(amount))
    first: Rows = rows[reached[_rank(owner[reached]) == 0]]
    return first


def positions(stream: Stream, match: Match) -> NDArray[np.int64]:
    """Positions of a stream that match, ascending."""
    return stream.positions_of(matching_rows(stream.store, match, stream.base, stream.unit.gap_s))


def found_positions(stream: Stream, match: Match) -> NDArray[np.int64]:
    """Positions of a match, remembered with the stream's store."""
    key = ("hits", *stream.key, match)
    return cache_of(stream.store).get(key, lambda: positions(stream, match))


def merged(stream: Stream, by_node: Sequence[NDArray[np.int64]]) -> Hits:
    """Positions per node become one list with the borders of the units."""
    position = np.concatenate([np.zeros(0, np.int64), *by_node])
    node = np.repeat(np.arange(len(by_node)), [len(found) for found in by_node])
    order = np.argsort(position, kind="stable")
    position, node = position[order], node[order]
    return Hits(position, node, np.asarray(stream.time_us[position]), np.searchsorted(position, stream.offset))
