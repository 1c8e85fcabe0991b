"""Means of exponential smoothing and of a convolution from a leading micro-conversion."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.errors import WorkbenchError

Floats = NDArray[np.float64]
_COMPONENTS = {"A": "add", "M": "mul", "N": None}


def ets_mean(y: Sequence[float], period: int, h: int, model: str = "ANA") -> list[float]:
    """Mean forecast of an ETS model fitted by maximum likelihood.

    Parameters
    ----------
    y : sequence of float
    period : int
        Season length.
    h : int
        Steps ahead.
    model : str
        Error, trend, season as letters A, M, N; "Ad" is a damped trend.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    letters = [c for c in model if c != "d"]
    if len(letters) != 3 or any(c not in _COMPONENTS for c in letters) or letters[0] == "N":
        raise WorkbenchError(f"“{model}” is no ETS model.", "Write error, trend and season as letters: ANA.")
    error, trend, seasonal = (_COMPONENTS[c] for c in letters)
    fit = ETSModel(
        np.asarray(y, dtype=np.float64),
        error=error,
        trend=trend,
        damped_trend="d" in model,
        seasonal=seasonal,
        seasonal_periods=period if seasonal else None,
    ).fit(disp=False)
    return [float(v) for v in fit.forecast(h)]


@dataclass(frozen=True, slots=True)
class SeasonalState:
    """Level and season (latest first) of additive smoothing, with its two weights."""

    level: float
    season_recent_first: tuple[float, ...]
    alpha: float
    gamma: float


def smoothed_mean(y: Sequence[float], state: SeasonalState, h: int) -> list[float]:
    """ETS(A, N, A) from given parameters: run the recursion over y, then repeat the last season.

    Examples
    --------
    >>> smoothed_mean([12.0, 8.0], SeasonalState(10.0, (-2.0, 2.0), 0.5, 0.1), 3)
    [12.0, 8.0, 12.0]
    """
    level, season = state.level, list(reversed(state.season_recent_first))
    for value in y:
        oldest = season.pop(0)
        error = value - level - oldest
        level += state.alpha * error
        season.append(oldest + state.gamma * error)
    return [level + season[step % len(season)] for step in range(h)]


def multiplicative_mean(level: float, trend: float, season: Sequence[float], h: int) -> list[float]:
    """Holt-Winters multiplicative forecast; `season` begins with the next step's factor.

    Examples
    --------
    >>> [round(v, 1) for v in multiplicative_mean(200.0, -1.5, [0.8, 1.1], 3)]
    [158.8, 216.7, 156.4]
    """
    return [(level + trend * step) * season[(step - 1) % len(season)] for step in range(1, h + 1)]


@dataclass(frozen=True, slots=True)
class ConvolutionMean:
    """Expected macro-conversions per day, and the part that known micro-conversions bring: already in the pipe."""

    mean: tuple[float, ...]
    from_known: tuple[float, ...]


def convolved(micro: Sequence[float], future: Sequence[float], lag: Sequence[float], rate: float) -> ConvolutionMean:
    """Expected macros of the coming days from micro-conversions and the distribution of the lag.

    Parameters
    ----------
    micro : sequence of float
        Known micro-conversions per day, the last one yesterday.
    future : sequence of float
        Expected micro-conversions of the coming days.
    lag : sequence of float
        Share of conversions that come 0, 1, 2 ... days after the micro-conversion.
    rate : float
        Share of micro-conversions that convert.

    Examples
    --------
    >>> found = convolved([100, 200], [150], [0.5, 0.5], 0.1)
    >>> found.mean, found.from_known
    ((17.5,), (10.0,))
    """
    weights = np.asarray(lag, dtype=np.float64)
    known, ahead = np.asarray(micro, dtype=np.float64), np.asarray(future, dtype=np.float64)
    piped = rate * _tail(np.concatenate([known, np.zeros(len(ahead))]), weights, len(ahead))
    coming = rate * _tail(np.concatenate([np.zeros(len(known)), ahead]), weights, len(ahead))
    return ConvolutionMean(tuple((piped + coming).tolist()), tuple(piped.tolist()))


def _tail(series: Floats, weights: Floats, h: int) -> Floats:
    return np.convolve(series, weights)[len(series) - h : len(series)]


@dataclass(frozen=True, slots=True)
class SeasonalArima:
    """Mean and standard error of a seasonal ARIMA forecast."""

    mean: tuple[float, ...]
    error: tuple[float, ...]


def arima(
    y: Sequence[float], order: tuple[int, int, int], seasonal: tuple[int, int, int, int], h: int
) -> SeasonalArima:
    """Seasonal ARIMA by exact diffuse likelihood; too slow for live use."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    series = np.asarray(y, dtype=np.float64)
    model = SARIMAX(series, order=order, seasonal_order=seasonal, use_exact_diffuse=True)
    with warnings.catch_warnings():
        # The library tells that it begins from zeros; the fit is what counts.
        warnings.simplefilter("ignore")
        found = model.fit(disp=False, maxiter=500).get_forecast(h)
    return SeasonalArima(tuple(found.predicted_mean.tolist()), tuple(np.asarray(found.se_mean).tolist()))
