"""Any table of events: a person, a time and a name, guessed by the columns' names and content."""

from __future__ import annotations

from workbench.events.formats.format import Format, Sight, guessed_mapping


def _recognises(sight: Sight) -> bool:
    return guessed_mapping(sight.sample, "UTC").is_complete


FORMAT = Format("generic", "Table of events", _recognises)
