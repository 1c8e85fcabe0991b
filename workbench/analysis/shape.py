"""The form of a graph of steps: nodes in topological order, edges with their limits, entries and goals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from workbench.analysis.kernels.tables import TIES_ANY, TIES_FILE, TIES_INCREASING, Graph
from workbench.analysis.options import FOREVER_US, Entry, Mode, Options, Repeats, Ties
from workbench.errors import WorkbenchError

_TIES = {Ties.ANY: TIES_ANY, Ties.INCREASING: TIES_INCREASING, Ties.FILE: TIES_FILE}
_GOAL = 1 << 32


@dataclass(frozen=True, slots=True)
class Edge:
    """One node may follow another, within a window, or only at once."""

    source: str
    target: str
    window_us: int = FOREVER_US
    is_strict: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """Node ids in topological order (equal depth by id), edges sorted by source, ranks, entries and goals."""

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    entries: frozenset[str]
    goals: frozenset[str]
    is_line: bool = False
    index: dict[str, int] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, nodes: Iterable[str], edges: Iterable[Edge], entries: Iterable[str], goals: Iterable[str]) -> Shape:
        """Order the nodes of an acyclic graph.

        Raises
        ------
        WorkbenchError
            If the edges form a cycle.

        Examples
        --------
        >>> Shape.of("cab", [Edge("a", "b"), Edge("b", "c")], "a", "c").nodes
        ('a', 'b', 'c')
        """
        ordered = _topological(list(nodes), list(edges))
        index = {node: i for i, node in enumerate(ordered)}
        chosen = sorted(set(edges), key=lambda edge: (index[edge.source], index[edge.target]))
        return cls(tuple(ordered), tuple(chosen), frozenset(entries), frozenset(goals), index=index)

    @classmethod
    def line(cls, n: int, step_window_us: int = FOREVER_US, is_strict: bool = False) -> Shape:
        """n steps in a row."""
        nodes = tuple(str(k + 1) for k in range(n))
        edges = tuple(Edge(a, b, step_window_us, is_strict) for a, b in pairwise(nodes))
        index = {node: i for i, node in enumerate(nodes)}
        return cls(nodes, edges, frozenset(nodes[:1]), frozenset(nodes[-1:]), True, index)

    @property
    def has_strict(self) -> bool:
        return any(edge.is_strict for edge in self.edges)

    def kernel_graph(self, options: Options, from_us: int) -> Graph:
        """The arrays that the compiled loops read."""
        n = len(self.nodes)
        source = np.array([self.index[edge.source] for edge in self.edges], np.int64)
        target = np.array([self.index[edge.target] for edge in self.edges], np.int64)
        backwards = np.argsort(target, kind="stable")
        strict = np.array([edge.is_strict for edge in self.edges], np.bool_)
        window = np.array([edge.window_us for edge in self.edges], np.int64)
        goal = np.array([node in self.goals for node in self.nodes], np.bool_)
        ids = sorted(self.nodes) if not self.is_line else list(self.nodes)
        place = {node: i for i, node in enumerate(ids)}
        return Graph(
            np.searchsorted(source, np.arange(n + 1)).astype(np.int64),
            target,
            np.searchsorted(target[backwards], np.arange(n + 1)).astype(np.int64),
            source[backwards],
            backwards.astype(np.int64),
            window,
            strict,
            strict | (window < FOREVER_US),
            goal * _GOAL + self._ranks(source, target),
            np.array([node in self.entries for node in self.nodes], np.bool_),
            np.array([place[node] for node in self.nodes], np.int64),
            options.window_us,
            TIES_FILE if options.mode is Mode.STRICT else _TIES[options.ties],
            options.entry is Entry.FIRST,
            from_us,
            options.strict_repeats is Repeats.COLLAPSE,
            self.is_line,
        )

    def _ranks(self, source: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Longest distance of each node from a node without incoming edges."""
        rank = np.zeros(len(self.nodes), np.int64)
        for u, v in zip(source, target, strict=True):
            rank[v] = max(rank[v], rank[u] + 1)
        return rank


def _topological(nodes: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    waiting = {node: 0 for node in nodes}
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for edge in set(edges):
        waiting[edge.target] += 1
        after[edge.source].append(edge.target)
    ordered: list[str] = []
    ready = sorted(node for node, n in waiting.items() if n == 0)
    while ready:
        node = ready.pop(0)
        ordered.append(node)
        for target in after[node]:
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
        ready.sort()
    if len(ordered) < len(nodes):
        left = sorted(set(nodes) - set(ordered))
        raise WorkbenchError(
            f"The links between {', '.join(left)} form a circle.", "Mark the link that leads back as a returning link."
        )
    return ordered
