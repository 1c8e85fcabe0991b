"""The chosen path of each unit through a graph of nodes, exact for ties, windows, strict links and exclusions.

Two passes over the hits of a unit. Forward: the latest start of any path to each node, which decides what is reached,
and the best end (goal, rank, earliest arrival). Backward from that end: the longest path, then the smallest positions,
then the smallest ids. Events of one instant that could serve several nodes are searched exhaustively, but only once
per set of events that are alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.kernels.compiler import inner, kernel

NONE = -(1 << 62)
TIES_ANY, TIES_INCREASING, TIES_FILE = 0, 1, 2
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Graph(NamedTuple):
    """Nodes in topological order; edges sorted by source. `goal_rank` orders ends; `id_rank` breaks the last ties."""

    succ_at: Ints
    succ: Ints
    pred_at: Ints
    pred: Ints
    pred_edge: Ints
    edge_window: Ints
    edge_strict: Flags
    edge_bound: Flags
    goal_rank: Ints
    is_entry: Flags
    id_rank: Ints
    window: int
    ties: int
    entry_first: bool
    from_us: int
    collapse: bool
    by_time: bool


class HitList(NamedTuple):
    """Hits by (position, node). `place` is the position after events of an instant were put in canonical order."""

    position: Ints
    node: Ints
    time: Ints
    place: Ints


class Scratch(NamedTuple):
    """Work space for one thread: per node, per hit of the largest unit, and per record of a chain."""

    start: Ints
    last_hit: Ints
    hit_start: Ints
    same_node: Ints
    best: Ints
    head_record: Ints
    order: Ints
    alike: Ints
    record_hit: Ints
    record_next: Ints
    record_length: Ints
    stack: Ints
    stack_edge: Ints
    stack_hit: Ints
    segment: Ints
    path: Ints
    node_mark: Ints
    edge_mark: Ints
    direct_mark: Ints


class Tallies(NamedTuple):
    """Counts of units: with any path to a node, over an edge, and over an edge with neighbouring events."""

    reached: Ints
    eventually: Ints
    direct: Ints


def scratch(n_nodes: int, n_edges: int, most_hits: int) -> Scratch:
    """Work space for units with at most `most_hits` hits."""

    def ints(n: int, fill: int = 0) -> Ints:
        return np.full(n + 2, fill, np.int64)

    records = most_hits * 2 + n_nodes * 8
    per_hit = [ints(most_hits) for _ in range(5)]
    return Scratch(
        ints(n_nodes),
        ints(n_nodes),
        per_hit[0],
        per_hit[1],
        ints(n_nodes),
        per_hit[2],
        per_hit[3],
        per_hit[4],
        ints(records),
        ints(records),
        ints(records),
        ints(n_nodes),
        ints(n_nodes),
        ints(n_nodes),
        ints(n_nodes),
        ints(n_nodes),
        ints(n_nodes, -1),
        ints(n_edges, -1),
        ints(n_edges, -1),
    )


def tallies(n_nodes: int, n_edges: int) -> Tallies:
    return Tallies(np.zeros(n_nodes, np.int64), np.zeros(n_edges, np.int64), np.zeros(n_edges, np.int64))


@inner
def _group_end(graph: Graph, hits: HitList, at: int, end: int) -> int:
    """End of the hits that are taken together: one event if file order decides, else one instant."""
    g = at + 1
    if graph.ties == TIES_FILE:
        while g < end and hits.position[g] == hits.position[at]:
            g += 1
    else:
        while g < end and hits.time[g] == hits.time[at]:
            g += 1
    return g


@inner
def _group_begin(graph: Graph, hits: HitList, last: int, begin: int) -> int:
    g = last
    if graph.ties == TIES_FILE:
        while g > begin and hits.position[g - 1] == hits.position[last]:
            g -= 1
    else:
        while g > begin and hits.time[g - 1] == hits.time[last]:
            g -= 1
    return g


@inner
def _is_tangled(graph: Graph, hits: HitList, g0: int, g1: int) -> bool:
    """Whether an instant holds several events of which at least one could serve several nodes."""
    if graph.ties != TIES_ANY or hits.position[g0] == hits.position[g1 - 1]:
        return False
    for i in range(g0 + 1, g1):
        if hits.position[i] == hits.position[i - 1]:
            return True
    return False


@inner
def _by_node(hits: HitList, work: Scratch, g0: int, g1: int, base: int) -> None:
    """Order the hits of an instant by node, then position."""
    for i in range(g0, g1):
        j = i - 1
        while j >= g0 and hits.node[work.order[j - base]] > hits.node[i]:
            work.order[j + 1 - base] = work.order[j - base]
            j -= 1
        work.order[j + 1 - base] = i


@inner
def _classify(hits: HitList, work: Scratch, g0: int, g1: int, base: int, special: int) -> None:
    """`alike` of a hit is the first hit of the first event in the instant that serves the same nodes.

    The event at position `special`, the only one that may be an entry, is like no other.
    """
    i = g0
    while i < g1:
        i1 = i + 1
        while i1 < g1 and hits.position[i1] == hits.position[i]:
            i1 += 1
        same = i
        j = g0
        while j < i:
            j1 = j + 1
            while j1 < i and hits.position[j1] == hits.position[j]:
                j1 += 1
            equal = j1 - j == i1 - i and hits.position[i] != special and hits.position[j] != special
            k = 0
            while equal and k < i1 - i:
                equal = hits.node[i + k] == hits.node[j + k]
                k += 1
            if equal:
                same = j
                break
            j = j1
        for k in range(i, i1):
            work.alike[k - base] = same
        i = i1


@inner
def _may_enter(graph: Graph, hits: HitList, i: int, only: int, first: int, to_us: int) -> bool:
    if only >= 0:
        return i == only
    if not graph.is_entry[hits.node[i]] or hits.time[i] < graph.from_us or hits.time[i] >= to_us:
        return False
    return not graph.entry_first or hits.position[i] == first


@inner
def _adjacent(graph: Graph, hits: HitList, j: int, i: int, lo: int, hi: int) -> bool:
    """Whether only repeats of j's node stand between the events of hits j and i."""
    gap = hits.place[i] - hits.place[j] - 1
    if gap < 0:
        return False
    if gap == 0:
        return True
    if not graph.collapse:
        return False
    k = j
    while k > lo and hits.time[k - 1] == hits.time[j]:
        k -= 1
    found = 0
    while k < hi and hits.time[k] <= hits.time[i]:
        if hits.node[k] == hits.node[j] and hits.place[j] < hits.place[k] < hits.place[i]:
            found += 1
        k += 1
    return found == gap


@inner
def _start_before(graph: Graph, hits: HitList, work: Scratch, edge: int, u: int, i: int, lo: int, hi: int) -> int:
    """Latest start of a path to node u whose last event may go on to hit i over the edge."""
    if not graph.edge_bound[edge]:
        return work.start[u]
    best = NONE
    failed = NONE
    j = work.last_hit[u]
    while j >= 0:
        if hits.time[i] - hits.time[j] > graph.edge_window[edge] or hits.time[j] < failed:
            break
        if graph.edge_strict[edge] and not _adjacent(graph, hits, j, i, lo, hi):
            if hits.place[j] < hits.place[i]:
                failed = hits.time[j]
        elif work.hit_start[j - lo] > best:
            best = work.hit_start[j - lo]
        j = work.same_node[j - lo]
    return best


@inner
def _first_alike(hits: HitList, work: Scratch, j: int, g0: int, lo: int, depth: int, also: int) -> bool:
    """Whether no unused earlier hit of the instant has the same node and serves the same nodes as hit j."""
    for k in range(g0, j):
        if hits.node[k] == hits.node[j] and work.alike[k - lo] == work.alike[j - lo] and hits.position[k] != also:
            used = False
            for level in range(depth + 1):
                if hits.position[work.stack[level]] == hits.position[k]:
                    used = True
            if not used:
                return False
    return True


@inner
def _is_used(hits: HitList, work: Scratch, j: int, depth: int) -> bool:
    for level in range(depth + 1):
        if hits.position[work.stack[level]] == hits.position[j]:
            return True
    return False


@inner
def _tangled_start(
    graph: Graph,
    hits: HitList,
    work: Scratch,
    i: int,
    g0: int,
    g1: int,
    lo: int,
    hi: int,
    only: int,
    first: int,
    to_us: int,
    blocked: int,
) -> int:
    """Latest start of a path that ends in hit i, through other events of its instant but the one at `blocked`."""
    best = NONE
    depth = 0
    work.stack[0] = i
    work.stack_edge[0] = graph.pred_at[hits.node[i]]
    work.stack_hit[0] = -1
    while depth >= 0:
        here = work.stack[depth]
        v = hits.node[here]
        if work.stack_hit[depth] == -1:
            if work.stack_edge[depth] == graph.pred_at[v] and _may_enter(graph, hits, here, only, first, to_us):
                best = max(best, hits.time[here])
            if work.stack_edge[depth] == graph.pred_at[v + 1]:
                depth -= 1
                continue
            p = work.stack_edge[depth]
            before = _start_before(graph, hits, work, graph.pred_edge[p], graph.pred[p], here, lo, hi)
            best = max(best, before)
            work.stack_hit[depth] = g0
        p = work.stack_edge[depth]
        u = graph.pred[p]
        j = work.stack_hit[depth]
        deeper = -1
        while j < g1:
            if (
                hits.node[j] == u
                and hits.position[j] != blocked
                and not _is_used(hits, work, j, depth)
                and (
                    _adjacent(graph, hits, j, here, lo, hi)
                    if graph.edge_strict[graph.pred_edge[p]]
                    else _first_alike(hits, work, j, g0, lo, depth, blocked)
                )
            ):
                deeper = j
                break
            j += 1
        if deeper < 0 or best == hits.time[i]:
            work.stack_hit[depth] = -1
            work.stack_edge[depth] += 1
            continue
        work.stack_hit[depth] = deeper + 1
        depth += 1
        work.stack[depth] = deeper
        work.stack_edge[depth] = graph.pred_at[hits.node[deeper]]
        work.stack_hit[depth] = -1
    return best


@inner
def _note_edge(
    graph: Graph, work: Scratch, counts: Tallies, edge: int, start: int, time: int, is_direct: bool, unit: int
) -> None:
    if start == NONE or time - start > graph.window:
        return
    if work.edge_mark[edge] != unit:
        work.edge_mark[edge] = unit
        counts.eventually[edge] += 1
    if is_direct and work.direct_mark[edge] != unit:
        work.direct_mark[edge] = unit
        counts.direct[edge] += 1


@inner
def _link(hits: HitList, work: Scratch, i: int, lo: int) -> None:
    """Let hit i be a predecessor of what follows."""
    v = hits.node[i]
    if work.hit_start[i - lo] != NONE:
        work.start[v] = max(work.start[v], work.hit_start[i - lo])
        work.same_node[i - lo] = work.last_hit[v]
        work.last_hit[v] = i


@inner
def _plain_start(
    graph: Graph,
    hits: HitList,
    work: Scratch,
    counts: Tallies,
    i: int,
    lo: int,
    hi: int,
    only: int,
    first: int,
    to_us: int,
    unit: int,
) -> int:
    """Latest start of a path that ends in hit i, whose predecessors are linked already."""
    v = hits.node[i]
    t = hits.time[i]
    best = t if _may_enter(graph, hits, i, only, first, to_us) else NONE
    for p in range(graph.pred_at[v], graph.pred_at[v + 1]):
        edge = graph.pred_edge[p]
        s = _start_before(graph, hits, work, edge, graph.pred[p], i, lo, hi)
        best = max(best, s)
        if unit >= 0:
            _note_edge(graph, work, counts, edge, s, t, False, unit)
            j = i - 1
            while j >= lo and hits.position[j] >= hits.position[i] - 1:
                if hits.position[j] == hits.position[i] - 1 and hits.node[j] == graph.pred[p]:
                    apart = graph.ties != TIES_INCREASING or hits.time[j] < t
                    near = t - hits.time[j] <= graph.edge_window[edge]
                    if graph.edge_strict[edge]:
                        near = near and _adjacent(graph, hits, j, i, lo, hi)
                    if apart and near:
                        _note_edge(graph, work, counts, edge, work.hit_start[j - lo], t, True, unit)
                j -= 1
    return best


@inner
def _tangled(
    graph: Graph,
    hits: HitList,
    work: Scratch,
    counts: Tallies,
    g0: int,
    g1: int,
    lo: int,
    hi: int,
    only: int,
    first: int,
    to_us: int,
    unit: int,
) -> None:
    """Starts of all hits of an instant whose events could serve several nodes."""
    _classify(hits, work, g0, g1, lo, hits.position[only] if only >= 0 else first)
    for i in range(g0, g1):
        v = hits.node[i]
        t = hits.time[i]
        best = t if _may_enter(graph, hits, i, only, first, to_us) else NONE
        for p in range(graph.pred_at[v], graph.pred_at[v + 1]):
            edge = graph.pred_edge[p]
            u = graph.pred[p]
            s = _start_before(graph, hits, work, edge, u, i, lo, hi)
            if unit >= 0:
                j = i - 1
                while j >= lo and hits.position[j] >= hits.position[i] - 1:
                    if hits.position[j] == hits.position[i] - 1 and hits.node[j] == u and j < g0:
                        near = t - hits.time[j] <= graph.edge_window[edge]
                        if graph.edge_strict[edge]:
                            near = near and _adjacent(graph, hits, j, i, lo, hi)
                        if near:
                            _note_edge(graph, work, counts, edge, work.hit_start[j - lo], t, True, unit)
                    j -= 1
            for j in range(g0, g1):
                if hits.node[j] != u or hits.position[j] == hits.position[i]:
                    continue
                if graph.edge_strict[edge] and not _adjacent(graph, hits, j, i, lo, hi):
                    continue
                is_direct = hits.position[j] == hits.position[i] - 1
                work.stack[0] = i
                if is_direct or graph.edge_strict[edge] or _first_alike(hits, work, j, g0, lo, 0, -1):
                    close = _tangled_start(graph, hits, work, j, g0, g1, lo, hi, only, first, to_us, hits.position[i])
                    s = max(s, close)
                    if unit >= 0:
                        _note_edge(graph, work, counts, edge, close, t, is_direct, unit)
            best = max(best, s)
            if unit >= 0:
                _note_edge(graph, work, counts, edge, s, t, False, unit)
        work.hit_start[i - lo] = best


@inner
def _forward(
    graph: Graph,
    hits: HitList,
    work: Scratch,
    counts: Tallies,
    lo: int,
    hi: int,
    only: int,
    to_us: int,
    unit: int,
    end: Ints,
) -> None:
    """Fill `end` with (goal rank, arrival) of the best end, or (-1, 0); count what is reached if `unit` >= 0."""
    for v in range(len(graph.goal_rank)):
        work.start[v] = NONE
        work.last_hit[v] = -1
    end[0] = -1
    end[1] = 0
    first = -1
    if graph.entry_first and only < 0:
        for i in range(lo, hi):
            t = hits.time[i]
            if graph.is_entry[hits.node[i]] and graph.from_us <= t < to_us:
                first = hits.position[i]
                break
    g0 = lo
    while g0 < hi:
        g1 = _group_end(graph, hits, g0, hi)
        if _is_tangled(graph, hits, g0, g1):
            _tangled(graph, hits, work, counts, g0, g1, lo, hi, only, first, to_us, unit)
            for i in range(g0, g1):
                _link(hits, work, i, lo)
        elif graph.ties == TIES_ANY and hits.position[g0] != hits.position[g1 - 1]:
            _by_node(hits, work, g0, g1, lo)
            for k in range(g0, g1):
                i = work.order[k - lo]
                work.hit_start[i - lo] = _plain_start(graph, hits, work, counts, i, lo, hi, only, first, to_us, unit)
                _link(hits, work, i, lo)
        else:
            for i in range(g0, g1):
                work.hit_start[i - lo] = _plain_start(graph, hits, work, counts, i, lo, hi, only, first, to_us, unit)
            for i in range(g0, g1):
                _link(hits, work, i, lo)
        for i in range(g0, g1):
            s = work.hit_start[i - lo]
            if s == NONE or hits.time[i] - s > graph.window:
                continue
            v = hits.node[i]
            if unit >= 0 and work.node_mark[v] != unit:
                work.node_mark[v] = unit
                counts.reached[v] += 1
            if graph.goal_rank[v] > end[0]:
                end[0] = graph.goal_rank[v]
                end[1] = hits.time[i]
        g0 = g1


@inner
def _is_better(graph: Graph, hits: HitList, work: Scratch, a: int, b: int, by_time: bool) -> bool:
    """Whether chain a is longer than b, or as long with smaller positions, or equal with smaller ids."""
    if b < 0:
        return True
    if a < 0 or work.record_length[a] != work.record_length[b]:
        return a >= 0 and work.record_length[a] > work.record_length[b]
    if by_time:
        x, y = a, b
        while x >= 0:
            if hits.time[work.record_hit[x]] != hits.time[work.record_hit[y]]:
                return hits.time[work.record_hit[x]] < hits.time[work.record_hit[y]]
            x, y = work.record_next[x], work.record_next[y]
    x, y = a, b
    while x >= 0 and x != y:
        if hits.position[work.record_hit[x]] != hits.position[work.record_hit[y]]:
            return hits.position[work.record_hit[x]] < hits.position[work.record_hit[y]]
        x, y = work.record_next[x], work.record_next[y]
    x, y = a, b
    while x >= 0 and x != y:
        i, j = hits.node[work.record_hit[x]], hits.node[work.record_hit[y]]
        if graph.id_rank[i] != graph.id_rank[j]:
            return graph.id_rank[i] < graph.id_rank[j]
        x, y = work.record_next[x], work.record_next[y]
    return False


@inner
def _best_after(graph: Graph, hits: HitList, work: Scratch, edge: int, i: int, lo: int, hi: int) -> int:
    """The best chain that hit i may go on with over the edge, or -1."""
    w = graph.succ[edge]
    if not graph.edge_bound[edge]:
        return work.best[w]
    best = -1
    failed = -NONE
    j = work.last_hit[w]
    while j >= 0:
        if hits.time[j] - hits.time[i] > graph.edge_window[edge] or hits.time[j] > failed:
            break
        if graph.edge_strict[edge] and not _adjacent(graph, hits, i, j, lo, hi):
            if hits.place[i] < hits.place[j]:
                failed = hits.time[j]
        elif _is_better(graph, hits, work, work.head_record[j - lo], best, False):
            best = work.head_record[j - lo]
        j = work.same_node[j - lo]
    return best


@inner
def _link_back(graph: Graph, hits: HitList, work: Scratch, i: int, lo: int) -> None:
    """Let the chain that begins with hit i be a continuation of what comes before."""
    record = work.head_record[i - lo]
    if record < 0:
        return
    v = hits.node[i]
    if _is_better(graph, hits, work, record, work.best[v], False):
        work.best[v] = record
    work.same_node[i - lo] = work.last_hit[v]
    work.last_hit[v] = i


@inner
def _record(work: Scratch, records: int, hit: int, after: int) -> int:
    work.record_hit[records] = hit
    work.record_next[records] = after
    work.record_length[records] = 1 if after < 0 else work.record_length[after] + 1
    return records + 1


@inner
def _is_end(graph: Graph, hits: HitList, i: int, end: Ints) -> bool:
    return hits.time[i] == end[1] and graph.goal_rank[hits.node[i]] == end[0]


@inner
def _plain_chain(graph: Graph, hits: HitList, work: Scratch, i: int, lo: int, hi: int, end: Ints, records: int) -> int:
    """Record the best chain that begins with hit i, whose successors are linked already."""
    after = -1
    v = hits.node[i]
    for edge in range(graph.succ_at[v], graph.succ_at[v + 1]):
        candidate = _best_after(graph, hits, work, edge, i, lo, hi)
        if candidate >= 0 and _is_better(graph, hits, work, candidate, after, False):
            after = candidate
    if after < 0 and not _is_end(graph, hits, i, end):
        work.head_record[i - lo] = -1
        return records
    work.head_record[i - lo] = records
    return _record(work, records, i, after)


@inner
def _segment_wins(
    graph: Graph, hits: HitList, work: Scratch, depth: int, tail: int, length: int, best_tail: int
) -> bool:
    """Whether the chain stack[0..depth] + tail is better than segment[0..length-1] + best_tail."""
    ours = depth + 1 + (0 if tail < 0 else work.record_length[tail])
    theirs = length + (0 if best_tail < 0 else work.record_length[best_tail])
    if length == 0 or ours != theirs:
        return length == 0 or ours > theirs
    for by_id in range(2):
        x, y = tail, best_tail
        for k in range(ours):
            if k <= depth:
                i = work.stack[k]
            else:
                i = work.record_hit[x]
                x = work.record_next[x]
            if k < length:
                j = work.segment[k]
            else:
                j = work.record_hit[y]
                y = work.record_next[y]
            if by_id == 0:
                a, b = hits.position[i], hits.position[j]
            else:
                a, b = graph.id_rank[hits.node[i]], graph.id_rank[hits.node[j]]
            if a != b:
                return a < b
    return False


@inner
def _tangled_chain(
    graph: Graph,
    hits: HitList,
    work: Scratch,
    i: int,
    g0: int,
    g1: int,
    lo: int,
    hi: int,
    end: Ints,
    records: int,
) -> int:
    """Record the best chain that begins with hit i and may use other events of its instant, each once."""
    length = 0
    best_tail = -1
    depth = 0
    work.stack[0] = i
    work.stack_edge[0] = graph.succ_at[hits.node[i]]
    work.stack_hit[0] = -1
    if _is_end(graph, hits, i, end):
        length = 1
        work.segment[0] = i
    while depth >= 0:
        here = work.stack[depth]
        edge = work.stack_edge[depth]
        if edge == graph.succ_at[hits.node[here] + 1]:
            depth -= 1
            continue
        if work.stack_hit[depth] == -1:
            tail = _best_after(graph, hits, work, edge, here, lo, hi)
            if tail >= 0 and _segment_wins(graph, hits, work, depth, tail, length, best_tail):
                length = depth + 1
                best_tail = tail
                for k in range(length):
                    work.segment[k] = work.stack[k]
            work.stack_hit[depth] = g0
        j = work.stack_hit[depth]
        deeper = -1
        while j < g1:
            if (
                hits.node[j] == graph.succ[edge]
                and not _is_used(hits, work, j, depth)
                and (
                    _adjacent(graph, hits, here, j, lo, hi)
                    if graph.edge_strict[edge]
                    else _first_alike(hits, work, j, g0, lo, depth, -1)
                )
            ):
                deeper = j
                break
            j += 1
        if deeper < 0:
            work.stack_hit[depth] = -1
            work.stack_edge[depth] += 1
            continue
        work.stack_hit[depth] = deeper + 1
        depth += 1
        work.stack[depth] = deeper
        work.stack_edge[depth] = graph.succ_at[hits.node[deeper]]
        work.stack_hit[depth] = -1
        if _is_end(graph, hits, deeper, end) and _segment_wins(graph, hits, work, depth, -1, length, best_tail):
            length = depth + 1
            best_tail = -1
            for k in range(length):
                work.segment[k] = work.stack[k]
    work.head_record[i - lo] = -1
    if length == 0:
        return records
    after = best_tail
    for k in range(length - 1, -1, -1):
        records = _record(work, records, work.segment[k], after)
        after = records - 1
    work.head_record[i - lo] = after
    return records


@inner
def _backward(graph: Graph, hits: HitList, work: Scratch, lo: int, hi: int, only: int, to_us: int, end: Ints) -> int:
    """The record of the best path to the end, after `_forward` found it."""
    for v in range(len(graph.goal_rank)):
        work.best[v] = -1
        work.last_hit[v] = -1
    first = -1
    if graph.entry_first and only < 0:
        for i in range(lo, hi):
            if graph.is_entry[hits.node[i]] and graph.from_us <= hits.time[i] < to_us:
                first = hits.position[i]
                break
    records = 0
    best = -1
    last = hi - 1
    while last >= lo and hits.time[last] > end[1]:
        last -= 1
    while last >= lo and end[1] - hits.time[last] <= graph.window:
        g0 = _group_begin(graph, hits, last, lo)
        g1 = last + 1
        is_tangled = _is_tangled(graph, hits, g0, g1)
        needed = (g1 - g0) * (len(graph.goal_rank) if is_tangled else 1)
        if records + needed > len(work.record_hit):
            return -2
        if is_tangled:
            _classify(hits, work, g0, g1, lo, hits.position[only] if only >= 0 else first)
            for i in range(g0, g1):
                records = _tangled_chain(graph, hits, work, i, g0, g1, lo, hi, end, records)
            for i in range(g1 - 1, g0 - 1, -1):
                _link_back(graph, hits, work, i, lo)
        elif graph.ties == TIES_ANY and hits.position[g0] != hits.position[g1 - 1]:
            _by_node(hits, work, g0, g1, lo)
            for k in range(g1 - 1, g0 - 1, -1):
                i = work.order[k - lo]
                records = _plain_chain(graph, hits, work, i, lo, hi, end, records)
                _link_back(graph, hits, work, i, lo)
        else:
            for i in range(g1 - 1, g0 - 1, -1):
                records = _plain_chain(graph, hits, work, i, lo, hi, end, records)
            for i in range(g1 - 1, g0 - 1, -1):
                _link_back(graph, hits, work, i, lo)
        for i in range(g0, g1):
            record = work.head_record[i - lo]
            if record >= 0 and _may_enter(graph, hits, i, only, first, to_us):
                if _is_better(graph, hits, work, record, best, graph.by_time):
                    best = record
        last = g0 - 1
    return best


@inner
def choose(
    graph: Graph,
    hits: HitList,
    work: Scratch,
    counts: Tallies,
    lo: int,
    hi: int,
    only: int,
    to_us: int,
    unit: int,
    end: Ints,
) -> int:
    """Put the hits of the unit's chosen path into `work.path` and return their number, 0 if there is none.

    Parameters
    ----------
    lo, hi : the hits of the unit
    only : the one hit that may be the entry, or -1 for all that the graph allows
    to_us : entries must lie before it
    unit : number under which what is reached is counted, or -1 to count nothing
    end : two numbers; holds (goal rank, arrival) of the path afterwards
    """
    _forward(graph, hits, work, counts, lo, hi, only, to_us, unit, end)
    if end[0] < 0:
        return 0
    record = _backward(graph, hits, work, lo, hi, only, to_us, end)
    if record == -2:
        return -2
    n = 0
    while record >= 0:
        work.path[n] = work.record_hit[record]
        record = work.record_next[record]
        n += 1
    return n


@kernel
def choose_all(
    graph: Graph,
    hits: HitList,
    offset: Ints,
    work: Scratch,
    counts: Tallies,
    to_us: int,
    path_at: Ints,
    path_hit: Ints,
) -> int:
    """Chosen paths of all units: unit u has hits `path_hit[path_at[u]:path_at[u + 1]]`. Returns -2 without room."""
    end = np.zeros(2, np.int64)
    n = 0
    for unit in range(len(offset) - 1):
        path_at[unit] = n
        length = choose(graph, hits, work, counts, offset[unit], offset[unit + 1], -1, to_us, unit, end)
        if length < 0:
            return length
        for k in range(length):
            path_hit[n] = work.path[k]
            n += 1
    path_at[len(offset) - 1] = n
    return 0
