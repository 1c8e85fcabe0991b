"""Audits of steps: micro-conversions that go with the next step, and groups of people that a step loses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from workbench.analysis.audits.finding import Evidence, Finding, FindingKind, Severity, percent
from workbench.analysis.drivers import Driver
from workbench.analysis.ground import Ground
from workbench.analysis.segments import SegmentComparison, SegmentRow, compare_segments
from workbench.events.store import EventStore
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey

MOST_VALUES = 12
FEWEST_PEOPLE = 100
MATERIAL_POINTS = 0.05
GROUPING_WORDS = ("device", "platform", "browser", "os", "country", "source", "medium", "channel")


def step_audit(ground: Ground) -> tuple[Finding, ...]:
    """Findings about the steps of the happy path, each step in turn being the goal."""
    return (*_strong(ground), *_leaks(ground))


def _strong(ground: Ground) -> Iterator[Finding]:
    """What holds up against the macro-conversion, and against the first conversion on the happy path."""
    yield from (_strong_finding(ground, row) for row in ground.top)
    first = _first_conversion(ground.journey)
    if first is None or first.element_id == ground.macro.element_id:
        return
    nearer = ground.towards(first.element_id)
    if nearer is not None:
        known = {row.name for row in ground.top}
        yield from (_strong_finding(nearer, row) for row in nearer.top if row.name not in known)


def _first_conversion(journey: Journey) -> Element | None:
    on_path = (journey.element_by_id[i] for i in journey.happy_path if i in journey.element_by_id)
    return next((e for e in on_path if e.kind.is_conversion and e.is_bound), None)


def _strong_finding(ground: Ground, row: Driver) -> Finding:
    element = ground.journey.element_by_id.get(ElementId(row.name)) if row.is_mapped else None
    bounds, goal = row.matched.ratio_interval, ground.macro
    ups = sum((w.ratio or 0.0) > 1.0 for w in row.weeks)
    span = (ground.timeline.window_s, ground.timeline.immature)
    return Finding(
        f"strong:{row.name}>{goal.element_id}",
        FindingKind.STRONG,
        Severity.NOTE,
        f"{element.title if element else row.name} holds up: people who do it are associated with "
        f"{row.matched.ratio or 0:.2f} times the {goal.title} ({bounds.low or 0:.2f} to {bounds.high or 0:.2f}) of "
        f"others at the same depth, above 1 in {ups} of {len(row.weeks)} weeks.",
        "Depth-matched Mantel-Haenszel, adjusted for all events. A hidden trait would have to multiply both by at "
        f"least {row.e_value.bound or 1:.2f} to explain it; only an experiment shows an effect.",
        (Evidence("ratio to peers", row.matched.observed, row.ordered.n1, row.matched.ratio, bounds, 1.0, *span),),
        (element.element_id,) if element else (),
        event_name=None if element else row.name,
    )


def _leaks(ground: Ground) -> Iterator[Finding]:
    """Groups of people (by device, country, source) that go on less often than all others at a step."""
    known = ground.journey.element_by_id
    path = [i for i in ground.journey.happy_path if i in known and known[i].is_bound]
    properties = grouping_properties(ground.store)
    for before, after in pairwise(path):
        step = ground.towards(after) if properties else None
        for name in properties if step is not None else ():
            compared = step_by_group(step, before, name) if step is not None else None
            if compared is not None:
                yield from (_leak(ground, (before, after), name, row) for row in compared.rows if _is_leak(row))


def grouping_properties(store: EventStore) -> list[str]:
    """Properties that name a group of people in a few values, one per kind, device first."""
    found = []
    for word in GROUPING_WORDS:
        fitting = [n for n, c in store.properties.items() if _names(n, word) and 2 <= len(c.values) <= MOST_VALUES]
        found += fitting[:1]
    return list(dict.fromkeys(found))


def _names(name: str, word: str) -> bool:
    parts = name.lower().replace("-", "_").replace(".", "_").split("_")
    return word in parts


def step_by_group(step: Ground, before: ElementId, name: str) -> SegmentComparison | None:
    """Share that went on from an element to the ground's goal, by the value of a property when they reached it."""
    taking, column = step.taking(before), step.store.properties[name]
    if taking is None or len(taking.people) < FEWEST_PEOPLE:
        return None
    code = column.codes[taking.row].astype(np.int64)
    people = np.bincount(code, minlength=len(column.values) + 1)[1:]
    went_on = np.bincount(code, step.timeline.converted[taking.people], len(column.values) + 1)[1:]
    large = np.flatnonzero(people >= FEWEST_PEOPLE)
    if len(large) < 2:
        return None
    names = [str(column.values[int(i)]) for i in large]
    return compare_segments(names, went_on[large].astype(int).tolist(), people[large].tolist())


def _is_leak(row: SegmentRow) -> bool:
    high = row.versus_rest_interval.high
    return row.differs and high is not None and high < -MATERIAL_POINTS


def _leak(ground: Ground, pair: tuple[ElementId, ElementId], name: str, row: SegmentRow) -> Finding:
    before, after = (ground.journey.element_by_id[i].title for i in pair)
    gaps = (row.versus_rest, row.versus_rest_interval.high, row.versus_rest_interval.low)
    fewer, least, most = (abs(gap or 0.0) * 100 for gap in gaps)
    return Finding(
        f"leak:{pair[0]}>{pair[1]}:{name}={row.name}",
        FindingKind.LEAK,
        Severity.WARNING,
        f"From {before} to {after} {percent(row.rate.value)} of {row.name} go on, {fewer:.1f} points fewer than all "
        f"others ({least:.1f} to {most:.1f}).",
        f"Mature people by {name} when they first reached it; Newcombe interval against all others, adjusted over the "
        "groups, and at least 5 points beyond doubt.",
        (Evidence.of(f"{row.name} go on", row.rate),),
        pair,
    )
