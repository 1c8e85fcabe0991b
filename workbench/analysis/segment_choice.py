"""What is compared when segments are: light enough for the window to know before any figure is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.journey.journey import DAY_S, Segment

if TYPE_CHECKING:
    from workbench.events.store import EventStore

MOST_OFFERED_VALUES = 500
FIRST_PROPERTIES = ("device", "category", "country", "source", "medium", "channel", "browser")


@dataclass(frozen=True, slots=True)
class SegmentChoice:
    """What is compared: these segments, or with `property` the values people begin with; `cut_s` ends the beginning."""

    segments: tuple[Segment, ...] = ()
    property: str | None = None
    cut_s: float = float(DAY_S)


class Periods(StrEnum):
    """Which two periods of entry are compared."""

    HALVES = "first and second half"
    FOUR_WEEKS = "the last 4 weeks and the 4 before"


def is_defined(segment: Segment) -> bool:
    """Whether anything tells who belongs to the segment."""
    return bool(segment.did or segment.did_not or segment.filters or segment.in_order)


def properties_to_offer(store: EventStore) -> list[str]:
    """Properties with two to some hundred values, those that are usually looked at first."""
    names = [name for name, column in store.properties.items() if 2 <= len(column.values) <= MOST_OFFERED_VALUES]
    return sorted(names, key=lambda name: (not any(word in name.lower() for word in FIRST_PROPERTIES), name))
