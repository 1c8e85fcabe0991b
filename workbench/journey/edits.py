"""Edits: pure functions from one journey to the next; what cannot be done is refused with a WorkbenchError."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from workbench.errors import WorkbenchError
from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS, Assumptions
from workbench.journey.element import DatasetId, Element, ElementId, Link, LinkId
from workbench.journey.journey import Dataset, Dismissal, Journey, Lever, Scenario, Segment
from workbench.journey.taxonomy import Kind


def new_id(text: str, taken: Collection[str]) -> str:
    """A readable id that is not taken yet.

    Examples
    --------
    >>> new_id("Add to cart", {"add-to-cart"})
    'add-to-cart-2'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "element"
    number, candidate = 1, slug
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def add(journey: Journey, elements: Iterable[Element], links: Iterable[Link] = ()) -> Journey:
    """Add elements and links whose ids are new."""
    return replace(journey, elements=journey.elements + tuple(elements), links=journey.links + tuple(links))


def remove(journey: Journey, element_ids: Collection[ElementId], link_ids: Collection[LinkId] = ()) -> Journey:
    """Remove elements with what sits on them and their links, and single links."""
    gone = set(element_ids)
    gone |= {e.element_id for e in journey.elements if e.stage_id in gone}
    cut = {k.link_id for k in journey.links if k.link_id in link_ids or k.source_id in gone or k.target_id in gone}
    return replace(
        journey,
        elements=tuple(e for e in journey.elements if e.element_id not in gone),
        links=tuple(link for link in journey.links if link.link_id not in cut),
        happy_path=tuple(i for i in journey.happy_path if i not in gone),
        scenarios=tuple(_without_targets(s, gone | cut) for s in journey.scenarios),
    )


def _without_targets(scenario: Scenario, gone: Collection[str]) -> Scenario:
    levers = tuple(lever for lever in scenario.levers if lever.target_id not in gone)
    lifts = tuple(lift for lift in scenario.assumptions.lifts if lift.target_id not in gone)
    return replace(scenario, levers=levers, assumptions=replace(scenario.assumptions, lifts=lifts))


def amend(journey: Journey, element_ids: Collection[ElementId], **fields: Any) -> Journey:
    """Set fields on several elements at once."""
    wanted = set(element_ids)
    return journey.with_elements(replace(e, **fields) if e.element_id in wanted else e for e in journey.elements)


def amend_details(journey: Journey, element_ids: Collection[ElementId], **fields: Any) -> Journey:
    """Set fields of the details of several elements at once."""
    wanted = set(element_ids)
    return journey.with_elements(
        replace(e, details=replace(e.details, **fields)) if e.element_id in wanted else e for e in journey.elements
    )


def amend_links(journey: Journey, link_ids: Collection[LinkId], **fields: Any) -> Journey:
    """Set fields on several links at once."""
    wanted = set(link_ids)
    return journey.with_links(replace(link, **fields) if link.link_id in wanted else link for link in journey.links)


def turn_link(journey: Journey, link_ids: Collection[LinkId], returns: bool) -> Journey:
    """Let links lead forward or back; one that closes a circle cannot lead forward."""
    turned = amend_links(journey, link_ids, returns=returns)
    for link_id in link_ids:
        link = turned.link_by_id[link_id]
        if not returns and link.source_id in turned.reachable_again(link.source_id):
            title = turned.element_by_id[link.target_id].title
            raise WorkbenchError(f"This link closes a circle at “{title}”.", "It can only lead back.")
    return turned


def amend_journey(journey: Journey, **fields: Any) -> Journey:
    """Set fields of the journey itself: name, currency, window, counting, shaping ..."""
    return replace(journey, **fields)


def rename(journey: Journey, element_id: ElementId, title: str) -> Journey:
    title = " ".join(title.split())
    return amend(journey, [element_id], title=title) if title else journey


def retag(journey: Journey, element_ids: Collection[ElementId], facet: str, value: Any) -> Journey:
    """Set one facet ("mechanism", "phase" or "signal"); a mechanism goes to conversions only."""
    ids = element_ids
    if facet == "mechanism":
        ids = [i for i in element_ids if journey.element_by_id[i].kind.is_conversion]
    return amend(journey, ids, **{facet: value})


def change_kind(journey: Journey, element_ids: Collection[ElementId], kind: Kind) -> Journey:
    """Change the kind; what no longer applies (a seat, a mechanism, a value) is taken off."""
    wanted = set(element_ids)
    changed = []
    for element in journey.elements:
        if element.element_id in wanted and element.kind is not kind:
            element = replace(  # noqa: PLW2901 - the loop rebuilds the tuple
                element,
                kind=kind,
                stage_id=element.stage_id if kind is Kind.MICRO else None,
                mechanism=element.mechanism if kind.is_conversion else None,
                value=element.value if kind is Kind.MACRO else None,
            )
        changed.append(element)
    freed = {e.element_id for e in changed if e.stage_id in wanted and kind is not Kind.STAGE}
    return journey.with_elements(replace(e, stage_id=None) if e.element_id in freed else e for e in changed)


def move(journey: Journey, element_ids: Collection[ElementId], dx: int, dy: int) -> Journey:
    wanted = set(element_ids)
    return journey.with_elements(
        replace(e, x=e.x + dx, y=e.y + dy) if e.element_id in wanted else e for e in journey.elements
    )


def place(journey: Journey, positions: Mapping[ElementId, tuple[int, int]]) -> Journey:
    """Put elements at given positions."""
    return journey.with_elements(
        replace(e, x=positions[e.element_id][0], y=positions[e.element_id][1]) if e.element_id in positions else e
        for e in journey.elements
    )


def connect(journey: Journey, source_id: ElementId, target_id: ElementId) -> Journey:
    """Link two elements; a link that closes a cycle is marked as returning.

    The happy path grows along the first links that are drawn, until a person marks another one.
    """
    source, target = journey.element_by_id[source_id], journey.element_by_id[target_id]
    if source_id == target_id:
        raise WorkbenchError("A link needs two different elements.", "Drag to another card.")
    seated = next((e for e in (source, target) if e.stage_id is not None), None)
    if seated:
        raise WorkbenchError(
            f"“{seated.title}” sits on a stage and cannot be linked.", "Drag it off its stage first, or link the stage."
        )
    if any(link.source_id == source_id and link.target_id == target_id for link in journey.links):
        return journey
    link_id = LinkId(new_id(f"{source_id}-to-{target_id}", journey.link_by_id))
    returns = source_id in journey.reachable(target_id)
    linked = journey.with_links((*journey.links, Link(link_id, source_id, target_id, returns=returns)))
    return linked if returns else replace(linked, happy_path=_grown(journey.happy_path, source_id, target_id))


def _grown(path: tuple[ElementId, ...], source_id: ElementId, target_id: ElementId) -> tuple[ElementId, ...]:
    if not path:
        return (source_id, target_id)
    if path[-1] == source_id and target_id not in path:
        return (*path, target_id)
    if path[0] == target_id and source_id not in path:
        return (source_id, *path)
    return path


def seat(journey: Journey, element_id: ElementId, stage_id: ElementId) -> Journey:
    """Let a micro-conversion sit on a stage; its links are bridged so that the trail stays whole."""
    element, stage = journey.element_by_id[element_id], journey.element_by_id[stage_id]
    if element.kind is not Kind.MICRO or stage.kind is not Kind.STAGE:
        raise WorkbenchError(
            f"“{element.title}” cannot sit on “{stage.title}”.", "Only a micro-conversion can sit, and only on a stage."
        )
    before = [link.source_id for link in journey.links if link.target_id == element_id]
    after = [link.target_id for link in journey.links if link.source_id == element_id]
    seated = replace(
        journey,
        elements=tuple(replace(e, stage_id=stage_id) if e.element_id == element_id else e for e in journey.elements),
        links=tuple(link for link in journey.links if element_id not in (link.source_id, link.target_id)),
        happy_path=tuple(i for i in journey.happy_path if i != element_id),
    )
    for source_id in before:
        for target_id in after:
            if source_id != target_id:
                seated = connect(seated, source_id, target_id)
    return seated


def unseat(journey: Journey, element_id: ElementId, x: int, y: int) -> Journey:
    """Take a micro-conversion off its stage and put it on the map."""
    return amend(journey, [element_id], stage_id=None, x=x, y=y)


def paste(
    journey: Journey, elements: Iterable[Element], links: Iterable[Link], dx: int, dy: int
) -> tuple[Journey, tuple[ElementId, ...]]:
    """Add copies under new ids, shifted; returns the journey and the new ids."""
    renamed: dict[ElementId, ElementId] = {}
    taken = set(journey.element_by_id)
    copies = []
    for element in elements:
        fresh = ElementId(new_id(element.title, taken))
        taken.add(fresh)
        renamed[element.element_id] = fresh
        copies.append(replace(element, element_id=fresh, x=element.x + dx, y=element.y + dy))
    present = set(journey.element_by_id)
    copies = [replace(c, stage_id=_new_seat(c.stage_id, renamed, present)) for c in copies]
    taken_links = set(journey.link_by_id)
    new_links = []
    for link in links:
        if link.source_id in renamed and link.target_id in renamed:
            source_id, target_id = renamed[link.source_id], renamed[link.target_id]
            link_id = LinkId(new_id(f"{source_id}-to-{target_id}", taken_links))
            taken_links.add(link_id)
            new_links.append(replace(link, link_id=link_id, source_id=source_id, target_id=target_id))
    return add(journey, copies, new_links), tuple(renamed.values())


def _new_seat(
    stage_id: ElementId | None, renamed: Mapping[ElementId, ElementId], present: Collection[ElementId]
) -> ElementId | None:
    if stage_id is None:
        return None
    return renamed.get(stage_id, stage_id if stage_id in present else None)


def mark_happy_path(journey: Journey, element_ids: Iterable[ElementId]) -> Journey:
    """Make these elements, in this order, the happy path."""
    path = tuple(dict.fromkeys(i for i in element_ids if journey.element_by_id[i].stage_id is None))
    return replace(journey, happy_path=path)


def bind_dataset(journey: Journey, dataset: Dataset, replaces: DatasetId | None = None) -> Journey:
    """Add a dataset, or put it in the place of another one.

    With the first one, guesses between elements that have a rule give way to what will be counted.
    """
    if not journey.datasets:
        journey = without_guesses(journey)
    key = replaces or dataset.dataset_id
    others = tuple(dataset if d.dataset_id == key else d for d in journey.datasets)
    if not any(d.dataset_id == key for d in journey.datasets):
        others = (*journey.datasets, dataset)
    return replace(journey, datasets=others)


def without_guesses(journey: Journey) -> Journey:
    """Take typed rates and volumes off where both ends can be counted."""
    bound = {e.element_id for e in journey.elements if e.is_bound}
    elements = (
        replace(e, volume=None) if e.element_id in bound and e.volume is not None else e for e in journey.elements
    )
    links = (
        replace(k, rate=None, rate_low=None, rate_high=None, based_on=None)
        if k.rate is not None and k.source_id in bound and k.target_id in bound
        else k
        for k in journey.links
    )
    return replace(journey, elements=tuple(elements), links=tuple(links))


def drop_dataset(journey: Journey, dataset_id: DatasetId) -> Journey:
    """Take a dataset off the journey; elements bound to it fall back to the others."""
    freed = journey.with_elements(
        replace(e, dataset_id=None) if e.dataset_id == dataset_id else e for e in journey.elements
    )
    return replace(freed, datasets=tuple(d for d in journey.datasets if d.dataset_id != dataset_id))


def drop_datasets(journey: Journey) -> Journey:
    """Take all datasets off the journey."""
    for dataset in journey.datasets:
        journey = drop_dataset(journey, dataset.dataset_id)
    return journey


def save_scenario(
    journey: Journey, name: str, levers: Iterable[Lever], assumptions: Assumptions = DEFAULT_ASSUMPTIONS
) -> Journey:
    """Add a named set of levers with its assumptions, or give them to the scenario of that name."""
    known = next((s for s in journey.scenarios if s.name == name), None)
    saved = replace(known or Scenario(name), levers=tuple(levers), assumptions=assumptions)
    if known is not None:
        return replace(journey, scenarios=tuple(saved if s is known else s for s in journey.scenarios))
    return replace(journey, scenarios=(*journey.scenarios, saved))


def drop_scenario(journey: Journey, name: str) -> Journey:
    return replace(journey, scenarios=tuple(s for s in journey.scenarios if s.name != name))


def save_segment(journey: Journey, segment: Segment, replaces: str | None = None) -> Journey:
    """Add a segment, or put it in the place of the one named `replaces`; names stay different from each other."""
    segment = replace(segment, name=" ".join(segment.name.split()))
    if not segment.name:
        raise WorkbenchError("A segment needs a name.", "Type one, such as “Used the size guide”.")
    if any(s.name == segment.name and s.name != replaces for s in journey.segments):
        raise WorkbenchError(f"There is a segment “{segment.name}” already.", "Choose another name.")
    if any(s.name == replaces for s in journey.segments):
        return replace(journey, segments=tuple(segment if s.name == replaces else s for s in journey.segments))
    return replace(journey, segments=(*journey.segments, segment))


def drop_segment(journey: Journey, name: str) -> Journey:
    return replace(journey, segments=tuple(s for s in journey.segments if s.name != name))


def dismiss(journey: Journey, finding_id: str, reason: str) -> Journey:
    """Put a finding aside, with the reason."""
    others = tuple(d for d in journey.dismissed if d.finding_id != finding_id)
    return replace(journey, dismissed=(*others, Dismissal(finding_id, reason)))


def restore(journey: Journey, finding_id: str) -> Journey:
    """Bring a dismissed finding back."""
    return replace(journey, dismissed=tuple(d for d in journey.dismissed if d.finding_id != finding_id))
