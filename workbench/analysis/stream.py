"""The sequences of the counted units: which rows of a store they hold, in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.conditions import passing_rows
from workbench.analysis.options import AS_IT_IS, BY_USER, US, Cleaning, CountBy, Span, Unit
from workbench.events.store import Column, EventStore
from workbench.events.transactions import real_ids

Rows = NDArray[np.integer[Any]]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stream:
    """Unit i owns positions `offset[i]:offset[i + 1]`; `rows` are the store's rows by position, None for all of them.

    `base` are the rows that are events at all (after dropping repeats), None for all. `owner` is the user of each
    unit (None: unit i is user i), or the code of the value it is named by. `label` names a unit; `number` counts a
    user's sessions as they were cut, also those that a filter left empty.
    """

    store: EventStore
    offset: NDArray[np.int64]
    rows: NDArray[np.int64] | None = None
    base: NDArray[np.int64] | None = None
    unit: Unit = BY_USER
    owner: NDArray[np.int64] | None = None
    cleaning: Cleaning = AS_IT_IS
    by_value: str | None = None
    number: NDArray[np.int64] | None = None

    @property
    def key(self) -> tuple[Unit, Cleaning, str | None]:
        """What tells streams of one store apart."""
        return self.unit, self.cleaning, self.by_value

    @property
    def n_units(self) -> int:
        return len(self.offset) - 1

    @property
    def n_positions(self) -> int:
        return int(self.offset[-1])

    @cached_property
    def time_us(self) -> NDArray[np.int64]:
        return self.store.time_us if self.rows is None else self.store.time_us[self.rows]

    @cached_property
    def event(self) -> NDArray[np.unsignedinteger[Any]]:
        return self.store.event if self.rows is None else self.store.event[self.rows]

    def rows_at(self, positions: Rows) -> Rows:
        """The store's rows at some positions."""
        return positions if self.rows is None else self.rows[positions]

    def positions_of(self, rows: Rows) -> NDArray[np.int64]:
        """The positions of some rows, ascending; rows that are in no unit are left out."""
        if self.rows is None:
            return np.asarray(rows, np.int64)
        place = self._place[rows]
        return np.sort(place[place >= 0])

    @cached_property
    def _place(self) -> NDArray[np.int64]:
        place = np.full(self.store.n_events, -1, np.int64)
        assert self.rows is not None
        place[self.rows] = np.arange(len(self.rows))
        return place

    def unit_of(self, positions: Rows) -> NDArray[np.int64]:
        return np.searchsorted(self.offset, positions, side="right").astype(np.int64) - 1

    def label(self, unit: int) -> str:
        """How a person calls the unit: user id, user id#session number, or the property's value."""
        owner = unit if self.owner is None else int(self.owner[unit])
        if self.unit.by is CountBy.PROPERTY:
            return str(self.store.properties[self.unit.property or ""].values[owner - 1])
        name = self.store.user_ids[owner]
        return name if self.number is None else f"{name}#{self.number[unit]}"


def stream_of(store: EventStore, unit: Unit = BY_USER, cleaning: Cleaning = AS_IT_IS) -> Stream:
    """Cut the events of a store into the sequences of the units that are counted.

    Examples
    --------
    >>> rows = [("u", 0, "A"), ("u", 600, "A"), ("u", 3000, "B")]
    >>> stream_of(EventStore.from_rows(rows), Unit(CountBy.SESSION, 1800)).offset
    array([0, 2, 3])
    """
    return replace(_cut(store, unit, cleaning), cleaning=cleaning)


def _cut(store: EventStore, unit: Unit, cleaning: Cleaning) -> Stream:
    if unit.by in (CountBy.USER, CountBy.ATTEMPTS) and cleaning == AS_IT_IS:
        return Stream(store, store.user_offset, unit=unit)
    base = _without_repeats(store, cleaning)
    base_rows = np.arange(store.n_events) if base is None else base
    keep = _kept(store, cleaning, base_rows)
    if unit.by is CountBy.PROPERTY:
        return _by_property(store, unit, base, base_rows if keep is None else base_rows[keep])
    if unit.by is CountBy.SESSION:
        return _by_session(store, unit, base, base_rows, keep)
    if base is None and keep is None:
        return Stream(store, store.user_offset, unit=unit)
    rows = base_rows if keep is None else base_rows[keep]
    return _grouped(store, unit, base, rows, store.user_of(rows))


def _grouped(store: EventStore, unit: Unit, base: Ints | None, rows: Ints, key: NDArray[np.int64]) -> Stream:
    """Units are runs of equal keys; a unit without events is none."""
    begins = np.flatnonzero(np.diff(key, prepend=-2))
    offset = np.append(begins, len(rows)).astype(np.int64)
    return Stream(store, offset, rows, base, unit, key[begins])


def _by_session(
    store: EventStore, unit: Unit, base: Ints | None, base_rows: Ints, keep: NDArray[np.bool_] | None
) -> Stream:
    """Sessions are cut on all events, before any filter."""
    session = session_numbers(store, unit, base_rows)
    before = _sessions_before(store, base_rows, session)
    rows = base_rows if keep is None else base_rows[keep]
    session = session if keep is None else session[keep]
    is_in_order = not bool((np.diff(session) < 0).any())
    if not is_in_order:
        # Mapped sessions of one person may overlap in time; each is a unit of its own, in its own order.
        order = np.argsort(session, kind="stable")
        rows, session = rows[order], session[order]
    begins = np.flatnonzero(np.diff(session, prepend=-2))
    offset = np.append(begins, len(rows)).astype(np.int64)
    owner = store.user_of(rows[begins]) if len(begins) else np.zeros(0, np.int64)
    is_whole = is_in_order and len(rows) == store.n_events
    number = session[begins] - before[owner] + 1
    return Stream(store, offset, None if is_whole else rows, base, unit, owner, number=number)


def _sessions_before(store: EventStore, rows: Ints, session: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of each user's first session."""
    user = store.user_of(rows)
    starts = np.flatnonzero(np.diff(user, prepend=-1))
    before = np.zeros(store.n_users, np.int64)
    before[user[starts]] = session[starts]
    return before


def session_numbers(store: EventStore, unit: Unit, rows: Rows | None = None) -> NDArray[np.int64]:
    """Number of the session of each row, counted over all users in store order."""
    rows = np.arange(store.n_events) if rows is None else rows
    if not len(rows):
        return np.zeros(0, np.int64)
    user = store.user_of(rows)
    new = np.diff(user, prepend=-1) != 0
    column = store.properties.get(unit.session_property or "")
    if column is None:
        new |= np.diff(store.time_us[rows], prepend=store.time_us[rows[0]]) > round(unit.gap_s * US)
        return np.cumsum(new) - 1
    return _mapped_sessions(user, np.asarray(column.codes[rows], np.int64))


def _mapped_sessions(user: NDArray[np.int64], code: NDArray[np.int64]) -> NDArray[np.int64]:
    """A session is a pair of user and session id; numbered by user, then by first appearance."""
    key = user * (int(code.max(initial=0)) + 1) + code
    distinct, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    number = np.empty(len(distinct), np.int64)
    number[order] = np.arange(len(distinct))
    found: NDArray[np.int64] = number[inverse]
    return found


def _by_property(store: EventStore, unit: Unit, base: Ints | None, rows: Ints) -> Stream:
    """Units across users: rows by (value, time, place in the input); rows without the value belong to no unit."""
    column = store.properties.get(unit.property or "")
    if column is None:
        return Stream(store, np.zeros(1, np.int64), np.zeros(0, np.int64), base, unit, np.zeros(0, np.int64))
    code = np.asarray(column.codes[rows], np.int64)
    rows, code = rows[code > 0], code[code > 0]
    place = rows if store.ordinal is None else store.ordinal[rows]
    order = np.lexsort((place, store.time_us[rows], code))
    return _grouped(store, unit, base, rows[order], code[order])


def _kept(store: EventStore, cleaning: Cleaning, rows: Rows) -> NDArray[np.bool_] | None:
    if not (cleaning.filters or cleaning.clip or cleaning.without or cleaning.ignored_events):
        return None
    keep = passing_rows(store, cleaning.filters, rows)
    if cleaning.clip is not None:
        keep &= is_inside(cleaning.clip, store.time_us[rows])
    for span in cleaning.without:
        keep &= ~is_inside(span, store.time_us[rows])
    ignored = [store.code_by_name[name] for name in cleaning.ignored_events if name in store.code_by_name]
    if ignored:
        keep &= ~np.isin(store.event[rows], ignored)
    return keep


def is_inside(span: Span, time_us: NDArray[np.int64]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (time_us >= span.from_us) & (time_us < span.to_us)
    return inside


def _without_repeats(store: EventStore, cleaning: Cleaning) -> NDArray[np.int64] | None:
    base = None
    if cleaning.dedupe_exact:
        base = _first_of_equals(store)
    elif cleaning.dedupe_within_s is not None:
        base = _apart(store, round(cleaning.dedupe_within_s * US))
    column = store.properties.get(cleaning.once_per or "")
    return base if column is None else _once_per(store, column, np.arange(store.n_events) if base is None else base)


def _once_per(store: EventStore, column: Column, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Without events whose person had the same value on an earlier event of that name; placeholders are no values."""
    code = np.asarray(column.codes[rows], np.int64)
    valued = np.flatnonzero(real_ids(column.values)[code])
    keys = (code[valued], np.asarray(store.event[rows[valued]], np.int64), store.user_of(rows[valued]))
    order = np.lexsort((valued, *keys))
    again = np.ones(len(order), np.bool_)
    again[:1] = False
    for key in keys:
        again[1:] &= key[order][1:] == key[order][:-1]
    keep = np.ones(len(rows), np.bool_)
    keep[valued[order[again]]] = False
    return rows[keep]


def _first_of_equals(store: EventStore) -> NDArray[np.int64]:
    rows = np.arange(store.n_events)
    keys: list[NDArray[Any]] = [np.asarray(column.codes) for column in store.properties.values()]
    keys += [np.asarray(store.event), np.asarray(store.time_us), store.user_of(rows)]
    order = np.lexsort((rows, *keys))
    again = np.ones(len(rows), np.bool_)
    again[:1] = False
    for key in keys:
        again[1:] &= key[order][1:] == key[order][:-1]
    return np.sort(order[~again])


def _apart(store: EventStore, gap_us: int) -> NDArray[np.int64]:
    """Drop an event if the same user has a kept event of that name at most `gap_us` before."""
    rows = np.arange(store.n_events)
    user, event = store.user_of(rows), np.asarray(store.event)
    order = np.lexsort((rows, event, user))
    new = np.ones(len(rows), np.bool_)
    new[1:] = (np.diff(user[order]) != 0) | (np.diff(event[order].astype(np.int64)) != 0)
    time = store.time_us[order]
    keep = np.zeros(len(rows), np.bool_)
    last = 0
    for i in range(len(rows)):
        if new[i] or time[i] - last > gap_us:
            keep[i], last = True, int(time[i])
    return np.sort(order[keep])
