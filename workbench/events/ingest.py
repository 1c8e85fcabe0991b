"""Batches of rows become a sorted store: streaming, in bounded memory, whole or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import WorkbenchError
from workbench.events.counts import IngestCounts
from workbench.events.intake import Intake
from workbench.events.postings import KeyLayout
from workbench.events.sorting import first_unsorted, sort_part
from workbench.events.spill import Part, Spill
from workbench.events.store import Column, EventStore, Scalar
from workbench.events.store_files import StoreWriter, narrowest, open_store
from workbench.progress import Progress

ROWS_IN_MEMORY = 2_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """What a store should remember of its source."""

    fingerprint: str = ""
    ends_us: int | None = None


@dataclass(frozen=True, slots=True)
class _Repeats:
    """Input places of rows whose event id stood on an earlier row, and their number by event."""

    ordinals: NDArray[np.uint32]
    by_event: NDArray[np.int64]


def ingest(
    batches: Iterable[Any],
    folder: Path | str,
    *,
    progress: Progress | None = None,
    source: Source = Source(),
    rows_in_memory: int = ROWS_IN_MEMORY,
) -> EventStore:
    """Sort batches of rows into a store on disk.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        Columns `user` (text), `time_us` (int64, UTC), `event` (text), optionally `line` (int64), `order` (int64, the
        order inside an instant), `session`, `event_id`, `value` (float64); every other column is a property of
        text, whole numbers, floats or booleans. Rows must come in input order.
    folder : path
        Where the store will stand; a store already there is replaced once the new one is whole.
    progress : Progress, optional
        Told the rows read; `cancel` stops the work and leaves nothing.
    source : Source
        Fingerprint of the source, and the end of the time it covers if that is known.
    rows_in_memory : int
        Beyond so many rows the input waits on disk.

    Raises
    ------
    WorkbenchError
        If a column that is needed is missing, or there are too many rows or event names.
    CancelledError
        If progress was cancelled.
    """
    target = Path(folder)
    progress = progress or Progress()
    unfinished = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
    unfinished.mkdir(parents=True)
    try:
        _write(batches, unfinished, progress, source, rows_in_memory)
        _put_in_place(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return open_store(target)


def _write(batches: Iterable[Any], folder: Path, progress: Progress, source: Source, rows_in_memory: int) -> None:
    intake = Intake()
    spill = Spill(folder / "runs", rows_in_memory)
    for batch in batches:
        spill.add(intake.take(batch))
        progress.step(progress.done, progress.total, intake.rows, "Reading")
    kept_by_event, repeats = _kept_by_event(spill, intake, progress)
    counts = intake.counts(len(repeats.ordinals), [int(o) + 1 for o in np.sort(repeats.ordinals)[:20]])
    writer = _writer(folder, intake, kept_by_event)
    try:
        for done, part in enumerate(spill.parts()):
            progress.step(done, spill.n_parts, intake.rows, "Sorting")
            _append(writer, part, repeats.ordinals)
        writer.finish(_meta(intake, counts, source), {name: _values(known) for name, known in intake.values.items()})
    finally:
        writer.close()
    shutil.rmtree(folder / "runs", ignore_errors=True)
    _verify(folder, counts)


def _kept_by_event(spill: Spill, intake: Intake, progress: Progress) -> tuple[NDArray[np.int64], _Repeats]:
    n = len(intake.names)
    repeats = (
        _repeated(spill, n, progress)
        if spill.has_event_ids
        else _Repeats(np.zeros(0, np.uint32), np.zeros(n, np.int64))
    )
    return spill.events(n) - repeats.by_event, repeats


def _repeated(spill: Spill, n_names: int, progress: Progress) -> _Repeats:
    ordinals: list[NDArray[np.uint32]] = []
    by_event = np.zeros(n_names, np.int64)
    for first, second, ordinal, event in spill.event_ids():
        progress.step(progress.done, progress.total, progress.rows, "Comparing event ids")
        order = np.lexsort((ordinal, second, first))
        again = order[1:][(first[order][1:] == first[order][:-1]) & (second[order][1:] == second[order][:-1])]
        ordinals.append(ordinal[again])
        by_event += np.bincount(event[again], minlength=n_names)
    return _Repeats(np.sort(np.concatenate(ordinals)), by_event)


def _writer(folder: Path, intake: Intake, kept_by_event: NDArray[np.int64]) -> StoreWriter:
    dtypes = {name: narrowest(len(known)) for name, known in intake.values.items()}
    layout = KeyLayout.spanning(intake.first_us, intake.last_us) if intake.kept else KeyLayout()
    return StoreWriter(folder, kept_by_event, layout, narrowest(max(0, len(intake.names) - 1)), dtypes)


def _values(known: dict[tuple[type, Any], int]) -> list[Scalar]:
    return [value for _, value in known]


def _without(part: Part, ordinals: NDArray[np.uint32]) -> Part:
    if not len(ordinals):
        return part
    held = part.columns["ordinal"]
    keep = ordinals[np.minimum(np.searchsorted(ordinals, held), len(ordinals) - 1)] != held
    return Part({name: column[keep] for name, column in part.columns.items()}, part.users)


def _append(writer: StoreWriter, part: Part, repeated: NDArray[np.uint32]) -> None:
    part = _without(part, repeated)
    placed = sort_part(part)
    columns = {name: column[placed.rows] for name, column in part.columns.items()}
    begins = placed.offset[:-1]
    writer.append(columns, placed.offset, part.texts_of(columns["first"][begins], columns["second"][begins]))


def _meta(intake: Intake, counts: IngestCounts, source: Source) -> dict[str, Any]:
    return {
        "event_names": list(intake.names),
        "session_property": "session" if intake.has_session else None,
        "value_property": "value" if intake.has_value else None,
        "fingerprint": source.fingerprint,
        "ends_us": source.ends_us,
        "counts": counts.as_json(),
    }


def _verify(folder: Path, counts: IngestCounts) -> None:
    """Read back what was written: a parser that delivers out of order must not go unnoticed."""

    def times(start: int, end: int) -> NDArray[np.int64]:
        return np.fromfile(folder / "time.bin", "<i8", end - start, offset=start * 8)

    n = (folder / "time.bin").stat().st_size // 8
    wrong = first_unsorted(np.fromfile(folder / "user_offset.bin", "<i8"), times, n)
    if wrong is not None or n != counts.kept:
        raise WorkbenchError(
            f"The sorted data are not in order (row {wrong}, {n} of {counts.kept} rows).",
            "Import again; if it happens twice, please report it with the file's format.",
        )


def _put_in_place(unfinished: Path, target: Path) -> None:
    old = target.with_name(f"{target.name}.{uuid.uuid4().hex}.old")
    if target.exists():
        target.replace(old)
    os.replace(unfinished, target)  # noqa: PTH105 - one word for the one step that makes the store visible
    shutil.rmtree(old, ignore_errors=True)


def sort_rows(rows: Iterable[tuple[Any, ...]], us_per_unit: int) -> EventStore:
    """Sort rows in memory into a store; see `EventStore.from_rows`."""
    given = list(rows)
    intake = Intake()
    coded = intake.take(_batch(given, us_per_unit))
    bags = [given[i][3] if len(given[i]) > 3 and given[i][3] else {} for i in coded.ordinal]
    codes = {name: intake.codes_of(name, [bag.get(name) for bag in bags]) for name in dict.fromkeys(chain(*bags))}
    spill = Spill(Path(), limit=len(given) + 1, most_bytes=1 << 62)
    spill.add(replace(coded, codes=codes))
    part = next(spill.parts())
    placed = sort_part(part)
    columns = {name: column[placed.rows] for name, column in part.columns.items()}
    begins = placed.offset[:-1]
    properties = {
        name: Column(columns[f"p:{name}"].astype(narrowest(len(known))), _values(known))
        for name, known in intake.values.items()
    }
    return EventStore(
        tuple(intake.names),
        placed.offset,
        columns["time"],
        columns["event"].astype(narrowest(max(0, len(intake.names) - 1))),
        properties,
        list(part.texts_of(columns["first"][begins], columns["second"][begins])),
        columns["ordinal"],
        counts=intake.counts(0, []),
        value_property="value" if "value" in properties else None,
        session_property="session" if "session" in properties else None,
    )


def _batch(rows: list[tuple[Any, ...]], us_per_unit: int) -> Any:
    import pyarrow as pa

    columns = {
        "user": pa.array([None if row[0] is None else str(row[0]) for row in rows], pa.string()),
        "time_us": pa.array([None if row[1] is None else round(row[1] * us_per_unit) for row in rows], pa.int64()),
        "event": pa.array([row[2] for row in rows], pa.string()),
    }
    return pa.RecordBatch.from_pydict(columns)
