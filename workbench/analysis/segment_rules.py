"""Behavioural segments: who did what in the first hours, and how they convert afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.comparisons import NO_TABLE
from workbench.analysis.conditions import passing_rows
from workbench.analysis.hits import matching_rows
from workbench.analysis.match import Match
from workbench.analysis.segments import SegmentComparison, compare_segments, compare_with_rest
from workbench.analysis.timeline import Rows
from workbench.events.store import EventStore
from workbench.journey.journey import Segment
from workbench.journey.rule import Rule

US = 1_000_000
DEFAULT_CUT_S = 86_400.0

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Membership:
    """Mature people without a macro-conversion before the cut; who belongs to each segment, and who converted after.

    `users` are indices into the store, `in_segment[i]` a mask over them. Left out are the `converted_early`, who had
    the macro before the cut, and the `immature`, whose window has not elapsed.
    """

    users: NDArray[np.int64]
    in_segment: tuple[Bools, ...]
    converted: Bools
    converted_early: int
    immature: int

    @property
    def is_disjoint(self) -> bool:
        return not len(self.in_segment) or int(np.sum(self.in_segment, axis=0).max(initial=0)) <= 1


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """Segments against all others; `is_disjoint` false means that they overlap, so that no joint test is made."""

    comparison: SegmentComparison
    cut_s: float
    window_s: float
    people: int
    immature: int
    converted_early: int
    is_disjoint: bool


def membership(
    store: EventStore, segments: Sequence[Segment], macro_rows: Rows, window_s: float, cut_s: float = DEFAULT_CUT_S
) -> Membership:
    """Assign people to segments by what they did before the cut; the outcome is what they did after it.

    Parameters
    ----------
    store : EventStore
    segments : sequence of Segment
        Who did every `did` rule, the `in_order` rules one after the other, and none of the `did_not` rules within
        `cut_s` of their first event; `filters` must hold for at least one of those events.
    macro_rows : ascending rows of the macro-conversion's hits
    window_s, cut_s : float
        Seconds from the first event.
    """
    offset = store.user_offset
    start = np.full(store.n_users, np.iinfo(np.int64).max // 4, dtype=np.int64)
    filled = np.diff(offset) > 0
    start[filled] = store.time_us[offset[:-1][filled]]
    is_mature = start + round(window_s * US) <= (store.data_end_us or 0)
    owner = store.user_of(np.asarray(macro_rows, dtype=np.int64))
    since = store.time_us[macro_rows] - start[owner]
    early, late = np.zeros(store.n_users, dtype=bool), np.zeros(store.n_users, dtype=bool)
    early[owner[since <= cut_s * US]] = True
    late[owner[(since > cut_s * US) & (since <= window_s * US)]] = True
    users = np.flatnonzero(is_mature & ~early & filled)
    masks = tuple(_members(store, segment, start, cut_s)[users] for segment in segments)
    immature = int(np.count_nonzero(filled & ~is_mature))
    return Membership(users, masks, late[users], int(np.count_nonzero(is_mature & early)), immature)


def _members(store: EventStore, segment: Segment, start: NDArray[np.int64], cut_s: float) -> Bools:
    belongs = np.ones(store.n_users, dtype=bool)
    for rule in segment.did:
        belongs &= _did(store, rule, start, cut_s)
    for rule in segment.did_not:
        belongs &= ~_did(store, rule, start, cut_s)
    if segment.in_order:
        steps = [matching_rows(store, Match.of(rule)) for rule in segment.in_order]
        belongs &= _early(store, in_order_rows(store, steps, segment.in_order_within_s), start, cut_s)
    if segment.filters:
        rows = np.arange(store.n_events)
        belongs &= _early(store, rows[passing_rows(store, segment.filters, rows)], start, cut_s)
    return belongs


def _did(store: EventStore, rule: Rule, start: NDArray[np.int64], cut_s: float) -> Bools:
    return _early(store, matching_rows(store, Match.of(rule)), start, cut_s)


def in_order_rows(store: EventStore, steps: Sequence[Rows], within_s: float | None = None) -> Rows:
    """Rows that end a chain of one row per step, each after the one before it in the order of the log.

    Parameters
    ----------
    store : EventStore
        Rows of one instant follow each other as they do in the file, so one row never serves two steps.
    steps : ascending rows of each step's hits
    within_s : float, optional
        From the first row of a chain to its last, at most.

    Examples
    --------
    >>> log = EventStore.from_rows([("u", 0, "A"), ("u", 5, "A"), ("u", 9, "B"), ("v", 0, "B"), ("v", 1, "A")])
    >>> a, b = (log.postings(log.code_by_name[name]) for name in "AB")
    >>> log.time_us[in_order_rows(log, [a, b], 4)].tolist()
    [9000000]
    >>> len(in_order_rows(log, [b, a], 0.5))
    0
    """
    rows = np.asarray(steps[0], dtype=np.int64)
    # Of all chains that end in a row the one that begins last is kept: it is the shortest, and later ends never have
    # an earlier one, so that looking back to the last end before a row is enough.
    begins = rows
    for step in steps[1:]:
        following = np.asarray(step, dtype=np.int64)
        if not len(rows):
            return rows
        at = np.searchsorted(rows, following) - 1
        before = rows[np.maximum(at, 0)]
        is_chain = (at >= 0) & (before >= store.user_offset[store.user_of(following)])
        rows, begins = following[is_chain], begins[at[is_chain]]
    if within_s is not None:
        rows = rows[store.time_us[rows] - store.time_us[begins] <= round(within_s * US)]
    return rows


def _early(store: EventStore, rows: Rows, start: NDArray[np.int64], cut_s: float) -> Bools:
    owner = store.user_of(np.asarray(rows, dtype=np.int64))
    found = np.zeros(store.n_users, dtype=bool)
    found[owner[store.time_us[rows] - start[owner] <= cut_s * US]] = True
    return found


def compare_behaviour(
    store: EventStore, segments: Sequence[Segment], macro_rows: Rows, window_s: float, cut_s: float = DEFAULT_CUT_S
) -> SegmentReport:
    """Compare segments: each with all others, adjusted; small ones shrunk for ranking.

    Segments that overlap are each compared with the rest, and no test over all of them is made.
    """
    found = membership(store, segments, macro_rows, window_s, cut_s)
    names = [segment.name for segment in segments]
    k = [int(found.converted[mask].sum()) for mask in found.in_segment]
    n = [int(mask.sum()) for mask in found.in_segment]
    total = (int(found.converted.sum()), len(found.users))
    compared = compare_with_rest(names, k, n, total) if names else compare_segments([], [], [])
    if not found.is_disjoint:
        compared = replace(compared, overall=NO_TABLE)
    return SegmentReport(
        compared, cut_s, window_s, len(found.users), found.immature, found.converted_early, found.is_disjoint
    )
