"""Questions behind the views of the forecast; each runs on the heavy lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.measures import Measures
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey
from workbench.progress import Progress
from workbench.session.analyst import Question
from workbench.session.shelf import Loaded

if TYPE_CHECKING:
    from workbench.forecast.headroom import Headroom

HEADROOM = "headroom"


def headroom_by(name: str | None) -> Question:
    """How much better each link has been: in its own weeks, and for the best value of a property."""

    def work(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> dict[LinkId, Headroom] | None:
        from workbench.export.report import ignored_events
        from workbench.forecast.headroom import headrooms

        if loaded.store is None:
            return None
        return headrooms(journey, loaded.store, ignored_events(loaded.report), name)

    return Question(f"{HEADROOM} by {name}", work)


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
        from workbench.analysis.ground import study_window
        from workbench.analysis.hits import matching_rows
        from workbench.analysis.match import Match
        from workbench.analysis.query import Query
        from workbench.analysis.shaped import shaped_store

        cart, goal = journey.element_by_id.get(element_id), journey.headline_macro
        if loaded.store is None or cart is None or cart.rule is None or goal is None or goal.rule is None:
            return None
        store = shaped_store(loaded.store, Query.of(journey).options())
        window_s, _ = study_window(journey, store)
        rows, bought = (matching_rows(store, Match.of(rule)) for rule in (cart.rule, goal.rule))
        name = cart_value_property(store, rows)
        if name is None:
            return Carts((), None, window_s, f"No event of {cart.title} tells what it is worth.")
        return Carts(tuple(abandoned_cart_values(store, rows, bought, window_s, name).tolist()), name, window_s)

    return Question(f"carts of {element_id}", work)
