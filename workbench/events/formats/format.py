"""What an export format is: how it is recognised, reshaped to plain columns, and mapped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.events.cells import CellCounts, nested_columns, spread
from workbench.events.nested import flat_columns
from workbench.events.reading import Origin, Reading, Rows
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.schema import Guess, Mapping
from workbench.events.wording import natural_words

if TYPE_CHECKING:
    import pyarrow as pa


class Sight:
    """What a format sees of a source before it claims it."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @property
    def origin(self) -> Origin:
        return self._reading.origin

    @property
    def container(self) -> str:
        return self._reading.origin.container

    @cached_property
    def sample(self) -> pa.Table:
        return self._reading.sample

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.sample.schema.names)

    @cached_property
    def words(self) -> frozenset[str]:
        """Column names in one spelling."""
        return frozenset(map(natural_words, self.names))

    def has(self, *names: str) -> bool:
        """Whether all these columns are there, by their exact names."""
        return set(names) <= set(self.names)

    def first_values(self, name: str) -> list[Any]:
        """The values of a column in the sample that are not missing."""
        return [v for v in self.sample.column(name).to_pylist() if v not in (None, "")] if name in self.names else []


def guessed_mapping(sample: pa.Table, zone: str) -> Mapping:
    """The mapping by name and content."""
    return Guess(sample).mapping(zone)


@dataclass(frozen=True, slots=True)
class Format:
    """One export format. Add one by writing a file here and naming it in registry.py, or from outside by an entry
    point of the group `breadcrumb.formats` that gives a Format.

    `recognises` looks at column names and first rows, never at file names. `reshape` turns a raw batch into plain
    columns (and may give more or fewer rows); None leaves it as it is. `mapping` maps the reshaped columns.
    `technical` names events that a path view passes over, `unwanted` columns that are not kept, and `prefixes` what is
    cut off the names of nested columns. `log_ins` are pairs of columns of which the first names a visitor and the
    second the person that the visitor turned out to be; `clocks` are the columns of the device's and the server's time;
    `is_utc` says that times without a zone are UTC by the vendor's word.
    """

    name: str
    title: str
    recognises: Callable[[Sight], bool]
    mapping: Callable[[pa.Table, str], Mapping] = guessed_mapping
    reshape: Callable[[Rows], Rows] | None = None
    technical: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    log_ins: tuple[tuple[str, str], ...] = ()
    clocks: tuple[str, str] | None = None
    is_utc: bool = False


class Shaped:
    """A reading as its format reshapes it."""

    def __init__(self, reading: Reading, form: Format) -> None:
        self.reading = reading
        self.format = form

    @property
    def origin(self) -> Origin:
        return self.reading.origin

    @cached_property
    def flat(self) -> pa.Table:
        """The first rows as the format reshapes them, with flat columns."""
        import pyarrow as pa

        table = self.reading.sample.combine_chunks()
        if self.format.reshape is not None and table.num_rows:
            batch = table.to_batches()[0]
            lines = pa.array(range(1, batch.num_rows + 1), pa.int64())
            table = pa.Table.from_batches([self.format.reshape(Rows(batch, lines)).batch])
        columns = dict(flat_columns(table))
        return pa.table(columns) if columns else pa.table({n: pa.array([], pa.string()) for n in table.schema.names})

    @cached_property
    def nested(self) -> tuple[str, ...]:
        """Text columns whose cells hold JSON objects."""
        return nested_columns(self.flat)

    @cached_property
    def sample(self) -> pa.Table:
        """The first rows with flat columns, those inside JSON text too."""
        import pyarrow as pa

        columns = dict(zip(self.flat.schema.names, self.flat.combine_chunks().columns, strict=True))
        lines = pa.array(range(1, self.flat.num_rows + 1), pa.int64())
        for name in self.nested:
            text = _whole(columns.pop(name))
            for key, array in spread(name, text, CellCounts(), Ledger(), lines):
                columns.setdefault(key, array)
        return pa.table(short_names(columns, self.format.prefixes))

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        """All rows as the format reshapes them; where rows hold several events or none, the ledger says so."""
        if self.format.reshape is None:
            yield from self.reading.batches(ledger)
            return
        spread = _Spread()
        for rows in self.reading.batches(ledger):
            shaped = self.format.reshape(rows)
            spread.add(rows, shaped)
            yield shaped
        spread.note(ledger)


@dataclass(slots=True)
class _Spread:
    """Counts raw rows that hold several events, or none."""

    raw: int = 0
    events: int = 0
    hollow: int = 0

    def add(self, raw: Rows, shaped: Rows) -> None:
        self.raw += raw.batch.num_rows
        self.events += shaped.batch.num_rows
        if shaped.lines is not raw.lines:
            self.hollow += raw.batch.num_rows - len(shaped.lines.unique())

    def note(self, ledger: Ledger) -> None:
        if self.events != self.raw or self.hollow:
            text = f"{self.raw:,} rows of the file hold {self.events:,} events"
            ledger.note(
                RepairKind.ROWS_SPREAD, self.raw, text + (f", {self.hollow:,} of them none" * (self.hollow > 0))
            )


def _whole(column: Any) -> Any:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def short_names(columns: dict[str, Any], prefixes: tuple[str, ...]) -> dict[str, Any]:
    """Columns without the prefix of the structure they stood in, where the short name is free.

    Examples
    --------
    >>> short_names({"event": 1, "properties.price": 2, "properties.event": 3}, ("properties.",))
    {'event': 1, 'price': 2, 'properties.event': 3}
    """
    if not prefixes:
        return columns
    found: dict[str, Any] = {}
    for name, column in columns.items():
        plain = next((name.removeprefix(p) for p in prefixes if name.startswith(p)), name)
        found[name if plain in columns or plain in found else plain] = column
    return found


def with_columns(rows: Rows, columns: dict[str, Any]) -> Rows:
    """The rows with other columns."""
    import pyarrow as pa

    batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    return Rows(batch, rows.lines)


def first_filled(*columns: Any) -> Any:
    """The first of some text columns that holds something, cell by cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    filled = []
    for column in columns:
        text = column.cast(pa.string())
        filled.append(
            pc.if_else(pc.equal(pc.utf8_trim_whitespace(text.fill_null("")), ""), pa.scalar(None, pa.string()), text)
        )
    return pc.coalesce(*filled)
