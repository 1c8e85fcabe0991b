"""What a what-if takes for granted: whose people are added, how good they are, what is cause, how sure a lift is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Any

from workbench.errors import WorkbenchError


class Source(StrEnum):
    """Where the extra people of a raised rate come from: those who left, or in proportion from the sibling links."""

    EXITS = "exits"
    SIBLINGS = "siblings"


@dataclass(frozen=True, slots=True)
class Trial:
    """An A/B result: of `control_n` people `control_k` went on, of `treatment_n` people `treatment_k`."""

    control_k: int
    control_n: int
    treatment_k: int
    treatment_n: int


@dataclass(frozen=True, slots=True)
class LiftRange:
    """A lift of a link's rate as a 95 % range of ratios, guessed or from a trial: 1.06..1.34 for +6 % to +34 %.

    Examples
    --------
    >>> round(LiftRange("page-cart", 1.0579, 1.3446).middle, 4)
    1.1927
    """

    target_id: str
    low: float
    high: float
    trial: Trial | None = None

    def __post_init__(self) -> None:
        check_lift(self.low, self.high)

    @property
    def middle(self) -> float:
        """Median of the lognormal with this range."""
        return sqrt(self.low * self.high)


def check_lift(low: float, high: float) -> None:
    """Raise unless low..high is a range of ratios."""
    if not 0 < low <= high < float("inf"):
        raise WorkbenchError(
            f"{low:g} to {high:g} is no range of lifts.", "Type ratios: 1.06 to 1.34 for +6 % to +34 %."
        )


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a what-if takes for granted, shown beside it and kept with a scenario.

    `causal_share` (0..1) of a micro-conversion's association is taken as its effect; `quality_decay` (0..1) is how
    much worse added people convert at every later step; `lifts` are uncertain relative changes, on top of levers.
    """

    source: Source = Source.EXITS
    causal_share: float = 0.5
    quality_decay: float = 0.0
    lifts: tuple[LiftRange, ...] = ()
    unknown: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        for name, share in (("causal share", self.causal_share), ("quality decay", self.quality_decay)):
            if not 0.0 <= share <= 1.0:
                raise WorkbenchError(f"A {name} of {share:g} is none.", "Type a share between 0 and 1.")

    def lift_of(self, target_id: str) -> LiftRange | None:
        """The lift of a link, or None."""
        return next((lift for lift in self.lifts if lift.target_id == target_id), None)


DEFAULT_ASSUMPTIONS = Assumptions()
