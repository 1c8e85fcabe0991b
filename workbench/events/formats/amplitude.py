"""Amplitude: the export's JSON lines, mostly in an archive of packed files, and event tables of a warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.events.formats.format import Format, Sight, first_filled, guessed_mapping, with_columns
from workbench.events.nested import as_floats, flat_columns
from workbench.events.reading import Rows
from workbench.events.schema import Mapping

if TYPE_CHECKING:
    import pyarrow as pa

_PROPERTIES = "event_properties."
_PEOPLE = ("amplitude_id", "user_id", "device_id")
_MARKS = ("$insert_id", "insert_id", "_insert_id", "amplitude_id", "server_upload_time", "uuid")
_TECHNICAL = (
    "session_start",
    "session_end",
    "$identify",
    "$groupidentify",
    "revenue_amount",
    "[Amplitude] Start Session",
)
_UNWANTED = (
    "$insert_id",
    "_insert_id",
    "uuid",
    "event_id",
    "server_received_time",
    "server_upload_time",
    "client_upload_time",
    "client_event_time",
    "processed_time",
    "user_creation_time",
    "_fivetran_synced",
)


def _recognises(sight: Sight) -> bool:
    names = set(sight.names)
    return {"event_type", "event_time"} <= names and bool(names & set(_PEOPLE)) and bool(names & set(_MARKS))


def _reshape(rows: Rows) -> Rows:
    columns = dict(flat_columns(rows.batch))
    people = [columns[name] for name in _PEOPLE if name in columns]
    if people:
        columns["person"] = first_filled(*people)
    key = _event_key(columns)
    if key is not None:
        columns["event_key"] = key
    _add_revenue(columns)
    if "session_id" in columns:
        columns["session"] = _inside(columns["session_id"])
    return with_columns(rows, columns)


def _add_revenue(columns: dict[str, Any]) -> None:
    """Price times quantity, where events carry these and no revenue."""
    import pyarrow.compute as pc

    held = f"{_PROPERTIES}$revenue", f"{_PROPERTIES}revenue"
    price = next((columns[n] for n in (f"{_PROPERTIES}$price", f"{_PROPERTIES}price") if n in columns), None)
    count = next((columns[n] for n in (f"{_PROPERTIES}$quantity", f"{_PROPERTIES}quantity") if n in columns), None)
    if price is not None and count is not None and not any(name in columns for name in held):
        columns[held[1]] = pc.multiply(as_floats(price), as_floats(count))


def _event_key(columns: dict[str, Any]) -> Any:
    """The insert id together with the device; rows without one have their own uuid."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = [columns[name] for name in ("$insert_id", "_insert_id", "insert_id") if name in columns]
    keys = []
    if ids:
        device = columns["device_id"].cast(pa.string()).fill_null("") if "device_id" in columns else pa.scalar("")
        keys.append(pc.binary_join_element_wise(first_filled(*ids), device, "|", null_handling="emit_null"))
    if "uuid" in columns:
        keys.append(columns["uuid"])
    return first_filled(*keys) if keys else None


def _inside(session: Any) -> Any:
    """Session ids; -1 marks an event outside of sessions."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = session.cast(pa.string())
    return pc.if_else(pc.equal(text, "-1"), pa.scalar(None, pa.string()), text)


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    return guessed_mapping(sample, zone).changed(
        user="person",
        time="event_time",
        event="event_type",
        session="session" if "session" in names else None,
        event_id="event_key" if "event_key" in names else None,
    )


FORMAT = Format(
    "amplitude",
    "Amplitude event export",
    _recognises,
    _mapping,
    _reshape,
    _TECHNICAL,
    _UNWANTED,
    (_PROPERTIES,),
    clocks=("client_event_time", "server_received_time"),
    is_utc=True,
)
