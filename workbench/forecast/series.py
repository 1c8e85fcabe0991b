"""Series forecasts of macro-conversions as simulated paths: last week, smoothing, a leading micro-conversion."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.errors import WorkbenchError
from workbench.forecast.bands import Spread

PERIOD = 7
MIN_HISTORY = 21
PATHS = 500
MOST_DAYS_AHEAD = 28
LAG_DAYS = 28
EXPOSURE_DAYS = 60
# Rates wander a little from day to day: 1 % of themselves.
DAILY_DRIFT = 0.01
LEVELS = (0.5, 0.8, 0.95)

Floats = NDArray[np.float64]


class Method(StrEnum):
    """How a series is forecast."""

    LAST_WEEK = "last week's pattern"
    SMOOTHING = "exponential smoothing"
    LEADING = "leading micro-conversion"


@dataclass(frozen=True, slots=True)
class Leading:
    """A micro-conversion that leads: its daily counts, and the distribution of days until the macro-conversion.

    `share_before` is the share of macro-conversions that it precedes, `mature_cohorts` how many weekly cohorts the
    lag rests on: both decide whether it may be used at all.
    """

    daily: tuple[float, ...]
    lag: tuple[float, ...]
    share_before: float
    mature_cohorts: int

    @property
    def may_lead(self) -> bool:
        """It precedes 80 % of the macros, five mature cohorts are known, and no day is without it."""
        no_gap = bool(self.daily) and min(self.daily) > 0
        return self.share_before >= 0.8 and self.mature_cohorts >= 5 and no_gap


@dataclass(frozen=True)
class Paths:
    """Simulated futures (S, h) of one method; `piped` is the mean part that known micro-conversions bring."""

    method: Method
    draws: Floats
    piped: tuple[float, ...] = ()

    @property
    def days(self) -> tuple[Spread, ...]:
        """Bands per day."""
        return tuple(Spread.of(self.draws[:, day], LEVELS) for day in range(self.draws.shape[1]))

    @property
    def total(self) -> Spread:
        """Band of the sum over the horizon, from summed paths: adding daily limits would be far too narrow or wide."""
        return Spread.of(self.draws.sum(axis=1), LEVELS)


def check_history(history: Sequence[float], days_ahead: int) -> None:
    """Refuse what cannot be forecast.

    Raises
    ------
    WorkbenchError
        With less than 21 days of history, or a horizon beyond 28 days or a third of the history.
    """
    if len(history) < MIN_HISTORY:
        raise WorkbenchError(
            f"A series forecast needs at least {MIN_HISTORY} days; there are {len(history)}.",
            "Use the what-if on the map instead.",
        )
    most = min(MOST_DAYS_AHEAD, len(history) // 3)
    if not 1 <= days_ahead <= most:
        raise WorkbenchError(
            f"{days_ahead} days ahead cannot be forecast from {len(history)} days.", f"Ask for 1 to {most} days."
        )


def last_week(history: Sequence[float], days_ahead: int, seed: int = 1) -> Paths:
    """The same weekday of the last week, with resampled past errors of that rule.

    Examples
    --------
    >>> paths = last_week([5, 6, 7, 8, 9, 3, 2] * 4, 7)
    >>> paths.draws.shape, paths.days[0].median
    ((500, 7), 5.0)
    """
    y = np.asarray(history, dtype=np.float64)
    errors = y[PERIOD:] - y[:-PERIOD]
    rng = np.random.default_rng(seed)
    draws = np.zeros((PATHS, days_ahead))
    for day in range(days_ahead):
        before = draws[:, day - PERIOD] if day >= PERIOD else y[len(y) - PERIOD + day]
        draws[:, day] = before + rng.choice(errors, PATHS)
    return Paths(Method.LAST_WEEK, np.maximum(draws, 0.0))


def smoothing(history: Sequence[float], days_ahead: int, seed: int = 1) -> Paths:
    """ETS(A, N, A) on log(y + 0.5), simulated; quantiles of paths are carried back, never the mean alone."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    logs = np.log(np.asarray(history, dtype=np.float64) + 0.5)
    model = ETSModel(logs, error="add", trend=None, seasonal="add", seasonal_periods=PERIOD)
    with warnings.catch_warnings():
        # A fit that stops early still serves: the backtest decides whether it is any good.
        warnings.simplefilter("ignore")
        drawn = model.fit(disp=False).simulate(
            days_ahead, anchor="end", repetitions=PATHS, **{_random_argument(): np.random.default_rng(seed)}
        )
    return Paths(Method.SMOOTHING, np.maximum(np.exp(np.asarray(drawn).reshape(days_ahead, PATHS).T) - 0.5, 0.0))


def _random_argument() -> str:
    """The library renamed the argument of its simulation."""
    import inspect

    from statsmodels.tsa.exponential_smoothing.ets import ETSResults

    return "rng" if "rng" in inspect.signature(ETSResults.simulate).parameters else "random_state"


def leading(history: Sequence[float], leader: Leading, days_ahead: int, seed: int = 1) -> Paths:
    """Convolve a leading micro-conversion with its lag; its own future is smoothed, counts scatter around the mean.

    The rate is what the last 60 days brought over what they could have brought so far; it is drawn from its
    posterior, and the scatter of counts from the fit to the past.
    """
    y, micro = np.asarray(history, dtype=np.float64), np.asarray(leader.daily, dtype=np.float64)
    lag = np.asarray(leader.lag, dtype=np.float64)
    rng = np.random.default_rng(seed)
    exposure = np.convolve(micro, lag)[: len(y)]
    recent = slice(max(0, len(y) - EXPOSURE_DAYS), len(y))
    seen, possible = float(y[recent].sum()), float(exposure[recent].sum())
    rate = _rates(rng, seen, possible)
    future = smoothing(leader.daily, days_ahead, seed).draws
    piped = np.convolve(np.concatenate([micro, np.zeros(days_ahead)]), lag)[len(micro) : len(micro) + days_ahead]
    coming = np.stack([np.convolve(path, lag)[:days_ahead] for path in future])
    drift = np.exp(DAILY_DRIFT * np.cumsum(rng.standard_normal((PATHS, days_ahead)), axis=1))
    mean = rate[:, None] * drift * (piped + coming)
    draws = _scattered(rng, mean, dispersion(y[recent], exposure[recent] * (seen / max(possible, 1e-9))))
    return Paths(Method.LEADING, draws, tuple((float(rate.mean()) * piped).tolist()))


def _rates(rng: np.random.Generator, seen: float, possible: float) -> Floats:
    """Posterior of macros per micro-conversion: a share, or counts per exposure where there is more than one each."""
    if possible >= seen:
        return rng.beta(seen + 0.5, possible - seen + 0.5, PATHS)
    return np.asarray(rng.gamma(seen + 0.5, 1.0 / max(possible, 1e-9), PATHS))


def dispersion(y: Floats, mean: Floats) -> float:
    """Pearson chi-square per day: variance over mean of the counts around their fit, at least 1."""
    used = mean > 0
    if used.sum() < 2:
        return 1.0
    return max(1.0, float((((y - mean) ** 2 / np.where(used, mean, 1.0))[used]).sum()) / (int(used.sum()) - 1))


def _scattered(rng: np.random.Generator, mean: Floats, phi: float) -> Floats:
    safe = np.maximum(mean, 1e-9)
    if phi <= 1.0:
        return rng.poisson(safe).astype(np.float64)
    return rng.poisson(rng.gamma(safe / (phi - 1.0), phi - 1.0)).astype(np.float64)


def lag_of(days: Sequence[float], window_days: int = LAG_DAYS) -> tuple[float, ...]:
    """Share of conversions per whole day after the micro-conversion, from mature waits in days.

    Examples
    --------
    >>> lag_of([0.2, 0.4, 1.5, 3.0], 4)
    (0.5, 0.25, 0.0, 0.25)
    """
    whole = np.floor(np.asarray(days, dtype=np.float64)).astype(np.int64)
    counts = np.bincount(whole[whole < window_days], minlength=window_days).astype(np.float64)
    return tuple((counts / counts.sum()).tolist()) if counts.sum() else ()
