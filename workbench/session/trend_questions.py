"""Questions about what changes over time: days and weeks, benchmarks, cohorts, time to convert; on the heavy lane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from workbench.analysis.measures import Measures
from workbench.errors import WorkbenchError
from workbench.journey.element import ElementId
from workbench.journey.journey import DAY_S, Journey, Segment
from workbench.journey.taxonomy import Kind
from workbench.progress import Progress
from workbench.session.analyst import Question
from workbench.session.shelf import Loaded

if TYPE_CHECKING:
    from workbench.analysis.cohorts import Cohorts
    from workbench.analysis.step_benchmarks import StepBenchmarks
    from workbench.analysis.time_to_convert import TimeToConvert
    from workbench.analysis.timeline import Rows
    from workbench.analysis.weeks import Days, WeekOverWeek
    from workbench.events.store import EventStore
    from workbench.forecast.backtest import SeriesForecast
    from workbench.forecast.leaders import RatioLight
    from workbench.forecast.series import Leading

TREND = "trend"
MOST_LEADERS = 6
DAYS_AHEAD = 14

READ_S = (3600.0, *(float(days * DAY_S) for days in (1, 3, 7, 14, 28, 56)))


@dataclass(frozen=True)
class Trend:
    """Daily macro-conversions with their forecast (None with the reason in `note`), and the newest week's verdicts.

    `lights` tell by micro-conversion whether its ratio to the macro-conversion holds over the weeks; `leader` is the
    one that leads most, whose part of the forecast may be in the pipe already.
    """

    days: Days
    daily: tuple[int, ...]
    forecast: SeriesForecast | None
    week: WeekOverWeek
    titles: dict[str, str]
    note: str = ""
    lights: Mapping[str, RatioLight] = field(default_factory=dict)
    leader: str | None = None


def trend(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Trend | None:
    """The macro-conversion day by day, what may come, and which elements moved in the newest complete week."""
    from workbench.analysis.hits import matching_rows
    from workbench.analysis.match import Match
    from workbench.analysis.weeks import daily_counts, week_over_week, whole_days
    from workbench.forecast.backtest import forecast_series

    goal = journey.headline_macro
    if loaded.store is None or goal is None or goal.rule is None or not goal.is_bound:
        return None
    store = _with_incidents(journey, loaded.store)
    days = whole_days(store, journey.time_zone)
    if days is None:
        return None
    gap_s, bound = journey.counting.session_gap_s, [e for e in journey.elements if e.is_bound]
    rows = {e.element_id: matching_rows(store, Match.of(e.rule), gap_s=gap_s) for e in bound if e.rule}
    daily = tuple(int(n) for n in daily_counts(store, days, rows[goal.element_id]))
    incidents = [date.fromisoformat(day) for day in journey.shaping.excluded_dates]
    week = week_over_week(store, {str(i): r for i, r in rows.items()}, journey.time_zone, incidents=incidents)
    micros = [e.element_id for e in journey.elements if e.kind is Kind.MICRO and e.element_id in rows]
    found, note, leads = None, "", None
    try:
        leads, leader = _leader(store, {i: rows[i] for i in micros}, rows[goal.element_id], days)
        found = forecast_series(daily, min(DAYS_AHEAD, len(daily) // 3), leader, journey.seed, progress)
    except WorkbenchError as error:
        note = f"{error.message} {error.hint}"
    lights = {str(i): _light(store, rows[i], rows[goal.element_id]) for i in micros}
    titles = {str(e.element_id): e.title for e in journey.elements}
    return Trend(days, daily, found, week, titles, note, lights, leads)


def _with_incidents(journey: Journey, store: EventStore) -> EventStore:
    """The data as the journey shapes them, but with the days that it leaves out: these are shown as such."""
    from workbench.analysis.query import Query
    from workbench.analysis.shaped import shaped_store

    options = Query.of(journey).options()
    return shaped_store(store, replace(options, cleaning=replace(options.cleaning, without=())))


def _leader(
    store: EventStore, micros: Mapping[ElementId, Rows], macro: Rows, days: Days
) -> tuple[str | None, Leading | None]:
    """The micro-conversion that precedes most macro-conversions, if any may lead, by its id."""
    from workbench.forecast.leaders import leading_of

    tried = [(str(i), leading_of(store, micros[i], macro, days)) for i in list(micros)[:MOST_LEADERS]]
    able = [(name, leader) for name, leader in tried if leader.may_lead]
    return max(able, key=lambda pair: pair[1].share_before) if able else (None, None)


def _light(store: EventStore, micro: Rows, macro: Rows) -> RatioLight:
    """Whether the share of people who convert within a week of the micro-conversion holds over its weeks."""
    from workbench.analysis.cohorts import cohorts, waits
    from workbench.forecast.leaders import ratio_light

    found = cohorts(waits(store, micro, macro), store.data_end_us or 0)
    if found is None:
        return ratio_light([], [])
    return ratio_light([row[0] or 0 for row in found.cumulative], list(found.sizes))


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


def waiting_question(origin_id: ElementId | None, sides: tuple[Segment, Segment | None] | None) -> Question:
    """Time to convert from an element or from entry; with sides, from the end of the first day for two groups."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> TimeToConvert | None:
        from workbench.analysis.time_to_convert import time_by_segment, time_to_convert

        if loaded.store is None:
            return None
        if sides is not None:
            return time_by_segment(journey, loaded.store, sides, float(DAY_S), READ_S)
        return time_to_convert(journey, loaded.store, origin_id, READ_S)

    return Question(f"waiting {origin_id} {hash(sides)}", answer)
