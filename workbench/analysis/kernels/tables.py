"""The graph, the hits of a unit and the work space as tables, with names for their rows."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
