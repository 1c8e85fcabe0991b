"""Questions that panels ask of the data beyond the map's own figures; each runs on the heavy lane."""

from __future__ import annotations

from typing import Any

from workbench.analysis.measures import Measures
from workbench.journey.journey import Journey
from workbench.progress import Progress
from workbench.session.shelf import Loaded

DEAD_ENDS = "dead ends"


def dead_ends(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> Any:
    """The dead-end table of the headline macro-conversion, or None where it cannot be asked."""
    from workbench.analysis.dead_end_table import dead_end_table

    if loaded.store is None:
        return None
    return dead_end_table(journey, loaded.store, loaded.report.technical if loaded.report else ())
