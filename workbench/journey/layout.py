"""Layered layout of the map from left to right: ranks, order within a rank, then positions. Pure geometry.

The method is Sugiyama's: break cycles (links that return are left out), rank by longest path, put dummies on long
links, reduce crossings by barycentre sweeps, then pull every rank towards its neighbours without overlap. A trail that
is much wider than a screen is wrapped: it goes on in a second band below, cut where fewest links cross.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.journey.element import ElementId
from workbench.journey.journey import Journey

Node = Hashable
GAP_X = 130
GAP_Y = 44
GRID = 10
_SWEEPS = 12
_DUMMY_HEIGHT = 24
BAND_GAP = 120
SCREEN_ASPECT = 1.9
_MOST_BANDS = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """Top-left positions by element id, and the points that long links pass through by (source, target)."""

    positions: Mapping[ElementId, tuple[int, int]]
    bends: Mapping[tuple[ElementId, ElementId], tuple[tuple[int, int], ...]]


def lay_out(
    journey: Journey,
    sizes: Mapping[ElementId, tuple[int, int]],
    only: Collection[ElementId] | None = None,
    aspect: float | None = SCREEN_ASPECT,
) -> Layout:
    """Positions for the elements on the trail (or for `only` these, which then stay where their block was).

    `sizes` holds (width, height) per element; the result is deterministic and keeps today's order where it can.
    `aspect` is the width to height that long trails are wrapped to; None never wraps.
    """
    chosen = [e for e in journey.elements if e.stage_id is None and (only is None or e.element_id in only)]
    ids = [e.element_id for e in chosen]
    wanted = set(ids)
    links = [
        (link.source_id, link.target_id)
        for link in journey.links
        if not link.returns and link.source_id in wanted and link.target_id in wanted
    ]
    if not ids:
        return Layout({}, {})
    linked = [i for i in ids if any(i in pair for pair in links)]
    loose = [i for i in ids if i not in set(linked)]
    y_now: dict[Node, float] = {e.element_id: e.y for e in chosen}
    rank = _ranks(linked, links)
    layers, chains = _layers(linked, links, rank, y_now)
    neighbours = _neighbours(links, chains)
    layers = _fewest_crossings(layers, neighbours)
    heights: dict[Node, float] = {i: sizes[i][1] for i in ids}
    y = _spread(layers, neighbours, heights)
    x = _columns(layers, sizes)
    if aspect is not None:
        x, y = _wrapped(layers, chains, x, y, heights, sizes, aspect)
    left = min((e.x for e in chosen), default=0) if only is not None else 0
    top = min((e.y for e in chosen), default=0) if only is not None else 0
    return _placed(layers, x, y, heights, chains, loose, sizes, (left, top))


def _ranks(ids: Sequence[ElementId], links: Sequence[tuple[ElementId, ElementId]]) -> dict[ElementId, int]:
    """Longest distance from a source; sources are pulled next to their nearest target."""
    targets: dict[ElementId, list[ElementId]] = defaultdict(list)
    waiting = dict.fromkeys(ids, 0)
    for source, target in links:
        targets[source].append(target)
        waiting[target] += 1
    rank = dict.fromkeys(ids, 0)
    ready = [i for i in ids if waiting[i] == 0]
    sources = list(ready)
    while ready:
        node = ready.pop()
        for target in targets[node]:
            rank[target] = max(rank[target], rank[node] + 1)
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    for source in sources:
        if targets[source]:
            rank[source] = min(rank[t] for t in targets[source]) - 1
    return rank


def _layers(
    ids: Sequence[ElementId],
    links: Sequence[tuple[ElementId, ElementId]],
    rank: Mapping[ElementId, int],
    y_now: Mapping[Node, float],
) -> tuple[list[list[Node]], dict[tuple[ElementId, ElementId], list[Node]]]:
    depth = max((rank[i] for i in ids), default=-1) + 1
    keyed: list[list[tuple[float, int, Node]]] = [[] for _ in range(depth)]
    for number, element_id in enumerate(ids):
        keyed[rank[element_id]].append((y_now[element_id], number, element_id))
    chains: dict[tuple[ElementId, ElementId], list[Node]] = {}
    for number, (source, target) in enumerate(links):
        between = range(rank[source] + 1, rank[target])
        chain: list[Node] = [(source, target, layer) for layer in between]
        chains[source, target] = chain
        middle = (y_now[source] + y_now[target]) / 2
        for layer, dummy in zip(between, chain, strict=True):
            keyed[layer].append((middle, len(ids) + number, dummy))
    return [[node for _, _, node in sorted(layer, key=lambda k: k[:2])] for layer in keyed], chains


def _neighbours(
    links: Sequence[tuple[ElementId, ElementId]], chains: Mapping[tuple[ElementId, ElementId], list[Node]]
) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    before: dict[Node, list[Node]] = defaultdict(list)
    after: dict[Node, list[Node]] = defaultdict(list)
    for pair in links:
        walk: list[Node] = [pair[0], *chains[pair], pair[1]]
        for one, two in pairwise(walk):
            after[one].append(two)
            before[two].append(one)
    return before, after


def _fewest_crossings(
    layers: list[list[Node]], neighbours: tuple[dict[Node, list[Node]], dict[Node, list[Node]]]
) -> list[list[Node]]:
    before, after = neighbours
    best, fewest = [list(layer) for layer in layers], _crossings(layers, after)
    current = [list(layer) for layer in layers]
    for sweep in range(_SWEEPS):
        if fewest == 0:
            break
        forward = sweep % 2 == 0
        order = range(1, len(current)) if forward else range(len(current) - 2, -1, -1)
        for index in order:
            fixed = current[index - 1] if forward else current[index + 1]
            current[index] = _by_barycentre(current[index], fixed, before if forward else after)
        found = _crossings(current, after)
        if found < fewest:
            best, fewest = [list(layer) for layer in current], found
    return best


def _by_barycentre(layer: list[Node], fixed: list[Node], linked: Mapping[Node, list[Node]]) -> list[Node]:
    place = {node: float(index) for index, node in enumerate(fixed)}
    own = {node: float(index) for index, node in enumerate(layer)}

    def centre(node: Node) -> float:
        near = [place[n] for n in linked.get(node, ()) if n in place]
        return sum(near) / len(near) if near else own[node]

    return sorted(layer, key=lambda node: (centre(node), own[node]))


def _crossings(layers: list[list[Node]], after: Mapping[Node, list[Node]]) -> int:
    total = 0
    for one, two in pairwise(layers):
        place = {node: index for index, node in enumerate(two)}
        ends: list[int] = []
        for node in one:
            for target in sorted(place[t] for t in after.get(node, ()) if t in place):
                at = bisect_right(ends, target)
                total += len(ends) - at
                ends.insert(at, target)
    return total


def _spread(
    layers: list[list[Node]],
    neighbours: tuple[dict[Node, list[Node]], dict[Node, list[Node]]],
    heights: Mapping[Node, float],
) -> dict[Node, float]:
    """Centre y of every node: each layer follows its neighbours' mean, kept apart by an isotonic fit."""
    y: dict[Node, float] = {}
    for layer in layers:
        at = 0.0
        for node in layer:
            height = heights.get(node, _DUMMY_HEIGHT)
            y[node] = at + height / 2
            at += height + GAP_Y
        shift = at / 2
        for node in layer:
            y[node] -= shift
    before, after = neighbours
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers if forward else reversed(layers):
            _pull(layer, y, before if forward else after, heights)
    return y


def _pull(
    layer: list[Node], y: dict[Node, float], linked: Mapping[Node, list[Node]], heights: Mapping[Node, float]
) -> None:
    offsets, offset = [], 0.0
    for index, node in enumerate(layer):
        if index:
            previous = heights.get(layer[index - 1], _DUMMY_HEIGHT)
            offset += (previous + heights.get(node, _DUMMY_HEIGHT)) / 2 + GAP_Y
        offsets.append(offset)
    wanted = []
    for node, shift in zip(layer, offsets, strict=True):
        near = [y[n] for n in linked.get(node, ())]
        wanted.append((sum(near) / len(near) if near else y[node]) - shift)
    for node, fitted, shift in zip(layer, _isotonic(wanted), offsets, strict=True):
        y[node] = fitted + shift


def _isotonic(values: Sequence[float]) -> list[float]:
    """Closest non-decreasing sequence (pool adjacent violators)."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        total, count = value, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            earlier = blocks.pop()
            total, count = total + earlier[0], count + earlier[1]
        blocks.append((total, count))
    return [total / count for total, count in blocks for _ in range(count)]


def _columns(layers: list[list[Node]], sizes: Mapping[ElementId, tuple[int, int]]) -> list[float]:
    lefts, at = [], 0.0
    for layer in layers:
        lefts.append(at)
        widest = max((sizes[node][0] for node in layer if node in sizes), default=0)  # type: ignore[index]
        at += widest + GAP_X
    return lefts


def _wrapped(
    layers: list[list[Node]],
    chains: Mapping[tuple[ElementId, ElementId], list[Node]],
    x: list[float],
    y: dict[Node, float],
    heights: Mapping[Node, float],
    sizes: Mapping[ElementId, tuple[int, int]],
    aspect: float,
) -> tuple[list[float], dict[Node, float]]:
    """Columns and centres with the layers broken into as many bands as bring width to height near `aspect`."""
    best = (x, y)
    fit = _misfit(x, y, heights, aspect)
    for bands in range(2, min(_MOST_BANDS, len(layers) // 2) + 1):
        cuts = _cuts(layers, chains, bands)
        tried = _in_bands(layers, cuts, x, y, heights)
        misfit = _misfit(tried[0], tried[1], heights, aspect)
        if misfit < fit * 0.8:
            best, fit = tried, misfit
    return best


def _misfit(x: Sequence[float], y: Mapping[Node, float], heights: Mapping[Node, float], aspect: float) -> float:
    """How much larger than the screen the map is in its worse direction."""
    if not y:
        return 0.0
    top = min(c - heights.get(n, _DUMMY_HEIGHT) / 2 for n, c in y.items())
    bottom = max(c + heights.get(n, _DUMMY_HEIGHT) / 2 for n, c in y.items())
    return max(max(x) + 240.0, (bottom - top) * aspect)


def _cuts(layers: list[list[Node]], chains: Mapping[tuple[ElementId, ElementId], list[Node]], bands: int) -> list[int]:
    """Layers that begin a new band: near equal parts, moved by at most one to where the fewest links cross."""
    crossing = [len(layer) for layer in layers]
    for chain in chains.values():
        for node in chain:
            crossing[node[2]] += 2  # type: ignore[index]
    cuts = []
    for part in range(1, bands):
        ideal = round(len(layers) * part / bands)
        near = [i for i in (ideal, ideal - 1, ideal + 1) if 0 < i < len(layers) and i not in cuts]
        cuts.append(min(near, key=lambda i: crossing[i] + crossing[i - 1]))
    return sorted(cuts)


def _in_bands(
    layers: list[list[Node]],
    cuts: Sequence[int],
    x: Sequence[float],
    y: Mapping[Node, float],
    heights: Mapping[Node, float],
) -> tuple[list[float], dict[Node, float]]:
    new_x, new_y = list(x), dict(y)
    at = 0.0
    for first, last in zip((0, *cuts), (*cuts, len(layers)), strict=True):
        nodes = [node for layer in layers[first:last] for node in layer]
        top = min(y[n] - heights.get(n, _DUMMY_HEIGHT) / 2 for n in nodes)
        bottom = max(y[n] + heights.get(n, _DUMMY_HEIGHT) / 2 for n in nodes)
        for index in range(first, last):
            new_x[index] = x[index] - x[first]
        for node in nodes:
            new_y[node] = y[node] - top + at
        at += bottom - top + BAND_GAP
    return new_x, new_y


def _placed(
    layers: list[list[Node]],
    x: list[float],
    y: Mapping[Node, float],
    heights: Mapping[Node, float],
    chains: Mapping[tuple[ElementId, ElementId], list[Node]],
    loose: Sequence[ElementId],
    sizes: Mapping[ElementId, tuple[int, int]],
    corner: tuple[int, int],
) -> Layout:
    raw: dict[ElementId, tuple[float, float]] = {}
    column = {node: x[index] for index, layer in enumerate(layers) for node in layer}
    for node, left in column.items():
        if node in sizes:
            raw[node] = (left, y[node] - heights[node] / 2)  # type: ignore[index]
    top = min((py for _, py in raw.values()), default=0.0)
    bottom = max((py + sizes[i][1] for i, (_, py) in raw.items()), default=top - GAP_Y)
    at = 0.0
    for element_id in loose:
        raw[element_id] = (at, bottom + GAP_Y)
        at += sizes[element_id][0] + GAP_Y
    dx, dy = corner[0], corner[1] - top
    positions = {i: (_snapped(px + dx), _snapped(py + dy)) for i, (px, py) in raw.items()}
    bends = {
        pair: tuple((_snapped(column[node] + dx), _snapped(y[node] + dy)) for node in chain)
        for pair, chain in chains.items()
        if chain
    }
    return Layout(positions, bends)


def _snapped(value: float) -> int:
    return round(value / GRID) * GRID
