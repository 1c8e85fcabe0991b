"""The road from dropped files to data: recognise, map, import; used by the command line and the window alike."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import paths as places
from workbench.errors import WorkbenchError
from workbench.events import aggregates, counting, report_tables, tables
from workbench.events.aggregates import CountKind, StepCounts
from workbench.events.api_answers import report_name, tables_in
from workbench.events.archives import Member, Staging, members, natural_key
from workbench.events.disk import disk_errors, sweep
from workbench.events.fingerprint import fingerprint
from workbench.events.formats import plausible
from workbench.events.formats.format import Shaped
from workbench.events.formats.registry import GENERIC
from workbench.events.formats.sets import Combined, combined, recognised
from workbench.events.nested import as_text
from workbench.events.opening import open_reading
from workbench.events.privacy import NO_PRIVACY, Privacy
from workbench.events.reading import Origin, Reading
from workbench.events.repairs import Ledger
from workbench.events.report import ImportReport
from workbench.events.run import Run
from workbench.events.schema import NEEDED, Mapping, override
from workbench.events.stitching import stitched
from workbench.progress import Progress

if TYPE_CHECKING:
    from workbench.events.store import EventStore

Events = tuple["EventStore", ImportReport]
PREVIEW_ROWS = 50
_VERSION = 2


class DataKind(StrEnum):
    """What a dataset holds."""

    EVENTS = "events"
    AGGREGATES = "aggregates"


@dataclass(frozen=True, slots=True)
class Recognition:
    """What dropped files are, told by their content."""

    kind: DataKind
    format: str
    title: str
    columns: tuple[str, ...]
    sources: tuple[Origin, ...]
    technical: tuple[str, ...] = ()

    @property
    def main(self) -> Origin:
        return self.sources[0]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows as text, for a person to check the mapping."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose: columns by role, zone, sheet, privacy, and the order of day and month.

    `epoch_is_local` shifts epoch numbers that carry the zone's offset; `stitch` counts a visitor before the log-in and
    the person after it as one, where the export says which is which; `count_kind` says whether step
    counts may be added.
    """

    columns: tuple[tuple[str, str], ...] = ()
    zone: str = "UTC"
    sheet: str | None = None
    day_first: bool | None = None
    mapping: Mapping | None = None
    epoch_is_local: bool = False
    stitch: bool = False
    count_kind: CountKind | None = None
    privacy: Privacy = NO_PRIVACY


class Sources:
    """Opened files; a context, because unpacked copies live as long as it."""

    def __init__(
        self, paths: Sequence[Path | str], choices: Choices | None = None, progress: Progress | None = None
    ) -> None:
        self._paths = [Path(path) for path in paths]
        self._choices = choices or Choices()
        self._progress = progress or Progress()
        self._staging = Staging(places.cache() / "staging", progress=self._progress)
        self.ledger = Ledger()
        self._skipped: list[str] = []

    def __enter__(self) -> Sources:
        sweep(places.cache() / "staging", "breadcrumb-*")
        sweep(places.cache() / "stores", "*.part")
        self._staging.__enter__()
        return self

    def __exit__(self, *given: object) -> None:
        self._staging.__exit__(*given)

    @cached_property
    def _readings(self) -> list[Reading]:
        if not self._paths:
            raise WorkbenchError("No file was given.", "Name one file or several, a folder or an archive.")
        with disk_errors():
            found = [one for path in self._paths for one in self._open(path)]
        found.sort(key=lambda reading: natural_key(reading.origin.member.name))
        if not found:
            raise WorkbenchError(
                f"There is no file in {self._paths[0].name} that is known.", "Give an export of events or counts."
            )
        return found

    @cached_property
    def _combined(self) -> Combined:
        return combined(self._readings)

    @cached_property
    def identity(self) -> dict[str, str]:
        """Ids that were merged into others: by a file given along, and by the data themselves if that was asked for."""
        return self._combined.identity | (stitched(self.items) if self._choices.stitch else {})

    def _open(self, path: Path) -> Iterator[Reading]:
        several = list(members(path, self._staging, self.ledger))
        for member in several:
            reading = self._try_open(member, len(several) > 1)
            if reading is not None:
                yield reading

    def _try_open(self, member: Member, is_one_of_many: bool) -> Reading | None:
        """Open a member; in a folder or archive an unknown file is passed over and booked."""
        self.ledger.source = member.name
        try:
            return open_reading(member, self._staging, self.ledger, self._choices.sheet)
        except WorkbenchError as error:
            if not is_one_of_many:
                raise
            self._skipped.append(f"{member.name}: {error.message}")
            return None

    @cached_property
    def items(self) -> list[Shaped]:
        """Sources that hold events, each with its format; empty if these are aggregates."""
        found = []
        for reading, form in map(recognised, self._combined.readings):
            chosen = GENERIC if form is None and self._is_mapped(reading) else form
            if chosen is not None:
                found.append(Shaped(reading, chosen))
        claimed = {item.origin.member.name for item in found}
        others = [reading.origin.member.name for reading in self._combined.readings]
        self._skipped += [f"{name}: it holds no events." for name in others if found and name not in claimed]
        return found

    def _is_mapped(self, reading: Reading) -> bool:
        """Whether a person named the columns, so that the file holds events whatever it looks like."""
        chosen = {role for role, name in self._choices.columns if name}
        return chosen.issuperset(NEEDED) or (self._choices.mapping is not None and self._choices.mapping.is_complete)

    @property
    def kind(self) -> DataKind:
        return DataKind.EVENTS if self.items else DataKind.AGGREGATES

    @cached_property
    def recognition(self) -> Recognition:
        if self.kind is DataKind.AGGREGATES:
            return self._aggregate_recognition()
        first = self.items[0]
        name = first.format.name if first.format is not GENERIC else first.origin.container
        columns = tuple(dict.fromkeys(name for item in self.items[:20] for name in item.sample.schema.names))
        technical = tuple(dict.fromkeys(event for item in self.items for event in item.format.technical))
        return Recognition(self.kind, name, first.format.title, columns, tuple(i.origin for i in self.items), technical)

    def _aggregate_recognition(self) -> Recognition:
        found = [table for _, table in self.tables]
        columns = tuple(dict.fromkeys(name for table in found for name in table.columns))
        return Recognition(
            self.kind,
            report_name(found, self._readings),
            "Step counts",
            columns,
            tuple(r.origin for r in self._readings),
        )

    def mapping_of(self, item: Shaped) -> Mapping:
        """The mapping of one source: as chosen, else as its format proposes, with single columns overruled."""
        names = item.sample.schema.names
        if self._choices.mapping is not None:
            return self._choices.mapping.only_of(names) if len(self.items) > 1 else self._choices.mapping
        proposed = item.format.mapping(item.sample, self._choices.zone)
        day_first, epoch_is_local = self._choices.day_first, self._choices.epoch_is_local
        proposed = replace(proposed, day_first=day_first, epoch_is_local=epoch_is_local)
        chosen = override(proposed, dict(self._choices.columns), names)
        if not chosen.is_complete:
            lacking = [role for role in NEEDED if getattr(chosen, role) is None]
            raise WorkbenchError(
                f"{item.origin.member.name}: no column for {', '.join(lacking)} was found.",
                f"Name them with --map user=COLUMN,time=COLUMN,event=COLUMN. The columns are: {', '.join(names[:40])}.",
            )
        return chosen

    @property
    def mapping(self) -> Mapping:
        """The mapping of the first source."""
        return self.mapping_of(self.items[0])

    @property
    def preview(self) -> Preview:
        sample = (self.items[0].sample if self.items else self._readings[0].sample).slice(0, PREVIEW_ROWS)
        columns = [[as_text(value) or "" for value in column.to_pylist()] for column in sample.columns]
        return Preview(tuple(sample.schema.names), tuple(zip(*columns, strict=True)))

    @cached_property
    def tables(self) -> list[tuple[Reading, tables.Table]]:
        """Tables of a report, each with the file it stands in."""
        found = []
        for reading in self._readings:
            self.ledger.source = reading.origin.member.name
            found += [(reading, table) for table in tables_in(reading, self.ledger)]
        return found

    def step_counts(self) -> StepCounts:
        """The step counts of a report.

        Raises
        ------
        WorkbenchError
            If there is no table with steps and counts.
        """
        chosen = {role: name for role, name in self._choices.columns if name and role in ("event", "time", "value")}
        found = [table for _, table in self.tables]
        own = plausible.counts_of(found, self.ledger) if not chosen else None
        parts = report_tables.counted(self.tables, self.ledger, chosen) if own is None else [own]
        if not parts:
            raise counting.unrecognised(self._readings[0].origin.member.name, found)
        counts = aggregates.merged(parts)
        return counts if self._choices.count_kind is None else replace(counts, kind=self._choices.count_kind)

    def import_events(self, folder: Path) -> tuple[EventStore, ImportReport]:
        """Read all events into a store in the folder; the store is there whole or not at all."""
        from workbench.events.ingest import Source, ingest

        run = Run(self, self._progress)
        with disk_errors():
            folder.parent.mkdir(parents=True, exist_ok=True)
            store = ingest(run.batches(), folder, progress=self._progress, source=Source(folder.name))
            report = run.report(store)
            report.save(folder)
        return store, report

    @property
    def skipped(self) -> tuple[str, ...]:
        """Files of a folder or archive that were passed over, each with the reason."""
        return tuple(self._skipped)

    @property
    def privacy(self) -> Privacy:
        return self._choices.privacy


def store_folder(paths: Sequence[Path], choices: Choices) -> Path:
    """Where the store of these files and choices is kept."""
    prints = [fingerprint(path) for path in sorted(paths, key=lambda p: natural_key(p.name))]
    key = json.dumps([_VERSION, prints, asdict(choices)], sort_keys=True, default=str)
    return places.cache() / "stores" / hashlib.sha256(key.encode()).hexdigest()[:32]


def reopened(folder: Path) -> Events | None:
    """The store and report of an earlier import; None if there are none or another version wrote them.

    What another version wrote is cleared away, so that the same files can be imported anew.
    """
    from workbench.events.store import EventStore

    known = ImportReport.load(folder) if folder.is_dir() else None
    if known is None:
        return None
    try:
        store = EventStore.open(folder)
    except WorkbenchError:
        shutil.rmtree(folder)
        return None
    os.utime(folder)
    return store, known


def read_dataset(
    paths: Sequence[Path | str],
    choices: Choices | None = None,
    progress: Progress | None = None,
    folder: Path | None = None,
) -> Events | StepCounts:
    """Import events, or reopen what an earlier import of the same files left; step counts are read each time.

    Parameters
    ----------
    paths
        Files, folders or archives; several files make one dataset.
    choices
        What a person chose; None takes what is proposed.
    progress
        Told the bytes and rows read; `cancel` leaves nothing.
    folder
        Where the store goes; by default a folder of the cache that depends on the files and the choices.

    Raises
    ------
    WorkbenchError
        If the files cannot be read.
    CancelledError
        If progress was cancelled.
    """
    chosen, files = choices or Choices(), [Path(path) for path in paths]
    target = folder or store_folder(files, chosen)
    known = reopened(target)
    if known is not None:
        return known
    with Sources(files, chosen, progress) as sources:
        return sources.step_counts() if sources.kind is DataKind.AGGREGATES else sources.import_events(target)


def import_events(
    paths: Sequence[Path | str],
    choices: Choices | None = None,
    progress: Progress | None = None,
    folder: Path | None = None,
) -> Events:
    """Import files of events; see `read_dataset`.

    Raises
    ------
    WorkbenchError
        If the files hold no events.
    CancelledError
        If progress was cancelled.
    """
    found = read_dataset(paths, choices, progress, folder)
    if isinstance(found, StepCounts):
        raise WorkbenchError(
            f"{Path(paths[0]).name} holds step counts, not events.", "Bind them to the steps as counts."
        )
    return found


def import_counts(paths: Sequence[Path | str], choices: Choices | None = None) -> StepCounts:
    """Read step counts that were added up elsewhere.

    Raises
    ------
    WorkbenchError
        If the files hold no table of steps and counts.
    """
    with Sources(paths, choices) as sources:
        return sources.step_counts()


def recognise(paths: Sequence[Path | str], choices: Choices | None = None) -> Recognition:
    """Tell what files are, by their content."""
    with Sources(paths, choices) as sources:
        return sources.recognition
