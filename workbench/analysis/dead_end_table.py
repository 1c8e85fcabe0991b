"""The dead-end table of a journey: every frequent action of the data judged against one macro-conversion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.analysis.dead_ends import DeadEnd, judge
from workbench.analysis.hits import matching_rows
from workbench.analysis.match import Match
from workbench.analysis.timeline import DEFAULT_AMBIENT, Timeline, ambient_events, audit_window_s
from workbench.events.store import EventStore
from workbench.journey.element import Element
from workbench.journey.journey import Journey

FEWEST_TAKERS = 100
SMALLEST_SHARE = 0.01
US = 1_000_000


@dataclass(frozen=True, slots=True)
class DeadEndRow:
    """One action: an event name, or the title of a mapped element."""

    name: str
    element_id: str | None
    verdict: DeadEnd


@dataclass(frozen=True, slots=True)
class DeadEndTable:
    """Actions by verdict; `base_rate` is that of all `mature` people within `window_s`."""

    rows: tuple[DeadEndRow, ...]
    window_s: float
    mature: int
    immature: int
    base_rate: float | None


def dead_end_table(
    journey: Journey, store: EventStore, technical: Iterable[str] = (), macro: Element | None = None
) -> DeadEndTable | None:
    """Judge all eligible actions as one family (statistics: at least 100 people and 1 % of all).

    Returns
    -------
    DeadEndTable, or None
        None where the journey has no bound macro-conversion or the store holds no events.
    """
    goal = macro or journey.headline_macro
    if goal is None or goal.rule is None or not goal.is_bound or not store.n_events:
        return None
    span_s = ((store.last_us or 0) - (store.first_us or 0)) / US
    window_s = audit_window_s(span_s)
    ambient = ambient_events(store, (*DEFAULT_AMBIENT, *technical))
    mapped = {
        e.title: (e, matching_rows(store, Match.of(e.rule)))
        for e in journey.elements
        if e.rule is not None and e.is_bound and e.element_id != goal.element_id
    }
    macro_rows = matching_rows(store, Match.of(goal.rule))
    timeline = Timeline.of(store, macro_rows, window_s, ambient, [rows for _, rows in mapped.values()])
    takings = [timeline.taking(title, rows) for title, (_, rows) in mapped.items()]
    shown_events = {name for e, _ in mapped.values() if e.rule and not e.rule.conditions for name in e.rule.events}
    takings += [t for t in timeline.takings(ambient) if t.name not in shown_events | set(goal.rule.events)]
    fewest = max(FEWEST_TAKERS, SMALLEST_SHARE * timeline.mature)
    eligible = [t for t in takings if len(t.people) >= fewest and not _is_required(timeline, t)]
    base = timeline.base_rate or 0.0
    counts = [(int(timeline.converted[t.people].sum()), len(t.people)) for t in eligible]
    verdicts = judge([k for k, _ in counts], [n for _, n in counts], [base] * len(counts)) if counts else ()
    rows = [
        DeadEndRow(t.name, mapped[t.name][0].element_id if t.name in mapped else None, verdict)
        for t, verdict in zip(eligible, verdicts, strict=True)
    ]
    rows.sort(key=lambda row: (row.verdict.upper or 1.0, row.name))
    return DeadEndTable(tuple(rows), window_s, timeline.mature, timeline.immature, timeline.base_rate)


def _is_required(timeline: Timeline, taking: object) -> bool:
    """Whether nobody converts without it: a step of the funnel, no action of choice."""
    takers_who_bought = int(timeline.converted[taking.people].sum())  # type: ignore[attr-defined]
    return timeline.buyers > 0 and takers_who_bought == timeline.buyers
