"""Each step of the map against its own last twelve weeks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from workbench.analysis.benchmarks import WEEKS, Benchmark, benchmark
from workbench.analysis.cohorts import US, WEEK_US
from workbench.analysis.comparisons import false_discovery
from workbench.analysis.ground import study_window
from workbench.analysis.measure import measure
from workbench.analysis.query import Query
from workbench.analysis.rates import Rate
from workbench.analysis.shaped import people_store
from workbench.events.store import EventStore
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.progress import Progress

FEWEST_WEEKS = 3
SURE = 0.05
MATERIAL_SHARE = 0.10


@dataclass(frozen=True, slots=True)
class StepBenchmark:
    """The rate onto an element by week of entry, the oldest first, and its newest week against the weeks before."""

    element_id: ElementId
    weeks: tuple[Rate, ...]
    found: Benchmark
    p_adjusted: float | None = None

    @property
    def is_off(self) -> bool:
        """Beyond doubt over all steps, at least a tenth off, and not on few data."""
        if self.p_adjusted is None or self.p_adjusted > SURE or self.found.current.is_thin:
            return False
        return abs((self.found.current.value or 0.0) / (self.found.pooled or 1.0) - 1.0) >= MATERIAL_SHARE


@dataclass(frozen=True, slots=True)
class StepBenchmarks:
    """All steps; `first_days` are the first days of entry of the weeks, the newest one being the current week."""

    steps: tuple[StepBenchmark, ...]
    first_days: tuple[date, ...]
    window_s: float
    is_audit_window: bool

    @property
    def has_peak(self) -> bool:
        """A week of some step stands out, perhaps a holiday."""
        return any(step.found.has_peak for step in self.steps)


def step_benchmarks(
    journey: Journey, store: EventStore, ambient: frozenset[str] = frozenset(), progress: Progress | None = None
) -> StepBenchmarks | None:
    """Measure the map on the people of each complete week of entry, and hold the newest week against the others.

    Parameters
    ----------
    journey, store : what is measured on what
    ambient : frozenset of str
        Events that are no answer to "what they did instead".
    progress : Progress, optional
        Told after each week; cancelling raises CancelledError.

    Returns
    -------
    StepBenchmarks, or None with fewer than three complete weeks whose people are mature
        Weeks are blocks of seven days back from the last instant at which a person is mature, up to twelve and the
        current one.
    """
    if not store.n_events:
        return None
    window_s, is_audit = study_window(journey, store)
    query = Query.of(replace(journey, window_s=window_s))
    offset = store.user_offset
    filled = np.diff(offset) > 0
    entry = np.where(filled, store.time_us[np.minimum(offset[:-1], max(store.n_events - 1, 0))], np.iinfo(np.int64).max)
    last = (store.data_end_us or 0) - round(window_s * US)
    count = min(WEEKS + 1, int((last - (store.first_us or 0)) // WEEK_US))
    if count < FEWEST_WEEKS:
        return None
    by_element: dict[ElementId, list[Rate]] = {}
    told = progress or Progress()
    for week in range(count - 1, -1, -1):
        told.step(count - 1 - week, count, label="Measuring weeks")
        end = last - week * WEEK_US
        found = measure(query, people_store(store, (entry > end - WEEK_US) & (entry <= end) & filled), None, ambient)
        for element in query.elements:
            figures = found.elements.get(element.element_id)
            if element.rule is not None and figures is not None and figures.before is not None:
                rates = by_element.setdefault(element.element_id, [])
                rates.append(Rate.of(min(figures.came or 0, figures.before), figures.before))
    steps = [_step(i, rates) for i, rates in by_element.items() if any(rate.n for rate in rates)]
    return StepBenchmarks(_adjusted(steps), _first_days(last, count, journey.time_zone), window_s, is_audit)


def _step(element_id: ElementId, rates: list[Rate]) -> StepBenchmark:
    past, now = rates[:-1], rates[-1]
    found = benchmark([rate.k for rate in past], [rate.n for rate in past], now.k, now.n)
    return StepBenchmark(element_id, tuple(rates), found)


def _adjusted(steps: list[StepBenchmark]) -> tuple[StepBenchmark, ...]:
    raw = [np.nan if step.found.p is None else step.found.p for step in steps]
    return tuple(
        replace(step, p_adjusted=None if np.isnan(p) else float(p))
        for step, p in zip(steps, false_discovery(raw), strict=True)
    )


def _first_days(last_us: int, count: int, zone: str) -> tuple[date, ...]:
    newest = datetime.fromtimestamp(last_us / US, ZoneInfo(zone)).date()
    return tuple(newest - timedelta(7 * (week + 1)) for week in range(count - 1, -1, -1))
