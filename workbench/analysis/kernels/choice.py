"""The chosen path of each unit through a graph of nodes, exact for ties, windows, strict links and exclusions.

Two passes over the hits of a unit. Forward: the latest start of any path to each node, which decides what is reached,
and the best end (goal, rank, earliest arrival). Backward from that end: the longest path, then the smallest positions,
then the smallest ids. Events of one instant that could serve several nodes are searched exhaustively, but only once
per set of events that are alike.
"""

from __future__ import annotations

import numpy as np

from workbench.analysis.kernels.backward import backward
from workbench.analysis.kernels.compiler import inner, kernel
from workbench.analysis.kernels.forward import forward
from workbench.analysis.kernels.tables import W_PATH, W_RECORD_HIT, W_RECORD_NEXT, Ints


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
    forward(graph, hits, work, counts, lo, hi, only, to_us, unit, end)
    if end[0] < 0:
        return 0
    record = backward(graph, hits, work, lo, hi, only, to_us, end)
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
