"""Dead ends: actions that many people take and that, beyond doubt, hardly anyone who takes them converts after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.analysis.comparisons import false_discovery
from workbench.analysis.intervals import Side, exact, exact_upper
from workbench.errors import WorkbenchError

DEFAULT_RHO = 0.5
DEFAULT_Q = 0.05


class Fate(StrEnum):
    """What can be said of an action."""

    DEAD_END = "dead_end"
    ALIVE = "alive"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """k of n takers converted; `upper` is how high the rate may be, `ceiling` what it must stay under to be dead.

    `needed_if_zero` is how many takers without one conversion would settle it. Rates are None without takers.
    """

    k: int
    n: int
    rate: float | None
    upper: float | None
    lower: float | None
    ceiling: float
    p: float
    p_adjusted: float
    fate: Fate
    needed_if_zero: int | None

    @property
    def missing(self) -> int | None:
        """About how many more takers would be needed to settle an undecided one, were none of them to convert."""
        if self.fate is not Fate.UNDECIDED or self.needed_if_zero is None:
            return None
        return max(self.needed_if_zero - self.n, 0)


def dead_end(k: int, n: int, reference_rate: float, rho: float = DEFAULT_RHO, level: float = 0.95) -> DeadEnd:
    """Judge one action, alone.

    Parameters
    ----------
    k, n : int
        Converters among n takers.
    reference_rate : float
        Base rate of all mature people.
    rho : float
        The share of the base rate that a dead end stays under.
    level : float
        Confidence of the one-sided bounds.

    Examples
    --------
    >>> found = dead_end(0, 1000, 0.02)
    >>> round(found.upper, 5), found.fate.value, found.needed_if_zero
    (0.00299, 'dead_end', 299)
    >>> dead_end(0, 150, 0.02).fate.value
    'undecided'
    """
    return judge([k], [n], [reference_rate], Bar(rho, 1.0, level))[0]


@dataclass(frozen=True, slots=True)
class Bar:
    """How strict a verdict is: share of the base rate, false discovery rate, confidence of the bounds."""

    rho: float = DEFAULT_RHO
    q: float = DEFAULT_Q
    level: float = 0.95


DEFAULT_BAR = Bar()


def judge(
    k: Sequence[int], n: Sequence[int], reference_rate: Sequence[float], bar: Bar = DEFAULT_BAR
) -> tuple[DeadEnd, ...]:
    """Judge many actions as one family.

    A dead end has its one-sided exact upper bound below rho x base rate and an adjusted p of at most q; an action is
    alive with its lower bound above; all others are undecided.

    Raises
    ------
    WorkbenchError
        If a count is no count of its total, or a rate is not within 0..1.
    """
    hits, takers, base = np.asarray(k), np.asarray(n), np.asarray(reference_rate, dtype=np.float64)
    if np.any((base < 0) | (base > 1)):
        raise WorkbenchError("The base rate must lie between 0 and 1.", "Give the share of all people who convert.")
    ceiling = bar.rho * base
    upper = exact_upper(hits, takers, bar.level)
    lower = exact(hits, takers, bar.level, Side.LOWER)[0]
    p = _tail(hits, takers, ceiling)
    adjusted = false_discovery(p)
    with np.errstate(invalid="ignore"):
        dead, alive = (upper < ceiling) & (adjusted <= bar.q), lower > ceiling
    fates = [Fate.DEAD_END if d else Fate.ALIVE if a else Fate.UNDECIDED for d, a in zip(dead, alive, strict=True)]
    return tuple(
        DeadEnd(
            k=int(hits[i]),
            n=int(takers[i]),
            rate=float(hits[i] / takers[i]) if takers[i] else None,
            upper=float(upper[i]) if takers[i] else None,
            lower=float(lower[i]) if takers[i] else None,
            ceiling=float(ceiling[i]),
            p=float(p[i]),
            p_adjusted=float(adjusted[i]),
            fate=fates[i],
            needed_if_zero=needed_if_zero(float(ceiling[i]), bar.level),
        )
        for i in range(len(hits))
    )


def needed_if_zero(ceiling: float, level: float = 0.95) -> int | None:
    """How many takers without a conversion put the upper bound below the ceiling; None when nothing could.

    Examples
    --------
    >>> [needed_if_zero(0.5 * base) for base in (0.005, 0.01, 0.02, 0.05)]
    [1197, 598, 299, 119]
    """
    if not 0 < ceiling < 1:
        return None
    return int(np.ceil(np.log(1 - level) / np.log1p(-ceiling) - 1e-9))


def _tail(k: ArrayLike, n: ArrayLike, rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(at most k of n) at a rate."""
    from scipy.special import bdtr

    hits, trials = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.int64)
    with np.errstate(invalid="ignore"):
        return np.where(trials > 0, bdtr(hits, trials, rate), 1.0)
