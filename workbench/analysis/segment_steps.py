"""The map measured on the people of one segment and on all others: where their ways part."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.comparisons import false_discovery, pooled_z
from workbench.analysis.intervals import NO_INTERVAL, Interval, interval_of, newcombe
from workbench.analysis.measure import measure
from workbench.analysis.measures import ElementFigures, Measures
from workbench.analysis.options import ALWAYS, BY_USER, Options
from workbench.analysis.query import Query
from workbench.analysis.rates import Rate
from workbench.analysis.segment_rules import membership
from workbench.analysis.segments import SEGMENT_Q
from workbench.analysis.shaped import people_store, shaped_store
from workbench.analysis.stream import stream_of
from workbench.events.store import EventStore
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey, Segment

NOBODY = Rate.of(0, 0)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One element: people of the segment on it, and the rate onto it from before, in the segment and among others."""

    element_id: ElementId
    people: int | None
    own: Rate
    others: Rate
    gap: float | None
    gap_interval: Interval
    p_adjusted: float | None = None

    @property
    def differs(self) -> bool:
        """Beyond doubt over all elements, and not on few data."""
        is_thin = self.own.is_thin or self.others.is_thin
        return self.p_adjusted is not None and self.p_adjusted <= SEGMENT_Q and not is_thin


def segment_steps(
    journey: Journey, store: EventStore, segment: Segment, cut_s: float, ambient: frozenset[str] = frozenset()
) -> tuple[StepRow, ...]:
    """Measure the map twice and compare the rate onto each element, adjusted over all elements.

    Everybody with an event counts, also those who converted before the cut or are still running: these are the
    figures of the map, and unlike the comparison of segments they do not part behaviour from outcome in time.
    """
    query = Query.of(journey)
    is_in = people_in(store, segment, query.options(store.session_property), cut_s)
    own, others = (measure(query, people_store(store, mask), None, ambient) for mask in (is_in, ~is_in))
    rows = [_row(element.element_id, own, others) for element in query.elements if element.rule is not None]
    raw = [pooled_z(row.own.k, row.own.n, row.others.k, row.others.n).p for row in rows]
    adjusted = false_discovery([np.nan if p is None else p for p in raw])
    return tuple(
        replace(row, p_adjusted=None if np.isnan(p) else float(p)) for row, p in zip(rows, adjusted, strict=True)
    )


def people_in(store: EventStore, segment: Segment, options: Options, cut_s: float) -> NDArray[np.bool_]:
    """Whether each person of a store belongs to a segment, told by the shaped data up to the cut.

    Examples
    --------
    >>> from workbench.journey.rule import Rule
    >>> log = EventStore.from_rows([("u", 0, "visit"), ("v", 0, "visit"), ("v", 9, "chat"), ("v", 99, "leave")])
    >>> found = people_in(log, Segment("Chatty", (Rule(("chat",)),)), Options(), 60.0)
    >>> [name for name, is_in in zip(log.user_ids, found) if is_in]
    ['v']
    """
    clip = options.span if options.span != ALWAYS else options.cleaning.clip
    owner = stream_of(store, BY_USER, replace(options.cleaning, clip=clip)).owner
    # A window of nothing and no conversion: nobody is immature or early.
    found = membership(shaped_store(store, options), (segment,), np.zeros(0, np.int64), 0.0, cut_s)
    people = found.users[found.in_segment[0]]
    is_in = np.zeros(store.n_users, bool)
    is_in[people if owner is None else owner[people]] = True
    return is_in


def _row(element_id: ElementId, own: Measures, others: Measures) -> StepRow:
    mine, theirs = own.elements[element_id], others.elements[element_id]
    left, right = _rate(mine), _rate(theirs)
    if left.value is None or right.value is None:
        return StepRow(element_id, mine.people, left, right, None, NO_INTERVAL)
    interval = interval_of(newcombe(left.k, left.n, right.k, right.n))
    return StepRow(element_id, mine.people, left, right, left.value - right.value, interval)


def _rate(figures: ElementFigures) -> Rate:
    return Rate.of(figures.came, figures.before) if figures.came is not None and figures.before else NOBODY
