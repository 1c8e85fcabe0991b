"""Week-over-week alerts that respect noise: smoothed baseline, shared variance, control of many metrics at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.comparisons import false_discovery

Floats = NDArray[np.float64]
MIN_HISTORY = 6
SMALL_COUNT = 20.0
LEAST_MEAN = 0.5
ENOUGH_METRICS = 5


@dataclass(frozen=True, slots=True)
class AlertRule:
    """How alerts are made: smoothing, weight of the shared variance, false discovery rate, material change."""

    smoothing: float = 0.4
    shared_weight: float = 4.0
    q: float = 0.05
    material_change: float = 0.10


DEFAULT_RULE = AlertRule()


class NoVerdict(StrEnum):
    """Why a week is not judged."""

    HISTORY = "history"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class MetricWeek:
    """One metric's current week against what was expected; `low`..`high` is its usual range.

    `t` is None for small counts, which are judged by the tail of a negative binomial instead.
    """

    current: float
    expected: float
    low: float
    high: float
    change: float | None
    t: float | None
    p: float
    p_adjusted: float
    is_alert: bool
    is_material: bool = True

    def is_alert_at(self, q: float) -> bool:
        """Whether it is an alert where this share of alerts may be false."""
        return self.is_material and self.p_adjusted <= q


@dataclass(frozen=True, slots=True)
class WeekReport:
    """All metrics of a week, or the reason why there is no verdict."""

    metrics: tuple[MetricWeek, ...] = ()
    reason: NoVerdict | None = None


def weekly_alerts(weeks: Sequence[Sequence[float | None]], rule: AlertRule = DEFAULT_RULE) -> WeekReport:
    """Judge the current week of many metrics.

    Parameters
    ----------
    weeks : (M, W) counts of complete 7-day blocks
        The last column is the current week; at least 6 before it, 8 to 13 serve best. None marks a block with
        missing days: earlier ones are left out, a current one gets no verdict.
    rule : AlertRule
        Settings.

    Notes
    -----
    On log(count + 0.5): exponentially weighted level of the previous weeks, variance of its one-step errors with a
    Poisson floor, shrunk towards what the metrics share (from 5 metrics on), t-test; below 20 expected counts the
    two-sided tail of a negative binomial. Benjamini-Hochberg over the metrics; an alert also needs a material change.

    Examples
    --------
    >>> weekly_alerts([[50, 60, 55, 52]]).reason
    <NoVerdict.HISTORY: 'history'>
    >>> weekly_alerts([[900, 910, 890, 905, 895, 900, 902, 610]]).metrics[0].is_alert
    True
    """
    counts = np.array([[np.nan if v is None else v for v in row] for row in weeks], dtype=np.float64)
    if counts.ndim == 2 and counts.size and np.isnan(counts[:, -1]).any():
        return WeekReport(reason=NoVerdict.INCOMPLETE)
    counts = counts[:, ~np.isnan(counts).any(axis=0)] if counts.ndim == 2 else counts
    if counts.ndim != 2 or counts.shape[1] - 1 < MIN_HISTORY:
        return WeekReport(reason=NoVerdict.HISTORY)
    noise = _Noise.of(counts, rule)
    t = (np.log(counts[:, -1] + 0.5) - noise.level) / np.sqrt(noise.variance)
    is_small = noise.mean < SMALL_COUNT
    p = np.where(is_small, _small_tail(counts[:, -1], noise), _two_sided(t, noise.df))
    adjusted = false_discovery(p)
    expected = np.where(is_small, noise.mean, np.exp(noise.level) - 0.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.abs(counts[:, -1] / np.where(is_small, noise.mean, np.exp(noise.level)) - 1.0)
        change = counts[:, -1] / counts[:, -2] - 1.0
    low, high = _usual_range(noise)
    is_material = ~(off < rule.material_change)
    alert = (adjusted <= rule.q) & is_material
    return WeekReport(
        tuple(
            MetricWeek(
                current=float(counts[i, -1]),
                expected=float(expected[i]),
                low=float(low[i]),
                high=float(high[i]),
                change=float(change[i]) if np.isfinite(change[i]) else None,
                t=None if is_small[i] else float(t[i]),
                p=float(p[i]),
                p_adjusted=float(adjusted[i]),
                is_alert=bool(alert[i]),
                is_material=bool(is_material[i]),
            )
            for i in range(len(counts))
        )
    )


@dataclass(frozen=True, slots=True)
class _Noise:
    """Baseline of each metric: level of the logs, mean of the counts, variance with its floor, degrees of freedom."""

    level: Floats
    mean: Floats
    variance: Floats
    floor: Floats
    df: float
    spread: float

    @classmethod
    def of(cls, counts: Floats, rule: AlertRule) -> _Noise:
        level, errors = _smoothed(np.log(counts[:, :-1] + 0.5), rule.smoothing)
        mean, _ = _smoothed(counts[:, :-1], rule.smoothing)
        spread = rule.smoothing / (2 - rule.smoothing)
        floor = np.exp(-level) * (1 + spread)
        used = errors[:, 1:]
        d = used.shape[1]
        variance = np.mean(used**2, axis=1)
        df = float(d)
        if len(counts) >= ENOUGH_METRICS and rule.shared_weight > 0:
            shared = floor + np.median(np.maximum(variance - floor, 0.0))
            variance = (d * variance + rule.shared_weight * shared) / (d + rule.shared_weight)
            df += rule.shared_weight
        return cls(level, mean, np.maximum(variance, floor), floor, df, spread)


def _smoothed(series: Floats, weight: float) -> tuple[Floats, Floats]:
    """Level after the last column, and the one-step errors of columns 2 and on."""
    level, errors = series[:, 0].copy(), []
    for column in series[:, 1:].T:
        errors.append(column - level)
        level = level + weight * (column - level)
    return level, np.stack(errors, axis=1)


def _two_sided(t: Floats, df: float) -> Floats:
    from scipy.special import stdtr

    return np.asarray(2 * stdtr(df, -np.abs(t)))


def _small_tail(current: Floats, noise: _Noise) -> Floats:
    """Two-sided tail of a negative binomial with the baseline's mean and variance."""
    from scipy.stats import nbinom

    mean = np.maximum(noise.mean, LEAST_MEAN)
    variance = mean * (1 + noise.spread) + np.maximum(noise.variance - noise.floor, 0.0) * mean**2
    size, chance = mean**2 / (variance - mean), mean / variance
    tail = np.minimum(nbinom.cdf(current, size, chance), nbinom.sf(current - 1, size, chance))
    return np.asarray(np.minimum(1.0, 2 * tail))


def _usual_range(noise: _Noise) -> tuple[Floats, Floats]:
    from scipy.special import stdtrit

    half = float(stdtrit(noise.df, 0.975)) * np.sqrt(noise.variance)
    return np.maximum(np.exp(noise.level - half) - 0.5, 0.0), np.exp(noise.level + half) - 0.5
