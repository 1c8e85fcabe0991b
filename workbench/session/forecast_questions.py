"""Questions behind the views of the forecast; each runs on the heavy lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.intervals import NO_INTERVAL, Interval
from workbench.analysis.measures import Measures
from workbench.errors import WorkbenchError
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import DAY_S, Journey
from workbench.progress import Progress
from workbench.session.analyst import Question
from workbench.session.shelf import Loaded

if TYPE_CHECKING:
    from workbench.analysis.returning import DayReturn, PeriodReturns
    from workbench.analysis.timeline import Rows
    from workbench.events.store import EventStore
    from workbench.forecast.headroom import Headroom
    from workbench.forecast.retention import Lifetime

FEWEST_AT_RISK = 10


def headroom_by(name: str | None) -> Question:
    """How much better each link has been: in its own weeks, and for the best value of a property."""

    def work(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> dict[LinkId, Headroom] | None:
        from workbench.export.report import ignored_events
        from workbench.forecast.headroom import headrooms

        if loaded.store is None:
            return None
        return headrooms(journey, loaded.store, ignored_events(loaded.report), name)

    return Question(f"headroom by {name}", work)


@dataclass(frozen=True)
class Carts:
    """Abandoned carts of one cart element: their values, or why there are none."""

    values: tuple[float, ...]
    value_property: str | None
    window_s: float
    why_not: str = ""


def carts_of(element_id: ElementId) -> Question:
    """What people put aside at an element and did not buy within the window."""

    def work(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Carts | None:
        from workbench.analysis.carts import abandoned_cart_values, cart_value_property
        from workbench.analysis.ground import rows_of, study_window
        from workbench.analysis.query import Query
        from workbench.analysis.shaped import shaped_store

        cart, goal = journey.element_by_id.get(element_id), journey.headline_macro
        if loaded.store is None or cart is None or goal is None:
            return None
        store = shaped_store(loaded.store, Query.of(journey).options())
        window_s, _ = study_window(journey, store)
        rows, bought = rows_of(journey, store, cart), rows_of(journey, store, goal)
        if rows is None or bought is None:
            return None
        name = cart_value_property(store, rows)
        if name is None:
            return Carts((), None, window_s, f"No event of {cart.title} tells what it is worth.")
        return Carts(tuple(abandoned_cart_values(store, rows, bought, window_s, name).tolist()), name, window_s)

    return Question(f"carts of {element_id}", work)


RETURN_DAYS = (1, 3, 7, 14, 30, 60, 90)


@dataclass(frozen=True)
class Again:
    """Share who did the macro-conversion again within so many days of their first (Kaplan-Meier), None beyond sight."""

    day: int
    share: float | None
    interval: Interval


@dataclass(frozen=True)
class Retention:
    """Who came back, who converted again, and for periodic payments the curve of a lifetime (else why not)."""

    days: tuple[DayReturn, ...]
    again: tuple[Again, ...]
    buyers: int
    periods: PeriodReturns | None
    lifetime: Lifetime | None
    note: str = ""


def retention_of(element_id: ElementId | None, period_days: float | None) -> Question:
    """Day-n retention of an activity (any event without an element); a period asks for the curve too."""

    def work(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Retention | None:
        from workbench.analysis.ground import rows_of
        from workbench.analysis.query import Query
        from workbench.analysis.returning import day_returns
        from workbench.analysis.shaped import shaped_store

        if loaded.store is None:
            return None
        store = shaped_store(loaded.store, Query.of(journey).options())
        active = journey.element_by_id.get(element_id) if element_id is not None else None
        rows = rows_of(journey, store, active) if active is not None else None
        days = tuple(d for d in day_returns(store, RETURN_DAYS, journey.time_zone, rows) if d.on_day.n)
        goal = journey.headline_macro
        bought = rows_of(journey, store, goal) if goal is not None else None
        progress.step(1, 2)
        again, buyers = _again(store, bought, len(days)) if bought is not None else ((), 0)
        periods, found, note = _lifetime(store, rows, period_days, journey.seed)
        return Retention(days, again, buyers, periods, found, note)

    return Question(f"retention of {element_id} by {period_days}", work)


def _again(store: EventStore, rows: Rows, count: int) -> tuple[tuple[Again, ...], int]:
    from workbench.analysis.cohorts import waits

    found = waits(store, rows, rows)
    if not found.people:
        return (), 0
    at = [day * float(DAY_S) for day in RETURN_DAYS[:count]]
    at_risk = [int((found.seconds >= second).sum()) for second in at]
    shares = [found.converted_by(second) for second in at]
    known = zip(RETURN_DAYS, shares, at_risk, strict=False)
    return tuple(Again(d, *(s if n >= FEWEST_AT_RISK else (None, NO_INTERVAL))) for d, s, n in known), found.people


def _lifetime(
    store: EventStore, rows: Rows | None, period_days: float | None, seed: int
) -> tuple[PeriodReturns | None, Lifetime | None, str]:
    """Periods and curve; where there is no curve, why."""
    from workbench.analysis.returning import period_returns
    from workbench.forecast.retention import lifetime

    if period_days is None:
        return None, None, ""
    periods = period_returns(store, period_days * DAY_S, rows)
    if periods is None:
        return None, None, f"Not one period of {period_days:g} days has passed for 30 people."
    try:
        return periods, lifetime(periods.still, seed), ""
    except WorkbenchError as error:
        return periods, None, f"{error.message} {error.hint}"
