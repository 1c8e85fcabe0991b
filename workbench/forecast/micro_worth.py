"""What a micro-conversion is worth to the map: measured where possible, else from the forecast, else as typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workbench.analysis.intervals import NO_INTERVAL, Interval
from workbench.analysis.worth import ValueTable
from workbench.forecast.what_if import Outcome
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind


class Basis(StrEnum):
    """Where a worth comes from."""

    MEASURED = "measured revenue of its takers"
    VALUE_TO_GO = "value to go on the map"
    TYPED = "typed share of its doers who convert"


@dataclass(frozen=True, slots=True)
class MicroWorth:
    """Money per person who does it, on average; not what one more of them would bring."""

    value: float
    interval: Interval
    basis: Basis


def micro_worths(
    journey: Journey, outcome: Outcome, measured: ValueTable | None = None
) -> Mapping[ElementId, MicroWorth]:
    """Worth of every micro-conversion that has one.

    Measured first; an element of the trail then has its value-to-go; a seated one the typed share of its doers who
    convert times the headline macro-conversion's value: 10 % x $100 = $10.

    Examples
    --------
    >>> from workbench.forecast.model import ForecastModel
    >>> from workbench.forecast.what_if import outcome
    >>> page, order = ElementId("page"), ElementId("order")
    >>> quiz = Element(ElementId("quiz"), Kind.MICRO, "Quiz", stage_id=page, typed_macro_rate=0.10)
    >>> buy = Element(order, Kind.MACRO, "Order", value=100)
    >>> journey = Journey(elements=(Element(page, Kind.STAGE, "Page"), quiz, buy))
    >>> micro_worths(journey, outcome(ForecastModel.of(journey)))["quiz"].value
    10.0
    """
    micros = [element for element in journey.elements if element.kind is Kind.MICRO]
    worths = ((e.element_id, _measured(e, measured) or _projected(e, outcome) or _typed(e, journey)) for e in micros)
    return {element_id: worth for element_id, worth in worths if worth is not None}


def _measured(element: Element, table: ValueTable | None) -> MicroWorth | None:
    row = next((r for r in table.rows if r.element_id == element.element_id), None) if table else None
    if row is None or row.average.value is None:
        return None
    return MicroWorth(row.average.value, row.average.interval, Basis.MEASURED)


def _projected(element: Element, outcome: Outcome) -> MicroWorth | None:
    figure = outcome.value_to_go.get(element.element_id) if element.stage_id is None else None
    if figure is None or figure.value is None:
        return None
    return MicroWorth(figure.value, NO_INTERVAL, Basis.VALUE_TO_GO)


def _typed(element: Element, journey: Journey) -> MicroWorth | None:
    macro = journey.headline_macro
    if element.typed_macro_rate is None or macro is None or macro.value is None:
        return None
    return MicroWorth(element.typed_macro_rate * macro.value, NO_INTERVAL, Basis.TYPED)
