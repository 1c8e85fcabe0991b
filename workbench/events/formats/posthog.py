"""PostHog: batch exports in Parquet and JSON lines, and tables saved from its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.events.formats.format import Format, Sight, guessed_mapping, with_columns
from workbench.events.nested import flat_columns
from workbench.events.reading import Rows
from workbench.events.schema import Mapping

if TYPE_CHECKING:
    import pyarrow as pa

_PICKED = "*."
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
    names = {name.removeprefix(_PICKED) for name in sight.names}
    if not {"event", "distinct_id", "timestamp"} <= names:
        return False
    return bool({"uuid", "person_id", "properties", "elements_chain"} & names) or any(
        name.startswith("properties.") for name in names
    )


def _reshape(rows: Rows) -> Rows:
    """Columns that were picked on the page without the mark of that; a name that is taken keeps its first column."""
    columns: dict[str, Any] = {}
    for name, array in flat_columns(rows.batch):
        columns.setdefault(name.removeprefix(_PICKED), array)
    return with_columns(rows, columns)


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    person = "person_id" in names and sample.column("person_id").null_count < sample.num_rows
    return guessed_mapping(sample, zone).changed(
        user="person_id" if person else "distinct_id",
        time="timestamp",
        event="event",
        event_id=next((name for name in ("uuid", "id") if name in names), None),
        session="$session_id" if "$session_id" in names else None,
    )


FORMAT = Format(
    "posthog",
    "PostHog event export",
    _recognises,
    _mapping,
    _reshape,
    _TECHNICAL,
    ("uuid", "created_at", "_inserted_at", "elements_chain"),
    ("properties.",),
    is_utc=True,
)
