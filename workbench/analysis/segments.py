"""Segments compared: shrinkage of small ones, each against the rest, mix and within of a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.comparisons import NO_TABLE, TableTest, false_discovery, k_proportions, pooled_z
from workbench.analysis.intervals import Interval, interval_of, newcombe
from workbench.analysis.rates import Rate
from workbench.errors import WorkbenchError

Floats = NDArray[np.float64]
SEGMENT_Q = 0.10


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Rates pulled towards the whole: `weight` people of prior stand behind the common rate."""

    common: float | None
    weight: float | None
    shrunk: tuple[float | None, ...]


def shrink(k: Sequence[float], n: Sequence[float]) -> Shrinkage:
    """Beta-binomial shrinkage by moments (Kleinman 1973), for ranking small segments; raw rates stay visible.

    Examples
    --------
    >>> found = shrink([5, 60, 33, 2, 80, 11], [400, 900, 1200, 60, 1000, 90])
    >>> round(found.weight, 4), round(found.shrunk[3], 4)
    (51.8957, 0.0421)
    """
    hits, people = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if np.any(hits > people) or np.any(hits < 0):
        raise WorkbenchError("A segment has more conversions than people.", "Count people, not events.")
    total = float(people.sum())
    if not total:
        return Shrinkage(None, None, (None,) * len(hits))
    p = float(hits.sum()) / total
    weight = 1.0 / _between(hits[people > 0], people[people > 0], p) - 1.0
    return Shrinkage(p, weight, tuple(((hits + p * weight) / (people + weight)).tolist()))


def _between(k: Floats, n: Floats, p: float) -> float:
    """Correlation within segments, clipped to 1e-6 .. 0.999."""
    m, total = len(n), float(n.sum())
    spread = float(n @ (k / n - p) ** 2)
    slack = total - float(n @ n) / total - (m - 1)
    bottom = p * (1 - p) * slack
    if bottom <= 0:
        return 1e-6
    return float(np.clip((spread - p * (1 - p) * (m - 1)) / bottom, 1e-6, 0.999))


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment: its rate, shrunk rate, and difference to all others with adjusted p."""

    name: str
    rate: Rate
    shrunk: float | None
    versus_rest: float | None
    versus_rest_interval: Interval
    p_adjusted: float | None

    @property
    def differs(self) -> bool:
        return self.p_adjusted is not None and self.p_adjusted <= SEGMENT_Q


@dataclass(frozen=True, slots=True)
class SegmentComparison:
    """All segments, and whether they differ at all."""

    rows: tuple[SegmentRow, ...]
    overall: TableTest


def compare_segments(names: Sequence[str], k: Sequence[int], n: Sequence[int]) -> SegmentComparison:
    """Compare disjoint segments: k x 2 test, then each against the rest (Newcombe, Benjamini-Hochberg over segments).

    Examples
    --------
    >>> found = compare_segments(["mobile", "desktop"], [40, 90], [1000, 1000])
    >>> round(found.rows[0].versus_rest, 2), found.rows[0].differs
    (-0.05, True)
    """
    return compare_with_rest(names, k, n, (sum(k), sum(n)))


def compare_with_rest(
    names: Sequence[str], k: Sequence[int], n: Sequence[int], total: tuple[int, int]
) -> SegmentComparison:
    """The same for segments that need not cover all: `total` is (conversions, people) of everybody."""
    hits, people = np.asarray(k, dtype=np.int64), np.asarray(n, dtype=np.int64)
    rest_k, rest_n = total[0] - hits, total[1] - people
    low, high = newcombe(hits, people, rest_k, rest_n)
    tables = np.stack([hits, people, rest_k, rest_n], axis=1).tolist()
    raw = [pooled_z(*table).p for table in tables]
    adjusted = false_discovery([np.nan if p is None else p for p in raw])
    shrunk = shrink(hits.tolist(), people.tolist()).shrunk
    rows = tuple(
        SegmentRow(
            name=name,
            rate=Rate.of(int(hits[i]), int(people[i])),
            shrunk=shrunk[i],
            versus_rest=_gap(int(hits[i]), int(people[i]), int(rest_k[i]), int(rest_n[i])),
            versus_rest_interval=interval_of((low[i], high[i])),
            p_adjusted=None if np.isnan(adjusted[i]) else float(adjusted[i]),
        )
        for i, name in enumerate(names)
    )
    return SegmentComparison(rows, k_proportions(hits.tolist(), people.tolist()) if rows else NO_TABLE)


def _gap(k1: int, n1: int, k2: int, n2: int) -> float | None:
    return k1 / n1 - k2 / n2 if n1 and n2 else None


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change of the total rate: `within` segments and by a changed `mix` of them; the two add up to `change`."""

    change: float
    within: float
    mix: float


def decompose(
    old_k: Sequence[int], old_n: Sequence[int], new_k: Sequence[int], new_n: Sequence[int]
) -> Decomposition | None:
    """Split a change of the total rate; None unless both periods have people in every segment.

    Examples
    --------
    >>> found = decompose([10, 5], [100, 100], [20, 5], [200, 100])
    >>> round(found.within, 4), round(found.mix, 4)
    (0.0, 0.0083)
    """
    k0, n0, k1, n1 = (np.asarray(x, dtype=np.float64) for x in (old_k, old_n, new_k, new_n))
    if np.any(n0 <= 0) or np.any(n1 <= 0):
        return None
    w0, w1, r0, r1 = n0 / n0.sum(), n1 / n1.sum(), k0 / n0, k1 / n1
    within, mix = float(w0 @ (r1 - r0)), float((w1 - w0) @ r1)
    return Decomposition(within + mix, within, mix)
