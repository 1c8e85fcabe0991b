"""Records out of JSON that lays a table down sideways: by column, split into columns and rows, or as rows of cells."""

from __future__ import annotations

from typing import Any

Records = list[dict[str, Any]]


def records_of(value: Any) -> Records | None:
    """The records of a table in JSON, or None if the value is none.

    Examples
    --------
    >>> records_of({"user": ["u1", "u2"], "event": ["view", "buy"]})
    [{'user': 'u1', 'event': 'view'}, {'user': 'u2', 'event': 'buy'}]
    >>> records_of({"user": {"0": "u1"}, "event": {"0": "view"}})
    [{'user': 'u1', 'event': 'view'}]
    >>> records_of({"columns": ["user", "event"], "data": [["u1", "view"]]})
    [{'user': 'u1', 'event': 'view'}]
    >>> records_of([["user", "event"], ["u1", "view"]])
    [{'user': 'u1', 'event': 'view'}]
    """
    if isinstance(value, list):
        return _under_header(value)
    return (_split(value) or _by_column(value)) if isinstance(value, dict) else None


def _under_header(rows: list[Any]) -> Records | None:
    """Rows of cells of which the first names the columns."""
    if len(rows) < 2 or not all(isinstance(row, list) for row in rows):
        return None
    return _named(rows[0], rows[1:])


def _named(names: Any, rows: Any) -> Records | None:
    if not isinstance(names, list) or not isinstance(rows, list) or not names or not rows:
        return None
    called = [name.get("name") if isinstance(name, dict) else name for name in names]
    if not all(isinstance(name, str) and name for name in called):
        return None
    columns = [str(name) for name in called]
    if not all(isinstance(row, list) and len(row) <= len(columns) for row in rows):
        return None
    return [dict(zip(columns, row, strict=False)) for row in rows]


def _split(value: dict[str, Any]) -> Records | None:
    """Names under one key and rows of cells under another, as pandas and query tools write it."""
    for names in ("columns", "fields", "headers", "cols"):
        for rows in ("data", "rows", "values", "results"):
            if names in value and rows in value:
                return _named(value[names], value[rows])
    return None


def _by_column(value: dict[str, Any]) -> Records | None:
    """A list of cells a column, or an object of cells by row."""
    columns = list(value.values())
    if len(columns) < 2:
        return None
    if all(isinstance(column, list) for column in columns) and len({len(column) for column in columns}) == 1:
        flat = not any(isinstance(cell, dict | list) for column in columns for cell in column[:10])
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)] if flat else None
    if all(isinstance(column, dict) for column in columns) and len({tuple(column) for column in columns}) == 1:
        keys = list(columns[0])
        if keys and all(key.isdigit() for key in keys):
            return [{name: column[key] for name, column in value.items()} for key in keys]
    return None
