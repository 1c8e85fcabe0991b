"""What is compared when segments are: light enough for the window to know before any figure is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.journey.journey import Segment

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class SegmentChoice:
    """What is compared: these segments, or with `property` the values people begin with; `cut_s` ends the beginning."""

    segments: tuple[Segment, ...] = ()
    property: str | None = None
    cut_s: float = DAY_S


def is_defined(segment: Segment) -> bool:
    """Whether anything tells who belongs to the segment."""
    return bool(segment.did or segment.did_not or segment.filters or segment.in_order)
