"""Reads delimited text: quickly where the file is clean, carefully where it is not, with the same rows either way."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from workbench.errors import WorkbenchError
from workbench.events import dialect as dialects
from workbench.events import duck
from workbench.events.archives import Member, Staging
from workbench.events.dialect import Dialect
from workbench.events.reading import BATCH_ROWS, SAMPLE_ROWS, Origin, Rows, header_names, invented_names, text_rows
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.text import TextFile
from workbench.events.windows import spread_lines

if TYPE_CHECKING:
    import pyarrow as pa

MAX_LINE = 16 << 20
MAX_COLUMNS = 20_000
_HEAD = 1 << 18
QUICK_FROM = 1 << 18  # below that the careful road is as fast, since DuckDB takes a while to wake up
_MAX_SPAN = 5_000
_MAX_ESCAPED = 50
_PER_PLACE = 40


@dataclass(slots=True)
class _Lines:
    """Feeds physical lines to the csv reader and remembers those of the record it is in."""

    file: TextIO
    ledger: Ledger
    number: int = 0
    record: list[str] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.pushed.pop() if self.pushed else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self.record.append(line)
        return line

    def _read(self) -> str:
        line = self.file.readline(MAX_LINE)
        while len(line) >= MAX_LINE and line[-1] not in "\r\n":
            while len(line) >= MAX_LINE and line[-1] not in "\r\n":
                line = self.file.readline(MAX_LINE)
            self.number += 1
            self.ledger.note(RepairKind.LINE_TOO_LONG, 1, "longer than 16 MiB", [self.number])
            line = self.file.readline(MAX_LINE)
        return line

    def take_back(self, keep: int) -> list[str]:
        """Return all but the first `keep` lines of the current record to the stream."""
        kept, back = self.record[:keep], self.record[keep:]
        self.pushed.extend(reversed(back))
        self.number -= len(back)
        return kept


class DelimitedReading:
    """A delimited text file with its dialect."""

    def __init__(self, member: Member, text: TextFile, dialect: Dialect, signs: str = "") -> None:
        self._member = member
        self._text = text
        self._signs = signs
        self.dialect = dialect

    @property
    def origin(self) -> Origin:
        container = {"\t": "tsv"}.get(self.dialect.separator, "csv")
        text, separator = self._text, self._signs or self.dialect.separator
        return Origin(self._member, container, text.size, text.sha256, text.encoding, separator)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return self._named(Ledger())

    def _named(self, ledger: Ledger) -> tuple[str, ...]:
        first = self._first
        if first is None:
            return ()
        if len(first) > MAX_COLUMNS:
            raise WorkbenchError(f"{self._member.name} has {len(first):,} columns.", "Export fewer columns.")
        if not self.dialect.has_header:
            return invented_names(max(len(first), self.dialect.width), ledger)
        return header_names(first, ledger)

    @cached_property
    def _first(self) -> list[str] | None:
        """The cells of the first record: the header, where there is one."""
        return next((cells for _, cells in self._records(self._open(), Ledger(), self.dialect.skip)), None)

    @cached_property
    def sample(self) -> pa.Table:
        import pyarrow as pa

        rows = next(self._careful(Ledger(), 0, SAMPLE_ROWS), None)
        if rows is None:
            return pa.table({name: pa.array([], pa.string()) for name in self.columns})
        return pa.concat_tables([pa.Table.from_batches([rows.batch]), *self._spread_rows()]).combine_chunks()

    def _spread_rows(self) -> Iterator[pa.Table]:
        """Rows at places spread over a long file; a part of a record has another width and is left out."""
        import pyarrow as pa

        dialect, width = self.dialect, len(self.columns)
        for lines in spread_lines(self._text.path, self._text.path.stat().st_size):
            text = b"\n".join(lines[:_PER_PLACE]).decode("utf-8", "replace")
            rows = dialects.parse(text, dialect.separator, dialect.quote, dialect.escape)
            found = [row for row in rows if len(row) == width]
            if found:
                yield pa.Table.from_batches([text_rows(self.columns, found, range(len(found))).batch])

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        self._book_preamble(ledger)
        self._named(ledger)
        delivered = 0
        if self._is_clean:
            for rows in self._quick():
                delivered += rows.batch.num_rows
                yield self._without_headers(rows, ledger)
            if self.was_quick:
                return
        yield from self._careful(ledger, delivered, BATCH_ROWS)

    def column(self, name: str) -> Iterator[Any]:
        """One column of the whole file, batch by batch, for decisions that need all of it."""
        for rows in self.batches(Ledger()):
            yield rows.batch.column(name)

    def raw_rows(self, ledger: Ledger) -> Iterator[tuple[int, list[str]]]:
        """(First line, cells) of every record from the header on, blank ones too, as a report needs them."""
        self._book_preamble(ledger)
        lines = _Lines(self._open(), ledger)
        for _ in itertools.islice(lines, self.dialect.skip):
            lines.record.clear()
        while True:
            lines.record.clear()
            start = lines.number + 1
            cells = self._record(lines, ledger)
            if cells is None:
                lines.file.close()
                return
            if not dialects.is_rule(cells):
                yield start, cells

    def _book_preamble(self, ledger: Ledger) -> None:
        dialect, text = self.dialect, self._text
        ledger.note(RepairKind.SEP_LINE, int(dialect.has_sep_line), f"sep={self._signs or dialect.separator}")
        ledger.note(RepairKind.COMMENT_LINES, len(dialect.comments), next(iter(dialect.comments), ""))
        ledger.note(RepairKind.TITLE_ROWS, dialect.titles)
        ledger.note(RepairKind.CELLS_TRIMMED, int(dialect.is_padded), "blanks beside every separator")
        if not text.has_one_newline:
            kinds = {"\\r\\n": text.crlf, "\\n": text.lf, "\\r": text.lone_cr}
            odd = sorted(count for count in kinds.values() if count)[:-1]
            shown = ", ".join(f"{count} x {name}" for name, count in kinds.items() if count)
            ledger.note(RepairKind.NEWLINES_MIXED, sum(odd), shown)

    def _open(self) -> TextIO:
        file = self._text.path.open("rb")
        file.seek(self._text.start)
        return io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")

    # The careful road

    def _records(self, file: TextIO, ledger: Ledger, skip: int) -> Iterator[tuple[int, list[str]]]:
        """(First physical line, cells) of every record after `skip` lines; blank lines are booked and left out."""
        with file:
            lines = _Lines(file, ledger)
            for _ in itertools.islice(lines, skip):
                lines.record.clear()
            while True:
                lines.record.clear()
                start = lines.number + 1
                cells = self._record(lines, ledger)
                if cells is None:
                    return
                if ((cells and cells[0].strip()) or len(cells) > 1) and not dialects.is_rule(cells):
                    yield start, cells
                else:
                    ledger.note(RepairKind.BLANK_LINE, 1, "", [start])

    def _record(self, lines: _Lines, ledger: Ledger) -> list[str] | None:
        try:
            cells = next(self._reader(lines))
        except StopIteration:
            return None
        except csv.Error:
            return self._literal(lines, ledger)
        if len(cells) != self.dialect.width and self._has_escapes(lines.record[0]):
            return self._escaped(lines) or cells
        if len(lines.record) > 1 and self._is_runaway(cells, lines):
            return self._literal(lines, ledger)
        return [cell.strip() for cell in cells] if self.dialect.is_padded else cells

    def _has_escapes(self, line: str) -> bool:
        """Whether a line marks a tab or its end as part of a value, as feeds without quotation marks do."""
        return self.dialect.separator == "\t" and ("\\\t" in line or line.rstrip("\r\n").endswith("\\"))

    def _escaped(self, lines: _Lines) -> list[str] | None:
        """The record with its marked tabs and ends of line as characters, or None if that does not fit either."""
        before = len(lines.record)
        for _ in range(_MAX_ESCAPED):
            reader = csv.reader(lines.record, delimiter="\t", escapechar="\\", quoting=csv.QUOTE_NONE)
            cells = next(reader, [])
            if len(cells) >= self.dialect.width or not lines.record[-1].rstrip("\r\n").endswith("\\"):
                break
            if next(lines, None) is None:
                break
        if len(cells) == self.dialect.width:
            return cells
        lines.take_back(before)
        return None

    def _reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        d = self.dialect
        return csv.reader(
            itertools.islice(lines, _MAX_SPAN),
            delimiter=d.separator,
            quotechar=d.quote,
            escapechar=d.escape or None,
            skipinitialspace=d.is_padded,
            strict=True,
        )

    def _is_runaway(self, cells: list[str], lines: _Lines) -> bool:
        """Whether a stray quotation mark swallowed lines: the record has an odd width, its first line alone has not."""
        first = self._split(lines.record[0])
        return len(cells) != self.dialect.width and len(first) == self.dialect.width

    def _split(self, line: str) -> list[str]:
        """The cells of one line; a quotation mark without its second is taken off."""
        quote = self.dialect.quote
        cells = line.rstrip("\r\n").split(self.dialect.separator)
        return [_unquoted(cell, quote) if cell.startswith(quote) else cell for cell in cells]

    def _literal(self, lines: _Lines, ledger: Ledger) -> list[str]:
        """The first line of the record without the quotation mark that is never closed; the rest goes back."""
        line = lines.take_back(1)[0]
        ledger.note(RepairKind.QUOTE_BROKEN, 1, line.strip()[:120], [lines.number])
        lenient = csv.reader([line], delimiter=self.dialect.separator, quotechar=self.dialect.quote)
        loose = next(lenient, [])
        return loose if len(loose) == self.dialect.width else self._split(line)

    def _careful(self, ledger: Ledger, delivered: int, batch_rows: int) -> Iterator[Rows]:
        names = self.columns
        records = self._records(self._open(), ledger, self.dialect.skip)
        records = itertools.islice(records, delivered + self.dialect.has_header, None)
        while block := list(itertools.islice(records, batch_rows)):
            fitted = [self._fitted(start, cells, len(names), ledger) for start, cells in block]
            yield self._without_headers(text_rows(names, fitted, [start for start, _ in block]), ledger)

    def _without_headers(self, rows: Rows, ledger: Ledger) -> Rows:
        """Leave out rows that say what the header says, as they stand where files were put together."""
        import pyarrow as pa
        import pyarrow.compute as pc

        header = self._first or []
        if not self.dialect.has_header or len(header) < 2:
            return rows
        likely = pc.equal(rows.batch.column(0), header[0]).fill_null(False).to_numpy(zero_copy_only=False)
        columns = rows.batch.columns
        again = [p for p in map(int, np.flatnonzero(likely)) if [column[p].as_py() for column in columns] == header]
        if not again:
            return rows
        ledger.note(RepairKind.HEADER_REPEATED, len(again), ",".join(header), [rows.lines[p].as_py() for p in again])
        keep = np.ones(len(rows.lines), bool)
        keep[again] = False
        mask = pa.array(keep)
        return Rows(rows.batch.filter(mask), rows.lines.filter(mask))

    def _fitted(self, start: int, cells: list[str], width: int, ledger: Ledger) -> list[str]:
        if len(cells) == width:
            return cells
        if len(cells) < width:
            ledger.note(RepairKind.SHORT_ROW, 1, f"{len(cells)} of {width} cells", [start])
            return cells + [""] * (width - len(cells))
        if any(cell.strip() for cell in cells[width:]):
            ledger.note(RepairKind.LONG_ROW, 1, f"{len(cells)} cells for {width} columns", [start])
        return cells[:width]

    # The quick road

    @property
    def _is_clean(self) -> bool:
        """Whether the file is written as DuckDB's strict reader takes it, so that both roads give the same rows."""
        text, dialect = self._text, self.dialect
        has_plain_header = not any("\n" in cell or "\r" in cell for cell in self._first or ())
        return (
            has_plain_header
            and text.size > QUICK_FROM
            and text.has_one_newline
            and dialect.quote == '"'
            and not dialect.escape
            and not dialect.is_padded
            and text.start in (0, 3)
        )

    was_quick = False

    def _quick(self) -> Iterator[Rows]:
        """Batches of DuckDB's strict reader; ends early, with `was_quick` unset, at the first line it refuses."""
        import duckdb
        import pyarrow as pa

        self.was_quick = False
        first = self.dialect.skip + self.dialect.has_header + 1
        names = self.columns
        try:
            for batch in self._stream(names):
                lines = pa.array(np.arange(first, first + batch.num_rows))
                first += batch.num_rows
                yield Rows(pa.RecordBatch.from_arrays(batch.columns, names=list(names)), lines)
        except (duckdb.Error, pa.ArrowException, OSError):
            return
        self.was_quick = True

    def _stream(self, names: tuple[str, ...]) -> Any:
        columns = {f"c{place}": "VARCHAR" for place in range(len(names))}
        relation = duck.all_threads().read_csv(
            str(self._text.path),
            delimiter=self.dialect.separator,
            quotechar='"',
            escapechar='"',
            header=False,
            skiprows=self.dialect.skip + self.dialect.has_header,
            columns=columns,
            auto_detect=False,
            strict_mode=True,
            ignore_errors=False,
            null_padding=False,
        )
        return relation.to_arrow_reader(BATCH_ROWS)


def _unquoted(cell: str, quote: str) -> str:
    inner = cell[1:-1] if len(cell) > 1 and cell.endswith(quote) else cell[1:]
    return inner.replace(quote * 2, quote)


def open_delimited(member: Member, text: TextFile, staging: Staging) -> DelimitedReading:
    """Open a text file as delimited rows."""
    head = _complete_head(text)
    signs = dialects.several_signs(head)
    if signs:
        text = _with_one_sign(text, signs, staging)
        head = _complete_head(text)
    return DelimitedReading(member, text, dialects.sniff(head), signs)


def _complete_head(text: TextFile) -> str:
    with text.path.open("rb") as file:
        file.seek(text.start)
        head = file.read(_HEAD)
    complete = head[: head.rfind(b"\n") + 1] if len(head) == _HEAD and b"\n" in head else head
    return complete.decode("utf-8", "replace")


def _with_one_sign(text: TextFile, signs: str, staging: Staging) -> TextFile:
    """A copy in which one sign separates cells; between quotation marks the signs stay."""
    target, several, one = staging.new_path(), signs.encode(), dialects.UNIT.encode()
    is_inside = False
    with text.path.open("rb") as source, target.open("wb") as out:
        source.seek(text.start)
        for line in source:
            parts = line.split(b'"')
            for place, part in enumerate(parts):
                out.write(b'"' * (place > 0))
                out.write(part if is_inside else part.replace(several, one))
                is_inside ^= place < len(parts) - 1
    return replace(text, path=target, start=0)
