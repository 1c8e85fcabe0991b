"""What every container (text, JSON lines, Parquet, sheet ...) looks like to the formats: columns and batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from workbench.events.archives import Member
from workbench.events.repairs import Ledger, RepairKind

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 65_536
SAMPLE_ROWS = 1_000
_BLANKS = " \t\r\n\u00a0\u202f\ufeff\u200b"


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of raw rows and the 1-based line, record or sheet row that each came from."""

    batch: pa.RecordBatch
    lines: Any


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from, as the import report keeps it."""

    member: Member
    container: str
    size: int
    sha256: str
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None


class Reading(Protocol):
    """A source that is open for reading; `sample` holds its first rows and may be smaller than the source."""

    @property
    def origin(self) -> Origin: ...

    @property
    def sample(self) -> pa.Table: ...

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        """All rows from the first on, in source order; repairs and losses go to the ledger."""
        ...


def header_names(cells: Sequence[str], ledger: Ledger) -> tuple[str, ...]:
    """Names of columns: trimmed, never empty, never twice.

    Examples
    --------
    >>> header_names([" User ID ", "Time", "Time", ""], Ledger())
    ('User ID', 'Time', 'Time_2', 'column_4')
    """
    names: list[str] = []
    for place, cell in enumerate(cells):
        name = " ".join(cell.strip(_BLANKS).split()) if "\n" in cell else cell.strip(_BLANKS)
        if name != cell and name:
            ledger.note(RepairKind.HEADER_TRIMMED, 1, repr(cell))
        wanted = name or f"column_{place + 1}"
        unique, count = wanted, 1
        while unique in names:
            count += 1
            unique = f"{wanted}_{count}"
        if unique != name:
            ledger.note(RepairKind.HEADER_RENAMED, 1, f"{name or 'column ' + str(place + 1)} is now {unique}")
        names.append(unique)
    return tuple(names)


def invented_names(width: int, ledger: Ledger) -> tuple[str, ...]:
    """Names for a table without a header."""
    ledger.note(RepairKind.HEADER_INVENTED, 1, f"{width} columns")
    return tuple(f"column_{place + 1}" for place in range(width))


def text_rows(names: Sequence[str], rows: Sequence[Sequence[str | None]], lines: Sequence[int]) -> Rows:
    """A batch of text columns out of rows of equal width."""
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays = [pa.array(column, pa.string()) for column in columns]
    return Rows(pa.RecordBatch.from_arrays(arrays, names=list(names)), pa.array(lines, pa.int64()))
