"""A first answer from the first users of a large store, with how far it may be off."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

from workbench.analysis.cache import cache_of
from workbench.analysis.measure import measure
from workbench.analysis.measures import ElementFigures, FunnelFigures, LinkFigures, Measures, Step
from workbench.analysis.query import Query
from workbench.analysis.unseen import unseen_share
from workbench.events.store import EventStore
from workbench.journey.element import ElementId
from workbench.progress import Progress

MANY_ROWS = 20_000_000
SHARE = 0.05
_KEPT = {"element_id", "link_id", "grade", "instead", "median_s", "money_lost", "unseen"}


def is_worth_estimating(store: EventStore) -> bool:
    """Whether the exact answer takes long enough for an estimate to come first."""
    return store.n_events > MANY_ROWS


def estimate(
    query: Query,
    store: EventStore,
    progress: Progress | None = None,
    ambient: frozenset[str] = frozenset(),
    share: float = SHARE,
) -> Measures:
    """Measure a sample of people and scale up: users stand in hash order, so the first of them are unbiased.

    Figures are whole numbers; `is_estimate` is set. See `half_width` for how far a count may be off.
    """
    n = max(1, round(store.n_users * share))
    sample = cache_of(store).get(("first users", n), lambda: store.first_users(n))
    found = measure(query, sample, progress, ambient)
    factor = store.n_users / n
    return replace(
        found,
        elements={
            i: replace(_scaled(figures, factor), unseen=_unseen(query, store, i))
            for i, figures in found.elements.items()
        },
        links={i: _scaled(figures, factor) for i, figures in found.links.items()},
        funnel=_scaled_funnel(found.funnel, factor),
        entered=_times(found.entered, factor),
        mature_entered=_times(found.mature_entered, factor),
        units=_times(found.units, factor),
        is_estimate=True,
    )


def half_width(count: int, share: float = SHARE) -> float:
    """Half of the 95 % interval around an estimated count: people are drawn without being put back.

    Examples
    --------
    >>> round(half_width(100_000))
    2702
    """
    return 1.959964 * math.sqrt(count * (1 - share) / share)


def _unseen(query: Query, store: EventStore, element_id: ElementId) -> float | None:
    """Of all rows, which the sample has no part of."""
    rule = query.element_by_id[element_id].rule
    return None if rule is None else unseen_share(store, rule.events)


def _times(count: int | None, factor: float) -> int | None:
    return None if count is None else round(count * factor)


def _scaled(figures: Any, factor: float) -> Any:
    """The figures with every count scaled up."""
    counts = (f.name for f in fields(figures) if f.name not in _KEPT)
    changed: dict[str, Any] = {name: _times(getattr(figures, name), factor) for name in counts}
    if isinstance(figures, ElementFigures):
        lost = figures.money_lost
        instead = tuple((name, round(n * factor)) for name, n in figures.instead)
        return replace(figures, **changed, instead=instead, money_lost=None if lost is None else lost * factor)
    assert isinstance(figures, LinkFigures)
    return replace(figures, **changed)


def _scaled_funnel(figures: FunnelFigures, factor: float) -> FunnelFigures:
    steps = tuple(Step(s.name, round(s.count * factor), s.rate_step, s.rate_total) for s in figures.steps)
    mature = tuple(round(count * factor) for count in figures.mature_counts)
    units, immature = round(figures.units * factor), _times(figures.immature, factor)
    return replace(figures, steps=steps, mature_counts=mature, units=units, immature=immature)
