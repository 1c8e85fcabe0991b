"""Rates around elements without a rule, so that drawing one into a measured map does not end its forecast."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.analysis.measures import Measures
from workbench.journey.element import ElementId, Link, LinkId
from workbench.journey.journey import Journey


def assumed_rates(journey: Journey, measures: Measures) -> dict[LinkId, float]:
    """Rates of links at elements without a rule, as if everyone counted around such an element had passed it.

    What was counted from the element before to the one behind stands on the link behind. With one way in, that many
    took it, and all of them went on; a typed rate in leaves the way on to make up the count. With several ways in
    nothing is assumed.

    Examples
    --------
    >>> from workbench.analysis.measures import ElementFigures, LinkFigures
    >>> from workbench.journey.element import Element
    >>> from workbench.journey.taxonomy import Kind
    >>> a, x, b = (ElementId(name) for name in "axb")
    >>> journey = Journey(elements=tuple(Element(i, Kind.STAGE, i) for i in (a, x, b)),
    ...     links=(Link(LinkId("a-x"), a, x), Link(LinkId("x-b"), x, b)))
    >>> around = Measures(None, {a: ElementFigures(a, 10)}, {LinkId("x-b"): LinkFigures(LinkId("x-b"), took=4)})
    >>> assumed_rates(journey, around)
    {'a-x': 0.4, 'x-b': 1.0}
    """
    around = _Around(journey, measures)
    found: dict[LinkId, float] = {}
    for element in journey.elements:
        if around.is_open(element.element_id):
            found |= around.rates(element.element_id)
    return found


@dataclass
class _Around:
    """Counts through elements without a rule, each found once."""

    journey: Journey
    measures: Measures
    counted: dict[ElementId, float | None] = field(default_factory=dict)

    def is_open(self, element_id: ElementId) -> bool:
        """Whether an element has no rule, one way in, and ways on."""
        element = self.journey.element_by_id.get(element_id)
        if element is None or element.is_bound or element.stage_id is not None:
            return False
        ways_in, ways_on = self.journey.incoming.get(element_id, ()), self.journey.outgoing.get(element_id, ())
        return len(ways_in) == 1 and bool(ways_on)

    def rates(self, element_id: ElementId) -> dict[LinkId, float]:
        """Rates in and on of one open element; empty where nothing was counted around it."""
        (way_in,) = self.journey.incoming[element_id]
        through, before = self.through(element_id), self._people(way_in.source_id)
        if not through or not before or through > before:
            return {}
        came = through if way_in.rate is None else way_in.rate * before
        ways_on = {k.link_id: self._flow(k) for k in self.journey.outgoing[element_id]}
        found = {i: min(1.0, flow / came) for i, flow in ways_on.items() if flow is not None and came > 0}
        return {way_in.link_id: through / before, **found}

    def through(self, element_id: ElementId) -> float | None:
        """People counted around an open element: the sum of what stands on its ways on; None where nothing does."""
        if element_id not in self.counted:
            self.counted[element_id] = None
            flows = [self._flow(link) for link in self.journey.outgoing.get(element_id, ())]
            known = [flow for flow in flows if flow is not None]
            self.counted[element_id] = sum(known) if known else None
        return self.counted[element_id]

    def _flow(self, link: Link) -> float | None:
        figures = self.measures.links.get(link.link_id)
        if figures is not None and figures.took is not None:
            return float(figures.took)
        return self.through(link.target_id) if self.is_open(link.target_id) else None

    def _people(self, element_id: ElementId) -> float | None:
        figures = self.measures.elements.get(element_id)
        if figures is not None and figures.people is not None:
            return float(figures.people)
        return self.through(element_id) if self.is_open(element_id) else None
