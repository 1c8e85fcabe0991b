"""Own benchmarks: twelve complete weeks of a rate, with the noise that weeks have beyond counting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis.rates import Rate
from workbench.errors import WorkbenchError

WEEKS = 12
HOLIDAY_Z = 3.0


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Quartiles and pooled rate of the weeks, `phi` times the variance of counting alone, and the current week.

    `z` is how far the current rate is off, in standard errors that include phi; `p` from t with weeks - 1 degrees.
    """

    median: float | None
    p25: float | None
    p75: float | None
    pooled: float | None
    phi: float | None
    current: Rate
    z: float | None
    p: float | None
    has_peak: bool


def benchmark(k: Sequence[int], n: Sequence[int], current_k: int, current_n: int) -> Benchmark:
    """Compare a current rate with its own weeks.

    Parameters
    ----------
    k, n : sequences of int
        Conversions and people of each complete week; weeks without people are left out.
    current_k, current_n : int
        The current period.

    Examples
    --------
    >>> found = benchmark([80, 90, 85, 70], [1000, 1010, 990, 1000], 60, 1000)
    >>> round(found.pooled, 4), round(found.z, 2)
    (0.0813, -2.2)
    """
    hits, people = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if np.any(hits > people) or current_k > current_n:
        raise WorkbenchError("A week has more conversions than people.", "Count people, not events.")
    hits, people = hits[people > 0], people[people > 0]
    current = Rate.of(current_k, current_n)
    if not len(people):
        return Benchmark(None, None, None, None, None, current, None, None, False)
    rates, p = hits / people, float(hits.sum() / people.sum())
    low, middle, high = np.quantile(rates, [0.25, 0.5, 0.75]).tolist()
    phi = _dispersion(hits, people, p)
    z = _distance(current, p, phi, float(people.sum()))
    return Benchmark(middle, low, high, p, phi, current, z, _t_tail(z, len(people) - 1), _has_peak(rates))


def _dispersion(k: np.ndarray[tuple[int], np.dtype[np.float64]], n: object, p: float) -> float:
    people = np.asarray(n, dtype=np.float64)
    if len(people) < 2 or not 0 < p < 1:
        return 1.0
    return max(1.0, float(((k - people * p) ** 2 / (people * p * (1 - p))).sum()) / (len(people) - 1))


def _distance(current: Rate, p: float, phi: float, total: float) -> float | None:
    if current.value is None or not 0 < p < 1:
        return None
    return float((current.value - p) / np.sqrt(phi * p * (1 - p) * (1 / current.n + 1 / total)))


def _t_tail(z: float | None, df: int) -> float | None:
    if z is None or df < 1:
        return None
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(z)))


def _has_peak(rates: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    """A week whose robust z is above 3: perhaps a holiday."""
    deviation = 1.4826 * float(np.median(np.abs(rates - np.median(rates))))
    return bool(deviation > 0 and np.max(np.abs(rates - np.median(rates))) / deviation > HOLIDAY_Z)


@dataclass(frozen=True, slots=True)
class ControlChart:
    """A p-chart: centre, limits per sample, and the samples outside them."""

    centre: float | None
    low: tuple[float, ...]
    high: tuple[float, ...]
    signals: tuple[int, ...]


def control_chart(k: Sequence[int], n: Sequence[int], sigmas: float = 3.0) -> ControlChart:
    """Shewhart p-chart: the case without extra noise; web rates need `benchmark` instead.

    Examples
    --------
    >>> control_chart([12, 15, 8, 24], [50, 50, 50, 50]).signals
    ()
    """
    hits, people = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if not people.sum():
        return ControlChart(None, (), (), ())
    p = float(hits.sum() / people.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        half = sigmas * np.sqrt(p * (1 - p) / people)
        low, high, rates = np.maximum(p - half, 0.0), np.minimum(p + half, 1.0), hits / people
        outside = np.flatnonzero((rates < low) | (rates > high))
    return ControlChart(p, tuple(low.tolist()), tuple(high.tolist()), tuple(outside.tolist()))
