"""Nested sessions: one record a session or visit, with its events in an array (OTTO, Matomo's JSON, own exports)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.events.formats.format import Format, Sight, guessed_mapping
from workbench.events.nested import flat_columns, flat_record, typed_array
from workbench.events.reading import Rows
from workbench.events.schema import Mapping

if TYPE_CHECKING:
    import pyarrow as pa

_ARRAYS = ("events", "actions", "hits", "actionDetails", "pageviews", "sessions", "visits")


def _array_column(rows: Any) -> str | None:
    """The column that holds the inner events; one that only counts them, as Matomo's `events` does, is none."""
    held = (name for name in _ARRAYS if name in rows.schema.names)
    return next((name for name in held if any(map(_entries, rows.column(name).to_pylist()))), None)


def _recognises(sight: Sight) -> bool:
    name = _array_column(sight.sample)
    if name is None or sight.container not in ("jsonl", "json", "parquet", "xml", "arrow", "avro"):
        return False
    first = next(iter(sight.first_values(name)), None)
    entries = _entries(first)
    return bool(entries) and all(isinstance(entry, dict) for entry in entries)


def _entries(value: Any) -> list[Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return value if isinstance(value, list) else []


def _reshape(rows: Rows) -> Rows:
    """One row an event; what stands outside of the array is repeated on each, and so are the sessions of a person."""

    name = _array_column(rows.batch)
    if name is None:
        return Rows(rows.batch.slice(0, 0), rows.lines.slice(0, 0)) if _has_arrays(rows.batch) else rows
    found = exploded(rows, name)
    return found if _array_column(found.batch) is None else _reshape(found)


def _has_arrays(batch: Any) -> bool:
    """Whether a column for inner events is there, of which none holds any."""
    import pyarrow as pa

    kinds = [batch.schema.field(name).type for name in _ARRAYS if name in batch.schema.names]
    return any(pa.types.is_list(kind) or pa.types.is_string(kind) for kind in kinds)


def exploded(rows: Rows, name: str) -> Rows:
    """One row for each entry of the lists in a column; the other columns are repeated on each."""
    import pyarrow as pa

    column = rows.batch.column(name)
    outer = rows.batch.select([n for n in rows.batch.schema.names if n != name])
    if pa.types.is_list(column.type) and pa.types.is_struct(column.type.value_type):
        parents, inner = _flattened(column)
    else:
        parents, inner = _parsed(column)
    take = pa.array(parents, pa.int64())
    columns = {key: array.take(take) for key, array in flat_columns(outer)} | inner
    batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    return Rows(batch, rows.lines.take(take))


def _flattened(column: Any) -> tuple[Any, dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    entries = pc.list_flatten(column)
    held = pa.RecordBatch.from_arrays(entries.flatten(), names=[field.name for field in entries.type])
    return np.asarray(pc.list_parent_indices(column)), dict(flat_columns(held))


def _parsed(column: Any) -> tuple[list[int], dict[str, Any]]:
    parents: list[int] = []
    records: list[dict[str, Any]] = []
    for place, value in enumerate(column.to_pylist()):
        for entry in _entries(value):
            if isinstance(entry, dict):
                parents.append(place)
                records.append(flat_record(entry))
    names = list(dict.fromkeys(key for record in records for key in record))
    found = {key: typed_array([record.get(key) for record in records]) for key in names}
    return parents, {key: array for key, array in found.items() if array is not None}


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    guessed = guessed_mapping(sample, zone)
    user = guessed.user or next((n for n in ("session", "session_id", "sessionId", "idVisit") if n in names), None)
    return guessed.changed(user=user, session=guessed.session if guessed.session != user else None)


FORMAT = Format("sessions", "Sessions with nested events", _recognises, _mapping, _reshape)
