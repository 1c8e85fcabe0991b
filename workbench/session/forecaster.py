"""The live forecast: levers that a person moves, and the outcome they give on the current measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.analysis.measures import Measures
from workbench.errors import CancelledError, WorkbenchError
from workbench.forecast.bands import OutcomeBands, Posterior
from workbench.forecast.levers import DEFAULT_ASSUMPTIONS, Assumptions
from workbench.forecast.model import ForecastModel
from workbench.forecast.sensitivity import SensitivityTable, sensitivity_table
from workbench.forecast.what_if import Outcome, outcome
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey, Lever
from workbench.progress import Progress
from workbench.session.background import Lane
from workbench.session.session import Session

_BANDS_AFTER_MS = 60


@dataclass(frozen=True)
class Bands:
    """How sure the outcome is, and which change brings most; of one model under some levers."""

    outcome: OutcomeBands
    sensitivity: SensitivityTable


class Forecaster(QObject):
    """Holds levers by target, in the order they were first moved; answers at once on the UI thread (below 2 ms)."""

    changed = Signal()
    bands_changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._levers: dict[str, float] = {}
        self.assumptions: Assumptions = DEFAULT_ASSUMPTIONS
        self.model = ForecastModel.of(Journey(), None)
        self.outcome: Outcome | None = None
        self.bands: Bands | None = None
        self._posterior: Posterior | None = None
        self.lane = Lane("bands", self)
        self.lane.answered.connect(self._on_bands)
        self.lane.failed.connect(self._on_failed)
        self._bands_soon = QTimer(self, singleShot=True, interval=_BANDS_AFTER_MS)
        self._bands_soon.timeout.connect(self._ask_bands)

    def shutdown(self) -> None:
        self._bands_soon.stop()
        self.lane.shutdown()

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

    def rebuild(
        self, journey: Journey, measures: Measures | None, associations: Mapping[ElementId, float] | None = None
    ) -> None:
        """Build the model anew after an edit or a measure; levers whose target is gone fall away."""
        self.model = ForecastModel.of(journey, measures, associations)
        self._posterior = None
        known = journey.element_by_id.keys() | journey.link_by_id.keys()
        self._levers = {i: v for i, v in self._levers.items() if i in known}
        self._answer()

    def _ask_bands(self) -> None:
        model, levers, assumptions, posterior = self.model, self.levers, self.assumptions, self._posterior
        if not model.link_ids or self.outcome is None:
            self._on_bands(None, None)
            return

        def work(progress: Progress) -> tuple[Posterior, Bands]:
            drawn = posterior if posterior is not None else Posterior.of(model)
            progress.step(1, 2)
            return drawn, Bands(drawn.bands(levers, assumptions), sensitivity_table(drawn))

        self.lane.request((id(model), levers, assumptions), work)

    def _on_bands(self, key: object, answer: tuple[Posterior, Bands] | None) -> None:
        if answer is not None and key != (id(self.model), self.levers, self.assumptions):
            return
        self._posterior, self.bands = answer if answer is not None else (None, None)
        self.bands_changed.emit()

    def _on_failed(self, key: object, error: Exception) -> None:
        if not isinstance(error, CancelledError):
            self.failed.emit(error)

    def _answer(self) -> None:
        try:
            self.outcome = outcome(self.model, self.levers, self.assumptions)
        except WorkbenchError as error:
            self.outcome = None
            self.failed.emit(error)
        self.bands = None
        self.changed.emit()
        self._bands_soon.start()
