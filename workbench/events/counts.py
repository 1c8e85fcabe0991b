"""What an import counted: rows kept and dropped by reason, and totals over all rows, with or without a user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Drop(StrEnum):
    """Why a row is no event."""

    NO_USER = "no user"
    NO_TIME = "no time"
    NO_EVENT = "no event name"
    REPEATED_ID = "repeated event id"


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many rows were dropped for one reason, and the first lines where they stand."""

    rows: int = 0
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class IngestCounts:
    """Rows read and kept; event and value totals are over all rows that have a name, also those without a user."""

    rows: int = 0
    kept: int = 0
    dropped: Mapping[Drop, Dropped] = field(default_factory=dict)
    event_totals: Mapping[str, int] = field(default_factory=dict)
    value_totals: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "kept": self.kept,
            "dropped": {str(why): [drop.rows, list(drop.lines)] for why, drop in self.dropped.items()},
            "event_totals": dict(self.event_totals),
            "value_totals": dict(self.value_totals),
        }

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> IngestCounts:
        dropped = {Drop(why): Dropped(rows, tuple(lines)) for why, (rows, lines) in saved["dropped"].items()}
        return cls(saved["rows"], saved["kept"], dropped, saved["event_totals"], saved["value_totals"])
