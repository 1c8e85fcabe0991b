"""Which forecast to believe: every method is tried on the past, day by day, and must beat last week's pattern."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.forecast.accuracy import interval_score, seasonal_scale
from workbench.forecast.series import (
    LEVELS,
    MIN_HISTORY,
    PERIOD,
    Floats,
    Leading,
    Method,
    Paths,
    check_history,
    last_week,
    leading,
    smoothing,
)
from workbench.progress import Progress

MIN_ORIGINS = 6
MOST_ORIGINS = 12
MUST_BEAT = 0.95
NO_BETTER = "No method beats last week's pattern."

Forecaster = Callable[[int, int], Paths]


@dataclass(frozen=True, slots=True)
class Score:
    """How a method did over the origins: scaled error, interval score, coverage, and the error of the total."""

    method: Method
    mase: float | None
    msis: float | None
    cover_80: float | None
    cover_95: float | None
    total_error: float | None
    total_cover_80: float | None
    origins: int


@dataclass(frozen=True)
class SeriesForecast:
    """The chosen paths, how each method did, and the sentence that says so."""

    chosen: Paths
    scores: tuple[Score, ...]
    sentence: str
    days_ahead: int

    def score(self, method: Method) -> Score:
        return next(score for score in self.scores if score.method is method)


@dataclass(frozen=True, slots=True)
class _Origin:
    """One point in the past: what came after, and what a method had drawn for it."""

    truth: Floats
    draws: Floats
    scale: float


def forecast_series(
    history: Sequence[float],
    days_ahead: int,
    leader: Leading | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> SeriesForecast:
    """Forecast daily counts, by the method that did best on the past.

    Parameters
    ----------
    history : sequence of float
        Daily counts, whole days, the newest last.
    days_ahead : int
        At most 28 and a third of the history.
    leader : Leading, optional
        A micro-conversion that leads; used only if its gates hold.
    seed : int
    progress : Progress, optional
        Told after each origin; cancelling raises CancelledError.

    Returns
    -------
    SeriesForecast
        Among the methods whose scaled error is below 0.95 of last week's pattern, the one with the best interval
        score; else last week's pattern itself, with the sentence that no method beats it.

    Raises
    ------
    WorkbenchError
        If there is too little history for the horizon.
    """
    check_history(history, days_ahead)
    methods = _methods(history, leader, seed)
    origins = origins_of(len(history), days_ahead)
    told = progress or Progress()
    scores = []
    for number, (method, forecaster) in enumerate(methods.items()):
        tried: list[_Origin] = []
        for at in origins:
            told.step(number * len(origins) + len(tried), len(methods) * len(origins), label=f"Trying {method.value}")
            tried.append(_tried(history, at, days_ahead, forecaster))
        scores.append(_score(method, tried))
    best, sentence = _choose(scores)
    return SeriesForecast(methods[best](len(history), days_ahead), tuple(scores), sentence, days_ahead)


def origins_of(length: int, days_ahead: int) -> list[int]:
    """Days at which the past is cut: a week apart, or a day where the history is short; the newest last.

    Examples
    --------
    >>> origins_of(120, 14)[:2], len(origins_of(120, 14)), len(origins_of(42, 14))
    ([29, 36], 12, 8)
    """
    last, first = length - days_ahead, MIN_HISTORY
    step = 7 if (last - first) // 7 + 1 >= MIN_ORIGINS else 1
    return list(range(last, first - 1, -step))[:MOST_ORIGINS][::-1]


def _methods(history: Sequence[float], leader: Leading | None, seed: int) -> dict[Method, Forecaster]:
    methods: dict[Method, Forecaster] = {
        Method.LAST_WEEK: lambda at, h: last_week(history[:at], h, seed),
        Method.SMOOTHING: lambda at, h: smoothing(history[:at], h, seed),
    }
    if leader is not None and leader.may_lead and len(leader.daily) == len(history):
        methods[Method.LEADING] = lambda at, h: leading(history[:at], replace(leader, daily=leader.daily[:at]), h, seed)
    return methods


def _tried(history: Sequence[float], at: int, days_ahead: int, forecaster: Forecaster) -> _Origin:
    truth = np.asarray(history[at : at + days_ahead], dtype=np.float64)
    return _Origin(truth, forecaster(at, days_ahead).draws, seasonal_scale(history[:at], PERIOD) or 0.0)


def _score(method: Method, tried: list[_Origin]) -> Score:
    usable = [origin for origin in tried if origin.scale > 0]
    if not usable:
        return Score(method, None, None, None, None, None, None, len(tried))
    inside = {level: np.mean([_inside(o.truth, o.draws, level) for o in usable]) for level in LEVELS[1:]}
    totals = [(float(o.truth.sum()), o.draws.sum(axis=1)) for o in usable]
    known = [abs(float(np.median(drawn)) / true - 1.0) for true, drawn in totals if true > 0]
    return Score(
        method=method,
        mase=float(np.mean([np.mean(np.abs(o.truth - np.median(o.draws, axis=0))) / o.scale for o in usable])),
        msis=float(np.mean([_msis(o) for o in usable])),
        cover_80=float(inside[0.8]),
        cover_95=float(inside[0.95]),
        total_error=float(np.mean(known)) if known else None,
        total_cover_80=float(np.mean([_within(true, drawn, 0.8) for true, drawn in totals])),
        origins=len(usable),
    )


def _bounds(draws: Floats, level: float) -> tuple[Floats, Floats]:
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


def _inside(truth: Floats, draws: Floats, level: float) -> float:
    low, high = _bounds(draws, level)
    return float(np.mean((low <= truth) & (truth <= high)))


def _within(truth: float, draws: Floats, level: float) -> bool:
    low, high = _bounds(draws, level)
    return bool(low <= truth <= high)


def _msis(origin: _Origin) -> float:
    """Mean interval score of the 95 % band, scaled like the error."""
    low, high = _bounds(origin.draws, 0.95)
    return float(np.mean(interval_score(origin.truth, low, high, 0.05))) / origin.scale


def _choose(scores: list[Score]) -> tuple[Method, str]:
    base = next(score for score in scores if score.method is Method.LAST_WEEK)
    better = [
        s
        for s in scores
        if s.method is not Method.LAST_WEEK
        and s.mase is not None
        and base.mase is not None
        and s.msis is not None
        and s.mase < MUST_BEAT * base.mase
    ]
    if not better:
        return Method.LAST_WEEK, NO_BETTER
    best = min(better, key=lambda score: score.msis or np.inf)
    gain = 1.0 - (best.mase or 0.0) / (base.mase or 1.0)
    name = best.method.value.capitalize()
    words = f"{name} was {100 * gain:.0f} % closer than last week's pattern over {best.origins} trials"
    band = "" if best.cover_80 is None else f"; its 80 % band held {100 * best.cover_80:.0f} % of the days"
    return best.method, f"{words}{band}."
