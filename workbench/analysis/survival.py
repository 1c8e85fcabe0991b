"""Time to convert with people still waiting: Kaplan-Meier curves, log-rank test, cohort maturity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.analysis.comparisons import NO_TEST, Test
from workbench.analysis.intervals import known

Floats = NDArray[np.float64]
FEW_AT_RISK = 10


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """Share not yet converted just after each time, with log-log bounds and the number still at risk."""

    times: tuple[float, ...]
    survival: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    at_risk: tuple[int, ...]

    @property
    def readable(self) -> int:
        """How many leading points have at least 10 people at risk: the curve is shown up to there."""
        return sum(count >= FEW_AT_RISK for count in self.at_risk)


def survival_curve(
    duration: ArrayLike,
    is_event: ArrayLike,
    at: Sequence[float] | None = None,
    level: float = 0.95,
    method: str = "log-log",
) -> SurvivalCurve:
    """Kaplan-Meier curve of durations, some of them cut off by the end of the data.

    Parameters
    ----------
    duration, is_event : (N,) array_like
        Time from origin to the conversion, or to the end of the data where `is_event` is false.
    at : sequence of float, optional
        Times to read; all event times by default.
    level : float
        Confidence of the interval; undefined (None) before the first and after the last possible event.
    method : str
        "log-log" (stays within 0..1) or "linear" (Greenwood's plain one).

    Examples
    --------
    >>> survival_curve([1, 2, 3, 4], [1, 1, 0, 1], [2]).survival
    (0.5,)
    """
    from scipy.stats import CensoredData, ecdf

    time, event = np.asarray(duration, dtype=np.float64), np.asarray(is_event, dtype=bool)
    marks = np.unique(time[event]) if at is None else np.asarray(at, dtype=np.float64)
    risk = tuple((len(time) - np.searchsorted(np.sort(time), marks)).tolist())
    if not event.any():
        flat: tuple[float | None, ...] = (1.0 if len(time) else None,) * len(marks)
        return SurvivalCurve(tuple(marks.tolist()), flat, (None,) * len(marks), (None,) * len(marks), risk)
    with np.errstate(all="ignore"):
        curve = ecdf(CensoredData(uncensored=time[event], right=time[~event])).sf
        low, high = _bounds(curve, level, method)
    return SurvivalCurve(
        tuple(marks.tolist()),
        tuple(known(v) for v in curve.evaluate(marks)),
        tuple(known(v) for v in low.evaluate(marks)),
        tuple(known(v) for v in high.evaluate(marks)),
        risk,
    )


def _bounds(curve: Any, level: float, method: str) -> tuple[Any, Any]:
    import warnings

    with warnings.catch_warnings():
        # The library warns that bounds are undefined at 0 and 1; they are passed on as None.
        warnings.simplefilter("ignore", RuntimeWarning)
        bounds = curve.confidence_interval(level, method=method)
    return bounds.low, bounds.high


def log_rank(first: tuple[ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike]) -> Test:
    """Log-rank test of two curves, each given as (times of events, times cut off).

    Examples
    --------
    >>> log_rank(([1, 2, 3], []), ([4, 5, 6], [7])).p < 0.05
    True
    """
    from scipy.stats import CensoredData, logrank

    sides = [CensoredData(uncensored=np.asarray(t, float), right=np.asarray(c, float)) for t, c in (first, second)]
    if any(not (len(np.atleast_1d(t)) + len(np.atleast_1d(c))) for t, c in (first, second)):
        return NO_TEST
    with np.errstate(all="ignore"):
        found = logrank(*sides)
    return Test(known(found.statistic), known(found.pvalue))


@dataclass(frozen=True, slots=True)
class CohortMaturity:
    """Young cohorts brought to the level they will reach, as older ones did (chain ladder).

    `factors[j]` grows column j to j + 1; `completion[j]` is the share of the final count seen by column j.
    """

    factors: tuple[float | None, ...]
    completion: tuple[float | None, ...]
    ultimate: tuple[float | None, ...]
    to_come: float | None
    naive_rate: tuple[float | None, ...]
    adjusted_rate: tuple[float | None, ...]


def cohort_maturity(
    cumulative: Sequence[Sequence[float | None]], sizes: Sequence[float] | None = None, recent: int | None = None
) -> CohortMaturity:
    """Chain ladder on a triangle of cumulative conversions.

    Parameters
    ----------
    cumulative : rows of cohorts by age
        None where an age has not been reached yet.
    sizes : sequence of float, optional
        People in each cohort, for rates.
    recent : int, optional
        Use only so many of the newest cohorts for each factor.

    Examples
    --------
    >>> found = cohort_maturity([[10, 15, 20], [12, 18, None], [8, None, None]], [100, 100, 100])
    >>> found.completion, found.ultimate
    ((0.5, 0.75, 1.0), (20.0, 24.0, 16.0))
    """
    triangle = np.array([[np.nan if v is None else v for v in row] for row in cumulative], dtype=np.float64)
    factors = np.array([_factor(triangle[:, j], triangle[:, j + 1], recent) for j in range(triangle.shape[1] - 1)])
    grown = np.concatenate([np.cumprod(factors[::-1])[::-1], [1.0]])
    last = np.array([np.flatnonzero(~np.isnan(row))[-1] if np.any(~np.isnan(row)) else -1 for row in triangle])
    latest = np.array([row[j] if j >= 0 else np.nan for row, j in zip(triangle, last, strict=True)])
    ultimate = latest * np.where(last >= 0, grown[last], np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        people = np.full(len(latest), np.nan) if sizes is None else np.asarray(sizes, dtype=np.float64)
        naive, adjusted = latest / people, ultimate / people
        completion = 1.0 / grown
    return CohortMaturity(
        _all_known(factors),
        _all_known(completion),
        _all_known(ultimate),
        known(np.sum(ultimate - latest)),
        _all_known(naive),
        _all_known(adjusted),
    )


def _factor(before: Floats, after: Floats, recent: int | None) -> float:
    both = np.flatnonzero(~np.isnan(before) & ~np.isnan(after))
    used = both if recent is None else both[-recent:]
    total = float(before[used].sum())
    return float(after[used].sum()) / total if total > 0 else float("nan")


def cumulated(increments: Sequence[Sequence[float | None]]) -> list[list[float | None]]:
    """Running sums of a triangle's rows, None staying None."""
    rows: list[list[float | None]] = []
    for row in increments:
        total, sums = 0.0, []
        for value in row:
            total += value or 0.0
            sums.append(None if value is None else total)
        rows.append(sums)
    return rows


def _all_known(column: Floats) -> tuple[float | None, ...]:
    return tuple(known(value) for value in column)
