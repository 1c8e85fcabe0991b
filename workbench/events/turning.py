"""Turns a table whose dates or segments stand across its columns, so that each count gets a row of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from workbench.events import numbers
from workbench.events.count_roles import (
    count_columns,
    date_column,
    is_calendar,
    is_everybody,
    is_label,
    is_measure,
    is_numeric,
    is_rank,
    rank_of,
    step_column,
)
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.tables import Table, as_date
from workbench.events.wording import natural_words, words

_YEARS = frozenset(words("year yyyy yr jahr año année anno ano jaar год"))
_MONTHS = frozenset(words("month mm monat mes mois mese maand месяц"))
_QUARTERS = frozenset(words("quarter qtr q quartal trimestre"))
_PERIOD = re.compile(
    r"^(?:(?:week|wk|woche|kw|w|semaine|semana|month|monat|mois|mes|quarter|quartal|q|day|tag|jour|year|jahr)\s*\d+|"
    r"(?:19|20)\d\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez)[a-zäé]*\.?)$",
    re.IGNORECASE,
)
_DEEDS = re.compile(
    r"visit|session|view|page|click|search|cart|basket|checkout|payment|purchase|order|buy|bought|sign_?up|register|"
    r"registr|login|lead|trial|activat|download|install|subscri|submit|contact|demo|qualif|deal|won|conver|impression|"
    r"besuch|warenkorb|kasse|kauf|bestell|anmeld|panier|achat|commande|compra|carrito|корзин|покупк|заказ"
)


def turned(table: Table, ledger: Ledger) -> Table:
    """The table with a row a count where dates or segments stand across; else as it is."""
    table = _dated(table)
    dates = [name for name in table.columns if as_date(name) is not None]
    if len(dates) > 1:
        return _melted(table, dates, "date", ledger)
    across = _segments_across(table)
    return _melted(table, across, "segment", ledger) if across else table


def _dated(table: Table) -> Table:
    """A year and a month or quarter that stand in two columns, as the first day of both."""
    if date_column(table) is not None:
        return table
    year, month, quarter = (_column_of(table, names) for names in (_YEARS, _MONTHS, _QUARTERS))
    part = month or quarter
    if year is None or part is None:
        return table
    pairs = zip(table.column(year), table.column(part), strict=True)
    days = [_first_day(y, p, 1 if month else 3) for y, p in pairs]
    if not all(days):
        return table
    kept = [place for place, name in enumerate(table.columns) if name not in (year, part)]
    rows = tuple((day, *(row[place] for place in kept)) for day, row in zip(days, table.rows, strict=True))
    return replace(table, columns=("date", *(table.columns[place] for place in kept)), rows=rows, totals=())


def _column_of(table: Table, names: frozenset[str]) -> str | None:
    found = (name for name in table.columns if natural_words(name) in names)
    return next((name for name in found if is_numeric(table.column(name))), None)


def _first_day(year: str, part: str, months: int) -> str:
    y, p = numbers.read(year), numbers.read(part)
    if y is None or p is None or not 1900 < y < 2100 or not 1 <= p <= 12 // months:
        return ""
    return f"{int(y)}-{int((p - 1) * months + 1):02}-01"


def _segments_across(table: Table) -> list[str]:
    """The columns that are segments or periods of one count, where the steps stand down the rows."""
    counts = count_columns(table)
    labels = [name for name in table.columns if name not in counts and is_label(table.column(name), name)]
    if len(counts) < 2 or len(labels) != 1 or date_column(table) is not None:
        return []
    if all(_PERIOD.match(name.strip()) for name in counts if not is_everybody(name)):
        return counts
    named = [name for name in counts if not is_everybody(name)]
    if any(map(is_measure, named)) or len({rank_of(name) for name in named}) > 1:
        return []
    is_named = step_column(labels) is not None
    return counts if is_named or _holds_deeds(table.column(labels[0])) > _holds_deeds(named) else []


def _holds_deeds(names: Sequence[str]) -> float:
    """The share of names that say what people did."""
    found = {name for name in names if name.strip()}
    return sum(bool(_DEEDS.search(natural_words(name))) for name in found) / max(len(found), 1)


def _melted(table: Table, across: Sequence[str], role: str, ledger: Ledger) -> Table:
    kept = [
        place
        for place, name in enumerate(table.columns)
        if name not in across
        and (is_label(table.column(name), name) or is_rank(table.column(name), name) or is_calendar(name))
    ]
    if not kept:
        return table
    totals = [name for name in across if is_everybody(name)]
    places = [(name, table.columns.index(name)) for name in across if role == "segment" or name not in totals]
    rows, lines = [], []
    for row, line in zip(table.rows, table.lines, strict=True):
        for name, place in places:
            rows.append((*(row[at] for at in kept), "" if name in totals else name, row[place]))
            lines.append(line)
    shown = f"{', '.join(name for name, _ in places[:3])} stand across the columns: each count became a row"
    ledger.note(RepairKind.TABLE_TURNED, len(rows), shown, list(dict.fromkeys(lines)))
    columns = (*(table.columns[at] for at in kept), role, "count")
    return Table(columns, tuple(rows), tuple(lines), table.notes)
