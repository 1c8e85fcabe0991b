"""Questions behind the views of the forecast; each runs on the heavy lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.analysis.measures import Measures
from workbench.journey.element import LinkId
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
