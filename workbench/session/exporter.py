"""Exports in the background: what is on the desk is frozen when asked for, so that the window stays free."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.errors import CancelledError
from workbench.progress import Progress
from workbench.session.analyst import Analyst
from workbench.session.background import Lane
from workbench.session.forecaster import Forecaster
from workbench.session.session import Session
from workbench.session.shelf import Shelf

if TYPE_CHECKING:
    from workbench.export.report import Report

PICTURES = (".png", ".svg")


class Exporter(QObject):
    """Puts reports together, one at a time, and writes tables; who can paint writes pictures when they are `ready`."""

    written = Signal(object)
    ready = Signal(object, object)
    failed = Signal(object)

    def __init__(self, session: Session, shelf: Shelf, analyst: Analyst, forecaster: Forecaster) -> None:
        super().__init__(session)
        self._session, self._shelf, self._analyst, self._forecaster = session, shelf, analyst, forecaster
        self.lane = Lane("export", self)
        self.lane.answered.connect(self._on_answered)
        self.lane.failed.connect(self._on_failed)

    def ask(self, path: Path) -> bool:
        """Begin an export; False while another one is still being made."""
        if self.lane.is_busy:
            return False
        from workbench.export.report import Source, report_of
        from workbench.export.write import write_report

        sources = [
            Source(tuple(file.name for file in item.paths), item.store, item.counts, item.report)
            for item in self._shelf.loaded.values()
        ]
        journey, measures, exact = self._session.journey, self._analyst.measures, self._analyst.exact()
        levers, assumptions = self._forecaster.levers, self._forecaster.assumptions

        def work(progress: Progress) -> Report:
            made = report_of(journey, exact(progress) if exact is not None else measures, levers, sources, assumptions)
            progress.step(1, 2)
            if path.suffix.lower() not in PICTURES:
                write_report(path, made)
            return made

        self.lane.request(path, work)
        return True

    def shutdown(self) -> None:
        self.lane.shutdown()

    def _on_answered(self, path: Path, made: Report) -> None:
        if path.suffix.lower() in PICTURES:
            self.ready.emit(path, made)
        else:
            self.written.emit(path)

    def _on_failed(self, _: Path, error: Exception) -> None:
        if not isinstance(error, CancelledError):
            self.failed.emit(error)
