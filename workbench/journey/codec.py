"""Frozen values to plain JSON values and back, leaving defaults out and keeping unknown keys."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from workbench.errors import WorkbenchError

_PAIRS = ("tuple[tuple[str, typing.Any], ...]", "tuple[tuple[str, str], ...]")
_UNKNOWN = "unknown"


def encode(value: Any) -> Any:
    """Plain JSON value of a frozen value; fields at their default are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _encode_fields(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    return value


def _encode_fields(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    kind: Any = type(value)
    hints = _hints(kind)
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        if field.name == _UNKNOWN or item == _default(field):
            continue
        plain[field.name] = dict(item) if _holds_pairs(hints[field.name]) else encode(item)
    plain.update(dict(getattr(value, _UNKNOWN, ())))
    return plain


def decode(kind: Any, plain: Any, where: str) -> Any:
    """Value of a type hint from a plain JSON value.

    Raises
    ------
    WorkbenchError
        If the value does not fit, naming `where` it stands.
    """
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decode_union(kind, plain, where)
    if origin is tuple:
        return _decode_tuple(kind, plain, where)
    if dataclasses.is_dataclass(kind):
        return _decode_fields(kind, plain, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _decode_enum(kind, plain, where)
    return _decode_plain(kind, plain, where)


def _decode_union(kind: Any, plain: Any, where: str) -> Any:
    options = get_args(kind)
    if plain is None and type(None) in options:
        return None
    if isinstance(plain, list):
        return tuple(plain)
    rest = [option for option in options if option is not type(None)]
    return decode(rest[0], plain, where) if len(rest) == 1 else plain


def _decode_tuple(kind: Any, plain: Any, where: str) -> Any:
    if _holds_pairs(kind):
        return tuple(_expect(plain, dict, "an object", where).items())
    item_kind = get_args(kind)[0]
    items = _expect(plain, list, "a list", where)
    return tuple(decode(item_kind, item, f"{where}[{number}]") for number, item in enumerate(items))


def _decode_fields(kind: Any, plain: Any, where: str) -> Any:
    given = dict(_expect(plain, dict, "an object", where))
    hints = _hints(kind)
    values = {}
    for field in dataclasses.fields(kind):
        if field.name in given and field.name != _UNKNOWN:
            values[field.name] = decode(hints[field.name], given.pop(field.name), f"{where}.{field.name}")
        elif _default(field) is dataclasses.MISSING:
            raise WorkbenchError(f"{where} lacks “{field.name}”.", "Add it, or take an earlier copy of the file.")
    if _UNKNOWN in hints:
        values[_UNKNOWN] = tuple(given.items())
    return kind(**values)


def _decode_enum(kind: type[Enum], plain: Any, where: str) -> Any:
    try:
        return kind(plain)
    except ValueError as error:
        known = ", ".join(str(member.value) for member in kind)
        raise WorkbenchError(f"{where} is “{plain}”.", f"It must be one of: {known}.") from error


def _decode_plain(kind: Any, plain: Any, where: str) -> Any:
    base = getattr(kind, "__supertype__", kind)
    if base is float:
        return _number(plain, where)
    if base is int and isinstance(plain, float) and plain.is_integer():
        return int(plain)
    if base in (str, int, bool):
        names = {str: "text", int: "a whole number", bool: "true or false"}
        return _expect(plain, base, names[base], where)
    return plain


def _number(plain: Any, where: str) -> Any:
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        raise WorkbenchError(f"{where} must be a number, not {plain!r}.", "Correct it in the file.")
    return plain


def _expect(plain: Any, kind: type, name: str, where: str) -> Any:
    if not isinstance(plain, kind) or (kind is int and isinstance(plain, bool)):
        raise WorkbenchError(f"{where} must be {name}, not {plain!r:.60}.", "Correct it in the file.")
    return plain


def _default(field: Any) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _holds_pairs(kind: Any) -> bool:
    return str(kind) in _PAIRS
