"""Questions about segments beyond their comparison; each runs on the heavy lane."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.analysis.measures import Measures
from workbench.analysis.segment_choice import Periods
from workbench.journey.journey import Journey
from workbench.progress import Progress
from workbench.session.analyst import Question
from workbench.session.shelf import Loaded

if TYPE_CHECKING:
    from workbench.analysis.mix import MixReport


def mix_question(property_name: str, periods: Periods) -> Question:
    """Why the headline rate moved between two periods, by the values of a property."""
    return Question(f"mix {property_name} {periods}", _mix(property_name, periods))


def _mix(property_name: str, periods: Periods) -> Callable[[Journey, Measures, Loaded, Progress], MixReport | None]:
    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> MixReport | None:
        from workbench.analysis.mix import mix_study

        if loaded.store is None or not property_name:
            return None
        return mix_study(journey, loaded.store, property_name, periods)

    return answer
