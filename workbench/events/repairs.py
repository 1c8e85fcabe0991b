"""What an import mended, dropped and noticed, counted and named: nothing is changed silently.

Kinds of repair (`repairs` of an import report):

==================  ===================================================================================================
kind                what was done
==================  ===================================================================================================
bom_removed         a byte order mark stood before the first header, or before a later line
recoded             the text was not UTF-8 and was read in the encoding the report names
undecodable         bytes that the encoding does not know were replaced by U+FFFD
nul_removed         NUL bytes inside text were taken out
newlines_mixed      lines end in different ways; each way was taken as an end of line
sep_line            a `sep=;` line named the separator and is no data
comment_lines       lines before the table that begin with `#`
title_rows          rows above the header that are not part of the table
total_row           a total or grand total was left out of the rows and kept as a check value
table_turned        dates or segments stood across the columns of counts; each count became a row
table_passed_over   a further table of a report counts the same steps in another way, or no steps, and was not added
header_invented     the first row is data, so columns were named column_1, column_2 ...
header_renamed      an empty or repeated header got a name of its own
header_joined       a header of two rows, a group above its columns, was read as one
header_trimmed      blanks around a header were taken off
header_repeated     the header stands again further down, as where files were put together; it is no row
cells_trimmed       blanks beside every separator were taken off the cells
short_row           a row with too few cells; the missing ones are empty
long_row            a row with more cells than the header; the surplus is not kept
quote_broken        a quotation mark that is never closed was taken off, and its line ends where it ends
blank_line          a line that holds nothing
broken_record       a line or record that is no valid JSON was left out
line_too_long       a line longer than 16 MiB was left out
rows_spread         a row that holds several events, as a hit or a visit does, became a row an event
json_unread         a cell that looks like JSON but is broken; its text is kept
json_repr           a cell written by Python's repr() was read as JSON
number_format       numbers with thousands separators, decimal commas, currency or per cent signs
epoch_unit          times given as a number since 1970; the unit was told by their size
epoch_mixed         one column holds epoch numbers of several units; each was told by its own size
excel_serial        times given as days since 1899-12-30
day_order           dates such as 03/04/2021 were read day first or month first; the example says which and why
time_formats        one column holds several ways to write a time
zone_assumed        times without a zone were read in the zone the report names
dst_gap             a local time that the clock skipped was moved on by the length of the gap
dst_fold            a local time that happened twice was taken as the earlier one
missing_id          a placeholder such as null, (not set) or 0 stood where a user id should be
duplicate_id        an event whose id was already seen; the first one stays
event_from_file     a table names no events: its rows are called after its file
refund_negated      a refund written as a positive amount was taken off the revenue
source_replaced     the same day came twice; the newer export counts
source_repeated     the same file came twice; it counts once
count_fraction      counts with a fraction, as reports of a sample have them, were taken as they are
number_rounded      a number whose last digits the file does not keep: long ones in a spreadsheet, ids as decimals
sheets_joined       visible sheets under the same header were read as one table; --sheet chooses one
sheet_passed_over   another visible sheet of the workbook holds a table and was not read; --sheet chooses it
junk_member         system files inside an archive were passed over
identity_merged     an id was replaced by the one it was merged into
masked              personal data was masked before anything was stored
ids_hashed          user ids were salted and hashed before anything was stored
query_dropped       the query of a web address was cut off before anything was stored
==================  ===================================================================================================

Reasons for a dropped row: no_user, no_time, bad_time, impossible_time, no_event, duplicate_id, technical.
The kinds of quality finding are listed in `workbench.events.quality`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

_MAX_LINES = 20


class RepairKind(StrEnum):
    """What was mended; the module's table says how."""

    BOM_REMOVED = "bom_removed"
    RECODED = "recoded"
    UNDECODABLE = "undecodable"
    NUL_REMOVED = "nul_removed"
    NEWLINES_MIXED = "newlines_mixed"
    SEP_LINE = "sep_line"
    COMMENT_LINES = "comment_lines"
    TITLE_ROWS = "title_rows"
    TOTAL_ROW = "total_row"
    TABLE_TURNED = "table_turned"
    TABLE_PASSED_OVER = "table_passed_over"
    HEADER_INVENTED = "header_invented"
    HEADER_RENAMED = "header_renamed"
    HEADER_JOINED = "header_joined"
    HEADER_TRIMMED = "header_trimmed"
    HEADER_REPEATED = "header_repeated"
    CELLS_TRIMMED = "cells_trimmed"
    SHORT_ROW = "short_row"
    LONG_ROW = "long_row"
    QUOTE_BROKEN = "quote_broken"
    BLANK_LINE = "blank_line"
    BROKEN_RECORD = "broken_record"
    LINE_TOO_LONG = "line_too_long"
    ROWS_SPREAD = "rows_spread"
    JSON_UNREAD = "json_unread"
    JSON_REPR = "json_repr"
    NUMBER_FORMAT = "number_format"
    EPOCH_UNIT = "epoch_unit"
    EPOCH_MIXED = "epoch_mixed"
    EXCEL_SERIAL = "excel_serial"
    DAY_ORDER = "day_order"
    TIME_FORMATS = "time_formats"
    ZONE_ASSUMED = "zone_assumed"
    DST_GAP = "dst_gap"
    DST_FOLD = "dst_fold"
    MISSING_ID = "missing_id"
    DUPLICATE_ID = "duplicate_id"
    EVENT_FROM_FILE = "event_from_file"
    REFUND_NEGATED = "refund_negated"
    SOURCE_REPLACED = "source_replaced"
    SOURCE_REPEATED = "source_repeated"
    JUNK_MEMBER = "junk_member"
    COUNT_FRACTION = "count_fraction"
    NUMBER_ROUNDED = "number_rounded"
    SHEETS_JOINED = "sheets_joined"
    SHEET_PASSED_OVER = "sheet_passed_over"
    IDENTITY_MERGED = "identity_merged"
    MASKED = "masked"
    IDS_HASHED = "ids_hashed"
    QUERY_DROPPED = "query_dropped"


class DropReason(StrEnum):
    """Why a row is no event of the store."""

    NO_USER = "no_user"
    NO_TIME = "no_time"
    BAD_TIME = "bad_time"
    IMPOSSIBLE_TIME = "impossible_time"
    NO_EVENT = "no_event"
    DUPLICATE_ID = "duplicate_id"
    TECHNICAL = "technical"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stood: the source and its 1-based line, record or sheet row."""

    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Repair:
    """One kind of repair: how often, an example, and the first places."""

    kind: RepairKind
    count: int
    example: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows left out for one reason: how many, an example, and the first places."""

    reason: DropReason
    count: int
    example: str
    places: tuple[Place, ...] = ()


@dataclass(slots=True)
class _Tally:
    count: int = 0
    example: str = ""
    places: list[Place] = field(default_factory=list)

    def add(self, count: int, example: str, places: list[Place]) -> None:
        self.count += count
        self.example = self.example or example[:200]
        self.places.extend(places[: _MAX_LINES - len(self.places)])


class Ledger:
    """Counts what happens while one import runs; `source` is the file being read now."""

    def __init__(self, source: str = "") -> None:
        self.source = source
        self._repairs: dict[RepairKind, _Tally] = {}
        self._dropped: dict[DropReason, _Tally] = {}

    def _places(self, lines: list[int]) -> list[Place]:
        return [Place(self.source, line) for line in lines[:_MAX_LINES]]

    def note(self, kind: RepairKind, count: int = 1, example: str = "", lines: list[int] | None = None) -> None:
        """Count a repair; nothing is written for a count of 0."""
        if count > 0:
            self._repairs.setdefault(kind, _Tally()).add(count, example, self._places(lines or []))

    def drop(self, reason: DropReason, count: int, example: str = "", lines: list[int] | None = None) -> None:
        """Count rows that were left out; nothing is written for a count of 0."""
        if count > 0:
            self._dropped.setdefault(reason, _Tally()).add(count, example, self._places(lines or []))

    def count(self, kind: RepairKind) -> int:
        """How often a repair was made so far."""
        return self._repairs[kind].count if kind in self._repairs else 0

    @property
    def repairs(self) -> tuple[Repair, ...]:
        return tuple(Repair(kind, t.count, t.example, tuple(t.places)) for kind, t in self._repairs.items())

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        return tuple(Dropped(reason, t.count, t.example, tuple(t.places)) for reason, t in self._dropped.items())
