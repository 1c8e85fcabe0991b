"""Chosen paths: for each unit the way it took through a graph, as hits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.hits import Hits, merged
from workbench.analysis.kernels.any_order import AnyOrder, choose_any_order
from workbench.analysis.kernels.choice import choose_all
from workbench.analysis.kernels.entries import Bans, choose_clean, choose_open, count_attempts
from workbench.analysis.kernels.tables import Tallies, graph_table, scratch, tallies, tally_table
from workbench.analysis.options import Effect, Entry, Mode, Options, Span, Ties
from workbench.analysis.shape import Shape
from workbench.analysis.stream import Stream

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Paths:
    """Unit u went through the nodes `node[at[u]:at[u + 1]]`, by events at `position` (of the stream)."""

    at: Ints
    node: Ints
    position: Ints
    time_us: Ints

    @property
    def length(self) -> Ints:
        return np.diff(self.at)

    @property
    def unit(self) -> Ints:
        """The unit of each element of the paths."""
        return np.repeat(np.arange(len(self.at) - 1), self.length)

    @property
    def walkers(self) -> Ints:
        """Units that have a path."""
        return np.flatnonzero(self.length)

    @property
    def first(self) -> Ints:
        """Index of the first element of each path, by walker."""
        return self.at[:-1][self.length > 0]

    @property
    def last(self) -> Ints:
        """Index of the last element of each path, by walker."""
        return self.at[1:][self.length > 0] - 1


@dataclass(frozen=True, eq=False)
class Exclusion:
    """Events at `position` must not happen between two nodes (indices of the shape)."""

    source: int
    target: int
    position: Ints


@dataclass(frozen=True, eq=False)
class Walk:
    """What a graph is walked on: the stream, the hits of its nodes, its form and the options."""

    stream: Stream
    shape: Shape
    options: Options
    hits: Hits
    place: Ints
    true_position: Ints
    bounds: Ints | None = None

    @property
    def borders(self) -> Ints:
        """First position of each unit."""
        return self.stream.offset[:-1] if self.bounds is None else self.bounds[0]

    @property
    def ends(self) -> Ints:
        """Position behind the last of each unit."""
        return self.stream.offset[1:] if self.bounds is None else self.bounds[1]

    @property
    def n_units(self) -> int:
        return len(self.hits.offset) - 1

    @property
    def hit_table(self) -> Ints:
        return np.stack([self.hits.position, self.hits.node, self.hits.time_us, self.place])

    @property
    def most_hits(self) -> int:
        return int(np.diff(self.hits.offset).max(initial=0))

    def until(self, to_us: int) -> Walk:
        """The same walk with entries only before an instant."""
        return self.within(Span(self.options.span.from_us, min(to_us, self.options.span.to_us)))

    def of_units(self, units: Ints) -> Walk:
        """The walk of some units only, counted 0, 1, 2 ...; the stream's positions stay as they are."""
        begin, length = self.hits.offset[units], np.diff(self.hits.offset)[units]
        offset = np.zeros(len(units) + 1, np.int64)
        np.cumsum(length, out=offset[1:])
        which = np.arange(offset[-1]) + np.repeat(begin - offset[:-1], length)
        hits = Hits(self.hits.position[which], self.hits.node[which], self.hits.time_us[which], offset)
        bounds = np.stack([self.borders[units], self.ends[units]])
        return replace(self, hits=hits, place=self.place[which], true_position=self.true_position[which], bounds=bounds)

    def within(self, span: Span) -> Walk:
        """The same walk with entries only inside a span."""
        return replace(self, options=replace(self.options, span=span))


def walk_on(stream: Stream, shape: Shape, options: Options, by_node: Sequence[NDArray[Any]]) -> Walk:
    """Merge the hits of a graph's nodes and put events of one instant in canonical order where order is strict."""
    return walk_of_hits(stream, shape, options, merged(stream, [np.asarray(found, np.int64) for found in by_node]))


def walk_of_hits(stream: Stream, shape: Shape, options: Options, hits: Hits, bounds: Ints | None = None) -> Walk:
    """A walk on hits that were merged already; `bounds` are the positions of their units if those are only some."""
    position = hits.position
    is_filed = options.ties is Ties.FILE or not shape.has_strict
    if options.mode is not Mode.STRICT and is_filed:
        return Walk(stream, shape, options, hits, position, position, bounds)
    place = _canonical(stream, hits)
    if options.mode is not Mode.STRICT:
        return Walk(stream, shape, options, hits, place, position, bounds)
    order = np.lexsort((hits.node, place))
    ordered = Hits(place[order], hits.node[order], hits.time_us[order], hits.offset)
    return Walk(stream, shape, options, ordered, place[order], position[order], bounds)


def _canonical(stream: Stream, hits: Hits) -> Ints:
    """Positions after the events of each instant were sorted: matching ones first, lowest node, then input order."""
    time = np.asarray(stream.time_us)
    new = np.ones(len(time), np.bool_)
    new[1:] = time[1:] != time[:-1]
    new[stream.offset[:-1][stream.offset[:-1] < len(time)]] = True
    begins = np.flatnonzero(new)
    instant = np.searchsorted(begins, hits.position, side="right") - 1
    event, lowest = np.unique(hits.position, return_index=True)
    order = np.lexsort((event, hits.node[lowest], instant[lowest]))
    sorted_instant = instant[lowest][order]
    run = np.flatnonzero(np.diff(sorted_instant, prepend=-1))
    rank = np.arange(len(order)) - np.repeat(run, np.diff(np.append(run, len(order))))
    place = np.empty(len(event), np.int64)
    place[order] = begins[sorted_instant] + rank
    found: Ints = place[np.searchsorted(event, hits.position)]
    return found


def choose(walk: Walk, exclusions: Sequence[Exclusion] = ()) -> tuple[Paths, Tallies]:
    """The chosen path of every unit, and the counts of units with any path to each node and over each edge."""
    graph, hits = _tables(walk)
    to_us = walk.options.span.to_us
    counts = tally_table(len(walk.shape.nodes), len(walk.shape.edges))

    def all_paths(work: Ints, at: Ints, hit: Ints) -> int:
        counts[:] = 0
        return int(choose_all(graph, hits, walk.hits.offset, work, counts, to_us, at, hit))

    paths = _paths(walk, all_paths)
    if exclusions:
        bans = _bans(walk, exclusions)
        unused = tally_table(len(walk.shape.nodes), len(walk.shape.edges))

        def clean_paths(work: Ints, at: Ints, hit: Ints) -> int:
            offset, borders = walk.hits.offset, walk.borders
            arguments = (graph, hits, offset, borders, walk.ends, bans, work, unused, to_us, at, hit)
            return int(choose_clean(*arguments))

        paths = _paths(walk, clean_paths)
    return paths, tallies(counts, len(walk.shape.nodes), len(walk.shape.edges))


def _tables(walk: Walk) -> tuple[Ints, Ints]:
    """The graph and the hits as the kernels take them."""
    return graph_table(walk.shape.kernel_graph(walk.options, walk.options.span.from_us)), walk.hit_table


def choose_in_open_order(walk: Walk) -> Paths:
    """The chosen chain of every unit in a funnel that may be entered at any step."""
    graph, hits = _tables(walk)
    unused = tally_table(len(walk.shape.nodes), len(walk.shape.edges))
    to_us = walk.options.span.to_us
    return _paths(
        walk,
        lambda work, at, hit: int(choose_open(graph, hits, walk.hits.offset, work, unused, to_us, at, hit)),
    )


def choose_in_any_order(walk: Walk, exclusions: Sequence[Exclusion] = ()) -> Paths:
    """The chosen attempt of every unit where the order of steps is free; nodes are counted 0, 1, 2 ..."""
    options = walk.options
    span = options.span
    is_first = options.entry is Entry.FIRST
    rules = AnyOrder(len(walk.shape.nodes), options.window_us, span.from_us, span.to_us, options.anchor_first, is_first)
    bans = _bans(walk, exclusions)
    hits = walk.hit_table
    places = walk.hits.offset, walk.borders, walk.ends
    found = _paths(walk, lambda _, at, hit: int(choose_any_order(rules, hits, *places, bans, at, hit)))
    return replace(found, node=np.arange(len(found.node)) - np.repeat(found.at[:-1], found.length))


def attempts_reaching(walk: Walk, exclusions: Sequence[Exclusion] = ()) -> Ints:
    """Attempts that got to each step, where a unit has one attempt open at a time."""
    graph, hits = _tables(walk)
    unused = tally_table(len(walk.shape.nodes), len(walk.shape.edges))
    bans = _bans(walk, exclusions)
    to_us = walk.options.span.to_us
    reached = np.zeros(len(walk.shape.nodes), np.int64)

    def count(work: Ints, at: Ints, hit: Ints) -> int:
        reached[:] = 0
        places = walk.hits.offset, walk.borders, walk.ends
        arguments = (graph, hits, *places, bans, work, unused, to_us, reached)
        return int(count_attempts(*arguments))

    _paths(walk, count)
    return reached


def _paths(walk: Walk, run: Callable[[Ints, Ints, Ints], int]) -> Paths:
    """Run a kernel, with more work space if what it had was too little."""
    n, edges = len(walk.shape.nodes), len(walk.shape.edges)
    at = np.zeros(walk.n_units + 1, np.int64)
    hit = np.zeros(int(np.minimum(np.diff(walk.hits.offset), n).sum()), np.int64)
    room = 1
    while run(scratch(n, edges, walk.most_hits * room), at, hit) < 0:
        room *= 4
    hit = hit[: at[-1]]
    return Paths(at, walk.hits.node[hit], walk.true_position[hit], walk.hits.time_us[hit])


def _bans(walk: Walk, exclusions: Sequence[Exclusion]) -> Bans:
    position = np.concatenate([np.zeros(0, np.int64), *(exclusion.position for exclusion in exclusions)])
    at = np.zeros(len(exclusions) + 1, np.int64)
    np.cumsum([len(exclusion.position) for exclusion in exclusions], out=at[1:])
    return Bans(
        np.array([exclusion.source for exclusion in exclusions], np.int64),
        np.array([exclusion.target for exclusion in exclusions], np.int64),
        at,
        position,
        np.asarray(walk.stream.time_us[position], np.int64),
        walk.options.exclusion_effect is Effect.STOP,
        walk.shape.is_line,
    )
