"""Mixpanel: the raw export's JSON lines, and event tables of a warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.events.formats.format import Format, Sight, first_filled, guessed_mapping, with_columns
from workbench.events.nested import as_floats, flat_columns
from workbench.events.reading import Rows
from workbench.events.schema import Mapping

if TYPE_CHECKING:
    import pyarrow as pa

_IDS = ("$insert_id", "insert_id")
_KEY = "insert_key"
_KEYS = ("properties.time", "properties.distinct_id", "properties.$insert_id")
_TECHNICAL = (
    "$identify",
    "$create_alias",
    "$merge",
    "$mp_web_page_view",
    "$campaign_delivery",
    "$session_start",
    "$session_end",
)


def _recognises(sight: Sight) -> bool:
    if {"properties.distinct_id", "properties.time"} <= set(sight.names) and "event" in sight.names:
        return True
    return sight.has("distinct_id", "time") and ("event" in sight.names or "name" in sight.names)


def _reshape(rows: Rows) -> Rows:
    """Properties get their own names, and the id becomes what Mixpanel calls the same event."""
    columns: dict[str, Any] = {}
    for name, array in flat_columns(rows.batch):
        columns[name.removeprefix("properties.") if name in _KEYS else name] = array
    key = _event_key(columns)
    if key is not None:
        columns[_KEY] = key
    return with_columns(rows, columns)


def _event_key(columns: dict[str, Any]) -> Any:
    """Mixpanel drops an event with the same id, name, person and day as an earlier one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = next((columns[name] for name in _IDS if name in columns), None)
    event = columns.get("event", columns.get("name"))
    if ids is None or event is None or not {"distinct_id", "time"} <= columns.keys():
        return None
    time = columns["time"]
    day = pc.utf8_slice_codeunits(time, 0, 10) if pa.types.is_string(time.type) else _days(time)
    parts = [first_filled(ids), event.cast(pa.string()), columns["distinct_id"].cast(pa.string()), day]
    return pc.binary_join_element_wise(*parts, "|", null_handling="emit_null")


def _days(time: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    number = as_floats(time)
    seconds = pc.if_else(pc.greater(number, 1e11), pc.divide(number, 1000.0), number)
    return pc.floor(pc.divide(seconds, 86_400.0)).cast(pa.int64(), safe=False).cast(pa.string())


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    guessed = guessed_mapping(sample, zone)
    return guessed.changed(
        user="distinct_id",
        time="time",
        event="event" if "event" in names else "name",
        event_id=_KEY if _KEY in names else None,
        session=None,
    )


FORMAT = Format(
    "mixpanel",
    "Mixpanel event export",
    _recognises,
    _mapping,
    _reshape,
    _TECHNICAL,
    ("$insert_id", "insert_id", "mp_processing_time_ms", "_fivetran_id"),
    ("properties.",),
    (("properties.$device_id", "properties.$user_id"), ("device_id", "user_id")),
    is_utc=True,
)
