"""Audits of the events: actions that lead nowhere, actions below their peers, visits that end, pauses on the way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from workbench.analysis.audits.finding import Evidence, Finding, FindingKind, Severity, percent, window_words
from workbench.analysis.dead_ends import Fate
from workbench.analysis.drivers import Driver
from workbench.analysis.exits import exit_rates
from workbench.analysis.funnel import Funnel, FunnelRequest, funnel
from workbench.analysis.ground import Action, Ground
from workbench.analysis.intervals import Interval
from workbench.analysis.loss import longest_pauses_us
from workbench.analysis.match import Match
from workbench.analysis.query import Query
from workbench.analysis.rates import Rate
from workbench.analysis.sequels import sequel
from workbench.journey.element import ElementId
from workbench.journey.taxonomy import Kind, Phase, Role

MATERIAL_PAUSE_SHARE = 0.10
# Where most people pause, the step takes several visits by nature: nothing to mend.
USUAL_PAUSE_SHARE = 0.5
# Above this base the visits hold fewer than two events on average: where they end says nothing.
SINGLE_EVENT_VISITS = 0.5


def behaviour_audit(ground: Ground) -> tuple[Finding, ...]:
    """Findings about actions, as one family per macro-conversion."""
    return (
        *(finding for action in ground.actions if (finding := _action(ground, action)) is not None),
        *(_below_peers(ground, row) for row in ground.drivers.rows if _is_below(ground, row)),
        *_dead_end_content(ground),
        *_pauses(ground),
    )


def _action(ground: Ground, action: Action) -> Finding | None:
    if action.verdict.fate is Fate.DEAD_END:
        return _dead_end(ground, action)
    if action.verdict.fate is Fate.UNDECIDED and action.element_id is not None:
        return _undecided(ground, action)
    return None


def _dead_end(ground: Ground, action: Action) -> Finding:
    verdict, base = action.verdict, ground.timeline.base_rate
    after = sequel(ground.timeline, action.taking)
    following = ", ".join(f"{name} {count:,}" for name, count in after.next_events[:3])
    return Finding(
        f"dead-end:{action.element_id or action.name}",
        FindingKind.DEAD_END,
        Severity.WARNING,
        f"{action.name} is a dead end: of {verdict.n:,} people who do it, {verdict.k:,} convert, at most "
        f"{percent(verdict.upper)} beyond doubt, against {percent(base)} of all.",
        f"Mature people within {window_words(ground.timeline.window_s)}; doing it counts only before the "
        f"{ground.macro.title}. One-sided exact 95 % upper bound below half the base rate, and adjusted p within 5 % "
        f"over all actions of at least 100 people. Next they do: {following or 'nothing'}; "
        f"{percent(after.ended.value)} end the visit there.",
        (_evidence(ground, action, 0.0),),
        (action.element_id,) if action.element_id else (),
        event_name=None if action.element_id else action.name,
        money=_shortfall(ground, (base or 0.0) * verdict.n - verdict.k),
    )


def _undecided(ground: Ground, action: Action) -> Finding:
    verdict, base = action.verdict, ground.timeline.base_rate
    more = f"undecided, about {verdict.missing:,} more people" if verdict.missing else "undecided, more people"
    return Finding(
        f"undecided:{action.element_id}",
        FindingKind.UNDECIDED,
        Severity.NOTE,
        f"Whether {action.name} is a dead end is {more} would settle it: {verdict.k:,} of {verdict.n:,} convert "
        f"({percent(verdict.lower)} to {percent(verdict.upper)}), against {percent(base)} of all.",
        "Neither is the one-sided exact upper bound below half the base rate nor the lower bound above it.",
        (_evidence(ground, action, verdict.lower),),
        (action.element_id,) if action.element_id else (),
    )


def _evidence(ground: Ground, action: Action, low: float | None) -> Evidence:
    verdict, bounds = action.verdict, Interval(low, action.verdict.upper)
    label, base = "convert after it", ground.timeline.base_rate
    return Evidence(label, verdict.k, verdict.n, verdict.rate, bounds, base, *_span(ground))


def _span(ground: Ground) -> tuple[float, int]:
    return ground.timeline.window_s, ground.timeline.immature


def _shortfall(ground: Ground, conversions: float) -> float | None:
    """Money of conversions that are missing, where the macro-conversion has a value."""
    return conversions * ground.macro.value if ground.macro.value is not None and conversions > 0 else None


def _is_below(ground: Ground, row: Driver) -> bool:
    dead = {str(a.element_id or a.name) for a in ground.actions if a.verdict.fate is Fate.DEAD_END}
    element = ground.journey.element_by_id.get(ElementId(row.name)) if row.is_mapped else None
    if element is None:
        return row.underperforms and row.name not in dead | _mapped_events(ground)
    return row.underperforms and row.name not in dead and element.kind is Kind.MICRO and element.role is not Role.ERROR


def _below_peers(ground: Ground, row: Driver) -> Finding:
    element = ground.journey.element_by_id.get(ElementId(row.name)) if row.is_mapped else None
    title, matched = element.title if element else row.name, row.matched
    bounds, expected = matched.ratio_interval, matched.expected or 0.0
    return Finding(
        f"underperforms:{row.name}",
        FindingKind.UNDERPERFORMS,
        Severity.NOTE,
        f"People who do {title} convert {matched.ratio or 0:.2f} times as often ({bounds.low or 0:.2f} to "
        f"{bounds.high or 0:.2f}) as others at the same depth: {matched.observed:,.0f} conversions where their peers "
        f"would have {expected:,.0f}.",
        "Depth-matched Mantel-Haenszel: takers are compared with people who had done as much so far. Associated "
        "with, not caused by; a hidden trait would have to multiply both by at least "
        f"{row.e_value.bound or 1:.2f} to explain it.",
        (Evidence("ratio to peers", matched.observed, row.ordered.n1, matched.ratio, bounds, 1.0, *_span(ground)),),
        (element.element_id,) if element else (),
        event_name=None if element else row.name,
        money=_shortfall(ground, expected - matched.observed),
    )


def _dead_end_content(ground: Ground) -> Iterator[Finding]:
    query = Query.of(ground.journey)
    unit = query.options(ground.store.session_property).unit
    ends = [e for e in ground.journey.elements if e.kind is Kind.MACRO or e.phase is Phase.RETENTION]
    goals = [name for e in ends if e.rule for name in e.rule.events]
    rows = exit_rates(ground.store, unit, ground.ambient - _mapped_events(ground), goals)
    by_event = {name: e for e in ground.journey.elements if e.rule for name in e.rule.events}
    for row in rows:
        if row.is_dead_end and row.base <= SINGLE_EVENT_VISITS:
            element = by_event.get(row.name)
            yield Finding(
                f"dead-end-content:{row.name}",
                FindingKind.DEAD_END_CONTENT,
                Severity.NOTE,
                f"{percent(row.rate.value)} of the visits with {row.name} end with it, against {percent(row.base)} "
                "over all events: offer a next step there.",
                "Visits that contain the event and end with it, technical events passed over; the lower 95 % bound is "
                "above 1.5 times the base. Visits that may still go on are left out.",
                (Evidence.of("visits that end with it", row.rate, row.base),),
                (element.element_id,) if element else (),
                event_name=row.name,
            )


def _mapped_events(ground: Ground) -> frozenset[str]:
    return frozenset(name for e in ground.journey.elements if e.rule for name in e.rule.events)


def _pauses(ground: Ground) -> Iterator[Finding]:
    """Those on the happy path who left and came back within the window: micro-abandons, step by step."""
    ids = _bound_path(ground)
    if len(ids) < 2:
        return
    options = Query.of(ground.journey).options(ground.store.session_property)
    rules = [rule for i in ids if (rule := ground.journey.element_by_id[i].rule) is not None]
    request = FunnelRequest(tuple(Match.of(rule) for rule in rules), options=options, names=tuple(ids))
    counted = funnel(request, ground.store)
    for step, (before, after) in enumerate(pairwise(ids), start=1):
        pauses = step_pauses_s(counted, step)
        long = pauses[pauses > options.unit.gap_s]
        rate = Rate.of(len(long), len(pauses))
        if _is_material(rate):
            yield _pause(ground, (before, after), rate, float(np.median(long)))


def _is_material(rate: Rate) -> bool:
    low = rate.interval.low
    return low is not None and low > MATERIAL_PAUSE_SHARE and (rate.value or 0.0) < USUAL_PAUSE_SHARE


def _bound_path(ground: Ground) -> list[ElementId]:
    known = ground.journey.element_by_id
    return [i for i in ground.journey.happy_path if i in known and known[i].is_bound]


def step_pauses_s(counted: Funnel, step: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The longest pause, in seconds, on each unit's way from a step (from 1) to the next, of those who got there."""
    begins = counted.paths.at[:-1][counted.depth > step]
    first, last = counted.paths.position[begins + step - 1], counted.paths.position[begins + step]
    return np.asarray(longest_pauses_us(counted.stream, first, last) / 1e6)


def _pause(ground: Ground, pair: tuple[ElementId, ElementId], rate: Rate, median_s: float) -> Finding:
    before, after = (ground.journey.element_by_id[i].title for i in pair)
    return Finding(
        f"micro-abandon:{pair[0]}>{pair[1]}",
        FindingKind.MICRO_ABANDON,
        Severity.NOTE,
        f"{percent(rate.value)} of those who get from {before} to {after} leave on the way and come back "
        f"(half of them after more than {window_words(median_s)}): remind them, they are not lost.",
        "Two neighbouring events further apart than a session's gap between the two steps of the happy path.",
        (Evidence.of("left and came back", rate),),
        pair,
    )
