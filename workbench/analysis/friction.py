"""Friction: where acceptance collapses from one ask to the next, and what many choices go with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from workbench.analysis.comparisons import Trend, trend
from workbench.analysis.intervals import known, newcombe
from workbench.analysis.rates import Rate
from workbench.errors import WorkbenchError

MATERIAL_DROP = 0.05
TOO_MANY_OPTIONS = 2


def isotonic(
    values: Sequence[float], weights: Sequence[float] | None = None, is_increasing: bool = True
) -> list[float]:
    """Least-squares monotone fit.

    Examples
    --------
    >>> isotonic([1, 0, 4, 3, 3, 5, 4, 2, 0])
    [0.5, 0.5, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]
    """
    from scipy.optimize import isotonic_regression

    if not len(values):
        return []
    fitted = isotonic_regression(np.asarray(values, dtype=np.float64), weights=weights, increasing=is_increasing)
    return [float(v) for v in fitted.x]


@dataclass(frozen=True, slots=True)
class AskDrop:
    """Fall of acceptance from one ask to the next, with its interval."""

    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class FrictionThreshold:
    """Acceptance over asks of growing commitment. `threshold` is the index of the ask before the largest sure fall."""

    rates: tuple[Rate, ...]
    fit: tuple[float | None, ...]
    drops: tuple[AskDrop, ...]
    threshold: int | None
    relative_drop: float | None


def friction_threshold(k: Sequence[int], n: Sequence[int], level: float = 0.95) -> FrictionThreshold:
    """Find the ask at which acceptance collapses.

    Parameters
    ----------
    k, n : sequences of int
        Acceptances and people exposed per ask, the lightest ask first.
    level : float
        Confidence of the Newcombe intervals.

    Notes
    -----
    The threshold is the largest fall between neighbours whose interval lies above 5 points.

    Examples
    --------
    >>> found = friction_threshold([820, 640, 610, 180, 150], [1000] * 5)
    >>> found.threshold, round(found.drops[2].difference, 2), round(found.relative_drop, 2)
    (2, 0.43, 0.7)
    """
    rates = tuple(Rate.of(hits, shown, level) for hits, shown in zip(k, n, strict=True))
    low, high = newcombe(k[:-1], n[:-1], k[1:], n[1:], level)
    drops = tuple(
        AskDrop(_minus(before.value, after.value), known(low[i]), known(high[i]))
        for i, (before, after) in enumerate(pairwise(rates))
    )
    sure = [i for i, drop in enumerate(drops) if drop.low is not None and drop.low > MATERIAL_DROP]
    at = max(sure, key=lambda i: drops[i].difference or 0.0, default=None)
    before, fall = (rates[at].value, drops[at].difference) if at is not None else (None, None)
    return FrictionThreshold(rates, _fit(rates), drops, at, fall / before if fall is not None and before else None)


def _minus(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else before - after


def _fit(rates: tuple[Rate, ...]) -> tuple[float | None, ...]:
    """Falling fit over the asks that were shown to anyone."""
    shown = [i for i, rate in enumerate(rates) if rate.value is not None]
    fitted = isotonic([rates[i].value or 0.0 for i in shown], [float(rates[i].n) for i in shown], is_increasing=False)
    found: list[float | None] = [None] * len(rates)
    for i, value in zip(shown, fitted, strict=True):
        found[i] = value
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ChoiceLoad:
    """Progress over the number of options; which counts of options are too many by the rule."""

    trend: Trend
    too_many: tuple[bool, ...]


def choice_load(options: Sequence[float], k: Sequence[float], n: Sequence[float]) -> ChoiceLoad:
    """Does progress fall with the number of options shown? An association: pages with more options are other pages.

    Examples
    --------
    >>> found = choice_load([1, 2, 3, 4, 6], [420, 390, 350, 260, 190], [1000, 1000, 1000, 900, 800])
    >>> round(found.trend.slope, 3)
    -0.038
    """
    return ChoiceLoad(trend(k, n, options), tuple(count > TOO_MANY_OPTIONS for count in options))


@dataclass(frozen=True, slots=True)
class FirstChoice:
    """How evenly first actions spread: 1 = no favourite; and the share that took none."""

    entropy: float | None
    none_share: float | None


def first_choice(counts: Sequence[int], none: int) -> FirstChoice:
    """Normalised Shannon entropy of the first action people take.

    Examples
    --------
    >>> found = first_choice([120, 118, 110, 95], 557)
    >>> round(found.entropy, 3), found.none_share
    (0.997, 0.557)
    """
    if any(count < 0 for count in counts) or none < 0:
        raise WorkbenchError("Counts of first actions cannot be negative.", "Check the counts.")
    taken = float(sum(counts))
    share = none / (taken + none) if taken + none else None
    if not taken or len(counts) < 2:
        return FirstChoice(None, share)
    p = np.array([count for count in counts if count], dtype=np.float64) / taken
    return FirstChoice(max(0.0, float(-(p @ np.log(p)) / np.log(len(counts)))), share)
