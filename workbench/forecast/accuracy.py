"""How good a forecast was: errors, scaled errors, interval scores and coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.analysis.intervals import known

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ForecastErrors:
    """Root mean square, mean absolute, percentage error, and the error over that of last season's pattern (MASE)."""

    rmse: float | None
    mae: float | None
    mape: float | None
    mase: float | None


def forecast_errors(
    test: Sequence[float], forecast: Sequence[float], train: Sequence[float], period: int
) -> ForecastErrors:
    """Errors of a forecast against what came.

    Parameters
    ----------
    test, forecast : sequences of the same length
    train : sequence
        History, for the scale of MASE: mean absolute seasonal difference.
    period : int
        Season length.

    Examples
    --------
    >>> found = forecast_errors([12, 14], [11, 16], [10, 12, 11, 13], 2)
    >>> found.mae, found.mase
    (1.5, 1.5)
    """
    y, f = np.asarray(test, dtype=np.float64), np.asarray(forecast, dtype=np.float64)
    if not len(y):
        return ForecastErrors(None, None, None, None)
    error = y - f
    mae, scale = float(np.mean(np.abs(error))), seasonal_scale(train, period)
    with np.errstate(divide="ignore", invalid="ignore"):
        mape = known(np.mean(np.abs(error / y)) * 100)
    return ForecastErrors(float(np.sqrt(np.mean(error**2))), mae, mape, mae / scale if scale else None)


def seasonal_scale(train: Sequence[float] | Floats, period: int) -> float | None:
    """Mean absolute seasonal difference; None while the history is shorter than a season and a day."""
    history = np.asarray(train, dtype=np.float64)
    return float(np.mean(np.abs(history[period:] - history[:-period]))) if len(history) > period else None


def interval_score(y: ArrayLike, low: ArrayLike, high: ArrayLike, alpha: float) -> Floats:
    """Width of the (1 - alpha) interval plus 2/alpha for each unit that the outcome lies outside.

    Examples
    --------
    >>> interval_score([1, -15, 22], [0, 1, 0], [2, 2, 3], 0.5).tolist()
    [2.0, 65.0, 79.0]
    """
    value, lo, hi = (np.asarray(x, dtype=np.float64) for x in (y, low, high))
    return np.asarray(hi - lo + 2 / alpha * (np.maximum(lo - value, 0) + np.maximum(value - hi, 0)))


def coverage(y: ArrayLike, low: ArrayLike, high: ArrayLike) -> float | None:
    """Share of outcomes inside their interval.

    Examples
    --------
    >>> coverage([1, 2, 3, 4], [1, 2.1, 0, 0], [2, 3, 3, 3.9])
    0.5
    """
    value, lo, hi = (np.asarray(x, dtype=np.float64) for x in (y, low, high))
    return float(np.mean((lo <= value) & (value <= hi))) if len(value) else None
