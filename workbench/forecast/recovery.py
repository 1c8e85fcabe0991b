"""Recovery: what winning back a share of abandoned carts above a threshold would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from workbench.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class RecoveryRate:
    """Share of qualifying carts won back, 0..1, with the range that it is believed to lie in."""

    rate: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.rate <= self.high <= 1.0:
            raise WorkbenchError(
                f"A recovery rate of {self.rate:g} in {self.low:g} to {self.high:g} is none.",
                "Type shares between 0 and 1, the rate inside its range.",
            )


@dataclass(frozen=True, slots=True)
class Recovery:
    """Carts that qualify, and what the recovery rate and its range would bring."""

    carts: int
    cart_value: float
    rate: RecoveryRate

    @property
    def orders(self) -> float:
        return self.carts * self.rate.rate

    @property
    def orders_range(self) -> tuple[float, float]:
        return self.carts * self.rate.low, self.carts * self.rate.high

    @property
    def total(self) -> float:
        """Worth of all qualifying carts."""
        return self.carts * self.cart_value

    @property
    def revenue(self) -> float:
        return self.total * self.rate.rate

    @property
    def revenue_range(self) -> tuple[float, float]:
        return self.total * self.rate.low, self.total * self.rate.high


def recovery(abandoned_values: Sequence[float], threshold: float, rate: RecoveryRate) -> Recovery | None:
    """Revenue from winning back abandoned carts worth more than a threshold.

    Parameters
    ----------
    abandoned_values : sequence of float
        Value of each abandoned cart, in the journey's currency.
    threshold : float
        Only carts worth more qualify.
    rate : RecoveryRate
        Share that would be won back.

    Returns
    -------
    Recovery or None
        None when no cart qualifies.

    Examples
    --------
    >>> found = recovery([620.0, 540.0, 80.0], 500.0, RecoveryRate(0.15, 0.1, 0.2))
    >>> found.carts, round(found.revenue, 2), round(found.revenue_range[1], 2)
    (2, 174.0, 232.0)
    """
    qualifying = [value for value in abandoned_values if value > threshold]
    if not qualifying:
        return None
    return Recovery(len(qualifying), sum(qualifying) / len(qualifying), rate)


def round_thresholds(values: Sequence[float], most: int = 6) -> tuple[float, ...]:
    """0 and round amounts (1, 2, 5 times a power of ten) that part the values, the highest below the largest.

    Examples
    --------
    >>> round_thresholds([12.0, 80.0, 130.0, 240.0, 700.0])
    (0.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
    """
    known = [value for value in values if value > 0]
    if not known:
        return (0.0,)
    powers = (10.0**p for p in range(int(log10(min(known))) - 1, int(log10(max(known))) + 1))
    steps = [m * power for power in powers for m in (1.0, 2.0, 5.0)]
    parting = [step for step in steps if min(known) / 2 < step < max(known)]
    return (0.0, *parting[-most:])


def usual_threshold(values: Sequence[float]) -> float:
    """A round amount that about the upper quarter of the values is above.

    Examples
    --------
    >>> usual_threshold([12.0, 80.0, 130.0, 240.0])
    100.0
    """
    ranked = sorted(values)
    upper = ranked[int(0.75 * (len(ranked) - 1))] if ranked else 0.0
    return max((step for step in round_thresholds(values) if step <= upper), default=0.0)
