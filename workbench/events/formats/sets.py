"""Several files that make one source: a header file beside its data, an identity map, tables that belong together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING

from workbench.events.delimited import DelimitedReading
from workbench.events.formats.adobe import event_names, with_event_names
from workbench.events.formats.format import Format, Sight
from workbench.events.formats.registry import GENERIC, format_of
from workbench.events.formats.relational import joined
from workbench.events.formats.stages import staged
from workbench.events.nested import flat_columns
from workbench.events.reading import Origin, Reading, Rows
from workbench.events.repairs import Ledger
from workbench.events.wording import natural_words

if TYPE_CHECKING:
    import pyarrow as pa

_PAIRS = (
    ("from_user_id", "to_user_id"),
    ("from", "to"),
    ("from_id", "to_id"),
    ("old_id", "new_id"),
    ("previous_id", "user_id"),
    ("alias", "distinct_id"),
)


@dataclass(frozen=True, slots=True)
class Combined:
    """Readings with their companions worked in, and the ids that were merged into others."""

    readings: list[Reading]
    identity: dict[str, str] = field(default_factory=dict)


class NamedReading:
    """A source without a header whose names stand in another file, and those of its events perhaps in a third."""

    def __init__(self, reading: Reading, names: tuple[str, ...], events: dict[str, str] | None = None) -> None:
        self._reading = reading
        self._names = names
        self._events = events or {}

    @property
    def origin(self) -> Origin:
        return self._reading.origin

    @cached_property
    def sample(self) -> pa.Table:
        import pyarrow as pa

        named = self._reading.sample.rename_columns(list(self._names)).combine_chunks()
        lines = pa.nulls(named.num_rows, pa.int64())
        return pa.Table.from_batches([self._told(Rows(one, lines)).batch for one in named.to_batches()], named.schema)

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        import pyarrow as pa

        for rows in self._reading.batches(ledger):
            named = Rows(pa.RecordBatch.from_arrays(rows.batch.columns, names=list(self._names)), rows.lines)
            yield self._told(named)

    def _told(self, rows: Rows) -> Rows:
        return with_event_names(rows, self._events) if self._events else rows


def combined(readings: list[Reading]) -> Combined:
    """Work companion files into the readings they belong to."""
    kept = _named(readings)
    pairs = {id(reading): pair for reading in kept if len(kept) > 1 and (pair := _identity_pair(reading)) is not None}
    rest = [reading for reading in kept if id(reading) not in pairs]
    identity: dict[str, str] = {}
    for reading in kept:
        pair = pairs.get(id(reading))
        identity |= {} if pair is None else _links(reading, pair)
    return Combined(staged(joined(rest)), _resolved(identity))


def _named(readings: list[Reading]) -> list[Reading]:
    """Give hits without a header the names of a file that holds nothing but a header of the same width."""
    heads = [r for r in readings if isinstance(r, DelimitedReading) and _is_header_file(r)]
    if not heads:
        return readings
    found: list[Reading] = []
    events = _event_names(readings)
    for reading in readings:
        if reading in heads:
            continue
        names = next((h.columns for h in heads if len(h.columns) == len(reading.sample.schema.names)), None)
        headless = isinstance(reading, DelimitedReading) and not reading.dialect.has_header
        found.append(NamedReading(reading, names, events) if names and headless else reading)
    return [r for r in found if isinstance(r, NamedReading)] or readings


def _is_header_file(reading: DelimitedReading) -> bool:
    return len(reading.columns) > 5 and reading.sample.num_rows == 0 and "hit_time_gmt" in reading.columns


def _event_names(readings: list[Reading]) -> dict[str, str]:
    """The names in the lookup file of events: all lookup files are alike, so that its own name must tell it."""
    for reading in readings:
        is_lookup = isinstance(reading, DelimitedReading) and len(reading.columns) == 2
        if is_lookup and PurePath(reading.origin.member.name).stem.lower() == "event":
            rows = [
                row
                for part in reading.batches(Ledger())
                for row in zip(*(column.to_pylist() for column in part.batch.columns), strict=True)
            ]
            return event_names([reading.sample.schema.names, *rows])
    return {}


def _identity_pair(reading: Reading) -> tuple[str, str] | None:
    names = reading.sample.schema.names
    by_words = {natural_words(name): name for name in names}
    if len(names) > 4:
        return None
    return next(((by_words[a], by_words[b]) for a, b in _PAIRS if a in by_words and b in by_words), None)


def _links(reading: Reading, pair: tuple[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for rows in reading.batches(Ledger()):
        columns = dict(flat_columns(rows.batch))
        for old, new in zip(columns[pair[0]].to_pylist(), columns[pair[1]].to_pylist(), strict=True):
            if old not in (None, "") and new not in (None, "") and old != new:
                found[str(old)] = str(new)
    return found


def _resolved(links: dict[str, str]) -> dict[str, str]:
    """Each id with the last one it was merged into; a circle ends where it would begin again.

    Examples
    --------
    >>> _resolved({"a": "b", "b": "c"})
    {'a': 'c', 'b': 'c'}
    """
    found = {}
    for start, follower in links.items():
        seen, current = {start}, follower
        while current in links and links[current] not in seen:
            seen.add(current)
            current = links[current]
        found[start] = current
    return found


def recognised(reading: Reading) -> tuple[Reading, Format | None]:
    """The reading with its format; names in capitals, as some warehouses give them, are known in small letters too."""
    form = format_of(Sight(reading))
    names = tuple(reading.sample.schema.names)
    if form not in (None, GENERIC) or not names or not all(name == name.upper() != name.lower() for name in names):
        return reading, form
    small = NamedReading(reading, tuple(name.lower() for name in names))
    known = format_of(Sight(small))
    return (reading, form) if known in (None, GENERIC) else (small, known)
