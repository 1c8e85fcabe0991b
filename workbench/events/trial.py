"""A first look at files, and a trial import of their first rows, for a person to check before anything is stored."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import paths as places
from workbench.errors import WorkbenchError
from workbench.events.aggregates import StepCounts
from workbench.events.disk import disk_errors
from workbench.events.reading import Origin
from workbench.events.repairs import Dropped, Repair
from workbench.events.run import Run
from workbench.events.schema import Mapping
from workbench.events.source import Choices, DataKind, Preview, Recognition, Sources
from workbench.progress import Progress

if TYPE_CHECKING:
    from workbench.events.store import EventStore

TRIAL_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Look:
    """What files are: `counts` if they hold step counts, else the proposed `mapping`, empty where a person chooses.

    `sheets` are the visible sheets of a lone workbook.
    """

    recognition: Recognition
    preview: Preview
    mapping: Mapping
    counts: StepCounts | None = None
    sheets: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def is_events(self) -> bool:
        return self.counts is None


def look(paths: Sequence[Path], choices: Choices | None = None, progress: Progress | None = None) -> Look:
    """Recognise files and propose a mapping; nothing is stored.

    Raises
    ------
    WorkbenchError
        If a file cannot be opened.
    """
    with Sources(paths, choices, progress) as sources:
        counts = _counts(sources) if sources.kind is DataKind.AGGREGATES else None
        mapping = _proposal(sources) if counts is None else Mapping()
        recognition = sources.recognition
        sheets = _sheets(recognition.sources)
        return Look(recognition, sources.preview, mapping, counts, sheets, sources.skipped)


def _counts(sources: Sources) -> StepCounts | None:
    """Step counts; None for what holds neither counts nor events, which is offered as events to map by hand."""
    try:
        return sources.step_counts()
    except WorkbenchError:
        return None


def _proposal(sources: Sources) -> Mapping:
    if not sources.items:
        return Mapping()
    try:
        return sources.mapping
    except WorkbenchError:
        return Mapping()


def _sheets(origins: Sequence[Origin]) -> tuple[str, ...]:
    names = {origin.member.name for origin in origins}
    if len(names) != 1 or origins[0].sheet is None:
        return ()
    from workbench.events.sheets import open_book, visible_sheets

    return tuple(visible_sheets(open_book(origins[0].member)))


def recount(paths: Sequence[Path], choices: Choices | None, progress: Progress | None = None) -> StepCounts:
    """The step counts of files with other columns than proposed.

    Raises
    ------
    WorkbenchError
        If these columns hold no counts.
    """
    with Sources(paths, choices, progress) as sources:
        return sources.step_counts()


@dataclass(frozen=True, slots=True)
class Trial:
    """What the first rows become: read, kept, dropped and mended; `is_whole` if these were all rows."""

    rows: int
    kept: int
    users: int
    first_us: int | None
    last_us: int | None
    event_totals: dict[str, int]
    revenue: float | None
    dropped: tuple[Dropped, ...]
    repairs: tuple[Repair, ...]
    is_whole: bool


class _First:
    """The first batches, up to a number of rows."""

    def __init__(self, batches: Iterator[Any], most: int) -> None:
        self._batches, self._most = batches, most
        self.is_whole = False

    def __iter__(self) -> Iterator[Any]:
        rows = 0
        for batch in self._batches:
            yield batch
            rows += batch.num_rows
            if rows >= self._most:
                return
        self.is_whole = True


def trial(
    paths: Sequence[Path], choices: Choices | None = None, progress: Progress | None = None, most: int = TRIAL_ROWS
) -> Trial:
    """Import the first rows into a place that is cleared away, by the same road as the whole import.

    Raises
    ------
    WorkbenchError
        If the files cannot be read with these choices.
    """
    from workbench.events.ingest import ingest

    progress = progress or Progress()
    staging = places.cache() / "staging"
    staging.mkdir(parents=True, exist_ok=True)
    with (
        Sources(paths, choices, progress) as sources,
        disk_errors(),
        tempfile.TemporaryDirectory(prefix="breadcrumb-trial-", dir=staging) as folder,
    ):
        run = Run(sources, progress)
        with closing(run.batches()) as batches:
            first = _First(batches, most)
            store = ingest(first, Path(folder) / "store", progress=progress)
        return _told(run, store, sources, first.is_whole)


def _told(run: Run, store: EventStore, sources: Sources, is_whole: bool) -> Trial:
    counts = store.counts
    return Trial(
        rows=run.rows,
        kept=store.n_events,
        users=store.n_users,
        first_us=int(store.time_us.min()) if store.n_events else None,
        last_us=int(store.time_us.max()) if store.n_events else None,
        event_totals=dict(counts.event_totals) if counts is not None else {},
        revenue=sum(counts.value_totals.values()) if counts is not None and store.value_property else None,
        dropped=sources.ledger.dropped,
        repairs=sources.ledger.repairs,
        is_whole=is_whole,
    )
