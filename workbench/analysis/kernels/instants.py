"""Events of one instant: which hits are taken together, which events are alike, which stand next to each other."""

from __future__ import annotations

from workbench.analysis.kernels.compiler import inner
from workbench.analysis.kernels.tables import (
    COLLAPSE,
    EDGE_STRICT,
    ENTRY_FIRST,
    FROM_US,
    IS_ENTRY,
    NODE,
    PLACE,
    POSITION,
    PRED_AT,
    PRED_EDGE,
    SCALARS,
    SUCC_AT,
    TIES,
    TIES_ANY,
    TIES_FILE,
    TIME,
    W_ALIKE,
    W_ORDER,
    W_STACK,
    Ints,
)


@inner
def group_end(graph: Ints, hits: Ints, at: int, end: int) -> int:
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
def group_begin(graph: Ints, hits: Ints, last: int, begin: int) -> int:
    g = last
    if graph[SCALARS, TIES] == TIES_FILE:
        while g > begin and hits[POSITION, g - 1] == hits[POSITION, last]:
            g -= 1
    else:
        while g > begin and hits[TIME, g - 1] == hits[TIME, last]:
            g -= 1
    return g


@inner
def is_tangled(graph: Ints, hits: Ints, g0: int, g1: int) -> bool:
    """Whether an instant holds several events of which at least one could serve several nodes."""
    if graph[SCALARS, TIES] != TIES_ANY or hits[POSITION, g0] == hits[POSITION, g1 - 1]:
        return False
    for i in range(g0 + 1, g1):
        if hits[POSITION, i] == hits[POSITION, i - 1]:
            return True
    return False


@inner
def by_node(hits: Ints, work: Ints, g0: int, g1: int, base: int) -> None:
    """Order the hits of an instant by node, then position."""
    for i in range(g0, g1):
        j = i - 1
        while j >= g0 and hits[NODE, work[W_ORDER, j - base]] > hits[NODE, i]:
            work[W_ORDER, j + 1 - base] = work[W_ORDER, j - base]
            j -= 1
        work[W_ORDER, j + 1 - base] = i


@inner
def is_strict_end(graph: Ints, v: int) -> bool:
    """Whether a strict link begins or ends at a node: there the place of an event inside its instant matters."""
    for edge in range(graph[SUCC_AT, v], graph[SUCC_AT, v + 1]):
        if graph[EDGE_STRICT, edge]:
            return True
    for p in range(graph[PRED_AT, v], graph[PRED_AT, v + 1]):
        if graph[EDGE_STRICT, graph[PRED_EDGE, p]]:
            return True
    return False


@inner
def classify(graph: Ints, hits: Ints, work: Ints, g0: int, g1: int, base: int, special: int) -> None:
    """`alike` of a hit is the first hit of the first event in the instant that serves the same nodes.

    The event at position `special`, the only one that may be an entry, is like no other; nor is one at a strict link.
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
                equal = hits[NODE, i + k] == hits[NODE, j + k] and not is_strict_end(graph, hits[NODE, i + k])
                k += 1
            if equal:
                same = j
                break
            j = j1
        for k in range(i, i1):
            work[W_ALIKE, k - base] = same
        i = i1


@inner
def may_enter(graph: Ints, hits: Ints, i: int, only: int, first: int, to_us: int) -> bool:
    if only >= 0:
        return i == only
    if not graph[IS_ENTRY, hits[NODE, i]] or hits[TIME, i] < graph[SCALARS, FROM_US] or hits[TIME, i] >= to_us:
        return False
    return not graph[SCALARS, ENTRY_FIRST] or hits[POSITION, i] == first


@inner
def adjacent(graph: Ints, hits: Ints, j: int, i: int, lo: int, hi: int) -> bool:
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
def first_alike(hits: Ints, work: Ints, j: int, g0: int, lo: int, depth: int, also: int) -> bool:
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
def is_used(hits: Ints, work: Ints, j: int, depth: int) -> bool:
    for level in range(depth + 1):
        if hits[POSITION, work[W_STACK, level]] == hits[POSITION, j]:
            return True
    return False
