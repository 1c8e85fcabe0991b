"""Tables of one event each: their rows tell who and when, and the name of their file tells what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from workbench.events.reading import Origin, Reading, Rows
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.schema import Guess

if TYPE_CHECKING:
    import pyarrow as pa

HEAP_NAME = "event_table_name"
_HEAP = frozenset({"event_id", "user_id", "session_id", "time"})
_PART = re.compile(r"^(?:part|data|export|file|chunk|table|run|000)?[-_]?[\d_-]*", re.IGNORECASE)
_TAIL = re.compile(r"(?:[-_. ](?:table|export|data|events?|log))?[\d\-_. ]*$", re.IGNORECASE)


class StageReading:
    """A table with a further column, which says what its rows are."""

    def __init__(self, reading: Reading, column: str, event: str) -> None:
        self._reading = reading
        self._column = column
        self._event = event

    @property
    def origin(self) -> Origin:
        return self._reading.origin

    def _named(self, count: int) -> Any:
        import pyarrow as pa

        return pa.array([self._event] * count, pa.string())

    @cached_property
    def sample(self) -> pa.Table:
        sample = self._reading.sample
        return sample.append_column(self._column, self._named(sample.num_rows))

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        ledger.note(RepairKind.EVENT_FROM_FILE, 1, f"rows of {self.origin.member.name} are called {self._event}")
        for rows in self._reading.batches(ledger):
            yield Rows(rows.batch.append_column(self._column, self._named(rows.batch.num_rows)), rows.lines)


def staged(readings: list[Reading]) -> list[Reading]:
    """The readings, those without a column of event names called after their file where several are given."""
    if len(readings) < 2:
        return readings
    if any(_is_heap(reading) for reading in readings):
        return [_stage(reading, HEAP_NAME) if _is_heap(reading) else reading for reading in readings]
    guesses = [Guess(reading.sample).mapping() for reading in readings]
    if any(guess.is_complete for guess in guesses):
        return readings
    lacking = [r for r, guess in zip(readings, guesses, strict=True) if guess.user and guess.time and not guess.event]
    if len({stage_name(reading.origin.member.name) for reading in lacking} - {""}) < 2:
        return readings
    return [_stage(reading, "event") if reading in lacking else reading for reading in readings]


def _is_heap(reading: Reading) -> bool:
    names = set(reading.sample.schema.names)
    return names >= _HEAP and HEAP_NAME not in names


def _stage(reading: Reading, column: str) -> Reading:
    event = stage_name(reading.origin.member.name)
    return StageReading(reading, column, event) if event else reading


def stage_name(path: str) -> str:
    """What the name of a file, or of its folder where the file is one of several parts, says of its rows.

    Examples
    --------
    >>> stage_name("sync/view_product.csv"), stage_name("sync/purchase/part-00000.avro"), stage_name("2021-01.csv")
    ('view_product', 'purchase', '')
    """
    parts = PurePosixPath(path).parts
    stem = parts[-1].split(".")[0]
    if _PART.fullmatch(stem):
        stem = parts[-2].split(".")[0] if len(parts) > 2 else ""
    name = _TAIL.sub("", stem)
    return "" if _PART.fullmatch(name) else name
