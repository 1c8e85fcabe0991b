"""Whether values pass conditions: decided once per distinct value, then looked up per row."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.events.store import EventStore, Scalar
from workbench.journey.rule import Condition, Operator

Rows = NDArray[np.integer[Any]]


def number_of(value: object) -> float | None:
    """The value as a number if it is one or reads as one; truth values are no numbers.

    Examples
    --------
    >>> number_of("12.50"), number_of("12 apples"), number_of(True)
    (12.5, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def is_equal(value: object, other: object) -> bool:
    """Equal as numbers if both read as numbers, else as text.

    Examples
    --------
    >>> is_equal("5", 5.0), is_equal("05", "5"), is_equal("a", "A"), is_equal(True, "true")
    (True, True, False, True)
    """
    left, right = number_of(value), number_of(other)
    if left is not None and right is not None:
        return left == right
    return _text(value) == _text(other)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _compared(value: object, other: object, compare: Callable[[float, float], bool]) -> bool:
    left, right = number_of(value), number_of(other)
    return left is not None and right is not None and compare(left, right)


_ORDERED: dict[Operator, Callable[[float, float], bool]] = {
    Operator.LT: lambda a, b: a < b,
    Operator.LTE: lambda a, b: a <= b,
    Operator.GT: lambda a, b: a > b,
    Operator.GTE: lambda a, b: a >= b,
}


def passes(condition: Condition, value: Scalar | None) -> bool:
    """Whether a value (None: missing) passes a condition.

    Examples
    --------
    >>> passes(Condition("p", Operator.GTE, "90"), 90), passes(Condition("p", Operator.NEQ, "x"), None)
    (True, True)
    """
    operator = condition.operator
    if operator is Operator.SET:
        return value is not None
    if value is None:
        return operator in (Operator.NEQ, Operator.NOT_SET)
    if operator in _ORDERED:
        return _compared(value, condition.value, _ORDERED[operator])
    return _equality(operator, value, condition.value)


def _equality(operator: Operator, value: Scalar, other: object) -> bool:
    if operator is Operator.NOT_SET:
        return False
    if operator is Operator.CONTAINS:
        return _text(other) in _text(value)
    if operator is Operator.IN:
        return any(is_equal(value, one) for one in (other if isinstance(other, tuple) else (other,)))
    return is_equal(value, other) == (operator is Operator.EQ)


def passing_rows(store: EventStore, conditions: tuple[Condition, ...], rows: Rows) -> NDArray[np.bool_]:
    """Whether each of some rows passes all conditions."""
    passing = np.ones(len(rows), np.bool_)
    for condition in conditions:
        passing &= _passing(store, condition, rows)
    return passing


def _passing(store: EventStore, condition: Condition, rows: Rows) -> NDArray[np.bool_]:
    column = store.properties.get(condition.property)
    if column is None:
        return np.full(len(rows), passes(condition, None))
    verdicts = np.array([passes(condition, value) for value in (None, *column.values)], np.bool_)
    found: NDArray[np.bool_] = verdicts[column.codes[rows]]
    return found


def numbers_in(store: EventStore, name: str, rows: Rows) -> NDArray[np.float64]:
    """A property as numbers; NaN where it is missing or no number."""
    column = store.properties.get(name)
    if column is None:
        return np.full(len(rows), np.nan)
    known = [number_of(value) for value in column.values]
    table = np.array([np.nan, *(np.nan if number is None else number for number in known)])
    found: NDArray[np.float64] = table[column.codes[rows]]
    return found
