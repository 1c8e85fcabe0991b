"""What the quick walks read and fill: lists of hits, room for results, and work space."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NEVER = -(1 << 62)


class Lists(NamedTuple):
    """Positions and keys of each node's hits: `begin[v]:end[v]` of the first pair of arrays, or of the second.

    Lists behind the nodes' are those of the seats: seat s sits on node `stage[s]`. The low bits of a key (`mask`) are
    the time since `origin`.
    """

    first_positions: NDArray[np.uint32]
    first_keys: NDArray[np.uint64]
    second_positions: NDArray[np.uint32]
    second_keys: NDArray[np.uint64]
    is_second: Flags
    begin: Ints
    end: Ints
    stage: Ints
    mask: np.uint64
    origin: int


class Found(NamedTuple):
    """What one thread found: counts by node, by edge and by seat, and the paths of its units.

    `mature` and `mature_took` count only entries before the limit. `after[v]` counts the next event of those who
    stopped at v by code + 1, 0 for none. `length` is -1 for units that were only noted.
    """

    on_path: Ints
    entered: Ints
    last: Ints
    took: Ints
    reached: Ints
    eventually: Ints
    direct: Ints
    mature: Ints
    mature_took: Ints
    mature_entered: Ints
    after: NDArray[np.int64]
    did: Ints
    went_did: Ints
    went_not: Ints
    length: NDArray[np.int16]
    position: NDArray[np.uint32]
    node: NDArray[np.uint8]
    time: Ints
    edge: NDArray[np.int16]
    room: Ints


class Desk(NamedTuple):
    """Work space of one thread for the hits of one unit."""

    position: Ints
    node: Ints
    time: Ints
    spare: Ints
    start: Ints
    order: Ints
    following: Ints
    length: Ints


def desk(most_hits: int) -> Desk:
    """Work space for units with at most `most_hits` hits."""
    parts = [np.zeros(most_hits + 2, np.int64) for _ in range(7)]
    return Desk(parts[0], parts[1], parts[2], np.zeros(3 * most_hits + 6, np.int64), *parts[3:])


def found(n_nodes: int, n_edges: int, n_names: int, n_seats: int, n_units: int, n_elements: int) -> Found:
    """Room for the results of some units."""

    def counts(n: int) -> Ints:
        return np.zeros(n, np.int64)

    by_node = [counts(n_nodes) for _ in range(3)]
    by_edge = [counts(n_edges) for _ in range(4)]
    return Found(
        by_node[0],
        by_node[1],
        by_node[2],
        by_edge[0],
        counts(n_nodes),
        by_edge[1],
        by_edge[2],
        counts(n_nodes),
        by_edge[3],
        counts(1),
        np.zeros((n_nodes, n_names + 1), np.int64),
        counts(n_seats),
        counts(n_seats),
        counts(n_seats),
        np.zeros(n_units, np.int16),
        np.zeros(n_elements, np.uint32),
        np.zeros(n_elements, np.uint8),
        np.zeros(n_elements, np.int64),
        np.zeros(n_elements, np.int16),
        counts(1),
    )
