"""Questions that panels ask of the data beyond the map's own figures; each runs on the heavy lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.analysis.audits.finding import Finding
from workbench.analysis.drivers import matched_differences
from workbench.analysis.measures import FunnelFigures, Measures
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey, Segment
from workbench.journey.rule import Condition
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
    from workbench.analysis.worth import ValueTable

STUDY = "study"
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
