"""Time to convert: curves from entry or an element, for everybody or for two groups told before the clock starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.cohorts import US, Cohorts, Waits, cohorts, waits
from workbench.analysis.comparisons import NO_TEST, Test
from workbench.analysis.ground import conversions, rows_of
from workbench.analysis.segment_rules import membership
from workbench.analysis.survival import FEW_AT_RISK, log_rank
from workbench.analysis.timeline import Rows
from workbench.events.store import EventStore
from workbench.journey.element import ElementId
from workbench.journey.journey import DAY_S, Journey, Segment

MARKS = 160


@dataclass(frozen=True, slots=True)
class ConversionCurve:
    """Share converted over time of one group, read at marks; cut where fewer than ten people are at risk.

    `low` and `high` are log-log bounds, None where there are none; `median_s` is None while fewer than half converted.
    """

    people: int
    converted: int
    seconds: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    at_risk: tuple[int, ...]
    median_s: float | None


@dataclass(frozen=True, slots=True)
class TimeToConvert:
    """One curve, or two with their log-rank test.

    Left out are the `early`, who had converted before the clock started, those seen for less than the cut
    (`too_late`), and people `in_both` groups.
    """

    curves: tuple[ConversionCurve, ...]
    test: Test = NO_TEST
    early: int = 0
    too_late: int = 0
    in_both: int = 0


@dataclass(frozen=True, slots=True)
class Origins:
    """Macro-conversion and origin of a journey, found in its shaped data."""

    store: EventStore
    origin: Rows
    macro: Rows

    @classmethod
    def of(cls, journey: Journey, store: EventStore, origin_id: ElementId | None) -> Origins | None:
        """`origin_id` None: each person's first event. None where the macro-conversion or the origin is not bound."""
        converted = conversions(journey, store)
        if converted is None:
            return None
        store, macro = converted
        if origin_id is None:
            offset = store.user_offset
            return cls(store, offset[:-1][np.diff(offset) > 0], macro)
        origin = journey.element_by_id.get(origin_id)
        rows = rows_of(journey, store, origin) if origin is not None else None
        return None if rows is None else cls(store, rows, macro)


def time_to_convert(
    journey: Journey, store: EventStore, origin_id: ElementId | None = None, read_s: Sequence[float] = ()
) -> TimeToConvert | None:
    """Kaplan-Meier curve from entry, or from the first time at an element, to the first macro-conversion after it.

    Examples
    --------
    >>> curve_of(Waits(np.array([1.0, 2.0, 3.0] * 10), np.array([True, True, False] * 10), np.zeros(30))).median_s
    2.0
    """
    found = Origins.of(journey, store, origin_id)
    if found is None:
        return None
    waited = waits(found.store, found.origin, found.macro)
    return TimeToConvert((curve_of(waited, read_s),)) if waited.people else None


def time_by_segment(
    journey: Journey,
    store: EventStore,
    sides: tuple[Segment, Segment | None],
    cut_s: float = DAY_S,
    read_s: Sequence[float] = (),
) -> TimeToConvert | None:
    """Two curves: people of a segment, and all others or those of another segment, told by what they did up to a cut.

    The clock starts at the cut. Those who had converted by then are left out, else the time that a segment needs to
    be told would count as time without a conversion; so are people of both segments, which would be on both sides.
    """
    found = Origins.of(journey, store, None)
    if found is None:
        return None
    asked = tuple(segment for segment in sides if segment is not None)
    told = membership(found.store, asked, found.macro, cut_s, cut_s)
    waited = _after_cut(found, told.users, cut_s)
    first = told.in_segment[0]
    second = ~first if sides[1] is None else told.in_segment[1]
    is_both = first & second
    masks = first & ~is_both, second & ~is_both
    parts = [Waits(waited.seconds[mask], waited.is_event[mask], waited.origin_us[mask]) for mask in masks]
    if not all(part.people for part in parts):
        return None
    split = [(part.seconds[part.is_event], part.seconds[~part.is_event]) for part in parts]
    curves = tuple(curve_of(part, read_s) for part in parts)
    return TimeToConvert(curves, log_rank(*split), told.converted_early, told.immature, int(is_both.sum()))


def _after_cut(found: Origins, users: NDArray[np.int64], cut_s: float) -> Waits:
    """Time from the cut to the first macro-conversion of people who had none before it."""
    store = found.store
    macro = np.asarray(found.macro, dtype=np.int64)
    owner = store.user_of(macro)
    is_first = np.diff(owner, prepend=-1) != 0
    end = store.data_end_us or 0
    until = np.full(store.n_users, end, dtype=np.int64)
    has = np.zeros(store.n_users, dtype=bool)
    until[owner[is_first]], has[owner[is_first]] = store.time_us[macro[is_first]], True
    start = store.time_us[store.user_offset[users]] + round(cut_s * US)
    return Waits((until[users] - start) / US, has[users], start)


def curve_of(found: Waits, read_s: Sequence[float] = ()) -> ConversionCurve:
    """The share converted, read at marks up to where ten people are still at risk, close ones first."""
    ordered = np.sort(found.seconds)
    last = float(ordered[-FEW_AT_RISK]) if len(ordered) >= FEW_AT_RISK else 0.0
    wanted = [second for second in read_s if second <= last]
    marks = np.unique(np.concatenate([last * np.linspace(0.0, 1.0, MARKS) ** 2, wanted]))
    curve = found.curve(marks.tolist())
    shown = curve.readable
    return ConversionCurve(
        people=found.people,
        converted=int(found.is_event.sum()),
        seconds=curve.times[:shown],
        share=tuple(1.0 - (value if value is not None else 1.0) for value in curve.survival[:shown]),
        low=_turned(curve.high[:shown]),
        high=_turned(curve.low[:shown]),
        at_risk=curve.at_risk[:shown],
        median_s=_median(found),
    )


def _turned(bounds: tuple[float | None, ...]) -> tuple[float | None, ...]:
    return tuple(None if bound is None else 1.0 - bound for bound in bounds)


def _median(found: Waits) -> float | None:
    return found.median_s if found.is_event.any() else None


def weekly_cohorts(journey: Journey, store: EventStore, origin_id: ElementId | None = None) -> Cohorts | None:
    """Weekly cohorts from entry or an element to the headline macro-conversion; None without people."""
    found = Origins.of(journey, store, origin_id)
    if found is None:
        return None
    return cohorts(waits(found.store, found.origin, found.macro), found.store.data_end_us or 0)
