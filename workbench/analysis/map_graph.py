"""The graphs that a map asks for: elements without a rule are contracted, optional ones may be skipped.

What lies behind a goal forms a second graph, which that goal enters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.analysis.options import FOREVER_US, microseconds
from workbench.analysis.query import Query, QueryLink
from workbench.analysis.shape import Edge, Shape
from workbench.journey.element import ElementId

Pair = tuple[ElementId, ElementId]
Routes = dict[Pair, tuple[QueryLink, ...]]


@dataclass(frozen=True, slots=True)
class MapGraph:
    """One graph of a map; `routes` are the drawn links behind each edge (none for the way around an optional one)."""

    shape: Shape
    routes: Routes


def map_graphs(query: Query, bound: frozenset[ElementId]) -> list[MapGraph]:
    """The main graph, then the one behind the goals where there is one; only elements in `bound` are nodes.

    Raises
    ------
    WorkbenchError
        If links that do not return form a circle.
    """
    routes = _with_bypasses(query, _routes(query, bound))
    entries = _entries(query, bound, routes)
    goals = frozenset(query.goal_ids) & bound
    main = {pair: links for pair, links in routes.items() if pair[0] not in goals}
    graphs = [_graph(query, main, entries, goals)]
    behind = {pair[0] for pair in routes if pair[0] in goals}
    if behind:
        graphs.append(_graph(query, routes, behind, frozenset()))
    return [graph for graph in graphs if graph.shape.nodes]


def _graph(query: Query, routes: Routes, entries: Iterable[ElementId], goals: frozenset[ElementId]) -> MapGraph:
    nodes = _reachable(entries, routes)
    kept = {pair: links for pair, links in routes.items() if pair[0] in nodes}
    edges = [_edge(pair, links) for pair, links in kept.items()]
    return MapGraph(Shape.of(nodes, edges, set(entries) & nodes, goals & nodes), kept)


def _edge(pair: Pair, links: tuple[QueryLink, ...]) -> Edge:
    windows = [microseconds(link.window_s) for link in links]
    return Edge(*pair, min(windows, default=FOREVER_US), any(link.is_strict for link in links))


def _routes(query: Query, bound: frozenset[ElementId]) -> Routes:
    """Pairs of bound elements with the links that lead from one to the other through unbound ones, shortest first."""
    onward: dict[ElementId, list[QueryLink]] = {}
    for link in query.links:
        if not link.returns:
            onward.setdefault(link.source_id, []).append(link)
    routes: Routes = {}
    for source in query.element_by_id:
        if source in bound:
            for target, links in _ways(source, onward, bound):
                routes.setdefault((source, target), links)
    return routes


def _ways(
    source: ElementId, onward: dict[ElementId, list[QueryLink]], bound: frozenset[ElementId]
) -> list[tuple[ElementId, tuple[QueryLink, ...]]]:
    found, seen = [], {source}
    waiting: list[tuple[ElementId, tuple[QueryLink, ...]]] = [(source, ())]
    while waiting:
        here, links = waiting.pop(0)
        for link in onward.get(here, ()):
            if link.target_id in bound:
                found.append((link.target_id, (*links, link)))
            elif link.target_id not in seen:
                seen.add(link.target_id)
                waiting.append((link.target_id, (*links, link)))
    return found


def _with_bypasses(query: Query, routes: Routes) -> Routes:
    """An optional element X in A > X > B is the extra edge A > B."""
    for element in query.elements:
        if element.is_optional:
            before = [pair[0] for pair in routes if pair[1] == element.element_id]
            after = [pair[1] for pair in routes if pair[0] == element.element_id]
            routes |= {(a, b): () for a in before for b in after if (a, b) not in routes}
    return routes


def _entries(query: Query, bound: frozenset[ElementId], routes: Routes) -> set[ElementId]:
    """Entries of the map; one that is unbound or optional hands this on to what follows it."""
    targets = {pair[1] for pair in routes}
    entries = {source for source, _ in routes if source not in targets}
    waiting, seen = list(query.entry_ids), set()
    while waiting:
        element_id = waiting.pop()
        if element_id in seen:
            continue
        seen.add(element_id)
        if element_id in bound:
            entries.add(element_id)
        if element_id not in bound or query.element_by_id[element_id].is_optional:
            waiting += [k.target_id for k in query.links if k.source_id == element_id and not k.returns]
    return entries


def _reachable(entries: Iterable[ElementId], routes: Routes) -> set[ElementId]:
    seen = set(entries)
    waiting = list(seen)
    while waiting:
        here = waiting.pop()
        for source, target in routes:
            if source == here and target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen
