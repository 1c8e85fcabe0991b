"""Loops that look at every entry of a unit on its own: exclusions, open funnels, attempts one after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.kernels.choice import Graph, HitList, Scratch, Tallies, choose
from workbench.analysis.kernels.compiler import inner, kernel

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
def _fires(graph: Graph, hits: HitList, work: Scratch, bans: Bans, n: int, begin: int, end: int) -> int:
    """Index of the earliest banned event that hits the path of n hits in `work.path`, or -1."""
    found = -1
    entered = hits.time[work.path[0]]
    for x in range(len(bans.source)):
        a = -1
        b = -1
        for k in range(n):
            if hits.node[work.path[k]] == bans.source[x]:
                a = k
            if hits.node[work.path[k]] == bans.target[x] and a >= 0:
                b = k
        if a < 0 or (not bans.is_line and b != a + 1 and a != n - 1):
            continue
        y = _first_after(bans, x, begin, end, hits.time[work.path[a]])
        if y < 0:
            continue
        if b >= 0:
            is_hit = bans.time[y] < hits.time[work.path[b]]
        else:
            is_hit = bans.time[y] - entered <= graph.window
        if is_hit and (found < 0 or bans.time[y] < bans.time[found]):
            found = y
    return found


@inner
def _wins(graph: Graph, hits: HitList, work: Scratch, n: int, best: Ints, best_n: int) -> bool:
    """Whether the path of n hits in `work.path` is chosen before `best[:best_n]`."""
    if best_n == 0:
        return True
    a, b = work.path[n - 1], best[best_n - 1]
    if graph.goal_rank[hits.node[a]] != graph.goal_rank[hits.node[b]]:
        return graph.goal_rank[hits.node[a]] > graph.goal_rank[hits.node[b]]
    if hits.time[a] != hits.time[b]:
        return hits.time[a] < hits.time[b]
    if n != best_n:
        return n > best_n
    if graph.by_time:
        for k in range(n):
            if hits.time[work.path[k]] != hits.time[best[k]]:
                return hits.time[work.path[k]] < hits.time[best[k]]
    for k in range(n):
        if hits.position[work.path[k]] != hits.position[best[k]]:
            return hits.position[work.path[k]] < hits.position[best[k]]
    for k in range(n):
        i, j = hits.node[work.path[k]], hits.node[best[k]]
        if i != j:
            return graph.id_rank[i] < graph.id_rank[j]
    return False


@inner
def _instant_begin(hits: HitList, i: int, lo: int) -> int:
    while i > lo and hits.time[i - 1] == hits.time[i]:
        i -= 1
    return i


@inner
def _kept_length(hits: HitList, work: Scratch, n: int, until: int) -> int:
    kept = 0
    for k in range(n):
        if hits.time[work.path[k]] <= until:
            kept += 1
    return kept


@kernel
def choose_clean(
    graph: Graph,
    hits: HitList,
    offset: Ints,
    borders: Ints,
    ends: Ints,
    bans: Bans,
    work: Scratch,
    counts: Tallies,
    to_us: int,
    path_at: Ints,
    path_hit: Ints,
) -> int:
    """Chosen paths where exclusions discard or stop attempts; as `choose_all`, with the units' position borders."""
    end = np.zeros(2, np.int64)
    best = np.zeros(len(graph.goal_rank) + 1, np.int64)
    total = 0
    for unit in range(len(offset) - 1):
        path_at[unit] = total
        lo, hi = offset[unit], offset[unit + 1]
        best_n = 0
        opened = -1
        for i in range(lo, hi):
            if not graph.is_entry[hits.node[i]] or hits.time[i] < graph.from_us or hits.time[i] >= to_us:
                continue
            if graph.entry_first and opened >= 0 and hits.position[i] != opened:
                break
            opened = hits.position[i]
            n = choose(graph, hits, work, counts, _instant_begin(hits, i, lo), hi, i, to_us, -1, end)
            if n < 0:
                return n
            y = _fires(graph, hits, work, bans, n, borders[unit], ends[unit])
            if y >= 0:
                n = _kept_length(hits, work, n, bans.time[y]) if bans.stops else 0
            if n > 0 and _wins(graph, hits, work, n, best, best_n):
                best_n = n
                for k in range(n):
                    best[k] = work.path[k]
        for k in range(best_n):
            path_hit[total] = best[k]
            total += 1
    path_at[len(offset) - 1] = total
    return 0


@inner
def _is_earlier(hits: HitList, work: Scratch, n: int, best: Ints) -> bool:
    """Whether the path in `work.path` has smaller positions than `best`, both of n hits."""
    for k in range(n):
        if hits.position[work.path[k]] != hits.position[best[k]]:
            return hits.position[work.path[k]] < hits.position[best[k]]
    return False


@kernel
def choose_open(
    graph: Graph,
    hits: HitList,
    offset: Ints,
    work: Scratch,
    counts: Tallies,
    to_us: int,
    path_at: Ints,
    path_hit: Ints,
) -> int:
    """Chosen chains of an open funnel: most steps, then the earliest positions; as `choose_all`."""
    end = np.zeros(2, np.int64)
    most = len(graph.goal_rank)
    best = np.zeros(most + 1, np.int64)
    total = 0
    for unit in range(len(offset) - 1):
        path_at[unit] = total
        lo, hi = offset[unit], offset[unit + 1]
        best_n = 0
        for i in range(lo, hi):
            can_get = most - hits.node[i]
            if can_get < best_n or hits.time[i] < graph.from_us or hits.time[i] >= to_us:
                continue
            if can_get == best_n and hits.position[i] != hits.position[best[0]]:
                continue
            n = choose(graph, hits, work, counts, _instant_begin(hits, i, lo), hi, i, to_us, -1, end)
            if n < 0:
                return n
            if n > best_n or (n == best_n and _is_earlier(hits, work, n, best)):
                best_n = n
                for k in range(n):
                    best[k] = work.path[k]
        for k in range(best_n):
            path_hit[total] = best[k]
            total += 1
    path_at[len(offset) - 1] = total
    return 0


@kernel
def count_attempts(
    graph: Graph,
    hits: HitList,
    offset: Ints,
    borders: Ints,
    ends: Ints,
    bans: Bans,
    work: Scratch,
    counts: Tallies,
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
            t = hits.time[i]
            if hits.node[i] != 0 or t < graph.from_us or t >= to_us or t <= closed or hits.position[i] <= used:
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
            elif n == len(graph.goal_rank):
                closed = -(1 << 62)
                for k in range(n):
                    used = max(used, hits.position[work.path[k]])
            else:
                closed = t + graph.window
    return 0
