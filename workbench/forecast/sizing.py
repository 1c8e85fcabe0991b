"""How large and how long an experiment must be: sample size, power, smallest visible change, duration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from workbench.analysis.intervals import z_of
from workbench.errors import WorkbenchError

ALPHA = 0.05
POWER = 0.80
MIN_WEEKS = 2


class Alternative(StrEnum):
    """Whether a change in either direction counts, or one direction only."""

    TWO_SIDED = "two-sided"
    ONE_SIDED = "one-sided"


def _z_alpha(alpha: float, alternative: Alternative) -> float:
    return z_of(1 - alpha) if alternative is Alternative.TWO_SIDED else z_of(1 - 2 * alpha)


def _z_power(power: float) -> float:
    return z_of(2 * power - 1) if power > 0.5 else -z_of(1 - 2 * power) if power < 0.5 else 0.0


def sample_size(
    p1: float, p2: float, alpha: float = ALPHA, power: float = POWER, alternative: Alternative = Alternative.TWO_SIDED
) -> float | None:
    """People per arm to tell p2 from p1; None where the rates are equal.

    Notes
    -----
    (z_a sqrt(2 p (1 - p)) + z_b sqrt(p1 (1 - p1) + p2 (1 - p2)))^2 / (p1 - p2)^2, as R's power.prop.test.

    Examples
    --------
    >>> round(sample_size(0.08, 0.095))
    5569
    """
    _check_rates(p1, p2)
    if p1 == p2:
        return None
    pooled = (p1 + p2) / 2
    spread = _z_alpha(alpha, alternative) * np.sqrt(2 * pooled * (1 - pooled))
    spread += _z_power(power) * np.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return float(spread**2 / (p1 - p2) ** 2)


def power_of(
    n: float, p1: float, p2: float, alpha: float = ALPHA, alternative: Alternative = Alternative.TWO_SIDED
) -> float | None:
    """Chance that n people per arm tell p2 from p1 (the opposite tail is not counted); None without people.

    Examples
    --------
    >>> round(power_of(2000, 0.08, 0.095), 4)
    0.3892
    """
    from scipy.special import ndtr

    _check_rates(p1, p2)
    own = p1 * (1 - p1) + p2 * (1 - p2)
    if n <= 0 or own <= 0:
        return None
    pooled = (p1 + p2) / 2
    gap = np.sqrt(n) * abs(p1 - p2) - _z_alpha(alpha, alternative) * np.sqrt(2 * pooled * (1 - pooled))
    return float(ndtr(gap / np.sqrt(own)))


def smallest_visible(n: float, p1: float, alpha: float = ALPHA, power: float = POWER) -> float | None:
    """The smallest higher rate that n people per arm can tell from p1; None where not even 100 % could be.

    Examples
    --------
    >>> round(smallest_visible(5570, 0.008), 4)
    0.0135
    """
    from scipy.optimize import brentq

    def short(p2: float) -> float:
        return (power_of(n, p1, p2, alpha) or 0.0) - power

    if n <= 0 or short(1.0 - 1e-12) < 0:
        return None
    return float(brentq(short, p1 + 1e-12, 1.0 - 1e-12, xtol=1e-14, rtol=1e-14))


@dataclass(frozen=True, slots=True)
class ArcsineSize:
    """Cohen's effect size h and the people per arm it takes."""

    h: float
    n: float | None


def sample_size_arcsine(p1: float, p2: float, alpha: float = ALPHA, power: float = POWER) -> ArcsineSize:
    """Sample size on the arcsine scale.

    Examples
    --------
    >>> found = sample_size_arcsine(0.10, 0.05)
    >>> round(found.h, 7), round(found.n, 3)
    (0.1924743, 423.733)
    """
    _check_rates(p1, p2)
    h = float(2 * np.arcsin(np.sqrt(p1)) - 2 * np.arcsin(np.sqrt(p2)))
    return ArcsineSize(abs(h), 2 * ((z_of(1 - alpha) + _z_power(power)) / h) ** 2 if h else None)


def non_inferiority_size(
    p_treat: float, p_control: float, margin: float, alpha: float = ALPHA, power: float = POWER
) -> int | None:
    """People per arm to show that treatment is at most `margin` worse; None where it is worse by more.

    Examples
    --------
    >>> non_inferiority_size(0.85, 0.65, 0.10)
    25
    """
    room = p_treat - p_control + margin
    if room <= 0:
        return None
    z = z_of(1 - 2 * alpha) + _z_power(power)
    return int(np.ceil(z**2 * (p_treat * (1 - p_treat) + p_control * (1 - p_control)) / room**2 - 1e-9))


def _check_rates(*rates: float) -> None:
    if any(not 0 <= rate <= 1 for rate in rates):
        raise WorkbenchError("A rate must lie between 0 and 1.", "Type it as a share, 0.08 for 8 %.")


@dataclass(frozen=True, slots=True)
class Duration:
    """Days and whole weeks of enrolment, and the day on which the result can be read."""

    enrol_days: int
    enrol_weeks: int
    readout_day: int


def duration(
    n_per_arm: float, arms: int, eligible_per_day: float, allocation: float = 1.0, window_days: int = 0
) -> Duration | None:
    """How long an experiment runs; None where nobody is eligible.

    Examples
    --------
    >>> found = duration(5570, 2, 1400, 1.0, 7)
    >>> found.enrol_days, found.enrol_weeks, found.readout_day
    (8, 2, 21)
    """
    per_day = eligible_per_day * allocation
    if per_day <= 0:
        return None
    days = int(np.ceil(arms * n_per_arm / per_day - 1e-9))
    weeks = max(MIN_WEEKS, -(-days // 7))
    return Duration(days, weeks, weeks * 7 + window_days)


def revenue_size(variation: float, lift: float, alpha: float = ALPHA, power: float = POWER) -> float | None:
    """People per arm to see a relative lift of a mean whose standard deviation is `variation` times the mean.

    Examples
    --------
    >>> round(revenue_size(5.0, 0.1))
    39244
    """
    return 2 * (z_of(1 - alpha) + _z_power(power)) ** 2 * variation**2 / lift**2 if lift else None
