"""Plain tables: what a report is made of, whatever it is written to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Cell = str | int | float | bool | None


class Format(StrEnum):
    """How the numbers of a column are shown."""

    TEXT = "text"
    COUNT = "count"
    RATE = "rate"
    MONEY = "money"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """Title and number format of a column."""

    title: str
    format: Format = Format.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; a cell without data is None."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
