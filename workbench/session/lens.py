"""The lens: the map shown for the people of one segment, or as the difference of two groups of people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.analysis.measures import Measures
from workbench.forecast.figures import MapFigures, map_figures
from workbench.journey.journey import Journey, Segment
from workbench.progress import Progress
from workbench.session.analyst import Analyst, Question
from workbench.session.session import Session
from workbench.session.shelf import Loaded

if TYPE_CHECKING:
    from workbench.analysis.segment_steps import SegmentMaps


@dataclass(frozen=True, slots=True)
class LensChoice:
    """Whose map is shown: the segment's people, beside all others or another segment if it `is_difference`."""

    segment: Segment
    cut_s: float
    is_difference: bool = False
    other: Segment | None = None

    @property
    def question(self) -> Question:
        sides = (self.segment, self.other)
        return Question(f"lens {hash((sides, self.cut_s))}", maps_of(sides, self.cut_s))


class Lens(QObject):
    """Holds what the map is seen through; nothing by default. It follows edits of its segments and goes with them."""

    changed = Signal()

    def __init__(self, session: Session, analyst: Analyst, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._analyst = session, analyst
        self.choice: LensChoice | None = None
        self._made: tuple[tuple[Journey, SegmentMaps, LensChoice], MapFigures] | None = None
        session.journey_changed.connect(self._on_journey_changed)
        analyst.answered.connect(self._on_answered)

    def use(self, choice: LensChoice | None) -> None:
        """See the map through a segment; None shows everybody again."""
        if choice == self.choice:
            return
        if self.choice is not None:
            self._analyst.forget_want(self.choice.question.name)
        self.choice = choice
        if choice is not None:
            self._analyst.want(choice.question)
        self.changed.emit()

    @property
    def maps(self) -> SegmentMaps | None:
        """What was measured for today's choice; None without one and while it is being measured."""
        name = self.choice.question.name if self.choice is not None else ""
        found: SegmentMaps | None = self._analyst.answer(name) if self._analyst.is_current(name) else None
        return found

    def figures(self, everybody: MapFigures) -> MapFigures:
        """The figures to show: everybody's without a choice or before its answer is there; levers move only those."""
        maps = self.maps
        if maps is None or self.choice is None:
            return everybody
        key = (self._session.journey, maps, self.choice)
        if self._made is None or any(a is not b for a, b in zip(self._made[0], key, strict=True)):
            self._made = key, _seen(*key)
        return self._made[1]

    def _on_answered(self, name: str) -> None:
        if self.choice is not None and name == self.choice.question.name:
            self.changed.emit()

    def _on_journey_changed(self) -> None:
        if self.choice is None:
            return
        known = {segment.name: segment for segment in self._session.journey.segments}
        segment, other = known.get(self.choice.segment.name), self.choice.other
        if segment is None or (other is not None and other.name not in known):
            self.use(None)
            return
        self.use(replace(self.choice, segment=segment, other=None if other is None else known[other.name]))


def _seen(journey: Journey, maps: SegmentMaps, choice: LensChoice) -> MapFigures:
    shown = map_figures(journey, maps.own, None)
    if not choice.is_difference:
        return shown
    gaps = {str(i): gap for i, gap in maps.cards.items()} | {str(i): gap for i, gap in maps.links.items()}
    return replace(shown, gaps=gaps)


def maps_of(
    sides: tuple[Segment, Segment | None], cut_s: float
) -> Callable[[Journey, Measures, Loaded, Progress], SegmentMaps | None]:
    """Question behind the lens: the maps of both sides, or None without events."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> SegmentMaps | None:
        from workbench.analysis.segment_steps import segment_maps
        from workbench.export.report import ignored_events

        if loaded.store is None:
            return None
        return segment_maps(journey, loaded.store, sides, cut_s, frozenset(ignored_events(loaded.report)))

    return answer
