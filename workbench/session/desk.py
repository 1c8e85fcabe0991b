"""The desk: session, data, measures and forecast in one place, for the views to watch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.analysis.audits.audit import live_audit, open_findings
from workbench.analysis.audits.finding import Finding, Severity, sort_key
from workbench.analysis.kept import kept_figures
from workbench.forecast.figures import MapFigures, map_figures
from workbench.forecast.micro_worth import MicroWorth, micro_worths
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.session.analyst import Analyst, Question
from workbench.session.background import Lane
from workbench.session.drafter import Drafter
from workbench.session.exporter import Exporter
from workbench.session.forecast_questions import headroom_by
from workbench.session.forecaster import Forecaster
from workbench.session.lens import Lens
from workbench.session.questions import STUDY, Study, study
from workbench.session.session import Session
from workbench.session.shelf import Shelf


class Desk(QObject):
    """Wires an edit to its numbers: journey -> measures -> forecast -> the figures on the map."""

    figures_changed = Signal()
    highlight_changed = Signal()
    findings_changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = Session(self)
        self.shelf = Shelf(self.session, self)
        self.analyst = Analyst(self.session, self.shelf, self)
        self.forecaster = Forecaster(self.session, self)
        self.drafter = Drafter(self.shelf)
        self.exporter = Exporter(self.session, self.shelf, self.analyst, self.forecaster)
        self.headroom = headroom_by(None)
        self.lens = Lens(self.session, self.analyst, self)
        self.sums = Lane("sums", self)
        self.figures = MapFigures()
        self.findings: tuple[Finding, ...] = ()
        self._highlight: StrEnum | None = None
        self._audit_soon = QTimer(self, singleShot=True, interval=150)
        self._audit_soon.timeout.connect(self._audit)
        self.session.journey_changed.connect(self._on_journey_changed)
        self.analyst.measured.connect(self._on_measured)
        self.analyst.failed.connect(self.failed)
        self.analyst.answered.connect(self._on_answered)
        self.lens.changed.connect(self.figures_changed)
        self.forecaster.changed.connect(self._refresh)
        self.forecaster.failed.connect(self.failed)

    @property
    def shown(self) -> MapFigures:
        """What the map shows: the figures of everybody, or of the segment it is seen through."""
        return self.lens.figures(self.figures)

    @property
    def highlight(self) -> StrEnum | None:
        """The tag that lights the map; None lights everything."""
        return self._highlight

    @property
    def is_lit(self) -> Callable[[Element], bool] | None:
        """Predicate of the highlighted elements, or None."""
        tag = self._highlight
        if tag is None:
            return None
        return lambda element: has_tag(element, tag)

    def set_highlight(self, tag: StrEnum | None) -> None:
        if tag != self._highlight:
            self._highlight = tag
            self.highlight_changed.emit()

    def start(self, journey: Journey, path: Path | None = None) -> None:
        """Put another journey on the desk and load the data it refers to."""
        self.shelf.forget()
        self.set_highlight(None)
        self.lens.use(None)
        self.forecaster.use(())
        self.forecaster.use_headrooms({})
        self.session.start(journey, path)
        self.shelf.follow()

    def open(self, path: Path) -> None:
        """Open a journey file with its data.

        Raises
        ------
        WorkbenchError
            If it cannot be read; what is on the desk stays.
        """
        from workbench.project import file

        self.start(file.load(path), path)

    def save(self, path: Path | None = None) -> Path:
        """Save the journey with the figures that a laptop without the data will show in grey.

        Raises
        ------
        WorkbenchError
            If it cannot be written.
        """
        kept = kept_figures(self.analyst.measures)
        if self.analyst.measures.entered is not None and not self.analyst.is_stale:
            self.session.keep_measured(kept)
        return self.session.save(path)

    def shutdown(self) -> None:
        """Stop all background work, so that nothing outlives the window."""
        self._audit_soon.stop()
        self.analyst.shutdown()
        self.forecaster.shutdown()
        self.sums.shutdown()
        self.exporter.shutdown()
        self.drafter.shutdown()
        self.shelf.lane.shutdown()

    def _on_journey_changed(self) -> None:
        # Cards show what was measured last until the new measure comes home.
        self._rebuild()

    def _on_measured(self) -> None:
        self._take_headroom()
        self._rebuild()

    def _rebuild(self) -> None:
        found: Study | None = self.analyst.answer(STUDY) if self.analyst.is_current(STUDY) else None
        associations = found.associations if found is not None else None
        self.forecaster.rebuild(self.session.journey, self.analyst.measures, associations)

    @property
    def worths(self) -> Mapping[ElementId, MicroWorth]:
        """What each micro-conversion is worth: measured once the study is in, else from the forecast or as typed."""
        outcome = self.forecaster.outcome
        found: Study | None = self.analyst.answer(STUDY) if self.analyst.is_current(STUDY) else None
        return {} if outcome is None else micro_worths(self.session.journey, outcome, found.worth if found else None)

    @property
    def finding_counts(self) -> dict[str, int]:
        """Open warnings and blocking findings by element, for the badges on the map."""
        counts: dict[str, int] = {}
        for finding in open_findings(self.session.journey, self.findings):
            if finding.severity is not Severity.NOTE:
                for element_id in finding.element_ids:
                    counts[element_id] = counts.get(element_id, 0) + 1
        return counts

    def _on_answered(self, name: str) -> None:
        if name == STUDY:
            self._rebuild()
            self._audit()
        if name == self.headroom.name:
            self._take_headroom()

    def rank_by(self, headroom: Question) -> None:
        """Rank the links by another headroom from now on; ask for it while somebody looks."""
        self.headroom = headroom
        self._take_headroom()

    def _take_headroom(self) -> None:
        """Older weeks are not kept: after an edit or new data the ranking does without until they are counted."""
        name = self.headroom.name
        is_current = self.analyst.is_current(name)
        self.forecaster.use_headrooms((self.analyst.answer(name) or {}) if is_current else {})

    def _audit(self) -> None:
        """Findings of the study where one fits the current figures, else those that need no events."""
        live = live_audit(self.session.journey, self.analyst.measures)
        answer = self.analyst.answer(STUDY) if self.analyst.is_current(STUDY) else None
        known = {finding.kind for finding in live}
        from_events = [f for f in answer.findings if f.kind not in known] if answer is not None else []
        findings = tuple(sorted((*live, *from_events), key=sort_key))
        if findings != self.findings:
            self.findings = findings
            self.findings_changed.emit()

    def _ask_for_effects(self) -> None:
        """A lever on a seated micro-conversion needs the study's matched effect, whatever panel is open."""
        seats = {e.element_id for e in self.session.journey.elements if e.stage_id is not None}
        if any(lever.target_id in seats for lever in self.forecaster.levers) and not self.analyst.is_current(STUDY):
            self.analyst.want(Question(STUDY, study))

    def _refresh(self) -> None:
        self._ask_for_effects()
        self.figures = map_figures(self.session.journey, self.analyst.measures, self.forecaster.outcome)
        self.figures_changed.emit()
        self._audit_soon.start()


def has_tag(element: Element, tag: StrEnum) -> bool:
    """Whether an element carries a facet value, or is of a kind."""
    return tag in (element.kind, element.mechanism, element.phase, element.signal)
