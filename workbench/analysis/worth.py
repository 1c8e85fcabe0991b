"""What each micro-conversion is worth, measured: revenue of its takers, and what of it peers would have brought too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.ground import Ground
from workbench.analysis.timeline import Taking, Timeline
from workbench.analysis.value import InverseValue, Removal, double_counting, inverse_value, removal_effect, value_at
from workbench.journey.element import ElementId
from workbench.journey.taxonomy import Kind

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MicroValue:
    """Value per taker of a micro-conversion, the incremental reading beside it, and the most to pay for one more.

    `average` counts what takers bring; `incremental` what they bring beyond peers at the same depth, were the
    association all effect; None for a required step, or where nobody is comparable. `max_cost` is the incremental
    value, times the margin asked for.
    """

    element_id: ElementId
    average: InverseValue
    incremental: float | None
    max_cost: float | None
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class ValueTable:
    """Values of all micro-conversions; `spent` is how many times over the revenue is when they are added up."""

    rows: tuple[MicroValue, ...]
    revenue: float | None
    spent: float | None
    is_measured: bool


def revenue_by_person(ground: Ground) -> Floats | None:
    """Revenue of each person of the timeline within the window; None without a value property and typed value."""
    timeline, store = ground.timeline, ground.store
    rows = timeline.macro_rows[timeline.is_in_window(timeline.macro_rows)]
    column = store.properties.get(store.value_property) if store.value_property else None
    if column is None:
        worth = ground.macro.value
        return None if worth is None else timeline.converted.astype(np.float64) * worth
    amounts = np.array([0.0, *(_number(value) for value in column.values)])[column.codes[rows]]
    return np.bincount(timeline.place_of(rows), amounts, timeline.mature).astype(np.float64)


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0.0


def micro_values(ground: Ground, margin: float = 1.0) -> ValueTable:
    """Value of every bound micro-conversion against the ground's macro-conversion.

    Parameters
    ----------
    ground : Ground
    margin : float
        Share of the revenue that may be spent, for the most to pay.
    """
    revenue = revenue_by_person(ground)
    micros = [e.element_id for e in ground.journey.elements if e.kind is Kind.MICRO and e.element_id in ground.mapped]
    rows = tuple(row for i in micros if (row := _micro_value(ground, i, revenue, margin)) is not None)
    total = None if revenue is None else float(revenue.sum())
    pairs = [(row.average.value or 0.0, row.average.n) for row in rows]
    is_measured = bool(ground.store.value_property) and ground.store.value_property in ground.store.properties
    return ValueTable(rows, total, double_counting(pairs, total) if total else None, is_measured)


def _micro_value(ground: Ground, element_id: ElementId, revenue: Floats | None, margin: float) -> MicroValue | None:
    taking = ground.taking(element_id)
    if taking is None or revenue is None:
        return None
    driver = next((row for row in ground.drivers.rows if row.is_mapped and row.name == element_id), None)
    average = _average(ground.timeline, taking, revenue, ground.journey.seed)
    is_required = driver is not None and driver.is_required
    incremental = average.incremental(driver.matched.ratio) if driver and not is_required else None
    max_cost = None if incremental is None else incremental * margin
    return MicroValue(element_id, average, incremental, max_cost, is_required)


def _average(timeline: Timeline, taking: Taking, revenue: Floats, seed: int) -> InverseValue:
    """Mean revenue of all takers; where none bought, up to what all buyers spend on average."""
    money = revenue[taking.people]
    if not np.any(money):
        buyers = revenue[timeline.converted]
        return value_at(len(money), 0, float(buyers.mean()) if len(buyers) else 0.0)
    return inverse_value(len(money), money[money > 0].tolist(), seed=seed)


def path_split(ground: Ground, elements: Sequence[ElementId]) -> Removal:
    """Split conversions over micro-conversions by what would be lost without each (first-order Markov)."""
    takings = {i: t for i in elements if (t := ground.taking(i)) is not None}
    steps: dict[int, list[tuple[int, str]]] = {}
    for element_id, taking in takings.items():
        for person, depth in zip(taking.people.tolist(), taking.depth.tolist(), strict=True):
            steps.setdefault(person, []).append((depth, str(element_id)))
    counted: dict[tuple[str, ...], list[int]] = {}
    for person, taken in steps.items():
        path = tuple(name for _, name in sorted(taken))
        won = bool(ground.timeline.converted[person])
        counted.setdefault(path, [0, 0])[0 if won else 1] += 1
    return removal_effect([(path, won, lost) for path, (won, lost) in counted.items()])
