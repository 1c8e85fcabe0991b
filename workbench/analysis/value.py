"""What a micro-conversion is worth: mean revenue of all its takers, and shares of revenue without double counting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.intervals import Interval, exact_upper, z_of
from workbench.errors import WorkbenchError

Floats = NDArray[np.float64]
ENOUGH_BUYERS = 30
FEW_BUYERS = 10
WINSOR = 0.995
BOOTSTRAPS = 2_000


@dataclass(frozen=True, slots=True)
class InverseValue:
    """Money per taker, zeros included; an average over takers, not what one more taker would bring.

    `upper` is the highest plausible value where hardly anyone bought: upper bound of the rate x mean order value.
    `winsorised` is the value with order values capped at their 99.5th percentile. None without takers.
    """

    value: float | None
    interval: Interval
    buyer_rate: float | None
    mean_order: float | None
    upper: float | None
    winsorised: float | None
    has_few_buyers: bool
    n: int
    buyers: int

    def incremental(self, ratio: float | None) -> float | None:
        """The part that goes with taking it, were the depth-matched ratio all effect: value x (ratio - 1) / ratio."""
        if self.value is None or ratio is None or ratio <= 0:
            return None
        return self.value * (ratio - 1) / ratio if ratio > 1 else 0.0


def inverse_value(n: int, revenue: Sequence[float], level: float = 0.95, seed: int = 1) -> InverseValue:
    """Value of a micro-conversion from the revenue of those takers who bought.

    Parameters
    ----------
    n : int
        All mature takers.
    revenue : sequence of float
        Revenue within the window of each taker who bought.
    level : float
        Confidence: a normal interval of the mean from 30 buyers on, below it a bootstrap of people.

    Examples
    --------
    >>> found = inverse_value(1000, [100.0] * 100)
    >>> found.value, found.buyer_rate
    (10.0, 0.1)
    """
    money = np.asarray(revenue, dtype=np.float64)
    _check(n, len(money))
    if not n:
        return InverseValue(None, Interval(), None, None, None, None, True, 0, 0)
    capped = np.minimum(money, np.quantile(money, WINSOR)) if len(money) else money
    return InverseValue(
        value=float(money.sum()) / n,
        interval=_interval(money, n, level, seed),
        buyer_rate=len(money) / n,
        mean_order=float(money.mean()) if len(money) else None,
        upper=float(exact_upper(len(money), n, level)) * float(money.mean()) if len(money) else None,
        winsorised=float(capped.sum()) / n,
        has_few_buyers=len(money) < FEW_BUYERS,
        n=n,
        buyers=len(money),
    )


def value_at(n: int, buyers: int, mean_order: float, level: float = 0.95) -> InverseValue:
    """Value from counts and a mean order value (of all buyers, where no taker bought).

    Examples
    --------
    >>> found = value_at(300, 0, 80.0)
    >>> found.value, round(found.upper, 2)
    (0.0, 0.79)
    """
    from workbench.analysis.intervals import interval_of, wilson

    _check(n, buyers)
    if not n:
        return InverseValue(None, Interval(), None, None, None, None, True, 0, 0)
    rate = interval_of(wilson(buyers, n, level))
    value = buyers / n * mean_order
    bounds = Interval((rate.low or 0.0) * mean_order, (rate.high or 0.0) * mean_order)
    upper = float(exact_upper(buyers, n, level)) * mean_order
    return InverseValue(value, bounds, buyers / n, mean_order, upper, value, buyers < FEW_BUYERS, n, buyers)


def _check(n: int, buyers: int) -> None:
    if buyers > n or buyers < 0:
        raise WorkbenchError("More buyers than takers.", "Give one revenue per person who bought.")


def _interval(money: Floats, n: int, level: float, seed: int) -> Interval:
    if not len(money):
        return Interval(0.0, None)
    if len(money) >= ENOUGH_BUYERS:
        mean = float(money.sum()) / n
        variance = (float((money**2).sum()) - n * mean**2) / max(n - 1, 1)
        half = z_of(level) * np.sqrt(max(variance, 0.0) / n)
        return Interval(float(mean - half), float(mean + half))
    # Resampling n people, most of them without revenue: the number of buyers drawn is binomial.
    rng = np.random.default_rng(seed)
    drawn = rng.binomial(n, len(money) / n, BOOTSTRAPS)
    sums = np.array([rng.choice(money, size).sum() for size in drawn]) / n
    low, high = np.quantile(sums, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


def double_counting(values: Sequence[tuple[float, int]], revenue: float) -> float | None:
    """How many times over the revenue is spent when (value, takers) of several micro-conversions are added up.

    Examples
    --------
    >>> double_counting([(10.0, 100), (5.0, 400)], 2000.0)
    1.5
    """
    return sum(value * takers for value, takers in values) / revenue if revenue > 0 else None


@dataclass(frozen=True, slots=True)
class Removal:
    """First-order Markov split of conversions: what would be lost without each step, scaled to the whole."""

    transitions: Mapping[tuple[str, str], float]
    effect: Mapping[str, float]
    credited: Mapping[str, float]


START, CONVERSION, NOTHING = "(start)", "(conversion)", "(null)"


def removal_effect(paths: Sequence[tuple[Sequence[str], float, float]]) -> Removal:
    """Split conversions over the steps of paths (steps, conversions, without conversion). Descriptive, not causal.

    Examples
    --------
    >>> found = removal_effect([(["g"], 2, 1), (["m"], 1, 0), (["g", "m"], 1, 0)])
    >>> found.effect["g"], found.effect["m"], round(found.credited["g"], 3)
    (0.75, 0.5, 2.4)
    """
    moves: dict[tuple[str, str], float] = {}
    for steps, converted, lost in paths:
        if not steps:
            continue
        way = [START, *steps]
        for pair in zip(way, steps, strict=False):
            moves[pair] = moves.get(pair, 0.0) + converted + lost
        for end, weight in ((CONVERSION, converted), (NOTHING, lost)):
            if weight:
                moves[steps[-1], end] = moves.get((steps[-1], end), 0.0) + weight
    names = list(dict.fromkeys(name for steps, _, _ in paths for name in steps))
    shares = _shares(moves)
    base = _chance(shares, names, None)
    effect = {name: 1.0 - _chance(shares, names, name) / base if base > 0 else 0.0 for name in names}
    whole, total = sum(effect.values()), sum(converted for _, converted, _ in paths)
    return Removal(shares, effect, {n: e / whole * total if whole > 0 else 0.0 for n, e in effect.items()})


def _shares(moves: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    leaving: dict[str, float] = {}
    for (source, _), weight in moves.items():
        leaving[source] = leaving.get(source, 0.0) + weight
    return {pair: weight / leaving[pair[0]] for pair, weight in moves.items() if leaving[pair[0]] > 0}


def _chance(shares: Mapping[tuple[str, str], float], names: list[str], removed: str | None) -> float:
    """Probability to convert from the start when whoever comes to `removed` is lost."""
    index = {name: i for i, name in enumerate([START, *names])}
    matrix, gain = np.eye(len(index)), np.zeros(len(index))
    for (source, target), share in shares.items():
        if removed not in (source, target):
            if target == CONVERSION:
                gain[index[source]] += share
            elif target in index:
                matrix[index[source], index[target]] -= share
    return float(np.linalg.solve(matrix, gain)[0])
