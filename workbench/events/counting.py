"""Reads step counts out of a table: long (a row a step) or wide (a column a step)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from workbench.errors import WorkbenchError
from workbench.events import numbers, times
from workbench.events.aggregates import CountKind, StepCount, StepCounts
from workbench.events.numbers import NumberStyle
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.schema import is_missing_id
from workbench.events.tables import Table, as_date
from workbench.events.vocabulary import NAMES, SOUNDS
from workbench.events.wording import natural_words, words

_STEP_WORDS = words(
    """
    step funnel_step_name funnelstepname event_name eventname stage goal event name action schritt stufe
    ereignis ereignisname étape etapa nom_de_l_événement шаг событие page_path_and_screen_class page_path
    pagepath page screen
    """
)
_COUNT_WORDS = words(
    """
    active_users activeusers total_users totalusers users unique_users unique_visitors visitors people count
    unique_pageviews visits sessions session_count event_count eventcount events total_events views pageviews
    hits anzahl nutzer_insgesamt ereignisanzahl nutzer benutzer aktive_nutzer besucher sitzungen ereignisse
    nombre utilisateurs usuarios количество n
    """
)
_UNIQUE_WORDS = re.compile(
    r"user|visitor|people|person|unique|nutzer|besucher|utilisateur|usuari|usuári|utilizador|utent|visiteur|visitant|"
    r"gebruiker|bezoeker|użytkownik|kunden|customer|client|пользовател|посетител|用户|ユーザー|사용자"
)
_PART_WORDS = re.compile(r"new|returning|neue|nouve|nuevo|novos|nuovi|recurr|wiederkehr")
_RATE_WORDS = re.compile(
    r"(?:^|_)(?:rate|ratio|percent|pct|quote|anteil|avg|nth|taux|tasa|taxa|tasso)(?:_|$)|per_|_par_|_por_|_pro_|average|elapsed|duration|revenue|umsatz|"
    r"abandonments?$|z_score"
)
_ASIDE = re.compile(r"\s*\([^)]*\)\s*$")  # "Active users (% of Step 1)"
_FLAGS: dict[str, float | None] = dict.fromkeys(words("true yes t y x ja oui sí si sim da да tak"), 1.0)
_FLAGS |= dict.fromkeys(words("false no f n nein non não nee нет nie"), 0.0) | {"": None}
_NUMBERED = re.compile(r"^\s*(\d{1,3})\s*[.):]\s+(?=\S)")
_MIDNIGHT = re.compile(r"[ T]00:00(?::00)?(?:\.0+)?(?![:.\d])")
_DATE_WORDS = ("date", "day", "week", "week_start", "month", "datum", "tag", "woche", "fecha", "дата", "jour")
_ALL = frozenset(
    {"total", "reserved_total", "all", "all users", "gesamt", "(total)", "alle nutzer", "tous les utilisateurs"}
)
_ALL |= {"todos los usuarios", "todos os usuários", "tutti gli utenti", "totaal", "totale", "всего", "итого"}


@dataclass(frozen=True, slots=True)
class _Roles:
    """Which columns of a table mean what."""

    step: str | None
    date: str | None
    segment: str | None
    counts: tuple[str, ...]
    breakdowns: tuple[str, ...] = ()


def counts_of(table: Table, ledger: Ledger, chosen: dict[str, str] | None = None) -> StepCounts | None:
    """Step counts of a table, or None if it holds none; `chosen` names columns for `event`, `time` and `value`."""
    roles = _roles(table, chosen or {})
    if not chosen and roles.step is not None and _lists_events(table, roles):
        return None
    if not roles.counts:
        return _people(table, roles)
    values = {name: _read(table.column(name), ledger) for name in roles.counts}
    first, last = table.span
    if roles.step is not None:
        counts = _long(table, roles, values[roles.counts[0]])
    elif len(roles.counts) > 1:
        counts = _wide(table, roles, values)
    else:
        return None
    dates = counts.dates
    totals = _totals(table, roles)
    return replace(
        counts, totals=totals, first=first or min(dates, default=None), last=last or max(dates, default=None)
    )


def _roles(table: Table, chosen: dict[str, str]) -> _Roles:
    for column in chosen.values():
        if column not in table.columns:
            raise WorkbenchError(f"There is no column “{column}”.", f"The columns are: {', '.join(table.columns)}.")
    day = chosen.get("time") or _date_column(table)
    numeric = [name for name in table.columns if name != day and _is_count(table.column(name), name)]
    texts = [n for n in table.columns if n != day and n not in numeric and _is_label(table.column(n), n)]
    step = chosen.get("event") or _step_column(texts, table)
    counts = _count_columns(numeric, step is not None)
    if "value" in chosen:
        counts = [chosen["value"], *(name for name in counts if name != chosen["value"])]
    if step is None and len(counts) < 2 and texts:
        step = texts[0]
    parts = [name for name in texts if name != step]
    segment = next((name for name in parts if _is_split(table.column(name))), next(iter(parts), None))
    return _Roles(step, day, segment, tuple(counts), tuple(name for name in parts if name != segment))


def _is_split(cells: Sequence[str]) -> bool:
    """Whether a column tells several segments apart."""
    return len({cell.strip() for cell in cells if _segment(cell) is not None}) > 1


def _lists_events(table: Table, roles: _Roles) -> bool:
    """Whether rows tell of people at a time of day: then they are events, and no counts by day."""
    if roles.date is None or not any(map(_is_id, table.columns)):
        return False
    return any(":" in cell and not _MIDNIGHT.search(cell) for cell in table.column(roles.date)[:200])


def _date_column(table: Table) -> str | None:
    for name in table.columns:
        cells = [cell for cell in table.column(name)[:200] if cell.strip()]
        by_name = natural_words(name) in _DATE_WORDS
        if cells and all((by_name and as_date(cell)) or times.is_time(cell) for cell in cells):
            return name
    return None


def _is_label(cells: Sequence[str], name: str) -> bool:
    """Whether a column names steps or segments: text, and no ids of people."""
    is_nested = any(cell.startswith(("{", "[{", "[[")) for cell in cells[:20])
    return any(cells) and not _is_numeric(cells) and not _is_id(name) and not is_nested


def _is_id(name: str) -> bool:
    plain = natural_words(name)
    if plain in _COUNT_WORDS:
        return False
    return plain in NAMES["user"] or plain.endswith("_id") or SOUNDS["user"].search(plain) is not None


def _is_numeric(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if not numbers.is_empty(cell)]
    return bool(filled) and sum(map(numbers.is_number, filled)) > 0.9 * len(filled)


def count_style(cells: Sequence[str]) -> NumberStyle:
    """The style of a column of counts: what could be a fraction of three digits is a group of thousands."""
    style = numbers.style_of(cells)
    if style.is_proven:
        return style
    mark = next((c for cell in cells for c in cell if c in ".,"), ",")
    return NumberStyle("," if mark == "." else ".", mark, False)


def numeric_columns(table: Table) -> dict[str, list[float | None]]:
    """Every column that counts something, as numbers."""
    day = _date_column(table)
    names = [name for name in table.columns if name != day and _is_count(table.column(name), name)]
    return {name: _values(table.column(name)) for name in names}


def _is_count(cells: Sequence[str], name: str) -> bool:
    """Whether a column counts something: whole numbers, and no rate, time or money by its name."""
    bare = _ASIDE.sub("", name)
    if natural_words(name) in NAMES["time"]:
        return False
    if _is_id(name) or _RATE_WORDS.search(natural_words(bare)) or "/" in bare or "%" in bare:
        return False
    return (_is_numeric(cells) or _is_flag(cells)) and all(v is None or v.is_integer() for v in _values(cells))


def _is_flag(cells: Sequence[str]) -> bool:
    """Whether a column says yes or no on each row, as a table of who did what has them."""
    return any(cell.strip() for cell in cells) and all(cell.strip().lower() in _FLAGS for cell in cells)


def _values(cells: Sequence[str]) -> list[float | None]:
    if _is_flag(cells):
        return [_FLAGS[cell.strip().lower()] for cell in cells]
    style = count_style(cells)
    return [numbers.read(cell, style) for cell in cells]


def _step_column(texts: Sequence[str], table: Table) -> str | None:
    by_words = {natural_words(name): name for name in texts}
    named = (by_words[word] for word in _STEP_WORDS if word in by_words)
    return next(named, next((by_words[word] for word in by_words if SOUNDS["event"].search(word)), None))


def _count_columns(numeric: Sequence[str], is_long: bool) -> list[str]:
    """Columns that count, the likeliest first for a long table, in file order for a wide one."""
    if not is_long:
        return list(numeric)
    rank = {word: place for place, word in enumerate(_COUNT_WORDS)}
    return sorted(numeric, key=lambda name: _rank(natural_words(name), rank))


def _rank(plain: str, rank: dict[str, int]) -> tuple[bool, int]:
    """People before events, known names before others; new and returning people are only a part of all."""
    counts_people = bool(_UNIQUE_WORDS.search(plain)) and not _PART_WORDS.search(plain)
    return not counts_people, rank.get(plain, len(rank))


def _read(cells: Sequence[str], ledger: Ledger) -> list[float | None]:
    style = count_style(cells)
    odd = [cell for cell in cells if cell.strip() and not numbers.is_plain(cell.strip(), style)]
    if odd and not _is_flag(cells):
        ledger.note(RepairKind.NUMBER_FORMAT, len(odd), f"{odd[0]!r} is a number")
    return _values(cells)


def _people(table: Table, roles: _Roles) -> StepCounts | None:
    """People by step, of a table that lists who reached which step and not when."""
    person = next((name for name in table.columns if _is_id(name)), None)
    if person is None or roles.step is None or unread_time(table) is not None:
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
    columns = ", ".join(dict.fromkeys(column for table in found for column in table.columns[:40]))
    return WorkbenchError(
        f"{name} holds neither events nor step counts that were recognised.",
        "Name the columns with --map user=COLUMN,time=COLUMN,event=COLUMN."
        + (f" The columns are: {columns}." if columns else ""),
    )


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
        cells = [cell.strip().casefold() for cell in table.column(name)]
        if any(cell in _ALL for cell in cells):
            whole = [keep and cell in _ALL for keep, cell in zip(whole, cells, strict=True)]
    return whole


def _segment(cell: str) -> str | None:
    return None if not cell.strip() or cell.strip().casefold() in _ALL else cell.strip()


def _long(table: Table, roles: _Roles, counts: Sequence[float | None]) -> StepCounts:
    named = _filled_down(table.column(roles.step or ""))
    segments = table.column(roles.segment) if roles.segment else [""] * len(named)
    if roles.breakdowns:
        segments = _filled_in_groups(table.column(roles.step or ""), segments)
    days = _dates(table, roles.date)
    whole = _whole_rows(table, roles.breakdowns)
    rows = [
        StepCount(_without_number(step), count, day, _segment(segment), line)
        for step, count, day, segment, line, is_whole in zip(
            named, counts, days, segments, table.lines, whole, strict=True
        )
        if count is not None and step and is_whole
    ]
    return StepCounts(
        _ordered(named),
        tuple(rows),
        _kind(roles.counts[0]),
        roles.counts[0],
        roles.counts,
        roles.segment,
    )


def _without_number(step: str) -> str:
    return _NUMBERED.sub("", step).strip()


def _ordered(named: Sequence[str]) -> tuple[str, ...]:
    """Steps in file order, or by their numbers where all have one."""
    steps = list(dict.fromkeys(step for step in named if step))
    if steps and all(_NUMBERED.match(step) for step in steps):
        steps.sort(key=lambda step: int(_NUMBERED.match(step)[1]))  # type: ignore[index]
    return tuple(dict.fromkeys(map(_without_number, steps)))


def _kind(column: str) -> CountKind:
    return CountKind.UNIQUE if _UNIQUE_WORDS.search(natural_words(column)) else CountKind.ADDITIVE


def _wide(table: Table, roles: _Roles, values: dict[str, list[float | None]]) -> StepCounts:
    days = _dates(table, roles.date)
    segments = table.column(roles.segment) if roles.segment else [""] * len(days)
    rows = [
        StepCount(step, count, day, _segment(segment), line)
        for step in roles.counts
        for count, day, segment, line in zip(values[step], days, segments, table.lines, strict=True)
        if count is not None
    ]
    kind = (
        CountKind.UNIQUE
        if any(_UNIQUE_WORDS.search(natural_words(name)) for name in roles.counts)
        else CountKind.ADDITIVE
    )
    return StepCounts(roles.counts, tuple(rows), kind, "", roles.counts, roles.segment)


def _totals(table: Table, roles: _Roles) -> dict[str, float]:
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
