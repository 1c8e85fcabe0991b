"""Steps done in any order: the largest matching of steps to distinct events in a window, grown event by event."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.kernels.compiler import inner, kernel
from workbench.analysis.kernels.entries import Bans
from workbench.analysis.kernels.tables import NODE, POSITION, TIME

Ints = NDArray[np.int64]


class AnyOrder(NamedTuple):
    """How attempts open and end."""

    n_steps: int
    window: int
    from_us: int
    to_us: int
    anchor_first: bool
    entry_first: bool


@inner
def _event_end(hits: Ints, i: int, hi: int) -> int:
    j = i + 1
    while j < hi and hits[POSITION, j] == hits[POSITION, i]:
        j += 1
    return j


@inner
def _grows(hits: Ints, event: int, hi: int, owner: Ints, came: Ints, waiting: Ints) -> bool:
    """Whether the event at hit `event` lets one more step be served; `owner` holds the event of each step."""
    for s in range(len(owner)):
        came[s] = -1
    waiting[0] = event
    n = 1
    k = 0
    while k < n:
        here = waiting[k]
        k += 1
        for h in range(here, _event_end(hits, here, hi)):
            s = hits[NODE, h]
            if came[s] >= 0:
                continue
            came[s] = here
            if owner[s] >= 0:
                waiting[n] = owner[s]
                n += 1
                continue
            while True:
                taken = came[s]
                given_up = -1
                for other in range(len(owner)):
                    if owner[other] == taken:
                        given_up = other
                owner[s] = taken
                if taken == event:
                    return True
                s = given_up
    return False


@inner
def _attempt(rules: AnyOrder, hits: Ints, i: int, hi: int, owner: Ints, came: Ints, waiting: Ints, path: Ints) -> int:
    """Events at which the matching grows, from the event at hit i to the end of its window."""
    for s in range(len(owner)):
        owner[s] = -1
    n = 0
    j = i
    while j < hi and hits[TIME, j] - hits[TIME, i] <= rules.window and n < rules.n_steps:
        if _grows(hits, j, hi, owner, came, waiting):
            path[n] = j
            n += 1
        j = _event_end(hits, j, hi)
    return n


@inner
def _banned(rules: AnyOrder, hits: Ints, bans: Bans, path: Ints, n: int, begin: int, end: int) -> int:
    """Index of the earliest banned event inside the attempt, or -1."""
    found = -1
    t0 = hits[TIME, path[0]]
    for x in range(len(bans.source)):
        for k in range(bans.at[x], bans.at[x + 1]):
            y = bans.time[k]
            if bans.position[k] < begin or bans.position[k] >= end or y <= t0:
                continue
            inside = y < hits[TIME, path[n - 1]] if n == rules.n_steps else y - t0 <= rules.window
            if inside and (found < 0 or y < bans.time[found]):
                found = k
    return found


@inner
def _wins(hits: Ints, path: Ints, n: int, best: Ints, best_n: int) -> bool:
    if n != best_n:
        return n > best_n
    if hits[TIME, path[n - 1]] != hits[TIME, best[n - 1]]:
        return hits[TIME, path[n - 1]] < hits[TIME, best[n - 1]]
    for k in range(n):
        if hits[TIME, path[k]] != hits[TIME, best[k]]:
            return hits[TIME, path[k]] < hits[TIME, best[k]]
    return False


@kernel
def choose_any_order(
    rules: AnyOrder, hits: Ints, offset: Ints, borders: Ints, ends: Ints, bans: Bans, path_at: Ints, path_hit: Ints
) -> int:
    """The chosen attempt of each unit: the events at which one more step was served."""
    owner = np.zeros(rules.n_steps, np.int64)
    came = np.zeros(rules.n_steps, np.int64)
    waiting = np.zeros(rules.n_steps + 2, np.int64)
    path = np.zeros(rules.n_steps + 1, np.int64)
    best = np.zeros(rules.n_steps + 1, np.int64)
    total = 0
    for unit in range(len(offset) - 1):
        path_at[unit] = total
        hi = offset[unit + 1]
        best_n = 0
        i = offset[unit]
        while i < hi:
            following = _event_end(hits, i, hi)
            opens = rules.from_us <= hits[TIME, i] < rules.to_us and (not rules.anchor_first or hits[NODE, i] == 0)
            if opens:
                n = _attempt(rules, hits, i, hi, owner, came, waiting, path)
                y = _banned(rules, hits, bans, path, n, borders[unit], ends[unit])
                if y >= 0:
                    kept = 0
                    for k in range(n):
                        if hits[TIME, path[k]] <= bans.time[y]:
                            kept += 1
                    n = kept if bans.stops else 0
                if n > 0 and (best_n == 0 or _wins(hits, path, n, best, best_n)):
                    best_n = n
                    for k in range(n):
                        best[k] = path[k]
                if rules.entry_first:
                    break
            i = following
        for k in range(best_n):
            path_hit[total] = best[k]
            total += 1
    path_at[len(offset) - 1] = total
    return 0
