"""Rows wait in memory, and beyond a limit in runs on disk that are split by the first bits of the user's hash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import WorkbenchError
from workbench.events.hashing import Hashes
from workbench.events.intake import CodedRows
from workbench.events.text_list import TextList, gathered

PARTITION_BITS = 6
_PARTITIONS = 1 << PARTITION_BITS
_IDS_AT_ONCE = 16_000_000
_BUFFER = 1 << 20
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """All rows of some users, in input order, with the users' hashes and texts (which may repeat)."""

    columns: Columns
    users: tuple[Hashes, Hashes, TextList]

    def texts_of(self, first: Hashes, second: Hashes) -> TextList:
        """The texts of some users, by their hashes.

        Raises
        ------
        WorkbenchError
            If two texts of different length have both hashes in common (128 bits: by chance once in 10^38 pairs).
        """
        known_first, known_second, texts = self.users
        if np.any((known_first[1:] == known_first[:-1]) & (known_second[1:] == known_second[:-1])):
            raise WorkbenchError("Two different user ids cannot be told apart.", "Please report this with the file.")
        place = np.searchsorted(known_first, first)
        while len(wrong := np.flatnonzero(known_second[place] != second)):
            place[wrong] += 1
        return texts if len(place) == len(texts) else gathered(texts, place)


@dataclass(slots=True)
class _Run:
    """One file of rows on disk: partition by partition, and in each of them column by column, wide ones first."""

    folder: Path
    dtypes: dict[str, np.dtype[Any]]
    offset: NDArray[np.int64]
    user_offset: NDArray[np.int64]
    events: NDArray[np.int64]

    def columns(self, partition: int) -> Columns:
        """All columns of a partition, by one look into the file."""
        start, end = int(self.offset[partition]), int(self.offset[partition + 1])
        width = sum(dtype.itemsize for dtype in self.dtypes.values())
        block = _piece(self.folder / "rows.bin", np.uint8, start * width, end * width)
        found, at = {}, 0
        for name, dtype in self.dtypes.items():
            found[name] = block[at : at + (end - start) * dtype.itemsize].view(dtype)
            at += (end - start) * dtype.itemsize
        return found


@dataclass(slots=True)
class Spill:
    """Collects coded rows; `parts` gives them back, partition by partition in the order of the users' hashes."""

    folder: Path
    limit: int = 2_000_000
    most_bytes: int = 96 << 20
    waiting: list[CodedRows] = field(default_factory=list)
    n_waiting: int = 0
    bytes_waiting: int = 0
    runs: list[_Run] = field(default_factory=list)

    def add(self, rows: CodedRows) -> None:
        self.waiting.append(rows)
        self.n_waiting += len(rows)
        self.bytes_waiting += rows.nbytes
        if self.n_waiting >= self.limit or self.bytes_waiting >= self.most_bytes:
            self._write_run()

    def parts(self) -> Iterator[Part]:
        """Each user's rows are in one part only."""
        if not self.runs:
            yield _joined(self.waiting)
            return
        if self.waiting:
            self._write_run()
        names = sorted({name for run in self.runs for name in run.dtypes})
        for partition in range(_PARTITIONS):
            yield self._read(partition, names)

    def event_ids(self) -> Iterator[tuple[Hashes, Hashes, NDArray[np.uint32], NDArray[np.uint16]]]:
        """(id hashes, ordinals, events) of all rows, split so that equal ids come together."""
        if not self.runs:
            columns = _joined(self.waiting).columns
            yield columns["id_first"], columns["id_second"], columns["ordinal"], columns["event"]
            return
        if self.waiting:
            self._write_run()
        shares = -(-sum(int(run.offset[-1]) for run in self.runs) // _IDS_AT_ONCE)
        for share in range(shares):
            found = [_ids_in(run, share, shares) for run in self.runs]
            first, second, ordinal, event = (np.concatenate(column) for column in zip(*found, strict=True))
            yield first, second, ordinal, event

    def events(self, n_names: int) -> NDArray[np.int64]:
        """Rows by event, over all that was added."""
        counts = np.zeros(n_names, np.int64)
        for rows in self.waiting:
            counts += np.bincount(rows.event, minlength=n_names)
        for run in self.runs:
            counts[: len(run.events)] += run.events
        return counts

    @property
    def has_event_ids(self) -> bool:
        waiting = any(rows.event_id is not None for rows in self.waiting)
        return waiting or any("id_first" in run.dtypes for run in self.runs)

    @property
    def n_parts(self) -> int:
        return _PARTITIONS if self.runs else 1

    def _write_run(self) -> None:
        part = _joined(self.waiting)
        self.waiting, self.n_waiting, self.bytes_waiting = [], 0, 0
        folder = self.folder / f"run{len(self.runs)}"
        folder.mkdir(parents=True)
        partition = _partition(part.columns["first"])
        bounds = _bounds(partition)
        columns = _write_rows(folder, part.columns, np.argsort(partition, kind="stable"), bounds)
        dtypes = {name: column.dtype for name, column in columns.items()}
        users = _write_users(folder, part.users, _partition(part.users[0]))
        self.runs.append(_Run(folder, dtypes, bounds, users, np.bincount(part.columns["event"])))

    def _read(self, partition: int, names: list[str]) -> Part:
        held = [run.columns(partition) for run in self.runs]
        columns = {name: np.concatenate([_held(some, name) for some in held]) for name in names}
        return Part(columns, _merged([_users_in(run, partition) for run in self.runs]))


def _joined(rows: list[CodedRows]) -> Part:
    names = list(dict.fromkeys(name for some in rows for name in some.codes))
    columns: Columns = {
        "first": _concatenated([some.user[0] for some in rows], np.uint64),
        "second": _concatenated([some.user[1] for some in rows], np.uint64),
        "time": _concatenated([some.time_us for some in rows], np.int64),
        "event": _concatenated([some.event for some in rows], np.uint16),
        "ordinal": _concatenated([some.ordinal for some in rows], np.uint32),
    }
    if any(some.order is not None for some in rows):
        columns["order"] = np.concatenate([np.zeros(len(s), np.int64) if s.order is None else s.order for s in rows])
    if any(some.event_id is not None for some in rows):
        columns["id_first"] = np.concatenate([_ids(some)[0] for some in rows])
        columns["id_second"] = np.concatenate([_ids(some)[1] for some in rows])
    for name in names:
        absent = np.zeros(0, np.uint32)
        columns[f"p:{name}"] = np.concatenate(
            [some.codes.get(name, absent) if name in some.codes else np.zeros(len(some), np.uint32) for some in rows]
        )
    return Part(columns, _merged([some.users for some in rows]))


def _concatenated(parts: list[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype)


def _ids(rows: CodedRows) -> tuple[Hashes, Hashes]:
    if rows.event_id is not None:
        return rows.event_id
    return rows.ordinal.astype(np.uint64), np.zeros(len(rows), np.uint64)


def _partition(first: Hashes) -> NDArray[np.uint8]:
    return (first >> np.uint64(64 - PARTITION_BITS)).astype(np.uint8)


def _bounds(partition: NDArray[np.uint8]) -> NDArray[np.int64]:
    bounds = np.zeros(_PARTITIONS + 1, np.int64)
    np.cumsum(np.bincount(partition, minlength=_PARTITIONS), out=bounds[1:])
    return bounds


def _merged(tables: list[tuple[Hashes, Hashes, TextList]]) -> tuple[Hashes, Hashes, TextList]:
    """One table of users by hash; of the entries with equal hashes and equal lengths one stays."""
    first = _concatenated([table[0] for table in tables], np.uint64)
    second = _concatenated([table[1] for table in tables], np.uint64)
    content = _concatenated([table[2].content for table in tables], np.uint8)
    length = _concatenated([np.diff(table[2].offset) for table in tables], np.int64)
    offset = np.zeros(len(length) + 1, np.int64)
    np.cumsum(length, out=offset[1:])
    order = _order(first, second)
    differs = np.ones(len(order), np.bool_)
    for column in (first[order], second[order], length[order]):
        differs[1:] &= column[1:] == column[:-1]
    differs[1:] = ~differs[1:]
    keep = order[differs]
    return first[keep], second[keep], gathered(TextList(content, offset), keep)


def _order(first: Hashes, second: Hashes) -> NDArray[np.int64]:
    """Order by both hashes; the second matters only where two users share the first."""
    order = np.argsort(first)
    pairs = first[order][1:] == first[order][:-1]
    if np.any(pairs & (second[order][1:] != second[order][:-1])):
        return np.lexsort((second, first))
    return order


def _write_rows(folder: Path, columns: Columns, order: NDArray[np.int64], bounds: NDArray[np.int64]) -> Columns:
    """Write the columns of each partition; returns them in the order in which they stand there."""
    widest_first = sorted(columns, key=lambda name: -columns[name].itemsize)
    placed = {name: columns[name][order] for name in widest_first}
    with (folder / "rows.bin").open("wb", buffering=_BUFFER) as file:
        for start, end in pairwise(bounds.tolist()):
            for column in placed.values():
                file.write(column[start:end].data)
    return placed


def _write_users(
    folder: Path, users: tuple[Hashes, Hashes, TextList], partition: NDArray[np.uint8]
) -> NDArray[np.int64]:
    """Users are sorted by hash already, hence by partition."""
    users[0].tofile(folder / "users_first.bin")
    users[1].tofile(folder / "users_second.bin")
    users[2].content.tofile(folder / "users_text.bin")
    users[2].offset.tofile(folder / "users_offset.bin")
    return _bounds(partition)


def _piece(path: Path, dtype: Any, start: int, end: int) -> NDArray[Any]:
    return np.fromfile(path, dtype, end - start, offset=start * np.dtype(dtype).itemsize)


_DTYPES: dict[str, Any] = {"order": np.int64, "id_second": np.uint64}


def _held(columns: Columns, name: str) -> NDArray[Any]:
    """A column of a partition, or what stands for it in a run of which no row had it."""
    if name in columns:
        return columns[name]
    if name == "id_first":
        return columns["ordinal"].astype(np.uint64)
    return np.zeros(len(columns["ordinal"]), _DTYPES.get(name, np.uint32))


def _users_in(run: _Run, partition: int) -> tuple[Hashes, Hashes, TextList]:
    start, end = int(run.user_offset[partition]), int(run.user_offset[partition + 1])
    offset = _piece(run.folder / "users_offset.bin", np.int64, start, end + 1)
    content = _piece(run.folder / "users_text.bin", np.uint8, int(offset[0]), int(offset[-1]))
    first = _piece(run.folder / "users_first.bin", np.uint64, start, end)
    second = _piece(run.folder / "users_second.bin", np.uint64, start, end)
    return first, second, TextList(content, offset - offset[0])


def _ids_in(run: _Run, share: int, shares: int) -> tuple[Hashes, Hashes, NDArray[np.uint32], NDArray[np.uint16]]:
    found = []
    for partition in range(_PARTITIONS):
        columns = run.columns(partition)
        ids = [_held(columns, name) for name in ("id_first", "id_second")]
        ours = np.flatnonzero((ids[0] ^ ids[1]) % np.uint64(shares) == np.uint64(share))
        found.append([column[ours] for column in (*ids, columns["ordinal"], columns["event"])])
    first, second, ordinal, event = (np.concatenate(column) for column in zip(*found, strict=True))
    return first, second, ordinal, event
