"""Chosen paths in the commonest case of all: event names alone decide, and no two hits of a unit share an instant.

The rows of a unit are read once, in order; a hit that no feasible path leads to is dropped on the spot. Units in which
two hits share an instant are only noted; swift.py walks them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.kernels.compiler import inner, kernel
from workbench.analysis.kernels.rooms import NEVER, Desk, Flags, Found, Ints, Lists
from workbench.analysis.kernels.swift import count_seats
from workbench.analysis.kernels.tables import Graph

NO_NODE = 255


@inner
def _add_plane(planes: NDArray[np.uint64], mask: np.uint64) -> None:
    """Add 1 to the counts of the bits of a mask: bit j of plane k is bit k of the count of j."""
    k = 0
    while mask != np.uint64(0):
        carry = planes[k] & mask
        planes[k] ^= mask
        mask = carry
        k += 1


@inner
def _unfold(planes: NDArray[np.uint64], counts: Ints, first: int) -> None:
    for j in range(min(64, len(counts) - first)):
        for k in range(64):
            counts[first + j] += np.int64((planes[k] >> np.uint64(j)) & np.uint64(1)) << k


@kernel
def scan_units(
    graph: Graph,
    lists: Lists,
    node_of: NDArray[np.uint8],
    edge_of: NDArray[np.int16],
    event: NDArray[Any],
    time_us: Ints,
    ignored: Flags,
    offset: Ints,
    first_unit: int,
    last_unit: int,
    to_us: int,
    mature_us: int,
    with_seen: bool,
    space: Desk,
    out: Found,
) -> None:
    """Walk units `first_unit` to `last_unit`; `out.length` is -2 for those with hits that share an instant.

    Parameters
    ----------
    node_of : the node that each event code serves, 255 for none
    edge_of : the edge from node u to node v at u * n + v, -1 for none
    to_us, mature_us : as in `walk_units`, but as plain instants
    """
    # Unsigned numbers index arrays without a test for negative ones.
    succ_at, succ = graph.succ_at.astype(np.uint64), graph.succ.astype(np.uint64)
    pred_at, pred = graph.pred_at.astype(np.uint64), graph.pred.astype(np.uint64)
    pred_edge = graph.pred_edge.astype(np.uint64)
    goal_rank, is_entry = graph.goal_rank, graph.is_entry
    window, entry_first, from_us = graph.window, graph.entry_first, graph.from_us
    position, time, following, length = space.position, space.time, space.following, space.length
    node = np.zeros(len(position), np.uint64)
    raw_row = np.zeros(len(position), np.uint64)
    raw_node = np.zeros(len(position), np.uint8)
    pred_mask, succ_mask = np.zeros(len(goal_rank), np.uint64), np.zeros(len(goal_rank), np.uint64)
    for a in range(len(goal_rank)):
        for p in range(graph.pred_at[a], graph.pred_at[a + 1]):
            pred_mask[a] |= np.uint64(1) << np.uint64(graph.pred[p])
        for p in range(graph.succ_at[a], graph.succ_at[a + 1]):
            succ_mask[a] |= np.uint64(1) << np.uint64(graph.succ[p])
    n = len(goal_rank)
    cursor = lists.begin.copy()
    level = np.zeros(n, np.int64)
    best = np.zeros(n, np.int64)
    one = np.uint64(1)
    none = np.uint64(0)
    none_row = np.uint64(0xFFFFFFFFFFFFFF00)
    no_node = np.uint8(NO_NODE)
    six, low_bits, width = np.uint64(6), np.uint64(63), np.uint64(n)
    node_planes = np.zeros(64, np.uint64)
    edge_planes = np.zeros((2, 64), np.uint64)
    direct_planes = np.zeros((2, 64), np.uint64)
    edges_seen = np.zeros(2, np.uint64)
    directs_seen = np.zeros(2, np.uint64)
    top = np.int64(0)
    for v in range(n):
        top = max(top, goal_rank[v])
    written = 0
    for unit in range(first_unit, last_unit):
        here = unit - first_unit
        out.length[here] = 0
        unit_begin, unit_end = offset[unit], offset[unit + 1]
        limit = to_us
        head = np.int64(-1)
        is_tied = False
        steps = 0
        # Collect the rows that serve a node, without a branch that could be guessed wrongly.
        raw = none
        row = np.uint64(unit_begin)
        until = np.uint64(unit_end)
        while row < until:
            code = node_of[event[row]]
            raw_row[raw] = row
            raw_node[raw] = code
            raw += np.uint64(code != no_node)
            row += one
        for turn in range(2):
            alive = none
            is_open = False
            is_immature = False
            end_rank = np.int64(-1)
            arrival = np.int64(0)
            h = none
            last_time = np.int64(NEVER)
            last_row = none_row
            last_node = none
            counts_seen = with_seen and turn == 0
            last_start = np.int64(NEVER)
            edges_seen[:] = none
            directs_seen[:] = none
            m = none
            while m < raw:
                row = raw_row[m]
                code = raw_node[m]
                m += one
                t = time_us[row]
                if t == last_time:
                    is_tied = True
                    break
                last_time = t
                v = np.uint64(code)
                s = np.int64(NEVER)
                if is_entry[v] and t >= from_us and t < limit and not (entry_first and is_open):
                    s = t
                    is_open = True
                    if t >= mature_us:
                        is_immature = True
                if pred_mask[v] & alive:
                    p = pred_at[v]
                    last_pred = pred_at[v + one]
                    while p < last_pred:
                        u = pred[p]
                        if (alive >> u) & one:
                            before = level[u]
                            s = max(s, before)
                            if counts_seen and t - before <= window:
                                edge = pred_edge[p]
                                edges_seen[edge >> six] |= one << (edge & low_bits)
                        p += one
                if s == NEVER or t - s > window:
                    last_row = none_row
                    continue
                if counts_seen and last_row + one == row and t - last_start <= window:
                    way = edge_of[last_node * width + v]
                    if way >= 0:
                        directs_seen[way >> 6] |= one << np.uint64(way & 63)
                last_row, last_node, last_start = row, v, s
                # Not always later than before: an element that is also an entry may be so only up to the range's end.
                if not ((alive >> v) & one) or s > level[v]:
                    level[v] = s
                alive |= one << v
                position[h] = np.int64(row)
                node[h] = v
                time[h] = t
                h += one
                if goal_rank[v] > end_rank:
                    end_rank = goal_rank[v]
                    arrival = t
                    if end_rank == top and not with_seen and mature_us == NEVER:
                        break
            if is_tied or h == none:
                break
            if counts_seen:
                _add_plane(node_planes, alive)
                for w in range(2):
                    if edges_seen[w] != none:
                        _add_plane(edge_planes[w], edges_seen[w])
                    if directs_seen[w] != none:
                        _add_plane(direct_planes[w], directs_seen[w])
            head = -1
            alive = none
            i = np.int64(h) - 1
            while time[np.uint64(i)] > arrival:
                i -= 1
            while i >= 0 and arrival - time[np.uint64(i)] <= window:
                k = np.uint64(i)
                v = node[k]
                after = np.int64(-1)
                if succ_mask[v] & alive:
                    e = succ_at[v]
                    last_succ = succ_at[v + one]
                    while e < last_succ:
                        w = succ[e]
                        if (alive >> w) & one:
                            x = best[w]
                            if after < 0:
                                after = x
                            else:
                                longer = length[np.uint64(x)] - length[np.uint64(after)]
                                if longer > 0 or (longer == 0 and position[np.uint64(x)] < position[np.uint64(after)]):
                                    after = x
                        e += one
                if after >= 0:
                    length[k] = length[np.uint64(after)] + 1
                elif time[k] == arrival and goal_rank[v] == end_rank:
                    length[k] = 1
                else:
                    i -= 1
                    continue
                following[k] = after
                best[v] = i
                alive |= one << v
                if is_entry[v] and time[k] >= from_us and time[k] < limit:
                    if head < 0 or length[k] >= length[np.uint64(head)]:
                        head = i
                i -= 1
            if entry_first:
                head = 0
            if turn == 0:
                x = head
                at = written
                while x >= 0:
                    out.position[at] = position[x]
                    out.node[at] = node[x]
                    out.time[at] = time[x]
                    out.edge[at] = -1
                    if at > written:
                        out.edge[at - 1] = edge_of[np.uint64(out.node[at - 1]) * width + node[x]]
                    at += 1
                    x = following[x]
                steps = at - written
                out.length[here] = steps
                if mature_us == NEVER:
                    break
                if not is_immature:
                    out.mature_entered[0] += 1
                    for k in range(written, at):
                        out.mature[out.node[k]] += 1
                        if out.edge[k] >= 0:
                            out.mature_took[out.edge[k]] += 1
                    break
                limit = min(limit, mature_us)
            else:
                out.mature_entered[0] += 1
                x = head
                while x >= 0:
                    out.mature[node[x]] += 1
                    if following[x] >= 0:
                        out.mature_took[edge_of[node[x] * width + node[following[x]]]] += 1
                    x = following[x]
        if is_tied:
            out.length[here] = -2
            continue
        if steps == 0:
            continue
        out.entered[out.node[written]] += 1
        for k in range(written, written + steps):
            out.on_path[out.node[k]] += 1
            if out.edge[k] >= 0:
                out.took[out.edge[k]] += 1
        if len(lists.end) > n:
            count_seats(lists, cursor, out, n, written, steps, unit_begin, unit_end, window)
        v = np.int64(out.node[written + steps - 1])
        out.last[v] += 1
        p = np.int64(out.position[written + steps - 1]) + 1
        while p < unit_end and ignored[event[p]]:
            p += 1
        if p < unit_end:
            out.after[v, event[p] + 1] += 1
        else:
            out.after[v, 0] += 1
        written += steps
    out.room[0] = written
    _unfold(node_planes, out.reached, 0)
    for w in range(2):
        _unfold(edge_planes[w], out.eventually, 64 * w)
        _unfold(direct_planes[w], out.direct, 64 * w)
