"""Turns GA4's lists of {key, value} into columns."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.events.nested import plain_array, typed_array


def pivot(column: Any) -> dict[str, Any]:
    """Columns by key out of a list column of {key, value: {string_value, int_value, float_value, double_value}}."""
    import pyarrow as pa

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _pivot_text(column)
    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        return {}
    return _pivot_lists(column)


def _pivot_lists(column: Any) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    entries = pc.list_flatten(column)
    if not pa.types.is_struct(entries.type) or entries.type.get_field_index("key") < 0 or not len(entries):
        return {}
    parents = np.asarray(pc.list_parent_indices(column))
    keys = pc.struct_field(entries, "key").cast(pa.string()).fill_null("").dictionary_encode()
    codes = np.asarray(keys.indices)
    order, bounds = _grouped(codes, len(keys.dictionary))
    values = _value_fields(entries)
    held = {kind: np.bincount(codes[_known(array)], minlength=len(keys.dictionary)) for kind, array in values.items()}
    found = {}
    for code, key in enumerate(keys.dictionary.to_pylist()):
        places = order[bounds[code] : bounds[code + 1]]
        own = {kind: array for kind, array in values.items() if held[kind][code]}
        array = _spread_out(own, places, parents[places], len(column))
        if key and array is not None:
            found[key] = array
    return found


def _grouped(codes: NDArray[Any], count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    order = np.argsort(codes, kind="stable")
    return order, np.searchsorted(codes[order], np.arange(count + 1))


def _value_fields(entries: Any) -> dict[str, Any]:
    import pyarrow.compute as pc

    value = pc.struct_field(entries, "value")
    fields = {field.name: pc.struct_field(value, field.name) for field in value.type}
    return {kind: array for kind, array in fields.items() if kind.endswith("_value")}


def _known(array: Any) -> NDArray[np.bool_]:
    return np.asarray(array.is_valid().to_numpy(zero_copy_only=False), bool)


def _spread_out(values: dict[str, Any], places: NDArray[np.intp], rows: NDArray[np.intp], count: int) -> Any:
    """One column of `count` rows from the entries of one key; None if it has no value."""
    import pyarrow as pa

    merged = _merged({kind: array.take(pa.array(places)) for kind, array in values.items()})
    if merged is None:
        return None
    index = np.full(count, -1, np.int64)
    index[rows] = np.arange(len(places))
    return merged.take(pa.array(index, mask=index < 0))


def _merged(held: dict[str, Any]) -> Any:
    """The values of one key in one type: whole numbers, floats, or text as soon as any of them is text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not held:
        return None
    try:
        if set(held) == {"int_value"}:
            return held["int_value"].cast(pa.int64())
        if "string_value" not in held:
            return pc.coalesce(*(array.cast(pa.float64()) for array in held.values()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass  # what should be numbers holds text, and is kept as text
    return pc.coalesce(*(plain_array(array).cast(pa.string()) for _, array in sorted(held.items(), reverse=True)))


def _pivot_text(column: Any) -> dict[str, Any]:
    """The same out of JSON text, whether a list of key and value or a plain object."""
    records = [_params(text) for text in column.to_pylist()]
    names = list(dict.fromkeys(name for record in records for name in record))
    found = {name: typed_array([record.get(name) for record in records]) for name in names}
    return {name: array for name, array in found.items() if array is not None}


def _params(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    if isinstance(value, dict):
        return {k: v for k, v in value.items() if not isinstance(v, dict | list)}
    entries = (
        [entry for entry in value if isinstance(entry, dict) and "key" in entry] if isinstance(value, list) else []
    )
    return {str(entry["key"]): _param(entry.get("value")) for entry in entries}


def _param(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value.get("string_value") is not None:
        return value["string_value"]
    if value.get("int_value") is not None:
        return _as_number(int, value["int_value"])
    number = value.get("double_value", value.get("float_value"))
    return None if number is None else _as_number(float, number)


def _as_number(kind: type[int] | type[float], value: Any) -> Any:
    """The number, or the text where something else stands in its place."""
    try:
        return kind(value)
    except (ValueError, TypeError, OverflowError):
        return str(value)


def joined_field(column: Any, field: str) -> Any:
    """One field of the structures of a list column, joined by ", ", as text; null where there are none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    entries = pc.list_flatten(column)
    if not pa.types.is_struct(entries.type) or entries.type.get_field_index(field) < 0:
        return None
    texts = pc.struct_field(entries, field).cast(pa.string())
    held = pc.list_value_length(column).fill_null(0)
    offsets = np.concatenate([[0], np.cumsum(np.asarray(held))]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), texts.fill_null("(not set)"))
    joined = pc.binary_join(lists, ", ")
    return pc.if_else(pc.greater(held, 0), joined, pa.scalar(None, pa.string()))
