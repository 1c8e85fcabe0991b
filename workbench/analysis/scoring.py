"""Lead scores: logistic fits that stay finite, points, and how well scores hold up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.analysis.intervals import known
from workbench.errors import WorkbenchError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Logistic:
    """Log-odds: intercept, one coefficient per feature, and the standard errors of the coefficients."""

    intercept: float
    coefficients: tuple[float, ...]
    errors: tuple[float, ...]

    def chance(self, features: ArrayLike) -> Floats:
        """Probability of each row of features."""
        log_odds = self.intercept + np.asarray(features, dtype=np.float64) @ np.array(self.coefficients)
        return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def logistic(
    features: ArrayLike, outcome: ArrayLike, weights: ArrayLike | None = None, penalty: float = 1.0
) -> Logistic:
    """Fit a logistic regression on grouped unique patterns, with a log-F(m, m) prior on each coefficient.

    Parameters
    ----------
    features : (N, P) array_like
    outcome : (N,) array_like of 0 and 1
    weights : (N,) array_like, optional
        How many people each row stands for.
    penalty : float
        m of the log-F(m, m) prior: per feature two pseudo-records without intercept, half of m converting and half
        not, so that a feature that separates perfectly gets a finite coefficient. 0 switches it off.

    Raises
    ------
    WorkbenchError
        If all or none convert.

    Examples
    --------
    >>> fit = logistic([[0], [0], [1], [1]], [0, 1, 1, 1], [30, 10, 0, 16])
    >>> 0 < fit.coefficients[0] < 20
    True
    """
    import statsmodels.api as sm

    x, y = np.atleast_2d(np.asarray(features, dtype=np.float64)), np.asarray(outcome, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not 0 < float(w @ y) < float(w.sum()):
        raise WorkbenchError("All or none convert: there is nothing to tell apart.", "Take a longer period.")
    rows, wins, losses = _grouped(np.column_stack([np.ones(len(x)), x]), y, w)
    if penalty > 0:
        pseudo = np.column_stack([np.zeros(x.shape[1]), np.eye(x.shape[1])])
        rows = np.vstack([rows, pseudo])
        wins, losses = (np.append(side, np.full(x.shape[1], penalty / 2)) for side in (wins, losses))
    fit = sm.GLM(np.column_stack([wins, losses]), rows, family=sm.families.Binomial()).fit(tol=1e-12, maxiter=200)
    intercept, *coefficients = (float(v) for v in fit.params)
    return Logistic(intercept, tuple(coefficients), tuple(float(v) for v in fit.bse[1:]))


def _grouped(rows: Floats, outcome: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Unique rows with their converting and not converting weight."""
    unique, index = np.unique(rows, axis=0, return_inverse=True)
    index = index.ravel()
    wins = np.bincount(index, weights * outcome, len(unique)).astype(np.float64)
    losses = np.bincount(index, weights * (1 - outcome), len(unique)).astype(np.float64)
    seen = wins + losses > 0
    return unique[seen], wins[seen], losses[seen]


@dataclass(frozen=True, slots=True)
class Points:
    """Scale of a scorecard: score = offset + factor x log-odds."""

    factor: float
    offset: float

    def scores(self, log_odds: Sequence[float]) -> list[float]:
        return [self.offset + self.factor * value for value in log_odds]


def points(double_odds: float = 20.0, base_score: float = 600.0, base_odds: float = 50.0) -> Points:
    """Scale on which odds double every `double_odds` points and `base_score` means odds of `base_odds` to 1.

    Examples
    --------
    >>> scale = points()
    >>> round(scale.factor, 4), round(scale.offset, 3)
    (28.8539, 487.123)
    """
    factor = double_odds / float(np.log(2))
    return Points(factor, base_score - factor * float(np.log(base_odds)))


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Ranking (auc), squared error (brier) and log loss of predicted chances; None where undefined."""

    auc: float | None
    brier: float | None
    log_loss: float | None


def accuracy(outcome: ArrayLike, chance: ArrayLike) -> Accuracy:
    """How well predicted chances hold up.

    Examples
    --------
    >>> accuracy([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).auc
    0.75
    """
    from scipy.stats import rankdata

    y, p = np.asarray(outcome, dtype=np.float64), np.asarray(chance, dtype=np.float64)
    if not len(y):
        return Accuracy(None, None, None)
    n1 = float(y.sum())
    n0 = len(y) - n1
    auc = (rankdata(p)[y == 1].sum() - n1 * (n1 + 1) / 2) / (n1 * n0) if n1 and n0 else None
    eps = np.finfo(np.float64).eps
    clipped = np.clip(p, eps, 1 - eps)
    loss = -np.mean(y * np.log(clipped) + (1 - y) * np.log(1 - clipped))
    return Accuracy(None if auc is None else float(auc), float(np.mean((p - y) ** 2)), float(loss))


@dataclass(frozen=True, slots=True)
class CalibrationTable:
    """Per bin of predicted chance: mean prediction and what happened, among how many."""

    predicted: tuple[float, ...]
    happened: tuple[float, ...]
    people: tuple[int, ...]
    slope: float | None


def calibration(outcome: ArrayLike, chance: ArrayLike, bins: int = 10, strategy: str = "quantile") -> CalibrationTable:
    """Compare predicted with observed rates in bins of equal width (uniform) or equal size (quantile).

    Examples
    --------
    >>> y, p = [0, 0, 0, 0, 1, 1, 1, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0]
    >>> calibration(y, p, 3, "uniform").happened
    (0.0, 0.5, 1.0)
    """
    y, p = np.asarray(outcome, dtype=np.float64), np.asarray(chance, dtype=np.float64)
    if not len(y):
        return CalibrationTable((), (), (), None)
    even = np.linspace(0, 1, bins + 1)
    edges = even if strategy == "uniform" else np.quantile(p, even)
    index = np.searchsorted(edges[1:-1], p)
    people = np.bincount(index, minlength=bins)
    used = people > 0
    predicted = np.bincount(index, p, bins)[used] / people[used]
    happened = np.bincount(index, y, bins)[used] / people[used]
    return CalibrationTable(
        tuple(predicted.tolist()), tuple(happened.tolist()), tuple(people[used].tolist()), _slope(y, p)
    )


def _slope(y: Floats, p: Floats) -> float | None:
    """Slope of the outcome's log-odds on the predicted ones: 1 is right, below 1 overconfident."""
    if not 0 < y.sum() < len(y) or np.ptp(p) == 0:
        return None
    clipped = np.clip(p, 1e-9, 1 - 1e-9)
    log_odds = np.log(clipped / (1 - clipped))
    return known(logistic(log_odds[:, None], y, penalty=1e-6).coefficients[0])
