"""The main job without a window: a journey, its data, and the report of both."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis.kept import measures_of
from workbench.analysis.measures import Measures
from workbench.errors import WorkbenchError
from workbench.export.report import Report, Source, ignored_events, report_of
from workbench.journey.edits import new_id
from workbench.journey.element import DatasetId
from workbench.journey.journey import Dataset, Journey, Scenario
from workbench.progress import Progress
from workbench.project.datasets import choices_of

if TYPE_CHECKING:
    from workbench.events.source import Choices


def measured_report(
    journey: Journey,
    folder: Path,
    data: Sequence[Path] = (),
    scenario: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Measure a journey and put its report together.

    Parameters
    ----------
    journey : Journey
    folder : Path
        Where the journey file is: its datasets are relative to it.
    data : paths
        Files to measure on instead of those the journey refers to.
    scenario : str, optional
        Name of a scenario whose levers are moved.

    Raises
    ------
    WorkbenchError
        If data is missing or cannot be read, or the scenario does not exist.
    """
    from workbench.analysis.measure import measure
    from workbench.analysis.query import Query

    loaded = _load(journey, folder, data, progress or Progress())
    stores = {i: source.store or source.counts for i, source in loaded.items()}
    measures: Measures = measures_of(journey) or Measures(query=None)
    if stores:
        ambient = frozenset(name for source in loaded.values() for name in ignored_events(source.imported))
        held = {i: data for i, data in stores.items() if data is not None}
        measures = measure(Query.of(_bound_to(journey, loaded)), held, progress, ambient)
    chosen = _scenario(journey, scenario)
    return report_of(journey, measures, chosen.levers, loaded.values(), chosen.assumptions)


def _scenario(journey: Journey, name: str | None) -> Scenario:
    if name is None:
        return Scenario("As-is")
    for scenario in journey.scenarios:
        if scenario.name == name:
            return scenario
    known = ", ".join(s.name for s in journey.scenarios) or "none"
    raise WorkbenchError(f"The journey has no scenario “{name}”.", f"Its scenarios are: {known}.")


def _bound_to(journey: Journey, loaded: dict[DatasetId, Source]) -> Journey:
    """The journey as if its datasets were the loaded ones, for data given on the command line."""
    known = {d.dataset_id for d in journey.datasets}
    if known >= set(loaded):
        return journey
    elements = tuple(replace(e, dataset_id=None) for e in journey.elements)
    return replace(journey, elements=elements, datasets=tuple(Dataset(i, ()) for i in loaded))


def _load(journey: Journey, folder: Path, data: Sequence[Path], progress: Progress) -> dict[DatasetId, Source]:
    if data:
        key = DatasetId(new_id(data[0].name.split(".")[0], ()))
        return {key: _source(tuple(data), None, progress)}
    loaded = {}
    for dataset in journey.datasets:
        paths = tuple(Path(os.path.normpath(folder / path)) for path in dataset.paths)
        missing = [path for path in paths if not path.exists()]
        if missing:
            raise WorkbenchError(f"The data {missing[0]} is not there.", "Give its new place with --data FILE.")
        loaded[dataset.dataset_id] = _source(paths, choices_of(dataset), progress)
    return loaded


def _source(paths: tuple[Path, ...], choices: Choices | None, progress: Progress) -> Source:
    from workbench.events.source import DataKind, Sources, import_events

    names = tuple(path.name for path in paths)
    with Sources(paths, choices, progress) as sources:
        if sources.kind is DataKind.AGGREGATES:
            return Source(names, counts=sources.step_counts())
    store, imported = import_events(paths, choices, progress)
    return Source(names, store, None, imported)
