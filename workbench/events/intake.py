"""Arrow batches become plain coded columns: hashed users, coded names and values, and counts of what was dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import WorkbenchError
from workbench.events.counts import Drop, Dropped, IngestCounts
from workbench.events.hashing import Hashes, hash_texts
from workbench.events.text_list import TextList, gathered

MOST_NAMES = 65_535
MOST_ROWS = 2**32 - 1
_LISTED_LINES = 20
_LATELY_BITS = 20
_ROW_BYTES = 30
_RESERVED = ("user", "time_us", "event", "line", "order", "event_id")
HashTexts = Callable[[NDArray[np.uint8], NDArray[np.int64]], tuple[Hashes, Hashes]]


@dataclass(frozen=True, slots=True)
class CodedRows:
    """Some rows in input order. `event_id` and `order` are None while no batch has them; `codes` by property name."""

    user: tuple[Hashes, Hashes]
    time_us: NDArray[np.int64]
    event: NDArray[np.uint16]
    ordinal: NDArray[np.uint32]
    order: NDArray[np.int64] | None
    event_id: tuple[Hashes, Hashes] | None
    codes: dict[str, NDArray[np.uint32]]
    users: tuple[Hashes, Hashes, TextList]

    def __len__(self) -> int:
        return len(self.time_us)

    @property
    def nbytes(self) -> int:
        """The room that the rows take, apart from the users' texts."""
        return _ROW_BYTES * len(self) + sum(codes.nbytes for codes in self.codes.values())


def _nobody() -> tuple[Hashes, Hashes, NDArray[np.uint32]]:
    """A table of users met lately and their rows that holds none: every place has a hash that belongs elsewhere."""
    place = np.arange(1 << _LATELY_BITS, dtype=np.uint64)
    away = (place ^ np.uint64(1)) << np.uint64(64 - _LATELY_BITS)
    return away, np.zeros(len(place), np.uint64), np.zeros(len(place), np.uint32)


@dataclass(slots=True)
class Intake:
    """What is known after the batches read so far: names, values and counts."""

    hash_texts: HashTexts = hash_texts
    rows: int = 0
    kept: int = 0
    first_us: int = 1 << 62
    last_us: int = -(1 << 62)
    names: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[tuple[type, Any], int]] = field(default_factory=dict)
    dropped: dict[Drop, tuple[int, list[int]]] = field(default_factory=dict)
    event_totals: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    value_totals: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    lately: tuple[Hashes, Hashes, NDArray[np.uint32]] = field(default_factory=_nobody)
    has_value: bool = False
    has_session: bool = False

    def take(self, batch: Any) -> CodedRows:
        """Code one batch (a pyarrow.RecordBatch) and count what it holds."""
        ordinal = self._number(batch.num_rows)
        users = _texts(_column(batch, "user"))
        name_index, names = _encoded(_column(batch, "event"))
        event = _recoded(name_index, self._name_codes(names.to_pylist()))
        self._total(event, batch)
        time_us, has_time = _numbers(_column(batch, "time_us"))
        keep = self._kept(ordinal, batch, np.diff(users.offset) > 0, has_time, event >= 0)
        if len(keep):
            self.first_us = min(self.first_us, int(time_us[keep].min()))
            self.last_us = max(self.last_us, int(time_us[keep].max()))
        first, second = self.hash_texts(users.content, users.offset)
        some: Any = slice(None) if len(keep) == batch.num_rows else keep  # nothing is copied where all is kept
        fresh = self._fresh(first, second, np.diff(users.offset))
        return CodedRows(
            (first[some], second[some]),
            time_us[some],
            event[some].astype(np.uint16),
            ordinal[some],
            _optional_numbers(batch, "order", keep),
            self._event_ids(batch, keep, ordinal),
            {name: self._value_codes(name, batch)[some] for name in batch.schema.names if name not in _RESERVED},
            (first[fresh], second[fresh], gathered(users, fresh)),
        )

    def _fresh(self, first: Hashes, second: Hashes, length: NDArray[np.int64]) -> NDArray[np.int64]:
        """A row of each user that was not met lately, so that the texts of the others need not be kept again."""
        slot = first >> np.uint64(64 - _LATELY_BITS)
        known_first, known_second, row = self.lately
        unknown = np.flatnonzero((known_first[slot] != first) | (known_second[slot] != second))
        slot = slot[unknown]
        known_first[slot], known_second[slot], row[slot] = first[unknown], second[unknown], unknown
        kept = row[slot].astype(np.int64)
        is_copy = kept != unknown
        for of_row in (first, second, length):
            is_copy &= of_row[kept] == of_row[unknown]
        fresh: NDArray[np.int64] = unknown[~is_copy]
        return fresh

    def counts(self, repeated: int, repeated_lines: list[int]) -> IngestCounts:
        """The counts so far; repeated event ids are known only after the last batch."""
        dropped = {why: Dropped(n, tuple(lines)) for why, (n, lines) in self.dropped.items()}
        if repeated:
            dropped[Drop.REPEATED_ID] = Dropped(repeated, tuple(repeated_lines[:_LISTED_LINES]))
        values = self.value_totals if self.has_value else np.zeros(0)
        return IngestCounts(
            self.rows,
            self.kept - repeated,
            dropped,
            {name: int(self.event_totals[code]) for name, code in self.names.items()},
            {name: float(values[code]) for name, code in self.names.items() if code < len(values) and values[code]},
        )

    def _number(self, n: int) -> NDArray[np.uint32]:
        if self.rows + n > MOST_ROWS:
            raise WorkbenchError(
                f"The data hold more than {MOST_ROWS:,} rows.",
                "Import fewer days, or only the events that the map uses.",
            )
        ordinal = np.arange(self.rows, self.rows + n, dtype=np.uint32)
        self.rows += n
        return ordinal

    def _name_codes(self, names: list[str | None]) -> NDArray[np.int64]:
        codes = np.array([self.names.setdefault(n, len(self.names)) if n else -1 for n in names], np.int64)
        if len(self.names) > MOST_NAMES:
            raise WorkbenchError(
                f"The data hold more than {MOST_NAMES:,} different event names.",
                "Map another column as event name: this one looks like an id or an address.",
            )
        return codes

    def _total(self, event: NDArray[np.int64], batch: Any) -> None:
        named = event >= 0
        counted = np.bincount(event[named], minlength=len(self.names))
        self.event_totals = _added(self.event_totals, counted)
        if "value" in batch.schema.names:
            self.has_value = True
            value, known = _numbers(batch.column("value").cast("float64"))
            weights = np.where(known & np.isfinite(value), value, 0.0)[named]
            self.value_totals = _added(self.value_totals, np.bincount(event[named], weights, len(self.names)))
        self.has_session = self.has_session or "session" in batch.schema.names

    def _kept(
        self,
        ordinal: NDArray[np.uint32],
        batch: Any,
        has_user: NDArray[np.bool_],
        has_time: NDArray[np.bool_],
        has_name: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        alive = np.ones(batch.num_rows, np.bool_)
        for why, has in ((Drop.NO_USER, has_user), (Drop.NO_TIME, has_time), (Drop.NO_EVENT, has_name)):
            lost = np.flatnonzero(alive & ~has)
            if len(lost):
                self._drop(why, lost, ordinal, batch)
            alive &= has
        keep = np.flatnonzero(alive)
        self.kept += len(keep)
        return keep

    def _drop(self, why: Drop, lost: NDArray[np.int64], ordinal: NDArray[np.uint32], batch: Any) -> None:
        n, lines = self.dropped.get(why, (0, []))
        for row in lost[: max(0, _LISTED_LINES - len(lines))]:
            known = batch.column("line")[int(row)].as_py() if "line" in batch.schema.names else None
            lines.append(int(ordinal[row]) + 1 if known is None else known)
        self.dropped[why] = (n + len(lost), lines)

    def _event_ids(
        self, batch: Any, keep: NDArray[np.int64], ordinal: NDArray[np.uint32]
    ) -> tuple[Hashes, Hashes] | None:
        """Hashes of the event ids; a row without one is told apart by its ordinal."""
        if "event_id" not in batch.schema.names:
            return None
        index, texts = _encoded(batch.column("event_id"))
        index[_empty(texts)[index]] = 0
        pool = _texts(texts)
        hashed = self.hash_texts(pool.content, pool.offset)
        first, second = (np.concatenate([np.zeros(1, np.uint64), part])[index[keep]] for part in hashed)
        bare = index[keep] == 0
        first[bare], second[bare] = ordinal[keep][bare], 0
        return first, second

    def _value_codes(self, name: str, batch: Any) -> NDArray[np.uint32]:
        index, distinct = _encoded(batch.column(name))
        return np.concatenate([np.zeros(1, np.uint32), self.codes_of(name, distinct.to_pylist())])[index]

    def codes_of(self, name: str, values: list[Any]) -> NDArray[np.uint32]:
        """Codes of some values of a property; 1, 1.0 and True are three values."""
        known = self.values.setdefault(name, {})
        code = known.setdefault
        if values and all(type(v) is str for v in values):
            return np.array([code((str, v), len(known) + 1) for v in values], np.uint32)
        return np.array([0 if _is_missing(v) else code((type(v), v), len(known) + 1) for v in values], np.uint32)


def _added(total: NDArray[Any], more: NDArray[Any]) -> NDArray[Any]:
    grown = np.zeros(max(len(total), len(more)), total.dtype)
    grown[: len(total)] = total
    grown[: len(more)] += more
    return grown


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _column(batch: Any, name: str) -> Any:
    if name not in batch.schema.names:
        raise WorkbenchError(f"The data lack a column for “{name}”.", "Map the user, the time and the event name.")
    return batch.column(name)


def _encoded(column: Any) -> tuple[NDArray[np.int64], Any]:
    """(1 + index into the distinct values, 0 where missing), distinct values."""
    import pyarrow as pa

    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return np.add(_filled(coded.indices, -1).to_numpy(zero_copy_only=False), 1, dtype=np.int64), coded.dictionary


def _recoded(index: NDArray[np.int64], codes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.array([-1], np.int64), codes])[index]


def _empty(texts: Any) -> NDArray[np.bool_]:
    """Whether each distinct text is missing or empty; entry 0 stands for missing."""
    import pyarrow.compute as pc

    lengths = pc.binary_length(texts).fill_null(0).to_numpy(zero_copy_only=False)
    return np.concatenate([np.array([True]), lengths == 0])


def _texts(texts: Any) -> TextList:
    """The texts of a column, empty where missing; they lie in the batch's memory as long as they are looked at."""
    import pyarrow as pa

    chosen = _filled(texts if pa.types.is_string(texts.type) else texts.cast(pa.string()), "")
    _, offset, content = chosen.buffers()
    n = len(chosen)
    bounds = np.frombuffer(offset, np.int32, n + 1, chosen.offset * 4).astype(np.int64) if n else np.zeros(1, np.int64)
    start, end = int(bounds[0]), int(bounds[-1])
    held = np.frombuffer(content, np.uint8)[start:end] if content is not None else np.zeros(0, np.uint8)
    return TextList(held, bounds - start)


def _filled(column: Any, value: Any) -> Any:
    return column.fill_null(value) if column.null_count else column


def _numbers(column: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    known = column.is_valid().to_numpy(zero_copy_only=False)
    return _filled(column, 0).to_numpy(zero_copy_only=False).copy(), known


def _optional_numbers(batch: Any, name: str, keep: NDArray[np.int64]) -> NDArray[np.int64] | None:
    if name not in batch.schema.names:
        return None
    numbers: NDArray[np.int64] = batch.column(name).cast("int64").fill_null(0).to_numpy(zero_copy_only=False)[keep]
    return numbers
