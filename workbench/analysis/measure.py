"""All figures of a map: the graph's counts, what the stopped did instead, what was done on each stage, the funnel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.aggregated import measure_counts
from workbench.analysis.choice import Exclusion, walk_on
from workbench.analysis.funnel import FunnelRequest, cached_stream, figures_of
from workbench.analysis.hits import found_positions
from workbench.analysis.lists import Course
from workbench.analysis.loss import NOTHING
from workbench.analysis.map_graph import MapGraph, map_graphs
from workbench.analysis.match import Match
from workbench.analysis.measures import ElementFigures, FunnelFigures, Grade, LinkFigures, Measures
from workbench.analysis.options import Mode, Options
from workbench.analysis.plain_walk import is_plain, walk
from workbench.analysis.plain_walk import tally as tally_of
from workbench.analysis.query import Query, QueryElement
from workbench.analysis.stream import Stream
from workbench.analysis.tally import Places, Tally, exact_tally, mature_limit_us
from workbench.analysis.unseen import unseen_share
from workbench.events.aggregates import StepCounts
from workbench.events.store import EventStore
from workbench.journey.element import DatasetId, ElementId, LinkId
from workbench.progress import Progress

MOST_INSTEAD = 12
Sources = EventStore | StepCounts | Mapping[DatasetId, EventStore | StepCounts]


@dataclass(frozen=True, eq=False)
class _Counted:
    """One graph of the map with what was counted on it, and the seats in the order of the tally."""

    graph: MapGraph
    tally: Tally
    seats: tuple[QueryElement, ...]
    has_mature: bool
    event_names: tuple[str, ...]


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
    progress.step(0, 3, store.n_events, "Following paths")
    ignored = ambient - {name for e in ours if e.rule for name in e.rule.events}
    graphs = [_count(g, stream, graph_options, ours, ignored, progress) for g in map_graphs(query, bound)]
    progress.step(1, 3, store.n_events, "Counting")
    elements: dict[ElementId, ElementFigures] = {}
    links: dict[LinkId, LinkFigures] = {}
    for counted in reversed(graphs):
        elements |= _elements(counted, query)
        links |= _links(counted)
        elements |= _seated(counted)
    for element in ours:
        match = Match.of(element.rule) if element.rule else Match()
        known = elements.get(element.element_id)
        if known is None and element.stage_id is None:
            known = _lonely(element, stream, options, found_positions(stream, match))
        if known is not None:
            unseen = unseen_share(store, element.rule.events) if element.rule else None
            elements[element.element_id] = replace(known, hits=hits_of(stream, match), unseen=unseen)
    links |= _returning(query, stream, ours)
    progress.step(2, 3, store.n_events, "Counting the happy path")
    entered = int(graphs[0].tally.entered.sum()) if graphs else None
    mature = int(graphs[0].tally.mature_entered[0]) if graphs and graphs[0].has_mature else None
    happy = happy_path_funnel(query, store, bound, options)
    return Measures(query, elements, links, happy, entered, mature, stream.n_units)


def _belongs(element: QueryElement, dataset_id: DatasetId | None, is_first: bool) -> bool:
    if dataset_id is None or element.dataset_id is None:
        return is_first
    return element.dataset_id == dataset_id


def _count(
    graph: MapGraph,
    stream: Stream,
    options: Options,
    ours: list[QueryElement],
    ignored: frozenset[str],
    progress: Progress,
) -> _Counted:
    shape = graph.shape
    rules = {e.element_id: Match.of(e.rule) for e in ours if e.rule}
    seats = tuple(e for e in ours if e.stage_id is not None and e.stage_id in shape.index)
    sits = tuple((shape.index[e.stage_id or ""], rules[e.element_id]) for e in seats)
    course = Course(stream, shape, options, tuple(rules[ElementId(node)] for node in shape.nodes), sits)
    mature_us = mature_limit_us(options.window_us, stream.store.data_end_us)
    places = Places(tuple((node, found_positions(stream, match)) for node, match in sits), ignored, mature_us)
    exclusions = exclusions_of(graph, stream)
    if not exclusions and is_plain(course):
        tally = tally_of(walk(course, places, progress), places)
    else:
        hits = [found_positions(stream, match) for match in course.matches]
        tally = exact_tally(walk_on(stream, shape, options, hits), exclusions, places)
    return _Counted(graph, tally, seats, mature_us is not None, stream.store.event_names)


def exclusions_of(graph: MapGraph, stream: Stream) -> list[Exclusion]:
    """What must not happen on the links of a graph."""
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


def _elements(counted: _Counted, query: Query) -> dict[ElementId, ElementFigures]:
    lost = _money_lost(counted, query)
    return {
        ElementId(node): _element(counted, i, ElementId(node), lost[i])
        for i, node in enumerate(counted.graph.shape.nodes)
    }


def _element(counted: _Counted, i: int, element_id: ElementId, lost: float | None) -> ElementFigures:
    tally, shape = counted.tally, counted.graph.shape
    came = [k for k, edge in enumerate(shape.edges) if edge.target == element_id]
    sources = [shape.index[shape.edges[k].source] for k in came]
    is_goal, has_mature = element_id in shape.goals, counted.has_mature
    return ElementFigures(
        element_id,
        people=int(tally.on_path[i]),
        before=int(tally.on_path[sources].sum()) if came else None,
        came=int(tally.took[came].sum()) if came else None,
        entered=int(tally.entered[i]),
        stopped=None if is_goal else int(tally.last[i]),
        arrived=int(tally.last[i]) if is_goal else None,
        reached=int(tally.reached[i]),
        mature_people=int(tally.mature[i]) if has_mature else None,
        mature_before=int(tally.mature[sources].sum()) if has_mature and came else None,
        mature_came=int(tally.mature_took[came].sum()) if has_mature and came else None,
        money_lost=lost,
        instead=() if is_goal else _instead(counted, i),
        grade=Grade.MEASURED,
    )


def _instead(counted: _Counted, node: int) -> tuple[tuple[str, int], ...]:
    names = (NOTHING, *counted.event_names)
    after = counted.tally.after[node]
    pairs = [(names[code], int(after[code])) for code in np.flatnonzero(after)]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:MOST_INSTEAD])


def _money_lost(counted: _Counted, query: Query) -> list[float | None]:
    """Stopped x mean value-to-go of the links onward, weighted by who took them; None where no value is known."""
    shape, tally = counted.graph.shape, counted.tally
    values = [query.element_by_id[ElementId(node)].value for node in shape.nodes]
    if all(value is None for value in values):
        return [None] * len(values)
    to_go = np.array([value or 0.0 for value in values])
    lost: list[float | None] = [None] * len(values)
    for i in range(len(values) - 1, -1, -1):
        out = [k for k, edge in enumerate(shape.edges) if shape.index[edge.source] == i]
        took = tally.took[out] if out else np.zeros(0, np.int64)
        if took.sum() > 0:
            ahead = (took * to_go[[shape.index[shape.edges[k].target] for k in out]]).sum()
            lost[i] = float(tally.last[i] * ahead / took.sum())
            to_go[i] += float(ahead / tally.on_path[i])
    return lost


def _links(counted: _Counted) -> dict[LinkId, LinkFigures]:
    tally, shape = counted.tally, counted.graph.shape
    medians = tally.medians_s()
    figures: dict[LinkId, LinkFigures] = {}
    for k, edge in enumerate(shape.edges):
        links = counted.graph.routes[ElementId(edge.source), ElementId(edge.target)]
        if len(links) == 1:
            figures[links[0].link_id] = LinkFigures(
                links[0].link_id,
                int(tally.took[k]),
                int(tally.on_path[shape.index[edge.source]]),
                int(tally.eventually[k]),
                int(tally.direct[k]),
                medians[k],
                Grade.MEASURED,
            )
        elif links:
            figures[links[-1].link_id] = _through(figures, links[-1].link_id, int(tally.took[k]))
    return figures


def _through(figures: Mapping[LinkId, LinkFigures], link_id: LinkId, took: int) -> LinkFigures:
    """What was measured around an element without a rule stands on the link behind it; its rate stays typed."""
    before = figures.get(link_id)
    return LinkFigures(link_id, took + (before.took or 0 if before else 0))


def _seated(counted: _Counted) -> dict[ElementId, ElementFigures]:
    tally, shape = counted.tally, counted.graph.shape
    return {
        element.element_id: ElementFigures(
            element.element_id,
            people=int(tally.did[i]),
            before=int(tally.on_path[shape.index[element.stage_id or ""]]),
            came=int(tally.did[i]),
            went_on_did=int(tally.went_did[i]),
            went_on_not=int(tally.went_not[i]),
            grade=Grade.MEASURED,
        )
        for i, element in enumerate(counted.seats)
    }


def _lonely(element: QueryElement, stream: Stream, options: Options, positions: NDArray[np.int64]) -> ElementFigures:
    """An element without links: only how many units have a hit."""
    time = stream.time_us[positions]
    inside = positions[(time >= options.span.from_us) & (time < options.span.to_us)]
    reached = len(np.unique(stream.unit_of(inside)))
    return ElementFigures(element.element_id, reached=reached, hits=len(positions), grade=Grade.MEASURED)


def _returning(query: Query, stream: Stream, ours: list[QueryElement]) -> dict[LinkId, LinkFigures]:
    """Links that close a circle are counted as transitions: neighbouring events of a unit."""
    rules = {e.element_id: Match.of(e.rule) for e in ours if e.rule}
    figures = {}
    for link in query.links:
        if link.returns and link.source_id in rules and link.target_id in rules:
            after = found_positions(stream, rules[link.source_id]) + 1
            after = after[np.isin(after, found_positions(stream, rules[link.target_id]), assume_unique=True)]
            n = int((stream.unit_of(after) == stream.unit_of(after - 1)).sum())
            figures[link.link_id] = LinkFigures(link.link_id, n, direct=n, grade=Grade.MEASURED)
    return figures


def hits_of(stream: Stream, match: Match) -> int:
    """How many events match; plain names in whole data are only looked up."""
    if stream.rows is None and match.is_plain and len(match.any_of) == 1:
        return stream.store.posting_count(match.event_names[0])
    return len(found_positions(stream, match))


def happy_path_funnel(query: Query, store: EventStore, bound: frozenset[ElementId], options: Options) -> FunnelFigures:
    """The happy path as a funnel of its own, in the mode that the journey asks for."""
    rules = {e.element_id: e.rule for e in query.elements if e.element_id in bound and e.rule}
    ids = tuple(i for i in query.happy_path if i in rules)
    if not ids:
        return FunnelFigures(mode=str(options.mode), window_s=query.window_s)
    request = FunnelRequest(tuple(Match.of(rules[i]) for i in ids), options=options, names=ids)
    return replace(figures_of(request, store, ids), element_ids=ids)
