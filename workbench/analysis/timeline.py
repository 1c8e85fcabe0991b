"""People on the way to one macro-conversion: depths, outcomes and first takings, prepared once for all events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.events.store import EventStore

DAY_S = 86_400
AUDIT_WINDOWS_D = (14, 7, 3, 1)
EXACT_DEPTH = 10
COMMON_SHARE, RARE_SHARE = 0.90, 0.005
DEFAULT_AMBIENT = ("session_start", "first_visit", "page_view", "user_engagement", "scroll")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.integer[Any]]


def audit_window_s(span_s: float) -> float:
    """The longest of 14, 7, 3 and 1 days that is at most a third of the data's span (1 day on shorter data).

    Examples
    --------
    >>> audit_window_s(11 * 86_400) / 86_400
    3.0
    """
    fitting = (days for days in AUDIT_WINDOWS_D if days * DAY_S <= span_s / 3)
    return float(next(fitting, AUDIT_WINDOWS_D[-1]) * DAY_S)


def ambient_events(store: EventStore, listed: Iterable[str] = DEFAULT_AMBIENT) -> frozenset[str]:
    """Events that say nothing about a choice: the listed ones and those of more than 90 % or under 0.5 % of people."""
    found = set(listed) & set(store.event_names)
    for code, name in enumerate(store.event_names):
        rows = store.postings(code)
        people = _first_of_each(store.user_of(rows)).sum() if len(rows) else 0
        if not RARE_SHARE * store.n_users <= people <= COMMON_SHARE * store.n_users:
            found.add(name)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Taking:
    """First takings of one thing before the macro: whose (places in the timeline's people), at which depth and row.

    `ever` are all who took it within the window, also after the macro.
    """

    name: str
    people: Ints
    depth: Ints
    ever: Ints
    row: Ints


@dataclass(frozen=True)
class Timeline:
    """Mature people with at least one event that counts, on the way to one macro-conversion.

    `reach[i]` is the number of counted events of person i before the macro or the end of the window, `converted[i]`
    whether the macro came within the window, `user[i]` the person's index in the store.
    """

    store: EventStore
    window_s: float
    user: Ints
    reach: Ints
    converted: Bools
    immature: int
    macro_rows: Ints
    _depth: NDArray[np.int32] = field(repr=False, default_factory=lambda: np.zeros(0, np.int32))
    _place: NDArray[np.int32] = field(repr=False, default_factory=lambda: np.zeros(0, np.int32))
    _is_counted: Bools = field(repr=False, default_factory=lambda: np.zeros(0, bool))
    _in_window: Bools = field(repr=False, default_factory=lambda: np.zeros(0, bool))

    @classmethod
    def of(
        cls,
        store: EventStore,
        macro_rows: Rows,
        window_s: float,
        ambient: Iterable[str] = (),
        mapped: Sequence[Rows] = (),
    ) -> Timeline:
        """Prepare the people of a store.

        Parameters
        ----------
        store : EventStore
        macro_rows : rows that are hits of the macro-conversion, ascending
        window_s : float
            Seconds from a person's first event within which the macro must come; people whose window has not
            elapsed by the end of the data are left out and counted as immature.
        ambient : names of events that do not count
        mapped : rows of the hits of mapped elements, which count even under an ambient name
        """
        return _Preparation(store, np.asarray(macro_rows, dtype=np.int64), window_s).timeline(ambient, mapped)

    @property
    def mature(self) -> int:
        return len(self.user)

    @property
    def buyers(self) -> int:
        return int(self.converted.sum())

    @property
    def base_rate(self) -> float | None:
        return self.buyers / self.mature if self.mature else None

    @cached_property
    def bins(self) -> Ints:
        """Stratum of each depth 1, 2, ... up to the deepest."""
        return depth_bin(np.arange(1, int(self.reach.max(initial=0)) + 1))

    def taking(self, name: str, rows: Rows) -> Taking:
        """Who took a thing, given its rows (ascending)."""
        window = rows[self._in_window[rows]]
        ever = self._place[window]
        before = window[self._is_counted[window]]
        place = self._place[before]
        first = _first_of_each(place)
        return Taking(
            name,
            place[first].astype(np.int64),
            self._depth[before[first]].astype(np.int64),
            ever[_first_of_each(ever)].astype(np.int64),
            before[first].astype(np.int64),
        )

    def takings(self, ambient: Iterable[str] = ()) -> Iterator[Taking]:
        """The takings of every event that is neither ambient nor wholly the macro itself."""
        left_out = set(ambient)
        is_macro = np.zeros(self.store.n_events, dtype=bool)
        is_macro[self.macro_rows] = True
        for code, name in enumerate(self.store.event_names):
            rows = self.store.postings(code)
            if name not in left_out and len(rows) and not is_macro[rows].all():
                yield self.taking(name, rows)

    def cells(self, taking: Taking, keep: Bools | None = None) -> Floats:
        """Strata (S, 4) of one thing: [converted takers, takers, converted others, others] per depth bin.

        At each depth a person is among the others of its bin while the event there is not the thing; at the first
        taking the person is a taker in that bin and leaves. `keep` restricts to some people.
        """
        everyone, converted = self._reached if keep is None else self._reached_by(keep)
        people, depth = taking.people, taking.depth
        if keep is not None:
            people, depth = people[keep[taking.people]], depth[keep[taking.people]]
        size, y = len(self.bins), self.converted[people].astype(np.float64)
        n1, a = np.bincount(depth, minlength=size + 1)[1:], np.bincount(depth, y, size + 1)[1:]
        gone, gone_y = _between(depth, self.reach[people], y, size)
        columns = np.stack([a, n1, converted - gone_y, everyone - gone], axis=1)
        return self._binned(columns)

    @cached_property
    def _reached(self) -> tuple[Floats, Floats]:
        return self._reached_by(np.ones(self.mature, dtype=bool))

    def _reached_by(self, keep: Bools) -> tuple[Floats, Floats]:
        """People, and buyers, whose reach is at least each depth."""
        size = len(self.bins)
        reach, y = self.reach[keep], self.converted[keep].astype(np.float64)
        one = np.bincount(reach, minlength=size + 1).astype(np.float64)
        bought = np.bincount(reach, y, size + 1).astype(np.float64)
        return np.cumsum(one[::-1])[::-1][1:], np.cumsum(bought[::-1])[::-1][1:]

    def _binned(self, columns: Floats) -> Floats:
        if not len(self.bins):
            return np.zeros((0, 4))
        starts = np.flatnonzero(np.diff(self.bins, prepend=0))
        return np.asarray(np.add.reduceat(columns, starts, axis=0))

    def is_in_window(self, rows: Rows) -> Bools:
        """Which rows belong to a person of the timeline and lie within the window."""
        return np.asarray(self._in_window[rows])

    def is_before_macro(self, rows: Rows) -> Bools:
        """Which rows are counted events of a person of the timeline before the macro and within the window."""
        return np.asarray(self._is_counted[rows])

    def place_of(self, rows: Rows) -> Ints:
        """Place of each row's person among the timeline's people; -1 for others."""
        return self._place[rows].astype(np.int64)

    def next_counted(self, rows: Ints) -> Ints:
        """The next counted row of the same person after each row; -1 where there is none."""
        counted = np.flatnonzero(self._is_counted)
        at = np.searchsorted(counted, rows, side="right")
        found = np.append(counted, -1)[np.minimum(at, len(counted))]
        return np.where((found >= 0) & (self._place[found] == self._place[rows]), found, -1)

    @cached_property
    def strata(self) -> Ints:
        """Names of the depth bins, in the order of the rows of `cells`."""
        return np.unique(self.bins)

    @cached_property
    def entry_week(self) -> Ints:
        """Complete 7-day block of each person's first event, counted back from the end of the data (0 = newest)."""
        start = self.store.time_us[self.store.user_offset[self.user]]
        return ((self.store.data_end_us or 0) - start) // (7 * DAY_S * 1_000_000)


def depth_bin(depth: Ints) -> Ints:
    """Stratum of a depth: itself up to 10, then thirds of a doubling.

    Examples
    --------
    >>> depth_bin(np.array([1, 10, 11, 12, 13, 20, 40])).tolist()
    [1, 10, 11, 11, 12, 13, 16]
    """
    deep = np.maximum(depth, EXACT_DEPTH)
    return np.where(depth <= EXACT_DEPTH, depth, EXACT_DEPTH + np.ceil(3 * np.log2(deep / EXACT_DEPTH))).astype(
        np.int64
    )


def _between(first: Ints, last: Ints, weight: Floats, size: int) -> tuple[Floats, Floats]:
    """For each depth 1..size how many spans first..last cover it, plain and weighted."""
    start, end = first - 1, np.minimum(last, size)
    plain = np.bincount(start, minlength=size + 1) - np.bincount(end, minlength=size + 1)
    weighted = np.bincount(start, weight, size + 1) - np.bincount(end, weight, size + 1)
    return np.cumsum(plain)[:size].astype(np.float64), np.cumsum(weighted)[:size]


def _first_of_each(groups: Rows) -> Bools:
    """Mask of the first of each run of equal neighbours."""
    first = np.ones(len(groups), dtype=bool)
    first[1:] = groups[1:] != groups[:-1]
    return first


@dataclass(frozen=True)
class _Preparation:
    """The steps from a store to a timeline; every column is computed once over all events."""

    store: EventStore
    macro_rows: Ints
    window_s: float

    def timeline(self, ambient: Iterable[str], mapped: Sequence[Rows]) -> Timeline:
        store = self.store
        in_window = self._in_window()
        counts = self._counts(ambient, mapped)
        is_mature = self._is_mature()
        stop, converted = self._stops(in_window)
        # A person belongs if anything that counts, the macro included, lies in the window.
        seen = np.zeros(store.n_users, dtype=bool)
        seen[self._owner[np.flatnonzero(counts & in_window)]] = True
        kept = np.flatnonzero(is_mature & (seen | converted))
        place = np.full(store.n_users, -1, dtype=np.int32)
        place[kept] = np.arange(len(kept), dtype=np.int32)
        row_place = place[self._owner]
        in_window &= row_place >= 0
        is_counted = counts & in_window & (np.arange(store.n_events) < stop[self._owner])
        is_counted[self.macro_rows] = False
        total = np.cumsum(is_counted, dtype=np.int64)
        ends = store.user_offset[1:]
        before = np.concatenate([[0], total])[store.user_offset[:-1]]
        reach = np.concatenate([[0], total])[ends] - before
        depth = (total - before[self._owner]).astype(np.int32)
        return Timeline(
            store=store,
            window_s=self.window_s,
            user=kept,
            reach=reach[kept],
            converted=converted[kept],
            immature=int(np.count_nonzero(~is_mature & (seen | converted))),
            macro_rows=self.macro_rows,
            _depth=depth,
            _place=row_place,
            _is_counted=is_counted,
            _in_window=in_window,
        )

    @cached_property
    def _owner(self) -> NDArray[np.int32]:
        lengths = np.diff(self.store.user_offset)
        return np.repeat(np.arange(self.store.n_users, dtype=np.int32), lengths)

    @cached_property
    def _start_us(self) -> Ints:
        """First instant of each user; the end of time for a user without events."""
        offset, store = self.store.user_offset, self.store
        start = np.full(store.n_users, np.iinfo(np.int64).max // 4, dtype=np.int64)
        filled = np.diff(offset) > 0
        start[filled] = store.time_us[offset[:-1][filled]]
        return start

    def _in_window(self) -> Bools:
        return np.asarray(self.store.time_us - self._start_us[self._owner] <= round(self.window_s * 1e6))

    def _is_mature(self) -> Bools:
        return self._start_us + round(self.window_s * 1e6) <= (self.store.data_end_us or 0)

    def _counts(self, ambient: Iterable[str], mapped: Sequence[Rows]) -> Bools:
        by_code = np.array([name not in set(ambient) for name in self.store.event_names], dtype=bool)
        counts = by_code[self.store.event] if len(by_code) else np.zeros(self.store.n_events, dtype=bool)
        for rows in mapped:
            counts[rows] = True
        return counts

    def _stops(self, in_window: Bools) -> tuple[Ints, Bools]:
        """Row at which each user's way ends (first macro in the window, else past the last row), and who converted."""
        stop = self.store.user_offset[1:].astype(np.int64).copy()
        rows = self.macro_rows[in_window[self.macro_rows]]
        owner = self._owner[rows]
        first = _first_of_each(owner)
        stop[owner[first]] = rows[first]
        converted = np.zeros(self.store.n_users, dtype=bool)
        converted[owner[first]] = True
        return stop, converted
