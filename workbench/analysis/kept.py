"""The figures that a journey file keeps, so that a laptop without the data can show them in grey."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workbench.analysis.measures import ElementFigures, LinkFigures, Measures
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey

_ELEMENT = ("people", "before", "came", "entered", "stopped", "arrived", "reached", "went_on_did", "went_on_not")


def kept_figures(measures: Measures, at: datetime | None = None) -> tuple[tuple[str, Any], ...]:
    """Plain pairs of what was measured: date, entries, counts by element and link."""
    day = (at or datetime.now(UTC)).date().isoformat()
    elements = {
        str(i): {name: getattr(figures, name) for name in _ELEMENT if getattr(figures, name) is not None}
        for i, figures in measures.elements.items()
    }
    links = {str(i): {"took": k.took, "people": k.people} for i, k in measures.links.items() if k.took is not None}
    return (
        ("date", day),
        ("entered", measures.entered),
        ("elements", {i: counts for i, counts in elements.items() if counts}),
        ("links", links),
    )


def measures_of(journey: Journey) -> Measures | None:
    """The figures kept in a journey; None if there are none.

    They are the last ones measured, which may have been on an earlier form of the map: elements that came later are
    without figures.
    """
    kept = dict(journey.measured)
    if not kept.get("elements"):
        return None
    known = {name for name in ElementFigures.__dataclass_fields__}
    elements = {
        ElementId(i): ElementFigures(ElementId(i), **{k: v for k, v in counts.items() if k in known})
        for i, counts in kept["elements"].items()
        if i in journey.element_by_id
    }
    links = {
        LinkId(i): LinkFigures(LinkId(i), counts.get("took"), counts.get("people"))
        for i, counts in kept.get("links", {}).items()
        if i in journey.link_by_id
    }
    return Measures(None, elements, links, entered=kept.get("entered"))
