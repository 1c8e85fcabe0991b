"""Reading experiments: sample-ratio check, difference and lift, guardrails, revenue, priorities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.comparisons import pooled_z
from workbench.analysis.intervals import NO_INTERVAL, Interval, difference, interval_of, known, newcombe, ratio
from workbench.errors import WorkbenchError

ALPHA = 0.05
MISMATCH_P = 0.001


@dataclass(frozen=True, slots=True)
class RatioCheck:
    """Sample-ratio check: a mismatch (p below 0.001) makes a result invalid."""

    chi2: float | None
    p: float | None
    is_mismatch: bool


def ratio_check(counts: Sequence[int], shares: Sequence[float]) -> RatioCheck:
    """Were people assigned in the planned ratio?

    Examples
    --------
    >>> ratio_check([600, 400], [1, 1]).is_mismatch
    True
    """
    from scipy.special import chdtrc

    seen, planned = np.asarray(counts, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    if not seen.sum() or np.any(planned <= 0):
        return RatioCheck(None, None, False)
    expected = seen.sum() * planned / planned.sum()
    chi2 = float(((seen - expected) ** 2 / expected).sum())
    p = float(chdtrc(len(seen) - 1, chi2))
    return RatioCheck(chi2, p, p < MISMATCH_P)


class Verdict(StrEnum):
    """What a read-out says."""

    INVALID = "invalid_srm"
    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Arm:
    """k of n people of one arm converted."""

    k: int
    n: int

    @property
    def rate(self) -> float | None:
        return self.k / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class ReadOut:
    """Difference and lift of treatment over control; all None when the sample-ratio check fails."""

    ratio_check: RatioCheck
    verdict: Verdict
    treatment_rate: float | None = None
    control_rate: float | None = None
    difference: float | None = None
    difference_interval: Interval = NO_INTERVAL
    lift: float | None = None
    lift_interval: Interval = NO_INTERVAL
    z: float | None = None
    p: float | None = None


def read_out(treatment: Arm, control: Arm, shares: tuple[float, float] = (1, 1), level: float = 0.95) -> ReadOut:
    """Read an experiment: sample ratio first, then difference (Newcombe), lift (Koopman), pooled z-test.

    Examples
    --------
    >>> found = read_out(Arm(535, 5600), Arm(447, 5580))
    >>> round(found.difference, 4), round(found.lift, 3), found.verdict.value
    (0.0154, 0.193, 'better')
    """
    check = ratio_check([treatment.n, control.n], shares)
    if check.is_mismatch:
        return ReadOut(check, Verdict.INVALID)
    if not treatment.n or not control.n:
        return ReadOut(check, Verdict.UNDECIDED, treatment.rate, control.rate)
    cells = (treatment.k, treatment.n, control.k, control.n)
    tested, gap = pooled_z(*cells), difference(*cells, level)
    rates = ratio(*cells, level)
    gained = treatment.k / treatment.n - control.k / control.n
    return ReadOut(
        ratio_check=check,
        verdict=_verdict(tested.p, gained, 1 - level),
        treatment_rate=treatment.rate,
        control_rate=control.rate,
        difference=gained,
        difference_interval=gap,
        lift=gained / (control.k / control.n) if control.k else None,
        lift_interval=Interval(_less_one(rates.low), _less_one(rates.high)),
        z=tested.statistic,
        p=tested.p,
    )


def _verdict(p: float | None, gained: float, alpha: float) -> Verdict:
    if p is None or p >= alpha:
        return Verdict.UNDECIDED
    return Verdict.BETTER if gained > 0 else Verdict.WORSE


def _less_one(bound: float | None) -> float | None:
    return None if bound is None else bound - 1.0


def chance_better(treatment: Arm, control: Arm) -> float | None:
    """Posterior probability that treatment is better (Jeffreys priors); to be shown at the planned end only.

    Examples
    --------
    >>> round(chance_better(Arm(535, 5600), Arm(447, 5580)), 3)
    0.998
    """
    from scipy.special import betainc, betaincinv

    if not treatment.n or not control.n:
        return None
    nodes, weights = _nodes()
    rates = betaincinv(treatment.k + 0.5, treatment.n - treatment.k + 0.5, (nodes + 1) / 2)
    return float(weights @ betainc(control.k + 0.5, control.n - control.k + 0.5, rates) / 2)


@cache
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gauss-Legendre nodes and weights, which take longer to find than to use."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    return nodes, weights


class Guard(StrEnum):
    """State of a guardrail."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class GuardrailState:
    """Interval of treatment minus control, and what it says against the margin."""

    interval: Interval
    state: Guard


def guardrail(
    treatment: Arm, control: Arm, margin: float, alpha: float = ALPHA, is_higher_better: bool = True
) -> GuardrailState:
    """Non-inferiority within an absolute margin: "not significant" is not "safe".

    Examples
    --------
    >>> guardrail(Arm(2430, 6000), Arm(2440, 6000), 0.02).state.value
    'pass'
    >>> guardrail(Arm(2200, 6000), Arm(2440, 6000), 0.02).state.value
    'fail'
    """
    if not treatment.n or not control.n:
        return GuardrailState(Interval(), Guard.INCONCLUSIVE)
    low, high = (float(v) for v in newcombe(treatment.k, treatment.n, control.k, control.n, 1 - 2 * alpha))
    worst, best = (low, high) if is_higher_better else (-high, -low)
    state = Guard.PASS if worst > -margin else Guard.FAIL if best < -margin else Guard.INCONCLUSIVE
    return GuardrailState(interval_of((low, high)), state)


@dataclass(frozen=True, slots=True)
class RevenueReadOut:
    """Revenue per person of both arms, their difference and Welch's test."""

    treatment: float | None
    control: float | None
    difference: float | None
    interval: Interval
    p: float | None


def revenue_read_out(
    treatment: Sequence[float], n_treatment: int, control: Sequence[float], n_control: int, level: float = 0.95
) -> RevenueReadOut:
    """Compare revenue per person, those who bought nothing included.

    Examples
    --------
    >>> round(revenue_read_out([100, 50, 70], 50, [20, 90], 52).difference, 4)
    2.2846
    """
    from scipy.stats import ttest_ind

    if len(treatment) > n_treatment or len(control) > n_control:
        raise WorkbenchError("More buyers than people in an arm.", "Give one revenue per person who bought.")
    sides = [
        np.concatenate([np.asarray(m, dtype=np.float64), np.zeros(n - len(m))])
        for m, n in ((treatment, n_treatment), (control, n_control))
    ]
    means = [float(side.mean()) if len(side) else None for side in sides]
    if min(map(len, sides)) < 2 or means[0] is None or means[1] is None or not any(np.ptp(side) for side in sides):
        gap = means[0] - means[1] if means[0] is not None and means[1] is not None else None
        return RevenueReadOut(means[0], means[1], gap, Interval(), None)
    found = ttest_ind(*sides, equal_var=False)
    bounds = found.confidence_interval(level)
    return RevenueReadOut(
        means[0], means[1], means[0] - means[1], Interval(known(bounds.low), known(bounds.high)), known(found.pvalue)
    )


@dataclass(frozen=True, slots=True)
class Idea:
    """An idea scored 1..10 on impact, confidence and effort (the team's work)."""

    name: str
    impact: float
    confidence: float
    effort: float

    @property
    def score(self) -> float | None:
        """Impact x confidence / effort; None without effort. A ranking, never a probability."""
        return self.impact * self.confidence / self.effort if self.effort else None


def ranked(ideas: Sequence[Idea]) -> list[Idea]:
    """Best score first, ties by impact; ideas without a score last.

    Examples
    --------
    >>> [idea.name for idea in ranked([Idea("a", 5, 2, 1), Idea("b", 10, 2, 2), Idea("c", 6, 9, 3)])]
    ['c', 'b', 'a']
    """
    return sorted(ideas, key=lambda idea: (idea.score is None, -(idea.score or 0.0), -idea.impact))
