"""Looking before the planned end: bounds that keep the error rate, and what careless looks cost."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.intervals import z_of
from workbench.errors import WorkbenchError

Floats = NDArray[np.float64]
_GRID = 1_201
# Beyond this the normal tail is nothing that a float holds.
_WIDEST = 37.0


class Spending(StrEnum):
    """How the error rate is spent over the looks."""

    LDOF = "LDOF"
    LD_POCOCK = "LDPocock"
    HSD = "HSD"
    OBF = "OF"
    POCOCK = "Pocock"


def bounds(
    looks: Sequence[float], alpha: float = 0.05, spending: Spending = Spending.LDOF, gamma: float = -4.0
) -> list[float]:
    """Two-sided bounds of z at each look.

    Parameters
    ----------
    looks : sequence of float
        Share of the planned people at each look, rising, at most 1.
    alpha : float
        Two-sided error rate over all looks.
    spending : Spending
        Lan-DeMets spending after O'Brien-Fleming (default) or Pocock, Hwang-Shih-DeCani with `gamma`, or the
        classical O'Brien-Fleming and Pocock shapes.

    Raises
    ------
    WorkbenchError
        If the looks do not rise from above 0 to at most 1.

    Examples
    --------
    >>> [round(z, 2) for z in bounds([0.2, 0.4, 0.6, 0.8, 1.0])]
    [4.88, 3.36, 2.68, 2.29, 2.03]
    """
    times = np.asarray(looks, dtype=np.float64)
    if not len(times) or times[0] <= 0 or np.any(np.diff(times) <= 0) or times[-1] > 1 + 1e-9:
        raise WorkbenchError("Looks must rise from above 0 to at most 1.", "Give shares of the planned people.")
    if spending in (Spending.OBF, Spending.POCOCK):
        return _shaped(times, alpha, 0.5 if spending is Spending.OBF else 0.0)
    spent = np.array([_spent(min(t, 1.0), alpha, spending, gamma) for t in times])
    return _from_spending(times, np.diff(spent, prepend=0.0))


def _spent(t: float, alpha: float, spending: Spending, gamma: float) -> float:
    """Two-sided error rate spent by time t."""
    from scipy.special import ndtr

    if spending is Spending.LDOF:
        return float(4 * (1 - ndtr(z_of(1 - alpha / 2) / np.sqrt(t))))
    if spending is Spending.LD_POCOCK:
        return float(alpha * np.log1p((np.e - 1) * t))
    return float(alpha * t if gamma == 0 else alpha * np.expm1(-gamma * t) / np.expm1(-gamma))


def _from_spending(times: Floats, steps: Floats) -> list[float]:
    """Solve each bound so that just its step of error is spent there."""
    found: list[float] = []
    walk = _Walk.start()
    for i, (time, step) in enumerate(zip(times, steps, strict=True)):
        ahead = walk.to(float(time))
        found.append(bound := _solved(ahead, float(step)))
        if i + 1 < len(times):
            walk = ahead.stopped(bound)
    return found


def _solved(walk: _Walk, step: float) -> float:
    """The bound at which just this much error is spent; the widest one where there is next to nothing to spend."""
    from scipy.optimize import brentq

    if walk.crossing(_WIDEST) >= step:
        return _WIDEST
    return float(brentq(lambda z: walk.crossing(z) - step, 1e-6, _WIDEST, xtol=1e-10))


def _shaped(times: Floats, alpha: float, exponent: float) -> list[float]:
    """One constant c with bounds c / sqrt(t)^(2 exponent) that spends alpha in all."""
    from scipy.optimize import brentq

    shape = (times[-1] / times) ** exponent
    c = float(brentq(lambda c: crossing_chance(times, c * shape) - alpha, 0.5, _WIDEST, xtol=1e-9))
    return [float(c * s) for s in shape]


def crossing_chance(times: Floats, z: Floats) -> float:
    """Probability, with no effect, that |z| crosses its bound at any of the looks."""
    total, walk = 0.0, _Walk.start()
    for time, bound in zip(times, z, strict=True):
        walk = walk.to(float(time))
        total += walk.crossing(float(bound))
        walk = walk.stopped(float(bound))
    return total


def careless_looks(looks: int, z: float = 1.959964) -> float:
    """The true error rate of looking so many times, evenly spaced, at the same bound.

    Examples
    --------
    >>> [round(careless_looks(k), 3) for k in (1, 2, 4, 10)]
    [0.05, 0.083, 0.126, 0.193]
    """
    times = np.arange(1, looks + 1) / looks
    return crossing_chance(times, np.full(looks, z))


class _Walk:
    """Density of B = z sqrt(t) of those not stopped yet, on a Simpson grid; None before the first look."""

    def __init__(self, time: float, points: Floats | None, density: Floats | None, before: _Walk | None = None) -> None:
        self._time, self._points, self._density, self._before = time, points, density, before

    @classmethod
    def start(cls) -> _Walk:
        return cls(0.0, None, None)

    def to(self, time: float) -> _Walk:
        """The walk at a later time, before it is stopped there."""
        return _Walk(time, None, None, self)

    def crossing(self, z: float) -> float:
        """Probability to be beyond +-z at this time, not having stopped before."""
        from scipy.special import ndtr

        edge, before = z * np.sqrt(self._time), self._origin()
        step = np.sqrt(self._time - before._time)
        if before._points is None or before._density is None:
            return float(2 * ndtr(-edge / step))
        tails = ndtr((before._points - edge) / step) + ndtr((-edge - before._points) / step)
        return float(_simpson(before._points) @ (before._density * tails))

    def stopped(self, z: float) -> _Walk:
        """The walk at this time with those beyond +-z taken out."""
        edge, before = z * np.sqrt(self._time), self._origin()
        points = np.linspace(-edge, edge, _GRID)
        step = np.sqrt(self._time - before._time)
        if before._points is None or before._density is None:
            return _Walk(self._time, points, _normal(points / step) / step)
        moves = _normal((points[:, None] - before._points) / step) / step
        return _Walk(self._time, points, moves @ (before._density * _simpson(before._points)))

    def _origin(self) -> _Walk:
        return self._before or _Walk.start()


def _normal(x: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi))


def _simpson(points: Floats) -> Floats:
    weights = np.full(len(points), 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    return np.asarray(weights * (points[1] - points[0]) / 3)
