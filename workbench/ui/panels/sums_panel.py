"""A panel of typed figures whose arithmetic runs beside the window; it needs no data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from workbench.errors import CancelledError, WorkbenchError
from workbench.progress import Progress
from workbench.session.desk import Desk
from workbench.ui.fields import label
from workbench.ui.panels.panel import Panel


class SumsPanel(Panel):
    """Fields on the left, what they give on the right; subclasses fill `work` and `show_answer`."""

    def __init__(self, desk: Desk, fields: QWidget, result: QWidget) -> None:
        super().__init__(desk)
        self.title, self.note = label("", "title"), label("", "muted")
        self.told: QLabel = label("", "warn")
        self._asked = 0
        area = QScrollArea(widgetResizable=True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(fields)
        area.setMinimumWidth(340)
        right = QWidget()
        shown = QVBoxLayout(right)
        shown.setContentsMargins(8, 0, 0, 0)
        for widget in (self.title, self.note, self.told):
            shown.addWidget(widget)
        shown.addWidget(result, 1)
        shown.addStretch(0)
        self.result = result
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(area)
        split.addWidget(right)
        split.setSizes([345, 640])
        split.setCollapsible(0, False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(split)
        desk.sums.answered.connect(self._on_answered)
        desk.sums.failed.connect(self._on_failed)

    def work(self) -> Callable[[Progress], Any] | None:
        """What is to be computed from the fields as they are; None where some are missing."""
        raise NotImplementedError

    def show_answer(self, found: Any) -> None:
        raise NotImplementedError

    def recompute(self) -> None:
        """Ask again, because a field changed."""
        work = self.work()
        self._asked += 1
        self.told.hide()
        self.result.setVisible(work is not None)
        if work is not None:
            self.desk.sums.request(self._key, work)

    @property
    def _key(self) -> tuple[int, int]:
        """Of the newest question: what older entries give is not shown."""
        return id(self), self._asked

    def on_seen(self) -> None:
        self._is_behind = True  # the lane is shared: another panel's question may have taken the place of this one's

    def show_figures(self) -> None:
        self.recompute()

    def _on_answered(self, key: Any, answer: Any) -> None:
        if key == self._key:
            self.result.show()
            self.show_answer(answer)

    def _on_failed(self, key: Any, error: Exception) -> None:
        if key != self._key or isinstance(error, CancelledError):
            return
        if not isinstance(error, WorkbenchError):
            self.desk.failed.emit(error)
            return
        self.result.hide()
        self.title.setText("No result")
        self.note.clear()
        self.told.setText(f"{error.message} {error.hint}")
        self.told.show()
