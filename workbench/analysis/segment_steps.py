"""The map measured on the people of one segment and on all others: where their ways part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.gaps import Gap, gaps
from workbench.analysis.measure import measure
from workbench.analysis.measures import ElementFigures, LinkFigures, Measures
from workbench.analysis.options import ALWAYS, BY_USER, Options
from workbench.analysis.query import Query
from workbench.analysis.rates import Rate
from workbench.analysis.segment_rules import membership
from workbench.analysis.shaped import people_store, shaped_store
from workbench.analysis.stream import stream_of
from workbench.events.store import EventStore
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey, Segment

NOBODY = Rate.of(0, 0)
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class SegmentMaps:
    """The map measured on the people of a segment and on others, with the gaps between both.

    `cards` hold the rate onto each bound element from before, `links` the share at the source that took each link;
    both are families of their own. `in_both` people belong to both sides and are left out of either.
    """

    own: Measures
    others: Measures
    cards: Mapping[ElementId, Gap]
    links: Mapping[LinkId, Gap]
    people: int
    others_people: int
    in_both: int = 0


@dataclass(frozen=True, slots=True)
class StepRow:
    """One element: people of the segment on it, and the rate onto it from before, in the segment and among others."""

    element_id: ElementId
    people: int | None
    gap: Gap


def segment_steps(
    journey: Journey, store: EventStore, segment: Segment, cut_s: float, ambient: frozenset[str] = frozenset()
) -> tuple[StepRow, ...]:
    """The rate onto each element for the people of a segment and for all others, in the order of the journey."""
    maps = segment_maps(journey, store, (segment, None), cut_s, ambient)
    return tuple(StepRow(i, maps.own.elements[i].people, gap) for i, gap in maps.cards.items())


def segment_maps(
    journey: Journey,
    store: EventStore,
    sides: tuple[Segment, Segment | None],
    cut_s: float,
    ambient: frozenset[str] = frozenset(),
) -> SegmentMaps:
    """Measure the map on a segment and on all others, or on another segment, and compare the rates.

    Everybody with an event counts, also those who converted before the cut or are still running: these are the
    figures of the map, and unlike the comparison of segments they do not part behaviour from outcome in time.

    Parameters
    ----------
    journey, store : what is measured on what
    sides : (segment, other segment); None stands for the rest
    cut_s : float
        Seconds from each person's first event that tell who belongs to a segment.
    ambient : frozenset of str
        Events that are no answer to "what they did instead".
    """
    query = Query.of(journey)
    options = query.options(store.session_property)
    own_is_in = people_in(store, sides[0], options, cut_s)
    other_is_in = ~own_is_in if sides[1] is None else people_in(store, sides[1], options, cut_s)
    is_both = own_is_in & other_is_in
    masks = own_is_in & ~is_both, other_is_in & ~is_both
    own, others = (measure(query, people_store(store, mask), None, ambient) for mask in masks)
    bound = [element.element_id for element in query.elements if element.rule is not None]
    cards = {i: (_rate_onto(own.elements[i]), _rate_onto(others.elements[i])) for i in bound}
    links = {i: (_rate_of(own.links[i]), _rate_of(others.links[i])) for i in own.links if i in others.links}
    people = [int(mask[np.diff(store.user_offset) > 0].sum()) for mask in masks]
    return SegmentMaps(own, others, gaps(cards), gaps(links), people[0], people[1], int(is_both.sum()))


def people_in(store: EventStore, segment: Segment, options: Options, cut_s: float) -> Bools:
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


def _rate_onto(figures: ElementFigures) -> Rate:
    return Rate.of(figures.came, figures.before) if figures.came is not None and figures.before else NOBODY


def _rate_of(figures: LinkFigures) -> Rate:
    is_share = figures.took is not None and figures.people and figures.took <= figures.people
    return Rate.of(figures.took or 0, figures.people or 0) if is_share else NOBODY
