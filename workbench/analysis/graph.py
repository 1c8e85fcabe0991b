"""Counts of a graph that add up: who came, who went which way, who stopped where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.choice import Paths, Walk
from workbench.analysis.kernels.tables import Tallies

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GraphCounts:
    """Units by node and by edge of the shape; `went` is the edge over which each element of a path was left, or -1.

    on_path[v] = entered[v] + took into v = took out of v + stopped[v] + arrived[v].
    """

    on_path: Ints
    entered: Ints
    stopped: Ints
    arrived: Ints
    took: Ints
    reached: Ints
    eventually: Ints
    direct: Ints
    went: Ints

    @property
    def entered_total(self) -> int:
        return int(self.entered.sum())


def count_paths(walk: Walk, paths: Paths, seen: Tallies) -> GraphCounts:
    """Sum up chosen paths."""
    shape = walk.shape
    n = len(shape.nodes)
    is_goal = np.array([node in shape.goals for node in shape.nodes], np.bool_)
    last = np.bincount(paths.node[paths.last], minlength=n)
    went = edges_taken(walk, paths)
    return GraphCounts(
        np.bincount(paths.node, minlength=n),
        np.bincount(paths.node[paths.first], minlength=n),
        np.where(is_goal, 0, last),
        np.where(is_goal, last, 0),
        np.bincount(went[went >= 0], minlength=len(shape.edges)),
        seen.reached,
        seen.eventually,
        seen.direct,
        went,
    )


def edges_taken(walk: Walk, paths: Paths) -> Ints:
    """For each element of the paths the edge by which it was left, -1 at the end of a path."""
    n = len(walk.shape.nodes)
    table = np.full((n + 1, n + 1), -1, np.int64)
    for i, edge in enumerate(walk.shape.edges):
        table[walk.shape.index[edge.source], walk.shape.index[edge.target]] = i
    went = np.full(len(paths.node), -1, np.int64)
    if len(went):
        went[:-1] = table[paths.node[:-1], paths.node[1:]]
        went[paths.last] = -1
    return went
