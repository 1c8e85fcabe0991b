"""Durations: quantiles and histograms of the time from one step to another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Durations:
    """Summary of some durations in seconds; all None when there are none."""

    n: int
    avg: float | None = None
    median: float | None = None
    p25: float | None = None
    p75: float | None = None
    p90: float | None = None
    p95: float | None = None
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """A bar of a histogram: its left edge and how many durations lie in it."""

    left: float
    count: int


def summarise(seconds: ArrayLike) -> Durations:
    """Mean and quantiles; between two durations quantiles are interpolated linearly (R's type 7).

    Examples
    --------
    >>> found = summarise([10, 20, 30, 40, 100])
    >>> found.p25, found.median, found.p90, round(found.p95, 9), found.avg
    (20.0, 30.0, 76.0, 88.0, 40.0)
    >>> summarise([]).median is None
    True
    """
    taken: NDArray[np.float64] = np.asarray(seconds, np.float64)
    if not len(taken):
        return Durations(0)
    median, p25, p75, p90, p95 = (float(q) for q in np.quantile(taken, [0.5, 0.25, 0.75, 0.9, 0.95]))
    ends = float(taken.min()), float(taken.max())
    return Durations(len(taken), float(taken.mean()), median, p25, p75, p90, p95, *ends)


def _bins(n: int, bins: int | None) -> int:
    return bins or min(max(math.ceil(round(n ** (1 / 3), 9)), 1), 60)


def histogram(seconds: ArrayLike, bins: int | None = None) -> tuple[Bin, ...]:
    """Bars of equal whole-second width; one bar more than asked for takes a maximum that lies on the last edge.

    Examples
    --------
    >>> [(bar.left, bar.count) for bar in histogram([3600, 2220, 82800])]
    [(2220.0, 2), (42510.0, 0), (82800.0, 1)]
    """
    taken: NDArray[np.float64] = np.asarray(seconds, np.float64)
    if not len(taken):
        return ()
    low, high = float(taken.min()), float(taken.max())
    n_bins = 1 if high == low else _bins(len(taken), bins)
    width = math.ceil((high - low) / n_bins) or 60
    counts = np.bincount(((taken - low) // width).astype(np.int64), minlength=n_bins + 1)
    return tuple(Bin(low + i * width, int(counts[i])) for i in range(n_bins + 1))


def shared_edges(periods: Sequence[Durations], bins: int | None = None) -> tuple[float, ...]:
    """Edges of one histogram axis that fits several periods; empty without data.

    Examples
    --------
    >>> shared_edges([Durations(8, min=100, max=200), Durations(19, min=50, max=300)])
    (50, 134, 218, 302)
    """
    filled = [period for period in periods if period.n and period.min is not None and period.max is not None]
    if not filled:
        return ()
    low = min(period.min for period in filled if period.min is not None)
    high = max(period.max for period in filled if period.max is not None)
    n_bins = _bins(sum(period.n for period in filled), bins)
    width = math.ceil((high - low) / n_bins) or 60
    return tuple(low + i * width for i in range(n_bins + 1))
