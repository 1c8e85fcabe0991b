"""Figures of a map from step counts that were added up elsewhere: no paths, only what counts alone can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbench.analysis.funnel import ratio
from workbench.analysis.map_graph import MapGraph, map_graphs
from workbench.analysis.measures import ElementFigures, FunnelFigures, Grade, LinkFigures, Measures, Step
from workbench.analysis.query import Query, QueryElement
from workbench.errors import WorkbenchError
from workbench.events.aggregates import StepCounts
from workbench.journey.element import ElementId, LinkId


def step_total(counts: StepCounts, element: QueryElement) -> int | None:
    """Count of the step that an element's rule names; None if the source holds none of its names."""
    for name in element.rule.events if element.rule else ():
        try:
            found = counts.count(counts.named(name))
        except WorkbenchError:
            continue
        return None if found is None else round(found)
    return None


def measure_counts(query: Query, counts: StepCounts, elements: list[QueryElement]) -> Measures:
    """Figures of the elements that are bound to step counts.

    A link's flow is known where its target has no other way in, and only if the targets of its source do not count
    more together than the source does; a single target may count more than its source, which shows as over 100 %.
    """
    total = {element.element_id: step_total(counts, element) for element in elements}
    known = {element_id: count for element_id, count in total.items() if count is not None}
    bound = frozenset(e.element_id for e in elements if e.stage_id is None and e.element_id in known)
    figures = {i: ElementFigures(i, people=n, reached=n, grade=Grade.AGGREGATED) for i, n in known.items()}
    links: dict[LinkId, LinkFigures] = {}
    entered = None
    for place, graph in enumerate(map_graphs(query, bound)):
        flows = _flows(graph, known)
        figures |= {ElementId(node): _element(graph, ElementId(node), known, flows) for node in graph.shape.nodes}
        links |= _links(graph, known, flows)
        if place == 0:
            entered = sum(known[ElementId(node)] for node in graph.shape.entries)
    for element in elements:
        if element.stage_id in known and element.element_id in known:
            did = known[element.element_id]
            figures[element.element_id] = replace(figures[element.element_id], before=known[element.stage_id], came=did)
    return Measures(query, figures, links, _happy_path(query, known), entered)


def _flows(graph: MapGraph, known: Mapping[ElementId, int]) -> dict[tuple[ElementId, ElementId], int | None]:
    """Flow over each edge, None where counts alone do not tell it."""
    edges = [(ElementId(edge.source), ElementId(edge.target)) for edge in graph.shape.edges]
    flows: dict[tuple[ElementId, ElementId], int | None] = {}
    for source, target in edges:
        ways_in = sum(b == target for _, b in edges)
        targets = [b for a, b in edges if a == source]
        fits = len(targets) == 1 or sum(known[b] for b in targets) <= known[source]
        flows[source, target] = known[target] if ways_in == 1 and fits else None
    return flows


def _element(
    graph: MapGraph,
    element_id: ElementId,
    known: Mapping[ElementId, int],
    flows: Mapping[tuple[ElementId, ElementId], int | None],
) -> ElementFigures:
    into = [pair for pair in flows if pair[1] == element_id]
    out = [flow for pair, flow in flows.items() if pair[0] == element_id]
    came = [flows[pair] for pair in into]
    left = known[element_id] - sum(flow or 0 for flow in out)
    is_goal, knows_out = element_id in graph.shape.goals, all(flow is not None for flow in out)
    return ElementFigures(
        element_id,
        people=known[element_id],
        before=sum(known[source] for source, _ in into) if into else None,
        came=sum(flow or 0 for flow in came) if came and None not in came else None,
        entered=known[element_id] if element_id in graph.shape.entries else 0,
        stopped=left if not is_goal and knows_out and left >= 0 else None,
        arrived=known[element_id] if is_goal else None,
        reached=known[element_id],
        grade=Grade.AGGREGATED,
    )


def _links(
    graph: MapGraph,
    known: Mapping[ElementId, int],
    flows: Mapping[tuple[ElementId, ElementId], int | None],
) -> dict[LinkId, LinkFigures]:
    return {
        links[0].link_id: LinkFigures(links[0].link_id, flows[pair], known[pair[0]], grade=Grade.AGGREGATED)
        for pair, links in graph.routes.items()
        if len(links) == 1
    }


def _happy_path(query: Query, known: Mapping[ElementId, int]) -> FunnelFigures:
    ids = tuple(i for i in query.happy_path if i in known)
    counts = [known[i] for i in ids]
    steps = [
        Step(i, n, ratio(n, counts[k - 1]) if k else None, ratio(n, counts[0]))
        for k, (i, n) in enumerate(zip(ids, counts, strict=True))
    ]
    return FunnelFigures(tuple(steps), ids, mode="aggregated")
