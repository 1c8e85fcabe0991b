"""Which events and values go with success in a funnel: odds ratios and lift, "associated with", never "causes"."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.funnel import Funnel
from workbench.analysis.stream import Stream

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Keep:
    """Which rows are worth showing: at least `min_units`, and at least the smaller of count and share of all."""

    min_count: float = 25
    min_share: float = 0.02
    min_units: int = 0

    def keeps(self, units: int, all_units: int) -> bool:
        """Whether a row of so many units is kept.

        Examples
        --------
        >>> Keep(25, 0.11).keeps(2, 20), Keep(25, 0.051).keeps(2, 20)
        (False, True)
        """
        return units >= self.min_units and units >= min(self.min_count, self.min_share * all_units)


EVERYTHING = Keep(0, 0.0)


@dataclass(frozen=True, slots=True)
class Related:
    """Units that had a thing, by success and failure; `lift` is None if nobody succeeded."""

    key: str
    success: int
    failure: int
    odds_ratio: float
    lift: float | None


@dataclass(frozen=True, slots=True)
class FunnelCorrelation:
    """Rows by strength (|log odds|), and how many units succeeded and failed in all."""

    success_total: int
    failure_total: int
    rows: tuple[Related, ...]


def with_events(
    counted: Funnel, skip: Iterable[str] = (), keep: Keep = EVERYTHING, prior: float = 1.0
) -> FunnelCorrelation:
    """Events between the entry and the conversion (or the end of the window); steps themselves never count.

    Examples
    --------
    >>> from workbench.analysis.funnel import FunnelRequest, funnel
    >>> from workbench.events.store import EventStore
    >>> from workbench.journey.rule import Rule
    >>> log = EventStore.from_rows([("1", 0, "A"), ("1", 1, "chat"), ("1", 2, "B"), ("2", 0, "A")])
    >>> with_events(funnel(FunnelRequest.of([Rule(("A",)), Rule(("B",))]), log)).rows[0]
    Related(key='chat', success=1, failure=0, odds_ratio=4.0, lift=2.0)
    """
    names = counted.stream.store.event_names
    steps = {name for step in counted.request.steps for name in step.event_names}
    left_out = steps | set(skip)
    walker, position = _between(counted)
    key = np.asarray(counted.stream.event[position], np.int64)
    return _table(counted, walker, key, [None if name in left_out else name for name in names], keep, prior)


def with_event_values(
    counted: Funnel,
    events: Iterable[str],
    skip_properties: Iterable[str] = (),
    keep: Keep = EVERYTHING,
    prior: float = 1.0,
) -> FunnelCorrelation:
    """Values of the properties of some events, as "event::property::value"."""
    store = counted.stream.store
    walker, position = _between(counted)
    walkers, keys = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    labels: list[str] = []
    for event in events:
        ours = np.flatnonzero(counted.stream.event[position] == store.code_by_name.get(event, -1))
        rows = counted.stream.rows_at(position[ours])
        for name, column in store.properties.items():
            codes = np.asarray(column.codes[rows], np.int64)
            if name in set(skip_properties) or not codes.any():
                continue
            walkers.append(walker[ours[codes > 0]])
            keys.append(codes[codes > 0] - 1 + len(labels))
            labels += [f"{event}::{name}::{value}" for value in column.values]
    return _table(counted, np.concatenate(walkers), np.concatenate(keys), labels, keep, prior)


def with_unit_values(
    counted: Funnel,
    values: Mapping[str, Sequence[str]],
    keep: Keep = EVERYTHING,
    prior: float = 1.0,
) -> FunnelCorrelation:
    """Values of properties of the units, by property name and then by unit ("" for missing), as "property::value"."""
    walkers, keys = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    labels: list[str] = []
    for name, by_unit in values.items():
        ours = np.asarray([by_unit[unit] for unit in counted.paths.walkers], object).astype(str)
        distinct, key = np.unique(ours, return_inverse=True)
        walkers.append(np.arange(len(ours)))
        keys.append(key + len(labels))
        labels += [f"{name}::{value}" for value in distinct]
    return _table(counted, np.concatenate(walkers), np.concatenate(keys), labels, keep, prior)


def _between(counted: Funnel) -> tuple[Ints, Ints]:
    """(walker, position) of all events after the entry's instant and before the conversion's, or in the window."""
    paths, stream = counted.paths, counted.stream
    unit = paths.walkers
    entered, last = paths.time_us[paths.first], paths.time_us[paths.last]
    converted = counted.depth[unit] == counted.n_steps
    window = counted.request.options.window_us
    begin = positions_by_time(stream, unit, entered, is_after=True)
    end = np.where(
        converted,
        positions_by_time(stream, unit, last, is_after=False),
        positions_by_time(stream, unit, entered + window, is_after=True),
    )
    length = np.maximum(end - begin, 0)
    spread = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    return np.repeat(np.arange(len(unit)), length), np.repeat(begin, length) + spread


def positions_by_time(stream: Stream, unit: Ints, time_us: Ints, is_after: bool) -> Ints:
    """First position of each unit at or after a time (`is_after`: after it), by bisection in all units at once."""
    low, high = stream.offset[unit].copy(), stream.offset[unit + 1].copy()
    open_ = np.flatnonzero(low < high)
    while len(open_):
        middle = (low[open_] + high[open_]) // 2
        found = stream.time_us[middle]
        before = found <= time_us[open_] if is_after else found < time_us[open_]
        low[open_[before]] = middle[before] + 1
        high[open_[~before]] = middle[~before]
        open_ = open_[low[open_] < high[open_]]
    return low


def _table(
    counted: Funnel, walker: Ints, key: Ints, labels: Sequence[str | None], keep: Keep, prior: float
) -> FunnelCorrelation:
    converted = counted.depth[counted.paths.walkers] == counted.n_steps
    wins, losses = int(converted.sum()), int((~converted).sum())
    pairs = np.unique(walker * max(len(labels), 1) + key)
    succeeded = converted[pairs // max(len(labels), 1)]
    found = pairs % max(len(labels), 1)
    success = np.bincount(found[succeeded], minlength=len(labels))
    failure = np.bincount(found[~succeeded], minlength=len(labels))
    rows = [
        related(label, int(success[i]), int(failure[i]), wins, losses, prior)
        for i, label in enumerate(labels)
        if label is not None and success[i] + failure[i] and keep.keeps(success[i] + failure[i], wins + losses)
    ]
    rows.sort(key=lambda row: (-abs(math.log(row.odds_ratio)) if row.odds_ratio > 0 else -math.inf, row.key))
    return FunnelCorrelation(wins, losses, tuple(rows))


def related(key: str, s: int, f: int, wins: int, losses: int, prior: float) -> Related:
    """Odds ratio with a prior in each cell, and lift without one."""
    under = (f + prior) * (wins - s + prior)
    odds = (s + prior) * (losses - f + prior) / under if under else math.inf
    lift = (s / (s + f)) / (wins / (wins + losses)) if wins else None
    return Related(key, s, f, odds, lift)
