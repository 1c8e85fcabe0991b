"""Opens one plain file by its content: files of columns, spreadsheet, JSON, XML or delimited text."""

from __future__ import annotations

import json
import re

from workbench.errors import WorkbenchError
from workbench.events.archives import Member, Staging
from workbench.events.avro import AvroReading
from workbench.events.cells import read_cell
from workbench.events.columnar import ColumnarReading
from workbench.events.delimited import open_delimited
from workbench.events.json_tables import records_of
from workbench.events.jsonlines import JsonLinesReading, JsonRecordsReading, inner_records, is_event_like
from workbench.events.reading import Reading
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.sheets import SheetReading
from workbench.events.text import TextFile, read_text

_UNKNOWN = (
    "Give an export of events or counts: CSV, XLSX, ODS, Parquet, Arrow, Avro, JSON, XML or XES, plain or packed."
)
_EVENT_LOG = re.compile(r"<(?:\w+:)?log[\s>]")
_WEB_PAGE = re.compile(r"<!doctype html|<html[\s>]", re.IGNORECASE)
_TEXT_CONTROLS = re.compile(rb"[\x02-\x08\x0e-\x1a]")
_BEFORE_RECORDS = " \t\r\n\x1e"
_COLUMNAR = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"\xff\xff\xff\xff": "arrow",
    b"ORC": "orc",
    b"Obj\x01": "avro",
}
_FOREIGN = {
    b"FEA1": "a Feather file of the first version",
    b"SQLite format 3": "an SQLite database",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
}


def open_reading(member: Member, staging: Staging, ledger: Ledger, sheet: str | None = None) -> Reading:
    """Open a member for reading, by its content and never by its name.

    Raises
    ------
    WorkbenchError
        If it is empty, damaged or of no known kind.
    """
    with member.path.open("rb") as file:
        head = file.read(1 << 16)
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise WorkbenchError(f"{member.name} is empty.", "Export it again, and check that the period holds data.")
    kind = next((kind for magic, kind in _COLUMNAR.items() if head.startswith(magic)), None)
    if kind is not None:
        return AvroReading(member) if kind == "avro" else ColumnarReading(member, kind)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _open_sheet(member, ledger, sheet)
    _refuse_binary(member, head)
    return _open_text(member, read_text(member.path, staging, ledger), staging)


def _open_sheet(member: Member, ledger: Ledger, sheet: str | None) -> Reading:
    reading = SheetReading(member, sheet)
    if not reading.sample.schema.names:
        raise WorkbenchError(f"{member.name} is empty.", "Export it again, or name another sheet.")
    ledger.note(RepairKind.SHEET_PASSED_OVER, len(reading.others), ", ".join(reading.others))
    return reading


def _refuse_binary(member: Member, head: bytes) -> None:
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise WorkbenchError(f"{member.name} is {name}, which is not read.", _UNKNOWN)
    controls = len(_TEXT_CONTROLS.findall(head))
    if controls > 0.05 * len(head) and head.count(b"\0") < 0.2 * len(head):
        raise WorkbenchError(f"{member.name} is no text, table or archive that is known.", _UNKNOWN)


def _open_text(member: Member, text: TextFile, staging: Staging) -> Reading:
    head = _head(text)
    if head.strip() == "No data available":
        raise WorkbenchError(f"{member.name} says “No data available”.", "Export a period that holds visits.")
    first = head.lstrip(_BEFORE_RECORDS)[:1]
    if first == "<":
        return _open_xml(member, text, head)
    if first == "{" and _has_line_records(head) and not _is_wrapper(text, head):
        return JsonLinesReading(member, text)
    if first in ("{", "["):
        return JsonRecordsReading(member, text)
    return open_delimited(member, text, staging)


def _head(text: TextFile) -> str:
    with text.path.open("rb") as file:
        file.seek(text.start)
        return file.read(1 << 18).decode("utf-8", "replace")


def _has_line_records(head: str) -> bool:
    lines = [line for line in head.splitlines()[:20] if line.strip()]
    return any(_is_object(line) for line in lines[:10]) or (len(lines) == 1 and not _holds_several(lines[0]))


def _holds_several(line: str) -> bool:
    """Whether objects follow each other without a line between them."""
    try:
        value, end = json.JSONDecoder().raw_decode(line.strip(_BEFORE_RECORDS))
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and line.strip(_BEFORE_RECORDS)[end:].lstrip(", \t")[:1] == "{"


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line.strip(_BEFORE_RECORDS)), dict)
    except (ValueError, RecursionError):
        return line.startswith(("{'", "{u'")) and read_cell(line)[0] is not None


def _is_wrapper(text: TextFile, head: str) -> bool:
    """Whether the file is one line with an object that wraps an array of records."""
    if "\n" in head.strip() or text.size > 1 << 28:
        return False
    try:
        whole = json.loads(text.path.read_bytes()[text.start :])
    except (ValueError, RecursionError):
        return False
    if not isinstance(whole, dict) or is_event_like(whole):
        return False
    return "rows" in whole or inner_records(whole, 3) is not None or records_of(whole) is not None


def _open_xml(member: Member, text: TextFile, head: str) -> Reading:
    from workbench.events.formats.xes import XesReading
    from workbench.events.xml_records import XmlRecordsReading

    if _EVENT_LOG.search(head):
        return XesReading(member, text)
    if _WEB_PAGE.search(head):
        raise WorkbenchError(
            f"{member.name} is a web page and no export.",
            "It may be the page that asks for a log-in: export it again, as CSV or JSON.",
        )
    if "urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise WorkbenchError(f"{member.name} is an XML spreadsheet of 2003.", "Save it again as XLSX or CSV.")
    return XmlRecordsReading(member, text)
