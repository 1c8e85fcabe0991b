"""The files of a store: raw little-endian columns and one meta.json, written part by part, opened by mapping."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from workbench.errors import WorkbenchError
from workbench.events.counts import IngestCounts
from workbench.events.postings import KeyLayout, Postings, holders_of
from workbench.events.store import Column, EventStore, Scalar
from workbench.events.text_list import TextList

FORMAT = 3
_FIXED = ("time", "ordinal", "user_text", "posting_rows", "posting_keys")


def narrowest(largest: int) -> np.dtype[Any]:
    """The smallest unsigned type that holds numbers up to `largest`.

    Examples
    --------
    >>> narrowest(255), narrowest(256)
    (dtype('uint8'), dtype('uint16'))
    """
    return next(np.dtype(t) for t in (np.uint8, np.uint16, np.uint32) if largest <= np.iinfo(t).max)


@dataclass(slots=True)
class StoreWriter:
    """Appends sorted parts to the columns of a store; `posting_count` must foretell the rows of each event."""

    folder: Path
    posting_count: NDArray[np.int64]
    layout: KeyLayout
    event_dtype: np.dtype[Any]
    value_dtypes: dict[str, np.dtype[Any]]
    files: dict[str, BinaryIO] = field(default_factory=dict)
    n_events: int = 0
    user_offset: list[NDArray[np.int64]] = field(default_factory=list)
    text_offset: list[NDArray[np.int64]] = field(default_factory=list)
    text_end: int = 0
    posting_next: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    holders: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.posting_next = np.cumsum(self.posting_count) - self.posting_count
        self.holders = np.zeros(len(self.posting_count), np.int64)
        for name in (*_FIXED, "event", *(f"p{i}" for i in range(len(self.value_dtypes)))):
            self.files[name] = (self.folder / f"{name}.bin").open("wb")

    def append(self, columns: Mapping[str, NDArray[Any]], offset: NDArray[np.int64], users: TextList) -> None:
        """Add the rows of some users, in store order; `offset` begins with 0."""
        self._write("time", columns["time"].astype("<i8", copy=False))
        self._write("ordinal", columns["ordinal"].astype("<u4", copy=False))
        self._write("event", columns["event"].astype(self.event_dtype.newbyteorder("<")))
        for i, (name, dtype) in enumerate(self.value_dtypes.items()):
            codes = columns.get(f"p:{name}")
            held = np.zeros(len(columns["time"]), dtype) if codes is None else codes.astype(dtype.newbyteorder("<"))
            self._write(f"p{i}", held)
        self._post(columns["event"], columns["time"], offset)
        self.user_offset.append(offset[:-1] + self.n_events)
        self.text_offset.append(users.offset[:-1] + self.text_end)
        self._write("user_text", users.content)
        self.text_end += int(users.offset[-1])
        self.n_events += len(columns["time"])

    def close(self) -> None:
        for file in self.files.values():
            file.close()

    def finish(self, meta: dict[str, Any], values: Mapping[str, Sequence[Scalar]]) -> None:
        """Write the offsets, the dictionaries and, last of all, meta.json."""
        self.close()
        np.concatenate([*self.user_offset, [self.n_events]]).astype("<i8").tofile(self.folder / "user_offset.bin")
        np.concatenate([*self.text_offset, [self.text_end]]).astype("<i8").tofile(self.folder / "user_text_offset.bin")
        ends = np.concatenate([[0], np.cumsum(self.posting_count)])
        ends.astype("<i8").tofile(self.folder / "posting_offset.bin")
        self.holders.astype("<i8").tofile(self.folder / "posting_holders.bin")
        for i, name in enumerate(self.value_dtypes):
            (self.folder / f"p{i}.json").write_text(json.dumps(list(values[name])), encoding="utf-8")
        meta |= {
            "format": FORMAT,
            "origin_us": self.layout.origin_us,
            "time_bits": self.layout.time_bits,
            "event_dtype": self.event_dtype.str,
            "properties": [[name, dtype.str] for name, dtype in self.value_dtypes.items()],
        }
        (self.folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")

    def _write(self, name: str, column: NDArray[Any]) -> None:
        column.tofile(self.files[name])

    def _post(self, event: NDArray[Any], time_us: NDArray[np.int64], offset: NDArray[np.int64]) -> None:
        """Put the rows and keys of each event at their place in the posting lists."""
        order = np.argsort(event, kind="stable")
        user = np.repeat(np.arange(len(offset) - 1), np.diff(offset)) + sum(map(len, self.user_offset))
        rows = (order + self.n_events).astype("<u4")
        keys = self.layout.keys(user, time_us)[order].astype("<u8")
        self.holders += holders_of(event[order], user[order], len(self.posting_count))
        counts = np.bincount(event, minlength=len(self.posting_count))
        ends = np.cumsum(counts)
        for code in np.flatnonzero(counts):
            piece = slice(ends[code] - counts[code], ends[code])
            for name, column in (("posting_rows", rows), ("posting_keys", keys)):
                self.files[name].seek(int(self.posting_next[code]) * column.itemsize)
                column[piece].tofile(self.files[name])
        self.posting_next += counts


class _StoredValues(Sequence[Scalar]):
    """The values of a property, read from their file when first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: list[Scalar] | None = None

    @property
    def _values(self) -> list[Scalar]:
        if self._read is None:
            self._read = json.loads(self._path.read_text(encoding="utf-8"))
        return self._read

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: Any) -> Any:
        return self._values[index]


class _StoredProperties(Mapping[str, Column]):
    """Columns by property name, each mapped when first asked for."""

    def __init__(self, folder: Path, dtypes: Sequence[tuple[str, str]]) -> None:
        self._folder = folder
        self._place = {name: (i, dtype) for i, (name, dtype) in enumerate(dtypes)}
        self._open: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._open:
            i, dtype = self._place[name]
            values = _StoredValues(self._folder / f"p{i}.json")
            self._open[name] = Column(_mapped(self._folder / f"p{i}.bin", dtype), values)
        return self._open[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._place)


def _mapped(path: Path, dtype: str) -> NDArray[Any]:
    if path.stat().st_size == 0:
        return np.zeros(0, dtype)
    return np.memmap(path, dtype, mode="r").view(np.ndarray)


def read_meta(folder: Path) -> dict[str, Any]:
    """The meta.json of a store.

    Raises
    ------
    WorkbenchError
        If there is none, or one of another format.
    """
    try:
        meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise WorkbenchError(f"There is no whole event store in {folder}.", "Import the data again.") from None
    if meta.get("format") != FORMAT:
        raise WorkbenchError(
            f"The event store in {folder} was written by another version of the program.", "Import the data again."
        )
    return meta


def open_store(folder: Path) -> EventStore:
    """Map the columns of a store."""
    meta = read_meta(folder)
    user_text = TextList(_mapped(folder / "user_text.bin", "|u1"), _mapped(folder / "user_text_offset.bin", "<i8"))
    return EventStore(
        tuple(meta["event_names"]),
        _mapped(folder / "user_offset.bin", "<i8"),
        _mapped(folder / "time.bin", "<i8"),
        _mapped(folder / "event.bin", meta["event_dtype"]),
        _StoredProperties(folder, meta["properties"]),
        user_text,
        _mapped(folder / "ordinal.bin", "<u4"),
        _open_postings(folder, KeyLayout(meta["origin_us"], meta["time_bits"])),
        meta["session_property"],
        meta["value_property"],
        meta["fingerprint"],
        IngestCounts.from_json(meta["counts"]),
        meta["ends_us"],
        folder,
    )


def _open_postings(folder: Path, layout: KeyLayout) -> Postings:
    return Postings(
        _mapped(folder / "posting_rows.bin", "<u4"),
        _mapped(folder / "posting_keys.bin", "<u8"),
        _mapped(folder / "posting_offset.bin", "<i8"),
        layout,
        _mapped(folder / "posting_holders.bin", "<i8"),
    )
