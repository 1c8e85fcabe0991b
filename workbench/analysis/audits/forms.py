"""Audits of forms, videos and error states, from the events of elements with those roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.abandons import FormAbandon, form_abandon, milestones_of
from workbench.analysis.association import mantel_haenszel
from workbench.analysis.audits.finding import Evidence, Finding, FindingKind, Severity, percent
from workbench.analysis.ground import Ground
from workbench.analysis.rates import Rate
from workbench.analysis.timeline import Rows
from workbench.journey.element import Element
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Role

IDLE_S = 1800.0
FEWEST_STARTERS = 30
STEEP = 0.5
MOST_TYPES = 5
US = 1_000_000
Ints = NDArray[np.int64]


def form_audit(ground: Ground) -> tuple[Finding, ...]:
    """Findings about forms, milestones and errors that are bound and have a role."""
    return (*_forms(ground), *_milestones(ground), *_errors(ground))


@dataclass(frozen=True, slots=True)
class _Form:
    """Rows of a form's start, fields in order, and submit."""

    start: Rows
    fields: tuple[Rows, ...]
    submit: Rows


def _forms(ground: Ground) -> Iterator[Finding]:
    start, submit = (_with_role(ground.journey, role) for role in (Role.FORM_START, Role.FORM_SUBMIT))
    fields = _with_role(ground.journey, Role.FORM_FIELD)
    if not start or not submit or not fields:
        return
    form = _Form(
        ground.mapped[start[0].element_id],
        tuple(ground.mapped[e.element_id] for e in fields),
        ground.mapped[submit[0].element_id],
    )
    found = abandoned_form(ground, form)
    if found is None or found.worst is None or not found.hazard[found.worst].k:
        return
    worst, element = found.hazard[found.worst], fields[found.worst]
    yield Finding(
        f"form-abandon:{element.element_id}",
        FindingKind.FORM_ABANDON,
        Severity.WARNING,
        f"{element.title} is where the form is left most: {percent(worst.value)} of the {worst.n:,} who reach it go no "
        f"further ({percent(worst.interval.low)} to {percent(worst.interval.high)}); "
        f"{percent(found.completion)} of all starters submit.",
        "Starters without a submit within 30 minutes of the last field, by the last field in form order that they "
        "touched; the share among those who got that far.",
        tuple(Evidence.of(e.title, rate) for e, rate in zip(fields, found.hazard, strict=True)),
        tuple(e.element_id for e in (start[0], *fields)),
    )


def _with_role(journey: Journey, role: Role) -> list[Element]:
    return [e for e in journey.elements if e.role is role and e.is_bound]


def abandoned_form(ground: Ground, form: _Form) -> FormAbandon | None:
    """Count a form: starters whose last touch is at least 30 minutes before the end of the data."""
    store, size = ground.store, ground.store.n_users
    started = _first_time(ground, form.start, np.full(size, -1, dtype=np.int64))
    last, furthest = started.copy(), np.zeros(size, dtype=np.int64)
    for number, rows in enumerate(form.fields):
        owner, time = store.user_of(rows), store.time_us[rows]
        after = (started[owner] >= 0) & (time >= started[owner])
        np.maximum.at(last, owner[after], time[after])
        furthest[owner[after]] = number
    submitted = _first_time(ground, form.submit, started)
    gap = round(IDLE_S * US)
    is_in = (started >= 0) & (last + gap <= (store.data_end_us or 0))
    is_done = is_in & (submitted >= 0) & (submitted <= last + gap)
    if int(is_in.sum()) < FEWEST_STARTERS:
        return None
    left_at = np.bincount(furthest[is_in & ~is_done], minlength=len(form.fields))
    return form_abandon(int(is_in.sum()), int(is_done.sum()), left_at.tolist())


def _first_time(ground: Ground, rows: Rows, not_before: Ints) -> Ints:
    """Time of each user's first hit not before a time (-1: any time counts); -1 without one."""
    store, size = ground.store, ground.store.n_users
    owner, time = store.user_of(rows), store.time_us[rows]
    kept = time >= not_before[owner]
    first = np.full(size, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(first, owner[kept], time[kept])
    return np.where(first == np.iinfo(np.int64).max, -1, first)


def _milestones(ground: Ground) -> Iterator[Finding]:
    marks = _with_role(ground.journey, Role.VIDEO_MILESTONE)
    if len(marks) < 2:
        return
    furthest = np.full(ground.store.n_users, -np.inf)
    for number, element in enumerate(marks):
        furthest[ground.store.user_of(ground.mapped[element.element_id])] = number
    watched = furthest[furthest >= 0]
    if len(watched) < FEWEST_STARTERS:
        return
    found = milestones_of(watched, list(range(len(marks))))
    known = [i for i in range(1, len(marks)) if found.steps[i].value is not None]
    at = min(known, key=lambda i: found.steps[i].value or 0.0, default=None)
    if at is None or (found.steps[at].interval.high or 1.0) >= STEEP:
        return
    yield Finding(
        f"decay:{marks[at].element_id}",
        FindingKind.DECAY,
        Severity.NOTE,
        f"Between {marks[at - 1].title} and {marks[at].title} most people stop: {percent(found.steps[at].value)} of "
        f"{found.steps[at].n:,} go on.",
        "People with any milestone at or beyond each; raw event counts are never divided (replays, skips).",
        tuple(Evidence.of(element.title, rate) for element, rate in zip(marks, found.from_start, strict=True)),
        tuple(element.element_id for element in marks),
    )


def _errors(ground: Ground) -> Iterator[Finding]:
    for element in _with_role(ground.journey, Role.ERROR):
        taking = ground.taking(element.element_id)
        if taking is None or len(taking.people) < FEWEST_STARTERS:
            continue
        pooled = mantel_haenszel(ground.timeline.cells(taking))
        bounds = pooled.ratio_interval
        if pooled.expected is None or bounds.high is None or bounds.high >= 1.0:
            continue
        lost = pooled.expected - pooled.observed
        worth = ground.macro.value
        money = lost * worth if worth is not None else None
        by_type = error_types(ground, element)
        yield Finding(
            f"error-state:{element.element_id}",
            FindingKind.ERROR_STATE,
            Severity.WARNING,
            f"{len(taking.people):,} people meet {element.title}; they convert {pooled.ratio or 0:.2f} times as often "
            f"({bounds.low or 0:.2f} to {bounds.high:.2f}) as others at the same depth, about {lost:,.0f} conversions"
            f"{f' or {money:,.0f} {ground.journey.currency}' if money is not None else ''} fewer"
            f"{_types_words(by_type)}.",
            "Depth-matched Mantel-Haenszel: people with the error against people who had done as much without it.",
            (
                Evidence.of("meet it", Rate.of(len(taking.people), ground.timeline.mature)),
                Evidence(
                    "ratio to peers", pooled.observed, len(taking.people), pooled.ratio, bounds, 1.0, *_span(ground)
                ),
                *(Evidence(name, n=people, value=fewer) for name, people, fewer in by_type),
            ),
            (element.element_id,),
            money=money,
        )


def _span(ground: Ground) -> tuple[float, int]:
    return ground.timeline.window_s, ground.timeline.immature


def _types_words(by_type: list[tuple[str, int, float]]) -> str:
    return f"; most of them with {by_type[0][0]} ({by_type[0][2]:,.0f})" if by_type else ""


def error_types(ground: Ground, element: Element) -> list[tuple[str, int, float]]:
    """Per value of the error's own property: name, people who met it first, conversions fewer than among peers."""
    rows = ground.mapped[element.element_id]
    for name, column in ground.store.properties.items():
        codes = column.codes[rows]
        if not _tells_errors(name) or not np.any(codes):
            continue
        found = []
        for code in np.unique(codes[codes > 0]):
            taking = ground.timeline.taking(str(column.values[int(code) - 1]), rows[codes == code])
            pooled = mantel_haenszel(ground.timeline.cells(taking))
            if pooled.expected is not None:
                found.append((taking.name, len(taking.people), pooled.expected - pooled.observed))
        return sorted(found, key=lambda row: -row[2])[:MOST_TYPES]
    return []


def _tells_errors(name: str) -> bool:
    word = name.lower()
    return "error" in word or word.endswith(("reason", "message"))
