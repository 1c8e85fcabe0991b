"""One unit's events, with those marked that its chosen path is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.analysis.choice import Paths, choose
from workbench.analysis.funnel import cached_stream
from workbench.analysis.lists import Course, lists_of
from workbench.analysis.map_graph import map_graphs
from workbench.analysis.match import Match
from workbench.analysis.measure import exclusions_of
from workbench.analysis.options import Mode
from workbench.analysis.plain_walk import walk_of_units
from workbench.analysis.query import Query
from workbench.analysis.stream import Stream
from workbench.errors import WorkbenchError
from workbench.events.store import EventStore
from workbench.journey.element import ElementId

MOST_EVENTS = 2_000


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """An event; `element_id` is set if the chosen path went through that element by it. `line` is its input place."""

    time_us: int
    event: str
    element_id: ElementId | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """The events of a unit in order; `is_cut` if only the first of very many are listed."""

    unit: str
    events: tuple[TracedEvent, ...]
    is_cut: bool = False

    @property
    def path(self) -> tuple[ElementId, ...]:
        return tuple(event.element_id for event in self.events if event.element_id is not None)


def trace(query: Query, store: EventStore, unit: str) -> Trace:
    """Show what one unit did and what of it counted.

    Raises
    ------
    WorkbenchError
        If there is no such unit.

    Examples
    --------
    >>> from workbench.analysis.query import QueryElement, QueryLink
    >>> from workbench.journey.element import LinkId
    >>> from workbench.journey.rule import Rule
    >>> from workbench.journey.taxonomy import Kind
    >>> a, b = ElementId("a"), ElementId("b")
    >>> parts = (QueryElement(a, Kind.STAGE, Rule(("A",))), QueryElement(b, Kind.MACRO, Rule(("B",))))
    >>> query = Query(parts, (QueryLink(LinkId("l"), a, b),), (a,), (b,))
    >>> trace(query, EventStore.from_rows([("u", 0, "A"), ("u", 1, "x"), ("u", 2, "B")]), "u").path
    ('a', 'b')
    """
    stream = cached_stream(store, query.options(store.session_property))
    number = _number_of(stream, unit)
    marked = _marked(query, stream, number)
    begin, end = int(stream.offset[number]), int(stream.offset[number + 1])
    shown = range(begin, min(end, begin + MOST_EVENTS))
    rows = stream.rows_at(np.array(shown, np.int64))
    lines = None if store.ordinal is None else store.ordinal[rows]
    events = tuple(
        TracedEvent(
            int(stream.time_us[at]),
            store.event_names[stream.event[at]],
            marked.get(at),
            None if lines is None else int(lines[i]) + 1,
        )
        for i, at in enumerate(shown)
    )
    return Trace(unit, events, end - begin > MOST_EVENTS)


def units_stopped_at(query: Query, store: EventStore, element_id: ElementId, n: int = 5) -> tuple[str, ...]:
    """Labels of the first n units whose chosen path ends at an element: examples to look at."""
    stream = cached_stream(store, query.options(store.session_property))
    found: list[str] = []
    for first in range(0, stream.n_units, 10_000):
        units = np.arange(first, min(first + 10_000, stream.n_units))
        for names, paths in _paths(query, stream, units):
            ended = paths.walkers[[names[paths.node[i]] == element_id for i in paths.last]]
            found += [stream.label(int(units[unit])) for unit in ended]
        if len(found) >= n:
            break
    return tuple(found[:n])


def _number_of(stream: Stream, unit: str) -> int:
    """Place of a unit, by its label."""
    name = unit.rsplit("#", 1)[0] if stream.owner is not None else unit
    owners = [i for i, user in enumerate(stream.store.user_ids) if user in (unit, name)]
    candidates = owners if stream.owner is None else np.flatnonzero(np.isin(stream.owner, owners)).tolist()
    for number in candidates or range(stream.n_units if stream.unit.property else 0):
        if stream.label(number) == unit:
            return int(number)
    raise WorkbenchError(f"There is nobody called “{unit}” in these data.", "Choose one from the list of examples.")


def _marked(query: Query, stream: Stream, number: int) -> dict[int, ElementId]:
    marked: dict[int, ElementId] = {}
    for names, paths in _paths(query, stream, np.array([number])):
        for node, position in zip(paths.node, paths.position, strict=True):
            marked.setdefault(int(position), ElementId(names[node]))
    return marked


def _paths(query: Query, stream: Stream, units: np.ndarray) -> list[tuple[tuple[str, ...], Paths]]:
    """For each graph of the map its nodes and the paths of some units."""
    options = query.options(stream.store.session_property)
    mode = options.mode if options.mode is Mode.STRICT else Mode.ORDERED
    rules = {e.element_id: Match.of(e.rule) for e in query.elements if e.rule and e.stage_id is None}
    found = []
    for graph in map_graphs(query, frozenset(rules)):
        matches = tuple(rules[ElementId(node)] for node in graph.shape.nodes)
        course = Course(stream, graph.shape, options.in_mode(mode), matches)
        walk = walk_of_units(course, lists_of(course), units)
        found.append((graph.shape.nodes, choose(walk, exclusions_of(graph, stream))[0]))
    return found
