"""The same map counted by several rules, side by side: why two tools show two numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbench.analysis.funnel import FunnelRequest, cached_stream, funnel
from workbench.analysis.match import Match
from workbench.analysis.measure import hits_of
from workbench.analysis.options import CountBy, Mode, Unit
from workbench.analysis.query import Query
from workbench.events.store import EventStore
from workbench.journey.element import ElementId


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One step of the happy path: its events, units in an open and a closed funnel, in any order, and sessions.

    `any_order` belongs to the place, not to the step: units that completed at least so many steps.
    """

    element_id: ElementId
    events: int
    open: int
    closed: int
    any_order: int
    sessions: int


def reconcile(query: Query, store: EventStore) -> tuple[Reconciled, ...]:
    """Count the happy path by every rule.

    Examples
    --------
    >>> from workbench.analysis.query import QueryElement
    >>> from workbench.journey.rule import Rule
    >>> from workbench.journey.taxonomy import Kind
    >>> ids = ElementId("a"), ElementId("b")
    >>> parts = tuple(QueryElement(i, Kind.STAGE, Rule((i.upper(),))) for i in ids)
    >>> log = EventStore.from_rows([("1", 0, "A"), ("1", 1, "B"), ("2", 0, "B"), ("2", 1, "A"), ("2", 2, "A")])
    >>> [(r.events, r.open, r.closed, r.any_order) for r in reconcile(Query(parts, happy_path=ids), log)]
    [(3, 1, 2, 2), (2, 2, 1, 2)]
    """
    rules = {e.element_id: Match.of(e.rule) for e in query.elements if e.rule}
    ids = tuple(i for i in query.happy_path if i in rules)
    options = query.options(store.session_property)
    closed = replace(options, mode=Mode.ORDERED, unit=Unit(CountBy.USER))
    session = Unit(CountBy.SESSION, options.unit.gap_s, session_property=store.session_property)
    ways = (
        replace(closed, mode=Mode.OPEN),
        closed,
        replace(closed, mode=Mode.ANY),
        replace(closed, unit=session),
    )
    matches = tuple(rules[i] for i in ids)
    counts = [funnel(FunnelRequest(matches, options=way), store).counts for way in ways]
    stream = cached_stream(store, closed)
    return tuple(Reconciled(i, hits_of(stream, rules[i]), *(column[k] for column in counts)) for k, i in enumerate(ids))
