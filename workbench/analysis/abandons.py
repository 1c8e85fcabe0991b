"""Abandoned forms and videos: at which field, at which milestone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis.rates import Rate
from workbench.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class FormAbandon:
    """A form field by field: `reached` starters who came to it, `hazard` of leaving there among them."""

    completion: float | None
    abandon_rate: float | None
    reached: tuple[int, ...]
    hazard: tuple[Rate, ...]
    worst: int | None


def form_abandon(started: int, submitted: int, left_at: Sequence[int], level: float = 0.95) -> FormAbandon:
    """Where a form is abandoned.

    Parameters
    ----------
    started, submitted : int
        People who started and who submitted.
    left_at : sequence of int
        Abandoners by the last field (in form order) that they touched.

    Examples
    --------
    >>> found = form_abandon(400, 180, [20, 12, 45, 110, 33])
    >>> found.worst, found.reached, round(found.hazard[3].value, 3)
    (3, (400, 380, 368, 323, 213), 0.341)
    """
    if submitted > started or sum(left_at) > started:
        raise WorkbenchError("More people left or submitted than started the form.", "Check which events start it.")
    gone = np.concatenate([[0], np.cumsum(left_at)])[: len(left_at)]
    reached = tuple(int(started - before) for before in gone)
    hazard = tuple(Rate.of(left, there, level) for left, there in zip(left_at, reached, strict=True))
    known = [i for i, rate in enumerate(hazard) if rate.value is not None]
    return FormAbandon(
        completion=submitted / started if started else None,
        abandon_rate=1 - submitted / started if started else None,
        reached=reached,
        hazard=hazard,
        worst=max(known, key=lambda i: hazard[i].value or 0.0, default=None),
    )


@dataclass(frozen=True, slots=True)
class Milestones:
    """People with any milestone at or beyond each; rates from the start and from milestone to milestone."""

    reached: tuple[int, ...]
    from_start: tuple[Rate, ...]
    steps: tuple[Rate, ...]


def milestones(seen: Mapping[str, Sequence[float]], marks: Sequence[float]) -> Milestones:
    """Decay over milestones (video, scroll) per person, never from raw event counts: replays and skips distort those.

    Parameters
    ----------
    seen : mapping of person to the milestones seen
        People who saw none belong in it too.
    marks : sequence of float
        Milestones in order.

    Examples
    --------
    >>> milestones({"a": [25, 50], "b": [100], "c": []}, [25, 50, 75, 100]).reached
    (2, 2, 1, 1)
    """
    furthest = np.array([max(marks_seen, default=-np.inf) for marks_seen in seen.values()], dtype=np.float64)
    return milestones_of(furthest, marks)


def milestones_of(furthest: np.ndarray[tuple[int], np.dtype[np.float64]], marks: Sequence[float]) -> Milestones:
    """The same from the furthest milestone of each person (-inf for none)."""
    reached = tuple(int(np.count_nonzero(furthest >= mark)) for mark in marks)
    before = (len(furthest), *reached[:-1])
    return Milestones(
        reached,
        tuple(Rate.of(count, len(furthest)) for count in reached),
        tuple(Rate.of(count, prior) for count, prior in zip(reached, before, strict=False)),
    )
