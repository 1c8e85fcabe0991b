"""PostHog: batch exports in Parquet and JSON lines, and tables saved from its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.events.formats.format import Format, Sight, guessed_mapping
from workbench.events.schema import Mapping

if TYPE_CHECKING:
    import pyarrow as pa

_TECHNICAL = (
    "$pageleave",
    "$autocapture",
    "$identify",
    "$set",
    "$feature_flag_called",
    "$groupidentify",
    "$web_vitals",
    "$rageclick",
)


def _recognises(sight: Sight) -> bool:
    names = set(sight.names)
    if not {"event", "distinct_id", "timestamp"} <= names:
        return False
    return bool({"uuid", "person_id", "properties"} & names) or any(name.startswith("properties.") for name in names)


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    person = "person_id" in names and sample.column("person_id").null_count < sample.num_rows
    return guessed_mapping(sample, zone).changed(
        user="person_id" if person else "distinct_id",
        time="timestamp",
        event="event",
        event_id="uuid" if "uuid" in names else None,
        session="$session_id" if "$session_id" in names else None,
    )


FORMAT = Format(
    "posthog",
    "PostHog event export",
    _recognises,
    _mapping,
    None,
    _TECHNICAL,
    ("uuid", "created_at", "_inserted_at", "elements_chain"),
    ("properties.",),
    is_utc=True,
)
