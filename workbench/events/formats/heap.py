"""Heap Connect: the table of all events; ids that were merged come as a table of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.events.formats.format import Format, Sight, guessed_mapping, with_columns
from workbench.events.nested import flat_columns
from workbench.events.reading import Rows
from workbench.events.schema import Mapping

if TYPE_CHECKING:
    import pyarrow as pa


def _recognises(sight: Sight) -> bool:
    return sight.has("event_id", "user_id", "time", "event_table_name")


def _reshape(rows: Rows) -> Rows:
    """One click may be several defined events: it repeats in the table, and is one event a definition."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = dict(flat_columns(rows.batch))
    parts = [columns["event_id"].cast(pa.string()), columns["event_table_name"].cast(pa.string())]
    columns["event_key"] = pc.binary_join_element_wise(*parts, "|", null_handling="emit_null")
    return with_columns(rows, columns)


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    return guessed_mapping(sample, zone).changed(
        user="user_id",
        time="time",
        event="event_table_name",
        session="session_id" if "session_id" in names else None,
        event_id="event_key",
    )


FORMAT = Format("heap", "Heap Connect, all events", _recognises, _mapping, _reshape, (), ("event_id",))
