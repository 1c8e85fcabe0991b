"""Reads cells that hold JSON, or what Python prints for it, into columns of their own."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import Any

from workbench.events.nested import flat_record, typed_array
from workbench.events.repairs import Ledger, RepairKind

_MAX_CELL = 1 << 20
_MANY = 200


@dataclass(slots=True)
class CellCounts:
    """How many cells were read, were broken, and held nothing."""

    read: int = 0
    unread: int = 0
    empty: int = 0


def looks_nested(cells: list[str]) -> bool:
    """Whether most filled cells of a column are JSON objects.

    Examples
    --------
    >>> looks_nested(['{"a": 1}', "{'a': 2}", '{"a"']), looks_nested(["{curly}", "view"])
    (True, False)
    """
    found = [cell.lstrip() for cell in cells[:200] if cell.strip()]
    return bool(found) and sum(cell[0] == "{" and cell[1:].lstrip()[:1] in "\"'}" for cell in found) > 0.5 * len(found)


def nested_columns(sample: Any) -> tuple[str, ...]:
    """Text columns whose cells hold JSON objects."""
    import pyarrow as pa

    found = []
    for field in sample.schema:
        if pa.types.is_string(field.type):
            texts = [text for text in sample.column(field.name).to_pylist()[:_MANY] if text]
            if looks_nested(texts):
                found.append(field.name)
    return tuple(found)


def read_cell(text: str) -> tuple[dict[str, Any] | None, bool]:
    """(The object in a cell or None, whether it was written by Python's repr)."""
    try:
        value = json.loads(text)
        if isinstance(value, str):
            value = json.loads(value)
        return (value if isinstance(value, dict) else None), False
    except (ValueError, RecursionError):
        pass
    if len(text) > _MAX_CELL or not text.lstrip().startswith("{"):
        return None, False
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None, False
    return (value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else None), True


def spread(name: str, column: Any, counts: CellCounts, ledger: Ledger, lines: Any) -> list[tuple[str, Any]]:
    """Columns `name.key` of a column of JSON text; cells that cannot be read keep their text under `name`."""
    records: list[dict[str, Any]] = []
    kept: list[str | None] = []
    for place, text in enumerate(column.to_pylist()):
        if text is None or not text.strip():
            counts.empty += 1
            records.append({})
            kept.append(None)
            continue
        value, by_repr = read_cell(text)
        if value is None:
            counts.unread += 1
            ledger.note(RepairKind.JSON_UNREAD, 1, text[:120], [lines[place].as_py()])
        else:
            counts.read += 1
            ledger.note(RepairKind.JSON_REPR, int(by_repr), text[:120], [lines[place].as_py()] if by_repr else None)
        records.append(flat_record(value or {}, f"{name}."))
        kept.append(text if value is None else None)
    return _columns(name, records, kept)


def _columns(name: str, records: list[dict[str, Any]], kept: list[str | None]) -> list[tuple[str, Any]]:
    names = list(dict.fromkeys(key for record in records for key in record))
    found = [(key, typed_array([record.get(key) for record in records])) for key in names]
    found.append((name, typed_array(kept)))
    return [(key, array) for key, array in found if array is not None]
