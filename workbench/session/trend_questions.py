"""Questions about what changes over time: benchmarks, cohorts, time to convert; each runs on the heavy lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.measures import Measures
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey, Segment
from workbench.progress import Progress
from workbench.session.analyst import Question
from workbench.session.shelf import Loaded

if TYPE_CHECKING:
    from workbench.analysis.cohorts import Cohorts
    from workbench.analysis.step_benchmarks import StepBenchmarks
    from workbench.analysis.time_to_convert import TimeToConvert

DAY_S = 86_400.0
READ_S = (3600.0, *(days * DAY_S for days in (1, 3, 7, 14, 28, 56)))


@dataclass(frozen=True)
class CohortsFound:
    """Weekly cohorts, and the instant from which their weeks are counted back."""

    cohorts: Cohorts
    end_us: int


def benchmarks(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> StepBenchmarks | None:
    """Each step against its own weeks; None without events or with fewer than three mature weeks."""
    from workbench.analysis.step_benchmarks import step_benchmarks
    from workbench.export.report import ignored_events

    if loaded.store is None or journey.headline_macro is None:
        return None
    return step_benchmarks(journey, loaded.store, frozenset(ignored_events(loaded.report)), progress)


def cohorts_question(origin_id: ElementId | None) -> Question:
    """Weekly cohorts from an element, or from entry."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> CohortsFound | None:
        from workbench.analysis.time_to_convert import weekly_cohorts

        found = None if loaded.store is None else weekly_cohorts(journey, loaded.store, origin_id)
        return None if found is None or loaded.store is None else CohortsFound(found, loaded.store.data_end_us or 0)

    return Question(f"cohorts {origin_id}", answer)


def waiting_question(origin_id: ElementId | None, segment: Segment | None) -> Question:
    """Time to convert from an element or from entry; with a segment, from the end of the first day for two groups."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> TimeToConvert | None:
        from workbench.analysis.time_to_convert import time_by_segment, time_to_convert

        if loaded.store is None:
            return None
        if segment is not None:
            return time_by_segment(journey, loaded.store, segment, DAY_S, READ_S)
        return time_to_convert(journey, loaded.store, origin_id, READ_S)

    return Question(f"waiting {origin_id} {hash(segment)}", answer)
