"""All figures of a map: the graph's counts, what the stopped did instead, what was done on each stage, the funnel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.aggregated import measure_counts
from workbench.analysis.choice import Exclusion, Paths, Walk, choose, walk_on
from workbench.analysis.funnel import FunnelRequest, cached_stream, found_positions, funnel, funnel_figures
from workbench.analysis.graph import GraphCounts, count_paths, medians_s
from workbench.analysis.loss import next_events
from workbench.analysis.map_graph import MapGraph, map_graphs
from workbench.analysis.match import Match
from workbench.analysis.measures import ElementFigures, FunnelFigures, Grade, LinkFigures, Measures
from workbench.analysis.options import FOREVER_US, Mode, Options
from workbench.analysis.query import Query, QueryElement
from workbench.analysis.seats import count_seat
from workbench.analysis.stream import Stream
from workbench.events.aggregates import StepCounts
from workbench.events.store import EventStore
from workbench.journey.element import DatasetId, ElementId, LinkId
from workbench.journey.rule import Rule
from workbench.progress import Progress

MOST_INSTEAD = 12
Sources = EventStore | StepCounts | Mapping[DatasetId, EventStore | StepCounts]


@dataclass(frozen=True, eq=False)
class _Walked:
    """One graph of the map with its chosen paths, all of them and those with a mature entry."""

    graph: MapGraph
    walk: Walk
    paths: Paths
    counts: GraphCounts
    mature: GraphCounts | None


def measure(
    query: Query,
    store: Sources,
    progress: Progress | None = None,
    ambient: frozenset[str] = frozenset(),
) -> Measures:
    """Measure a map against event data.

    Parameters
    ----------
    query : Query
        `Query.of(journey)`.
    store : EventStore or StepCounts, or several by dataset id
        Elements without a dataset belong to the only (or first) store.
    progress : Progress, optional
        Told after each part; cancelling raises CancelledError.
    ambient : set of event names
        Never reported as what people did instead; the events of mapped elements always are.

    Returns
    -------
    Measures
        Counts are units (`query.counting.count_by`); None where there is no data.

    Examples
    --------
    >>> from workbench.journey.element import Element, ElementId, Link, LinkId
    >>> from workbench.journey.journey import Journey
    >>> from workbench.journey.taxonomy import Kind
    >>> page = Element(ElementId("p"), Kind.STAGE, "Page", rule=Rule(("page",)))
    >>> pay = Element(ElementId("b"), Kind.MACRO, "Pay", rule=Rule(("pay",)))
    >>> journey = Journey(elements=(page, pay), links=(Link(LinkId("l"), page.element_id, pay.element_id),))
    >>> log = EventStore.from_rows([("1", 0, "page"), ("1", 9, "pay"), ("2", 0, "page")])
    >>> found = measure(Query.of(journey), log)
    >>> found.elements["p"].people, found.elements["b"].people, found.links["l"].took
    (2, 1, 1)
    """
    progress = progress or Progress()
    stores = {None: store} if isinstance(store, EventStore | StepCounts) else dict(store)
    merged = Measures(query)
    for dataset_id, one in stores.items():
        is_first = dataset_id == next(iter(stores))
        ours = [e for e in query.elements if e.rule and _belongs(e, dataset_id, is_first)]
        if isinstance(one, StepCounts):
            part = measure_counts(query, one, ours)
        else:
            part = _measure_events(query, one, ours, progress, ambient)
        merged = _joined(merged, part)
    elements = {e.element_id: merged.elements.get(e.element_id, ElementFigures(e.element_id)) for e in query.elements}
    links = {k.link_id: merged.links.get(k.link_id, LinkFigures(k.link_id)) for k in query.links}
    return replace(merged, elements=elements, links=links)


def _joined(left: Measures, right: Measures) -> Measures:
    """Figures of several datasets side by side; totals are those of the first that has any."""
    first = left if left.entered is not None else right
    elements, links = {**left.elements, **right.elements}, {**left.links, **right.links}
    return replace(first, elements=elements, links=links)


def _measure_events(
    query: Query, store: EventStore, ours: list[QueryElement], progress: Progress, ambient: frozenset[str]
) -> Measures:
    options = query.options(store.session_property)
    graph_options = options if options.mode is Mode.STRICT else replace(options, mode=Mode.ORDERED)
    stream = cached_stream(store, options)
    bound = frozenset(e.element_id for e in ours if e.stage_id is None)
    progress.step(0, 4, store.n_events, "Finding hits")
    found = {e.element_id: found_positions(stream, Match.of(e.rule)) for e in ours if e.rule}
    graphs = [_walked(graph, stream, graph_options, query, found, progress) for graph in map_graphs(query, bound)]
    progress.step(2, 4, store.n_events, "Counting")
    elements: dict[ElementId, ElementFigures] = {}
    links: dict[LinkId, LinkFigures] = {}
    ignored = ambient - {name for e in ours if e.rule for name in e.rule.events}
    for walked in reversed(graphs):
        elements |= _elements(walked, ignored, query)
        links |= _links(walked, query)
        elements |= _seated(walked, query, found)
    elements = {i: replace(figures, hits=len(found[i])) for i, figures in elements.items() if i in found}
    for element in ours:
        if element.element_id not in elements and element.stage_id is None:
            elements[element.element_id] = _lonely(element, stream, options, found[element.element_id])
    links |= _returning(query, stream, found)
    progress.step(3, 4, store.n_events, "Counting the happy path")
    entered = graphs[0].counts.entered_total if graphs else None
    mature = graphs[0].mature.entered_total if graphs and graphs[0].mature else None
    happy = happy_path_funnel(query, store, bound, options)
    return Measures(query, elements, links, happy, entered, mature, stream.n_units)


def _belongs(element: QueryElement, dataset_id: DatasetId | None, is_first: bool) -> bool:
    if dataset_id is None or element.dataset_id is None:
        return is_first
    return element.dataset_id == dataset_id


def _walked(
    graph: MapGraph,
    stream: Stream,
    options: Options,
    query: Query,
    found: Mapping[ElementId, NDArray[np.int64]],
    progress: Progress,
) -> _Walked:
    shape = graph.shape
    walk = walk_on(stream, shape, options, [found[ElementId(node)] for node in shape.nodes])
    exclusions = _exclusions(graph, stream)
    paths, seen = choose(walk, exclusions)
    progress.step(1, 4, stream.n_positions, "Following paths")
    mature = None
    if options.window_us < FOREVER_US and stream.store.data_end_us is not None:
        limit = stream.store.data_end_us - options.window_us + 1
        mature = count_paths(walk, *choose(walk.until(limit), exclusions))
    return _Walked(graph, walk, paths, count_paths(walk, paths, seen), mature)


def _exclusions(graph: MapGraph, stream: Stream) -> list[Exclusion]:
    return [
        Exclusion(
            graph.shape.index[source],
            graph.shape.index[target],
            found_positions(stream, Match.of(link.exclusion)),
        )
        for (source, target), links in graph.routes.items()
        for link in links
        if link.exclusion is not None
    ]


def _elements(walked: _Walked, ignored: frozenset[str], query: Query) -> dict[ElementId, ElementFigures]:
    lost = _money_lost(walked, query)
    return {
        ElementId(node): _element(walked, i, ElementId(node), ignored, lost[i])
        for i, node in enumerate(walked.graph.shape.nodes)
    }


def _element(
    walked: _Walked, i: int, element_id: ElementId, ignored: frozenset[str], lost: float | None
) -> ElementFigures:
    counts, mature = walked.counts, walked.mature
    came = [k for k, edge in enumerate(walked.graph.shape.edges) if edge.target == element_id]
    sources = [walked.graph.shape.index[walked.graph.shape.edges[k].source] for k in came]
    has_before = bool(came)
    is_goal = element_id in walked.graph.shape.goals
    return ElementFigures(
        element_id,
        people=int(counts.on_path[i]),
        before=int(counts.on_path[sources].sum()) if has_before else None,
        came=int(counts.took[came].sum()) if has_before else None,
        entered=int(counts.entered[i]),
        stopped=None if is_goal else int(counts.stopped[i]),
        arrived=int(counts.arrived[i]) if is_goal else None,
        reached=int(counts.reached[i]),
        mature_people=int(mature.on_path[i]) if mature else None,
        mature_before=int(mature.on_path[sources].sum()) if mature and has_before else None,
        mature_came=int(mature.took[came].sum()) if mature and has_before else None,
        money_lost=lost,
        instead=() if is_goal else _instead(walked, i, ignored),
        grade=Grade.MEASURED,
    )


def _instead(walked: _Walked, node: int, ignored: frozenset[str]) -> tuple[tuple[str, int], ...]:
    last = walked.paths.last
    stopped = walked.paths.position[last[walked.paths.node[last] == node]]
    return next_events(walked.walk.stream, stopped, ignored)[:MOST_INSTEAD]


def _money_lost(walked: _Walked, query: Query) -> list[float | None]:
    """Stopped x mean value-to-go of the links onward, weighted by who took them; None where no value is known."""
    shape, counts = walked.graph.shape, walked.counts
    values = [query.element_by_id[ElementId(node)].value for node in shape.nodes]
    if all(value is None for value in values):
        return [None] * len(values)
    to_go = np.array([value or 0.0 for value in values])
    lost: list[float | None] = [None] * len(values)
    for i in range(len(values) - 1, -1, -1):
        out = [k for k, edge in enumerate(shape.edges) if shape.index[edge.source] == i]
        ahead = np.array([to_go[shape.index[shape.edges[k].target]] for k in out])
        took = counts.took[out] if out else np.zeros(0, np.int64)
        if took.sum() > 0:
            lost[i] = float(counts.stopped[i] * (took * ahead).sum() / took.sum())
            to_go[i] += float((took * ahead).sum() / counts.on_path[i])
    return lost


def _links(walked: _Walked, query: Query) -> dict[LinkId, LinkFigures]:
    medians = medians_s(walked.walk, walked.paths, walked.counts.went)
    counts, shape = walked.counts, walked.graph.shape
    figures: dict[LinkId, LinkFigures] = {}
    for k, edge in enumerate(shape.edges):
        links = walked.graph.routes[ElementId(edge.source), ElementId(edge.target)]
        if len(links) == 1:
            figures[links[0].link_id] = LinkFigures(
                links[0].link_id,
                int(counts.took[k]),
                int(counts.on_path[shape.index[edge.source]]),
                int(counts.eventually[k]),
                int(counts.direct[k]),
                medians[k],
                Grade.MEASURED,
            )
        elif links:
            figures[links[-1].link_id] = _through(figures, links[-1].link_id, int(counts.took[k]))
    return figures


def _through(figures: Mapping[LinkId, LinkFigures], link_id: LinkId, took: int) -> LinkFigures:
    """What was measured around an element without a rule stands on the link behind it; its rate stays typed."""
    before = figures.get(link_id)
    return LinkFigures(link_id, took + (before.took or 0 if before else 0))


def _seated(
    walked: _Walked, query: Query, found: Mapping[ElementId, NDArray[np.int64]]
) -> dict[ElementId, ElementFigures]:
    figures = {}
    for element in query.elements:
        stage = walked.graph.shape.index.get(element.stage_id or "")
        if stage is None or element.element_id not in found:
            continue
        seat = count_seat(walked.walk, walked.paths, walked.counts.went, stage, found[element.element_id])
        figures[element.element_id] = ElementFigures(
            element.element_id,
            people=seat.did,
            before=seat.people,
            came=seat.did,
            went_on_did=seat.went_on_did,
            went_on_not=seat.went_on_not,
            grade=Grade.MEASURED,
        )
    return figures


def _lonely(element: QueryElement, stream: Stream, options: Options, positions: NDArray[np.int64]) -> ElementFigures:
    """An element without links: only how many units have a hit."""
    time = stream.time_us[positions]
    inside = positions[(time >= options.span.from_us) & (time < options.span.to_us)]
    reached = len(np.unique(stream.unit_of(inside)))
    return ElementFigures(element.element_id, reached=reached, hits=len(positions), grade=Grade.MEASURED)


def _returning(query: Query, stream: Stream, found: Mapping[ElementId, NDArray[np.int64]]) -> dict[LinkId, LinkFigures]:
    """Links that close a circle are counted as transitions: neighbouring events of a unit."""
    figures = {}
    for link in query.links:
        if link.returns and link.source_id in found and link.target_id in found:
            after = found[link.source_id] + 1
            after = after[np.isin(after, found[link.target_id], assume_unique=True)]
            n = int((stream.unit_of(after) == stream.unit_of(after - 1)).sum())
            figures[link.link_id] = LinkFigures(link.link_id, n, direct=n, grade=Grade.MEASURED)
    return figures


def happy_path_funnel(query: Query, store: EventStore, bound: frozenset[ElementId], options: Options) -> FunnelFigures:
    """The happy path as a funnel of its own, in the mode that the journey asks for."""
    rules = {e.element_id: e.rule for e in query.elements if e.element_id in bound and e.rule}
    ids = tuple(i for i in query.happy_path if i in rules)
    if not ids:
        return FunnelFigures(mode=str(options.mode), window_s=query.window_s)
    request = FunnelRequest(tuple(Match.of(rules[i]) for i in ids), options=options, names=ids)
    figures = funnel_figures(funnel(request, store), ids, store.data_end_us)
    return replace(figures, element_ids=ids)


def hit_count(query: Query, store: EventStore, rule: Rule) -> int:
    """How many events match a rule, with the filters of the journey: the live count beside a rule's editor."""
    if not rule.is_bound:
        return 0
    return len(found_positions(cached_stream(store, query.options(store.session_property)), Match.of(rule)))
