"""Decides, before its rows are read, how a source is read: day order, number style, nested cells, what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.events import numbers, times
from workbench.events.formats.format import Shaped, short_names
from workbench.events.nested import flat_columns
from workbench.events.numbers import PLAIN, NumberStyle
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.schema import Guess, Mapping
from workbench.events.shaping import Plan
from workbench.events.times import TimeStyle
from workbench.events.vocabulary import PRICES
from workbench.events.wording import natural_words

if TYPE_CHECKING:
    import pyarrow as pa

_MANY = 200
_FIRST = 60
_NUMBERED = 8  # digits of an id that may number people


def plan_of(source: Shaped, mapping: Mapping, ledger: Ledger, identity: dict[str, str] | None = None) -> Plan:
    """The plan for one source and its mapping; what is decided without proof is booked."""
    guess = Guess(source.sample)
    mapping = replace(mapping, zero_is_id=mapping.zero_is_id or _counts_from_zero(source, mapping, guess))
    return Plan(
        mapping,
        replace(_time_style(source, mapping, guess, ledger), is_known=source.format.is_utc and mapping.zone == "UTC"),
        _value_style(source, mapping, guess),
        source.nested,
        _left_out(source, mapping, guess),
        _main_currency(source.sample, mapping),
        source.format.prefixes,
        identity or {},
        clocks=source.format.clocks,
        is_price=mapping.value is not None and natural_words(mapping.value) in PRICES,
    )


def _columns(source: Shaped, name: str) -> Iterator[Any]:
    """One column of the whole source, batch by batch."""
    for rows in source.batches(Ledger()):
        column: Any = short_names(dict(flat_columns(rows.batch)), source.format.prefixes).get(name)
        if column is not None:
            yield column


def _texts(source: Shaped, name: str) -> Iterator[str]:
    """All cells of one column of the whole source."""
    for column in _columns(source, name):
        yield from (str(value) for value in column.drop_null().to_pylist())


def _counts_from_zero(source: Shaped, mapping: Mapping, guess: Guess) -> bool:
    """Whether people are numbered from 0, so that 0 is one of them: there is a 1 too, and 0 is on no more rows than a
    person would be. Only short whole numbers are looked at, for they are the ones that number people."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if mapping.user is None or mapping.user not in source.sample.schema.names:
        return False
    known = set(guess.cells(mapping.user))
    if not known or not all(cell.isdecimal() and len(cell) <= _NUMBERED for cell in known):
        return False
    zeros = ones = rows = 0
    for column in _columns(source, mapping.user):
        text = column.cast(pa.string())
        zeros += pc.sum(pc.equal(text, "0")).as_py() or 0
        ones += pc.sum(pc.equal(text, "1")).as_py() or 0
        rows += len(text)
    return 0 < zeros <= max(20, rows // 1_000) and ones > 0


def _is_text(source: Shaped, name: str | None) -> bool:
    import pyarrow as pa

    return name in source.sample.schema.names and pa.types.is_string(source.sample.schema.field(name).type)


def _time_style(source: Shaped, mapping: Mapping, guess: Guess, ledger: Ledger) -> TimeStyle:
    if mapping.time is None or not _is_text(source, mapping.time):
        return TimeStyle(mapping.zone, mapping.time_unit, epoch_is_local=mapping.epoch_is_local)
    prefers_day = source.origin.separator == ";"
    style = times.style_of(guess.cells(mapping.time), mapping.zone, prefers_day)
    if style.mark and not style.is_proven and mapping.day_first is None:
        style = times.style_of(_texts(source, mapping.time), mapping.zone, prefers_day)
    if mapping.day_first is not None:
        style = TimeStyle(mapping.zone, None, mapping.day_first, style.mark)
    if style.mark:
        order = "day first" if style.day_first else "month first"
        why = "proven by a day above 12 or by the point" if style.is_proven else "assumed: no day above 12 proves it"
        ledger.note(RepairKind.DAY_ORDER, 1, f"{next(iter(guess.cells(mapping.time)), '')} read {order}, {why}")
    local = mapping.epoch_is_local
    return TimeStyle(mapping.zone, mapping.time_unit, style.day_first, style.mark, style.is_proven, local)


def _value_style(source: Shaped, mapping: Mapping, guess: Guess) -> NumberStyle:
    if mapping.value is None or not _is_text(source, mapping.value):
        return PLAIN
    found = guess.cells(mapping.value)
    style = numbers.style_of(found)
    if not found or not style.is_proven:
        style = numbers.style_of(_texts(source, mapping.value))
    if not style.is_proven and source.origin.separator == ";":
        # A file that separates cells by semicolons does so because the comma is its decimal sign.
        return NumberStyle(",", ".", False)
    return style


def _left_out(source: Shaped, mapping: Mapping, guess: Guess) -> tuple[str, ...]:
    """Columns that would only cost room: a value of its own on every row tells nothing about groups of people."""
    used = set(mapping.columns().values()) | set(mapping.keep)
    found = [name for name in source.format.unwanted if name not in used]
    for name in source.sample.schema.names:
        if name in used or name in found:
            continue
        values = guess.cells(name) if _may_be_unique(source.sample.column(name)) else []
        if len(values) >= _MANY and len(set(values)) == len(values):
            found.append(name)
    return tuple(found)


def _may_be_unique(column: Any) -> bool:
    """Whether no value stands twice among the first; that it does is quickly seen in most columns."""
    first = [value for value in column.slice(0, _FIRST).to_pylist() if value is not None and str(value).strip()]
    return len(column) - column.null_count >= _MANY and len(set(first)) == len(first)


def _main_currency(sample: pa.Table, mapping: Mapping) -> str | None:
    names = sample.schema.names
    if mapping.currency not in names or mapping.value not in names:
        return None
    pairs = zip(sample.column(mapping.currency).to_pylist(), sample.column(mapping.value).to_pylist(), strict=True)
    counted = Counter(str(code) for code, value in pairs if code and value not in (None, ""))
    return counted.most_common(1)[0][0] if counted else None
