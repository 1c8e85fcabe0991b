"""Formats that need several files at once: a header file beside its data, or tables that belong together."""

from __future__ import annotations

from workbench.events.reading import Reading


def combined(readings: list[Reading]) -> list[Reading]:
    """The readings with companion files worked into the ones they belong to."""
    return readings
