"""Reads step counts out of a table: long (a row a step) or wide (a column a step)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from workbench.errors import WorkbenchError
from workbench.events import numbers, times
from workbench.events.aggregates import CountKind, StepCount, StepCounts
from workbench.events.count_roles import (
    UNIQUE_WORDS,
    Roles,
    count_style,
    date_column,
    is_everybody,
    is_flag,
    is_id,
    roles_of,
    segment_of,
    step_column,
    values_of,
)
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.schema import is_missing_id
from workbench.events.tables import Table, as_date
from workbench.events.turning import turned
from workbench.events.vocabulary import NAMES
from workbench.events.wording import natural_words

_NUMBERED = re.compile(r"^\s*(\d{1,3})\s*[.):]\s+(?=\S)")
_MIDNIGHT = re.compile(r"[ T]00:00(?::00)?(?:\.0+)?(?![:.\d])")


def counts_of(table: Table, ledger: Ledger, chosen: dict[str, str] | None = None) -> StepCounts | None:
    """Step counts of a table, or None if it holds none; `chosen` names columns for `event`, `time` and `value`."""
    table = table if chosen else turned(table, ledger)
    roles = roles_of(table, chosen or {})
    if not chosen and roles.step is not None and _lists_events(table, roles):
        return None
    if not roles.counts:
        return _people(table, roles)
    values = {name: _read(table.column(name), ledger) for name in roles.counts}
    first, last = table.span
    if roles.step is not None:
        counts = _long(table, roles, values[roles.counts[0]])
    elif len(roles.counts) > 1 or roles.date is not None:
        counts = _wide(table, roles, values)
    else:
        return None
    dates = counts.dates
    totals = _totals(table, roles)
    return replace(
        counts, totals=totals, first=first or min(dates, default=None), last=last or max(dates, default=None)
    )


def _lists_events(table: Table, roles: Roles) -> bool:
    """Whether rows tell of people at a time of day: then they are events, and no counts by day."""
    if roles.date is None or not any(map(is_id, table.columns)):
        return False
    return any(":" in cell and not _MIDNIGHT.search(cell) for cell in table.column(roles.date)[:200])


def _read(cells: Sequence[str], ledger: Ledger) -> list[float | None]:
    style = count_style(cells)
    odd = [cell for cell in cells if cell.strip() and not numbers.is_plain(cell.strip(), style)]
    if odd and not is_flag(cells):
        ledger.note(RepairKind.NUMBER_FORMAT, len(odd), f"{odd[0]!r} is a number")
    values = values_of(cells)
    broken = [value for value in values if value is not None and not value.is_integer()]
    ledger.note(RepairKind.COUNT_FRACTION, len(broken), f"{broken[0]}" if broken else "")
    return values


def _people(table: Table, roles: Roles) -> StepCounts | None:
    """People by step, of a table that lists who reached which step and not when."""
    person = next((name for name in table.columns if is_id(name)), None)
    if person is None or roles.step is None or step_column([roles.step]) is None or unread_time(table) is not None:
        return None
    reached: dict[str, set[str]] = {}
    # Where ids are numbers, one 0 is the first of them; many are a placeholder.
    counted = table.column(person)
    numbered = counted.count("0") == 1 and all(who.isdigit() for who in counted if who.strip())
    for who, step in zip(counted, table.column(roles.step), strict=True):
        if step.strip() and not is_missing_id(who, numbered):
            reached.setdefault(step.strip(), set()).add(who)
    rows = tuple(StepCount(step, len(people)) for step, people in reached.items())
    return StepCounts(tuple(reached), rows, CountKind.UNIQUE, person, (person,)) if rows else None


def unread_time(table: Table) -> tuple[str, str] | None:
    """A column that is called a time and a cell of it that cannot be read, or None if there is none."""
    for name in table.columns:
        cell = next((cell for cell in table.column(name) if cell.strip()), "")
        is_known = times.is_time(cell) or times.is_epoch(cell) or times.is_serial(cell) or as_date(cell) is not None
        if natural_words(name) in NAMES["time"] and cell and not is_known:
            return name, cell
    return None


def unrecognised(name: str, found: Sequence[Table]) -> WorkbenchError:
    """What to tell of a file that holds neither events nor step counts."""
    for column, cell in filter(None, map(unread_time, found)):
        return WorkbenchError(
            f"{name}: the times in “{column}” cannot be read, such as “{cell}”.",
            "Write them as 2021-03-01 10:00:00 or as seconds since 1970, or name another column: --map time=COLUMN.",
        )
    for table in found:
        lacking = _without_event(table)
        if lacking:
            return WorkbenchError(
                f"{name} tells who ({lacking[0]}) and when ({lacking[1]}), but no column says what happened.",
                f"Name one with --map event=COLUMN. The columns are: {', '.join(table.columns[:40])}.",
            )
    columns = ", ".join(dict.fromkeys(column for table in found for column in table.columns[:40]))
    return WorkbenchError(
        f"{name} holds neither events nor step counts that were recognised.",
        "Name the columns with --map user=COLUMN,time=COLUMN,event=COLUMN."
        + (f" The columns are: {columns}." if columns else ""),
    )


def _without_event(table: Table) -> tuple[str, str] | None:
    """The columns of a person and a time, where a table has both."""
    ids = [name for name in table.columns if is_id(name)]
    person = next((name for name in ids if natural_words(name) in NAMES["user"]), next(iter(ids), None))
    time = date_column(table)
    return (person, time) if person and time else None


def _dates(table: Table, name: str | None) -> list[date | None]:
    if name is None:
        return [None] * len(table.rows)
    style = times.style_of(table.column(name), "UTC", True)
    return [as_date(cell, style.day_first or not style.is_proven) for cell in table.column(name)]


def _filled_down(cells: Iterable[str]) -> list[str]:
    """Steps of a funnel report, where only the first row of a group names the step."""
    filled, current = [], ""
    for cell in cells:
        current = cell.strip() or current
        filled.append(current)
    return filled


def _filled_in_groups(steps: Sequence[str], cells: Sequence[str]) -> list[str]:
    """Segments of a report that is split once more: only the first row of a segment names it."""
    filled, current = [], ""
    for step, cell in zip(steps, cells, strict=True):
        current = cell.strip() or ("" if step.strip() else current)
        filled.append(current)
    return filled


def _whole_rows(table: Table, breakdowns: Sequence[str]) -> list[bool]:
    """Which rows count everybody of their segment: where a further split has rows of its own for all, only those."""
    whole = [True] * len(table.rows)
    for name in breakdowns:
        cells = table.column(name)
        if any(is_everybody(cell) for cell in cells):
            whole = [keep and is_everybody(cell) for keep, cell in zip(whole, cells, strict=True)]
    return whole


def _long(table: Table, roles: Roles, counts: Sequence[float | None]) -> StepCounts:
    named = _filled_down(table.column(roles.step or ""))
    segments = table.column(roles.segment) if roles.segment else [""] * len(named)
    if roles.breakdowns:
        segments = _filled_in_groups(table.column(roles.step or ""), segments)
    days = _dates(table, roles.date)
    whole = _whole_rows(table, roles.breakdowns)
    rows = [
        StepCount(_without_number(step), count, day, segment_of(segment), line)
        for step, count, day, segment, line, is_whole in zip(
            named, counts, days, segments, table.lines, whole, strict=True
        )
        if count is not None and step and is_whole
    ]
    return StepCounts(
        _ordered(named, table.column(roles.rank) if roles.rank else ()),
        tuple(rows),
        _kind(roles.counts[0]),
        roles.counts[0],
        roles.counts,
        roles.segment,
    )


def _without_number(step: str) -> str:
    return _NUMBERED.sub("", step).strip()


def _ordered(named: Sequence[str], ranks: Sequence[str]) -> tuple[str, ...]:
    """Steps in file order, or by the numbers before their names or beside them, where all have one."""
    steps = list(dict.fromkeys(step for step in named if step))
    if steps and all(_NUMBERED.match(step) for step in steps):
        steps.sort(key=lambda step: int(_NUMBERED.match(step)[1]))  # type: ignore[index]
    numbered: dict[str, set[float | None]] = {}
    for step, rank in zip(named, ranks, strict=False):
        numbered.setdefault(step, set()).add(numbers.read(rank))
    places = {step: next(iter(found)) for step, found in numbered.items() if len(found) == 1}
    if ranks and all(places.get(step) is not None for step in steps):
        steps.sort(key=lambda step: places[step] or 0.0)
    return tuple(dict.fromkeys(map(_without_number, steps)))


def _kind(column: str) -> CountKind:
    return CountKind.UNIQUE if UNIQUE_WORDS.search(natural_words(column)) else CountKind.ADDITIVE


def _wide(table: Table, roles: Roles, values: dict[str, list[float | None]]) -> StepCounts:
    days = _dates(table, roles.date)
    segments = table.column(roles.segment) if roles.segment else [""] * len(days)
    rows = [
        StepCount(step, count, day, segment_of(segment), line)
        for step in roles.counts
        for count, day, segment, line in zip(values[step], days, segments, table.lines, strict=True)
        if count is not None
    ]
    kind = (
        CountKind.UNIQUE
        if any(UNIQUE_WORDS.search(natural_words(name)) for name in roles.counts)
        else CountKind.ADDITIVE
    )
    return StepCounts(roles.counts, tuple(rows), kind, "", roles.counts, roles.segment)


def _totals(table: Table, roles: Roles) -> dict[str, float]:
    if not table.totals:
        return {}
    found = {}
    for name in roles.counts:
        place = table.columns.index(name)
        value = (
            numbers.read(table.totals[place], count_style(table.column(name))) if place < len(table.totals) else None
        )
        if value is not None:
            found[name] = value
    return found
