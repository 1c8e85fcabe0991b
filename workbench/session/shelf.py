"""The loaded data: stores and step counts by dataset, imported on the io lane, found again when a journey opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from workbench.errors import WorkbenchError
from workbench.journey import edits
from workbench.journey.change import Change
from workbench.journey.element import DatasetId, ElementId
from workbench.journey.journey import Dataset, Journey
from workbench.journey.matching import rebound
from workbench.progress import Progress
from workbench.project.datasets import choices_of, kept_choices
from workbench.session.background import Lane
from workbench.session.session import Session

if TYPE_CHECKING:
    from workbench.events.aggregates import StepCounts
    from workbench.events.report import ImportReport
    from workbench.events.source import Choices
    from workbench.events.store import EventStore


@dataclass(frozen=True, slots=True)
class Wanted:
    """An import that was asked for: files, what a person chose instead of the guess, and elements by event name."""

    paths: tuple[Path, ...]
    dataset_id: DatasetId
    choices: Choices | None = None
    joins_journey: bool = True
    document: int = 0
    stands_for: tuple[tuple[str, ElementId | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A dataset in use: exactly one of `store` (events) and `counts` (step counts), with its import report."""

    dataset_id: DatasetId
    paths: tuple[Path, ...]
    store: EventStore | None = None
    counts: StepCounts | None = None
    report: ImportReport | None = None
    fingerprint: str = ""


class Shelf(QObject):
    """Datasets by id. A failed or cancelled import leaves everything as it was."""

    changed = Signal()
    import_failed = Signal(object)
    import_finished = Signal(object)
    missing_found = Signal(object)
    busy_changed = Signal(bool)
    progressed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._loaded: dict[DatasetId, Loaded] = {}
        self._queue: list[Wanted] = []
        self._wanted: Wanted | None = None
        self._document = 0
        self._missed: frozenset[DatasetId] = frozenset()
        session.journey_changed.connect(self._on_journey_changed)
        self.lane = Lane("io", self)
        self.lane.answered.connect(self._on_answered)
        self.lane.failed.connect(self._on_failed)
        self.lane.busy_changed.connect(self.busy_changed)
        self.lane.progressed.connect(self.progressed)

    @property
    def loaded(self) -> Mapping[DatasetId, Loaded]:
        return self._loaded

    @property
    def first(self) -> Loaded | None:
        """The dataset that elements use unless they are bound to another one."""
        for dataset in self._session.journey.datasets:
            if dataset.dataset_id in self._loaded:
                return self._loaded[dataset.dataset_id]
        return None

    def load(
        self,
        paths: tuple[Path, ...],
        choices: Choices | None = None,
        replaces: DatasetId | None = None,
        stands_for: Mapping[str, ElementId | None] | None = None,
    ) -> None:
        """Import files as a new dataset, or in the place of another one; event names go to elements with it."""
        taken = {d.dataset_id for d in self._session.journey.datasets} | {w.dataset_id for w in self._queue}
        if self._wanted is not None:
            taken.add(self._wanted.dataset_id)
        dataset_id = replaces or DatasetId(edits.new_id(paths[0].name.split(".")[0], taken))
        files, given = tuple(path.resolve() for path in paths), tuple((stands_for or {}).items())
        self._enqueue(Wanted(files, dataset_id, choices, document=self._document, stands_for=given))

    def forget(self) -> None:
        """Drop all loaded data, for another document; what is still being read is not for it."""
        self._document += 1
        self._queue.clear()
        self._missed = frozenset()
        self.lane.cancel()
        if self._loaded:
            self._loaded = {}
            self.changed.emit()

    def follow(self) -> None:
        """Load what the journey refers to, drop what it does not; what is missing is told once, for relinking."""
        wanted = {d.dataset_id: d for d in self._session.journey.datasets}
        kept = {i: item for i, item in self._loaded.items() if i in wanted and item.paths == _paths_of(wanted[i])}
        if len(kept) != len(self._loaded):
            self._loaded = kept
            self.changed.emit()
        waiting = {w.dataset_id for w in self._queue} | ({self._wanted.dataset_id} if self._wanted else set())
        missing = []
        for dataset in wanted.values():
            paths = _paths_of(dataset)
            if dataset.dataset_id in kept or dataset.dataset_id in waiting:
                continue
            if all(path.exists() for path in paths):
                self._enqueue(Wanted(paths, dataset.dataset_id, choices_of(dataset), False, self._document))
            elif dataset.dataset_id not in self._missed:
                missing.append(dataset)
        if missing:
            self._missed |= {d.dataset_id for d in missing}
            self.missing_found.emit(tuple(missing))

    def cancel(self) -> None:
        self._queue.clear()
        self.lane.cancel()

    def _enqueue(self, wanted: Wanted) -> None:
        self._queue.append(wanted)
        if not self.lane.is_busy:
            self._next()

    def _next(self) -> None:
        self._wanted = self._queue.pop(0) if self._queue else None
        if self._wanted is not None:
            self.lane.request(self._wanted, partial(_import, self._wanted))

    def _on_answered(self, wanted: Wanted, loaded: Loaded) -> None:
        if wanted.document == self._document:
            self._loaded = {**self._loaded, wanted.dataset_id: loaded}
            if wanted.joins_journey:
                self._session.apply("Load data", _joined, self._reference(wanted, loaded), _given(wanted, loaded))
            self.changed.emit()
            self.import_finished.emit(loaded)
        self._next()

    def _reference(self, wanted: Wanted, loaded: Loaded) -> Dataset:
        return Dataset(
            wanted.dataset_id,
            tuple(path.as_posix() for path in wanted.paths),
            loaded.fingerprint,
            kept_choices(wanted.choices),
            wanted.choices.zone if wanted.choices else "",
            summary_pairs(loaded),
        )

    def _on_journey_changed(self, change: Change) -> None:
        if "datasets" in change.fields:
            self.follow()

    def _on_failed(self, wanted: Wanted, error: Exception) -> None:
        self.import_failed.emit(error)
        self._next()


def _given(wanted: Wanted, loaded: Loaded) -> dict[str, ElementId | None]:
    """Elements by event name, without names that are not there: the columns may have been chosen anew after them."""
    names = loaded.store.event_names if loaded.store is not None else ()
    held = {*names, *(loaded.counts.steps if loaded.counts is not None else ())}
    return {name: element_id for name, element_id in wanted.stands_for if name in held}


def _joined(journey: Journey, dataset: Dataset, chosen: Mapping[str, ElementId | None]) -> Journey:
    """The journey with the dataset and, in the same step, with the events that were given to its elements."""
    matched = rebound(journey, chosen, chosen) if chosen else journey
    return edits.bind_dataset(matched, dataset, dataset.dataset_id)


def _paths_of(dataset: Dataset) -> tuple[Path, ...]:
    return tuple(Path(path) for path in dataset.paths)


def summary_pairs(loaded: Loaded) -> tuple[tuple[str, Any], ...]:
    """What the journey file keeps of an import report."""
    report = loaded.report
    if report is None:
        return (("steps", len(loaded.counts.steps) if loaded.counts is not None else 0),)
    return (
        ("format", report.format),
        ("rows", report.rows),
        ("events", report.kept),
        ("people", report.users),
        ("dropped", sum(item.count for item in report.dropped)),
        ("repairs", sum(item.count for item in report.repairs)),
    )


def _import(wanted: Wanted, progress: Progress) -> Loaded:
    from workbench.events.fingerprint import fingerprint
    from workbench.events.reopening import reopened
    from workbench.events.source import Choices, DataKind, Sources, store_folder

    for path in wanted.paths:
        if not path.exists():
            raise WorkbenchError(f"{path} does not exist.", "Check the path, or choose the file again.")
    choices = wanted.choices or Choices()
    mark = "+".join(fingerprint(path) for path in wanted.paths)
    folder = store_folder(list(wanted.paths), choices)
    known = reopened(folder)
    if known is not None:
        return Loaded(wanted.dataset_id, wanted.paths, known[0], None, known[1], mark)
    with Sources(wanted.paths, choices, progress) as sources:
        if sources.kind is DataKind.AGGREGATES:
            return Loaded(wanted.dataset_id, wanted.paths, None, sources.step_counts(), None, mark)
        folder.parent.mkdir(parents=True, exist_ok=True)
        store, report = sources.import_events(folder)
    return Loaded(wanted.dataset_id, wanted.paths, store, None, report, mark)
