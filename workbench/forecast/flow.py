"""How people flow through a graph of rates: reach, value-to-go and what one changed rate would do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from workbench.errors import WorkbenchError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Flow:
    """Nodes 0..node_count-1 and edges source[e] -> target[e]; rates are passed in, one or many draws at once.

    Rates are (E,) or (E, S), traffic and values are (N,) or (N, S); answers are (N,) or (N, S). Without a cycle one
    sweep along the edges answers; with one, the linear system (I - Q) is solved.
    """

    node_count: int
    source: Ints
    target: Ints

    @cached_property
    def sweep(self) -> tuple[tuple[int, int, int], ...] | None:
        """Edges (edge, source, target) so that each comes after all that lead to its source; None with a cycle."""
        waiting = np.bincount(self.target, minlength=self.node_count)
        ready = [node for node in range(self.node_count) if waiting[node] == 0]
        swept: list[tuple[int, int, int]] = []
        while ready:
            node = ready.pop()
            for edge in self._leaving[node]:
                target = int(self.target[edge])
                swept.append((edge, node, target))
                waiting[target] -= 1
                if waiting[target] == 0:
                    ready.append(target)
        return tuple(swept) if len(swept) == len(self.source) else None

    @property
    def has_cycle(self) -> bool:
        return self.sweep is None

    def reach(self, rate: Floats, traffic: Floats) -> Floats:
        """People (with a cycle: visits) at each node.

        Examples
        --------
        >>> flow = Flow(3, np.array([0, 1]), np.array([1, 2]))
        >>> flow.reach(np.array([0.08, 0.5]), np.array([1000.0, 0.0, 0.0])).tolist()
        [1000.0, 80.0, 40.0]
        """
        if self.sweep is None:
            return self._solve(rate, traffic, forward=True)
        people = _spread(traffic, rate)
        for edge, source, target in self.sweep:
            people[target] += people[source] * rate[edge]
        return people

    def value_to_go(self, rate: Floats, value: Floats) -> Floats:
        """Expected value per person standing at each node, the node's own value included."""
        if self.sweep is None:
            return self._solve(rate, value, forward=False)
        worth = _spread(value, rate)
        for edge, source, target in reversed(self.sweep):
            worth[source] += worth[target] * rate[edge]
        return worth

    def decayed_reach(self, rate: Floats, traffic: Floats, base: Floats, decay: float) -> Floats:
        """Reach when people beyond `base` (the base's reach) convert worse by the share `decay` at later steps.

        Raises
        ------
        WorkbenchError
            If the graph has a cycle: "later" has no meaning there.
        """
        if self.sweep is None:
            raise WorkbenchError(
                "A quality decay needs a map without loops.", "Set the decay to 0 or the loops' rates to none."
            )
        people = _spread(traffic, rate)
        for edge, source, target in self.sweep:
            added = np.maximum(people[source] - base[source], 0.0)
            people[target] += (people[source] - decay * added) * rate[edge]
        return people

    def outflow(self, rate: Floats) -> Floats:
        """Sum of the rates that leave each node."""
        total = np.zeros((self.node_count, *rate.shape[1:]))
        np.add.at(total, self.source, rate)
        return total

    @cached_property
    def leaving(self) -> tuple[Ints, ...]:
        """The edges that leave each node."""
        return tuple(np.array(edges, dtype=np.int64) for edges in self._leaving)

    @cached_property
    def _leaving(self) -> list[list[int]]:
        edges: list[list[int]] = [[] for _ in range(self.node_count)]
        for edge, source in enumerate(self.source.tolist()):
            edges[source].append(edge)
        return edges

    def transitions(self, rate: Floats) -> Floats:
        """Q as (N, N), or (S, N, N) for many draws: the share that goes from row to column."""
        if rate.ndim == 1:
            matrix = np.zeros((self.node_count, self.node_count))
            np.add.at(matrix, (self.source, self.target), rate)
            return matrix
        stack = np.zeros((rate.shape[1], self.node_count, self.node_count))
        for edge, (source, target) in enumerate(zip(self.source, self.target, strict=True)):
            stack[:, source, target] += rate[edge]
        return stack

    def drains(self, rate: Floats) -> bool:
        """Whether everybody leaves in the end: the spectral radius of Q is below 1."""
        if not self.has_cycle:
            return True
        return float(np.max(np.abs(np.linalg.eigvals(self.transitions(rate))))) < 1.0 - 1e-12

    def check_drains(self, rate: Floats) -> None:
        """Raise if people would go round for ever."""
        if not self.drains(rate):
            raise WorkbenchError(
                "With these rates people go round a loop for ever.",
                "Lower a rate on the loop, so that some people leave it.",
            )

    def _solve(self, rate: Floats, right: Floats, forward: bool) -> Floats:
        matrix = np.eye(self.node_count) - self.transitions(rate)
        if rate.ndim == 1:
            return np.asarray(np.linalg.solve(matrix.T if forward else matrix, right))
        stack = np.swapaxes(matrix, 1, 2) if forward else matrix
        sides = np.broadcast_to(right.T if right.ndim == 2 else right, (rate.shape[1], self.node_count))
        return np.asarray(np.linalg.solve(stack, sides[..., None])[..., 0].T)


def _spread(column: Floats, rate: Floats) -> Floats:
    """A writable copy of (N,) or (N, S) with as many draws as the rates have."""
    if column.ndim == rate.ndim:
        return np.array(column, dtype=np.float64)
    return np.repeat(np.asarray(column, dtype=np.float64)[:, None], rate.shape[1], axis=1)


@dataclass(frozen=True, slots=True)
class EdgeSensitivity:
    """What one edge does for the goal: +1 percentage point, +10 % relative, and elasticity (None without a goal)."""

    plus_1pp: float
    plus_10pct: float
    elasticity: float | None


def sensitivities(flow: Flow, rate: Floats, traffic: Floats, value: Floats) -> tuple[EdgeSensitivity, ...]:
    """Sensitivity of total value to every edge, from reach and value-to-go alone (exact on a DAG).

    Parameters
    ----------
    flow : Flow
        The graph of E edges.
    rate, traffic, value : (E,), (N,), (N,) arrays
        Shares 0..1, people entering, value per person at a node.

    Examples
    --------
    >>> flow = Flow(2, np.array([0]), np.array([1]))
    >>> sensitivities(flow, np.array([0.1]), np.array([100.0, 0.0]), np.array([0.0, 5.0]))[0].plus_1pp
    5.0
    """
    people, worth = flow.reach(rate, traffic), flow.value_to_go(rate, value)
    total = float(traffic @ worth)
    slope = people[flow.source] * worth[flow.target]
    return tuple(_edge_sensitivity(float(s), float(r), total) for s, r in zip(slope, rate, strict=True))


def _edge_sensitivity(slope: float, rate: float, total: float) -> EdgeSensitivity:
    return EdgeSensitivity(0.01 * slope, 0.1 * rate * slope, rate * slope / total if total > 0 else None)
