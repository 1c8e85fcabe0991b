"""The live forecast: levers that a person moves, and the outcome they give on the current measures."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.analysis.measures import Measures
from workbench.errors import WorkbenchError
from workbench.forecast.levers import DEFAULT_ASSUMPTIONS, Assumptions
from workbench.forecast.model import ForecastModel
from workbench.forecast.what_if import Outcome, outcome
from workbench.journey.journey import Journey, Lever
from workbench.session.session import Session


class Forecaster(QObject):
    """Holds levers by target, in the order they were first moved; answers at once on the UI thread (below 2 ms)."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._levers: dict[str, float] = {}
        self.assumptions: Assumptions = DEFAULT_ASSUMPTIONS
        self.model = ForecastModel.of(Journey(), None)
        self.outcome: Outcome | None = None

    @property
    def levers(self) -> tuple[Lever, ...]:
        return tuple(Lever(target_id, value) for target_id, value in self._levers.items())

    def lever(self, target_id: str) -> float | None:
        """Where the lever of a link, an entry or a seated micro-conversion stands; None if it was not moved."""
        return self._levers.get(target_id)

    def set_lever(self, target_id: str, value: float | None) -> None:
        """Move a lever; None puts it back."""
        if value is None:
            self._levers.pop(target_id, None)
        else:
            self._levers[target_id] = value
        self._answer()

    def use(self, levers: tuple[Lever, ...]) -> None:
        """Take over all levers of a scenario."""
        self._levers = {lever.target_id: lever.value for lever in levers}
        self._answer()

    def assume(self, assumptions: Assumptions) -> None:
        self.assumptions = assumptions
        self._answer()

    def rebuild(self, journey: Journey, measures: Measures | None) -> None:
        """Build the model anew after an edit or a measure; levers whose target is gone fall away."""
        self.model = ForecastModel.of(journey, measures)
        known = journey.element_by_id.keys() | journey.link_by_id.keys()
        self._levers = {i: v for i, v in self._levers.items() if i in known}
        self._answer()

    def _answer(self) -> None:
        try:
            self.outcome = outcome(self.model, self.levers, self.assumptions)
        except WorkbenchError as error:
            self.outcome = None
            self.failed.emit(error)
        self.changed.emit()
