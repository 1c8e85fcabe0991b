"""Loops that look at every entry of a unit on its own: exclusions, open funnels, attempts one after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.kernels.choice import choose
from workbench.analysis.kernels.compiler import inner, kernel
from workbench.analysis.kernels.tables import (
    BY_TIME,
    ENTRY_FIRST,
    FROM_US,
    GOAL_RANK,
    ID_RANK,
    IS_ENTRY,
    N_NODES,
    NODE,
    POSITION,
    SCALARS,
    TIME,
    W_PATH,
    WINDOW,
)

Ints = NDArray[np.int64]


class Bans(NamedTuple):
    """Exclusions: number x lies between nodes source[x] and target[x], at `position[at[x]:at[x + 1]]`, ascending."""

    source: Ints
    target: Ints
    at: Ints
    position: Ints
    time: Ints
    stops: bool
    is_line: bool


@inner
def _first_after(bans: Bans, x: int, begin: int, end: int, after: int) -> int:
    """Time of the first banned event of the unit's positions [begin, end) later than `after`, or -1 if none."""
    low, high = bans.at[x], bans.at[x + 1]
    last = high
    while low < high:
        middle = (low + high) // 2
        if bans.position[middle] < begin:
            low = middle + 1
        else:
            high = middle
    for k in range(low, last):
        if bans.position[k] >= end:
            break
        if bans.time[k] > after:
            return k
    return -1


@inner
def _fires(graph: Ints, hits: Ints, work: Ints, bans: Bans, n: int, begin: int, end: int) -> int:
    """Index of the earliest banned event that hits the path of n hits in `work.path`, or -1."""
    found = -1
    entered = hits[TIME, work[W_PATH, 0]]
    for x in range(len(bans.source)):
        a = -1
        b = -1
        for k in range(n):
            if hits[NODE, work[W_PATH, k]] == bans.source[x]:
                a = k
            if hits[NODE, work[W_PATH, k]] == bans.target[x] and a >= 0:
                b = k
        if a < 0 or (not bans.is_line and b != a + 1 and a != n - 1):
            continue
        y = _first_after(bans, x, begin, end, hits[TIME, work[W_PATH, a]])
        if y < 0:
            continue
        if b >= 0:
            is_hit = bans.time[y] < hits[TIME, work[W_PATH, b]]
        else:
            is_hit = bans.time[y] - entered <= graph[SCALARS, WINDOW]
        if is_hit and (found < 0 or bans.time[y] < bans.time[found]):
            found = y
    return found


@inner
def _wins(graph: Ints, hits: Ints, work: Ints, n: int, best: Ints, best_n: int) -> bool:
    """Whether the path of n hits in `work.path` is chosen before `best[:best_n]`."""
    if best_n == 0:
        return True
    a, b = work[W_PATH, n - 1], best[best_n - 1]
    if graph[GOAL_RANK, hits[NODE, a]] != graph[GOAL_RANK, hits[NODE, b]]:
        return graph[GOAL_RANK, hits[NODE, a]] > graph[GOAL_RANK, hits[NODE, b]]
    if hits[TIME, a] != hits[TIME, b]:
        return hits[TIME, a] < hits[TIME, b]
    if n != best_n:
        return n > best_n
    if graph[SCALARS, BY_TIME]:
        for k in range(n):
            if hits[TIME, work[W_PATH, k]] != hits[TIME, best[k]]:
                return hits[TIME, work[W_PATH, k]] < hits[TIME, best[k]]
    for k in range(n):
        if hits[POSITION, work[W_PATH, k]] != hits[POSITION, best[k]]:
            return hits[POSITION, work[W_PATH, k]] < hits[POSITION, best[k]]
    for k in range(n):
        i, j = hits[NODE, work[W_PATH, k]], hits[NODE, best[k]]
        if i != j:
            return graph[ID_RANK, i] < graph[ID_RANK, j]
    return False


@inner
def _instant_begin(hits: Ints, i: int, lo: int) -> int:
    while i > lo and hits[TIME, i - 1] == hits[TIME, i]:
        i -= 1
    return i


@inner
def _kept_length(hits: Ints, work: Ints, n: int, until: int) -> int:
    kept = 0
    for k in range(n):
        if hits[TIME, work[W_PATH, k]] <= until:
            kept += 1
    return kept


@kernel
def choose_clean(
    graph: Ints,
    hits: Ints,
    offset: Ints,
    borders: Ints,
    ends: Ints,
    bans: Bans,
    work: Ints,
    counts: Ints,
    to_us: int,
    path_at: Ints,
    path_hit: Ints,
) -> int:
    """Chosen paths where exclusions discard or stop attempts; as `choose_all`, with the units' position borders."""
    end = np.zeros(2, np.int64)
    best = np.zeros(graph[SCALARS, N_NODES] + 1, np.int64)
    total = 0
    for unit in range(len(offset) - 1):
        path_at[unit] = total
        lo, hi = offset[unit], offset[unit + 1]
        best_n = 0
        opened = -1
        for i in range(lo, hi):
            if not graph[IS_ENTRY, hits[NODE, i]] or hits[TIME, i] < graph[SCALARS, FROM_US] or hits[TIME, i] >= to_us:
                continue
            if graph[SCALARS, ENTRY_FIRST] and opened >= 0 and hits[POSITION, i] != opened:
                break
            opened = hits[POSITION, i]
            n = choose(graph, hits, work, counts, _instant_begin(hits, i, lo), hi, i, to_us, -1, end)
            if n < 0:
                return n
            y = _fires(graph, hits, work, bans, n, borders[unit], ends[unit])
            if y >= 0:
                n = _kept_length(hits, work, n, bans.time[y]) if bans.stops else 0
            if n > 0 and _wins(graph, hits, work, n, best, best_n):
                best_n = n
                for k in range(n):
                    best[k] = work[W_PATH, k]
        for k in range(best_n):
            path_hit[total] = best[k]
            total += 1
    path_at[len(offset) - 1] = total
    return 0


@inner
def _is_earlier(hits: Ints, work: Ints, n: int, best: Ints) -> bool:
    """Whether the path in `work.path` has smaller positions than `best`, both of n hits."""
    for k in range(n):
        if hits[POSITION, work[W_PATH, k]] != hits[POSITION, best[k]]:
            return hits[POSITION, work[W_PATH, k]] < hits[POSITION, best[k]]
    return False


@kernel
def choose_open(
    graph: Ints,
    hits: Ints,
    offset: Ints,
    work: Ints,
    counts: Ints,
    to_us: int,
    path_at: Ints,
    path_hit: Ints,
) -> int:
    """Chosen chains of an open funnel: most steps, then the earliest positions; as `choose_all`."""
    end = np.zeros(2, np.int64)
    most = graph[SCALARS, N_NODES]
    best = np.zeros(most + 1, np.int64)
    total = 0
    for unit in range(len(offset) - 1):
        path_at[unit] = total
        lo, hi = offset[unit], offset[unit + 1]
        best_n = 0
        for i in range(lo, hi):
            can_get = most - hits[NODE, i]
            if can_get < best_n or hits[TIME, i] < graph[SCALARS, FROM_US] or hits[TIME, i] >= to_us:
                continue
            if can_get == best_n and hits[POSITION, i] != hits[POSITION, best[0]]:
                continue
            n = choose(graph, hits, work, counts, _instant_begin(hits, i, lo), hi, i, to_us, -1, end)
            if n < 0:
                return n
            if n > best_n or (n == best_n and _is_earlier(hits, work, n, best)):
                best_n = n
                for k in range(n):
                    best[k] = work[W_PATH, k]
        for k in range(best_n):
            path_hit[total] = best[k]
            total += 1
    path_at[len(offset) - 1] = total
    return 0


@kernel
def count_attempts(
    graph: Ints,
    hits: Ints,
    offset: Ints,
    borders: Ints,
    ends: Ints,
    bans: Bans,
    work: Ints,
    counts: Ints,
    to_us: int,
    reached: Ints,
) -> int:
    """Add to `reached` the attempts that get to each step, one attempt of a unit open at a time."""
    end = np.zeros(2, np.int64)
    for unit in range(len(offset) - 1):
        lo, hi = offset[unit], offset[unit + 1]
        closed = -(1 << 62)
        used = -1
        for i in range(lo, hi):
            t = hits[TIME, i]
            if (
                hits[NODE, i] != 0
                or t < graph[SCALARS, FROM_US]
                or t >= to_us
                or t <= closed
                or hits[POSITION, i] <= used
            ):
                continue
            n = choose(graph, hits, work, counts, i, hi, i, to_us, -1, end)
            if n < 0:
                return n
            y = _fires(graph, hits, work, bans, n, borders[unit], ends[unit])
            if y >= 0:
                n = _kept_length(hits, work, n, bans.time[y])
            for k in range(n):
                reached[k] += 1
            if y >= 0:
                closed = bans.time[y]
            elif n == graph[SCALARS, N_NODES]:
                closed = -(1 << 62)
                for k in range(n):
                    used = max(used, hits[POSITION, work[W_PATH, k]])
            else:
                closed = t + graph[SCALARS, WINDOW]
    return 0
