"""Micro-conversions that sit on a stage: who did them while there, and who of them went on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.choice import Paths, Walk

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Seat:
    """Of `people` on the stage, `did` did it; how many of those who did, and who did not, went on by any link."""

    people: int
    did: int
    went_on_did: int
    went_on_not: int


def did_on_stage(walk: Walk, paths: Paths, node: int, hits: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """(index of the stage in the paths, whether its unit did the micro-conversion before going on).

    A hit counts after the stage's event and before the next element of the path; where the path ends at the stage,
    within what is left of the window. A hit that serves as an element of a path is not used again.
    """
    here = np.flatnonzero(paths.node == node)
    free = hits[~np.isin(hits, paths.position)] if len(hits) else hits
    if not len(free):
        return here, np.zeros(len(here), np.bool_)
    unit = paths.unit[here]
    at = paths.position[here]
    ends = here + 1 == paths.at[unit + 1]
    border = np.where(ends, walk.ends[unit], paths.position[np.minimum(here + 1, len(paths.position) - 1)])
    which = np.searchsorted(free, at, side="right")
    candidate = free[np.minimum(which, len(free) - 1)]
    did = (which < len(free)) & (candidate < border)
    latest = paths.time_us[paths.at[unit]] + walk.options.window_us
    did &= ~ends | (walk.stream.time_us[candidate] <= latest)
    return here, did


def count_seat(walk: Walk, paths: Paths, went: Ints, node: int, hits: Ints) -> Seat:
    """Count who did a micro-conversion on a stage, and who went on."""
    here, did = did_on_stage(walk, paths, node, hits)
    went_on = went[here] >= 0
    return Seat(len(here), int(did.sum()), int((did & went_on).sum()), int((~did & went_on).sum()))
