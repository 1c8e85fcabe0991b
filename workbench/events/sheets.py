"""Reads spreadsheets (xlsx, xls, ods): the visible sheet that holds a table, from its header on."""

from __future__ import annotations

import datetime as dt
import itertools
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.events import dialect as dialects
from workbench.events.archives import Limits, Member
from workbench.events.reading import BATCH_ROWS, SAMPLE_ROWS, Origin, Rows, header_names, invented_names, text_rows
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.text import digest_of

if TYPE_CHECKING:
    import pyarrow as pa

MAX_ROWS = 1_048_576
MAX_UNPACKED = 4 << 30


class SheetReading:
    """One sheet of a workbook; without a name the visible sheet with the most filled cells near its top."""

    def __init__(self, member: Member, sheet: str | None = None) -> None:
        self._member = member
        self._sha256 = digest_of(member.path)
        self._book = open_book(member)
        with damage(member):
            self.sheet = sheet or best_sheet(self._book)
            self.others = () if sheet else tuple(other_tables(self._book, self.sheet))

    @property
    def origin(self) -> Origin:
        container = "ods" if self._is_ods else "xlsx"
        return Origin(self._member, container, self._member.path.stat().st_size, self._sha256, sheet=self.sheet)

    @property
    def _is_ods(self) -> bool:
        with self._member.path.open("rb") as file:
            return b"opendocument" in file.read(200)

    @cached_property
    def _layout(self) -> tuple[int, int, bool, int]:
        """(First row of the table, title rows above it, has a header, width)."""
        head = [row for _, row in itertools.islice(self._rows(), 300)]
        filled = [_trimmed(row) for row in head]
        usual = dialects.modal_width(filled)
        first = next((place for place, row in enumerate(filled) if sum(map(bool, row)) >= min(2, usual)), 0)
        titles = sum(any(row) for row in filled[:first])
        table = [row for row in head[first:] if any(row)]
        return first, titles, dialects.has_header(table), max(map(len, filled[first:] or [[]]), default=0)

    @cached_property
    def _cells(self) -> Any:
        """The sheet, unpacked once: that takes most of the time."""
        return self._book.get_sheet_by_name(self.sheet)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        with damage(self._member):
            sheet = self._cells
            start = sheet.start[0] if sheet.start else 0
            for number, row in enumerate(sheet.iter_rows(), start + 1):
                yield number, [cell_text(value) for value in row]

    def _names(self, ledger: Ledger) -> tuple[str, ...]:
        first, _, has_header, width = self._layout
        row = next(itertools.islice(self._rows(), first, None), None)
        if row is None or width == 0:
            return ()
        return header_names(row[1][:width], ledger) if has_header else invented_names(width, ledger)

    @cached_property
    def sample(self) -> pa.Table:
        import pyarrow as pa

        rows = next(self._blocks(Ledger(), SAMPLE_ROWS), None)
        if rows is None:
            return pa.table({name: pa.array([], pa.string()) for name in self._names(Ledger())})
        return pa.Table.from_batches([rows.batch])

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        ledger.note(RepairKind.TITLE_ROWS, self._layout[1])
        self._names(ledger)
        yield from self._blocks(ledger, BATCH_ROWS)

    def raw_rows(self) -> Iterator[tuple[int, list[str]]]:
        """(Row number, cells) of every row of the sheet."""
        return self._rows()

    def _blocks(self, ledger: Ledger, size: int) -> Iterator[Rows]:
        first, _, has_header, width = self._layout
        names = self._names(Ledger())
        rows = itertools.islice(self._rows(), first + has_header, None)
        filled = ((number, _fitted(row, width)) for number, row in rows if any(cell.strip() for cell in row))
        while block := list(itertools.islice(filled, size)):
            yield text_rows(names, [row for _, row in block], [number for number, _ in block])


def _fitted(row: list[str], width: int) -> list[str]:
    return row[:width] + [""] * (width - len(row))


def _trimmed(row: Sequence[str]) -> list[str]:
    last = max((place for place, cell in enumerate(row) if cell), default=-1)
    return list(row[: last + 1])


def cell_text(value: Any) -> str:
    """A cell as text: whole numbers without a point, dates in ISO form.

    Examples
    --------
    >>> cell_text(3.0), cell_text(dt.datetime(2021, 3, 1, 10)), cell_text(True)
    ('3', '2021-03-01 10:00:00', 'true')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return "" if value is None else str(value)


def open_book(member: Member) -> Any:
    """Open a workbook after checking how far its parts unpack.

    Raises
    ------
    WorkbenchError
        If the file is damaged, protected, or unpacks beyond the limits.
    """
    import python_calamine

    _refuse_bomb(member)
    with damage(member):
        return python_calamine.CalamineWorkbook.from_path(str(member.path))


@contextmanager
def damage(member: Member) -> Iterator[None]:
    """Turns what a spreadsheet's reader refuses into a message."""
    import python_calamine

    try:
        yield
    except python_calamine.WorksheetNotFound as error:
        raise WorkbenchError(f"{member.name} has no sheet {error}.", "Name one that is there.") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise WorkbenchError(
            f"{member.name} cannot be opened as a spreadsheet: {error}.", "Save it again without a password, or as CSV."
        ) from error


def _refuse_bomb(member: Member) -> None:
    if not zipfile.is_zipfile(member.path):
        return
    try:
        with zipfile.ZipFile(member.path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return  # the reader will say what is wrong with it
    packed = max(member.path.stat().st_size, 1)
    if size > MAX_UNPACKED or (size > 256 << 20 and size > Limits().ratio * packed):
        raise WorkbenchError(f"{member.name} unpacks to {size >> 20:,} MiB.", "Save the sheet as CSV and open that.")


def visible_sheets(book: Any) -> list[str]:
    """Names of the sheets that are neither hidden nor charts."""
    shown = [
        sheet.name
        for sheet in book.sheets_metadata
        if str(sheet.visible).endswith(".Visible") and str(sheet.typ).endswith(".WorkSheet")
    ]
    return shown or list(book.sheet_names)


def best_sheet(book: Any) -> str:
    """The visible sheet whose first rows hold the most filled cells."""
    names = visible_sheets(book)
    if len(names) == 1:
        return names[0]
    return max(names, key=lambda name: _filled(book, name)) if names else ""


def other_tables(book: Any, chosen: str) -> Iterator[str]:
    """Visible sheets beside the chosen one that hold rows of several cells."""
    for name in visible_sheets(book):
        if name != chosen:
            rows = itertools.islice(book.get_sheet_by_name(name).iter_rows(), 20)
            if sum(sum(cell not in ("", None) for cell in row) > 1 for row in rows) > 1:
                yield name


def _filled(book: Any, name: str) -> int:
    rows = itertools.islice(book.get_sheet_by_name(name).iter_rows(), 200)
    return sum(len([cell for cell in row if cell not in ("", None)]) for row in rows)
