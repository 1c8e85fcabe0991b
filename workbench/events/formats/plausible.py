"""Plausible's export: daily counts of visitors, pages and custom events, a table each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.events import numbers
from workbench.events.aggregates import CountKind, StepCount, StepCounts
from workbench.events.repairs import Ledger
from workbench.events.tables import Table, as_date

_VISITORS = frozenset({"date", "visitors", "bounces", "visit_duration"})
_SITE = frozenset({"pageviews", "visits"})
VISITORS = "visitors"


def is_export(tables: Sequence[Table]) -> bool:
    """Whether the tables are those of an export."""
    return any(set(table.columns) >= _VISITORS and table.columns[0] == "date" for table in tables)


def counts_of(tables: Sequence[Table], ledger: Ledger) -> StepCounts | None:
    """Visitors a day, of the site, of each custom event and of each page; None if this is no such export."""
    if not is_export(tables):
        return None
    rows: list[StepCount] = []
    for table in sorted(tables, key=lambda table: _rank(table) or 0):
        if _rank(table) is not None:
            rows += _rows(table)
    steps = tuple(dict.fromkeys(row.step for row in rows))
    dates = sorted({row.date for row in rows if row.date is not None})
    first, last = (dates[0], dates[-1]) if dates else (None, None)
    return StepCounts(steps, tuple(rows), CountKind.UNIQUE, VISITORS, (VISITORS,), first=first, last=last)


def _step_column(table: Table) -> str | None:
    return next((name for name in ("name", "page") if name in table.columns and VISITORS in table.columns), None)


def _rank(table: Table) -> int | None:
    """Order of the tables that hold steps: the site, its events, its pages; None for those that split the visitors."""
    if set(table.columns) >= _VISITORS and not set(table.columns) - _VISITORS - _SITE:
        return 0
    if "events" in table.columns and "name" in table.columns:
        return 1
    return 2 if "page" in table.columns and "pageviews" in table.columns else None


def _rows(table: Table) -> Iterator[StepCount]:
    step, place = _step_column(table), table.columns.index(VISITORS)
    named = table.column(step) if step and _rank(table) else [VISITORS] * len(table.rows)
    for name, row, line in zip(named, table.rows, table.lines, strict=True):
        count = numbers.read(row[place])
        if count is not None and name:
            yield StepCount(name, count, as_date(row[table.columns.index("date")]), None, line)
