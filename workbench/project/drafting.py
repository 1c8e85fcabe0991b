"""A drafted map becomes elements: those of the library where an event is known, plain ones otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from workbench.analysis.draft import Draft
from workbench.journey import edits
from workbench.journey.element import Element, ElementId
from workbench.journey.happy_path import ordered_path
from workbench.journey.journey import Journey
from workbench.journey.matching import words_of
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind, Mechanism
from workbench.project.library import LibraryEntry, entries

_PLACE = re.compile(r"view|visit|page|screen|open|landing|start|browse|catalog|home|list|search|seen|impression", re.I)


def drawn(journey: Journey, found: Draft) -> Journey:
    """The journey with the drafted map in the place of its drawing; everything else stays."""
    blank = edits.remove(journey, journey.element_by_id)
    made: dict[str, ElementId] = {}
    for name in found.events:
        element = _element(blank, name, name == found.macro)
        blank = edits.add(blank, (element,))
        made[name] = element.element_id
    took: dict[str, float] = {}
    for source, target, people in found.links:
        blank = edits.connect(blank, made[source], made[target])
        took[blank.links[-1].link_id] = float(people)
    path = ordered_path(replace(blank, happy_path=()), (), took)  # type: ignore[arg-type]  # ids by their text
    return replace(blank, happy_path=path)


def _element(journey: Journey, name: str, is_macro: bool) -> Element:
    known = _known(name, entries())
    if known is not None and (known.kind is Kind.MACRO) == is_macro:
        return replace(known.element(journey, 0, 0), rule=Rule((name,)))
    title = " ".join(words_of(name)).capitalize() or name
    kind = Kind.MACRO if is_macro else Kind.STAGE if _PLACE.search(name) else Kind.MICRO
    mechanism = Mechanism.ACTION if kind.is_conversion else None
    element_id = ElementId(edits.new_id(title, journey.element_by_id))
    return Element(element_id, kind, title, mechanism=mechanism, rule=Rule((name,)))


def _known(name: str, library: Sequence[LibraryEntry]) -> LibraryEntry | None:
    """The entry that stands for the whole of an event."""
    return next((entry for entry in library if entry.rule == Rule((name,))), None)
