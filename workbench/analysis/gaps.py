"""Rates of two groups of people side by side: how far apart, how sure, and whether it matters."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from workbench.analysis.comparisons import false_discovery, pooled_z
from workbench.analysis.intervals import NO_INTERVAL, Interval, interval_of, newcombe
from workbench.analysis.rates import Rate

GAP_Q = 0.10
MATERIAL_POINTS = 0.01
MATERIAL_SHARE = 0.10

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Gap:
    """The rate of one group minus that of the others, with Newcombe's interval and p adjusted over its family."""

    own: Rate
    others: Rate
    value: float | None = None
    interval: Interval = NO_INTERVAL
    p_adjusted: float | None = None

    @classmethod
    def of(cls, own: Rate, others: Rate) -> Gap:
        """Two rates of different people; no gap where one has no data.

        Examples
        --------
        >>> found = Gap.of(Rate.of(60, 100), Rate.of(20, 100))
        >>> round(found.value, 2), round(found.interval.low, 3)
        (0.4, 0.268)
        """
        if own.value is None or others.value is None:
            return cls(own, others)
        return cls(own, others, own.value - others.value, interval_of(newcombe(own.k, own.n, others.k, others.n)))

    @property
    def is_thin(self) -> bool:
        return self.own.is_thin or self.others.is_thin

    @property
    def differs(self) -> bool:
        """Beyond doubt over the whole family, and not on few data."""
        return self.p_adjusted is not None and self.p_adjusted <= GAP_Q and not self.is_thin

    @property
    def is_material(self) -> bool:
        """At least one point, or a tenth of the others' rate."""
        if self.value is None:
            return False
        size = abs(self.value)
        return size >= MATERIAL_POINTS or size >= MATERIAL_SHARE * (self.others.value or 0.0) > 0

    @property
    def is_marked(self) -> bool:
        """Worth pointing at: beyond doubt and large enough to matter."""
        return self.differs and self.is_material


def gaps(pairs: Mapping[Key, tuple[Rate, Rate]]) -> dict[Key, Gap]:
    """Many gaps as one family: Benjamini-Hochberg over the pooled z-tests.

    Parameters
    ----------
    pairs : mapping to (own rate, rate of the others)

    Examples
    --------
    >>> found = gaps({"a": (Rate.of(60, 100), Rate.of(20, 100)), "b": (Rate.of(50, 100), Rate.of(49, 100))})
    >>> [(name, gap.is_marked) for name, gap in found.items()]
    [('a', True), ('b', False)]
    """
    found = {key: Gap.of(own, others) for key, (own, others) in pairs.items()}
    raw = [pooled_z(gap.own.k, gap.own.n, gap.others.k, gap.others.n).p for gap in found.values()]
    adjusted = false_discovery([np.nan if p is None else p for p in raw])
    return {
        key: replace(gap, p_adjusted=None if np.isnan(p) else float(p))
        for (key, gap), p in zip(found.items(), adjusted, strict=True)
    }
