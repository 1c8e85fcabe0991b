"""Audits of the drawing alone: they need no data and run again on every change of the journey."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from workbench.analysis.audits.finding import Finding, FindingKind, Fix, Severity
from workbench.analysis.measures import Measures
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind, Mechanism, Phase, Popup, Role, Signal

MOST_PRIMARY = 2
MOST_FIELDS = 5
MOST_FIELDS_EARLY = 3
MOST_TAGS = 10
COMMITMENT_FALL = 3
EFFORT_FACTOR = 2.0
EFFORT_SHORT_S = 30.0
EARLY_COMMITMENT = 7


def structural_audit(journey: Journey, measures: Measures | None = None) -> tuple[Finding, ...]:
    """Findings that the drawing itself shows.

    Parameters
    ----------
    journey : Journey
    measures : Measures, optional
        Only asked whether anything was measured, so that a map without data is not scolded for missing rules.
    """
    has_data = bool(journey.datasets) or bool(measures and measures.entered is not None)
    found = [
        *_no_macro(journey),
        *_choice_paralysis(journey),
        *_soft_as_intent(journey),
        *_effort_ladder(journey),
        *_field_count(journey),
        *_missing_reward(journey),
        *_popup_on_landing(journey),
        *_tag_weight(journey),
        *_shared_rules(journey),
    ]
    return (*found, *(_unbound(journey) if has_data else ()))


def _no_macro(journey: Journey) -> Iterator[Finding]:
    if not journey.elements or journey.macros:
        return
    last = journey.happy_path[-1] if journey.happy_path else None
    ids = (last,) if last in journey.element_by_id and last is not None else ()
    yield Finding(
        "no-macro",
        FindingKind.NO_MACRO,
        Severity.BLOCKING,
        "The map has no macro-conversion: nothing can be measured or forecast against a business outcome.",
        "Every rate, forecast and audit needs an outcome to aim at.",
        element_ids=ids,
        fix=Fix("Make the last element the macro-conversion", "change_kind", ids, "kind", Kind.MACRO) if ids else None,
    )


def _choice_paralysis(journey: Journey) -> Iterator[Finding]:
    for stage_id, seats in journey.seated.items():
        primary = tuple(seat.element_id for seat in seats if seat.is_primary)
        if len(primary) > MOST_PRIMARY:
            yield Finding(
                f"choice-paralysis:{stage_id}",
                FindingKind.CHOICE_PARALYSIS,
                Severity.WARNING,
                f"{_title(journey, stage_id)} asks for {len(primary)} primary micro-conversions at once; "
                f"more than {MOST_PRIMARY} compete with each other.",
                "Counted on the drawing: primary micro-conversions that sit on one stage.",
                element_ids=(stage_id, *primary),
                fix=Fix("Keep the first two primary", "amend", primary[MOST_PRIMARY:], "is_primary", False),
            )


def _soft_as_intent(journey: Journey) -> Iterator[Finding]:
    for element in journey.elements:
        uses = list(_uses_of_soft(journey, element)) if element.signal is Signal.SOFT else []
        if uses:
            yield Finding(
                f"soft-as-intent:{element.element_id}",
                FindingKind.SOFT_AS_INTENT,
                Severity.WARNING,
                f"{element.title} is a soft signal but {' and '.join(uses)}.",
                "Soft signals are pleasant but unrelated to buying: they feed neither scoring nor triggers.",
                element_ids=(element.element_id,),
                fix=Fix("Take it out of the primary asks", "amend", (element.element_id,), "is_primary", False)
                if element.is_primary
                else None,
            )


def _uses_of_soft(journey: Journey, element: Element) -> Iterator[str]:
    if element.is_primary:
        yield "is a primary ask"
    if element.element_id in journey.happy_path:
        yield "stands on the happy path"
    names = [s.name for s in journey.segments if element.rule is not None and element.rule in s.did]
    if names:
        yield f"defines the segment {names[0]}"


def _effort_ladder(journey: Journey) -> Iterator[Finding]:
    """Asks along the happy path, seated ones included, should grow from small to large."""
    asks = [e for e in _along_path(journey) if e.commitment is not None or e.details.effort_s is not None]
    for before, after in pairwise(asks):
        if _asks_for_more(before, after):
            yield Finding(
                f"effort-ladder:{before.element_id}",
                FindingKind.EFFORT_LADDER,
                Severity.NOTE,
                f"{before.title} asks for more than {after.title}, which comes later: begin with the smaller ask.",
                "Commitment (1 to 10) and effort in seconds of neighbouring asks along the happy path are compared.",
                element_ids=(before.element_id, after.element_id),
            )
    for element in asks:
        if element.phase is Phase.AWARENESS and (element.commitment or 0) >= EARLY_COMMITMENT:
            yield Finding(
                f"effort-early:{element.element_id}",
                FindingKind.EFFORT_LADDER,
                Severity.WARNING,
                f"{element.title} asks people who only just arrived for a commitment of {element.commitment} of 10.",
                f"A commitment of {EARLY_COMMITMENT} and more in the awareness phase.",
                element_ids=(element.element_id,),
            )


def _asks_for_more(before: Element, after: Element) -> bool:
    if before.commitment is not None and after.commitment is not None:
        return before.commitment - after.commitment >= COMMITMENT_FALL
    first, second = before.details.effort_s, after.details.effort_s
    return first is not None and second is not None and first > EFFORT_SHORT_S and first >= EFFORT_FACTOR * second


def _along_path(journey: Journey) -> Iterator[Element]:
    for element_id in journey.happy_path:
        if element_id in journey.element_by_id:
            yield from journey.seated.get(element_id, ())
            yield journey.element_by_id[element_id]


def _field_count(journey: Journey) -> Iterator[Finding]:
    for element in journey.elements:
        count = element.details.field_count or 0
        most = MOST_FIELDS_EARLY if element.phase is Phase.AWARENESS else MOST_FIELDS
        if count > most:
            yield Finding(
                f"field-count:{element.element_id}",
                FindingKind.FIELD_COUNT,
                Severity.WARNING,
                f"{element.title} has {count} form fields; more than {most} slow people down.",
                f"More than {MOST_FIELDS} fields, or {MOST_FIELDS_EARLY} where people only just arrived.",
                element_ids=(element.element_id,),
            )


def _missing_reward(journey: Journey) -> Iterator[Finding]:
    for element in journey.elements:
        if element.kind is Kind.MICRO and _is_ask(element) and not element.details.reward.strip():
            yield Finding(
                f"missing-reward:{element.element_id}",
                FindingKind.MISSING_REWARD,
                Severity.NOTE,
                f"{element.title} asks for something and names no reward for it.",
                "An ask (by role, commitment or form fields) without a reward in its details.",
                element_ids=(element.element_id,),
            )


def _is_ask(element: Element) -> bool:
    details = element.details
    heavy = (element.commitment or 0) >= 3 or (details.field_count or 0) > 0
    tiring = element.mechanism is Mechanism.ACTION and (details.effort_s or 0.0) >= EFFORT_SHORT_S
    return element.role is Role.ASK or heavy or tiring


def _popup_on_landing(journey: Journey) -> Iterator[Finding]:
    for element in journey.elements:
        if element.details.popup is Popup.ON_LANDING:
            yield Finding(
                f"popup-on-landing:{element.element_id}",
                FindingKind.POPUP_ON_LANDING,
                Severity.WARNING,
                f"{element.title} opens as a pop-up before people have seen anything; on exit intent it disturbs less.",
                "The pop-up kind in the element's details.",
                element_ids=(element.element_id,),
                fix=Fix("Open it on exit intent", "amend_details", (element.element_id,), "popup", Popup.ON_EXIT),
            )


def _tag_weight(journey: Journey) -> Iterator[Finding]:
    for element in journey.elements:
        seats = journey.seated.get(element.element_id, ())
        count = sum(e.details.tag_count or 0 for e in (element, *seats))
        if element.stage_id is None and count > MOST_TAGS:
            yield Finding(
                f"tag-weight:{element.element_id}",
                FindingKind.TAG_WEIGHT,
                Severity.WARNING,
                f"{element.title} loads {count} third-party tags; each one costs loading time.",
                f"More than {MOST_TAGS} tags on a stage, those of its micro-conversions included.",
                element_ids=(element.element_id,),
            )


def _shared_rules(journey: Journey) -> Iterator[Finding]:
    by_rule: dict[Rule, list[Element]] = defaultdict(list)
    for element in journey.elements:
        if element.rule is not None and element.is_bound:
            by_rule[element.rule].append(element)
    for sharing in by_rule.values():
        if len(sharing) > 1:
            names = " and ".join(element.title for element in sharing)
            yield Finding(
                f"shared-rule:{'+'.join(sorted(element.element_id for element in sharing))}",
                FindingKind.SHARED_RULE,
                Severity.NOTE,
                f"{names} have the same rule: one event serves only one of them per person's way.",
                "Rules compared word for word.",
                element_ids=tuple(element.element_id for element in sharing),
            )


def _unbound(journey: Journey) -> Iterator[Finding]:
    for element in journey.elements:
        if element.kind.is_conversion and not element.is_bound:
            is_macro = element.kind is Kind.MACRO
            yield Finding(
                f"unbound:{element.element_id}",
                FindingKind.UNBOUND,
                Severity.WARNING if is_macro else Severity.NOTE,
                f"{element.title} has no rule, so nobody can be seen doing it.",
                "Data are there, but no event is bound to this conversion.",
                element_ids=(element.element_id,),
            )


def _title(journey: Journey, element_id: ElementId) -> str:
    element = journey.element_by_id.get(element_id)
    return element.title if element else str(element_id)
