"""Segment and RudderStack: archived calls as JSON lines, and the tracks table of a warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.events.formats.format import Format, Sight, first_filled, guessed_mapping, with_columns
from workbench.events.nested import flat_columns
from workbench.events.reading import Rows
from workbench.events.schema import Mapping

if TYPE_CHECKING:
    import pyarrow as pa

_TIMES = ("timestamp", "originalTimestamp", "original_timestamp", "receivedAt", "received_at", "sentAt", "sent_at")
_TECHNICAL = ("identify", "alias", "group")
_UNWANTED = (
    "messageId",
    "originalTimestamp",
    "original_timestamp",
    "sentAt",
    "sent_at",
    "receivedAt",
    "received_at",
    "uuid_ts",
)


def _recognises(sight: Sight) -> bool:
    names = set(sight.names)
    calls = "type" in names and bool({"anonymousId", "userId"} & names)
    if calls and {"messageId", "originalTimestamp", "sentAt", "receivedAt", "context"} & names:
        return True
    tracks = {"anonymous_id", "timestamp"} <= names and bool({"event_text", "event", "url", "path"} & names)
    return tracks and bool({"received_at", "original_timestamp", "uuid_ts", "sent_at"} & names)


def _reshape(rows: Rows) -> Rows:
    columns = dict(flat_columns(rows.batch))
    people = [columns[n] for n in ("userId", "user_id", "anonymousId", "anonymous_id") if n in columns]
    times = [_text(columns[name]) for name in _TIMES if name in columns]
    columns["person"] = first_filled(*people)
    columns["at"] = first_filled(*times)
    columns["call"] = _call(columns)
    return with_columns(rows, columns)


def _text(column: Any) -> Any:
    import pyarrow as pa

    return column.cast(pa.string())


def _call(columns: dict[str, Any]) -> Any:
    """The event's name; a page or screen call has none and is named after what was viewed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    named = [columns[name] for name in ("event_text", "event") if name in columns]
    kind = columns.get("type")
    if kind is None and named:
        return first_filled(*named)
    # A table of pages says nothing of the kind: that is what it is.
    kind = pa.array(["page"] * len(columns["at"]), pa.string()) if kind is None else kind.cast(pa.string())
    title = [columns[name] for name in ("name", "properties.name", "properties.title") if name in columns]
    viewed = (
        pc.binary_join_element_wise("Viewed", first_filled(*title), " ", null_handling="emit_null") if title else None
    )
    is_view = pc.is_in(kind, pa.array(["page", "screen"]))
    view = pc.if_else(is_view, viewed, pa.scalar(None, pa.string())) if viewed is not None else None
    return first_filled(*[part for part in (*named, view, kind) if part is not None])


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    guessed = guessed_mapping(sample, zone)
    return guessed.changed(
        user="person",
        time="at",
        event="call",
        event_id=next((name for name in ("messageId", "message_id", "id") if name in names), None),
        session=None,
    )


FORMAT = Format(
    "segment",
    "Segment or RudderStack calls",
    _recognises,
    _mapping,
    _reshape,
    _TECHNICAL,
    _UNWANTED,
    ("properties.",),
    (("anonymousId", "userId"), ("anonymous_id", "user_id")),
    clocks=("originalTimestamp", "receivedAt"),
    is_utc=True,
)
