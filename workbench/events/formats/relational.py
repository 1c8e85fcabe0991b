"""Tables that belong together: events by session, sessions by person, and orders, joined by the columns they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.events.nested import flat_columns
from workbench.events.reading import Origin, Reading, Rows
from workbench.events.repairs import Ledger
from workbench.events.schema import Guess, Mapping
from workbench.events.wording import natural_words

if TYPE_CHECKING:
    import pyarrow as pa

_MOST = 5_000_000


@dataclass(frozen=True, slots=True)
class Side:
    """A table joined to the events by `key`; orders have a `time` too, and each stands on one event only."""

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
            columns = side.added(columns, side.places(columns))
        return pa.table(columns)

    @cached_property
    def _loaded(self) -> list[_Loaded]:
        return [_Loaded(side) for side in self._sides]

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        import pyarrow as pa

        targets = [self._targets(side) for side in self._loaded]
        start = 0
        for rows in self._fact.batches(ledger):
            columns = dict(flat_columns(rows.batch))
            count = rows.batch.num_rows
            for side, target in zip(self._loaded, targets, strict=True):
                index = side.places(columns) if target is None else _within(target, start, count)
                columns = side.added(columns, index)
            start += count
            yield Rows(pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns)), rows.lines)

    def _targets(self, side: _Loaded) -> dict[int, int] | None:
        """For orders: the row of the events (from 0) that each order stands on, as {row: order}."""
        if side.times is None or self._roles.time is None:
            return None
        views: dict[str, list[tuple[str, int]]] = {}
        row = 0
        for rows in self._fact.batches(Ledger()):
            columns = dict(flat_columns(rows.batch))
            keys, times = columns[side.key].to_pylist(), columns[self._roles.time].to_pylist()
            for key, time in zip(keys, times, strict=True):
                views.setdefault(str(key), []).append((str(time), row))
                row += 1
        pairs = zip(side.keys.to_pylist(), side.times.to_pylist(), strict=True)
        found = {_view_of(views.get(str(key), []), str(time)): order for order, (key, time) in enumerate(pairs)}
        return {view: order for view, order in found.items() if view is not None}


def _view_of(views: list[tuple[str, int]], time: str) -> int | None:
    """The row of a session on which an order stands: its last view up to the order, else its last view."""
    before = [view for view in views if view[0] <= time]
    return max(before or views, default=("", None))[1]


def _within(target: dict[int, int], start: int, count: int) -> Any:
    """Places of the orders for the rows of one batch, null where there is none."""
    import pyarrow as pa

    return pa.array([target.get(row) for row in range(start, start + count)], pa.int32())


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

    def places(self, columns: dict[str, Any]) -> Any:
        """For each row the place of its key in this table, null where it is not there."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.key not in columns:
            return pa.nulls(len(next(iter(columns.values()))), pa.int32())
        return pc.index_in(columns[self.key].cast(pa.string()), value_set=self.keys)

    def added(self, columns: dict[str, Any], index: Any) -> dict[str, Any]:
        """The columns with those of this table; a name that is taken gets the table's key before it."""
        taken = {name: array.take(index) for name, array in self.columns.items()}
        return columns | {name if name not in columns else f"{self.key}.{name}": a for name, a in taken.items()}


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
