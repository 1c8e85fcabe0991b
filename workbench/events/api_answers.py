"""Tables in a source of counts, whatever it is, and the name of the report that they make."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.events import tables
from workbench.events.formats import plausible
from workbench.events.jsonlines import JsonRecordsReading
from workbench.events.reading import Reading
from workbench.events.repairs import Ledger


def tables_in(reading: Reading, ledger: Ledger) -> list[tables.Table]:
    """The tables of one source."""
    if isinstance(reading, JsonRecordsReading):
        answer = reading.whole_object()
        found = tables.api_tables(answer) if answer is not None else []
        if found:
            return found
    return tables.tables_of(reading, ledger)


def report_name(found: Sequence[tables.Table], readings: Sequence[Reading]) -> str:
    """What the tables are, told by their columns and notes."""
    notes = " ".join(note for table in found for note in table.notes)
    columns = {name.lower() for table in found for name in table.columns}
    if "abandonments" in columns or "funnelstepname" in columns:
        return "ga4-funnel"
    if plausible.is_export(found):
        return "plausible"
    if any(isinstance(r, JsonRecordsReading) and r.whole_object() for r in readings):
        return "ga4-data-api" if {"totalusers", "eventname", "activeusers", "eventcount"} & columns else "counts"
    if notes.startswith("#"):
        dated = any(tables.labelled_dates(table.notes) for table in found)
        return "ga4-report" if dated else "ga4-freeform"
    return "counts"
