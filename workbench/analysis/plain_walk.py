"""The quick way through a graph: the swift kernel on posting lists, in threads, with the tangled units done apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.choice import Paths, Walk, choose, walk_of_hits
from workbench.analysis.hits import Hits
from workbench.analysis.kernels.choice import Graph
from workbench.analysis.kernels.swift import NEVER, Found, Lists, desk, found, walk_units
from workbench.analysis.lists import Course, cut, lists_of
from workbench.analysis.match import Match
from workbench.analysis.options import CountBy, Mode, Ties
from workbench.analysis.tally import Places, Tally, exact_tally, total
from workbench.analysis.threads import CHUNKS_PER_THREAD, in_threads, n_threads, unit_chunks
from workbench.progress import Progress

Ints = NDArray[np.int64]
MOST_NODES = 250


def is_plain(course: Course) -> bool:
    """Whether the swift kernel knows all the rules that are asked for."""
    options = course.options
    links = all(not edge.is_strict for edge in course.shape.edges)
    free = links and not any(course.shape.kernel_graph(options, 0).edge_bound)
    countable = options.unit.by is not CountBy.ATTEMPTS and course.stream.n_positions < 2**32 - 1
    return (
        free and countable and options.mode is Mode.ORDERED and options.ties is Ties.ANY and len(course.matches) < 250
    )


@dataclass(frozen=True, eq=False)
class Walked:
    """The course walked: chunks of units with what the kernel found, and units that must be done apart."""

    course: Course
    lists: Lists
    chunks: list[tuple[int, int]]
    found: list[Found]

    @property
    def tangled(self) -> Ints:
        parts = [
            np.flatnonzero(one.length < 0) + first for (first, _), one in zip(self.chunks, self.found, strict=True)
        ]
        return np.concatenate([np.zeros(0, np.int64), *parts])


def walk(
    course: Course,
    places: Places,
    progress: Progress | None = None,
    with_seen: bool = True,
) -> Walked:
    """Walk all units; see `is_plain` for what may be asked."""
    stream, options = course.stream, course.options
    lists = lists_of(course)
    graph = course.shape.kernel_graph(options, options.span.from_us)
    threads = n_threads(stream.n_positions)
    chunks = unit_chunks(stream.offset, threads * CHUNKS_PER_THREAD if threads > 1 else 1)
    trip = _Trip(course, lists, graph, places, with_seen)
    return Walked(course, lists, chunks, in_threads(partial(_chunk, trip), chunks, threads, progress))


@dataclass(frozen=True, eq=False)
class _Trip:
    """What every chunk of a walk needs."""

    course: Course
    lists: Lists
    graph: Graph
    places: Places
    with_seen: bool

    @property
    def ignored(self) -> NDArray[np.bool_]:
        store = self.course.stream.store
        ignored = np.zeros(len(store.event_names), np.bool_)
        ignored[[store.code_by_name[name] for name in self.places.ignored if name in store.code_by_name]] = True
        return ignored

    @property
    def mature_us(self) -> int:
        limit = self.places.mature_us
        return NEVER if limit is None else limit - self.lists.origin


def _chunk(trip: _Trip, first: int, last: int) -> Found:
    course = trip.course
    offset = course.stream.offset
    lists = cut(trip.lists, int(offset[first]), int(offset[last]))
    n, edges = len(course.shape.nodes), len(course.shape.edges)
    hits = int((lists.end - lists.begin)[:n].sum())
    most = int(np.diff(offset[first : last + 1]).max(initial=0)) * _shared(course.matches)
    room = min(hits, (last - first) * n)
    names = len(course.stream.store.event_names)
    out = found(n, edges, names, len(course.seats), last - first, room + n + 1)
    to_us = course.options.span.to_us - lists.origin
    arguments = course.stream.event, trip.ignored, offset, first, last, to_us, trip.mature_us, trip.with_seen
    walk_units(trip.graph, lists, *arguments, desk(min(most, hits)), out)
    return out


def _shared(matches: Sequence[Match]) -> int:
    """At most so many nodes one event can serve."""
    names = [name for match in matches for name in set(match.event_names)]
    free = sum(any(predicate.event is None for predicate in match.any_of) for match in matches)
    return max((names.count(name) for name in set(names)), default=0) + free


def walk_of_units(course: Course, lists: Lists, units: Ints) -> Walk:
    """Some units as a walk for the general kernel."""
    begin, end = course.stream.offset[units], course.stream.offset[units + 1]
    positions, nodes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for node in range(len(course.matches)):
        source = lists.second_positions if lists.is_second[node] else lists.first_positions
        held = source[lists.begin[node] : lists.end[node]]
        low, high = (np.searchsorted(held, border.astype(held.dtype)) for border in (begin, end))
        length = high - low
        which = np.arange(int(length.sum())) + np.repeat(low - (np.cumsum(length) - length), length)
        positions.append(held[which].astype(np.int64))
        nodes.append(np.full(len(which), node, np.int64))
    position, served = np.concatenate(positions), np.concatenate(nodes)
    order = np.lexsort((served, position))
    position, served = position[order], served[order]
    offset = np.append(np.searchsorted(position, begin), len(position)).astype(np.int64)
    hits = Hits(position, served, np.asarray(course.stream.time_us[position]), offset)
    return walk_of_hits(course.stream, course.shape, course.options, hits, np.stack([begin, end]))


def tally(walked: Walked, places: Places) -> Tally:
    """The sum of all chunks, with the tangled units."""
    parts = [_tally_of(one) for one in walked.found]
    tangled = walked.tangled
    if len(tangled) or not parts:
        parts.append(exact_tally(walk_of_units(walked.course, walked.lists, tangled), (), places))
    return total(parts)


def _tally_of(one: Found) -> Tally:
    n = int(one.room[0])
    taken = np.flatnonzero(one.edge[:n] >= 0)
    return Tally(
        *one[:14],
        one.edge[taken],
        one.time[taken + 1] - one.time[taken],
    )


def paths(walked: Walked) -> Paths:
    """The chosen paths of all units."""
    n_units = walked.course.stream.n_units
    length = np.concatenate([np.zeros(0, np.int64), *(one.length.astype(np.int64) for one in walked.found)])
    tangled = np.flatnonzero(length < 0)
    length[tangled] = 0
    counts = [int(one.room[0]) for one in walked.found]
    node, position, time_us = (
        np.concatenate(
            [np.zeros(0, np.int64), *(getattr(one, name)[:n] for one, n in zip(walked.found, counts, strict=True))]
        )
        for name in ("node", "position", "time")
    )
    at = np.zeros(n_units + 1, np.int64)
    np.cumsum(length, out=at[1:])
    quick = Paths(at, node.astype(np.int64), position.astype(np.int64), time_us)
    if not len(tangled):
        return quick
    return _spliced(quick, tangled, choose(walk_of_units(walked.course, walked.lists, tangled))[0])


def _spliced(quick: Paths, tangled: Ints, slow: Paths) -> Paths:
    """Put the paths of the tangled units where they belong."""
    length = quick.length
    length[tangled] = slow.length
    at = np.zeros(len(length) + 1, np.int64)
    np.cumsum(length, out=at[1:])
    is_slow = np.zeros(len(length), np.bool_)
    is_slow[tangled] = True
    from_slow = np.repeat(is_slow, length)
    columns = []
    for name in ("node", "position", "time_us"):
        column = np.empty(int(at[-1]), np.int64)
        column[from_slow] = getattr(slow, name)
        column[~from_slow] = getattr(quick, name)
        columns.append(column)
    return Paths(at, *columns)
