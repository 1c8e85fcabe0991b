"""Keeps the same data from counting twice: a file given twice, and a day that was exported again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from workbench.events.formats import ga4
from workbench.events.formats.format import Shaped
from workbench.events.nested import flat_columns
from workbench.events.reading import Rows
from workbench.events.repairs import Ledger, RepairKind

_SAMPLE = 61
_SMALL = 8 << 20
_DAY = "event_date"
Hit = tuple[str, str, str]


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
    """Of two GA4 exports that hold the same hits of a day one stays; shards of one day hold different hits."""
    held = [_days_in_sample(item) for item in items]
    often = Counter(day for found in held for day in found)
    suspects = [item for item, found in zip(items, held, strict=True) if any(often[day] > 1 for day in found)]
    if len(suspects) < 2:
        return items
    step = 1 if sum(item.origin.size for item in suspects) < _SMALL else _SAMPLE
    # Newest first, and of equal age the one given last.
    ranked = sorted(suspects, key=lambda item: (_rank(item), items.index(item)), reverse=True)
    held_hits = [_Held(item, _hits_by_day(item, step)) for item in ranked]
    for newer, older in combinations(held_hits, 2):
        _settle(newer, older, ledger)
    rest = {id(one.item): one for one in held_hits}
    return [left for item in items if (left := rest[id(item)].left if id(item) in rest else item) is not None]


@dataclass(slots=True)
class _Held:
    """A source with its hits by day, and the days that another source replaces."""

    item: Shaped
    hits: dict[str, set[Hit]]
    replaced: set[str] = field(default_factory=set)

    @property
    def left(self) -> Shaped | None:
        if not self.replaced:
            return self.item
        return None if self.replaced >= set(self.hits) else WithoutDays(self.item, frozenset(self.replaced))


def _settle(newer: _Held, older: _Held, ledger: Ledger) -> None:
    """Days that both hold: the newer export of a day stays, but a small part of a day never replaces the whole."""
    for day in sorted(newer.hits.keys() & older.hits.keys() - newer.replaced - older.replaced):
        few, many = sorted((newer, older), key=lambda one: len(one.hits[day]))
        if 2 * len(newer.hits[day] & older.hits[day]) <= len(few.hits[day]):
            continue
        stays, goes = (many, few) if 2 * len(few.hits[day]) < len(many.hits[day]) else (newer, older)
        goes.replaced.add(day)
        names = goes.item.origin.member.name, stays.item.origin.member.name
        ledger.note(RepairKind.SOURCE_REPLACED, 1, f"{day} of {names[0]} by {names[1]}")


def _hits_by_day(item: Shaped, step: int) -> dict[str, set[Hit]]:
    """Hits of each day, one in `step` chosen by their time, so that two exports choose the same ones."""
    found: dict[str, set[Hit]] = {}
    for rows in item.batches(Ledger()):
        columns = dict(flat_columns(rows.batch))
        if not {_DAY, "event_timestamp", "event_name"} <= columns.keys():
            continue
        texts = columns["event_timestamp"].to_pylist()
        us = np.array([int(text) if str(text).isdigit() else 0 for text in texts], np.int64)
        users = columns.get("user_pseudo_id", columns["event_name"])
        for place in np.flatnonzero((us // 1000) % step == 0).tolist():
            hit = (str(texts[place]), str(columns["event_name"][place].as_py()), str(users[place].as_py()))
            found.setdefault(str(columns[_DAY][place].as_py()), set()).add(hit)
    return found
