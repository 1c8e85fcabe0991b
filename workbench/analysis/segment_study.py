"""Segments of a journey against its headline macro-conversion: behavioural ones, or the values of one property."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.ground import conversions, study_window
from workbench.analysis.segment_choice import SegmentChoice, is_defined
from workbench.analysis.segment_rules import US, SegmentReport, compare_behaviour, membership
from workbench.analysis.segments import compare_segments
from workbench.analysis.timeline import Rows
from workbench.events.store import EventStore
from workbench.journey.journey import Journey

MOST_VALUES = 12
NOT_SET = "(not set)"
OTHER = "(other values)"


def segment_study(journey: Journey, store: EventStore, choice: SegmentChoice) -> SegmentReport | None:
    """Compare segments on the shaped data; None where no macro-conversion is bound or no event is left.

    Segments without any rule or filter are left out: everybody is in them.
    """
    converted = conversions(journey, store)
    if converted is None:
        return None
    store, rows = converted
    window_s, _ = study_window(journey, store)
    if choice.property is not None:
        return compare_values(store, choice.property, rows, window_s, choice.cut_s)
    defined = [segment for segment in choice.segments if is_defined(segment)]
    return compare_behaviour(store, defined, rows, window_s, choice.cut_s)


def compare_values(
    store: EventStore, name: str, macro_rows: Rows, window_s: float, cut_s: float = 0.0, most: int = MOST_VALUES
) -> SegmentReport:
    """Compare people by the first value of a property that they show up to the cut; the outcome lies after it.

    Parameters
    ----------
    store : EventStore
    name : str
        The property. People without a value are a group of their own.
    macro_rows : ascending rows of the macro-conversion's hits
    window_s, cut_s : float
        Seconds from the first event; with 0 the value of the first instant counts.
    most : int
        Values beyond the most frequent ones become one group.

    Examples
    --------
    >>> visits = [(f"u{i}", 0, "visit", {"device": "mobile" if i % 2 else "desktop"}) for i in range(40)]
    >>> log = EventStore.from_rows([*visits, *((f"u{i}", 9, "pay") for i in range(0, 40, 4)), ("z", 99, "visit")])
    >>> found = compare_values(log, "device", log.postings(log.code_by_name["pay"]), 20.0)
    >>> [(row.name, row.rate.k, row.rate.n) for row in found.comparison.rows]
    [('desktop', 10, 20), ('mobile', 0, 20)]
    """
    found = membership(store, (), macro_rows, window_s, cut_s)
    code = first_codes(store, name, cut_s)[found.users]
    column = store.properties.get(name)
    values = [] if column is None else [str(value) for value in column.values]
    people = np.bincount(code, minlength=len(values) + 1)
    bought = np.bincount(code[found.converted], minlength=len(values) + 1)
    names, k, n = _groups(values, bought, people, most)
    compared = compare_segments(names, k, n)
    return SegmentReport(compared, cut_s, window_s, len(found.users), found.immature, found.converted_early, True)


def first_codes(store: EventStore, name: str, cut_s: float) -> NDArray[np.int64]:
    """Code of each person's first value up to the cut, 0 where there is none."""
    first = np.zeros(store.n_users, np.int64)
    column = store.properties.get(name)
    if column is None:
        return first
    rows = np.flatnonzero(column.codes)
    owner = store.user_of(rows)
    begin = store.time_us[store.user_offset[owner]]
    is_soon = store.time_us[rows] - begin <= round(cut_s * US)
    rows, owner = rows[is_soon], owner[is_soon]
    users, places = np.unique(owner, return_index=True)
    first[users] = column.codes[rows[places]]
    return first


def _groups(
    values: Sequence[str], bought: NDArray[np.int64], people: NDArray[np.int64], most: int
) -> tuple[list[str], list[int], list[int]]:
    """Names, conversions and people: the most frequent values, the rest, and those without a value."""
    order = [int(code) for code in np.argsort(-people[1:], kind="stable") + 1 if people[code]]
    shown, rest = order[:most], order[most:]
    groups = [(values[code - 1], [code]) for code in shown]
    groups += [(OTHER, rest)] if rest else []
    groups += [(NOT_SET, [0])] if people[0] else []
    return (
        [name for name, _ in groups],
        [int(bought[codes].sum()) for _, codes in groups],
        [int(people[codes].sum()) for _, codes in groups],
    )
