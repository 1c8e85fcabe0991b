"""Flattens nested columns and records: structures become dotted names, lists become JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.events.vocabulary import NAMES
from workbench.events.wording import natural_words

_INT64 = 1 << 63
_WRAPPED = re.compile(r"(?:\.\$(?:oid|date|numberLong|numberInt|numberDouble|numberDecimal|uuid))+$")


class Written(float):
    """A decimal that remembers how it was written: as an id it is a text, as a number a float like any other."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> Written:
        number = super().__new__(cls, text)
        number.text = text
        return number


def names_people(name: str) -> bool:
    """Whether a column, perhaps inside a structure, holds ids of people by its name.

    Examples
    --------
    >>> names_people("user_pseudo_id"), names_people("properties.distinct_id"), names_people("price")
    (True, True, False)
    """
    return natural_words(name.rpartition(".")[2]) in NAMES["user"]


def flat_record(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """One record with dotted names; lists become JSON text, empty structures vanish.

    Examples
    --------
    >>> flat_record({"event": "buy", "properties": {"a": 1, "tags": ["x"]}})
    {'event': 'buy', 'properties.a': 1, 'properties.tags': '["x"]'}
    """
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            flat.update(flat_record(value, f"{name}."))
        elif isinstance(value, list):
            flat[name] = json.dumps(value, ensure_ascii=False) if value else None
        else:
            flat[unwrapped(name)] = _as_meant(name, value) if isinstance(value, Written) else value
    return flat


def _as_meant(name: str, number: Written) -> str | float:
    return number.text if names_people(name) else float(number)


def unwrapped(name: str) -> str:
    """A dotted name without the type that MongoDB's exports wrap values in.

    Examples
    --------
    >>> unwrapped("user_id.$numberLong"), unwrapped("ts.$date.$numberLong"), unwrapped("properties.$date_joined")
    ('user_id', 'ts', 'properties.$date_joined')
    """
    return _WRAPPED.sub("", name) if ".$" in name else name


def record_batch(records: Sequence[Mapping[str, Any]]) -> Any:
    """A pyarrow.RecordBatch of flat columns out of nested records, in order of first appearance."""
    import pyarrow as pa

    flat = [flat_record(record) for record in records]
    names = list(dict.fromkeys(name for record in flat for name in record))
    arrays = [typed_array([record.get(name) for record in flat]) for name in names]
    kept = [(name, array) for name, array in zip(names, arrays, strict=True) if array is not None]
    if not kept:
        return _hollow(len(records))
    return pa.RecordBatch.from_arrays([array for _, array in kept], names=[name for name, _ in kept])


def _hollow(rows: int) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.nulls(rows, pa.string())], names=["_"])


def typed_array(values: Sequence[Any]) -> Any:
    """An Arrow array of the widest type that the values need, or None if all are missing."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return None
    if kinds == {int} and all(value is None or -_INT64 <= value < _INT64 for value in values):
        return pa.array(values, pa.int64())
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds <= {int, float} and float in kinds:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([as_text(value) for value in values], pa.string())


def as_text(value: Any) -> str | None:
    """A JSON scalar as text: whole numbers without a point, booleans in lower case."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def flat_columns(batch: Any) -> list[tuple[str, Any]]:
    """(Dotted name, array) of a batch or table with nested columns; lists become JSON text, columns of nulls vanish."""
    found: list[tuple[str, Any]] = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        found.extend(_flattened(name, _combined(column)))
    return found


def _combined(column: Any) -> Any:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _flattened(name: str, column: Any) -> Iterable[tuple[str, Any]]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_struct(kind):
        for field, child in zip(kind, column.flatten(), strict=True):
            yield from _flattened(f"{name}.{field.name}", child)
    elif not pa.types.is_null(kind):
        yield unwrapped(name), plain_array(column)


def as_floats(column: Any) -> Any:
    """A column as floats; null where a text is no plain number."""
    import pyarrow as pa

    try:
        return column.cast(pa.float64(), safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([_float(value) for value in column.to_pylist()], pa.float64())


def _float(value: Any) -> float | None:
    try:
        return float(value)
    except (ValueError, TypeError, OverflowError):
        return None


def plain_array(column: Any) -> Any:
    """A column as text, whole numbers, floats, booleans or a time: what stands in no nested or exotic type."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return plain_array(column.dictionary_decode())
    if pa.types.is_nested(kind):
        return pa.array([_as_json(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_integer(kind):
        return column.cast(pa.int64(), safe=False)
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return column.cast(pa.float64())
    if pa.types.is_boolean(kind) or pa.types.is_temporal(kind):
        return column
    return column.cast(pa.string(), safe=False)


def _as_json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False, default=str) if value else None
