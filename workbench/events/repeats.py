"""Keeps the same data from counting twice: a file given twice, and a day that was exported again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from workbench.events.formats import ga4
from workbench.events.formats.format import Shaped
from workbench.events.nested import flat_columns
from workbench.events.reading import Rows
from workbench.events.repairs import Ledger, RepairKind

_SAMPLE = 61
_DAY = "event_date"


class WithoutDays(Shaped):
    """A source without the rows of some days, which a newer export replaces."""

    def __init__(self, item: Shaped, days: frozenset[str]) -> None:
        super().__init__(item.reading, item.format)
        self._days = days

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        import pyarrow as pa

        for rows in super().batches(ledger):
            days = rows.batch.column(_DAY).cast(pa.string()).to_pylist()
            keep = pa.array([day not in self._days for day in days])
            yield Rows(rows.batch.filter(keep), rows.lines.filter(keep))


def without_repeats(items: Sequence[Shaped], ledger: Ledger) -> list[Shaped]:
    """The sources without files given twice and without days that a newer source holds again."""
    kept: list[Shaped] = []
    seen: dict[str, str] = {}
    for item in items:
        origin = item.origin
        if origin.sha256 in seen and origin.sheet is None:
            ledger.note(RepairKind.SOURCE_REPEATED, 1, f"{origin.member.name} is {seen[origin.sha256]} again")
            continue
        seen[origin.sha256] = origin.member.name
        kept.append(item)
    return _without_replaced_days(kept, ledger)


def _rank(item: Shaped) -> tuple[bool, int]:
    """Newer last: a daily export outranks an intraday one, then the later change of the file."""
    name = item.origin.member.name.lower()
    return "intraday" not in name, item.origin.member.outer.stat().st_mtime_ns


def _days_in_sample(item: Shaped) -> set[str]:
    sample = item.sample
    if item.format is not ga4.FORMAT or _DAY not in sample.schema.names:
        return set()
    return {str(day) for day in sample.column(_DAY).unique().to_pylist() if day}


def _without_replaced_days(items: list[Shaped], ledger: Ledger) -> list[Shaped]:
    """Of two GA4 exports that hold the same hits of a day the newer stays; shards of one day hold different hits."""
    held = [_days_in_sample(item) for item in items]
    often = Counter(day for found in held for day in found)
    suspects = [item for item, found in zip(items, held, strict=True) if any(often[day] > 1 for day in found)]
    if len(suspects) < 2:
        return items
    hits = {id(item): _hits_by_day(item) for item in suspects}
    replaced: dict[int, set[str]] = {}
    for newer in sorted(suspects, key=_rank, reverse=True):
        for older in suspects:
            if (
                older is newer
                or _rank(older) > _rank(newer)
                or (_rank(older) == _rank(newer) and items.index(older) > items.index(newer))
            ):
                continue
            days = _same_days(hits[id(newer)], hits[id(older)]) - replaced.get(id(newer), set())
            replaced.setdefault(id(older), set()).update(days)
            for day in sorted(days):
                ledger.note(
                    RepairKind.SOURCE_REPLACED, 1, f"{day} of {older.origin.member.name} by {newer.origin.member.name}"
                )
    return [kept for item in items if (kept := _reduced(item, replaced.get(id(item), set()), hits)) is not None]


def _reduced(item: Shaped, days: set[str], hits: dict[int, dict[str, set[tuple[str, ...]]]]) -> Shaped | None:
    if not days:
        return item
    return None if days >= set(hits[id(item)]) else WithoutDays(item, frozenset(days))


def _same_days(newer: dict[str, set[tuple[str, ...]]], older: dict[str, set[tuple[str, ...]]]) -> set[str]:
    """Days of which the two hold mostly the same hits."""
    return {day for day in newer.keys() & older.keys() if 2 * len(newer[day] & older[day]) > len(older[day])}


def _hits_by_day(item: Shaped) -> dict[str, set[tuple[str, ...]]]:
    """Hits of each day, one in 61 chosen by their time, so that two exports choose the same ones."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for rows in item.batches(Ledger()):
        columns = dict(flat_columns(rows.batch))
        if not {_DAY, "event_timestamp", "event_name"} <= columns.keys():
            continue
        us = np.array(
            [int(text) if str(text).isdigit() else 0 for text in columns["event_timestamp"].to_pylist()], np.int64
        )
        users = columns.get("user_pseudo_id", columns["event_name"])
        for place in np.flatnonzero((us // 1000) % _SAMPLE == 0).tolist():
            hit = (str(us[place]), str(columns["event_name"][place].as_py()), str(users[place].as_py()))
            found.setdefault(str(columns[_DAY][place].as_py()), set()).add(hit)
    return found
