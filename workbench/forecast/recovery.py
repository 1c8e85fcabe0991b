"""Recovery: what winning back a share of abandoned carts above a threshold would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class Recovery:
    """Carts that qualify, and what the recovery rate and its range would bring."""

    carts: int
    cart_value: float
    orders: float
    revenue: float
    revenue_low: float
    revenue_high: float


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
    >>> found.carts, round(found.revenue, 2), round(found.revenue_high, 2)
    (2, 174.0, 232.0)
    """
    qualifying = [value for value in abandoned_values if value > threshold]
    if not qualifying:
        return None
    total = sum(qualifying)
    return Recovery(
        carts=len(qualifying),
        cart_value=total / len(qualifying),
        orders=len(qualifying) * rate.rate,
        revenue=total * rate.rate,
        revenue_low=total * rate.low,
        revenue_high=total * rate.high,
    )
