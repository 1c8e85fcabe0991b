"""Turns a column of times, however written, into microseconds UTC, and says what had to be decided on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.events import clock, duck, zones
from workbench.events.letters import trimmed
from workbench.events.repairs import Ledger, RepairKind

_NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?$")
_UNITS = ((1e8, 1e11, "seconds", 1_000_000.0), (1e11, 1e14, "milliseconds", 1e3), (1e14, 1e17, "microseconds", 1.0))
_EMPTY = {"", "null", "none", "nan", "nat", "(not set)", "undefined", "n/a", "-"}
_SERIAL = (25_569.0, 73_051.0)  # 1970 to 2100 in days since 1899-12-30
_ZONED = r":\d{2}(?:[:.,]\d+)*\s*(?:[Zz]|[+-]\d{2}(?::?\d{2})?|[A-Za-z][A-Za-z/_]*)\s*$"
_CLOCKS = ("%H:%M:%S.%f", "%H:%M:%S", "%H:%M", "")
_CACHE = 200_000
_TO_THE_SECOND = len("2021-03-01 10:00:00")
_WITH_ZONE = 20  # "2021-03-01 10:00:00Z" is the shortest


@dataclass(frozen=True, slots=True)
class TimeStyle:
    """What was decided for a column of times.

    `unit` names the unit of numbers where the format fixes it; None tells it by size. `mark` is the sign between the
    parts of dates that end with the year, "" where there are none. `is_proven` says whether a day above 12 decided.
    `epoch_is_local` says that numbers count from the local midnight of 1970, as some older exports do; `is_known` that
    the zone is the vendor's word and no assumption.
    """

    zone: str = "UTC"
    unit: str | None = None
    day_first: bool = False
    mark: str = ""
    is_proven: bool = True
    epoch_is_local: bool = False
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """Instants of a column: `us` is meaningful where `is_good`; `is_empty` marks cells that hold nothing."""

    us: NDArray[np.int64]
    is_good: NDArray[np.bool_]
    is_empty: NDArray[np.bool_]


def is_time(cell: str) -> bool:
    """Whether a cell is a written time; a plain number is not, though it may be one by its column.

    Examples
    --------
    >>> [is_time(c) for c in ("2021-03-01", "1.3.2021 10:00", "1614592800", "view")]
    [True, True, False, False]
    """
    text = cell.strip()
    if not 6 <= len(text) <= 64 or _NUMBER.match(text):
        return False
    return clock.read(text, True) is not None or clock.read(text, False) is not None


def is_epoch(cell: str) -> bool:
    """Whether a cell is a number of the size of a time since 1970."""
    text = cell.strip()
    if not _NUMBER.match(text):
        return False
    value = abs(float(text.replace(",", ".")))
    return bool(1e8 <= value < 1e20)


def is_serial(cell: str) -> bool:
    """Whether a cell is a number of the size of a spreadsheet's day count."""
    text = cell.strip()
    return bool(_NUMBER.match(text)) and _SERIAL[0] <= float(text.replace(",", ".")) < _SERIAL[1]


def style_of(cells: Iterable[str], zone: str, prefers_day: bool) -> TimeStyle:
    """Decide by proof whether day or month comes first in dates that end with the year.

    Examples
    --------
    >>> style_of(["03/04/2021", "13/04/2021"], "UTC", False).day_first
    True
    >>> style_of(["03/04/2021"], "UTC", False).is_proven
    False
    """
    day = month = 0
    mark = ""
    for cell in cells:
        pair, sign = clock.is_year_last(cell.strip()), next((c for c in cell if c in "./-"), "")
        if pair is not None and (not mark or mark == "."):
            mark = sign
        if pair is not None and sign != ".":
            day += pair[0] > 12
            month += pair[1] > 12
    if mark in ("", "."):
        return TimeStyle(zone, None, bool(mark), mark)
    if day or month:
        return TimeStyle(zone, None, day >= month, mark)
    return TimeStyle(zone, None, prefers_day, mark, is_proven=False)


class TimeReader:
    """Reads the batches of one column in one style, and books what it decides."""

    def __init__(self, style: TimeStyle, ledger: Ledger) -> None:
        self._style = style
        self._ledger = ledger
        self._known: dict[str, clock.Reading | None] = {}
        self._cast = _Cast(style)
        self.naive = 0

    def read(self, column: Any) -> Times:
        """Instants of an Arrow array of text, numbers, dates or timestamps."""
        import pyarrow as pa

        kind = column.type
        if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            return self._read_typed(column)
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            return self._read_numbers(column)
        return self._read_text(column.cast(pa.string()))

    def _read_typed(self, column: Any) -> Times:
        import pyarrow as pa

        zoned = pa.types.is_timestamp(column.type) and column.type.tz is not None
        us = column.cast(pa.timestamp("us", column.type.tz if zoned else None), safe=False)
        is_empty = _flags(us.is_null())
        values = np.asarray(us.cast(pa.int64()).fill_null(0))
        local = ~is_empty & (not zoned)
        return self._finish(values.copy(), ~is_empty, is_empty, local)

    def _read_numbers(self, column: Any) -> Times:
        import pyarrow as pa

        is_empty = _flags(column.is_null())
        whole = pa.types.is_integer(column.type)
        values = np.asarray(column.cast(pa.int64() if whole else pa.float64(), safe=False).fill_null(0))
        us, is_good, units = self._scaled(values)
        is_good &= ~is_empty
        self._book_units(units, is_good, values)
        return self._finish(us, is_good, is_empty, self._is_local(units))

    def _is_local(self, units: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Spreadsheet days and written digits name no zone; epoch numbers do, unless the export is known to lie."""
        local: NDArray[np.bool_] = (units == 4) | (units == 5) | self._style.epoch_is_local
        return local

    def _scaled(self, values: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int8]]:
        """(Microseconds, is a time, unit: 0 s, 1 ms, 2 us, 3 ns, 4 spreadsheet days, 5 written as digits, -1 none)."""
        size = np.abs(values)
        unit = np.full(len(values), -1, np.int8)
        fixed = {"s": 0, "ms": 1, "us": 2, "ns": 3}.get(self._style.unit or "", -1)
        if fixed >= 0:
            unit[:] = fixed
        else:
            for code, (low, high, _, _) in enumerate(_UNITS):
                unit[(size >= low) & (size < high)] = code
            unit[size >= 1e17] = 3
            unit[(size >= _SERIAL[0]) & (size < _SERIAL[1])] = 4
            for scale in (1, 1e2, 1e4, 1e6):  # days, and the same with hours, minutes and seconds behind them
                unit[(size >= 19_900_101 * scale) & (size < 20_991_232 * scale)] = 5
        unit[~np.isfinite(values)] = -1
        us = np.zeros(len(values), np.int64)
        for code, factor in enumerate((1_000_000, 1_000, 1)):
            us[unit == code] = _multiplied(values[unit == code], factor)
        us[unit == 3] = np.clip(values[unit == 3] // 1_000, -9e18, 9e18).astype(np.int64)
        days = values[unit == 4].astype(float)
        us[unit == 4] = np.rint((days - 25_569.0) * 86_400_000.0).astype(np.int64) * 1_000
        for place in np.flatnonzero(unit == 5):
            known = clock.read(str(int(values[place])), False)
            us[place], unit[place] = (known.us, 5) if known else (0, -1)
        return us, unit >= 0, unit

    def _book_units(self, units: NDArray[np.int8], is_good: NDArray[np.bool_], values: NDArray[Any]) -> None:
        if self._style.unit is not None:
            return
        found = [code for code in range(4) if bool(((units == code) & is_good).any())]
        names = ("seconds", "milliseconds", "microseconds", "nanoseconds")
        for code in found:
            hit = (units == code) & is_good
            self._ledger.note(RepairKind.EPOCH_UNIT, int(hit.sum()), f"{_plain(values[hit][0])} read as {names[code]}")
        if len(found) > 1:
            minority = min(found, key=lambda code: int((units == code).sum()))
            self._ledger.note(
                RepairKind.EPOCH_MIXED, int((units == minority).sum()), " and ".join(names[c] for c in found)
            )
        serial = (units == 4) & is_good
        if serial.any():
            self._ledger.note(RepairKind.EXCEL_SERIAL, int(serial.sum()), _plain(values[serial][0]))

    def _read_text(self, column: Any) -> Times:
        import pyarrow as pa

        texts = trimmed(column.fill_null("") if column.null_count else column)
        whole = _whole_numbers(texts)
        if whole is not None:
            return self._read_numbers(whole)
        us, is_good, has_zone = self._cast.read(texts)
        is_good &= (us >= clock.FIRST_US) & (us < clock.LAST_US)
        is_empty = np.zeros(len(us), bool)
        local = is_good & ~has_zone
        rest = np.flatnonzero(~is_good)
        if len(rest):
            left = texts.take(pa.array(rest)).to_pylist()
            self._read_rest(left, rest, (us, is_good, is_empty, local))
        return self._finish(us, is_good, is_empty, local)

    def _read_rest(self, left: Sequence[str], rest: NDArray[np.intp], out: tuple[NDArray[Any], ...]) -> None:
        us, is_good, is_empty, local = out
        is_empty[rest] = [text.lower() in _EMPTY for text in left]
        quick = int(is_good.sum())
        numeric = np.array([bool(_NUMBER.match(text)) for text in left], bool)
        if numeric.any():
            self._read_numeric_text([t for t, n in zip(left, numeric, strict=True) if n], rest[numeric], out)
        for place, text, is_number in zip(rest, left, numeric, strict=True):
            if is_number or is_empty[place]:
                continue
            known = self._one(text)
            if known is not None:
                us[place], is_good[place], local[place] = known.us, True, known.offset_us is None
                us[place] -= known.offset_us or 0
        self._book_forms(quick, left, is_good[rest])

    def _book_forms(self, quick: int, left: Sequence[str], is_good: NDArray[np.bool_]) -> None:
        """Book that one column writes times in several ways, if most are in one and some are in others."""
        others = int(is_good.sum())
        if quick and others:
            example = left[int(np.flatnonzero(is_good)[0])]
            self._ledger.note(RepairKind.TIME_FORMATS, min(quick, others), f"{example!r} among others")

    def _read_numeric_text(self, texts: Sequence[str], places: NDArray[np.intp], out: tuple[NDArray[Any], ...]) -> None:
        us, is_good, _, local = out
        whole = all(text.lstrip("+-").isdigit() and len(text) < 19 + (text[0] in "+-") for text in texts)
        values = np.array([int(t) for t in texts], np.int64) if whole else np.array([_as_float(t) for t in texts])
        us[places], is_good[places], units = self._scaled(values)
        local[places] = self._is_local(units)
        self._book_units(units, is_good[places], values)

    def _one(self, text: str) -> clock.Reading | None:
        if text not in self._known:
            if len(self._known) > _CACHE:
                self._known.clear()
            self._known[text] = clock.read(text, self._style.day_first)
        return self._known[text]

    def _finish(
        self, us: NDArray[np.int64], is_good: NDArray[np.bool_], is_empty: NDArray[np.bool_], local: NDArray[np.bool_]
    ) -> Times:
        local = local & is_good
        naive = 0 if self._style.is_known else int(local.sum())
        self.naive += naive
        self._ledger.note(RepairKind.ZONE_ASSUMED, naive, f"read as {self._style.zone}")
        if self._style.zone != "UTC" and local.any():
            sane = local & (us >= clock.FIRST_US) & (us < clock.LAST_US)
            us = us.copy()
            us[sane], gap, fold = zones.to_utc(us[sane], self._style.zone)
            self._ledger.note(RepairKind.DST_GAP, int(gap.sum()), f"a time that {self._style.zone} skipped")
            self._ledger.note(RepairKind.DST_FOLD, int(fold.sum()), f"a time that {self._style.zone} had twice")
        return Times(us, is_good, is_empty)


def _whole_numbers(texts: Any) -> Any:
    """The column as whole numbers if its first text is one and all others are or are empty, else None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first = next((text for text in texts.slice(0, 50).to_pylist() if text), "")
    if not first.isdigit():
        return None
    try:
        return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts).cast(pa.int64())
    except pa.ArrowInvalid:
        return None


def _plain(value: Any) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _as_float(text: str) -> float:
    return float(text.replace(",", "."))


def _multiplied(values: NDArray[Any], factor: int) -> NDArray[np.int64]:
    if values.dtype.kind == "f":
        scaled: NDArray[np.int64] = np.rint(np.clip(values * factor, -9e18, 9e18)).astype(np.int64)
        return scaled
    limit = (2**63 - 1) // factor
    whole: NDArray[np.int64] = np.clip(values, -limit, limit) * factor
    return whole


def _flags(mask: Any) -> NDArray[np.bool_]:
    return np.asarray(mask.to_numpy(zero_copy_only=False), bool)


class _Cast:
    """The quick road: DuckDB reads ISO times and the column's own form; what it cannot read is left for `clock`."""

    def __init__(self, style: TimeStyle) -> None:
        forms = _forms(style)
        local = f", try_strptime(x, {forms})::TIMESTAMPTZ" if forms else ""
        self._query = f"SELECT epoch_us(COALESCE(TRY_CAST(x AS TIMESTAMPTZ){local})) AS us FROM texts"

    def read(self, texts: Any) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
        """(Microseconds, was read, names a zone)."""
        import pyarrow as pa

        plain = _plainly_written(texts)
        if plain is not None:
            return plain
        answer = duck.one_thread().from_arrow(pa.table({"x": texts})).query("texts", self._query)
        read = answer.to_arrow_table().column("us").combine_chunks()
        is_good = _flags(read.is_valid())
        us = np.asarray(read.fill_null(0)).copy()
        return us, is_good, _zoned(texts)


def _plainly_written(texts: Any) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]] | None:
    """The same for a column of nothing but ISO times to the second or finer, all with a zone or all without."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not len(texts) or pc.min(pc.binary_length(texts)).as_py() < _TO_THE_SECOND:
        return None
    for zone in ("UTC", None):
        try:
            us = texts.cast(pa.timestamp("us", zone))
        except pa.ArrowInvalid:
            continue
        every = np.ones(len(texts), bool)
        return us.cast(pa.int64()).to_numpy().copy(), every, every if zone else ~every
    return None


def _zoned(texts: Any) -> NDArray[np.bool_]:
    """Which texts name a zone; the slow look is only for those that end in no Z and are not all of one length."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = _flags(pc.ends_with(texts, "Z")).copy()
    rest = np.flatnonzero(~found)
    if not len(rest):
        return found
    left = texts.take(pa.array(rest)) if len(rest) < len(found) else texts
    lengths = pc.min_max(pc.binary_length(left)).as_py()
    if lengths["min"] == lengths["max"] and lengths["max"] < _WITH_ZONE:
        return found  # too short to name a zone behind the seconds
    found[rest] = _flags(pc.match_substring_regex(left, _ZONED))
    return found


def _forms(style: TimeStyle) -> list[str]:
    if not style.mark:
        return []
    date = style.mark.join(("%d", "%m", "%Y") if style.day_first else ("%m", "%d", "%Y"))
    return [f"{date} {time}".strip() for time in _CLOCKS]
