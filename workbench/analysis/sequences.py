"""Plain sequences of events: what follows what, where units begin and end, how they move step by step."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.kernels.rows import count_borders, count_pairs, count_wide_pairs
from workbench.analysis.loss import NOTHING
from workbench.analysis.stream import Stream
from workbench.analysis.threads import few_chunks, in_threads, n_threads, unit_chunks

END = "(end)"
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ExitRate:
    """How often an event is the last of its unit, of all its occurrences; the rate is None without any."""

    exits: int
    occurrences: int

    @property
    def rate(self) -> float | None:
        return self.exits / self.occurrences if self.occurrences else None


def transition_matrix(stream: Stream) -> Ints:
    """How often event b follows event a at once in a unit, as matrix[a, b] over event codes."""
    n = len(stream.store.event_names)
    threads = n_threads(stream.n_positions)
    chunks = unit_chunks(stream.offset, few_chunks(stream.n_positions))

    def count(begin: int, end: int) -> Ints:
        piece = stream.event[stream.offset[begin] : stream.offset[end]]
        table = _neighbours(piece, n)
        count_borders(piece, stream.offset[begin : end + 1], n, table)
        return table

    found = in_threads(count, chunks, threads)
    total = np.sum(found, axis=0, dtype=np.int64) if found else np.zeros(n * n, np.int64)
    return np.asarray(total).reshape(n, n)


def _neighbours(event: NDArray[Any], n_names: int) -> Ints:
    """Pairs of neighbours, also across the borders of units; two bytes are read at once where codes are bytes."""
    table = np.zeros(n_names * n_names, np.int64)
    if event.dtype != np.uint8 or len(event) >= 1 << 33:
        count_wide_pairs(event, 0, len(event), n_names, table)
        return table
    first, second = np.zeros(1 << 16, np.uint32), np.zeros(1 << 16, np.uint32)
    even, odd = (event[k : k + max(len(event) - k, 0) // 2 * 2].view(np.uint16) for k in (0, 1))
    count_pairs(even, odd, first, second)
    both = (first.astype(np.int64) + second).reshape(256, 256)
    grid = both if sys.byteorder == "big" else both.T
    return np.ascontiguousarray(grid[:n_names, :n_names]).ravel()


def transitions(stream: Stream) -> dict[tuple[str, str], int]:
    """Neighbouring pairs of events with their counts; events, not units.

    Examples
    --------
    >>> from workbench.analysis.stream import stream_of
    >>> from workbench.events.store import EventStore
    >>> transitions(stream_of(EventStore.from_rows([("u", 0, "A"), ("u", 1, "B"), ("v", 0, "A")])))
    {('A', 'B'): 1}
    """
    matrix = transition_matrix(stream)
    names = stream.store.event_names
    return {(names[a], names[b]): int(matrix[a, b]) for a, b in np.argwhere(matrix)}


def starts(stream: Stream) -> dict[str, int]:
    """First events of the units."""
    return _counted(stream, stream.offset[:-1])


def ends(stream: Stream) -> dict[str, int]:
    """Last events of the units."""
    return _counted(stream, stream.offset[1:] - 1)


def _counted(stream: Stream, positions: Ints) -> dict[str, int]:
    names = stream.store.event_names
    counts = np.bincount(stream.event[positions], minlength=len(names))
    return {names[code]: int(counts[code]) for code in np.flatnonzero(counts)}


def step_matrix(stream: Stream, n_steps: int) -> dict[str, list[float]]:
    """Share of units whose k-th event is x, by event name; units that ended stay in "(end)". Columns add up to 1."""
    names = (*stream.store.event_names, END)
    matrix = np.zeros((len(names), n_steps))
    length = np.diff(stream.offset)
    for k in range(n_steps):
        there = stream.event[stream.offset[:-1][length > k] + k]
        matrix[:-1, k] = np.bincount(there, minlength=len(names) - 1)
        matrix[-1, k] = (length <= k).sum()
    matrix /= max(stream.n_units, 1)
    return {names[i]: matrix[i].tolist() for i in range(len(names)) if matrix[i].any()}


def _following(stream: Stream, after: Ints, name: str) -> Ints:
    """Position of the first event of that name behind each position in its unit, -1 if there is none."""
    code = stream.store.code_by_name.get(name, -1)
    hits = np.flatnonzero(stream.event == code)
    found = np.full(len(after), -1, np.int64)
    there = np.flatnonzero(after >= -1)
    if not len(hits):
        return found
    which = np.searchsorted(hits, after[there], side="right")
    within = which < len(hits)
    found[there[within]] = hits[which[within]]
    return found


def pattern_ends(stream: Stream, pattern: Sequence[str]) -> Ints:
    """By unit the position where the pattern (in this order, others between) is first complete, -1 if never."""
    at = stream.offset[:-1] - 1
    alive = np.arange(stream.n_units)
    for name in pattern:
        found = _following(stream, at[alive], name)
        ok = (found >= 0) & (found < stream.offset[alive + 1])
        alive = alive[ok]
        at[alive] = found[ok]
    complete = np.full(stream.n_units, -1, np.int64)
    complete[alive] = at[alive]
    return complete


def eventually(stream: Stream, pattern: Sequence[str]) -> int:
    """Units with these events in this order, whatever lies between.

    Examples
    --------
    >>> from workbench.analysis.stream import stream_of
    >>> from workbench.events.store import EventStore
    >>> log = EventStore.from_rows([("u", 0, "A"), ("u", 1, "x"), ("u", 2, "B"), ("v", 0, "B"), ("v", 1, "A")])
    >>> eventually(stream_of(log), ["A", "B"])
    1
    """
    return int((pattern_ends(stream, pattern) >= 0).sum())


def next_after(stream: Stream, pattern: Sequence[str]) -> list[str | None]:
    """By unit the event after the place where the pattern is first complete; None if it never is."""
    complete = pattern_ends(stream, pattern)
    names = stream.store.event_names
    return [
        None if at < 0 else NOTHING if at + 1 == end else names[stream.event[at + 1]]
        for at, end in zip(complete, stream.offset[1:], strict=True)
    ]


def exit_rates(stream: Stream) -> Mapping[str, ExitRate]:
    """For each event name how often it is the last of its unit (of a session, if units are sessions)."""
    names = stream.store.event_names
    occurrences = np.bincount(stream.event, minlength=len(names))
    exits = np.bincount(stream.event[stream.offset[1:] - 1], minlength=len(names))
    return {name: ExitRate(int(exits[code]), int(occurrences[code])) for code, name in enumerate(names)}


def units_by_owner(stream: Stream) -> Counter[str]:
    """How many units (sessions) each user has."""
    owners = np.arange(stream.n_units) if stream.owner is None else stream.owner
    found, n = np.unique(owners, return_counts=True)
    return Counter({stream.store.user_ids[user]: int(count) for user, count in zip(found, n, strict=True)})
