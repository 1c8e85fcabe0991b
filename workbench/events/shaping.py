"""Turns raw rows into events: user, time, name, session, value, id, and every other column as a property."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workbench.events import amounts, cells, clock
from workbench.events.formats.format import short_names
from workbench.events.letters import BLANKS, begins, is_blank, table_of
from workbench.events.nested import flat_columns
from workbench.events.numbers import NumberStyle
from workbench.events.placeholders import placeholders
from workbench.events.reading import Rows
from workbench.events.repairs import DropReason, Ledger, RepairKind
from workbench.events.schema import Mapping
from workbench.events.times import TimeReader, TimeStyle
from workbench.events.wording import words

if TYPE_CHECKING:
    import pyarrow as pa

_TOTALS = frozenset(words("total totals sum gesamt gesamtsumme summe suma totale итого всего"))
_TOTALS |= {"grand total", "total général", "total general", "subtotal", "sub-total", "sous-total", "zwischensumme"}
_TOTALS |= {"gesamtergebnis", "totale complessivo", "suma total", "total geral"}
TECHNICAL = "_technical"
_DAY_US = 86_400_000_000
_BLANK = table_of(BLANKS)
_CONSENT = "privacy_info.analytics_storage"
_DENIED = ("no", "denied", "false", "0")
RESERVED = ("user", "time_us", "event", "line", "order", "session", "event_id", "value")


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided for one source before its rows are read."""

    mapping: Mapping
    time_style: TimeStyle
    value_style: NumberStyle
    nested: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    main_currency: str | None = None
    prefixes: tuple[str, ...] = ()
    identity: dict[str, str] = field(default_factory=dict)
    is_price: bool = False
    clocks: tuple[str, str] | None = None


@dataclass(slots=True)
class Seen:
    """What the shaping of one source counts besides repairs."""

    rows: int = 0
    placeholders: Counter[str] = field(default_factory=Counter)
    json_cells: cells.CellCounts = field(default_factory=cells.CellCounts)
    other_currency: Counter[str] = field(default_factory=Counter)
    first_us: int | None = None
    last_us: int | None = None
    denied: int = 0
    naive_times: int = 0
    out_of_order: int = 0
    skewed: int = 0
    exact_duplicates: int = 0
    duplicate_value: float = 0.0


class Shaper:
    """Shapes the batches of one source by its plan."""

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        self._plan = plan
        self._ledger = ledger
        self._times = TimeReader(plan.time_style, ledger)
        self.seen = Seen()

    def shape(self, rows: Rows) -> pa.RecordBatch:
        """One batch of events; what is no event has a null where the store will drop it."""
        import pyarrow as pa

        columns = self._spread(dict(flat_columns(rows.batch)), rows.lines)
        mapping = self._plan.mapping
        columns, lines = self._without_technical(*self._without_totals(columns, rows.lines))
        count = len(lines)
        user = self._users(_column(columns, mapping.user, count))
        event = _names(_column(columns, mapping.event, count))
        no_user = _nulls(user)
        self._drop(DropReason.NO_USER, no_user, lines)
        time_us, no_time = self._instants(columns, lines, no_user)
        self._drop(DropReason.NO_EVENT, _nulls(event) & ~no_user & ~no_time, lines)
        self.seen.rows += count
        found = {"user": user, "time_us": time_us, "event": event, "line": lines}
        found |= self._optional(columns, count)
        found |= self._properties(columns)
        self._observe(columns, time_us)
        return pa.RecordBatch.from_arrays(list(found.values()), names=list(found))

    def _spread(self, columns: dict[str, Any], lines: Any) -> dict[str, Any]:
        import pyarrow as pa

        for name in self._plan.nested:
            column = columns.pop(name, None)
            if column is None:
                continue
            text = column.cast(pa.string())
            for key, array in cells.spread(name, text, self.seen.json_cells, self._ledger, lines):
                columns.setdefault(key, array)
        return short_names(columns, self._plan.prefixes)

    def _without_totals(self, columns: dict[str, Any], lines: Any) -> tuple[dict[str, Any], Any]:
        """Leave out a total row: it has no time, and says so in a cell."""
        import pyarrow as pa

        mapping = self._plan.mapping
        time = columns.get(mapping.time or "")
        if time is None or not pa.types.is_string(time.type):
            return columns, lines
        blank = is_blank(time)
        named = [
            columns[c] for c in (mapping.user, mapping.event) if c in columns and pa.types.is_string(columns[c].type)
        ]
        places = [p for p in np.flatnonzero(blank)[-50:] if any(_is_total(column[int(p)].as_py()) for column in named)]
        if not places:
            return columns, lines
        keep = np.ones(len(lines), bool)
        keep[places] = False
        self._ledger.note(RepairKind.TOTAL_ROW, len(places), "Total", [lines[int(p)].as_py() for p in places])
        mask = pa.array(keep)
        return {name: column.filter(mask) for name, column in columns.items()}, lines.filter(mask)

    def _without_technical(self, columns: dict[str, Any], lines: Any) -> tuple[dict[str, Any], Any]:
        """Leave out and book the hits that the vendor's own reports leave out."""
        import pyarrow.compute as pc

        technical = columns.pop(TECHNICAL, None)
        if technical is None or not pc.any(technical).as_py():
            return columns, lines
        self._drop(DropReason.TECHNICAL, np.asarray(technical.to_numpy(zero_copy_only=False), bool), lines)
        self.seen.rows += pc.sum(technical).as_py()
        keep = pc.invert(technical)
        return {name: column.filter(keep) for name, column in columns.items()}, lines.filter(keep)

    def _users(self, column: Any) -> Any:
        """Ids as text, null where a placeholder stands."""
        import pyarrow as pa
        import pyarrow.compute as pc

        text = _as_text(column)
        self._ledger.note(RepairKind.NUMBER_ROUNDED, _fractions(column), "ids kept as decimals lose their last zeros")
        if self._plan.identity:
            text = self._merged(text)
        lost = placeholders(text, self._plan.mapping.zero_is_id)
        for found in pc.value_counts(text.take(pa.array(lost))).to_pylist() if len(lost) else []:
            self._note_placeholder(found["values"], found["counts"])
        if text.null_count:
            self._note_placeholder("", text.null_count)
        if not len(lost):
            return text
        is_lost = np.zeros(len(text), bool)
        is_lost[lost] = True
        return pc.if_else(pa.array(is_lost), pa.scalar(None, pa.string()), text)

    def _merged(self, text: Any) -> Any:
        """Replace ids by those they were merged into."""
        import pyarrow as pa

        coded = text.dictionary_encode()
        ids: list[str] = coded.dictionary.to_pylist()
        merged = [self._plan.identity.get(text, text) for text in ids]
        differs = np.array([a != b for a, b in zip(ids, merged, strict=True)], bool)
        codes = np.asarray(coded.indices.fill_null(-1))
        count = int(np.bincount(codes[codes >= 0], minlength=len(ids))[differs].sum())
        example = next((f"{a} is {b}" for a, b in zip(ids, merged, strict=True) if a != b), "")
        self._ledger.note(RepairKind.IDENTITY_MERGED, count, example)
        return pa.DictionaryArray.from_arrays(coded.indices, pa.array(merged, pa.string())).dictionary_decode()

    def _note_placeholder(self, text: str, count: int) -> None:
        self.seen.placeholders[text] += count
        self._ledger.note(RepairKind.MISSING_ID, count, f"{text!r} is no user id")

    def _instants(
        self, columns: dict[str, Any], lines: Any, no_user: NDArray[np.bool_]
    ) -> tuple[Any, NDArray[np.bool_]]:
        """(Microseconds UTC, null where there is no usable time; where that is)."""
        import pyarrow as pa

        column = _column(columns, self._plan.mapping.time, len(lines))
        times = self._times.read(column)
        sane = times.is_good & (times.us >= clock.FIRST_US) & (times.us < clock.LAST_US)
        bad = ~times.is_good & ~times.is_empty
        self._drop(DropReason.NO_TIME, times.is_empty & ~no_user, lines, column)
        self._drop(DropReason.BAD_TIME, bad & ~no_user, lines, column)
        self._drop(DropReason.IMPOSSIBLE_TIME, times.is_good & ~sane & ~no_user, lines, column)
        if sane.any():
            self._widen(times.us[sane])
        return pa.array(times.us, pa.int64(), mask=~sane), ~sane

    def _observe(self, columns: dict[str, Any], time_us: Any) -> None:
        """Count what only the rows in their own order, and before any is left out, can tell."""
        known = np.asarray(time_us.drop_null())
        self.seen.naive_times = self._times.naive
        self.seen.out_of_order += int((np.diff(known) < 0).sum())
        self.seen.skewed += self._skewed(columns)
        consent = columns.get(_CONSENT)
        if consent is not None:
            self.seen.denied += sum(str(value).lower() in _DENIED for value in consent.to_pylist() if value is not None)

    def _skewed(self, columns: dict[str, Any]) -> int:
        """Rows on which the device's clock and the server's are more than a day apart."""
        if self._plan.clocks is None or not all(name in columns for name in self._plan.clocks):
            return 0
        reader = TimeReader(TimeStyle(), Ledger())
        device, server = (reader.read(columns[name]) for name in self._plan.clocks)
        apart = np.abs(device.us - server.us) > _DAY_US
        return int((apart & device.is_good & server.is_good).sum())

    def _widen(self, us: NDArray[np.int64]) -> None:
        low, high = int(us.min()), int(us.max())
        self.seen.first_us = low if self.seen.first_us is None else min(low, self.seen.first_us)
        self.seen.last_us = high if self.seen.last_us is None else max(high, self.seen.last_us)

    def _drop(self, reason: DropReason, hit: NDArray[np.bool_], lines: Any, column: Any | None = None) -> None:
        places = np.flatnonzero(hit)
        if len(places):
            example = "" if column is None else str(column[int(places[0])].as_py())
            self._ledger.drop(reason, len(places), example, [lines[int(p)].as_py() for p in places[:20]])

    def _optional(self, columns: dict[str, Any], count: int) -> dict[str, Any]:
        import pyarrow as pa

        mapping, found = self._plan.mapping, {}
        if mapping.order in columns:
            found["order"] = columns[mapping.order].cast(pa.int64(), safe=False)
        if mapping.session in columns:
            session = _blank_to_null(_as_text(columns[mapping.session]))
            # Where no row has a session, sessions are cut at pauses instead.
            found |= {"session": session} if session.null_count < len(session) else {}
        if mapping.event_id in columns:
            found["event_id"] = _blank_to_null(_as_text(columns[mapping.event_id]))
        if mapping.value in columns:
            found["value"] = self._values(columns)
        return found

    def _values(self, columns: dict[str, Any]) -> Any:
        mapping, plan = self._plan.mapping, self._plan
        value = amounts.read(columns[mapping.value or ""], plan.value_style, self._ledger)
        event = columns.get(mapping.event or "")
        if event is not None:
            value = amounts.on_purchases(value, _as_text(event)) if plan.is_price else value
            value = amounts.with_refunds_negative(value, _as_text(event), self._ledger)
        currency = columns.get(mapping.currency or "")
        if currency is None or plan.main_currency is None:
            return value
        return amounts.in_currency(value, _as_text(currency), plan.main_currency, self.seen.other_currency)

    def _properties(self, columns: dict[str, Any]) -> dict[str, Any]:
        import pyarrow as pa

        mapping = self._plan.mapping
        used = {mapping.user, mapping.time, mapping.event, mapping.session, mapping.event_id, mapping.order}
        found = {}
        for name, column in columns.items():
            if name in used or name in self._plan.left_out:
                continue
            plain = column.cast(pa.string()) if pa.types.is_temporal(column.type) else column
            plain = _blank_to_null(plain) if pa.types.is_string(plain.type) else plain
            if plain.null_count < len(plain):
                found[f"{name}_" if name in RESERVED else name or "unnamed"] = plain
        return found


def _column(columns: dict[str, Any], name: str | None, count: int) -> Any:
    import pyarrow as pa

    return columns[name] if name in columns else pa.nulls(count, pa.string())


def _as_text(column: Any) -> Any:
    """Text of a column; a whole number keeps no point, so that ids read from JSON and from CSV are the same."""
    import pyarrow as pa

    if pa.types.is_string(column.type):
        return column
    if pa.types.is_floating(column.type):
        return pa.array([None if v is None or isnan(v) else _id_text(v) for v in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def _id_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)


def _fractions(column: Any) -> int:
    """How many ids are numbers with a fraction, which a file of typed columns does not keep as it was written."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_floating(column.type):
        return 0
    return int(pc.sum(pc.not_equal(column, pc.floor(column))).as_py() or 0)


def _names(column: Any) -> Any:
    return _blank_to_null(_as_text(column))


def _blank_to_null(column: Any) -> Any:
    """The column with null for cells of no more than two bytes that are nothing but blanks."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not begins(column, _BLANK).any():
        return column
    short = pc.less_equal(pc.binary_length(column), 2).fill_null(False)
    blank = pc.and_(short, pc.equal(pc.utf8_trim_whitespace(column), ""))
    return pc.if_else(blank, pa.scalar(None, pa.string()), column) if pc.any(blank).as_py() else column


def _nulls(column: Any) -> NDArray[np.bool_]:
    return np.asarray(column.is_null().to_numpy(zero_copy_only=False), bool)


def _is_total(cell: Any) -> bool:
    return isinstance(cell, str) and cell.strip().lower().rstrip(":") in _TOTALS


def is_total_row(row: Sequence[str]) -> bool:
    """Whether a row of cells calls itself a total."""
    return any(_is_total(cell) for cell in row)
