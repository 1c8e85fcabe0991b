"""The money of events: as numbers, in one currency, prices only where they were paid, refunds with a minus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.events import numbers
from workbench.events.letters import is_blank
from workbench.events.numbers import NumberStyle
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.vocabulary import is_purchase, is_refund


def read(column: Any, style: NumberStyle, ledger: Ledger) -> Any:
    """A column as floats; null where a cell holds no number. Numbers that are not written plainly are booked."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return column.cast(pa.float64(), safe=False)
    blank = is_blank(column)
    if blank.any():
        column = pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), column)
    if style.is_plain:
        try:
            return column.cast(pa.float64())
        except pa.ArrowInvalid:
            pass  # some cell is no plain number: each is read by itself
    coded = column.dictionary_encode()
    texts = coded.dictionary.to_pylist()
    values = [numbers.read(text, style) for text in texts]
    pairs = zip(texts, values, strict=True)
    written = np.array([value is not None and not numbers.is_plain(text.strip(), style) for text, value in pairs], bool)
    if written.any():
        codes = np.asarray(coded.indices.fill_null(-1))
        counts = np.bincount(codes[codes >= 0], minlength=len(texts))
        example = texts[int(np.flatnonzero(written)[0])]
        ledger.note(RepairKind.NUMBER_FORMAT, int(counts[written].sum()), f"{example!r} is a number")
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(values, pa.float64())).dictionary_decode()


def _whose(event: Any, holds: Callable[[str], bool]) -> Any:
    """Which events have a name of some kind; each name is looked at once."""
    import pyarrow as pa

    coded = event.dictionary_encode()
    kinds = pa.array([bool(name) and holds(name) for name in coded.dictionary.to_pylist()], pa.bool_())
    return pa.DictionaryArray.from_arrays(coded.indices, kinds).dictionary_decode().fill_null(False)


def on_purchases(value: Any, event: Any) -> Any:
    """A price where it was paid: on events that are purchases by their name."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(_whose(event, is_purchase), value, pa.scalar(None, pa.float64()))


def with_refunds_negative(value: Any, event: Any, ledger: Ledger) -> Any:
    """Money that was paid back, where it is written as a positive amount."""
    import pyarrow.compute as pc

    given_back = _whose(event, is_refund)
    if not pc.any(given_back).as_py():
        return value
    wrong = pc.and_(given_back, pc.greater(value, 0.0)).fill_null(False)
    count = pc.sum(wrong).as_py() or 0
    ledger.note(RepairKind.REFUND_NEGATED, count, "a refund is taken off the revenue")
    return pc.if_else(wrong, pc.negate(value), value) if count else value


def in_currency(value: Any, currency: Any, main: str, others: Counter[str]) -> Any:
    """The values without those in another currency, which are counted and never converted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    code = pc.utf8_upper(pc.utf8_trim_whitespace(currency))
    named = pc.and_(pc.not_equal(code, main.strip().upper()), pc.not_equal(code, "")).fill_null(False)
    foreign = pc.and_(named, pc.is_valid(value))
    if not pc.any(foreign).as_py():
        return value
    others.update(code.filter(foreign).to_pylist())
    return pc.if_else(foreign, pa.scalar(None, pa.float64()), value)
