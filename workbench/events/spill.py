"""Rows wait in memory, and beyond a limit in runs on disk that are split by the first bits of the user's hash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import WorkbenchError
from workbench.events.hashing import Hashes
from workbench.events.intake import CodedRows
from workbench.events.text_list import TextList, gathered

PARTITION_BITS = 8
_PARTITIONS = 1 << PARTITION_BITS
_IDS_AT_ONCE = 16_000_000
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
    """One file of rows on disk, split into partitions."""

    folder: Path
    names: tuple[str, ...]
    offset: NDArray[np.int64]
    user_offset: NDArray[np.int64]


@dataclass(slots=True)
class Spill:
    """Collects coded rows; `parts` gives them back, partition by partition in the order of the users' hashes."""

    folder: Path
    limit: int = 2_000_000
    waiting: list[CodedRows] = field(default_factory=list)
    n_waiting: int = 0
    runs: list[_Run] = field(default_factory=list)

    def add(self, rows: CodedRows) -> None:
        self.waiting.append(rows)
        self.n_waiting += len(rows)
        if self.n_waiting >= self.limit:
            self._write_run()

    def parts(self) -> Iterator[Part]:
        """Each user's rows are in one part only."""
        if not self.runs:
            yield _joined(self.waiting)
            return
        if self.waiting:
            self._write_run()
        names = sorted({name for run in self.runs for name in run.names})
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
        for event in [*(rows.event for rows in self.waiting), *(_whole(run, "event") for run in self.runs)]:
            counts += np.bincount(event, minlength=n_names)
        return counts

    @property
    def has_event_ids(self) -> bool:
        waiting = any(rows.event_id is not None for rows in self.waiting)
        return waiting or any("id_first" in run.names for run in self.runs)

    @property
    def n_parts(self) -> int:
        return _PARTITIONS if self.runs else 1

    def _write_run(self) -> None:
        part = _joined(self.waiting)
        self.waiting, self.n_waiting = [], 0
        folder = self.folder / f"run{len(self.runs)}"
        folder.mkdir(parents=True)
        partition = _partition(part.columns["first"])
        order = np.argsort(partition, kind="stable")
        for name, column in part.columns.items():
            column[order].tofile(folder / f"{name.encode().hex()}.bin")
        users = _partition(part.users[0])
        self.runs.append(_Run(folder, tuple(part.columns), _bounds(partition), _write_users(folder, part.users, users)))

    def _read(self, partition: int, names: list[str]) -> Part:
        columns = {name: np.concatenate([_slice(run, name, partition) for run in self.runs]) for name in names}
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


_DTYPES: dict[str, Any] = {
    "first": np.uint64,
    "second": np.uint64,
    "time": np.int64,
    "event": np.uint16,
    "ordinal": np.uint32,
    "order": np.int64,
    "id_first": np.uint64,
    "id_second": np.uint64,
}


def _slice(run: _Run, name: str, partition: int) -> NDArray[Any]:
    return _cut(run, name, int(run.offset[partition]), int(run.offset[partition + 1]))


def _cut(run: _Run, name: str, start: int, end: int) -> NDArray[Any]:
    dtype = _DTYPES.get(name, np.uint32)
    if name in run.names:
        return _piece(run.folder / f"{name.encode().hex()}.bin", dtype, start, end)
    if name == "id_first":
        return _cut(run, "ordinal", start, end).astype(np.uint64)
    return np.zeros(end - start, dtype)


def _users_in(run: _Run, partition: int) -> tuple[Hashes, Hashes, TextList]:
    start, end = int(run.user_offset[partition]), int(run.user_offset[partition + 1])
    offset = _piece(run.folder / "users_offset.bin", np.int64, start, end + 1)
    content = _piece(run.folder / "users_text.bin", np.uint8, int(offset[0]), int(offset[-1]))
    first = _piece(run.folder / "users_first.bin", np.uint64, start, end)
    second = _piece(run.folder / "users_second.bin", np.uint64, start, end)
    return first, second, TextList(content, offset - offset[0])


def _ids_in(run: _Run, share: int, shares: int) -> tuple[Hashes, Hashes, NDArray[np.uint32], NDArray[np.uint16]]:
    first, second = _whole(run, "id_first"), _whole(run, "id_second")
    ours = np.flatnonzero((first ^ second) % np.uint64(shares) == np.uint64(share))
    return first[ours], second[ours], _whole(run, "ordinal")[ours], _whole(run, "event")[ours]


def _whole(run: _Run, name: str) -> NDArray[Any]:
    return _cut(run, name, 0, int(run.offset[-1]))
