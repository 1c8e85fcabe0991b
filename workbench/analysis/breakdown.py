"""A funnel per group of units: by a property of the unit, of its chosen path, or of each of its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.funnel import Funnel, FunnelRequest, cached_stream, count_funnel, line_walk
from workbench.analysis.stream import Stream
from workbench.events.store import Column, EventStore

NO_VALUE = "(none)"
NOT_REACHED = "(not reached)"
Ints = NDArray[np.int64]


class Attribution(StrEnum):
    """Which event's value names the group of a unit."""

    UNIT = "user"
    FIRST_TOUCH = "first_touch"
    LAST_TOUCH = "last_touch"
    STEP = "step"
    ALL_EVENTS = "all_events"


@dataclass(frozen=True, slots=True)
class Group:
    """Counts of one group, and the mean seconds from the first to the last step of those who got through."""

    name: str
    counts: tuple[int, ...]
    avg_s: float | None


def breakdown(
    request: FunnelRequest, store: EventStore, name: str, attribution: Attribution, step: int = 1
) -> tuple[Group, ...]:
    """Split a funnel by a property.

    With `ALL_EVENTS` each value has a funnel of its own on the events with that value: a unit may be in several, and
    there is no total. Otherwise a unit is in one group and the groups add up.

    Examples
    --------
    >>> log = EventStore.from_rows([("1", 0, "A", {"d": "tv"}), ("1", 1, "B"), ("2", 0, "A")])
    >>> from workbench.journey.rule import Rule
    >>> request = FunnelRequest.of([Rule(("A",)), Rule(("B",))])
    >>> [(g.name, g.counts) for g in breakdown(request, log, "d", Attribution.FIRST_TOUCH)]
    [('(none)', (1, 0)), ('tv', (1, 1))]
    """
    stream = cached_stream(store, request.options)
    if attribution is Attribution.ALL_EVENTS:
        return _by_each_value(request, stream, name)
    counted = count_funnel(request, line_walk(request, stream))
    return grouped(counted, _labels(counted, name, attribution, step))


def grouped(counted: Funnel, labels: Sequence[str]) -> tuple[Group, ...]:
    """Counts per group of the units with at least one step; `labels` by unit."""
    walkers = counted.paths.walkers
    names, group = np.unique(np.asarray([labels[unit] for unit in walkers], object).astype(str), return_inverse=True)
    depth = counted.depth[walkers]
    n = counted.n_steps
    through = np.flatnonzero(depth == n)
    total = (counted.paths.time_us[counted.paths.last] - counted.paths.time_us[counted.paths.first])[through] / 1e6
    by_group = np.bincount(group[through], minlength=len(names))
    sums = np.bincount(group[through], total, len(names))
    counts = [np.bincount(group[depth >= k], minlength=len(names)) for k in range(1, n + 1)]
    return tuple(
        Group(
            str(label),
            tuple(int(count[i]) for count in counts),
            float(sums[i] / by_group[i]) if by_group[i] and n > 1 else None,
        )
        for i, label in enumerate(names)
    )


def unit_labels(stream: Stream, name: str) -> list[str]:
    """The first known value of a property among each unit's events."""
    column = stream.store.properties.get(name)
    if column is None:
        return [NO_VALUE] * stream.n_units
    codes = column.codes if stream.rows is None else column.codes[stream.rows]
    known = np.flatnonzero(codes)
    unit, first = np.unique(stream.unit_of(known), return_index=True)
    found = np.zeros(stream.n_units, np.int64)
    found[unit] = codes[known[first]]
    return _texts(column, found)


def _labels(counted: Funnel, name: str, attribution: Attribution, step: int) -> list[str]:
    if attribution is Attribution.UNIT:
        return unit_labels(counted.stream, name)
    column = counted.stream.store.properties.get(name)
    at = counted.paths.at
    if column is None:
        codes = np.zeros(len(counted.paths.node), np.int64)
    else:
        codes = np.asarray(column.codes[counted.stream.rows_at(counted.paths.position)], np.int64)
    if attribution is Attribution.STEP:
        reached = counted.depth >= step
        chosen = np.full(counted.stream.n_units, -1, np.int64)
        chosen[reached] = codes[at[:-1][reached] + step - 1]
    else:
        chosen = _touch(counted, codes, attribution is Attribution.FIRST_TOUCH)
    return _texts(column, chosen)


def _touch(counted: Funnel, codes: Ints, is_first: bool) -> Ints:
    """The first or last known value along each path."""
    unit = counted.paths.unit
    known = np.flatnonzero(codes)
    known = known[::-1] if is_first else known
    chosen = np.zeros(counted.stream.n_units, np.int64)
    chosen[unit[known]] = codes[known]
    return chosen


def _texts(column: Column | None, codes: Ints) -> list[str]:
    values = () if column is None else column.values
    table = [NO_VALUE, *(str(value) for value in values), NOT_REACHED]
    return [table[code] for code in codes]


def _by_each_value(request: FunnelRequest, stream: Stream, name: str) -> tuple[Group, ...]:
    """Units become (unit, value): each value's events are a sequence of their own."""
    column = stream.store.properties.get(name)
    if column is None:
        return ()
    rows = np.arange(stream.store.n_events) if stream.rows is None else stream.rows
    unit = np.repeat(np.arange(stream.n_units), np.diff(stream.offset))
    code = np.asarray(column.codes[rows], np.int64)
    kept = np.flatnonzero(code)
    kept = kept[np.lexsort((kept, code[kept], unit[kept]))]
    key = unit[kept] * (len(column.values) + 1) + code[kept]
    begins = np.flatnonzero(np.diff(key, prepend=-1))
    offset = np.append(begins, len(kept)).astype(np.int64)
    split = replace(stream, offset=offset, rows=rows[kept], owner=unit[kept[begins]], by_value=name)
    counted = count_funnel(request, line_walk(request, split))
    return grouped(counted, _texts(column, code[kept[begins]]))
