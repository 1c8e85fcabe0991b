"""Questions behind the views of the audit and the drivers; each runs on the heavy lane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.measures import Measures
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind
from workbench.progress import Progress
from workbench.session.shelf import Loaded

if TYPE_CHECKING:
    from workbench.analysis.association import Pooled
    from workbench.analysis.drivers import Driver
    from workbench.analysis.ground import Ground
    from workbench.analysis.intervals import Interval
    from workbench.analysis.steps import StepFriction
    from workbench.analysis.worth import ValueTable

STEPS = "friction of steps"
VALUES = "values"


def _ground(journey: Journey, loaded: Loaded) -> Ground | None:
    from workbench.analysis.ground import Ground
    from workbench.export.report import ignored_events

    if loaded.store is None:
        return None
    return Ground.of(journey, loaded.store, ignored_events(loaded.report))


@dataclass(frozen=True)
class Frictions:
    """Each bound step of the happy path; `window_s` is the time that people have for it."""

    steps: tuple[StepFriction, ...]
    window_s: float


def frictions(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Frictions | None:
    """What the steps of the happy path cost people; None without events or without two bound elements on it."""
    from workbench.analysis.steps import step_frictions

    ground = _ground(journey, loaded)
    if ground is None:
        return None
    steps = step_frictions(ground)
    return Frictions(steps, ground.timeline.window_s) if steps else None


@dataclass(frozen=True)
class Values:
    """What micro-conversions are worth, and the conversions that each is credited with by path removal."""

    table: ValueTable
    credited: Mapping[str, float]
    buyers: int
    mature: int
    immature: int
    window_s: float


def values(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Values | None:
    """Values against the headline macro-conversion; None without events or without money."""
    from workbench.analysis.worth import micro_values, path_split

    ground = _ground(journey, loaded)
    if ground is None:
        return None
    table = micro_values(ground)
    if not table.rows:
        return None
    progress.step(1, 2, label="Splitting conversions over paths")
    micros = [e.element_id for e in journey.elements if e.kind is Kind.MICRO and e.element_id in ground.mapped]
    timeline = ground.timeline
    split = path_split(ground, micros)
    return Values(table, split.credited, timeline.buyers, timeline.mature, timeline.immature, timeline.window_s)


@dataclass(frozen=True)
class DriverDetail:
    """One driver looked at closely: the interval by resampling people, and matched within groups as well."""

    driver: Driver
    resampled: Interval
    by: str | None = None
    within: Pooled | None = None


def driver_detail(name: str, by: str | None) -> Callable[[Journey, Measures, Loaded, Progress], DriverDetail | None]:
    """Question behind a chosen driver; `by` also matches people by the value of a property that they began with."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> DriverDetail | None:
        from workbench.analysis.drivers import bootstrap_ratio, stratified
        from workbench.analysis.segment_study import first_codes

        ground = _ground(journey, loaded)
        row = next((r for r in ground.drivers.rows if r.name == name), None) if ground is not None else None
        if ground is None or row is None:
            return None
        taking = ground.taking(ElementId(name)) if row.is_mapped else ground.taking_of_event(name)
        if taking is None:
            return None
        progress.step(1, 3, label="Resampling people")
        resampled = bootstrap_ratio(ground.timeline, taking, seed=journey.seed)
        progress.step(2, 3)
        within = None
        if by is not None:
            within = stratified(ground.timeline, taking, first_codes(ground.store, by, 0.0)[ground.timeline.user])
        return DriverDetail(row, resampled, by, within)

    return answer
