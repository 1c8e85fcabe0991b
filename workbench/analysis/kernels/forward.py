"""Forward over the hits of a unit: the latest start of any path to each node, and the best end."""

from __future__ import annotations

from workbench.analysis.kernels.compiler import inner
from workbench.analysis.kernels.instants import (
    adjacent,
    by_node,
    classify,
    first_alike,
    group_end,
    is_tangled,
    is_used,
    may_enter,
)
from workbench.analysis.kernels.tables import (
    DIRECT,
    EDGE_BOUND,
    EDGE_STRICT,
    EDGE_WINDOW,
    ENTRY_FIRST,
    EVENTUALLY,
    FROM_US,
    GOAL_RANK,
    IS_ENTRY,
    N_NODES,
    NODE,
    NONE,
    PLACE,
    POSITION,
    PRED,
    PRED_AT,
    PRED_EDGE,
    REACHED,
    SCALARS,
    TIES,
    TIES_ANY,
    TIES_INCREASING,
    TIME,
    W_DIRECT_MARK,
    W_EDGE_MARK,
    W_HIT_START,
    W_LAST_HIT,
    W_NODE_MARK,
    W_ORDER,
    W_SAME_NODE,
    W_STACK,
    W_STACK_EDGE,
    W_STACK_HIT,
    W_START,
    WINDOW,
    Ints,
)


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
        if graph[EDGE_STRICT, edge] and not adjacent(graph, hits, j, i, lo, hi):
            if hits[PLACE, j] < hits[PLACE, i]:
                failed = hits[TIME, j]
        elif work[W_HIT_START, j - lo] > best:
            best = work[W_HIT_START, j - lo]
        j = work[W_SAME_NODE, j - lo]
    return best


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
            if work[W_STACK_EDGE, depth] == graph[PRED_AT, v] and may_enter(graph, hits, here, only, first, to_us):
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
                and not is_used(hits, work, j, depth)
                and (
                    adjacent(graph, hits, j, here, lo, hi)
                    if graph[EDGE_STRICT, graph[PRED_EDGE, p]]
                    else first_alike(hits, work, j, g0, lo, depth, blocked)
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
    best = t if may_enter(graph, hits, i, only, first, to_us) else NONE
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
                        near = near and adjacent(graph, hits, j, i, lo, hi)
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
    classify(graph, hits, work, g0, g1, lo, hits[POSITION, only] if only >= 0 else first)
    for i in range(g0, g1):
        v = hits[NODE, i]
        t = hits[TIME, i]
        best = t if may_enter(graph, hits, i, only, first, to_us) else NONE
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
                            near = near and adjacent(graph, hits, j, i, lo, hi)
                        if near:
                            _note_edge(graph, work, counts, edge, work[W_HIT_START, j - lo], t, True, unit)
                    j -= 1
            for j in range(g0, g1):
                if hits[NODE, j] != u or hits[POSITION, j] == hits[POSITION, i]:
                    continue
                if graph[EDGE_STRICT, edge] and not adjacent(graph, hits, j, i, lo, hi):
                    continue
                is_direct = hits[POSITION, j] == hits[POSITION, i] - 1
                work[W_STACK, 0] = i
                if is_direct or graph[EDGE_STRICT, edge] or first_alike(hits, work, j, g0, lo, 0, -1):
                    close = _tangled_start(graph, hits, work, j, g0, g1, lo, hi, only, first, to_us, hits[POSITION, i])
                    s = max(s, close)
                    if unit >= 0:
                        _note_edge(graph, work, counts, edge, close, t, is_direct, unit)
            best = max(best, s)
            if unit >= 0:
                _note_edge(graph, work, counts, edge, s, t, False, unit)
        work[W_HIT_START, i - lo] = best


@inner
def forward(
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
        g1 = group_end(graph, hits, g0, hi)
        if is_tangled(graph, hits, g0, g1):
            _tangled(graph, hits, work, counts, g0, g1, lo, hi, only, first, to_us, unit)
            for i in range(g0, g1):
                _link(hits, work, i, lo)
        elif graph[SCALARS, TIES] == TIES_ANY and hits[POSITION, g0] != hits[POSITION, g1 - 1]:
            by_node(hits, work, g0, g1, lo)
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
