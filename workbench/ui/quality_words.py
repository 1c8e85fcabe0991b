"""What findings, repairs and reasons of an import are called on screen, how grave they are, and what helps."""

from __future__ import annotations

from workbench.analysis.audits.finding import Severity
from workbench.events.repairs import DropReason, RepairKind

GRAVE = frozenset({"damaged_ids", "row_limit"})
SERIOUS = frozenset(
    {
        *("missing_ids", "no_consent", "dominant_id", "bad_times", "future_times", "exact_duplicates"),
        *("duplicate_transactions", "purchases_without_value", "mixed_currencies", "bots", "before_prerequisite"),
        *("silent_events", "missing_days", "partial_days", "naming_drift", "events_not_in_data"),
    }
)
ADVICE = {
    "missing_ids": "Look for another column that names the person, and import again with it.",
    "no_consent": "People who said no are in totals only: compare shares, not sums, with other sources.",
    "dominant_id": "Import again without this id, or look at where it comes from.",
    "damaged_ids": "Export again and open the file here directly, without a spreadsheet in between.",
    "bad_times": "Correct the times in the source, or choose another time column at import.",
    "future_times": "Choose the zone that the times were written in at import.",
    "clock_skew": "Take the server's time as the time column at import, if there is one.",
    "naive_times": "If this zone is wrong, import again and choose the one the times were written in.",
    "equal_timestamps": "“Same time” under Counting says whether these count as in order.",
    "purchases_without_value": "Choose another value column at import, or have the tag send the value.",
    "mixed_currencies": "Nothing is converted: import a column that holds one currency.",
    "bots": "Under Shaping, add a filter on a property that tells them, and compare the numbers.",
    "before_prerequisite": "Check the tag of the earlier step: it fires late, or not on every way.",
    "polymorphic": "Conditions compare numbers as numbers where both sides are numbers.",
    "json_cells": "Their text can still be matched with “contains”.",
    "row_limit": "Export as CSV instead: a sheet cannot hold more rows.",
    "skipped_files": "Nothing to do, unless one of them should hold data.",
}
PERSONAL_ADVICE = "Import again with “Mask personal data” and “Hash ids” ticked."
REASONS = {
    DropReason.NO_USER: "they name no person",
    DropReason.NO_TIME: "they have no time",
    DropReason.BAD_TIME: "their time cannot be read",
    DropReason.IMPOSSIBLE_TIME: "their time is impossible",
    DropReason.NO_EVENT: "they name no event",
    DropReason.DUPLICATE_ID: "their event id was seen before",
    DropReason.TECHNICAL: "they are technical",
}
MENDED: dict[str, str] = {
    RepairKind.BOM_REMOVED: "byte order marks were taken off",
    RepairKind.RECODED: "files were not UTF-8 and were read in another encoding",
    RepairKind.UNDECODABLE: "bytes that the encoding does not know were replaced",
    RepairKind.NUL_REMOVED: "NUL bytes were taken out",
    RepairKind.NEWLINES_MIXED: "different line ends were each taken as an end of line",
    RepairKind.SEP_LINE: "lines that name the separator were passed over",
    RepairKind.COMMENT_LINES: "comment lines above the table were passed over",
    RepairKind.TABLE_PASSED_OVER: "further tables count the same steps in another way, or no steps, and were not added",
    RepairKind.CELLS_TRIMMED: "blanks beside the separators were taken off the cells",
    RepairKind.SHEET_PASSED_OVER: "other sheets that hold tables were not read",
    RepairKind.SHEETS_JOINED: "sheets under the same header were read as one table",
    RepairKind.TITLE_ROWS: "title rows above the header were passed over",
    RepairKind.TOTAL_ROW: "total rows were kept as a check value only",
    RepairKind.TABLE_TURNED: "a table with the days as columns was turned, so that steps and days are rows",
    RepairKind.HEADER_INVENTED: "columns without a header were given names",
    RepairKind.HEADER_JOINED: "headers of two rows, a group above its columns, were read as one",
    RepairKind.HEADER_RENAMED: "empty or repeated headers were given names",
    "header_repeated": "rows that repeat the header were passed over",
    RepairKind.HEADER_TRIMMED: "headers had blanks taken off",
    RepairKind.SHORT_ROW: "rows with too few cells were filled with nothing",
    RepairKind.LONG_ROW: "rows had surplus cells, which are not kept",
    RepairKind.QUOTE_BROKEN: "quotation marks never closed were read as plain characters",
    RepairKind.BLANK_LINE: "blank lines were passed over",
    RepairKind.BROKEN_RECORD: "broken records were left out",
    RepairKind.LINE_TOO_LONG: "lines longer than 16 MiB were left out",
    RepairKind.ROWS_SPREAD: "rows that hold several events were spread, one event a row",
    RepairKind.JSON_UNREAD: "broken JSON cells were kept as text",
    RepairKind.JSON_REPR: "cells in Python's notation were read as JSON",
    RepairKind.NUMBER_FORMAT: "numbers were read in their local notation",
    RepairKind.COUNT_FRACTION: "counts with a fraction, as sampled reports have them, were taken as they are",
    RepairKind.NUMBER_ROUNDED: "a spreadsheet's numbers of more than 15 digits have lost their last ones",
    RepairKind.REFUND_NEGATED: "amounts of refunds were taken as negative",
    RepairKind.EVENT_FROM_FILE: "events were named after the file that holds them",
    RepairKind.EPOCH_UNIT: "times were read as a number since 1970",
    RepairKind.EPOCH_MIXED: "epoch times of several units were each told by size",
    RepairKind.EXCEL_SERIAL: "times were read as a spreadsheet's day numbers",
    RepairKind.DAY_ORDER: "ambiguous dates were read in one order of day and month",
    RepairKind.TIME_FORMATS: "times in several notations were each read",
    RepairKind.ZONE_ASSUMED: "times without a zone were read in the import's zone",
    RepairKind.DST_GAP: "local times that the clock skipped were moved on",
    RepairKind.DST_FOLD: "local times that came twice were taken as the earlier one",
    RepairKind.MISSING_ID: "placeholders were read as no person",
    RepairKind.DUPLICATE_ID: "events with an id seen before were left out",
    RepairKind.SOURCE_REPLACED: "days that came twice were taken from the newer export",
    RepairKind.SOURCE_REPEATED: "files that came twice count once",
    RepairKind.JUNK_MEMBER: "system files in the archive were passed over",
    RepairKind.IDENTITY_MERGED: "ids were replaced by the one they were merged into",
    RepairKind.MASKED: "cells with personal data were masked",
    RepairKind.IDS_HASHED: "ids were hashed",
    RepairKind.QUERY_DROPPED: "addresses had their query cut off",
}


def severity_of(kind: str) -> Severity:
    """How much a kind of finding asks for attention."""
    if kind in GRAVE:
        return Severity.BLOCKING
    return Severity.WARNING if kind in SERIOUS or kind.startswith("pii_") else Severity.NOTE


def advice_of(kind: str, otherwise: str) -> str:
    """What a person can do about it."""
    return PERSONAL_ADVICE if kind.startswith("pii_") else ADVICE.get(kind, otherwise)
