"""Association of two traits: 2x2 tables, stratified Mantel-Haenszel estimates, mix effects and E-values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.analysis.comparisons import NO_TEST, Test
from workbench.analysis.intervals import Interval, interval_of, known, newcombe, z_of
from workbench.errors import WorkbenchError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """a of n1 converted among takers, c of n0 among the others; measures are None where undefined.

    `is_required` marks a step without which nobody converts: its ratio says nothing.
    """

    a: float
    n1: float
    c: float
    n0: float
    rate_takers: float | None
    rate_others: float | None
    difference: float | None
    difference_interval: Interval
    ratio: float | None
    odds_ratio: float | None
    wald_interval: Interval
    share_of_buyers: float | None
    attributable_takers: float | None
    attributable_all: float | None
    chi2: float | None
    is_required: bool


def two_by_two(a: float, n1: float, c: float, n0: float, level: float = 0.95) -> TwoByTwo:
    """Measures of association of a 2x2 table.

    Parameters
    ----------
    a, n1 : converted and all among takers
    c, n0 : converted and all among the others
    level : float
        Confidence of the intervals of the difference (Newcombe, and Wald for comparison with tables elsewhere).

    Examples
    --------
    >>> found = two_by_two(13, 2176, 5, 3354)
    >>> round(found.ratio, 2), round(found.attributable_all, 4), round(found.chi2, 3)
    (4.01, 0.542, 8.177)
    """
    p1, p0 = (a / n1 if n1 else None), (c / n0 if n0 else None)
    ratio = p1 / p0 if p1 is not None and p0 else None
    error = _wald_error(a, n1, c, n0)
    spread = z_of(level) * error if error is not None else None
    gap = p1 - p0 if p1 is not None and p0 is not None else None
    total = (a + c) / (n1 + n0) if n1 + n0 else None
    return TwoByTwo(
        a=a,
        n1=n1,
        c=c,
        n0=n0,
        rate_takers=p1,
        rate_others=p0,
        difference=gap,
        difference_interval=interval_of(newcombe(a, n1, c, n0, level)) if n1 and n0 else Interval(),
        ratio=ratio,
        odds_ratio=a * (n0 - c) / (c * (n1 - a)) if c * (n1 - a) else None,
        wald_interval=Interval(gap - spread, gap + spread) if gap is not None and spread is not None else Interval(),
        share_of_buyers=a / (a + c) if a + c else None,
        attributable_takers=(ratio - 1) / ratio if ratio else None,
        attributable_all=(total - p0) / total if total and p0 is not None else None,
        chi2=_pearson(a, n1, c, n0),
        is_required=bool(c == 0 and a > 0 and n0 > 0),
    )


def _wald_error(a: float, n1: float, c: float, n0: float) -> float | None:
    if not n1 or not n0:
        return None
    return float(np.sqrt(a / n1 * (1 - a / n1) / n1 + c / n0 * (1 - c / n0) / n0))


def _pearson(a: float, n1: float, c: float, n0: float) -> float | None:
    n, m = n1 + n0, a + c
    if not n1 or not n0 or m in (0, n):
        return None
    return float((a * (n0 - c) - c * (n1 - a)) ** 2 * n / (n1 * n0 * m * (n - m)))


@dataclass(frozen=True, slots=True)
class Pooled:
    """Mantel-Haenszel estimates over strata; None where undefined.

    `observed` conversions of the takers and `expected`, had they been like the others of their stratum.
    """

    ratio: float | None
    ratio_interval: Interval
    difference: float | None
    difference_interval: Interval
    odds_ratio: float | None
    odds_interval: Interval
    chi2: float | None
    p: float | None
    observed: float
    expected: float | None


def mantel_haenszel(strata: ArrayLike, level: float = 0.95, is_continuous: bool = False) -> Pooled:
    """Pool strata of [converted takers, takers, converted others, others].

    Parameters
    ----------
    strata : (S, 4) array_like
        A stratum with an empty arm contributes nothing.
    level : float
        Confidence.
    is_continuous : bool
        Correct the chi-square for continuity by 0.5 (as R does).

    Notes
    -----
    Ratio and its variance after Greenland and Robins 1985, odds ratio after Robins, Breslow and Greenland 1986.

    Examples
    --------
    >>> found = mantel_haenszel([[19, 52, 4, 44], [6, 10, 5, 16], [5, 12, 20, 55]])
    >>> round(found.ratio, 2), round(found.odds_ratio, 2), round(found.difference, 4)
    (2.15, 3.09, 0.2217)
    """
    cells = np.asarray(strata, dtype=np.float64).reshape(-1, 4)
    return pooled_of(pool(cells[None]), level, is_continuous)[0]


@dataclass(frozen=True, slots=True)
class PooledColumns:
    """Sums over strata for M tables at once, each (M,)."""

    top: Floats
    bottom: Floats
    ratio_variance: Floats
    weight: Floats
    gap: Floats
    gap_variance: Floats
    odds: tuple[Floats, Floats, Floats, Floats, Floats]
    observed: Floats
    expected: Floats
    surprise: Floats
    chance_variance: Floats


def pool(cells: Floats) -> PooledColumns:
    """Mantel-Haenszel sums of (M, S, 4) strata, vectorised over M tables."""
    n1_all, n0_all = cells[..., 1], cells[..., 3]
    live = (n1_all > 0) & (n0_all > 0)
    a, n1, c, n0 = (np.where(live, cells[..., i], 0.0) for i in range(4))
    n = np.where(live, n1 + n0, 1.0)
    b, d, m = n1 - a, n0 - c, a + c
    with np.errstate(invalid="ignore", divide="ignore"):
        per_n1, per_n0 = np.where(live, 1 / n1, 0.0), np.where(live, 1 / n0, 0.0)
        chance = np.where(n > 1, n1 * n0 * m * (n - m) / (n * n * np.maximum(n - 1, 1)), 0.0)
    weight, p_odds, q_odds, r, s = n1 * n0 / n, (a + d) / n, (b + c) / n, a * d / n, b * c / n
    return PooledColumns(
        top=_sum(a * n0 / n),
        bottom=_sum(c * n1 / n),
        ratio_variance=_sum((n1 * n0 * m - a * c * n) / n**2),
        weight=_sum(weight),
        gap=_sum((a * per_n1 - c * per_n0) * weight),
        gap_variance=_sum((a * b * n0**3 + c * d * n1**3) * per_n1 * per_n0 / n**2),
        odds=(_sum(r), _sum(s), _sum(p_odds * r), _sum(p_odds * s + q_odds * r), _sum(q_odds * s)),
        observed=cells[..., 0].sum(axis=-1),
        expected=_sum(n1 * c * per_n0),
        surprise=_sum(a - n1 * m / n),
        chance_variance=_sum(chance),
    )


def _sum(column: Floats) -> Floats:
    return np.asarray(column.sum(axis=-1))


def pooled_of(sums: PooledColumns, level: float = 0.95, is_continuous: bool = False) -> list[Pooled]:
    """The estimates of each table from its sums."""
    from scipy.special import chdtrc

    z = z_of(level)
    r, s, pr, mixed, qs = sums.odds
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = sums.top / sums.bottom
        ratio_error = np.sqrt(sums.ratio_variance / (sums.top * sums.bottom))
        gap = sums.gap / sums.weight
        gap_error = np.sqrt(sums.gap_variance) / sums.weight
        odds = r / s
        odds_error = np.sqrt(pr / (2 * r**2) + mixed / (2 * r * s) + qs / (2 * s**2))
        off = np.maximum(np.abs(sums.surprise) - (0.5 if is_continuous else 0.0), 0.0)
        chi2 = off**2 / sums.chance_variance
        p = chdtrc(1, chi2)
        bounds = [
            (ratio * np.exp(-z * ratio_error), ratio * np.exp(z * ratio_error)),
            (gap - z * gap_error, gap + z * gap_error),
            (odds * np.exp(-z * odds_error), odds * np.exp(z * odds_error)),
        ]
    return [
        Pooled(
            ratio=known(ratio[i]),
            ratio_interval=interval_of((bounds[0][0][i], bounds[0][1][i])),
            difference=known(gap[i]),
            difference_interval=interval_of((bounds[1][0][i], bounds[1][1][i])),
            odds_ratio=known(odds[i]),
            odds_interval=interval_of((bounds[2][0][i], bounds[2][1][i])),
            chi2=known(chi2[i]),
            p=known(p[i]),
            observed=float(sums.observed[i]),
            expected=float(sums.expected[i]) if sums.weight[i] > 0 else None,
        )
        for i in range(len(ratio))
    ]


def homogeneity(strata: ArrayLike, method: str = "breslow-day") -> Test:
    """Do the strata share one odds ratio? breslow-day, tarone (its adjustment) or woolf.

    Examples
    --------
    >>> found = homogeneity([[20, 34, 10, 34], [15, 27, 3, 18], [3, 5, 3, 5], [12, 15, 7, 12], [1, 1, 3, 5]])
    >>> round(found.statistic, 4)
    1.8438
    """
    cells = np.asarray(strata, dtype=np.float64).reshape(-1, 4)
    cells = cells[(cells[:, 1] > 0) & (cells[:, 3] > 0)]
    if len(cells) < 2:
        return NO_TEST
    if method == "woolf":
        return _woolf(cells)
    if method not in ("breslow-day", "tarone"):
        raise WorkbenchError(f"There is no homogeneity test called {method}.", "Use breslow-day, tarone or woolf.")
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = [np.array([[a, n1 - a], [c, n0 - c]]) for a, n1, c, n0 in cells]
    with np.errstate(all="ignore"):
        found = StratifiedTable(tables).test_equal_odds(adjust=method == "tarone")
    return Test(known(found.statistic), known(found.pvalue), len(cells) - 1)


def _woolf(cells: Floats) -> Test:
    from scipy.special import chdtrc

    a, n1, c, n0 = cells.T
    # Half a person in every cell, as R's example does, so that empty cells do not break the logarithm.
    table = np.stack([a, n1 - a, c, n0 - c]) + 0.5
    log_odds = np.log(table[0] * table[3] / (table[1] * table[2]))
    weight = 1 / (1 / table).sum(axis=0)
    chi2 = float(weight @ (log_odds - weight @ log_odds / weight.sum()) ** 2)
    return Test(chi2, float(chdtrc(len(cells) - 1, chi2)), len(cells) - 1)


@dataclass(frozen=True, slots=True)
class MixCheck:
    """Crude rates against stratified ones.

    `is_reversed`: the crude difference points the other way than the pooled one. `is_mix_effect`: it does so with
    both intervals off zero, or the ratios differ by more than half: mostly *who* takes it.
    """

    crude_takers: float | None
    crude_others: float | None
    crude_ratio: float | None
    stratum_takers: tuple[float | None, ...]
    stratum_others: tuple[float | None, ...]
    pooled: Pooled
    is_reversed: bool
    is_mix_effect: bool


def mix_check(strata: Sequence[Sequence[float]], level: float = 0.95) -> MixCheck:
    """Simpson's check of strata of [converted takers, takers, converted others, others].

    Examples
    --------
    >>> found = mix_check([[81, 87, 234, 270], [192, 263, 55, 80]])
    >>> found.is_reversed, round(found.pooled.ratio, 3)
    (True, 1.069)
    """
    cells = np.asarray(strata, dtype=np.float64).reshape(-1, 4)
    a, n1, c, n0 = cells.sum(axis=0).tolist()
    crude = two_by_two(a, n1, c, n0, level)
    pooled = mantel_haenszel(cells, level)
    gaps = (crude.difference or 0.0, pooled.difference or 0.0)
    is_reversed = gaps[0] * gaps[1] < 0
    sure = not crude.difference_interval.holds(0.0) and not pooled.difference_interval.holds(0.0)
    apart = bool(crude.ratio and pooled.ratio and abs(np.log(crude.ratio / pooled.ratio)) > np.log(1.5))
    return MixCheck(
        crude_takers=crude.rate_takers,
        crude_others=crude.rate_others,
        crude_ratio=crude.ratio,
        stratum_takers=tuple(a / n if n else None for a, n in cells[:, :2].tolist()),
        stratum_others=tuple(c / n if n else None for c, n in cells[:, 2:].tolist()),
        pooled=pooled,
        is_reversed=is_reversed,
        is_mix_effect=(is_reversed and sure) or apart,
    )


@dataclass(frozen=True, slots=True)
class EValue:
    """How strongly a hidden trait would have to go with both, to explain the ratio (`point`) or its limit (`bound`)."""

    point: float | None
    bound: float | None


def e_value(ratio: float | None, low: float | None = None, high: float | None = None) -> EValue:
    """E-value of a ratio and of its interval's limit nearer to 1 (VanderWeele and Ding 2017).

    Examples
    --------
    >>> found = e_value(3.9, 1.8, 8.7)
    >>> round(found.point, 3), found.bound
    (7.263, 3.0)
    """
    if not ratio or ratio <= 0:
        return EValue(None, None)
    if low is None and high is None:
        return EValue(_explained(ratio), None)
    near = low if ratio >= 1 else high
    if near is None:
        return EValue(_explained(ratio), None)
    crosses = near <= 1 if ratio >= 1 else near >= 1
    return EValue(_explained(ratio), 1.0 if crosses or near <= 0 else _explained(near))


def _explained(ratio: float) -> float:
    away = max(ratio, 1.0 / ratio)
    return float(away + np.sqrt(away * (away - 1.0)))
