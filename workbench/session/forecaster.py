"""The live what-if: levers and assumptions, what they make of the map at once, and how sure that is a moment later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.analysis.measures import Measures
from workbench.errors import CancelledError, WorkbenchError
from workbench.forecast.bands import OutcomeBands, Posterior
from workbench.forecast.model import ForecastModel
from workbench.forecast.sensitivity import SensitivityTable, sensitivity_table
from workbench.forecast.what_if import Outcome, outcome
from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS, Assumptions, LiftRange
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey, Lever, Scenario
from workbench.progress import Progress
from workbench.session.background import Lane
from workbench.session.session import Session

if TYPE_CHECKING:
    from workbench.forecast.comparison import Comparison
    from workbench.forecast.headroom import Headroom

_BANDS_AFTER_MS = 60


@dataclass(frozen=True)
class Bands:
    """How sure the outcome is, and which change brings most; of one model under some levers."""

    outcome: OutcomeBands
    sensitivity: SensitivityTable


@dataclass(frozen=True)
class _Ask:
    """What bands are asked of, with what is known already: the draws, and the ranking if nothing it rests on moved."""

    model: ForecastModel
    levers: tuple[Lever, ...]
    assumptions: Assumptions
    benchmarks: dict[str, float]
    posterior: Posterior | None = field(default=None, compare=False)
    ranked: SensitivityTable | None = field(default=None, compare=False)

    def answer(self, progress: Progress) -> tuple[Posterior, Bands]:
        drawn = self.posterior if self.posterior is not None else Posterior.of(self.model)
        progress.step(1, 2)
        bands = drawn.bands(self.levers, self.assumptions)
        ranked = self.ranked or sensitivity_table(drawn, self.benchmarks, self.assumptions.source)
        return drawn, Bands(bands, ranked)


class Forecaster(QObject):
    """Holds levers by target, in the order they were first moved; answers at once on the UI thread (below 2 ms)."""

    changed = Signal()
    bands_changed = Signal()
    compared = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._levers: dict[str, float] = {}
        self.assumptions: Assumptions = DEFAULT_ASSUMPTIONS
        self.model = ForecastModel.of(Journey(), None)
        self.outcome: Outcome | None = None
        self.trouble = ""
        self.bands: Bands | None = None
        self.posterior: Posterior | None = None
        self.headrooms: Mapping[LinkId, Headroom] = {}
        self._ranked: SensitivityTable | None = None
        self.lane = Lane("bands", self)
        self.lane.answered.connect(self._on_bands)
        self.lane.failed.connect(self._on_failed)
        self.comparison: Comparison | None = None
        self.comparison_trouble = ""
        self._comparing = Lane("comparison", self)
        self._comparing.answered.connect(self._on_compared)
        self._comparing.failed.connect(self._on_not_compared)
        self._bands_soon = QTimer(self, singleShot=True, interval=_BANDS_AFTER_MS)
        self._bands_soon.timeout.connect(self._ask_bands)

    def shutdown(self) -> None:
        self._bands_soon.stop()
        self.lane.shutdown()
        self._comparing.shutdown()

    @property
    def levers(self) -> tuple[Lever, ...]:
        return tuple(Lever(target_id, value) for target_id, value in self._levers.items())

    @property
    def is_moved(self) -> bool:
        """Whether a lever or a lift is in force."""
        return bool(self._levers or self.assumptions.lifts)

    def lever(self, target_id: str) -> float | None:
        """Where the lever of a link, an entry or a seated micro-conversion stands; None if it was not moved."""
        return self._levers.get(target_id)

    def set_lever(self, target_id: str, value: float | None) -> None:
        """Move a lever; None puts it back. A lift of the same link goes: one change per link."""
        if value is None:
            self._levers.pop(target_id, None)
        else:
            self._levers[target_id] = value
        self.assumptions = _with_lift(self.assumptions, target_id, None)
        self._answer()

    def set_lift(self, target_id: str, lift: LiftRange | None) -> None:
        """Lift a link by an uncertain factor, in place of its lever; None takes the lift off."""
        self._levers.pop(target_id, None)
        self.assume(_with_lift(self.assumptions, target_id, lift))

    def assume(self, assumptions: Assumptions) -> None:
        """Take other things for granted."""
        if assumptions.source is not self.assumptions.source:
            self._ranked = None
        self.assumptions = assumptions
        self._answer()

    def use(self, levers: tuple[Lever, ...], assumptions: Assumptions = DEFAULT_ASSUMPTIONS) -> None:
        """Take over all levers and assumptions of a scenario."""
        self._levers = {lever.target_id: lever.value for lever in levers}
        self.assume(assumptions)

    def use_headrooms(self, headrooms: Mapping[LinkId, Headroom]) -> None:
        """Rank the links by what their own better selves would bring."""
        if headrooms != self.headrooms:
            self.headrooms, self._ranked = headrooms, None
            self._bands_soon.start()

    @property
    def benchmarks(self) -> dict[str, float]:
        """Rate of each link in its own better weeks or best segment, where these are known."""
        if not self.headrooms:
            return {}
        from workbench.forecast.headroom import benchmarks_of

        return benchmarks_of(
            self.headrooms, dict(zip(self.model.link_ids, self.model.known_rate.tolist(), strict=True))
        )

    def rebuild(
        self, journey: Journey, measures: Measures | None, associations: Mapping[ElementId, float] | None = None
    ) -> None:
        """Build the model anew after an edit or a measure; levers and lifts whose target is gone fall away."""
        self.model = ForecastModel.of(journey, measures, associations)
        self.posterior = self._ranked = None
        known = journey.element_by_id.keys() | journey.link_by_id.keys()
        self._levers = {i: v for i, v in self._levers.items() if i in known}
        lifts = tuple(lift for lift in self.assumptions.lifts if lift.target_id in known)
        if lifts != self.assumptions.lifts:
            self.assumptions = replace(self.assumptions, lifts=lifts)
        self._answer()

    def compare(self, left: Scenario, right: Scenario) -> None:
        """Set two scenarios against each other; `compared` tells when `comparison` has the answer."""
        model, posterior = self.model, self.posterior

        def work(progress: Progress) -> Comparison:
            from workbench.forecast.comparison import compare

            return compare(posterior if posterior is not None else Posterior.of(model), left, right)

        self._comparing.request((model, left, right), work)

    def _on_compared(self, key: tuple[ForecastModel, Scenario, Scenario], answer: Comparison) -> None:
        if key[0] is self.model:
            self.comparison, self.comparison_trouble = answer, ""
            self.compared.emit()

    def _on_not_compared(self, key: tuple[ForecastModel, Scenario, Scenario], error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            self._on_failed(key, error)
        elif key[0] is self.model:
            self.comparison, self.comparison_trouble = None, f"{error.message} {error.hint}"
            self.compared.emit()

    def _asked(self) -> _Ask:
        return _Ask(self.model, self.levers, self.assumptions, self.benchmarks, self.posterior, self._ranked)

    def _ask_bands(self) -> None:
        if not self.model.link_ids or self.outcome is None:
            self.posterior = self.bands = self._ranked = None
            self.bands_changed.emit()
            return
        ask = self._asked()
        self.lane.request(ask, ask.answer)

    def _on_bands(self, key: object, answer: tuple[Posterior, Bands]) -> None:
        if key != self._asked():
            return
        self.posterior, self.bands = answer
        self._ranked = self.bands.sensitivity
        self.bands_changed.emit()

    def _on_failed(self, key: object, error: Exception) -> None:
        if not isinstance(error, CancelledError):
            self.failed.emit(error)

    def _answer(self) -> None:
        self.trouble = ""
        try:
            self.outcome = outcome(self.model, self.levers, self.assumptions)
        except WorkbenchError as error:
            self.outcome, self.trouble = None, f"{error.message} {error.hint}"
        self.bands = None
        self.changed.emit()
        self._bands_soon.start()


def _with_lift(assumptions: Assumptions, target_id: str, lift: LiftRange | None) -> Assumptions:
    """The assumptions with one lift of a link put in, replaced or taken off."""
    if lift is None and assumptions.lift_of(target_id) is None:
        return assumptions
    others = tuple(held for held in assumptions.lifts if held.target_id != target_id)
    return replace(assumptions, lifts=others if lift is None else (*others, lift))
