"""Chosen paths in the plain case: any order inside an instant, no limits on links. One pass over all units.

The hits of a unit are merged from the nodes' lists as they are needed. Units in which an instant holds several events
of which one could serve several nodes are only noted; the exact choice does them. What a map shows is counted on
the way, since reading the paths again would cost more than finding them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.kernels.compiler import inner, kernel
from workbench.analysis.kernels.rooms import NEVER, Desk, Flags, Found, Ints, Lists
from workbench.analysis.kernels.tables import Graph


@inner
def _merge(position: Ints, node: Ints, time: Ints, spare: Ints, m: int, h: int) -> None:
    """Merge the sorted hits [0, m) with the sorted hits [m, h); of equal positions the former come first."""
    n = h - m
    for k in range(n):
        spare[3 * k] = position[m + k]
        spare[3 * k + 1] = node[m + k]
        spare[3 * k + 2] = time[m + k]
    i = m - 1
    k = n - 1
    at = h - 1
    while k >= 0:
        if i >= 0 and position[i] > spare[3 * k]:
            position[at] = position[i]
            node[at] = node[i]
            time[at] = time[i]
            i -= 1
        else:
            position[at] = spare[3 * k]
            node[at] = spare[3 * k + 1]
            time[at] = spare[3 * k + 2]
            k -= 1
        at -= 1


@inner
def _chain_wins(position: Ints, node: Ints, following: Ints, id_rank: Ints, a: Any, b: Any) -> bool:
    """Whether the chain from hit a has smaller positions than that from hit b, or else smaller ids."""
    x, y = a, b
    while x >= 0 and x != y:
        if position[x] != position[y]:
            return position[x] < position[y]
        x, y = following[x], following[y]
    x, y = a, b
    while x >= 0 and x != y:
        if node[x] != node[y]:
            return id_rank[node[x]] < id_rank[node[y]]
        x, y = following[x], following[y]
    return False


@inner
def _is_tangled(position: Ints, time: Ints, h: int) -> bool:
    """Whether an event that serves several nodes shares its instant with another event that serves some."""
    for i in range(1, h):
        if position[i] == position[i - 1]:
            j = i + 1
            while j < h and position[j] == position[i]:
                j += 1
            if j < h and time[j] == time[i]:
                return True
            j = i - 2
            while j >= 0 and position[j] == position[i]:
                j -= 1
            if j >= 0 and time[j] == time[i]:
                return True
    return False


@inner
def _edge_between(succ_at: Ints, succ: Ints, u: int, v: int) -> int:
    for edge in range(succ_at[u], succ_at[u + 1]):
        if succ[edge] == v:
            return edge
    return -1


@inner
def count_seats(
    lists: Lists,
    cursor: Ints,
    out: Found,
    n: int,
    written: int,
    steps: int,
    unit_begin: int,
    unit_end: int,
    window: int,
) -> None:
    """Count who did the micro-conversions on the stages of a path: after the stage, before what came next."""
    entered = out.time[written] - lists.origin
    for k in range(written, written + steps):
        is_last = k == written + steps - 1
        border = unit_end if is_last else np.int64(out.position[k + 1])
        for s in range(n, len(lists.end)):
            if lists.stage[s - n] != np.int64(out.node[k]):
                continue
            positions = lists.second_positions if lists.is_second[s] else lists.first_positions
            keys = lists.second_keys if lists.is_second[s] else lists.first_keys
            c = cursor[s]
            while c < lists.end[s] and positions[c] < unit_begin:
                c += 1
            cursor[s] = c
            did = False
            while c < lists.end[s] and np.int64(positions[c]) < border:
                p = np.int64(positions[c])
                serves = p <= np.int64(out.position[k])
                for q in range(written, written + steps):
                    serves = serves or np.int64(out.position[q]) == p
                if not serves:
                    did = not is_last or np.int64(keys[c] & lists.mask) - entered <= window
                    break
                c += 1
            if did:
                out.did[s - n] += 1
            if not is_last:
                if did:
                    out.went_did[s - n] += 1
                else:
                    out.went_not[s - n] += 1


@kernel
def walk_units(
    graph: Graph,
    lists: Lists,
    wanted: Flags,
    event: NDArray[np.uint16],
    ignored: Flags,
    offset: Ints,
    first_unit: int,
    last_unit: int,
    to_us: int,
    mature_us: int,
    with_seen: bool,
    space: Desk,
    out: Found,
) -> int:
    """Walk units `first_unit` to `last_unit`, whose first hits are at `lists.begin`. Returns the hits seen.

    Parameters
    ----------
    wanted : which of the units are walked
    to_us : entries must lie before it (since the origin of the keys, as all times here)
    mature_us : entries before it are mature; NEVER to count none apart
    with_seen : whether what any path reaches is counted too
    """
    succ_at, succ = graph.succ_at, graph.succ
    pred_at, pred, pred_edge = graph.pred_at, graph.pred, graph.pred_edge
    goal_rank, is_entry, id_rank = graph.goal_rank, graph.is_entry, graph.id_rank
    window, entry_first, from_us = graph.window, graph.entry_first, graph.from_us - lists.origin
    position, node, time, spare = space.position, space.node, space.time, space.spare
    start, order, following, length = space.start, space.order, space.following, space.length
    first_positions, first_keys = lists.first_positions, lists.first_keys
    second_positions, second_keys = lists.second_positions, lists.second_keys
    is_second, end, mask = lists.is_second, lists.end, lists.mask
    n = len(goal_rank)
    n_lists = len(end)
    cursor = lists.begin.copy()
    level = np.zeros(n, np.int64)
    best = np.zeros(n, np.int64)
    mark = np.full(n, -1, np.int64)
    edge_mark = np.full(len(succ), -1, np.int64)
    direct_mark = np.full(len(succ), -1, np.int64)
    written = 0
    seen_hits = 0
    for unit in range(first_unit, last_unit):
        here = unit - first_unit
        out.length[here] = 0
        if not wanted[here]:
            continue
        unit_end = offset[unit + 1]
        unit_begin = offset[unit]
        # Collect the hits of the unit, list by list.
        h = 0
        for v in range(n):
            c = cursor[v]
            stop = end[v]
            m = h
            if is_second[v]:
                while c < stop and second_positions[c] < unit_begin:
                    c += 1
                while c < stop and second_positions[c] < unit_end:
                    position[h] = second_positions[c]
                    node[h] = v
                    time[h] = np.int64(second_keys[c] & mask)
                    h += 1
                    c += 1
            else:
                while c < stop and first_positions[c] < unit_begin:
                    c += 1
                while c < stop and first_positions[c] < unit_end:
                    position[h] = first_positions[c]
                    node[h] = v
                    time[h] = np.int64(first_keys[c] & mask)
                    h += 1
                    c += 1
            cursor[v] = c
            if (m > 0 and h > m and position[m - 1] > position[m]) or (
                m > 0 and h > m and position[m - 1] == position[m]
            ):
                _merge(position, node, time, spare, m, h)
        if h == 0:
            continue
        seen_hits += h
        if _is_tangled(position, time, h):
            out.length[here] = -1
            continue
        path_head = np.int64(-1)
        limit = to_us
        for turn in range(2):
            # Forward: the latest start of a path to each node.
            for v in range(n):
                level[v] = NEVER
            end_rank = -1
            arrival = np.int64(0)
            first = np.int64(-1)
            if entry_first:
                for i in range(h):
                    if is_entry[node[i]] and time[i] >= from_us and time[i] < limit:
                        first = position[i]
                        break
            is_immature = False
            g0 = 0
            while g0 < h:
                g1 = g0 + 1
                t = time[g0]
                while g1 < h and time[g1] == t:
                    g1 += 1
                if g1 - g0 > 1 and position[g0] != position[g1 - 1]:
                    for i in range(g0, g1):
                        j = i - 1
                        while j >= g0 and node[order[j]] > node[i]:
                            order[j + 1] = order[j]
                            j -= 1
                        order[j + 1] = i
                    in_turn = True
                else:
                    for i in range(g0, g1):
                        order[i] = i
                    in_turn = False
                for k in range(g0, g1):
                    i = order[k]
                    v = node[i]
                    s = NEVER
                    if is_entry[v] and t >= from_us and t < limit and (not entry_first or position[i] == first):
                        s = t
                        if t >= mature_us:
                            is_immature = True
                    for p in range(pred_at[v], pred_at[v + 1]):
                        before = level[pred[p]]
                        s = max(s, before)
                        if with_seen and turn == 0 and before != NEVER and t - before <= window:
                            edge = pred_edge[p]
                            if edge_mark[edge] != unit:
                                edge_mark[edge] = unit
                                out.eventually[edge] += 1
                    start[i] = s
                    if in_turn and s > level[v]:
                        level[v] = s
                    if s != NEVER and t - s <= window:
                        if with_seen and turn == 0 and mark[v] != unit:
                            mark[v] = unit
                            out.reached[v] += 1
                        if goal_rank[v] > end_rank:
                            end_rank = goal_rank[v]
                            arrival = t
                if not in_turn:
                    for i in range(g0, g1):
                        level[node[i]] = max(level[node[i]], start[i])
                g0 = g1
            if with_seen and turn == 0:
                # Over which edges did neighbouring events lead?
                for i in range(1, h):
                    j = i - 1
                    while j >= 0 and position[j] >= position[i] - 1:
                        is_next = position[j] == position[i] - 1
                        if is_next and start[j] != NEVER and time[i] - start[j] <= window:
                            edge = _edge_between(succ_at, succ, node[j], node[i])
                            if edge >= 0 and direct_mark[edge] != unit:
                                direct_mark[edge] = unit
                                out.direct[edge] += 1
                        j -= 1
            head = np.int64(-1)
            if end_rank >= 0:
                # Backward: the longest path to that end, with the earliest positions.
                for v in range(n):
                    best[v] = -1
                last = h - 1
                while time[last] > arrival:
                    last -= 1
                while last >= 0 and arrival - time[last] <= window:
                    g0 = last
                    t = time[last]
                    while g0 > 0 and time[g0 - 1] == t:
                        g0 -= 1
                    g1 = last + 1
                    in_turn = position[g0] != position[g1 - 1]
                    if in_turn:
                        for i in range(g0, g1):
                            j = i - 1
                            while j >= g0 and node[order[j]] > node[i]:
                                order[j + 1] = order[j]
                                j -= 1
                            order[j + 1] = i
                    else:
                        for i in range(g0, g1):
                            order[i] = i
                    for k in range(g1 - 1, g0 - 1, -1):
                        i = order[k]
                        v = node[i]
                        after = np.int64(-1)
                        for edge in range(succ_at[v], succ_at[v + 1]):
                            w = best[succ[edge]]
                            if w < 0:
                                continue
                            if (
                                after < 0
                                or length[w] > length[after]
                                or (
                                    length[w] == length[after]
                                    and _chain_wins(position, node, following, id_rank, w, after)
                                )
                            ):
                                after = w
                        following[i] = after
                        if after >= 0:
                            length[i] = length[after] + 1
                        elif t == arrival and goal_rank[v] == end_rank:
                            length[i] = 1
                        else:
                            length[i] = 0
                            continue
                        if in_turn:
                            best[v] = i
                        if is_entry[v] and t >= from_us and t < limit and (not entry_first or position[i] == first):
                            if (
                                head < 0
                                or length[i] > length[head]
                                or (
                                    length[i] == length[head]
                                    and _chain_wins(position, node, following, id_rank, i, head)
                                )
                            ):
                                head = i
                    if not in_turn:
                        for i in range(g0, g1):
                            if length[i] > 0:
                                best[node[i]] = i
                    last = g0 - 1
            if turn == 0:
                path_head = head
                if head >= 0:
                    # Write the path down before a second turn overwrites the chains.
                    x: Any = head
                    at: int = written
                    while x >= 0:
                        out.position[at] = position[x]
                        out.node[at] = node[x]
                        out.time[at] = time[x] + lists.origin
                        out.edge[at] = -1
                        if at > written:
                            out.edge[at - 1] = _edge_between(succ_at, succ, out.node[at - 1], node[x])
                        at += 1
                        x = following[x]
                    out.length[here] = at - written
                if mature_us == NEVER or head < 0:
                    break
                if not is_immature:
                    x = head
                    out.mature_entered[0] += 1
                    while x >= 0:
                        out.mature[node[x]] += 1
                        if following[x] >= 0:
                            out.mature_took[_edge_between(succ_at, succ, node[x], node[following[x]])] += 1
                        x = following[x]
                    break
                limit = min(limit, mature_us)
            else:
                if head >= 0:
                    out.mature_entered[0] += 1
                x = head
                while x >= 0:
                    out.mature[node[x]] += 1
                    if following[x] >= 0:
                        out.mature_took[_edge_between(succ_at, succ, node[x], node[following[x]])] += 1
                    x = following[x]
        if path_head < 0:
            continue
        # Count the path.
        steps = int(out.length[here])
        out.entered[out.node[written]] += 1
        for k in range(written, written + steps):
            v = int(out.node[k])
            out.on_path[v] += 1
            if out.edge[k] >= 0:
                out.took[out.edge[k]] += 1
        if n_lists > n:
            count_seats(lists, cursor, out, n, written, steps, unit_begin, unit_end, window)
        v = int(out.node[written + steps - 1])
        out.last[v] += 1
        p = int(out.position[written + steps - 1]) + 1
        while p < unit_end and ignored[event[p]]:
            p += 1
        if p < unit_end:
            out.after[v, event[p] + 1] += 1
        else:
            out.after[v, 0] += 1
        written += steps
    out.room[0] = written
    return seen_hits
