"""Which events units had before they converted: the raw counts behind every association, for all events at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.hits import found_positions
from workbench.analysis.kernels.rows import count_held, count_holders
from workbench.analysis.match import Match
from workbench.analysis.stream import Stream
from workbench.analysis.threads import CHUNKS_PER_THREAD, in_threads, n_threads, unit_chunks

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Before:
    """By event code the units that had it before converting (or ever, if they never did), and how many converted."""

    took: Ints
    took_and_converted: Ints
    units: int
    converted: int


def events_before(stream: Stream, goal: Match) -> Before:
    """Count, for every event name, the units that had it before their first conversion.

    Examples
    --------
    >>> from workbench.analysis.match import Predicate
    >>> from workbench.analysis.stream import stream_of
    >>> from workbench.events.store import EventStore
    >>> log = EventStore.from_rows([("1", 0, "chat"), ("1", 1, "pay"), ("1", 2, "chat"), ("2", 0, "chat")])
    >>> found = events_before(stream_of(log), Match((Predicate("pay"),)))
    >>> found.took.tolist(), found.took_and_converted.tolist(), found.converted
    ([2, 0], [1, 0], 1)
    """
    hits = found_positions(stream, goal)
    unit, first = np.unique(stream.unit_of(hits), return_index=True)
    before, only_after = _held(stream, stream.offset[unit], hits[first], stream.offset[unit + 1])
    return Before(units_with(stream) - only_after, before, stream.n_units, len(unit))


def units_with(stream: Stream) -> Ints:
    """Units that have each event at all, by event code."""
    if stream.rows is None and len(stream.offset) == len(stream.store.user_offset):
        known = stream.store.all_postings.holders
        return _holders(stream) if known is None else known
    return _held(stream, stream.offset[:-1], stream.offset[1:], stream.offset[1:])[0]


def _holders(stream: Stream) -> Ints:
    """Users in each posting list."""
    postings = stream.store.all_postings
    threads = n_threads(stream.n_positions)
    chunks = unit_chunks(
        stream.offset, CHUNKS_PER_THREAD * threads if threads > 1 else 1, 1 << postings.layout.block_bits
    )
    names = len(stream.store.event_names)

    def count(first: int, last: int) -> Ints:
        borders = stream.offset[[first, last]].astype(np.uint32)  # of another type the whole list would be copied
        inside = np.array([np.searchsorted(postings.of(code), borders) for code in range(names)]).reshape(names, 2)
        places = inside + postings.offset[:-1, None]
        holders = np.zeros(names, np.int64)
        begin, end = np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])
        count_holders(postings.keys, begin, end, np.uint64(postings.layout.time_bits), holders)
        return holders

    return _summed(in_threads(count, chunks, threads), names)


def _held(stream: Stream, begin: Ints, middle: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Stretches of positions in which each event first comes before the middle, and behind it, by event code."""
    names = len(stream.store.event_names)
    threads = n_threads(int((end - begin).sum()))
    step = max(1, -(-len(begin) // (CHUNKS_PER_THREAD * threads)))
    chunks = [(i, min(i + step, len(begin))) for i in range(0, len(begin), step)]

    def count(first: int, last: int) -> tuple[Ints, Ints]:
        early, late = np.zeros(names, np.int64), np.zeros(names, np.int64)
        count_held(stream.event, begin, middle, end, first, last, np.full(names, -1, np.int64), early, late)
        return early, late

    found = in_threads(count, chunks, threads)
    return _summed([early for early, _ in found], names), _summed([late for _, late in found], names)


def _summed(parts: list[Ints], names: int) -> Ints:
    total = np.zeros(names, np.int64)
    for part in parts:
        total += part
    return total
