"""Questions that panels ask of the data beyond the map's own figures; each runs on the heavy lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench.analysis.audits.finding import Finding
from workbench.analysis.drivers import matched_differences
from workbench.analysis.measures import FunnelFigures, Measures
from workbench.errors import WorkbenchError
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey, Segment
from workbench.journey.rule import Condition
from workbench.journey.taxonomy import Kind
from workbench.progress import Progress
from workbench.session.shelf import Loaded

if TYPE_CHECKING:
    from workbench.analysis.dead_end_table import DeadEndTable
    from workbench.analysis.drivers import DriverTable
    from workbench.analysis.presets import Vendor
    from workbench.analysis.reconcile import Reconciled
    from workbench.analysis.segment_choice import SegmentChoice
    from workbench.analysis.segment_rules import SegmentReport
    from workbench.analysis.trace import Trace
    from workbench.analysis.weeks import Days, WeekOverWeek
    from workbench.analysis.worth import ValueTable
    from workbench.events.store import EventStore
    from workbench.forecast.backtest import SeriesForecast
    from workbench.forecast.series import Leading

STUDY = "study"
TREND = "trend"
MOST_LEADERS = 6
WHY = "why"
DAILY = "daily"


@dataclass(frozen=True)
class Study:
    """What the events say about one macro-conversion: dead ends, drivers and all findings, on one ground."""

    dead_ends: DeadEndTable
    drivers: DriverTable
    findings: tuple[Finding, ...]
    titles: dict[str, str]
    top: tuple[str, ...] = ()
    worth: ValueTable | None = None

    @property
    def associations(self) -> dict[ElementId, float]:
        """Depth-matched risk differences, for the forecast of seated micro-conversions."""
        return matched_differences(self.drivers)


def study(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Study | None:
    """The study of the headline macro-conversion; None where there are no events or no bound macro-conversion."""
    from workbench.analysis.audits.audit import audit_on
    from workbench.analysis.dead_end_table import dead_end_table
    from workbench.analysis.ground import Ground
    from workbench.analysis.worth import micro_values
    from workbench.export.report import ignored_events

    if loaded.store is None:
        return None
    progress.step(0, 3, label="Preparing people")
    ground = Ground.of(journey, loaded.store, ignored_events(loaded.report))
    if ground is None:
        return None
    progress.step(1, 3, label="Judging actions")
    table = dead_end_table(ground)
    found = ground.drivers
    progress.step(2, 3, label="Auditing")
    findings = audit_on(journey, measures, loaded.store, ground)
    titles = {str(e.element_id): e.title for e in journey.elements}
    top = tuple(row.name for row in ground.top)
    return Study(table, found, findings, titles, top, micro_values(ground))


@dataclass(frozen=True)
class Trend:
    """Daily macro-conversions with their forecast (None with the reason in `note`), and the newest week's verdicts."""

    days: Days
    daily: tuple[int, ...]
    forecast: SeriesForecast | None
    week: WeekOverWeek
    titles: dict[str, str]
    note: str = ""


def trend(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Trend | None:
    """The macro-conversion day by day, what may come, and which elements moved in the newest complete week."""
    from workbench.analysis.hits import matching_rows
    from workbench.analysis.match import Match
    from workbench.analysis.weeks import daily_counts, week_over_week, whole_days
    from workbench.forecast.backtest import forecast_series

    store, goal = loaded.store, journey.headline_macro
    days = whole_days(store, journey.time_zone) if store is not None else None
    if store is None or goal is None or goal.rule is None or not goal.is_bound or days is None:
        return None
    rows = {e.element_id: matching_rows(store, Match.of(e.rule)) for e in journey.elements if e.rule and e.is_bound}
    daily = tuple(int(n) for n in daily_counts(store, days, rows[goal.element_id]))
    incidents = [date.fromisoformat(day) for day in journey.shaping.excluded_dates]
    week = week_over_week(store, {str(i): r for i, r in rows.items()}, journey.time_zone, incidents=incidents)
    found, note = None, ""
    try:
        leader = _leader(journey, store, rows, goal.element_id, days)
        found = forecast_series(daily, min(14, len(daily) // 3), leader, journey.seed, progress)
    except WorkbenchError as error:
        note = f"{error.message} {error.hint}"
    return Trend(days, daily, found, week, {str(e.element_id): e.title for e in journey.elements}, note)


def _leader(
    journey: Journey, store: EventStore, rows: dict[ElementId, Any], goal_id: ElementId, days: Days
) -> Leading | None:
    """The micro-conversion that precedes most macro-conversions, if any may lead."""
    from workbench.forecast.leaders import leading_of

    micros = [e.element_id for e in journey.elements if e.kind is Kind.MICRO and e.element_id in rows]
    tried = [leading_of(store, rows[i], rows[goal_id], days) for i in micros[:MOST_LEADERS]]
    able = [leader for leader in tried if leader.may_lead]
    return max(able, key=lambda leader: leader.share_before) if able else None


@dataclass(frozen=True)
class Daily:
    """Events by day of the journey's zone, the most frequent name first; filters that leave suspected bots out."""

    days: tuple[str, ...]
    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    total: tuple[int, ...]
    telling: tuple[Condition, ...] = ()


def daily(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Daily | None:
    """Events of each name on each day that the data touch; None without events or beyond ten years."""
    from workbench.analysis.day_counts import day_counts
    from workbench.analysis.telling import telling_conditions

    if loaded.store is None:
        return None
    progress.step(0, 2, label="Counting days")
    found = day_counts(loaded.store, journey.time_zone)
    if found is None:
        return None
    progress.step(1, 2, label="Looking at suspects")
    quality = loaded.report.quality if loaded.report is not None else ()
    suspects = next((f.details for f in quality if f.kind == "bots"), {})
    # The report names the first thousand: a filter is only offered where these are all.
    is_all = suspects.get("users") == len(suspects.get("ids", ()))
    telling = telling_conditions(loaded.store, suspects["ids"]) if suspects and is_all else ()
    order = sorted(range(len(found.names)), key=lambda code: -int(found.counts[code].sum()))
    counts = tuple(tuple(found.counts[code].tolist()) for code in order)
    total = tuple(found.counts.sum(axis=0).tolist())
    return Daily(found.days, tuple(found.names[code] for code in order), counts, total, telling)


def compare_by(choice: SegmentChoice) -> Callable[[Journey, Measures, Loaded, Progress], SegmentReport | None]:
    """Question behind the segments panel."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> SegmentReport | None:
        from workbench.analysis.segment_study import segment_study

        return segment_study(journey, loaded.store, choice) if loaded.store is not None else None

    return answer


def steps_of(segment: Segment, cut_s: float) -> Callable[[Journey, Measures, Loaded, Progress], Any]:
    """Question behind the steps of one segment: its rows, or None without events."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Any:
        from workbench.analysis.segment_steps import segment_steps
        from workbench.export.report import ignored_events

        if loaded.store is None:
            return None
        return segment_steps(journey, loaded.store, segment, cut_s, frozenset(ignored_events(loaded.report)))

    return answer


@dataclass(frozen=True)
class Why:
    """How the happy path counts by every rule, and the traces of a few people who stopped at an element."""

    reconciled: tuple[Reconciled, ...]
    traces: tuple[Trace, ...]


def why(element_id: ElementId | None) -> Callable[[Journey, Measures, Loaded, Progress], Why | None]:
    """Question behind "why this number" for an element."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Why | None:
        from workbench.analysis.query import Query
        from workbench.analysis.reconcile import reconcile
        from workbench.analysis.trace import trace, units_stopped_at

        if loaded.store is None:
            return None
        query = Query.of(journey)
        units = units_stopped_at(query, loaded.store, element_id) if element_id is not None else ()
        progress.step(1, 2)
        return Why(reconcile(query, loaded.store), tuple(trace(query, loaded.store, unit) for unit in units))

    return answer


def funnel_like(vendor: Vendor) -> Callable[[Journey, Measures, Loaded, Progress], FunnelFigures | None]:
    """Question behind "count like": the happy path with the options of another product."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> FunnelFigures | None:
        from workbench.analysis.measure import happy_path_funnel
        from workbench.analysis.presets import count_like
        from workbench.analysis.query import Query

        if loaded.store is None:
            return None
        query = Query.of(journey)
        bound = frozenset(e.element_id for e in query.elements if e.rule and e.stage_id is None)
        options = count_like(vendor, query.options(loaded.store.session_property))
        counted = happy_path_funnel(query, loaded.store, bound, options)
        return replace(counted, window_s=options.window_s)

    return answer
