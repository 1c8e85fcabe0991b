"""The quick way through a graph: the swift kernel on posting lists, in threads, with the tangled units done apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.choice import Paths, Walk, choose, walk_of_hits
from workbench.analysis.hits import Hits
from workbench.analysis.kernels.rooms import NEVER, Found, Lists, desk, found
from workbench.analysis.kernels.scan import NO_NODE, scan_units
from workbench.analysis.kernels.swift import walk_units
from workbench.analysis.kernels.tables import Graph
from workbench.analysis.lists import Course, cut, lists_of
from workbench.analysis.match import Match
from workbench.analysis.options import CountBy, Mode, Ties
from workbench.analysis.tally import Places, Tally, exact_tally, total
from workbench.analysis.threads import CHUNKS_PER_THREAD, in_threads, n_threads, unit_chunks
from workbench.progress import Progress

Ints = NDArray[np.int64]
MOST_NODES = 250
TANGLED, TIED = -1, -2


def is_plain(course: Course) -> bool:
    """Whether the swift kernel knows all the rules that are asked for."""
    options = course.options
    links = all(not edge.is_strict for edge in course.shape.edges)
    free = links and not any(course.shape.kernel_graph(options, 0).edge_bound)
    countable = options.unit.by is not CountBy.ATTEMPTS and course.stream.n_positions < 2**32 - 1
    plain_order = options.mode is Mode.ORDERED and options.ties is Ties.ANY
    return free and countable and plain_order and len(course.matches) <= MOST_NODES


@dataclass(frozen=True, eq=False)
class Piece:
    """What a kernel found on the units `first`, `first + 1` ...: those with a length of 0 or more."""

    first: int
    found: Found


@dataclass(frozen=True, eq=False)
class Walked:
    """The course walked, in pieces; `tangled` are the units that must be done apart."""

    course: Course
    lists: Lists
    pieces: list[Piece]
    tangled: Ints


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
    trip = _Trip(course, lists, graph, places, with_seen, _node_table(course))
    found = in_threads(partial(_chunk, trip), chunks, threads, progress)
    ends = [parts[-1] for parts in found]
    tangled = [np.flatnonzero(piece.found.length == TANGLED) + piece.first for piece in ends]
    pieces = [piece for parts in found for piece in parts]
    return Walked(course, lists, pieces, np.concatenate([np.zeros(0, np.int64), *tangled]))


def _node_table(course: Course) -> NDArray[np.uint8] | None:
    """The node of each event code, if names alone decide and no event serves two nodes; else None."""
    names = [name for match in course.matches for name in match.event_names]
    is_small = len(course.matches) <= 64 and len(course.shape.edges) <= 128
    if not is_small or not all(match.is_plain for match in course.matches) or len(set(names)) < len(names):
        return None
    store = course.stream.store
    table = np.full(len(store.event_names), NO_NODE, np.uint8)
    for node, match in enumerate(course.matches):
        table[[store.code_by_name[name] for name in match.event_names if name in store.code_by_name]] = node
    return table


@dataclass(frozen=True, eq=False)
class _Trip:
    """What every chunk of a walk needs."""

    course: Course
    lists: Lists
    graph: Graph
    places: Places
    with_seen: bool
    node_of: NDArray[np.uint8] | None

    @property
    def edge_of(self) -> NDArray[np.int16]:
        n, index = len(self.course.shape.nodes), self.course.shape.index
        table = np.full(n * n, -1, np.int16)
        for i, edge in enumerate(self.course.shape.edges):
            table[index[edge.source] * n + index[edge.target]] = i
        return table

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


def _chunk(trip: _Trip, first: int, last: int) -> list[Piece]:
    """Scan the units, then walk those whose hits share instants."""
    offset = trip.course.stream.offset
    lists = cut(trip.lists, int(offset[first]), int(offset[last]))
    if trip.node_of is None:
        return [Piece(first, _walk_chunk(trip, lists, first, np.ones(last - first, np.bool_)))]
    scanned = _scan_chunk(trip, lists, first, last)
    tied = scanned.length == TIED
    if not tied.any():
        return [Piece(first, scanned)]
    return [Piece(first, scanned), Piece(first, _walk_chunk(trip, lists, first, tied))]


def _room(trip: _Trip, lists: Lists, units: int) -> Found:
    course = trip.course
    n, edges = len(course.shape.nodes), len(course.shape.edges)
    hits = int((lists.end - lists.begin)[:n].sum())
    names = len(course.stream.store.event_names)
    return found(n, edges, names, len(course.seats), units, min(hits, units * n) + n + 1)


def _scan_chunk(trip: _Trip, lists: Lists, first: int, last: int) -> Found:
    stream, options = trip.course.stream, trip.course.options
    out = _room(trip, lists, last - first)
    most = int(np.diff(stream.offset[first : last + 1]).max(initial=0))
    what = trip.graph, lists, trip.node_of, trip.edge_of, stream.event, stream.time_us, trip.ignored
    mature = NEVER if trip.places.mature_us is None else trip.places.mature_us
    where = stream.offset, first, last, options.span.to_us, mature, trip.with_seen
    scan_units(*what, *where, desk(most), out)
    return out


def _walk_chunk(trip: _Trip, lists: Lists, first: int, wanted: NDArray[np.bool_]) -> Found:
    stream, options = trip.course.stream, trip.course.options
    out = _room(trip, lists, len(wanted))
    last = first + len(wanted)
    most = int((np.diff(stream.offset[first : last + 1]) * wanted).max(initial=0)) * _shared(trip.course.matches)
    where = stream.offset, first, last, options.span.to_us - lists.origin, trip.mature_us, trip.with_seen
    walk_units(trip.graph, lists, wanted, stream.event, trip.ignored, *where, desk(most), out)
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
    """The sum of all pieces, with the tangled units."""
    parts = [_tally_of(piece.found) for piece in walked.pieces]
    if len(walked.tangled) or not parts:
        parts.append(exact_tally(walk_of_units(walked.course, walked.lists, walked.tangled), (), places))
    return total(parts)


def _tally_of(one: Found) -> Tally:
    n = int(one.room[0])
    taken = np.flatnonzero(one.edge[:n] >= 0)
    return Tally(*one[:14], one.edge[taken], one.time[taken + 1] - one.time[taken])


def paths(walked: Walked) -> Paths:
    """The chosen paths of all units."""
    parts = [_part(piece) for piece in walked.pieces]
    if len(walked.tangled):
        slow = choose(walk_of_units(walked.course, walked.lists, walked.tangled))[0]
        parts.append((walked.tangled, slow.length, [slow.node, slow.position, slow.time_us]))
    length = np.zeros(walked.course.stream.n_units, np.int64)
    for units, lengths, _ in parts:
        length[units] = lengths
    at = np.zeros(len(length) + 1, np.int64)
    np.cumsum(length, out=at[1:])
    columns = [np.empty(int(at[-1]), np.int64) for _ in range(3)]
    for units, lengths, held in parts:
        place = np.repeat(at[units] - (np.cumsum(lengths) - lengths), lengths) + np.arange(int(lengths.sum()))
        for column, some in zip(columns, held, strict=True):
            column[place] = some
    return Paths(at, *columns)


def _part(piece: Piece) -> tuple[Ints, Ints, list[NDArray[Any]]]:
    """Units with a path, their lengths, and the nodes, positions and times of their paths."""
    found, n = piece.found, int(piece.found.room[0])
    units = np.flatnonzero(found.length > 0)
    return (
        units + piece.first,
        found.length[units].astype(np.int64),
        [found.node[:n], found.position[:n], found.time[:n]],
    )
