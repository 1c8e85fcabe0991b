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
from workbench.events.two_headers import TwoHeaders, two_headers

if TYPE_CHECKING:
    import pyarrow as pa

MAX_ROWS = 1_048_576
MAX_UNPACKED = 4 << 30
_EXACT = float(1 << 53)  # a spreadsheet keeps numbers as floats: beyond this neighbours become one


class Sheet:
    """One sheet of a workbook with the place of its table."""

    def __init__(self, member: Member, book: Any, name: str) -> None:
        self._member = member
        self._book = book
        self.name = name
        self.rounded: list[int] = []
        self.double: TwoHeaders | None = None

    @cached_property
    def _layout(self) -> tuple[int, int, bool, int]:
        """(First row of the table, title rows above it, has a header, width)."""
        head = [row for _, row in itertools.islice(self.rows(), 300)]
        filled = [_trimmed(row) for row in head]
        usual = dialects.modal_width(filled)
        first = next((place for place, row in enumerate(filled) if sum(map(bool, row)) >= min(2, usual)), 0)
        titles = sum(any(row) for row in filled[:first])
        table = [row for row in head[first:] if any(row)]
        self.double = two_headers(table)
        return first, titles, dialects.has_header(table), max(map(len, filled[first:] or [[]]), default=0)

    @property
    def titles(self) -> int:
        return self._layout[1]

    @cached_property
    def _cells(self) -> Any:
        """The sheet, unpacked once: that takes most of the time."""
        return self._book.get_sheet_by_name(self.name)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(Row number, cells) of every row; `rounded` keeps the rows with numbers too long for a spreadsheet."""
        self.rounded = []
        with damage(self._member):
            sheet = self._cells
            start = sheet.start[0] if sheet.start else 0
            for number, row in enumerate(sheet.iter_rows(), start + 1):
                if any(type(value) is float and not -_EXACT < value < _EXACT for value in row):
                    self.rounded.append(number)
                yield number, [cell_text(value) for value in row]

    def names(self, ledger: Ledger) -> tuple[str, ...]:
        """Names of the columns."""
        first, _, has_header, width = self._layout
        if self.double is not None:
            return header_names(self.double.names, ledger)
        row = next(itertools.islice(self.rows(), first, None), None)
        if row is None or width == 0:
            return ()
        return header_names(row[1][:width], ledger) if has_header else invented_names(width, ledger)

    def blocks(self, size: int) -> Iterator[Rows]:
        """The rows of the table in batches."""
        first, _, has_header, width = self._layout
        names = self.names(Ledger())
        rows = itertools.islice(self.rows(), first + has_header + (self.double is not None), None)
        filled = ((number, _fitted(row, width)) for number, row in rows if any(cell.strip() for cell in row))
        while block := list(itertools.islice(filled, size)):
            yield text_rows(names, [row for _, row in block], [number for number, _ in block])

    def table(self) -> list[list[str]]:
        """All rows of the table below its header, for comparison with other sheets."""
        first, _, has_header, _ = self._layout
        rows = itertools.islice(self.rows(), first + has_header + (self.double is not None), None)
        return [_trimmed(row) for _, row in rows if any(cell.strip() for cell in row)]


class SheetReading:
    """The table of a workbook: of a named sheet, else of the visible one with the most filled cells near its top, and
    then of the others that go on under the same header, as a sheet a month does."""

    def __init__(self, member: Member, sheet: str | None = None) -> None:
        self._member = member
        self._sha256 = digest_of(member.path)
        book = open_book(member)
        with damage(member):
            best = sheet or best_sheet(book)
            self._sheets = [Sheet(member, book, best)] if sheet else _continued(member, book, best)
            joined = [one.name for one in self._sheets]
            self.others = () if sheet else tuple(name for name in other_tables(book, best) if name not in joined)

    @property
    def sheet(self) -> str:
        return ", ".join(one.name for one in self._sheets)

    @property
    def origin(self) -> Origin:
        container = "ods" if self._is_ods else "xlsx"
        return Origin(self._member, container, self._member.path.stat().st_size, self._sha256, sheet=self.sheet)

    @property
    def _is_ods(self) -> bool:
        with self._member.path.open("rb") as file:
            return b"opendocument" in file.read(200)

    @cached_property
    def sample(self) -> pa.Table:
        import pyarrow as pa

        first = self._sheets[0]
        rows = next(first.blocks(SAMPLE_ROWS), None)
        if rows is None:
            return pa.table({name: pa.array([], pa.string()) for name in first.names(Ledger())})
        return pa.Table.from_batches([rows.batch])

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        self._sheets[0].names(ledger)
        counts = []
        for sheet in self._sheets:
            ledger.note(RepairKind.TITLE_ROWS, sheet.titles)
            if sheet.double is not None:
                ledger.note(RepairKind.HEADER_JOINED, 1, ", ".join(sheet.double.names)[:120])
            counts.append(0)
            for rows in sheet.blocks(BATCH_ROWS):
                counts[-1] += rows.batch.num_rows
                yield rows
            self._book_rounded(sheet, ledger)
        self._book_joined(counts, ledger)

    def raw_rows(self, ledger: Ledger) -> Iterator[tuple[int, list[str]]]:
        """(Row number, cells) of every row; a blank row stands between the sheets."""
        counts = []
        for sheet in self._sheets:
            counts.append(0)
            for number, row in sheet.rows():
                counts[-1] += 1
                yield number, row
            yield 0, [""]
            self._book_rounded(sheet, ledger)
        self._book_joined([max(0, count - 1) for count in counts], ledger)

    def _book_rounded(self, sheet: Sheet, ledger: Ledger) -> None:
        text = "whole numbers of more than 15 digits, which a spreadsheet rounds"
        ledger.note(RepairKind.NUMBER_ROUNDED, len(sheet.rounded), text, sheet.rounded)

    def _book_joined(self, counts: Sequence[int], ledger: Ledger) -> None:
        if len(counts) > 1:
            pairs = zip(self._sheets, counts, strict=True)
            shown = ", ".join(f"{sheet.name}: {count:,} rows" for sheet, count in pairs)
            ledger.note(RepairKind.SHEETS_JOINED, len(counts), shown)


def _continued(member: Member, book: Any, best: str) -> list[Sheet]:
    """The best sheet and those that go on under its header, in the order of the workbook; no copy, and no sheet that
    holds what the others hold together."""
    sheets = [Sheet(member, book, name) for name in visible_sheets(book)]
    chosen = next((sheet for sheet in sheets if sheet.name == best), Sheet(member, book, best))
    names = chosen.names(Ledger())
    alike = [sheet for sheet in sheets if sheet.name == best or sheet.names(Ledger()) == names]
    if len(alike) < 2 or not names or names[0] == "column_1":
        return [chosen]
    kept: list[Sheet] = []
    tables: list[list[list[str]]] = []
    for sheet in alike:
        table = sheet.table()
        if table and table not in tables:
            kept.append(sheet)
            tables.append(table)
    sizes = [len(table) for table in tables]
    whole = max(range(len(sizes)), key=sizes.__getitem__, default=0)
    if len(sizes) > 2 and 2 * sizes[whole] == sum(sizes):
        others = [row for place, table in enumerate(tables) if place != whole for row in table]
        kept = [kept[whole]] if sorted(others) == sorted(tables[whole]) else kept
    return kept or [chosen]


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
        return str(int(value)) if value.is_integer() and abs(value) < 1e22 else repr(value)
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
