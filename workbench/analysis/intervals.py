"""Intervals of rates, differences, ratios and counts: closed forms in NumPy, exact ones from libraries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.errors import WorkbenchError

Floats = NDArray[np.float64]
Bounds = tuple[Floats, Floats]
# Logarithm of a ratio beyond all that counts can tell.
_FAR = 25.0


class Side(StrEnum):
    """Both bounds, or one with all the error on its side."""

    TWO = "two"
    UPPER = "upper"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of one figure; None where there is none (no data, or infinite)."""

    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def overlaps(self, other: Interval) -> bool:
        """Whether the two intervals share a point; an interval without bounds overlaps all."""
        if None in (self.low, self.high, other.low, other.high):
            return True
        return bool(self.low <= other.high and other.low <= self.high)  # type: ignore[operator]


NO_INTERVAL = Interval()


def interval_of(bounds: tuple[Any, Any]) -> Interval:
    """One pair of bounds as an interval, NaN and infinity as None."""
    return Interval(known(bounds[0]), known(bounds[1]))


def known(value: Any) -> float | None:
    """A finite float, else None."""
    number = float(value)
    return number if np.isfinite(number) else None


def z_of(level: float, side: Side = Side.TWO) -> float:
    """Normal quantile of a confidence level.

    Examples
    --------
    >>> round(z_of(0.95), 6), round(z_of(0.95, Side.UPPER), 6)
    (1.959964, 1.644854)
    """
    tail = 1.0 - level if side is not Side.TWO else (1.0 - level) / 2
    return NormalDist().inv_cdf(1.0 - tail)


def wilson(k: ArrayLike, n: ArrayLike, level: float = 0.95, side: Side = Side.TWO) -> Bounds:
    """Wilson score interval of k of n.

    Parameters
    ----------
    k, n : array_like, broadcast
        Successes and trials.
    level : float
        Confidence, 0..1.
    side : Side
        `UPPER` gives (0, upper), `LOWER` (lower, 1).

    Returns
    -------
    low, high : arrays of the broadcast shape
        NaN where n is 0.

    Raises
    ------
    WorkbenchError
        If k is negative or above n.

    Notes
    -----
    Wilson 1927; default interval of every rate because its coverage holds for rare events.

    Examples
    --------
    >>> low, high = wilson([81, 4000, 0], [263, 50_000, 0])
    >>> [round(float(v), 4) for v in low[:2]], [round(float(v), 4) for v in high[:2]]
    ([0.2553, 0.0777], [0.3662, 0.0824])
    """
    hits, trials = _checked(k, n)
    z = z_of(level, side)
    whole = trials + z * z
    centre = (hits + z * z / 2) / whole
    with np.errstate(invalid="ignore", divide="ignore"):
        half = z * np.sqrt(hits * (trials - hits) / trials + z * z / 4) / whole
    low, high = np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0)
    # At the edges rounding may leave 1e-17 where the bound is exactly 0 or 1.
    low, high = np.where(hits == 0, 0.0, low), np.where(hits == trials, 1.0, high)
    return _one_sided(np.where(trials > 0, low, np.nan), np.where(trials > 0, high, np.nan), side)


def exact(k: ArrayLike, n: ArrayLike, level: float = 0.95, side: Side = Side.TWO) -> Bounds:
    """Clopper-Pearson interval of k of n, NaN where n is 0.

    Examples
    --------
    >>> low, high = exact(682, 925)
    >>> round(float(low), 7), round(float(high), 7)
    (0.7076683, 0.7654066)
    """
    from scipy.special import betaincinv

    hits, trials = _checked(k, n)
    tail = 1.0 - level if side is not Side.TWO else (1.0 - level) / 2
    low = np.where(hits > 0, betaincinv(np.maximum(hits, 1), trials - hits + 1, tail), 0.0)
    high = np.where(hits < trials, betaincinv(hits + 1, np.maximum(trials - hits, 1), 1 - tail), 1.0)
    return _one_sided(np.where(trials > 0, low, np.nan), np.where(trials > 0, high, np.nan), side)


def exact_upper(k: ArrayLike, n: ArrayLike, level: float = 0.95) -> Floats:
    """One-sided exact upper bound: how high a rate may be after k of n; closed form (no SciPy) while every k is 0.

    Examples
    --------
    >>> round(float(exact_upper(0, 1000)), 5)
    0.00299
    """
    hits, trials = _checked(k, n)
    if not np.any(hits):
        with np.errstate(divide="ignore"):
            return np.where(trials > 0, 1.0 - (1.0 - level) ** (1.0 / np.maximum(trials, 1e-300)), np.nan)
    return exact(hits, trials, level, Side.UPPER)[1]


def rule_of_three(n: int) -> float | None:
    """3/n: the quick upper bound (95 %) of a rate after no event in n; None without trials."""
    return 3.0 / n if n else None


def proportion(k: float, n: float, level: float = 0.95, method: str = "wilson", side: Side = Side.TWO) -> Interval:
    """Interval of one rate by name: wilson, exact, or any method of statsmodels' `proportion_confint`."""
    if method == "wilson":
        return interval_of(wilson(k, n, level, side))
    if method in ("exact", "clopper-pearson", "beta"):
        return interval_of(exact(k, n, level, side))
    from statsmodels.stats.proportion import proportion_confint

    _checked(k, n)
    if not n:
        return Interval()
    names = {"wald": "normal", "agresti-coull": "agresti_coull"}
    alpha = 2 * (1 - level) if side is not Side.TWO else 1 - level
    low, high = proportion_confint(k, n, alpha=alpha, method=names.get(method, method))
    return interval_of(_one_sided(np.float64(max(0.0, low)), np.float64(min(1.0, high)), side))  # type: ignore[arg-type]


def newcombe(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, level: float = 0.95) -> Bounds:
    """Newcombe's hybrid score interval of the difference k1/n1 - k2/n2 of independent rates; NaN without data.

    Notes
    -----
    Newcombe 1998, method 10: d -+ square roots of the distances of the rates to their Wilson bounds.

    Examples
    --------
    >>> low, high = newcombe(5, 56, 0, 29)
    >>> round(float(low), 4), round(float(high), 4)
    (-0.0381, 0.1926)
    """
    (a, n), (b, m) = _checked(k1, n1), _checked(k2, n2)
    (l1, u1), (l2, u2) = wilson(a, n, level), wilson(b, m, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        p1, p2 = a / n, b / m
        low = p1 - p2 - np.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
        high = p1 - p2 + np.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return low, high


def difference(k1: float, n1: float, k2: float, n2: float, level: float = 0.95, method: str = "newcombe") -> Interval:
    """Interval of a difference of rates by name: newcombe, wald, agresti-caffo or score (Miettinen-Nurminen)."""
    if method == "newcombe" or not n1 or not n2:
        return interval_of(newcombe(k1, n1, k2, n2, level))
    from statsmodels.stats.proportion import confint_proportions_2indep

    names = {"agresti-caffo": "agresti-caffo", "wald": "wald", "score": "score"}
    if method not in names:
        _unknown("difference", method)
    try:
        with np.errstate(all="ignore"):
            found = confint_proportions_2indep(
                np.float64(k1), n1, np.float64(k2), n2, method=names[method], compare="diff", alpha=1 - level
            )
    except ValueError:
        # The library's score method fails on a zero cell; Newcombe's interval is defined there.
        return interval_of(newcombe(k1, n1, k2, n2, level))
    return interval_of(found)


def paired_newcombe(both: float, only_1: float, only_2: float, neither: float, level: float = 0.95) -> Interval:
    """Newcombe's interval of the difference of two rates of the same people (method 10 for pairs).

    Examples
    --------
    >>> found = paired_newcombe(14, 5, 0, 22)
    >>> round(found.low, 3), round(found.high, 3)
    (0.011, 0.226)
    """
    n = both + only_1 + only_2 + neither
    if not n:
        return Interval()
    p1, p2 = (both + only_1) / n, (both + only_2) / n
    (l1, u1), (l2, u2) = wilson(both + only_1, n, level), wilson(both + only_2, n, level)
    margins = (both + only_1) * (only_2 + neither) * (both + only_2) * (only_1 + neither)
    slack = both * neither - only_1 * only_2
    if slack > 0:
        slack = max(slack - n / 2, 0.0)
    phi = slack / np.sqrt(margins) if margins else 0.0
    down = np.sqrt((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2)
    up = np.sqrt((p2 - l2) ** 2 - 2 * phi * (p2 - l2) * (u1 - p1) + (u1 - p1) ** 2)
    return interval_of((p1 - p2 - down, p1 - p2 + up))


def katz(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, level: float = 0.95) -> Bounds:
    """Log interval of the ratio of two rates (Katz 1978), NaN with a zero cell."""
    (a, n), (b, m) = _checked(k1, n1), _checked(k2, n2)
    with np.errstate(invalid="ignore", divide="ignore"):
        log_ratio = np.log((a / n) / (b / m))
        half = z_of(level) * np.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
        low, high = np.exp(log_ratio - half), np.exp(log_ratio + half)
    defined = (a > 0) & (b > 0)
    return np.where(defined, low, np.nan), np.where(defined, high, np.nan)


def ratio(k1: float, n1: float, k2: float, n2: float, level: float = 0.95, method: str = "koopman") -> Interval:
    """Interval of a ratio of rates: koopman (score) or log; an infinite or undefined bound is None."""
    if method == "log":
        return interval_of(katz(k1, n1, k2, n2, level))
    if method not in ("koopman", "score"):
        _unknown("ratio", method)
    _checked(k1, n1), _checked(k2, n2)
    if not n1 or not n2 or (k1 == 0 and k2 == 0):
        return Interval()
    return koopman(k1, n1, k2, n2, level)


def koopman(k1: float, n1: float, k2: float, n2: float, level: float = 0.95) -> Interval:
    """Koopman's score interval of the ratio (k1/n1) / (k2/n2), not both counts 0; an infinite bound is None.

    Notes
    -----
    Koopman 1984: the ratios at which the score statistic stays within chi-square. Written out because the library's
    bounds are wrong where a rate is 100 % (10 of 10 against 10 of 10 gives it a lower bound of 1).

    Examples
    --------
    >>> found = koopman(7, 34, 1, 34)
    >>> round(found.low, 4), round(found.high, 3)
    (1.2209, 42.576)
    """
    from scipy.optimize import brentq

    limit = z_of(level) ** 2

    def above(log_ratio: float) -> float:
        return _ratio_score(float(np.exp(log_ratio)), k1, n1, k2, n2) - limit

    middle = float(np.log((k1 / n1) / (k2 / n2))) if k1 and k2 else None
    low = 0.0 if not k1 else float(np.exp(brentq(above, -_FAR, _FAR if middle is None else middle, xtol=1e-13)))
    high = None if not k2 else float(np.exp(brentq(above, -_FAR if middle is None else middle, _FAR, xtol=1e-13)))
    return Interval(low, high)


def _ratio_score(ratio: float, k1: float, n1: float, k2: float, n2: float) -> float:
    """Score statistic of a ratio, the rates being fitted under it."""
    if ratio > 1.0:
        # Turned round, the smaller of the fitted rates stays away from 1, where the formula loses its digits.
        return _ratio_score(1.0 / ratio, k2, n2, k1, n1)
    a, b, c = (n1 + n2) * ratio, n1 * ratio + k1 + n2 + k2 * ratio, k1 + k2
    p2 = 2 * c / (b + np.sqrt(max(b * b - 4 * a * c, 0.0)))
    p1 = ratio * p2
    if p1 >= 1.0 - 1e-14:
        return 0.0
    return float((k1 - n1 * p1) ** 2 / (n1 * p1 * (1 - p1)) * (1 + n1 * (ratio - p1) / (n2 * (1 - p1))))


def count(events: float, exposure: float = 1.0, level: float = 0.95) -> Interval:
    """Exact interval of a rate of independent events per exposure (Garwood 1936); None without exposure.

    Examples
    --------
    >>> found = count(137, 24.19893)
    >>> round(found.low, 6), round(found.high, 6)
    (4.753125, 6.692709)
    """
    from scipy.special import gammaincinv

    if not exposure:
        return Interval()
    tail = (1 - level) / 2
    low = gammaincinv(events, tail) if events > 0 else 0.0
    return Interval(float(low) / exposure, float(gammaincinv(events + 1, 1 - tail)) / exposure)


def _one_sided(low: Floats, high: Floats, side: Side) -> Bounds:
    if side is Side.UPPER:
        return np.where(np.isnan(high), np.nan, 0.0), high
    if side is Side.LOWER:
        return low, np.where(np.isnan(low), np.nan, 1.0)
    return low, high


def _checked(k: ArrayLike, n: ArrayLike) -> Bounds:
    hits, trials = np.broadcast_arrays(np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64))
    if np.any(hits < 0) or np.any(hits > trials):
        raise WorkbenchError(
            "A rate needs a count between 0 and its total.",
            "A later count above an earlier one is no funnel of people.",
        )
    return hits, trials


def _unknown(kind: str, method: str) -> NoReturn:
    raise WorkbenchError(f"There is no {kind} interval called {method}.", "See the names in its description.")
