"""Any table of events: a person, a time and a name, guessed by the columns' names and content."""

from __future__ import annotations

import re
from typing import Any

from workbench.events.formats.format import Format, Sight, guessed_mapping, with_columns
from workbench.events.nested import flat_columns
from workbench.events.reading import Rows
from workbench.events.wording import natural_words, words

JOINED = "date_time"
_DAYS = frozenset(words("date datum fecha jour day event_date дата data_evento tag"))
_CLOCKS = frozenset(words("time zeit uhrzeit hora heure время event_time clock ora"))
_CLOCK = re.compile(r"^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?$", re.IGNORECASE)
_MIDNIGHT = r"[ T]00:00(?::00)?(?:\.0+)?$"


def _recognises(sight: Sight) -> bool:
    import pyarrow as pa

    if guessed_mapping(sight.sample, "UTC").is_complete:
        return True
    columns = _joined(dict(flat_columns(sight.sample)))
    return columns is not None and guessed_mapping(pa.table(columns), "UTC").is_complete


def _pair(columns: dict[str, Any]) -> tuple[str, str] | None:
    """A column of days and one of clock times beside it, where the time of an event stands in two columns."""
    by_words = {natural_words(name): name for name in columns}
    days = [by_words[word] for word in by_words if word in _DAYS]
    clocks = [by_words[word] for word in by_words if word in _CLOCKS and _is_clock(columns[by_words[word]])]
    return (days[0], clocks[0]) if days and clocks and JOINED not in columns else None


def _is_clock(column: Any) -> bool:
    first = next((str(value) for value in column.slice(0, 100).to_pylist() if value not in (None, "")), "")
    return _CLOCK.match(first.strip()) is not None


def _joined(columns: dict[str, Any]) -> dict[str, Any] | None:
    """The columns with a day and a clock time as one, or None if they do not stand apart."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pair = _pair(columns)
    if pair is None:
        return None
    day, clock = (columns[name].cast(pa.string()) for name in pair)
    day = pc.replace_substring_regex(day, _MIDNIGHT, "")
    rest = {name: column for name, column in columns.items() if name not in pair}
    return rest | {JOINED: pc.binary_join_element_wise(day, clock, " ")}


def _reshape(rows: Rows) -> Rows:
    """Join a day and a clock time that stand in two columns."""
    columns = _joined(dict(flat_columns(rows.batch)))
    return rows if columns is None else with_columns(rows, columns)


FORMAT = Format("generic", "Table of events", _recognises, reshape=_reshape)
