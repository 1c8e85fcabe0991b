"""Tests of rates and counts, and the control of many of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.analysis.intervals import Interval, known, z_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Test:
    """A test statistic with its p-value and degrees of freedom; None where it is not defined."""

    __test__ = False

    statistic: float | None
    p: float | None
    df: int | None = None


NO_TEST = Test(None, None)


def false_discovery(p: ArrayLike) -> Floats:
    """Benjamini-Hochberg adjusted p-values; NaN stays NaN and does not count.

    Examples
    --------
    >>> [round(float(v), 4) for v in false_discovery([0.01, float("nan"), 0.04])]
    [0.02, nan, 0.04]
    """
    from scipy.stats import false_discovery_control

    raw = np.asarray(p, dtype=np.float64)
    adjusted = np.full(raw.shape, np.nan)
    given = ~np.isnan(raw)
    if given.any():
        adjusted[given] = false_discovery_control(raw[given])
    return adjusted


def pooled_z(k1: float, n1: float, k2: float, n2: float, alternative: str = "two-sided") -> Test:
    """Pooled z-test of two independent rates.

    Examples
    --------
    >>> found = pooled_z(5, 83, 12, 99)
    >>> round(found.statistic, 5), round(found.p, 6)
    (-1.40783, 0.159181)
    """
    from scipy.special import ndtr

    if not n1 or not n2:
        return NO_TEST
    p = (k1 + k2) / (n1 + n2)
    spread = p * (1 - p) * (1 / n1 + 1 / n2)
    if spread <= 0:
        return NO_TEST
    z = (k1 / n1 - k2 / n2) / np.sqrt(spread)
    tails = {"two-sided": 2 * ndtr(-abs(z)), "larger": ndtr(-z), "greater": ndtr(-z)}
    return Test(float(z), float(tails.get(alternative, ndtr(z))))


def fisher(table: Sequence[Sequence[int]], alternative: str = "two-sided") -> Test:
    """Fisher's exact test of [[a, b], [c, d]], for small tables; the statistic is the odds ratio.

    Examples
    --------
    >>> round(fisher([[2, 15], [10, 3]]).p, 7)
    0.0005367
    """
    from scipy.stats import fisher_exact

    names = {"larger": "greater", "smaller": "less"}
    odds, p = fisher_exact(table, alternative=names.get(alternative, alternative))
    return Test(known(odds), known(p))


def mcnemar(table: Sequence[Sequence[int]], correction: bool = True, is_exact: bool = False) -> Test:
    """McNemar's test of pairs [[both, first only], [second only, neither]].

    Examples
    --------
    >>> round(mcnemar([[794, 150], [86, 570]]).statistic, 3)
    16.818
    """
    from statsmodels.stats.contingency_tables import mcnemar as library

    if table[0][1] + table[1][0] == 0:
        return Test(None if is_exact else 0.0, 1.0)
    found = library(np.asarray(table), exact=is_exact, correction=correction)
    return Test(None if is_exact else known(found.statistic), known(found.pvalue), None if is_exact else 1)


@dataclass(frozen=True, slots=True)
class TableTest:
    """Chi-square test of a table with Cramer's V."""

    chi2: float | None
    df: int | None
    p: float | None
    cramers_v: float | None


NO_TABLE = TableTest(None, None, None, None)


def chi_square(table: Sequence[Sequence[float]]) -> TableTest:
    """Pearson's chi-square of a table, without correction; rows and columns of nothing are left out.

    Examples
    --------
    >>> found = chi_square([[762, 327, 468], [484, 239, 477]])
    >>> round(found.chi2, 2), found.df
    (30.07, 2)
    """
    from scipy.stats import chi2_contingency

    counts = np.asarray(table, dtype=np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return NO_TABLE
    chi2, p, df, _ = chi2_contingency(counts, correction=False)
    v = np.sqrt(chi2 / (counts.sum() * (min(counts.shape) - 1)))
    return TableTest(float(chi2), int(df), float(p), float(v))


def k_proportions(k: Sequence[float], n: Sequence[float]) -> TableTest:
    """Chi-square test that k groups share one rate."""
    return chi_square([[hits, trials - hits] for hits, trials in zip(k, n, strict=True)])


@dataclass(frozen=True, slots=True)
class Trend:
    """Cochran-Armitage trend: chi-square on one degree, p and the change of the rate per unit of score."""

    chi2: float | None
    p: float | None
    slope: float | None


def trend(k: Sequence[float], n: Sequence[float], scores: Sequence[float]) -> Trend:
    """Trend of rates over scores.

    Notes
    -----
    chi2 = (sum k (s - mean s))^2 / (p (1 - p) sum n (s - mean s)^2), as R's prop.trend.test.

    Examples
    --------
    >>> found = trend([83, 90, 129, 70], [86, 93, 136, 82], [1, 2, 3, 4])
    >>> round(found.chi2, 4), round(found.p, 6)
    (8.2249, 0.004132)
    """
    from scipy.special import chdtrc

    hits, trials, score = (np.asarray(x, dtype=np.float64) for x in (k, n, scores))
    if trials.sum() <= 0:
        return Trend(None, None, None)
    p = hits.sum() / trials.sum()
    centred = score - (trials @ score) / trials.sum()
    spread = float(trials @ centred**2)
    if spread <= 0:
        return Trend(None, None, None)
    slope = float(hits @ centred) / spread
    p = float(p)
    if not 0 < p < 1:
        return Trend(None, None, slope)
    chi2 = float(hits @ centred) ** 2 / (p * (1 - p) * spread)
    return Trend(chi2, float(chdtrc(1, chi2)), slope)


def two_counts(c1: int, t1: float, c2: int, t2: float, method: str = "e-test") -> Test:
    """Test of two rates of events per exposure: the E-test, or a method of statsmodels' `test_poisson_2indep`."""
    if not t1 or not t2:
        return NO_TEST
    if method == "e-test":
        from scipy.stats import poisson_means_test

        found = poisson_means_test(c1, t1, c2, t2)
        return Test(known(found.statistic), known(found.pvalue))
    from statsmodels.stats.rates import test_poisson_2indep

    found = test_poisson_2indep(c1, t1, c2, t2, method=method, compare="ratio")
    return Test(known(found.statistic if found.statistic is not None else np.nan), known(found.pvalue))


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Ratio of two rates of events with its interval and p-value."""

    ratio: float | None
    interval: Interval
    p: float | None
    z: float | None


def rate_ratio(c1: int, t1: float, c2: int, t2: float, level: float = 0.95, method: str = "exact-cond") -> RateRatio:
    """Ratio (c1/t1) / (c2/t2) of events per exposure: exact given the total, or a method of statsmodels.

    Examples
    --------
    >>> found = rate_ratio(11, 800, 21, 3011)
    >>> round(found.ratio, 6), round(found.interval.low, 6), round(found.p, 5)
    (1.971488, 0.858426, 0.07967)
    """
    if not t1 or not t2 or c1 + c2 == 0:
        return RateRatio(None, Interval(), None, None)
    point = (c1 / t1) / (c2 / t2) if c2 else None
    if method == "exact-cond":
        return RateRatio(point, _conditional_interval(c1, t1, c2, t2, level), _conditional_p(c1, t1, c2, t2), None)
    from statsmodels.stats.rates import confint_poisson_2indep

    tested = two_counts(c1, t1, c2, t2, method)
    low, high = confint_poisson_2indep(c1, t1, c2, t2, method=method, compare="ratio", alpha=1 - level)
    return RateRatio(point, Interval(known(low), known(high)), tested.p, tested.statistic)


def _conditional_interval(c1: int, t1: float, c2: int, t2: float, level: float) -> Interval:
    from workbench.analysis.intervals import exact

    low, high = (float(bound) for bound in exact(c1, c1 + c2, level))
    return Interval(low / (1 - low) * t2 / t1, known(high / (1 - high) * t2 / t1) if high < 1 else None)


def _conditional_p(c1: int, t1: float, c2: int, t2: float) -> float:
    from scipy.stats import binomtest

    return float(binomtest(c1, c1 + c2, t1 / (t1 + t2)).pvalue)


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided z-tests of a rate against a lower and an upper margin, with the 90 % interval."""

    z_lower: float | None
    z_upper: float | None
    interval: Interval


def equivalence(k: int, n: int, lower: float, upper: float) -> Equivalence:
    """Is a rate within margins? Both z beyond 1.645 (in size) say yes at 5 %.

    Examples
    --------
    >>> found = equivalence(480, 6000, 0.07, 0.09)
    >>> round(found.z_lower, 4), round(found.z_upper, 4)
    (2.8552, -2.8552)
    """
    if not n or k in (0, n):
        return Equivalence(None, None, Interval())
    p = k / n
    error = float(np.sqrt(p * (1 - p) / n))
    half = z_of(0.90) * error
    return Equivalence((p - lower) / error, (p - upper) / error, Interval(p - half, p + half))
