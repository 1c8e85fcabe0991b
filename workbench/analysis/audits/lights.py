"""Three lights per micro-conversion: can it be seen, is it frequent enough, does it go with the macro-conversion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workbench.analysis.drivers import Driver, DriverTable
from workbench.analysis.measures import Measures
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind

FREQUENT = 100


class Trait(StrEnum):
    """What a micro-conversion worth choosing is."""

    OBSERVABLE = "observable"
    FREQUENT = "frequent"
    CORRELATED = "correlated"


class Light(StrEnum):
    """State of one light; `UNKNOWN` without data, `OVERRULED` by a person who gave a reason."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"
    UNKNOWN = "no data"
    OVERRULED = "overruled"


@dataclass(frozen=True, slots=True)
class SelectionTest:
    """The three lights of a micro-conversion with their reasons in plain speech."""

    observable: Light
    frequent: Light
    correlated: Light
    reasons: tuple[str, str, str]

    @property
    def lights(self) -> tuple[Light, Light, Light]:
        """In the order of `Trait`."""
        return self.observable, self.frequent, self.correlated

    @property
    def passes(self) -> bool:
        return all(light in (Light.YES, Light.OVERRULED) for light in self.lights)


def overrule_id(element_id: ElementId, trait: Trait) -> str:
    """What a person dismisses who overrules a light: kept with the dismissed findings of the journey."""
    return f"selection test: {trait.value} {element_id}"


def selection_tests(
    journey: Journey, measures: Measures | None = None, table: DriverTable | None = None
) -> Mapping[ElementId, SelectionTest]:
    """Test every micro-conversion of the map.

    Parameters
    ----------
    journey : Journey
    measures : Measures, optional
        For how many people do it.
    table : DriverTable, optional
        From `Ground.drivers`; correlated means depth-matched, adjusted for the whole family.
    """
    overruled = {dismissal.finding_id: dismissal.reason for dismissal in journey.dismissed}
    return {e.element_id: _test(e, measures, table, overruled) for e in journey.elements if e.kind is Kind.MICRO}


def _test(
    element: Element, measures: Measures | None, table: DriverTable | None, overruled: Mapping[str, str]
) -> SelectionTest:
    row = next((r for r in table.rows if r.is_mapped and r.name == element.element_id), None) if table else None
    seen = (Light.YES, "A rule is bound.") if element.is_bound else (Light.NO, "No rule is bound.")
    found = (seen, _frequent(element, measures), _correlated(row))
    (observable, a), (frequent, b), (correlated, c) = (
        (light, words)
        if (reason := overruled.get(overrule_id(element.element_id, trait))) is None or light is Light.YES
        else (Light.OVERRULED, f"{reason} ({light.value}: {words})")
        for trait, (light, words) in zip(Trait, found, strict=True)
    )
    return SelectionTest(observable, frequent, correlated, (a, b, c))


def _frequent(element: Element, measures: Measures | None) -> tuple[Light, str]:
    figures = measures.elements.get(element.element_id) if measures else None
    people = None if figures is None else figures.people if figures.people is not None else figures.reached
    if people is None:
        return Light.UNKNOWN, "Nobody has been counted yet."
    enough = people >= FREQUENT
    return (Light.YES if enough else Light.NO), f"{people:,} people do it; {FREQUENT} are enough to judge by."


def _correlated(row: Driver | None) -> tuple[Light, str]:
    if row is None:
        return Light.UNKNOWN, "Too few people do it before the macro-conversion to compare them."
    if row.is_required:
        return Light.YES, "A required step: nobody converts without it."
    bounds, ratio = row.matched.ratio_interval, row.matched.ratio
    if ratio is None or bounds.low is None or bounds.high is None:
        return Light.UNKNOWN, "Nobody to compare with at the same depth."
    words = f"associated with {ratio:.2f} times the conversions of peers ({bounds.low:.2f} to {bounds.high:.2f})"
    if row.is_significant and bounds.low > 1:
        return Light.YES, f"It is {words}."
    if row.is_significant and bounds.high < 1:
        return Light.NO, f"It is {words}."
    return Light.UNDECIDED, f"Undecided: {words}."
