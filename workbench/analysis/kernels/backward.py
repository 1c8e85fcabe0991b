"""Backward from the best end: the longest path, then the smallest positions, then the smallest ids."""

from __future__ import annotations

from workbench.analysis.kernels.compiler import inner
from workbench.analysis.kernels.instants import (
    adjacent,
    by_node,
    classify,
    first_alike,
    group_begin,
    is_tangled,
    is_used,
    may_enter,
)
from workbench.analysis.kernels.tables import (
    BY_TIME,
    EDGE_BOUND,
    EDGE_STRICT,
    EDGE_WINDOW,
    ENTRY_FIRST,
    FROM_US,
    GOAL_RANK,
    ID_RANK,
    IS_ENTRY,
    N_NODES,
    NODE,
    NONE,
    PLACE,
    POSITION,
    SCALARS,
    SUCC,
    SUCC_AT,
    TIES,
    TIES_ANY,
    TIME,
    W_BEST,
    W_HEAD_RECORD,
    W_LAST_HIT,
    W_ORDER,
    W_RECORD_HIT,
    W_RECORD_LENGTH,
    W_RECORD_NEXT,
    W_SAME_NODE,
    W_SEGMENT,
    W_STACK,
    W_STACK_EDGE,
    W_STACK_HIT,
    WINDOW,
    Ints,
)


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
        if graph[EDGE_STRICT, edge] and not adjacent(graph, hits, i, j, lo, hi):
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
                and not is_used(hits, work, j, depth)
                and (
                    adjacent(graph, hits, here, j, lo, hi)
                    if graph[EDGE_STRICT, edge]
                    else first_alike(hits, work, j, g0, lo, depth, -1)
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
def backward(graph: Ints, hits: Ints, work: Ints, lo: int, hi: int, only: int, to_us: int, end: Ints) -> int:
    """The record of the best path to the end, after `forward` found it."""
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
        g0 = group_begin(graph, hits, last, lo)
        g1 = last + 1
        tangled = is_tangled(graph, hits, g0, g1)
        needed = (g1 - g0) * (graph[SCALARS, N_NODES] if tangled else 1)
        if records + needed > work.shape[1]:
            return -2
        if tangled:
            classify(graph, hits, work, g0, g1, lo, hits[POSITION, only] if only >= 0 else first)
            for i in range(g0, g1):
                records = _tangled_chain(graph, hits, work, i, g0, g1, lo, hi, end, records)
            for i in range(g1 - 1, g0 - 1, -1):
                _link_back(graph, hits, work, i, lo)
        elif graph[SCALARS, TIES] == TIES_ANY and hits[POSITION, g0] != hits[POSITION, g1 - 1]:
            by_node(hits, work, g0, g1, lo)
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
            if record >= 0 and may_enter(graph, hits, i, only, first, to_us):
                if _is_better(graph, hits, work, record, best, graph[SCALARS, BY_TIME]):
                    best = record
        last = g0 - 1
    return best
