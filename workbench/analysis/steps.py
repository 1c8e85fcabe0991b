"""Each step of the map: who takes it, waiting time, errors, repeats, and when patience ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.cohorts import waits
from workbench.analysis.friction import isotonic
from workbench.analysis.ground import Ground
from workbench.analysis.rates import Rate
from workbench.analysis.timeline import DEFAULT_AMBIENT, Rows, Taking
from workbench.events.store import EventStore
from workbench.journey.element import Element, ElementId, LinkId
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Role

RAGE = 3
DECILES = 10
FEWEST_PEOPLE = 100
VISIT_GAP_S = 1800.0
US = 1_000_000

Floats = NDArray[np.float64]


def step_takings(
    journey: Journey, store: EventStore, listed: Iterable[str] = DEFAULT_AMBIENT
) -> Iterator[tuple[LinkId, Ground, Taking]]:
    """Every forward link whose ends are bound, its target as the goal, and the people who did its source before."""
    ambient = tuple(listed)
    for target_id, links in journey.incoming.items():
        ground = _towards(journey, store, ambient, target_id)
        if ground is None:
            continue
        for link in links:
            taking = ground.taking(link.source_id)
            if taking is not None:
                yield link.link_id, ground, taking


def _towards(journey: Journey, store: EventStore, ambient: tuple[str, ...], element_id: ElementId) -> Ground | None:
    element = journey.element_by_id.get(element_id)
    return Ground.of(journey, store, ambient, element) if element is not None else None


@dataclass(frozen=True, slots=True)
class StepFriction:
    """What one step of the happy path costs people: a list, no opaque index.

    `lost` of those who reached it never did the next one within the window; `median_s` the time by which half have
    (None while fewer are known to); `errors_per_100` people; completion with and without an error; `raging` did the
    same event more than 3 times; from `patience_s` on completion is under half of the quickest tenth's.
    """

    source_id: ElementId
    target_id: ElementId
    lost: Rate
    median_s: float | None
    errors_per_100: float | None
    with_error: Rate
    without_error: Rate
    raging: Rate
    patience_s: float | None


def step_frictions(ground: Ground) -> tuple[StepFriction, ...]:
    """Friction of each step of the happy path whose ends are bound."""
    known = ground.journey.element_by_id
    path = [known[i] for i in ground.journey.happy_path if i in known and known[i].is_bound]
    found = (_friction(ground, a, b) for a, b in pairwise(path))
    return tuple(step for step in found if step is not None)


def _friction(ground: Ground, source: Element, target: Element) -> StepFriction | None:
    step = ground.towards(target.element_id)
    taking = step.taking(source.element_id) if step is not None else None
    if step is None or taking is None or not len(taking.people):
        return None
    went_on = step.timeline.converted[taking.people]
    erred, errors = _errors(step, taking.row)
    rows = ground.mapped.get(source.element_id, np.zeros(0, dtype=np.int64))
    macro = step.timeline.macro_rows
    waited = waits(ground.store, rows, macro)
    return StepFriction(
        source_id=source.element_id,
        target_id=target.element_id,
        lost=Rate.of(int((~went_on).sum()), len(went_on)),
        median_s=waited.median_s,
        errors_per_100=None if errors is None else 100.0 * errors / len(went_on),
        with_error=Rate.of(int(went_on[erred].sum()), int(erred.sum())),
        without_error=Rate.of(int(went_on[~erred].sum()), int((~erred).sum())),
        raging=_raging(ground.store, rows),
        patience_s=patience_s(*_within_visit(ground.store, taking.row, macro)),
    )


def _errors(step: Ground, rows: NDArray[np.int64]) -> tuple[NDArray[np.bool_], int | None]:
    """Who met an error of the map after reaching the step (and before the next one), and how many there were."""
    elements = [e for e in step.journey.elements if e.role is Role.ERROR and e.element_id in step.mapped]
    erred = np.zeros(len(rows), dtype=bool)
    if not elements:
        return erred, None
    timeline, total = step.timeline, 0
    for element in elements:
        hits = np.asarray(step.mapped[element.element_id], dtype=np.int64)
        hits = hits[timeline.is_before_macro(hits)]
        at = np.searchsorted(hits, rows)
        following = np.append(hits, -1)[np.minimum(at, len(hits))]
        met = (following >= 0) & (timeline.place_of(np.maximum(following, 0)) == timeline.place_of(rows))
        erred |= met
        total += int(met.sum())
    return erred, total


def _raging(store: EventStore, rows: Rows) -> Rate:
    """People who did the same thing more than 3 times."""
    counts = np.bincount(store.user_of(np.asarray(rows, dtype=np.int64)), minlength=1)
    return Rate.of(int((counts > RAGE).sum()), int((counts > 0).sum()))


def _within_visit(store: EventStore, rows: NDArray[np.int64], goal_rows: Rows) -> tuple[Floats, NDArray[np.bool_]]:
    """Seconds from each row to the goal or to the end of the visit, and whether the goal came within the visit."""
    gap = np.diff(store.time_us, prepend=store.time_us[:1]) > round(VISIT_GAP_S * US)
    begins = np.zeros(store.n_events, dtype=bool)
    begins[store.user_offset[:-1][np.diff(store.user_offset) > 0]] = True
    starts = np.flatnonzero(begins | gap)
    last = np.append(starts[1:], store.n_events)[np.searchsorted(starts, rows, side="right") - 1] - 1
    goal = np.asarray(goal_rows, dtype=np.int64)
    following = np.append(goal, -1)[np.minimum(np.searchsorted(goal, rows, side="right"), len(goal))]
    is_done = (following >= 0) & (following <= last)
    end = np.where(is_done, following, last)
    return (store.time_us[end] - store.time_us[rows]) / US, is_done


def patience_s(seconds: Floats, is_event: NDArray[np.bool_]) -> float | None:
    """The time from which completion is below half of that in the quickest tenth; None if it never falls so far.

    Notes
    -----
    Tenths of the time spent on the step within the visit, completion smoothed to fall, the first tenth as yardstick.

    Examples
    --------
    >>> time = np.arange(1.0, 1001.0)
    >>> patience_s(time, time < 500) > 400
    True
    """
    if len(seconds) < FEWEST_PEOPLE:
        return None
    order = np.argsort(seconds, kind="stable")
    tenths = np.array_split(order, DECILES)
    done = isotonic([float(is_event[t].mean()) for t in tenths], [float(len(t)) for t in tenths], is_increasing=False)
    below = [i for i, share in enumerate(done) if share < done[0] / 2]
    return float(seconds[tenths[below[0]][0]]) if below and done[0] > 0 else None
