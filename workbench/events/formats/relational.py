"""Tables that belong together: events by session, sessions by person, and orders, joined by the columns they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.events.nested import flat_columns
from workbench.events.reading import Origin, Reading, Rows
from workbench.events.repairs import Ledger
from workbench.events.schema import Guess, Mapping
from workbench.events.wording import natural_words

if TYPE_CHECKING:
    import pyarrow as pa

ORDER = "order"
_MOST = 5_000_000


@dataclass(frozen=True, slots=True)
class Side:
    """A table joined to the events by `key`; orders also by their time, so that a price stands on one event only."""

    reading: Reading
    key: str
    time: str | None = None


class JoinedReading:
    """Events with the columns of the tables that share a key with them."""

    def __init__(self, fact: Reading, sides: Sequence[Side], roles: Mapping) -> None:
        self._fact = fact
        self._sides = sides
        self._roles = roles

    @property
    def origin(self) -> Origin:
        return self._fact.origin

    @cached_property
    def sample(self) -> pa.Table:
        import pyarrow as pa

        table = self._fact.sample.combine_chunks()
        columns = dict(flat_columns(table))
        for side in self._loaded:
            columns = side.add_to(columns, self._roles.time, set())
        return pa.table(columns)

    @cached_property
    def _loaded(self) -> list[_Loaded]:
        return [_Loaded(side) for side in self._sides]

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        import pyarrow as pa

        used: list[set[int]] = [set() for _ in self._loaded]
        names: list[str] = []
        for rows in self._fact.batches(ledger):
            columns = dict(flat_columns(rows.batch))
            for side, taken in zip(self._loaded, used, strict=True):
                columns = side.add_to(columns, self._roles.time, taken)
            names = list(columns)
            yield Rows(pa.RecordBatch.from_arrays(list(columns.values()), names=names), rows.lines)
        for side, taken in zip(self._loaded, used, strict=True):
            yield from self._left_orders(side, taken)

    def _left_orders(self, side: _Loaded, taken: set[int]) -> Iterator[Rows]:
        """Orders that stand on no event become events of their own."""
        import pyarrow as pa

        left = [place for place in range(len(side.keys)) if place not in taken]
        if side.times is None or not left or self._roles.event is None or self._roles.time is None:
            return
        take = pa.array(left, pa.int64())
        columns = {name: array.take(take) for name, array in side.columns.items()}
        columns[side.key] = side.keys.take(take)
        columns[self._roles.time] = side.times.take(take)
        columns[self._roles.event] = pa.array([ORDER] * len(left), pa.string())
        for other in self._loaded:
            if other.time is None:
                columns = other.add_to(columns, None, set())
        yield Rows(
            pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns)), pa.array(np.array(left) + 1)
        )


class _Loaded:
    """A side table in memory, with one row a key."""

    def __init__(self, side: Side) -> None:
        import pyarrow as pa

        self.key, self.time = side.key, side.time
        batches = [pa.table(dict(flat_columns(rows.batch))) for rows in side.reading.batches(Ledger())]
        table = pa.concat_tables(batches, promote_options="permissive") if batches else side.reading.sample
        table = table.slice(0, _MOST).combine_chunks()
        columns = {name: _whole(table.column(name)).cast(pa.string()) for name in table.schema.names}
        self.keys = columns.pop(side.key)
        self.times = columns.pop(side.time) if side.time else None
        self.columns = columns

    def add_to(self, columns: dict[str, Any], time: str | None, taken: set[int]) -> dict[str, Any]:
        """The columns with those of this table; a name that is taken gets the table's key before it."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.key not in columns:
            return columns
        wanted, known = columns[self.key].cast(pa.string()), self.keys
        if self.time is not None:
            if time is None:
                return columns
            wanted = pc.binary_join_element_wise(wanted, columns[time].cast(pa.string()), "|")
            known = pc.binary_join_element_wise(known, self.times, "|")
        index = pc.index_in(wanted, value_set=known)
        if self.time is not None:
            index = _once(index, taken)
        added = {name: array.take(index) for name, array in self.columns.items()}
        return columns | {name if name not in columns else f"{self.key}.{name}": a for name, a in added.items()}


def _once(index: Any, taken: set[int]) -> Any:
    """Indices of which each is given out once."""
    import pyarrow as pa

    found = []
    for place in index.to_pylist():
        is_new = place is not None and place not in taken
        found.append(place if is_new else None)
        if is_new:
            taken.add(place)
    return pa.array(found, pa.int32())


def _whole(column: Any) -> Any:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _is_person(name: str | None) -> bool:
    """Whether a column names people and not only their sessions."""
    return name is not None and "session" not in natural_words(name)


def joined(readings: list[Reading]) -> list[Reading]:
    """The readings with side tables joined to the events they belong to; the rest as it is."""
    if len(readings) < 2 or len({tuple(r.sample.schema.names) for r in readings}) < 2:
        return readings
    guesses = {id(reading): Guess(reading.sample).mapping() for reading in readings}
    facts = [r for r in readings if guesses[id(r)].time and guesses[id(r)].event and not _is_side(r, guesses[id(r)])]
    others = [r for r in readings if r not in facts]
    if len(facts) != 1 or _is_person(guesses[id(facts[0])].user):
        return readings
    fact, roles = facts[0], guesses[id(facts[0])]
    found = {id(r): side for r in others if (side := _side(fact, r, guesses[id(r)])) is not None}
    if not any(_is_person(guesses[id(r)].user) for r in others if id(r) in found):
        return readings
    # Orders come last: a name that both sides have belongs to the session, which every event has.
    return [JoinedReading(fact, sorted(found.values(), key=lambda side: side.time is not None), roles)]


def _is_side(reading: Reading, roles: Mapping) -> bool:
    """Whether a table lists sessions or orders rather than what happened in them."""
    words = {natural_words(name) for name in reading.sample.schema.names}
    return bool(words & {"order_id", "price_usd", "device_type", "utm_source", "is_repeat_session"})


def _side(fact: Reading, other: Reading, roles: Mapping) -> Side | None:
    shared = [n for n in other.sample.schema.names if n in fact.sample.schema.names and natural_words(n).endswith("id")]
    for key in shared:
        values = other.sample.column(key).to_pylist()
        if len(set(values)) == len(values):
            is_order = roles.value is not None and roles.time is not None
            return Side(other, key, roles.time if is_order else None)
    return None
