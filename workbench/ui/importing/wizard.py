"""The import wizard: files, columns, events, check; the guess is filled in, so that Import may be pressed at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import CancelledError
from workbench.events import profiles
from workbench.events.aggregates import StepCounts
from workbench.events.source import Choices
from workbench.events.trial import Look, Trial, look, recount, trial
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.progress import Progress
from workbench.session.background import Lane
from workbench.ui.fields import label
from workbench.ui.importing.check import CheckPage
from workbench.ui.importing.columns import ColumnsPage
from workbench.ui.importing.files import FilesPage
from workbench.ui.importing.names import NamesTable
from workbench.ui.theme import theme

STEPS = ("Files", "Columns", "Events", "Check")
_LOOK, _TRIAL = "look", "trial"


class ImportWizard(QDialog):
    """Looks at the files in the background, proposes everything and accepts only a complete mapping.

    `failed` carries the error of files that cannot be opened; the wizard is gone then.
    """

    failed = Signal(object)

    def __init__(self, parent: QWidget, paths: tuple[Path, ...], journey: Journey) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import data")
        self.resize(1000, 680)
        self._paths, self._journey = paths, journey
        self._sheet: str | None = None
        self.looked: Look | None = None
        self._tried: tuple[Choices | None, Trial | StepCounts] | None = None
        self.columns: ColumnsPage | None = None
        self.files, self.names, self.check = FilesPage(), NamesTable(), CheckPage()
        self.title, self.warning = label("", "title"), label("", "warn")
        self.steps = [QLabel(f"{place}  {name}") for place, name in enumerate(STEPS, start=1)]
        self.waiting = QProgressBar(textVisible=False)
        self.waiting.setRange(0, 0)
        self.pages = QStackedWidget()
        self.cancel, self.back = QPushButton("Cancel"), QPushButton("Back")
        self.next, self.accept_button = QPushButton("Next"), QPushButton("Import")
        self._lay_out()
        self.lane = Lane("first look", self)
        self.lane.answered.connect(self._on_answered)
        self.lane.failed.connect(self._on_failed)
        self.finished.connect(lambda _: self.lane.shutdown())
        self._look()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(self.title)
        row = QHBoxLayout()
        row.setSpacing(18)
        for step in self.steps:
            row.addWidget(step)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addWidget(self.waiting)
        columns = QWidget()  # its page is put in once it is known what the files hold
        self._columns_place = QVBoxLayout(columns)
        self._columns_place.setContentsMargins(0, 0, 0, 0)
        for page in (self.files, columns, self.names, self.check):
            self.pages.addWidget(page)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.warning)
        buttons = QHBoxLayout()
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        for button in (self.back, self.next, self.accept_button):
            buttons.addWidget(button)
        layout.addLayout(buttons)
        self.cancel.clicked.connect(self.reject)
        self.back.clicked.connect(lambda: self.go(self.pages.currentIndex() - 1))
        self.next.clicked.connect(lambda: self.go(self.pages.currentIndex() + 1))
        self.accept_button.clicked.connect(self._on_accepted)
        self.files.sheet_chosen.connect(self._on_sheet)
        for keys, button in (("Alt+Left", self.back), ("Alt+Right", self.next), ("Ctrl+Return", self.accept_button)):
            QShortcut(QKeySequence(keys), self, button.click)
            button.setToolTip(keys)
        self._show_state()

    # --- looking at the files

    def _look(self) -> None:
        self.title.setText(f"Looking at {self._paths[0].name}…")
        choices = Choices(sheet=self._sheet) if self._sheet is not None else None
        self.lane.request((_LOOK, self._sheet), partial(_looked, self._paths, choices))
        self._show_state()

    def _on_sheet(self, sheet: str | None) -> None:
        self._sheet = sheet
        self.looked, self._tried = None, None
        self._look()

    def _on_answered(self, key: tuple[str, Any], answer: Any) -> None:
        kind, asked = key
        if kind == _LOOK and asked == self._sheet:
            self._take_look(answer)
        elif kind == _TRIAL and asked == self.choices():
            self._tried = (asked, answer)
            self._show_trial()
        self._show_state()
        if kind == _LOOK:
            self.next.setFocus()

    def _on_failed(self, key: tuple[str, Any], error: Exception) -> None:
        if isinstance(error, CancelledError):
            return
        if key[0] == _LOOK:
            self.reject()
            self.failed.emit(error)
            return
        self.warning.setText(f"{error} {getattr(error, 'hint', '')}".strip())
        self._show_state()

    def _take_look(self, found: Look) -> None:
        self.looked = found
        more = f" and {len(self._paths) - 1} more" if len(self._paths) > 1 else ""
        self.title.setText(f"{self._paths[0].name}{more}: {found.recognition.title}")
        self.files.show_look(found, self._sheet)
        if self.columns is not None:
            self.columns.hide()
            self.columns.deleteLater()
        self.columns = ColumnsPage(found)
        self._columns_place.addWidget(self.columns)
        known = profiles.fitting(found.recognition.columns)
        if known is not None:
            self.columns.use(known.choices, known.name)
            self.columns.forget_asked.connect(partial(self._on_forget, known.name))
        self.columns.changed.connect(self._show_state)

    def _on_forget(self, name: str) -> None:
        profiles.forget(name)
        if self.looked is not None:
            self._take_look(self.looked)
            self._show_state()

    # --- the steps

    def go(self, place: int) -> None:
        """Show a step; the events and the check wait for the first rows to be read with the columns chosen."""
        self.pages.setCurrentIndex(max(0, min(place, len(STEPS) - 1)))
        self.warning.setText("")
        if self.pages.currentIndex() >= 2:
            self._ask_trial()
        self._show_state()
        # Never on Cancel, where it would be left by a page or button that went: Enter goes on.
        (self.accept_button if self.pages.currentIndex() == len(STEPS) - 1 else self.next).setFocus()

    def _ask_trial(self) -> None:
        if self.looked is None:
            return
        choices = self.choices()
        if self.looked.counts is not None and (choices is None or not choices.columns):
            self._tried = (choices, self.looked.counts)
        if self._tried is not None and self._tried[0] == choices:
            self._show_trial()
            return
        self._tried = None
        work = _tried if self.looked.counts is None else _recounted
        self.lane.request((_TRIAL, choices), partial(work, self._paths, choices))

    def _show_trial(self) -> None:
        if self._tried is None:
            return
        found, is_checking = self._tried[1], self.pages.currentIndex() == 3
        if not is_checking or not self.names.boxes:
            self.names.show_names(self._journey, _totals(found))
        if isinstance(found, Trial):
            self.check.show_trial(found, self._journey, self.names.chosen())
        else:
            self.check.show_counts(found, self._journey, self.names.chosen())

    def _show_state(self) -> None:
        place, c = self.pages.currentIndex(), theme().colours
        is_whole = self.columns is not None and self.columns.is_complete
        is_waiting = self.looked is None or (place >= 2 and self._tried is None)
        for row, step in enumerate(self.steps):
            colour, weight = (c.accent, 700) if row == place else (c.text if row < place else c.muted, 400)
            step.setStyleSheet(f"color: {colour}; font-weight: {weight};")
        self.waiting.setVisible(is_waiting and not self.warning.text())
        self.pages.setVisible(self.looked is not None)
        self.back.setEnabled(place > 0)
        self.next.setEnabled(self.looked is not None and place < 3 and (place < 1 or is_whole))
        self.accept_button.setEnabled(self.looked is not None and is_whole)
        self.next.setDefault(place < 3)
        self.accept_button.setDefault(place == 3)

    # --- the outcome

    def choices(self) -> Choices | None:
        """What differs from the proposal; None if all was kept."""
        return self.columns.choices(self._sheet) if self.columns is not None else None

    @property
    def stands_for(self) -> dict[str, ElementId | None]:
        """Element by event name, as chosen in the third step; empty if nobody was there."""
        return self.names.chosen()

    def _on_accepted(self) -> None:
        choices = self.choices()
        if choices is not None and self.looked is not None:
            found = self.looked.recognition
            profiles.remember(profiles.Profile(found.main.member.name, found.columns, choices))
        self.accept()


def _looked(paths: tuple[Path, ...], choices: Choices | None, progress: Progress) -> Look:
    return look(paths, choices, progress)


def _totals(found: Trial | StepCounts) -> dict[str, int]:
    """Counts by event name, or by step."""
    if isinstance(found, Trial):
        return found.event_totals
    return {step: int(found.count(step) or 0) for step in found.steps}


def _recounted(paths: tuple[Path, ...], choices: Choices | None, progress: Progress) -> StepCounts:
    return recount(paths, choices, progress)


def _tried(paths: tuple[Path, ...], choices: Choices | None, progress: Progress) -> Trial:
    return trial(paths, choices, progress)
