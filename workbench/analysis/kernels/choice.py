"""The chosen path of each unit through a graph of nodes, exact for ties, windows, strict links and exclusions.

Two passes over the hits of a unit. Forward: the latest start of any path to each node, which decides what is reached,
and the best end (goal, rank, earliest arrival). Backward from that end: the longest path, then the smallest positions,
then the smallest ids. Events of one instant that could serve several nodes are searched exhaustively, but only once
per set of events that are alike.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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


# Tables instead of many arrays: what a kernel's function is given costs it time at every call. Rows of each table:
SUCC_AT = 0
SUCC = 1
PRED_AT = 2
PRED = 3
PRED_EDGE = 4
EDGE_WINDOW = 5
EDGE_STRICT = 6
EDGE_BOUND = 7
GOAL_RANK = 8
IS_ENTRY = 9
ID_RANK = 10
SCALARS = 11
# places in the row of scalars
N_NODES = 0
WINDOW = 1
TIES = 2
ENTRY_FIRST = 3
FROM_US = 4
COLLAPSE = 5
BY_TIME = 6
# rows of the table of hits; `place` is the position after events of an instant were put in canonical order
POSITION = 0
NODE = 1
TIME = 2
PLACE = 3
# rows of the work space: per node, per hit of the largest unit, and per record of a chain
W_START = 0
W_LAST_HIT = 1
W_HIT_START = 2
W_SAME_NODE = 3
W_BEST = 4
W_HEAD_RECORD = 5
W_ORDER = 6
W_ALIKE = 7
W_RECORD_HIT = 8
W_RECORD_NEXT = 9
W_RECORD_LENGTH = 10
W_STACK = 11
W_STACK_EDGE = 12
W_STACK_HIT = 13
W_SEGMENT = 14
W_PATH = 15
W_NODE_MARK = 16
W_EDGE_MARK = 17
W_DIRECT_MARK = 18
# rows of the tallies
REACHED = 0
EVENTUALLY = 1
DIRECT = 2


class Tallies(NamedTuple):
    """Counts of units: with any path to a node, over an edge, and over an edge with neighbouring events."""

    reached: Ints
    eventually: Ints
    direct: Ints


def graph_table(graph: Graph) -> Ints:
    """The graph as one table: a row per array, and a row of scalars."""
    columns: Any = graph[:SCALARS]
    table = np.zeros((SCALARS + 1, max(16, *(len(column) + 1 for column in columns))), np.int64)
    for row, column in enumerate(columns):
        table[row, : len(column)] = column
    table[SCALARS, : 1 + len(graph) - SCALARS] = (len(graph.goal_rank), *graph[SCALARS:])
    return table


def scratch(n_nodes: int, n_edges: int, most_hits: int) -> Ints:
    """Work space for units with at most `most_hits` hits."""
    work = np.zeros((W_DIRECT_MARK + 1, most_hits * 2 + n_nodes * 8 + n_edges + 2), np.int64)
    work[W_NODE_MARK:] = -1
    return work


def tally_table(n_nodes: int, n_edges: int) -> Ints:
    return np.zeros((DIRECT + 1, max(n_nodes, n_edges)), np.int64)


def tallies(counts: Ints, n_nodes: int, n_edges: int) -> Tallies:
    """The tallies by name."""
    return Tallies(counts[REACHED, :n_nodes], counts[EVENTUALLY, :n_edges], counts[DIRECT, :n_edges])


@inner
def _group_end(graph: Ints, hits: Ints, at: int, end: int) -> int:
    """End of the hits that are taken together: one event if file order decides, else one instant."""
    g = at + 1
    if graph[SCALARS, TIES] == TIES_FILE:
        while g < end and hits[POSITION, g] == hits[POSITION, at]:
            g += 1
    else:
        while g < end and hits[TIME, g] == hits[TIME, at]:
            g += 1
    return g


@inner
def _group_begin(graph: Ints, hits: Ints, last: int, begin: int) -> int:
    g = last
    if graph[SCALARS, TIES] == TIES_FILE:
        while g > begin and hits[POSITION, g - 1] == hits[POSITION, last]:
            g -= 1
    else:
        while g > begin and hits[TIME, g - 1] == hits[TIME, last]:
            g -= 1
    return g


@inner
def _is_tangled(graph: Ints, hits: Ints, g0: int, g1: int) -> bool:
    """Whether an instant holds several events of which at least one could serve several nodes."""
    if graph[SCALARS, TIES] != TIES_ANY or hits[POSITION, g0] == hits[POSITION, g1 - 1]:
        return False
    for i in range(g0 + 1, g1):
        if hits[POSITION, i] == hits[POSITION, i - 1]:
            return True
    return False


@inner
def _by_node(hits: Ints, work: Ints, g0: int, g1: int, base: int) -> None:
    """Order the hits of an instant by node, then position."""
    for i in range(g0, g1):
        j = i - 1
        while j >= g0 and hits[NODE, work[W_ORDER, j - base]] > hits[NODE, i]:
            work[W_ORDER, j + 1 - base] = work[W_ORDER, j - base]
            j -= 1
        work[W_ORDER, j + 1 - base] = i


@inner
def _classify(hits: Ints, work: Ints, g0: int, g1: int, base: int, special: int) -> None:
    """`alike` of a hit is the first hit of the first event in the instant that serves the same nodes.

    The event at position `special`, the only one that may be an entry, is like no other.
    """
    i = g0
    while i < g1:
        i1 = i + 1
        while i1 < g1 and hits[POSITION, i1] == hits[POSITION, i]:
            i1 += 1
        same = i
        j = g0
        while j < i:
            j1 = j + 1
            while j1 < i and hits[POSITION, j1] == hits[POSITION, j]:
                j1 += 1
            equal = j1 - j == i1 - i and hits[POSITION, i] != special and hits[POSITION, j] != special
            k = 0
            while equal and k < i1 - i:
                equal = hits[NODE, i + k] == hits[NODE, j + k]
                k += 1
            if equal:
                same = j
                break
            j = j1
        for k in range(i, i1):
            work[W_ALIKE, k - base] = same
        i = i1


@inner
def _may_enter(graph: Ints, hits: Ints, i: int, only: int, first: int, to_us: int) -> bool:
    if only >= 0:
        return i == only
    if not graph[IS_ENTRY, hits[NODE, i]] or hits[TIME, i] < graph[SCALARS, FROM_US] or hits[TIME, i] >= to_us:
        return False
    return not graph[SCALARS, ENTRY_FIRST] or hits[POSITION, i] == first


@inner
def _adjacent(graph: Ints, hits: Ints, j: int, i: int, lo: int, hi: int) -> bool:
    """Whether only repeats of j's node stand between the events of hits j and i."""
    gap = hits[PLACE, i] - hits[PLACE, j] - 1
    if gap < 0:
        return False
    if gap == 0:
        return True
    if not graph[SCALARS, COLLAPSE]:
        return False
    k = j
    while k > lo and hits[TIME, k - 1] == hits[TIME, j]:
        k -= 1
    found = 0
    while k < hi and hits[TIME, k] <= hits[TIME, i]:
        if hits[NODE, k] == hits[NODE, j] and hits[PLACE, j] < hits[PLACE, k] < hits[PLACE, i]:
            found += 1
        k += 1
    return found == gap


@inner
def _start_before(graph: Ints, hits: Ints, work: Ints, edge: int, u: int, i: int, lo: int, hi: int) -> int:
    """Latest start of a path to node u whose last event may go on to hit i over the edge."""
    if not graph[EDGE_BOUND, edge]:
        return work[W_START, u]
    best = NONE
    failed = NONE
    j = work[W_LAST_HIT, u]
    while j >= 0:
        if hits[TIME, i] - hits[TIME, j] > graph[EDGE_WINDOW, edge] or hits[TIME, j] < failed:
            break
        if graph[EDGE_STRICT, edge] and not _adjacent(graph, hits, j, i, lo, hi):
            if hits[PLACE, j] < hits[PLACE, i]:
                failed = hits[TIME, j]
        elif work[W_HIT_START, j - lo] > best:
            best = work[W_HIT_START, j - lo]
        j = work[W_SAME_NODE, j - lo]
    return best


@inner
def _first_alike(hits: Ints, work: Ints, j: int, g0: int, lo: int, depth: int, also: int) -> bool:
    """Whether no unused earlier hit of the instant has the same node and serves the same nodes as hit j."""
    for k in range(g0, j):
        if (
            hits[NODE, k] == hits[NODE, j]
            and work[W_ALIKE, k - lo] == work[W_ALIKE, j - lo]
            and hits[POSITION, k] != also
        ):
            used = False
            for level in range(depth + 1):
                if hits[POSITION, work[W_STACK, level]] == hits[POSITION, k]:
                    used = True
            if not used:
                return False
    return True


@inner
def _is_used(hits: Ints, work: Ints, j: int, depth: int) -> bool:
    for level in range(depth + 1):
        if hits[POSITION, work[W_STACK, level]] == hits[POSITION, j]:
            return True
    return False


@inner
def _tangled_start(
    graph: Ints,
    hits: Ints,
    work: Ints,
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
    work[W_STACK, 0] = i
    work[W_STACK_EDGE, 0] = graph[PRED_AT, hits[NODE, i]]
    work[W_STACK_HIT, 0] = -1
    while depth >= 0:
        here = work[W_STACK, depth]
        v = hits[NODE, here]
        if work[W_STACK_HIT, depth] == -1:
            if work[W_STACK_EDGE, depth] == graph[PRED_AT, v] and _may_enter(graph, hits, here, only, first, to_us):
                best = max(best, hits[TIME, here])
            if work[W_STACK_EDGE, depth] == graph[PRED_AT, v + 1]:
                depth -= 1
                continue
            p = work[W_STACK_EDGE, depth]
            before = _start_before(graph, hits, work, graph[PRED_EDGE, p], graph[PRED, p], here, lo, hi)
            best = max(best, before)
            work[W_STACK_HIT, depth] = g0
        p = work[W_STACK_EDGE, depth]
        u = graph[PRED, p]
        j = work[W_STACK_HIT, depth]
        deeper = -1
        while j < g1:
            if (
                hits[NODE, j] == u
                and hits[POSITION, j] != blocked
                and not _is_used(hits, work, j, depth)
                and (
                    _adjacent(graph, hits, j, here, lo, hi)
                    if graph[EDGE_STRICT, graph[PRED_EDGE, p]]
                    else _first_alike(hits, work, j, g0, lo, depth, blocked)
                )
            ):
                deeper = j
                break
            j += 1
        if deeper < 0 or best == hits[TIME, i]:
            work[W_STACK_HIT, depth] = -1
            work[W_STACK_EDGE, depth] += 1
            continue
        work[W_STACK_HIT, depth] = deeper + 1
        depth += 1
        work[W_STACK, depth] = deeper
        work[W_STACK_EDGE, depth] = graph[PRED_AT, hits[NODE, deeper]]
        work[W_STACK_HIT, depth] = -1
    return best


@inner
def _note_edge(
    graph: Ints, work: Ints, counts: Ints, edge: int, start: int, time: int, is_direct: bool, unit: int
) -> None:
    if start == NONE or time - start > graph[SCALARS, WINDOW]:
        return
    if work[W_EDGE_MARK, edge] != unit:
        work[W_EDGE_MARK, edge] = unit
        counts[EVENTUALLY, edge] += 1
    if is_direct and work[W_DIRECT_MARK, edge] != unit:
        work[W_DIRECT_MARK, edge] = unit
        counts[DIRECT, edge] += 1


@inner
def _link(hits: Ints, work: Ints, i: int, lo: int) -> None:
    """Let hit i be a predecessor of what follows."""
    v = hits[NODE, i]
    if work[W_HIT_START, i - lo] != NONE:
        work[W_START, v] = max(work[W_START, v], work[W_HIT_START, i - lo])
        work[W_SAME_NODE, i - lo] = work[W_LAST_HIT, v]
        work[W_LAST_HIT, v] = i


@inner
def _plain_start(
    graph: Ints,
    hits: Ints,
    work: Ints,
    counts: Ints,
    i: int,
    lo: int,
    hi: int,
    only: int,
    first: int,
    to_us: int,
    unit: int,
) -> int:
    """Latest start of a path that ends in hit i, whose predecessors are linked already."""
    v = hits[NODE, i]
    t = hits[TIME, i]
    best = t if _may_enter(graph, hits, i, only, first, to_us) else NONE
    for p in range(graph[PRED_AT, v], graph[PRED_AT, v + 1]):
        edge = graph[PRED_EDGE, p]
        s = _start_before(graph, hits, work, edge, graph[PRED, p], i, lo, hi)
        best = max(best, s)
        if unit >= 0:
            _note_edge(graph, work, counts, edge, s, t, False, unit)
            j = i - 1
            while j >= lo and hits[POSITION, j] >= hits[POSITION, i] - 1:
                if hits[POSITION, j] == hits[POSITION, i] - 1 and hits[NODE, j] == graph[PRED, p]:
                    apart = graph[SCALARS, TIES] != TIES_INCREASING or hits[TIME, j] < t
                    near = t - hits[TIME, j] <= graph[EDGE_WINDOW, edge]
                    if graph[EDGE_STRICT, edge]:
                        near = near and _adjacent(graph, hits, j, i, lo, hi)
                    if apart and near:
                        _note_edge(graph, work, counts, edge, work[W_HIT_START, j - lo], t, True, unit)
                j -= 1
    return best


@inner
def _tangled(
    graph: Ints,
    hits: Ints,
    work: Ints,
    counts: Ints,
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
    _classify(hits, work, g0, g1, lo, hits[POSITION, only] if only >= 0 else first)
    for i in range(g0, g1):
        v = hits[NODE, i]
        t = hits[TIME, i]
        best = t if _may_enter(graph, hits, i, only, first, to_us) else NONE
        for p in range(graph[PRED_AT, v], graph[PRED_AT, v + 1]):
            edge = graph[PRED_EDGE, p]
            u = graph[PRED, p]
            s = _start_before(graph, hits, work, edge, u, i, lo, hi)
            if unit >= 0:
                j = i - 1
                while j >= lo and hits[POSITION, j] >= hits[POSITION, i] - 1:
                    if hits[POSITION, j] == hits[POSITION, i] - 1 and hits[NODE, j] == u and j < g0:
                        near = t - hits[TIME, j] <= graph[EDGE_WINDOW, edge]
                        if graph[EDGE_STRICT, edge]:
                            near = near and _adjacent(graph, hits, j, i, lo, hi)
                        if near:
                            _note_edge(graph, work, counts, edge, work[W_HIT_START, j - lo], t, True, unit)
                    j -= 1
            for j in range(g0, g1):
                if hits[NODE, j] != u or hits[POSITION, j] == hits[POSITION, i]:
                    continue
                if graph[EDGE_STRICT, edge] and not _adjacent(graph, hits, j, i, lo, hi):
                    continue
                is_direct = hits[POSITION, j] == hits[POSITION, i] - 1
                work[W_STACK, 0] = i
                if is_direct or graph[EDGE_STRICT, edge] or _first_alike(hits, work, j, g0, lo, 0, -1):
                    close = _tangled_start(graph, hits, work, j, g0, g1, lo, hi, only, first, to_us, hits[POSITION, i])
                    s = max(s, close)
                    if unit >= 0:
                        _note_edge(graph, work, counts, edge, close, t, is_direct, unit)
            best = max(best, s)
            if unit >= 0:
                _note_edge(graph, work, counts, edge, s, t, False, unit)
        work[W_HIT_START, i - lo] = best


@inner
def _forward(
    graph: Ints,
    hits: Ints,
    work: Ints,
    counts: Ints,
    lo: int,
    hi: int,
    only: int,
    to_us: int,
    unit: int,
    end: Ints,
) -> None:
    """Fill `end` with (goal rank, arrival) of the best end, or (-1, 0); count what is reached if `unit` >= 0."""
    for v in range(graph[SCALARS, N_NODES]):
        work[W_START, v] = NONE
        work[W_LAST_HIT, v] = -1
    end[0] = -1
    end[1] = 0
    first = -1
    if graph[SCALARS, ENTRY_FIRST] and only < 0:
        for i in range(lo, hi):
            t = hits[TIME, i]
            if graph[IS_ENTRY, hits[NODE, i]] and graph[SCALARS, FROM_US] <= t < to_us:
                first = hits[POSITION, i]
                break
    g0 = lo
    while g0 < hi:
        g1 = _group_end(graph, hits, g0, hi)
        if _is_tangled(graph, hits, g0, g1):
            _tangled(graph, hits, work, counts, g0, g1, lo, hi, only, first, to_us, unit)
            for i in range(g0, g1):
                _link(hits, work, i, lo)
        elif graph[SCALARS, TIES] == TIES_ANY and hits[POSITION, g0] != hits[POSITION, g1 - 1]:
            _by_node(hits, work, g0, g1, lo)
            for k in range(g0, g1):
                i = work[W_ORDER, k - lo]
                work[W_HIT_START, i - lo] = _plain_start(graph, hits, work, counts, i, lo, hi, only, first, to_us, unit)
                _link(hits, work, i, lo)
        else:
            for i in range(g0, g1):
                work[W_HIT_START, i - lo] = _plain_start(graph, hits, work, counts, i, lo, hi, only, first, to_us, unit)
            for i in range(g0, g1):
                _link(hits, work, i, lo)
        for i in range(g0, g1):
            s = work[W_HIT_START, i - lo]
            if s == NONE or hits[TIME, i] - s > graph[SCALARS, WINDOW]:
                continue
            v = hits[NODE, i]
            if unit >= 0 and work[W_NODE_MARK, v] != unit:
                work[W_NODE_MARK, v] = unit
                counts[REACHED, v] += 1
            if graph[GOAL_RANK, v] > end[0]:
                end[0] = graph[GOAL_RANK, v]
                end[1] = hits[TIME, i]
        g0 = g1


@inner
def _is_better(graph: Ints, hits: Ints, work: Ints, a: int, b: int, by_time: bool) -> bool:
    """Whether chain a is longer than b, or as long with smaller positions, or equal with smaller ids."""
    if b < 0:
        return True
    if a < 0 or work[W_RECORD_LENGTH, a] != work[W_RECORD_LENGTH, b]:
        return a >= 0 and work[W_RECORD_LENGTH, a] > work[W_RECORD_LENGTH, b]
    if by_time:
        x, y = a, b
        while x >= 0:
            if hits[TIME, work[W_RECORD_HIT, x]] != hits[TIME, work[W_RECORD_HIT, y]]:
                return hits[TIME, work[W_RECORD_HIT, x]] < hits[TIME, work[W_RECORD_HIT, y]]
            x, y = work[W_RECORD_NEXT, x], work[W_RECORD_NEXT, y]
    x, y = a, b
    while x >= 0 and x != y:
        if hits[POSITION, work[W_RECORD_HIT, x]] != hits[POSITION, work[W_RECORD_HIT, y]]:
            return hits[POSITION, work[W_RECORD_HIT, x]] < hits[POSITION, work[W_RECORD_HIT, y]]
        x, y = work[W_RECORD_NEXT, x], work[W_RECORD_NEXT, y]
    x, y = a, b
    while x >= 0 and x != y:
        i, j = hits[NODE, work[W_RECORD_HIT, x]], hits[NODE, work[W_RECORD_HIT, y]]
        if graph[ID_RANK, i] != graph[ID_RANK, j]:
            return graph[ID_RANK, i] < graph[ID_RANK, j]
        x, y = work[W_RECORD_NEXT, x], work[W_RECORD_NEXT, y]
    return False


@inner
def _best_after(graph: Ints, hits: Ints, work: Ints, edge: int, i: int, lo: int, hi: int) -> int:
    """The best chain that hit i may go on with over the edge, or -1."""
    w = graph[SUCC, edge]
    if not graph[EDGE_BOUND, edge]:
        return work[W_BEST, w]
    best = -1
    failed = -NONE
    j = work[W_LAST_HIT, w]
    while j >= 0:
        if hits[TIME, j] - hits[TIME, i] > graph[EDGE_WINDOW, edge] or hits[TIME, j] > failed:
            break
        if graph[EDGE_STRICT, edge] and not _adjacent(graph, hits, i, j, lo, hi):
            if hits[PLACE, i] < hits[PLACE, j]:
                failed = hits[TIME, j]
        elif _is_better(graph, hits, work, work[W_HEAD_RECORD, j - lo], best, False):
            best = work[W_HEAD_RECORD, j - lo]
        j = work[W_SAME_NODE, j - lo]
    return best


@inner
def _link_back(graph: Ints, hits: Ints, work: Ints, i: int, lo: int) -> None:
    """Let the chain that begins with hit i be a continuation of what comes before."""
    record = work[W_HEAD_RECORD, i - lo]
    if record < 0:
        return
    v = hits[NODE, i]
    if _is_better(graph, hits, work, record, work[W_BEST, v], False):
        work[W_BEST, v] = record
    work[W_SAME_NODE, i - lo] = work[W_LAST_HIT, v]
    work[W_LAST_HIT, v] = i


@inner
def _record(work: Ints, records: int, hit: int, after: int) -> int:
    work[W_RECORD_HIT, records] = hit
    work[W_RECORD_NEXT, records] = after
    work[W_RECORD_LENGTH, records] = 1 if after < 0 else work[W_RECORD_LENGTH, after] + 1
    return records + 1


@inner
def _is_end(graph: Ints, hits: Ints, i: int, end: Ints) -> bool:
    return hits[TIME, i] == end[1] and graph[GOAL_RANK, hits[NODE, i]] == end[0]


@inner
def _plain_chain(graph: Ints, hits: Ints, work: Ints, i: int, lo: int, hi: int, end: Ints, records: int) -> int:
    """Record the best chain that begins with hit i, whose successors are linked already."""
    after = -1
    v = hits[NODE, i]
    for edge in range(graph[SUCC_AT, v], graph[SUCC_AT, v + 1]):
        candidate = _best_after(graph, hits, work, edge, i, lo, hi)
        if candidate >= 0 and _is_better(graph, hits, work, candidate, after, False):
            after = candidate
    if after < 0 and not _is_end(graph, hits, i, end):
        work[W_HEAD_RECORD, i - lo] = -1
        return records
    work[W_HEAD_RECORD, i - lo] = records
    return _record(work, records, i, after)


@inner
def _segment_wins(graph: Ints, hits: Ints, work: Ints, depth: int, tail: int, length: int, best_tail: int) -> bool:
    """Whether the chain stack[0..depth] + tail is better than segment[0..length-1] + best_tail."""
    ours = depth + 1 + (0 if tail < 0 else work[W_RECORD_LENGTH, tail])
    theirs = length + (0 if best_tail < 0 else work[W_RECORD_LENGTH, best_tail])
    if length == 0 or ours != theirs:
        return length == 0 or ours > theirs
    for by_id in range(2):
        x, y = tail, best_tail
        for k in range(ours):
            if k <= depth:
                i = work[W_STACK, k]
            else:
                i = work[W_RECORD_HIT, x]
                x = work[W_RECORD_NEXT, x]
            if k < length:
                j = work[W_SEGMENT, k]
            else:
                j = work[W_RECORD_HIT, y]
                y = work[W_RECORD_NEXT, y]
            if by_id == 0:
                a, b = hits[POSITION, i], hits[POSITION, j]
            else:
                a, b = graph[ID_RANK, hits[NODE, i]], graph[ID_RANK, hits[NODE, j]]
            if a != b:
                return a < b
    return False


@inner
def _tangled_chain(
    graph: Ints,
    hits: Ints,
    work: Ints,
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
    work[W_STACK, 0] = i
    work[W_STACK_EDGE, 0] = graph[SUCC_AT, hits[NODE, i]]
    work[W_STACK_HIT, 0] = -1
    if _is_end(graph, hits, i, end):
        length = 1
        work[W_SEGMENT, 0] = i
    while depth >= 0:
        here = work[W_STACK, depth]
        edge = work[W_STACK_EDGE, depth]
        if edge == graph[SUCC_AT, hits[NODE, here] + 1]:
            depth -= 1
            continue
        if work[W_STACK_HIT, depth] == -1:
            tail = _best_after(graph, hits, work, edge, here, lo, hi)
            if tail >= 0 and _segment_wins(graph, hits, work, depth, tail, length, best_tail):
                length = depth + 1
                best_tail = tail
                for k in range(length):
                    work[W_SEGMENT, k] = work[W_STACK, k]
            work[W_STACK_HIT, depth] = g0
        j = work[W_STACK_HIT, depth]
        deeper = -1
        while j < g1:
            if (
                hits[NODE, j] == graph[SUCC, edge]
                and not _is_used(hits, work, j, depth)
                and (
                    _adjacent(graph, hits, here, j, lo, hi)
                    if graph[EDGE_STRICT, edge]
                    else _first_alike(hits, work, j, g0, lo, depth, -1)
                )
            ):
                deeper = j
                break
            j += 1
        if deeper < 0:
            work[W_STACK_HIT, depth] = -1
            work[W_STACK_EDGE, depth] += 1
            continue
        work[W_STACK_HIT, depth] = deeper + 1
        depth += 1
        work[W_STACK, depth] = deeper
        work[W_STACK_EDGE, depth] = graph[SUCC_AT, hits[NODE, deeper]]
        work[W_STACK_HIT, depth] = -1
        if _is_end(graph, hits, deeper, end) and _segment_wins(graph, hits, work, depth, -1, length, best_tail):
            length = depth + 1
            best_tail = -1
            for k in range(length):
                work[W_SEGMENT, k] = work[W_STACK, k]
    work[W_HEAD_RECORD, i - lo] = -1
    if length == 0:
        return records
    after = best_tail
    for k in range(length - 1, -1, -1):
        records = _record(work, records, work[W_SEGMENT, k], after)
        after = records - 1
    work[W_HEAD_RECORD, i - lo] = after
    return records


@inner
def _backward(graph: Ints, hits: Ints, work: Ints, lo: int, hi: int, only: int, to_us: int, end: Ints) -> int:
    """The record of the best path to the end, after `_forward` found it."""
    for v in range(graph[SCALARS, N_NODES]):
        work[W_BEST, v] = -1
        work[W_LAST_HIT, v] = -1
    first = -1
    if graph[SCALARS, ENTRY_FIRST] and only < 0:
        for i in range(lo, hi):
            if graph[IS_ENTRY, hits[NODE, i]] and graph[SCALARS, FROM_US] <= hits[TIME, i] < to_us:
                first = hits[POSITION, i]
                break
    records = 0
    best = -1
    last = hi - 1
    while last >= lo and hits[TIME, last] > end[1]:
        last -= 1
    while last >= lo and end[1] - hits[TIME, last] <= graph[SCALARS, WINDOW]:
        g0 = _group_begin(graph, hits, last, lo)
        g1 = last + 1
        is_tangled = _is_tangled(graph, hits, g0, g1)
        needed = (g1 - g0) * (graph[SCALARS, N_NODES] if is_tangled else 1)
        if records + needed > work.shape[1]:
            return -2
        if is_tangled:
            _classify(hits, work, g0, g1, lo, hits[POSITION, only] if only >= 0 else first)
            for i in range(g0, g1):
                records = _tangled_chain(graph, hits, work, i, g0, g1, lo, hi, end, records)
            for i in range(g1 - 1, g0 - 1, -1):
                _link_back(graph, hits, work, i, lo)
        elif graph[SCALARS, TIES] == TIES_ANY and hits[POSITION, g0] != hits[POSITION, g1 - 1]:
            _by_node(hits, work, g0, g1, lo)
            for k in range(g1 - 1, g0 - 1, -1):
                i = work[W_ORDER, k - lo]
                records = _plain_chain(graph, hits, work, i, lo, hi, end, records)
                _link_back(graph, hits, work, i, lo)
        else:
            for i in range(g1 - 1, g0 - 1, -1):
                records = _plain_chain(graph, hits, work, i, lo, hi, end, records)
            for i in range(g1 - 1, g0 - 1, -1):
                _link_back(graph, hits, work, i, lo)
        for i in range(g0, g1):
            record = work[W_HEAD_RECORD, i - lo]
            if record >= 0 and _may_enter(graph, hits, i, only, first, to_us):
                if _is_better(graph, hits, work, record, best, graph[SCALARS, BY_TIME]):
                    best = record
        last = g0 - 1
    return best


@inner
def choose(
    graph: Ints,
    hits: Ints,
    work: Ints,
    counts: Ints,
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
        work[W_PATH, n] = work[W_RECORD_HIT, record]
        record = work[W_RECORD_NEXT, record]
        n += 1
    return n


@kernel
def choose_all(
    graph: Ints,
    hits: Ints,
    offset: Ints,
    work: Ints,
    counts: Ints,
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
            path_hit[n] = work[W_PATH, k]
            n += 1
    path_at[len(offset) - 1] = n
    return 0
