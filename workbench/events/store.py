"""The event store: columns sorted by (user, time, input order), memory-mapped from one folder per dataset.

Contract shared by ingest (which writes it) and analysis (which reads it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.events.counts import IngestCounts
from workbench.events.postings import Postings, postings_of

Scalar = str | int | float | bool
Codes = NDArray[np.unsignedinteger[Any]]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A property: `codes[row]` is 0 where missing, else 1 + the index into `values` (text, int, float or bool)."""

    codes: Codes
    values: Sequence[Scalar]


@dataclass(frozen=True, eq=False)
class EventStore:
    """N events of U users; user u owns rows user_offset[u]:user_offset[u + 1], in sequence order.

    Users stand in the order of a hash of their id, so that the first users are an unbiased sample. `ordinal` is the
    place of each row in the input. Compared by identity, so that a store can key a cache.
    """

    event_names: tuple[str, ...]
    user_offset: NDArray[np.int64]
    time_us: NDArray[np.int64]
    event: Codes
    properties: Mapping[str, Column] = field(default_factory=dict)
    user_ids: Sequence[str] = ()
    ordinal: NDArray[np.unsignedinteger[Any]] | None = None
    stored_postings: Postings | None = None
    session_property: str | None = None
    value_property: str | None = None
    fingerprint: str = ""
    counts: IngestCounts | None = None
    ends_us: int | None = None
    folder: Path | None = None

    @property
    def n_events(self) -> int:
        return len(self.time_us)

    @property
    def n_users(self) -> int:
        return len(self.user_offset) - 1

    @cached_property
    def code_by_name(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.event_names)}

    @cached_property
    def first_us(self) -> int | None:
        return int(self.time_us.min()) if self.n_events else None

    @cached_property
    def last_us(self) -> int | None:
        return int(self.time_us.max()) if self.n_events else None

    @property
    def data_end_us(self) -> int | None:
        """The last instant that the data cover: as told at import, else the largest time."""
        return self.last_us if self.ends_us is None else self.ends_us

    @cached_property
    def all_postings(self) -> Postings:
        """The posting lists of all events, as stored or built now."""
        if self.stored_postings is not None:
            return self.stored_postings
        return postings_of(self.event, self.time_us, self.user_offset, len(self.event_names))

    def postings(self, code: int) -> NDArray[np.uint32]:
        """Rows of one event, ascending."""
        return self.all_postings.of(code)

    def posting_count(self, name: str) -> int:
        """How many events have this name; 0 if none."""
        code = self.code_by_name.get(name)
        return 0 if code is None else len(self.postings(code))

    def user_of(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Index of the user who owns each row."""
        return np.searchsorted(self.user_offset, rows, side="right").astype(np.int64) - 1

    def first_users(self, n: int) -> EventStore:
        """The store of the first n users: an unbiased sample, since users stand in hash order."""
        n = min(n, self.n_users)
        end = int(self.user_offset[n])
        cut = {name: Column(column.codes[:end], column.values) for name, column in self.properties.items()}
        return EventStore(
            self.event_names,
            self.user_offset[: n + 1],
            self.time_us[:end],
            self.event[:end],
            cut,
            self.user_ids[:n] if not self.folder else _Head(self.user_ids, n),
            None if self.ordinal is None else self.ordinal[:end],
            self.all_postings.until(end),
            self.session_property,
            self.value_property,
            self.fingerprint,
            self.counts,
            self.data_end_us,
        )

    @classmethod
    def from_rows(cls, rows: Iterable[Row], *, us_per_unit: int = 1_000_000) -> EventStore:
        """Sort rows in memory, for tests and notebooks.

        Parameters
        ----------
        rows : iterable of (user, time, event name) or (user, time, event name, properties)
            In file order. Rows without user or time are dropped and counted.
        us_per_unit : int
            Microseconds in one unit of the given times; 1 if they are microseconds already.

        Examples
        --------
        >>> store = EventStore.from_rows([("b", 5, "pay"), ("b", 0, "visit"), ("a", 2, "visit", {"device": "mobile"})])
        >>> store.n_users, store.n_events, store.event_names
        (2, 3, ('pay', 'visit'))
        """
        from workbench.events.ingest import sort_rows

        return sort_rows(rows, us_per_unit)

    @classmethod
    def open(cls, folder: Path | str) -> EventStore:
        """Open a store that ingest wrote; columns are mapped, not read.

        Raises
        ------
        WorkbenchError
            If the folder holds no whole store, or one of another format.
        """
        from workbench.events.store_files import open_store

        return open_store(Path(folder))


class _Head(Sequence[Any]):
    """The first n of a long sequence, without copying it."""

    def __init__(self, whole: Sequence[Any], n: int) -> None:
        self._whole, self._n = whole, n

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._whole[i] for i in range(*index.indices(self._n))]
        if not -self._n <= index < self._n:
            raise IndexError(index)
        return self._whole[index + self._n if index < 0 else index]
