"""Retention and lifetime value: who comes back, and what keeping them is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.errors import WorkbenchError
from workbench.forecast.bands import Band

MIN_PERIODS = 4
_FAR = 10.0


@dataclass(frozen=True, slots=True)
class DayRetention:
    """Of those whose day n has elapsed: who was active on it, and who on it or later."""

    day: int
    eligible: int
    on_day: int
    on_or_after: int

    @property
    def on_day_rate(self) -> float | None:
        return self.on_day / self.eligible if self.eligible else None

    @property
    def on_or_after_rate(self) -> float | None:
        return self.on_or_after / self.eligible if self.eligible else None


def day_retention(
    active_days: Mapping[str, Sequence[int]], start_day: Mapping[str, int], last_day: int, day: int
) -> DayRetention:
    """Day-n retention of people.

    Parameters
    ----------
    active_days : mapping of person to days since the own start on which the person was active
    start_day : mapping of person to the day of the own start
    last_day : int
        Last day of the data.
    day : int
        n.

    Examples
    --------
    >>> found = day_retention({"a": [0, 7], "b": [0, 2]}, {"a": 0, "b": 5}, 10, 7)
    >>> found.eligible, found.on_day
    (1, 1)
    """
    eligible = [person for person in active_days if start_day[person] + day <= last_day]
    return DayRetention(
        day=day,
        eligible=len(eligible),
        on_day=sum(day in active_days[person] for person in eligible),
        on_or_after=sum(any(d >= day for d in active_days[person]) for person in eligible),
    )


@dataclass(frozen=True, slots=True)
class KeepCurve:
    """Shifted beta-geometric: chance to stay from period to period varies between people (Fader and Hardie 2007)."""

    alpha: float
    beta: float

    def survival(self, periods: int) -> list[float]:
        """Share still there after 0..periods.

        Examples
        --------
        >>> round(KeepCurve(0.668, 3.806).survival(12)[12], 3)
        0.378
        """
        kept = [1.0]
        for s in range(1, periods + 1):
            kept.append(kept[-1] * (self.beta + s - 1) / (self.alpha + self.beta + s - 1))
        return kept

    def lifetime_value(self, value_per_period: float, periods: int, discount: float = 0.0) -> float:
        """Value of a new person over the periods, discounted by `discount` per period.

        Examples
        --------
        >>> round(KeepCurve(1.0, 1.0).lifetime_value(10.0, 2), 3)
        18.333
        """
        kept = self.survival(periods)
        return sum(value_per_period * share / (1 + discount) ** t for t, share in enumerate(kept))


def keep_curve(survival: Sequence[float], people: float = 1000.0) -> KeepCurve:
    """Fit the shifted beta-geometric by maximum likelihood.

    Parameters
    ----------
    survival : sequence of float
        Share still there at period 0 (1.0), 1, 2 ...; at least 4 periods, contractual or periodic data only.
    people : float
        Size of the cohort.

    Raises
    ------
    WorkbenchError
        With fewer than 4 periods, or a survival that rises.

    Examples
    --------
    >>> found = keep_curve([1, 0.869, 0.743, 0.653, 0.593, 0.551, 0.517, 0.491])
    >>> round(found.alpha, 2), round(found.beta, 1)
    (0.67, 3.8)
    """
    from scipy.optimize import minimize
    from scipy.special import betaln

    kept = np.asarray(survival, dtype=np.float64)
    if len(kept) < MIN_PERIODS or np.any(np.diff(kept) > 1e-12):
        raise WorkbenchError(
            f"A retention curve needs at least {MIN_PERIODS} periods of shares that never rise.",
            "Give the share of one cohort that is still there, period by period, beginning with 1.",
        )
    lost, periods = -np.diff(kept) * people, np.arange(1, len(kept))

    def surprise(logs: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        a, b = np.exp(logs)
        churned = betaln(a + 1, b + periods - 1) - betaln(a, b)
        stayed = betaln(a, b + periods[-1]) - betaln(a, b)
        return -float(lost @ churned + people * kept[-1] * stayed)

    # Where all leave at once, or hardly anybody does, the likelihood rises without end: any curve far out fits.
    found = minimize(
        surprise,
        np.zeros(2),
        method="Nelder-Mead",
        bounds=((-_FAR, _FAR), (-_FAR, _FAR)),
        options={"xatol": 1e-8, "fatol": 1e-8, "maxiter": 500},
    )
    alpha, beta = np.exp(found.x)
    return KeepCurve(float(alpha), float(beta))


@dataclass(frozen=True)
class Lifetime:
    """The fitted curve of one cohort, and the curves of resampled ones: what they differ by is how sure it is."""

    curve: KeepCurve
    draws: tuple[KeepCurve, ...]

    def survival(self, periods: int) -> tuple[list[float], list[Band]]:
        """Share still there after 0..periods, and its 95 % bands."""
        drawn = np.array([curve.survival(periods) for curve in self.draws])
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        bands = [Band(0.95, a, b) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
        return self.curve.survival(periods), bands

    def value(self, per_period: float, periods: int, discount: float = 0.0) -> tuple[float, Band]:
        """Value of a new person over the periods, discounted, and its 95 % band."""
        drawn = [curve.lifetime_value(per_period, periods, discount) for curve in self.draws]
        low, high = np.quantile(drawn, [0.025, 0.975]).tolist()
        return self.curve.lifetime_value(per_period, periods, discount), Band(0.95, low, high)


_STAYING = KeepCurve(1e-9, 1.0)


def lifetime(still: Sequence[int], seed: int = 1, draws: int = 200) -> Lifetime:
    """Fit the curve to a cohort's counts, and to `draws` resamples of its people.

    Parameters
    ----------
    still : sequence of int
        People of one cohort who are still there at period 0 (all of them), 1, 2 ...
    seed, draws : int
        Of the resampling.

    Raises
    ------
    WorkbenchError
        With fewer than 4 periods after the start, or while nobody has left.

    Examples
    --------
    >>> found = lifetime([1000, 869, 743, 653, 593, 551, 517, 491], draws=20)
    >>> value, band = found.value(100.0, 12)
    >>> band.low < value < band.high
    True
    """
    if len(still) <= MIN_PERIODS or still[0] == still[-1]:
        raise WorkbenchError(
            f"A retention curve needs {MIN_PERIODS} elapsed periods, in which somebody left.",
            f"{max(0, len(still) - 1)} periods are known. Load a longer time, or set a shorter period.",
        )
    people = still[0]
    fates = np.array([*(a - b for a, b in pairwise(still)), still[-1]])
    rng = np.random.default_rng([seed, 3])
    resampled = rng.multinomial(people, fates / people, draws)
    curves = (keep_curve(_shares(row), people) if row[-1] < people else _STAYING for row in resampled)
    return Lifetime(keep_curve(_shares(fates), people), tuple(curves))


def _shares(fates: NDArray[np.int64]) -> list[float]:
    """Share still there at the start of each period, from how many left in each and how many stayed."""
    left = np.concatenate([[0], np.cumsum(fates[:-1])])
    shares: list[float] = (1.0 - left / fates.sum()).tolist()
    return shares
