"""Counts of a plain funnel while a finger drags: fronts are kept per prefix of steps, shortest chains per step.

Appending a step merges one list; changing the window counts chains that are already measured.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.cache import cache_of
from workbench.analysis.funnel import FunnelRequest, cached_stream, funnel, line_course
from workbench.analysis.kernels.compiler import is_interpreted
from workbench.analysis.kernels.linear import Front, count_firsts, count_steps, count_within, front, prolong, shortest
from workbench.analysis.kernels.rooms import Lists
from workbench.analysis.lists import cut, lists_of
from workbench.analysis.options import ALWAYS, AS_IT_IS, CountBy, Entry, Mode, Ties
from workbench.analysis.stream import Stream
from workbench.analysis.threads import CHUNKS_PER_THREAD, few_chunks, in_threads, n_threads, unit_chunks
from workbench.events.store import EventStore
from workbench.progress import Progress

Keys = NDArray[np.uint64]


def is_mergeable(request: FunnelRequest) -> bool:
    """Whether latest starts decide: whole data, free ties, any entry, one window, and no event serves two steps."""
    options = request.options
    plain_order = options.mode is Mode.ORDERED and options.ties is Ties.ANY and options.entry is Entry.ANY
    whole = options.unit.by is CountBy.USER and options.cleaning == AS_IT_IS and options.span == ALWAYS
    names = [name for step in request.steps for name in set(step.event_names)]
    named = all(predicate.event is not None for step in request.steps for predicate in step.any_of)
    is_apart = named and len(set(names)) == len(names) and options.step_window_s is None
    return bool(request.steps) and plain_order and whole and is_apart and not request.exclusions


def step_counts(request: FunnelRequest, store: EventStore, progress: Progress | None = None) -> tuple[int, ...]:
    """Only the counts of a funnel, nothing remembered: the fastest way to ask once.

    Examples
    --------
    >>> from workbench.journey.rule import Rule
    >>> log = EventStore.from_rows([("1", 0, "A"), ("1", 1, "B"), ("2", 0, "A")])
    >>> step_counts(FunnelRequest.of([Rule(("A",)), Rule(("B",))]), log)
    (2, 1)
    """
    if not is_mergeable(request):
        return funnel(request, store, progress).counts
    stream = cached_stream(store, request.options)
    lists = lists_of(line_course(request, stream))
    known = _known_holders(request, store)
    count = partial(_count, lists, stream, np.uint64(request.options.window_us))
    found = in_threads(count, _chunks(stream), n_threads(store.n_events), progress)
    counts = [int(n) for n in np.sum(found, axis=0)] if found else [0] * len(request.steps)
    return (counts[0] if known is None else known, *counts[1:])


def _known_holders(request: FunnelRequest, store: EventStore) -> int | None:
    """Users with the first step, where the store knows them."""
    first = request.steps[0]
    holders = store.all_postings.holders
    if holders is None or not first.is_plain or len(first.any_of) > 1:
        return None
    return int(holders[store.code_by_name[first.event_names[0]]]) if first.event_names[0] in store.code_by_name else 0


def _chunks(stream: Stream) -> list[tuple[int, int]]:
    threads = n_threads(stream.n_positions)
    block = 1 << stream.store.all_postings.layout.block_bits
    return unit_chunks(stream.offset, CHUNKS_PER_THREAD * threads if threads > 1 else 1, block)


def _count(lists: Lists, stream: Stream, window: np.uint64, first: int, last: int) -> NDArray[np.int64]:
    ours = cut(lists, int(stream.offset[first]), int(stream.offset[last]))
    if is_interpreted():
        return counts_with_numpy(ours, _bits(stream), window)
    room = (ours.end - ours.begin)[1:]
    counts = np.zeros(len(ours.begin), np.int64)
    spaces = _fronts(int(room[::2].max(initial=0)), int(room[1::2].max(initial=0)))
    begin = int(stream.offset[first])
    marks, ranks = _bitmap(ours, int(stream.offset[last]) - begin)
    rows = ours.first_positions, np.uint64(begin), marks, ranks
    where = ours.first_keys, ours.second_keys, ours.is_second, ours.begin, ours.end
    count_steps(*rows, *where, _bits(stream), window, *spaces, counts)
    return counts


def counts_with_numpy(lists: Lists, bits: np.uint64, window: np.uint64) -> NDArray[np.int64]:
    """What `count_steps` counts, by bisection: the reference, and the way without a compiler."""
    counts = np.zeros(len(lists.begin), np.int64)
    key = start = np.zeros(0, np.uint64)
    for k in range(len(counts)):
        held = lists.second_keys if lists.is_second[k] else lists.first_keys
        keys = held[lists.begin[k] : lists.end[k]]
        if k == 0:
            key, start = keys, keys
        else:
            before = np.searchsorted(key, keys, side="right") - 1
            there = np.flatnonzero(before >= 0)
            before, keys = before[there], keys[there]
            fits = (key[before] >> bits == keys >> bits) & (keys - start[before] <= window)
            key, start = keys[fits], start[before[fits]]
        users = key >> bits
        counts[k] = np.count_nonzero(users[1:] != users[:-1]) + (len(users) > 0)
    return counts


def _bitmap(lists: Lists, n_rows: int) -> tuple[Keys, NDArray[np.uint32]]:
    """Work space for a bitmap of the rows where the first two steps are dense, else empty."""
    is_stored = len(lists.begin) > 1 and not lists.is_second[:2].any()
    is_dense = is_stored and int((lists.end - lists.begin)[:2].sum()) * _DENSE > n_rows
    words = n_rows // 64 + 1 if is_dense else 0
    held: tuple[Keys, NDArray[np.uint32]] | None = getattr(_KEPT, "bitmap", None)
    if held is None or len(held[0]) < words:
        held = np.empty(words, np.uint64), np.empty(words, np.uint32)
        _KEPT.bitmap = held
    return held[0][:words], held[1][:words]


_KEPT = threading.local()
_MOST_KEPT = 1 << 25
_DENSE = 16


def _fronts(first: int, second: int) -> tuple[Front, Front]:
    """Work space of this thread, used again: fresh memory costs as much as the merge that fills it."""
    if max(first, second) > _MOST_KEPT:
        return front(first), front(second)
    held: tuple[Front, Front] | None = getattr(_KEPT, "fronts", None)
    if held is None or len(held[0].key) < first or len(held[1].key) < second:
        held = front(first), front(second)
        _KEPT.fronts = held
    return held


def _bits(stream: Stream) -> np.uint64:
    return np.uint64(stream.store.all_postings.layout.time_bits)


@dataclass(frozen=True, eq=False)
class _Reach:
    """Per chunk of users: the front behind a prefix of steps, and each user's shortest chain through it."""

    fronts: Sequence[tuple[Keys, Keys]]
    lengths: Sequence[Keys]
    users: int


def live_counts(request: FunnelRequest, store: EventStore) -> tuple[int, ...]:
    """The counts of a funnel that is being edited: what its first steps gave is remembered.

    Examples
    --------
    >>> from workbench.journey.rule import Rule
    >>> log = EventStore.from_rows([("1", 0, "A"), ("1", 1, "B"), ("2", 0, "A")])
    >>> live_counts(FunnelRequest.of([Rule(("A",)), Rule(("B",))]), log)
    (2, 1)
    """
    if not is_mergeable(request):
        return funnel(request, store).counts
    stream = cached_stream(store, request.options)
    window = np.uint64(request.options.window_us)
    reaches = [_reach(request, stream, k) for k in range(1, len(request.steps) + 1)]
    later = [sum(int(count_within(part, window)) for part in reach.lengths) for reach in reaches[1:]]
    return (reaches[0].users, *later)


def _reach(request: FunnelRequest, stream: Stream, k: int) -> _Reach:
    """What the first k steps give, whatever the window."""
    key = ("reach", *stream.key, request.steps[:k])
    return cache_of(stream.store).get(key, lambda: _prolonged(request, stream, k))


def _prolonged(request: FunnelRequest, stream: Stream, k: int) -> _Reach:
    lists = lists_of(line_course(FunnelRequest(request.steps[k - 1 : k], options=request.options), stream))
    keys = lists.second_keys if lists.is_second[0] else lists.first_keys
    before = _reach(request, stream, k - 1) if k > 1 else None
    chunks = unit_chunks(
        stream.offset, few_chunks(stream.n_positions), 1 << stream.store.all_postings.layout.block_bits
    )

    def one(first: int, last: int) -> tuple[tuple[Keys, Keys], Keys, int]:
        ours = cut(lists, int(stream.offset[first]), int(stream.offset[last]))
        piece = keys[ours.begin[0] : ours.end[0]]
        if before is None:
            return (piece, piece), np.zeros(0, np.uint64), int(count_firsts(piece, _bits(stream)))
        return _next(before.fronts[chunks.index((first, last))], piece, _bits(stream))

    found = in_threads(one, chunks, n_threads(int(lists.end[0] - lists.begin[0])))
    return _Reach([f for f, _, _ in found], [lengths for _, lengths, _ in found], sum(users for _, _, users in found))


def _next(before: tuple[Keys, Keys], piece: Keys, bits: np.uint64) -> tuple[tuple[Keys, Keys], Keys, int]:
    out: Front = front(len(piece))
    users = int(prolong(*before, 0, len(before[0]), piece, 0, len(piece), bits, out))
    size = int(out.size[0])
    kept = out.key[:size].copy(), out.start[:size].copy()
    lengths = np.empty(users, np.uint64)
    shortest(*kept, bits, lengths)
    return kept, lengths, users
