"""The ground that audits of one macro-conversion stand on: people, window, mapped elements, prepared once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from workbench.analysis.dead_ends import DEFAULT_BAR, Bar, DeadEnd, judge
from workbench.analysis.drivers import Driver, DriverTable, drivers
from workbench.analysis.hits import matching_rows
from workbench.analysis.match import Match
from workbench.analysis.query import Query
from workbench.analysis.shaped import shaped_store
from workbench.analysis.timeline import DEFAULT_AMBIENT, Rows, Taking, Timeline, ambient_events, audit_window_s
from workbench.events.store import EventStore
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind

ENOUGH_MATURE = 100
FEWEST_TAKERS = 100
SMALLEST_SHARE = 0.01
MOST_TOP = 5
MOST_EVENTS = 20_000_000
US = 1_000_000


@dataclass(frozen=True, slots=True)
class Action:
    """One action judged: an event name or a mapped element, with its takings and verdict."""

    name: str
    element_id: ElementId | None
    taking: Taking
    verdict: DeadEnd


@dataclass(frozen=True)
class Ground:
    """A journey, its data and one macro-conversion; drivers and dead ends are computed when first asked for.

    `is_audit_window` tells that the journey's own window left under 100 people mature, so that a shorter one is used;
    `sample_share` is the share of people looked at: below 1 on logs too large to look at all of them at once.
    """

    journey: Journey
    store: EventStore
    macro: Element
    timeline: Timeline
    ambient: frozenset[str]
    mapped: Mapping[ElementId, Rows]
    is_audit_window: bool
    listed_ambient: tuple[str, ...] = DEFAULT_AMBIENT
    sample_share: float = 1.0

    @classmethod
    def of(
        cls,
        journey: Journey,
        store: EventStore,
        listed_ambient: Iterable[str] = DEFAULT_AMBIENT,
        macro: Element | None = None,
        most_events: int = MOST_EVENTS,
    ) -> Ground | None:
        """Prepare what the journey's shaping leaves; None where no macro-conversion is bound or no event is left.

        Parameters
        ----------
        listed_ambient : names of events that say nothing about a choice; those of more than 90 % or under 0.5 % of
            people are added. Hits of mapped elements always count.
        macro : Element, optional
            The headline macro-conversion by default.
        most_events : int
            Beyond this many events the first people of the store are taken, who are an unbiased sample.
        """
        goal = macro or journey.headline_macro
        if goal is None or goal.rule is None or not goal.is_bound or not store.n_events:
            return None
        store = shaped_store(store, Query.of(journey).options())
        if not store.n_events:
            return None
        share = min(1.0, most_events / store.n_events)
        store = store if share >= 1.0 else store.first_users(max(1, int(store.n_users * share)))
        seen = {e.element_id: rows_of(journey, store, e) for e in journey.elements if e.kind is not Kind.MACRO}
        mapped = {i: rows for i, rows in seen.items() if rows is not None}
        listed = tuple(listed_ambient)
        ambient = ambient_events(store, listed)
        window_s, is_audit = study_window(journey, store)
        rows = matching_rows(store, Match.of(goal.rule), gap_s=journey.counting.session_gap_s)
        timeline = Timeline.of(store, rows, window_s, ambient, tuple(mapped.values()))
        return cls(journey, store, goal, timeline, ambient, mapped, is_audit, listed, share)

    def towards(self, element_id: ElementId) -> Ground | None:
        """The same data with another element as the goal; None where it is not bound."""
        other = Ground.of(self.journey, self.store, self.listed_ambient, self.journey.element_by_id[element_id])
        return None if other is None else replace(other, sample_share=self.sample_share)

    @cached_property
    def drivers(self) -> DriverTable:
        """Every event and bound element against the macro; a mapped one is named by its element id."""
        return drivers(self.timeline, self.ambient | self._shown_events, {str(i): r for i, r in self.mapped.items()})

    @cached_property
    def top(self) -> tuple[Driver, ...]:
        """Up to five actions that hold up; stages are places, no actions."""
        known = self.journey.element_by_id
        places = {i for i in self.mapped if known[i].kind is Kind.STAGE}
        holding = (row for row in self.drivers.rows if row.holds_up)
        return tuple(row for row in holding if not (row.is_mapped and row.name in places))[:MOST_TOP]

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """Micro-conversions and unmapped events that are frequent enough, as one family, required steps left out."""
        return self.judged(DEFAULT_BAR)

    def judged(self, bar: Bar) -> tuple[Action, ...]:
        """The same under another bar."""
        candidates = [(i, t) for i, t in self._takings if self._is_eligible(t)]
        if not candidates:
            return ()
        bought = self.timeline.converted
        k, n = [int(bought[t.people].sum()) for _, t in candidates], [len(t.people) for _, t in candidates]
        verdicts = judge(k, n, [self.timeline.base_rate or 0.0] * len(n), bar)
        return tuple(Action(t.name, i, t, v) for (i, t), v in zip(candidates, verdicts, strict=True))

    @cached_property
    def _takings(self) -> list[tuple[ElementId | None, Taking]]:
        micros = [e for e in self.journey.elements if e.kind is Kind.MICRO and e.element_id in self.mapped]
        found: list[tuple[ElementId | None, Taking]] = [
            (e.element_id, self.timeline.taking(e.title, self.mapped[e.element_id])) for e in micros
        ]
        left_out = self.ambient | self._shown_events
        return found + [(None, taking) for taking in self.timeline.takings(left_out)]

    @cached_property
    def _shown_events(self) -> frozenset[str]:
        """Events that bound elements stand for as a whole: they are not judged a second time by name."""
        rules = [e.rule for e in self.journey.elements if e.rule is not None]
        return frozenset(name for rule in rules if Match.of(rule).is_plain for name in rule.events)

    def _is_eligible(self, taking: Taking) -> bool:
        fewest = max(FEWEST_TAKERS, SMALLEST_SHARE * self.timeline.mature)
        is_required = 0 < self.timeline.buyers == int(self.timeline.converted[taking.people].sum())
        return len(taking.people) >= fewest and not is_required

    def taking(self, element_id: ElementId) -> Taking | None:
        rows = self.mapped.get(element_id)
        return None if rows is None else self.timeline.taking(str(element_id), rows)

    def taking_of_event(self, name: str) -> Taking | None:
        """Who did an event first at which depth; None if there is no such event."""
        code = self.store.code_by_name.get(name)
        return None if code is None else self.timeline.taking(name, self.store.postings(code))


def rows_of(journey: Journey, store: EventStore, element: Element) -> Rows | None:
    """Rows of the events that an element's rule matches; None where it is not bound."""
    if element.rule is None or not element.is_bound:
        return None
    return matching_rows(store, Match.of(element.rule), gap_s=journey.counting.session_gap_s)


def conversions(journey: Journey, store: EventStore) -> tuple[EventStore, Rows] | None:
    """The shaped data and the rows of the headline macro-conversion; None where it is not bound or no event is left."""
    goal, store = journey.headline_macro, shaped_store(store, Query.of(journey).options())
    rows = rows_of(journey, store, goal) if goal is not None and store.n_events else None
    return None if rows is None else (store, rows)


def study_window(journey: Journey, store: EventStore) -> tuple[float, bool]:
    """The journey's window if at least 100 people have outlived it, else the audits' own."""
    end, first = store.data_end_us or 0, store.first_us or 0
    own = journey.window_s
    if own is not None:
        offset = store.user_offset
        start = store.time_us[offset[:-1][np.diff(offset) > 0]]
        if int(np.count_nonzero(start + round(own * US) <= end)) >= ENOUGH_MATURE:
            return own, False
    return audit_window_s((end - first) / US), True
