"""The executive checklist, evaluated on the journey, and the pitfalls that micro-conversions invite."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.analysis.audits.finding import Finding, FindingKind, Severity
from workbench.analysis.drivers import Driver, DriverTable
from workbench.events.store import EventStore
from workbench.journey.element import Element
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind, Phase, Role, Signal

MOST_MICROS = 12
MOST_FIELDS = 5
TOP = 5


class Answer(StrEnum):
    """Answer to one point of the checklist."""

    DONE = "done"
    OPEN = "open"
    UNKNOWN = "no data"


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the executive checklist with its answer and the reason."""

    question: str
    answer: Answer
    reason: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known beside the drawing: drivers and dead ends judged, events present."""

    table: DriverTable | None = None
    top: tuple[Driver, ...] = ()
    dead_ends_judged: bool = False
    store: EventStore | None = None


NOTHING_KNOWN = Knowledge()


def executive_checklist(journey: Journey, knowledge: Knowledge = NOTHING_KNOWN) -> tuple[Point, ...]:
    """Evaluate the six points: Top 5, micro-velocity, retargeting, tracking, dead-end audit, micro-rewards."""
    return (
        _top_five(knowledge),
        _velocity(journey),
        _retargeting(journey),
        _tracking(journey, knowledge.store),
        _dead_ends(knowledge),
        _rewards(journey),
    )


def _top_five(knowledge: Knowledge) -> Point:
    question = "Are the Top 5 micro-conversions known?"
    if knowledge.table is None:
        return Point(question, Answer.UNKNOWN, "No events of people are bound yet.")
    found = knowledge.top
    answer = Answer.DONE if len(found) >= TOP else Answer.OPEN
    names = ", ".join(row.name for row in found) or "none"
    return Point(question, answer, f"{len(found)} hold up once people of the same depth are compared: {names}.")


def _velocity(journey: Journey) -> Point:
    question = "Is micro-velocity kept up (form fields, loading time)?"
    counted = [e for e in journey.elements if e.details.field_count is not None or e.details.tag_count is not None]
    if not counted:
        return Point(question, Answer.UNKNOWN, "No form fields or third-party tags are noted on any element.")
    heavy = [e.title for e in counted if (e.details.field_count or 0) > MOST_FIELDS or (e.details.tag_count or 0) > 10]
    if heavy:
        return Point(question, Answer.OPEN, f"Too many fields or tags at {', '.join(heavy)}.")
    return Point(question, Answer.DONE, "No element has more than 5 fields or 10 tags.")


def _retargeting(journey: Journey) -> Point:
    question = "Is retargeting set up for several stages?"
    if len(journey.segments) >= 2:
        return Point(question, Answer.DONE, f"{len(journey.segments)} segments are defined.")
    return Point(question, Answer.OPEN, "Fewer than two segments of people are defined to address differently.")


def _tracking(journey: Journey, store: EventStore | None) -> Point:
    question = "Is event tracking in place?"
    conversions = [e for e in journey.elements if e.kind.is_conversion]
    if not conversions:
        return Point(question, Answer.UNKNOWN, "The map has no conversions.")
    missing = [e.title for e in conversions if not e.is_bound]
    if store is not None:
        names = set(store.event_names)
        missing += [e.title for e in conversions if e.rule and e.is_bound and not names & set(e.rule.events)]
    if missing:
        return Point(question, Answer.OPEN, f"Not observable: {', '.join(missing)}.")
    return Point(question, Answer.DONE, "Every conversion has a rule" + (" with events in the data." if store else "."))


def _dead_ends(knowledge: Knowledge) -> Point:
    question = "Has the dead-end audit been done?"
    if knowledge.dead_ends_judged:
        return Point(question, Answer.DONE, "Every frequent action was judged against the macro-conversion.")
    return Point(question, Answer.UNKNOWN, "It needs events of people and a bound macro-conversion.")


def _rewards(journey: Journey) -> Point:
    question = "Are micro-rewards in place?"
    asks = [e for e in journey.elements if e.kind is Kind.MICRO and (e.role is Role.ASK or e.commitment is not None)]
    if not asks:
        return Point(question, Answer.UNKNOWN, "No micro-conversion is marked as an ask.")
    bare = [e.title for e in asks if not e.details.reward.strip()]
    if bare:
        return Point(question, Answer.OPEN, f"No reward is named for {', '.join(bare)}.")
    return Point(question, Answer.DONE, "Every ask names its reward.")


def checklist_findings(journey: Journey, knowledge: Knowledge = NOTHING_KNOWN) -> tuple[Finding, ...]:
    """The open points of the checklist, as findings."""
    points = executive_checklist(journey, knowledge)
    return tuple(
        Finding(
            f"checklist:{number}",
            FindingKind.CHECKLIST,
            Severity.NOTE,
            f"{point.question} {point.reason}",
            "A point of the executive checklist, evaluated on the journey and its data.",
        )
        for number, point in enumerate(points, start=1)
        if point.answer is Answer.OPEN
    )


def pitfalls(journey: Journey, knowledge: Knowledge = NOTHING_KNOWN) -> tuple[Finding, ...]:
    """Vanity, too many, no guardrail, double counting, correlation as cause, untagged errors, names, mobile."""
    if not journey.elements:
        return ()
    return (
        *_vanity(journey),
        *_too_many(journey),
        *_no_guardrail(journey),
        *_double_counting(journey),
        *_mix_effects(journey, knowledge.table),
        *_untagged_errors(journey, knowledge.store),
        *_inconsistent_names(journey, knowledge.store),
        *_mobile_ignored(journey, knowledge.store),
    )


def _pitfall(name: str, sentence: str, why: str, elements: tuple[Element, ...] = ()) -> Finding:
    ids = tuple(element.element_id for element in elements)
    return Finding(f"pitfall:{name}", FindingKind.PITFALL, Severity.NOTE, sentence, why, element_ids=ids)


def _vanity(journey: Journey) -> Iterator[Finding]:
    micros = tuple(e for e in journey.elements if e.kind is Kind.MICRO)
    vain = tuple(e for e in micros if e.signal in (Signal.SOFT, Signal.ACTIVITY))
    if len(micros) >= 4 and len(vain) > len(micros) / 2:
        yield _pitfall(
            "vanity",
            f"{len(vain)} of {len(micros)} micro-conversions are activity or soft signals: they show use, not intent.",
            "More than half of the micro-conversions are not tagged as intent.",
            vain,
        )


def _too_many(journey: Journey) -> Iterator[Finding]:
    micros = tuple(e for e in journey.elements if e.kind is Kind.MICRO)
    if len(micros) > MOST_MICROS:
        yield _pitfall(
            "too-many",
            f"{len(micros)} micro-conversions are too many to act on: mark the few that matter as primary.",
            f"More than {MOST_MICROS} micro-conversions on the map.",
        )


def _no_guardrail(journey: Journey) -> Iterator[Finding]:
    guards = [e for e in journey.elements if e.role is Role.ERROR or e.phase is Phase.RETENTION]
    if journey.macros and not guards and len(journey.macros) < 2:
        yield _pitfall(
            "no-guardrail",
            "Nothing on the map would show harm: add an error state or a retention element as a guardrail.",
            "No element is an error state or in the retention phase, and there is one macro-conversion only.",
        )


def _double_counting(journey: Journey) -> Iterator[Finding]:
    valued = [e for e in journey.elements if e.value]
    for element in valued:
        later = tuple(e for e in valued if e.element_id in journey.reachable(element.element_id))
        if later:
            names = " and ".join(e.title for e in later)
            yield _pitfall(
                f"double-counting:{element.element_id}",
                f"{element.title} has a value and leads to {names}, which has one too: people who do both count twice.",
                "Values are added along the way; leave the value on the last one unless both are really earned.",
                (element, *later),
            )


def _mix_effects(journey: Journey, table: DriverTable | None) -> Iterator[Finding]:
    primary = {e.element_id: e for e in journey.elements if e.is_primary}
    for row in table.rows if table else ():
        element = primary.get(row.name) if row.is_mapped else None  # type: ignore[call-overload]
        if element is not None and row.is_mix_effect and not row.holds_up:
            yield _pitfall(
                f"mix-effect:{element.element_id}",
                f"{element.title} looks strong mostly because of who does it: {row.ordered.ratio or 0:.1f} times among "
                f"all, {row.matched.ratio or 0:.2f} times among people of the same depth.",
                "Crude and depth-matched ratio differ by more than half, or point apart.",
                (element,),
            )


def _untagged_errors(journey: Journey, store: EventStore | None) -> Iterator[Finding]:
    if store is None:
        return
    names = [n for n in store.event_names if re.search(r"error|fail|exception|declined", n, re.IGNORECASE)]
    tagged = {name for e in journey.elements if e.role is Role.ERROR and e.rule for name in e.rule.events}
    open_names = [name for name in names if name not in tagged]
    if open_names:
        yield _pitfall(
            "untagged-errors",
            f"The data hold error events that no element stands for: {', '.join(open_names[:5])}.",
            "Event names that speak of errors, without an element of the role error.",
        )


def _inconsistent_names(journey: Journey, store: EventStore | None) -> Iterator[Finding]:
    if store is None:
        return
    spelled: dict[str, list[str]] = defaultdict(list)
    for name in store.event_names:
        spelled[re.sub(r"[^a-z0-9]", "", name.lower())].append(name)
    for plain, names in sorted(spelled.items()):
        if plain and len(names) > 1:
            yield _pitfall(
                f"names:{plain}",
                f"One event seems to have {len(names)} names: {', '.join(sorted(names))}. A rule may take several.",
                "Event names that differ in capitals and separators only.",
            )


def _mobile_ignored(journey: Journey, store: EventStore | None) -> Iterator[Finding]:
    devices = [name for name in store.properties if "device" in name.lower()] if store else []
    segments = [c for s in journey.segments for c in s.filters]
    looked_at = any("device" in c.property.lower() for c in (*segments, *journey.shaping.filters))
    if devices and not looked_at:
        yield _pitfall(
            "mobile-ignored",
            "The data know the device, but no segment looks at mobile people on their own.",
            f"The property {devices[0]} is there; no segment or filter uses it.",
        )
