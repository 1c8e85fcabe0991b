"""Step-through rates of counted steps, with intervals and the largest losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from workbench.analysis.intervals import Interval, interval_of, wilson

FEW_PEOPLE = 30
FEW_CONVERSIONS = 5


@dataclass(frozen=True, slots=True)
class Rate:
    """k of n with its Wilson interval; the value is None where n is 0: no data is not 0 %."""

    k: int
    n: int
    value: float | None
    interval: Interval

    @classmethod
    def of(cls, k: int, n: int, level: float = 0.95) -> Rate:
        return cls(k, n, k / n if n else None, interval_of(wilson(k, n, level)))

    @property
    def is_thin(self) -> bool:
        """Fewer than 30 people or 5 conversions."""
        return self.n < FEW_PEOPLE or self.k < FEW_CONVERSIONS


class CountError(StrEnum):
    """Why counts are no funnel of people."""

    INCREASES = "count_increases"


@dataclass(frozen=True, slots=True)
class StepThrough:
    """Rates from step to step and over all; which step loses the largest share, and which the most people.

    `error` is set, and nothing computed, where a later count exceeds an earlier one (`error_at` the earlier step).
    """

    steps: tuple[Rate, ...] = ()
    overall: Rate | None = None
    biggest_drop_rate: int | None = None
    biggest_drop_users: int | None = None
    error: CountError | None = None
    error_at: int | None = None


def step_through(counts: Sequence[int], level: float = 0.95) -> StepThrough:
    """Rates of a row of step counts.

    Parameters
    ----------
    counts : sequence of int
        People at each step, first to last.
    level : float
        Confidence of the Wilson intervals.

    Examples
    --------
    >>> found = step_through([10_000, 7_000, 6_500, 600, 90])
    >>> found.biggest_drop_rate, found.biggest_drop_users
    (2, 2)
    >>> step_through([1000, 1200, 300]).error
    <CountError.INCREASES: 'count_increases'>
    """
    for at, (before, after) in enumerate(pairwise(counts)):
        if after > before:
            return StepThrough(error=CountError.INCREASES, error_at=at)
    if len(counts) < 2:
        return StepThrough()
    steps = tuple(Rate.of(after, before, level) for before, after in pairwise(counts))
    known = [i for i, step in enumerate(steps) if step.value is not None]
    return StepThrough(
        steps=steps,
        overall=Rate.of(counts[-1], counts[0], level),
        biggest_drop_rate=max(known, key=lambda i: 1.0 - (steps[i].value or 0.0), default=None),
        biggest_drop_users=max(known, key=lambda i: steps[i].n - steps[i].k, default=None),
    )
