"""A funnel per bucket of entry time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from workbench.analysis.choice import Walk
from workbench.analysis.funnel import FunnelRequest, cached_stream, count_funnel, funnel_on, is_quick, line_walk
from workbench.analysis.options import FOREVER_US, US, Mode, Span
from workbench.analysis.stream import Stream
from workbench.events.store import EventStore


@dataclass(frozen=True, slots=True)
class Bucket:
    """Units with an attempt entered in the bucket that got to the first and to the last step asked for."""

    span: Span
    reached_first: int
    reached_last: int
    is_complete: bool = True


def trend(
    request: FunnelRequest, store: EventStore, spans: Sequence[Span], from_step: int = 1, to_step: int | None = None
) -> tuple[Bucket, ...]:
    """Count a funnel per bucket of entry time; a unit counts once per bucket and may be in several.

    Parameters
    ----------
    spans : buckets, also empty ones; see `calendar_buckets`
    from_step, to_step : int
        Steps compared, counted from 1; the bucket is always that of the entry.

    Examples
    --------
    >>> log = EventStore.from_rows([("u", 0, "A"), ("u", 1, "B"), ("u", 50, "A")])
    >>> from workbench.journey.rule import Rule
    >>> request = FunnelRequest.of([Rule(("A",)), Rule(("B",))])
    >>> [(b.reached_first, b.reached_last) for b in trend(request, log, [Span(0, 10_000_000), Span(10_000_000)])]
    [(1, 1), (1, 0)]
    """
    steps = from_step, to_step or len(request.steps)
    stream = cached_stream(store, request.options)
    end = store.data_end_us
    reaching = _quick(request, stream, steps) if is_quick(request, stream) else _thorough(request, stream, steps)
    window = request.options.window_us
    return tuple(
        Bucket(
            span,
            *reaching(span),
            is_complete=window >= FOREVER_US or end is None or span.to_us + window <= end + 1,
        )
        for span in spans
    )


Reaching = Callable[[Span], tuple[int, int]]


def _quick(request: FunnelRequest, stream: Stream, steps: tuple[int, int]) -> Reaching:
    """Count each bucket anew: where counting is quick, finding its units first would cost more."""

    def reaching(span: Span) -> tuple[int, int]:
        options = replace(request.options, span=span)
        counts = funnel_on(replace(request, options=options), stream).counts
        return counts[steps[0] - 1], counts[steps[1] - 1]

    return reaching


def _thorough(request: FunnelRequest, stream: Stream, steps: tuple[int, int]) -> Reaching:
    """Count in each bucket only the units that enter there."""
    walk = line_walk(request, stream)

    def reaching(span: Span) -> tuple[int, int]:
        ours = entered_in(walk, span)
        depth = count_funnel(replace(request, options=ours.options), ours).depth
        return int((depth >= steps[0]).sum()), int((depth >= steps[1]).sum())

    return reaching


def entered_in(walk: Walk, span: Span) -> Walk:
    """The walk of the units that have an entry inside a span, with entries only there."""
    hits = walk.hits
    may_enter = (hits.time_us >= span.from_us) & (hits.time_us < span.to_us)
    if walk.options.mode not in (Mode.ANY, Mode.OPEN):
        may_enter &= hits.node == 0
    units = np.unique(np.searchsorted(hits.offset, np.flatnonzero(may_enter), side="right") - 1)
    return walk.of_units(units).within(span)


def calendar_buckets(first: date, last: date, zone: str, unit: str = "week") -> tuple[Span, ...]:
    """Days, weeks (from Monday) or months of a zone from the bucket of one date to that of another, included.

    Examples
    --------
    >>> days = calendar_buckets(date(2024, 3, 31), date(2024, 4, 1), "Europe/Berlin", "day")
    >>> [(span.to_us - span.from_us) // 3_600_000_000 for span in days]
    [23, 24]
    """
    starts = [_bucket_start(first, unit)]
    while starts[-1] <= last:
        starts.append(_next_start(starts[-1], unit))
    instants = [round(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * US) for day in starts]
    return tuple(Span(a, b) for a, b in pairwise(instants))


def _bucket_start(day: date, unit: str) -> date:
    if unit == "month":
        return day.replace(day=1)
    return day - timedelta(day.weekday()) if unit == "week" else day


def _next_start(day: date, unit: str) -> date:
    if unit == "month":
        return (day.replace(day=1) + timedelta(32)).replace(day=1)
    return day + timedelta(7 if unit == "week" else 1)
