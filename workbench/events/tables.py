"""Finds the tables in a report file: comment blocks, titles, several tables in one file, and grand totals."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workbench.errors import WorkbenchError
from workbench.events import clock, numbers
from workbench.events import dialect as dialects
from workbench.events.delimited import DelimitedReading
from workbench.events.nested import as_text
from workbench.events.reading import Reading, header_names, invented_names
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.shaping import is_total_row
from workbench.events.sheets import SheetReading
from workbench.events.two_headers import two_headers
from workbench.events.wording import words

_MAX_ROWS = 1_100_000
_SPAN = re.compile(r"#?\s*(\d{8})-(\d{8})\s*$|(\d{4}-\d\d-\d\d) (?:to|bis|-|–) (\d{4}-\d\d-\d\d)")
_DAY_OR_YEAR = re.compile(r"^(?:19|20)\d\d(?:[-./]?\d\d){0,2}$|^\d{1,2}[./-]\d{1,2}(?:[./-]\d{0,4})?$")
_YEAR_MONTH = re.compile(r"^(?P<y>(?:19|20)\d\d)(?:[-/.](?P<m>\d{1,2})|(?P<mm>\d\d))$")
_MONTH_YEAR = re.compile(r"^(?P<m>\d{1,2})(?P<mm>)[-/.](?P<y>(?:19|20)\d\d)$")
_NAMED_MONTH = re.compile(r"^(?P<n>[^\W\d_]{3,12})\.?[ -]'?(?P<y>(?:19|20)\d\d|\d\d)$")
_RANGE = re.compile(r"^(\d{4}-\d\d-\d\d)\s*(?:,|/|to|bis|–|-|~)\s*\d{4}-\d\d-\d\d$")
_SUBTOTAL = re.compile(
    r"^(?:total|sum|summe|gesamt|somme|суммa|итого)\s+(?P<a>.+)$|^(?P<b>.+?)\s+(?:total|sum|summe|ergebnis|gesamt)$",
    re.I,
)
_WEEK = re.compile(r"^(?P<y>(?:19|20)\d\d)[- ]?W(?P<w>\d{1,2})$", re.IGNORECASE)
_AVERAGES = frozenset(words("average avg mean median durchschnitt mittelwert schnitt moyenne promedio media"))
_GRAND_TOTALS = ("grand total", "gesamtsumme", "total général", "total general", "totale complessivo")
_LABELLED = re.compile(r"#\s*[^:#]{3,40}:\s*(\d{8})\s*$")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text cells: `totals` is a grand total row kept as a check value, `notes` the lines above it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    notes: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()

    def column(self, name: str) -> list[str]:
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    @property
    def span(self) -> tuple[date | None, date | None]:
        """The dates that the notes say the table covers."""
        first = last = None
        for note in self.notes:
            found = _SPAN.search(note)
            if found:
                first, last = as_date(found[1] or found[3]), as_date(found[2] or found[4])
        # "Start date" and "End date" follow each other, in the language of whoever made the report.
        named = labelled_dates(self.notes)
        return (named[-2], named[-1]) if len(named) > 1 else (first, last)


def labelled_dates(notes: Sequence[str]) -> list[date | None]:
    """The dates that stand behind a label in the notes of a report, in their order."""
    found = (_LABELLED.match(note) for note in notes)
    return [as_date(one[1]) for one in found if one]


def as_date(text: str, day_first: bool = True) -> date | None:
    """A date out of a cell, or None.

    Examples
    --------
    >>> as_date("20210131"), as_date("01.11.2020")
    (datetime.date(2021, 1, 31), datetime.date(2020, 11, 1))
    >>> as_date("2020-11"), as_date("Mar 2021"), as_date("2009-12-28,2010-01-03")
    (datetime.date(2020, 11, 1), datetime.date(2021, 3, 1), datetime.date(2009, 12, 28))
    """
    found = clock.read(text.strip(), day_first)
    if found is None:
        return _month(text.strip())
    return date.fromordinal(date(1970, 1, 1).toordinal() + found.us // 86_400_000_000)


def _month(text: str) -> date | None:
    """The first day of a month, or of a range of days."""
    found = _YEAR_MONTH.match(text) or _MONTH_YEAR.match(text)
    if found:
        return _made(int(found["y"]), int(found["m"] or found["mm"]))
    week = _WEEK.match(text)
    if week:
        return _monday(int(week["y"]), int(week["w"]))
    named = _NAMED_MONTH.match(text)
    if named:
        first = clock.read(f"1 {named['n']} {named['y'] if len(named['y']) == 4 else '20' + named['y']}", True)
        return None if first is None else date.fromordinal(date(1970, 1, 1).toordinal() + first.us // 86_400_000_000)
    days = _RANGE.match(text)
    return as_date(days[1]) if days else None


def _monday(year: int, week: int) -> date | None:
    try:
        return date.fromisocalendar(year, week, 1)
    except ValueError:
        return None  # not every year has a week 53


def _made(year: int, month: int) -> date | None:
    return date(year, month, 1) if 1 <= month <= 12 else None


def tables_of(reading: Reading, ledger: Ledger) -> list[Table]:
    """All tables of a text file, sheet or API answer, from the first on.

    Raises
    ------
    WorkbenchError
        If the source is too long to be a report.
    """
    if isinstance(reading, DelimitedReading):
        numbered = reading.raw_rows(ledger)
        notes = reading.dialect.comments
    elif isinstance(reading, SheetReading):
        numbered, notes = reading.raw_rows(ledger), ()
    else:
        return _column_table(reading, ledger)
    rows = list(itertools.islice(numbered, _MAX_ROWS))
    if len(rows) >= _MAX_ROWS:
        raise WorkbenchError(f"{reading.origin.member.name} is too long to be a report of counts.", "Map it as events.")
    return [table for table in _blocks(rows, notes, ledger) if table.rows]


def _column_table(reading: Reading, ledger: Ledger) -> list[Table]:
    names = tuple(reading.sample.schema.names)
    rows: list[tuple[str, ...]] = []
    for batch in reading.batches(ledger):
        held = dict(zip(batch.batch.schema.names, batch.batch.columns, strict=True))
        missing = [""] * batch.batch.num_rows
        columns = [_cells_of(held[name]) if name in held else missing for name in names]
        rows.extend(zip(*columns, strict=True))
        if len(rows) > _MAX_ROWS:
            raise WorkbenchError(
                f"{reading.origin.member.name} is too long to be a report of counts.", "Map it as events."
            )
    return [Table(names, tuple(rows), tuple(range(1, len(rows) + 1)))] if rows else []


def _cells_of(column: Any) -> list[str]:
    return [as_text(_plain(value)) or "" for value in column.to_pylist()]


def _plain(value: Any) -> Any:
    return (
        json.dumps(value, default=str)
        if isinstance(value, dict | list)
        else (value if isinstance(value, int | float | bool) else value and str(value))
    )


def _blocks(rows: Sequence[tuple[int, list[str]]], notes: tuple[str, ...], ledger: Ledger) -> Iterator[Table]:
    """Tables between blank rows; a block of single cells is a title and goes to the notes of the next."""
    above = list(notes)
    for filled, block in itertools.groupby(rows, key=lambda row: any(cell.strip() for cell in row[1])):
        if not filled:
            continue
        part = list(block)
        while part and part[0][1][0].lstrip().startswith("#"):
            above.append(part.pop(0)[1][0])
        width = dialects.modal_width([_trimmed(cells) for _, cells in part])
        while part and width > 1 and sum(bool(c.strip()) for c in part[0][1]) == 1:
            above.append(next(c for c in part.pop(0)[1] if c.strip()))
            ledger.note(RepairKind.TITLE_ROWS)
        if width == 1 and len(part) < 3:
            above.extend(cells[0] for _, cells in part)
        elif part:
            yield _table(part, tuple(above), ledger)


def _trimmed(cells: Sequence[str]) -> list[str]:
    last = max((place for place, cell in enumerate(cells) if cell.strip()), default=-1)
    return list(cells[: last + 1])


def _table(block: Sequence[tuple[int, list[str]]], notes: tuple[str, ...], ledger: Ledger) -> Table:
    double = two_headers([cells for _, cells in block])
    if double is None:
        return _plain_table(block, notes, ledger)
    ledger.note(RepairKind.HEADER_JOINED, 1, ", ".join(double.names)[:120], [block[0][0]])
    table = _plain_table([(block[0][0], list(double.names)), *block[2:]], notes, ledger)
    return table if double.crossed is None else _uncrossed(table, *double.crossed)


def _uncrossed(table: Table, groups: tuple[str, ...], columns: tuple[str, ...]) -> Table:
    """A table of several measures that are each split into the same columns: a row a segment, a column a measure."""
    places = {(group, column): table.columns.index(f"{group} {column}") for group in groups for column in columns}
    kept = [place for place in range(len(table.columns)) if place not in places.values()]
    rows, lines = [], []
    for row, line in zip(table.rows, table.lines, strict=True):
        for column in columns:
            counts = (row[places[group, column]] for group in groups)
            rows.append((*(row[place] for place in kept), column, *counts))
            lines.append(line)
    names = (*(table.columns[place] for place in kept), "segment", *groups)
    return Table(names, tuple(rows), tuple(lines), table.notes)


def _plain_table(block: Sequence[tuple[int, list[str]]], notes: tuple[str, ...], ledger: Ledger) -> Table:
    header = _trimmed(block[0][1])
    width = len(header)
    is_headless = _is_data(header)
    names = invented_names(width, ledger) if is_headless else header_names(header, ledger)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    totals: tuple[str, ...] = ()
    labels: set[str] = set()
    for line, cells in block if is_headless else block[1:]:
        extra = [cell for cell in cells[width:] if cell.strip()]
        if _is_subtotal(cells, labels) or (rows and _is_average(cells)):
            ledger.note(RepairKind.TOTAL_ROW, 1, ", ".join(cells)[:120], [line])
            continue
        if is_total_row(extra) or _is_total(cells, bool(rows)):
            totals = tuple(cells[:width])
            ledger.note(RepairKind.TOTAL_ROW, 1, ", ".join(cells)[:120], [line])
            continue
        rows.append(tuple((cells + [""] * width)[:width]))
        lines.append(line)
        labels |= {cell.strip().casefold() for cell in cells[:-1] if cell.strip() and not numbers.is_number(cell)}
    return Table(names, tuple(rows), tuple(lines), notes, totals)


def _is_data(cells: Sequence[str]) -> bool:
    """Whether the first row of a table is a row like the others: no column is called by a count."""
    counts = [cell for cell in cells if numbers.is_number(cell) and not _DAY_OR_YEAR.match(cell.strip())]
    return bool(counts) and all(cell.strip() for cell in cells)


def _is_total(cells: Sequence[str], is_below: bool) -> bool:
    """Whether a row below others, or a grand total anywhere, calls itself so in its first filled cell."""
    first = next((cell for cell in cells if cell.strip()), "")
    is_sure = is_below or first.strip().casefold() in _GRAND_TOTALS
    return is_sure and is_total_row([first]) and not numbers.is_number(first)


def _is_subtotal(cells: Sequence[str], above: set[str]) -> bool:
    """Whether a row adds up the rows of a label above it, as pivot tables do: “Visit Total” below “Visit”."""
    found = _SUBTOTAL.match(next((cell for cell in cells if cell.strip()), "").strip())
    return found is not None and (found["a"] or found["b"]).strip().casefold() in above


def _is_average(cells: Sequence[str]) -> bool:
    """Whether a row below the others is their average."""
    return next((cell for cell in cells if cell.strip()), "").strip().rstrip(":").casefold() in _AVERAGES


def api_tables(answer: dict[str, Any]) -> list[Table]:
    """Tables of a GA4 Data API answer: runReport, or runFunnelReport with its parts."""
    if "dimensionHeaders" in answer or "metricHeaders" in answer:
        return [_api_table(answer)]
    parts = [answer[name] for name in ("funnelTable", "funnelVisualization") if isinstance(answer.get(name), dict)]
    # The second sub-report of a funnel draws the same people again.
    parts = [part for part in parts if part.get("rows")][:1]
    parts += [one for one in _listed(answer, "reports") if isinstance(one, dict)]
    return [_api_table(part) for part in parts if part.get("rows")]


def _api_table(part: dict[str, Any]) -> Table:
    heads = [*_listed(part, "dimensionHeaders"), *_listed(part, "metricHeaders")]
    rows = [_api_cells(row) for row in _listed(part, "rows")]
    totals = _listed(part, "totals")
    total = _api_cells(totals[0]) if totals else ()
    names = tuple(str(head.get("name", "")) if isinstance(head, dict) else str(head) for head in heads)
    width = len(names)
    fitted = tuple(tuple((list(row) + [""] * width)[:width]) for row in rows)
    return Table(names, fitted, tuple(range(1, len(rows) + 1)), totals=total)


def _listed(part: Any, name: str) -> list[Any]:
    """A list inside an answer; whatever else stands in its place holds nothing."""
    found = part.get(name) if isinstance(part, dict) else None
    return found if isinstance(found, list) else []


def _api_cells(row: Any) -> tuple[str, ...]:
    cells = [*_listed(row, "dimensionValues"), *_listed(row, "metricValues")]
    return tuple(str(cell.get("value", "")) if isinstance(cell, dict) else str(cell) for cell in cells)
