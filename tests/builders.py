"""Small journeys that many tests begin with."""

from __future__ import annotations

from itertools import pairwise

from workbench.journey import edits
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind


def element(name: str, kind: Kind = Kind.STAGE, x: int = 0, y: int = 0, **fields: object) -> Element:
    """An element bound to the event of its own name."""
    return Element(ElementId(name), kind, name.capitalize(), x, y, rule=Rule((name,)), **fields)


def line(*names: str) -> Journey:
    """Elements in a row, linked one to the next; the last is the macro-conversion."""
    made = [element(name, Kind.MACRO if name == names[-1] else Kind.STAGE, x=300 * n) for n, name in enumerate(names)]
    journey = edits.add(Journey(), made)
    for source, target in pairwise(names):
        journey = edits.connect(journey, ElementId(source), ElementId(target))
    return journey
