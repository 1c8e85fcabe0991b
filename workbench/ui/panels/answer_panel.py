"""A panel that shows the answer to one question about the events, asked only while somebody looks."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import label
from workbench.ui.panels.panel import AskingPanel


class AnswerPanel(AskingPanel):
    """Title, note and content; subclasses say which question and fill `show_answer`."""

    question: Question
    name = ""
    wait_words = ""
    empty_words = ""

    def __init__(self, desk: Desk, content: QWidget) -> None:
        super().__init__(desk)
        self.title = label("", "title")
        self.note = label("", "muted")
        self.content = content
        self.head = QHBoxLayout()
        self.head.addWidget(self.title, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addLayout(self.head)
        layout.addWidget(self.note)
        layout.addWidget(content, 1)
        layout.addStretch(0)

    def add_controls(self, *parts: QWidget | str) -> None:
        """Put what is asked beside the title, so that no height is lost."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        for part in parts:
            row.addWidget(QLabel(part) if isinstance(part, str) else part)
        self.head.addWidget(holder, 0, Qt.AlignmentFlag.AlignTop)

    def show_figures(self) -> None:
        answer = self.answer
        self.content.setVisible(answer is not None)
        if answer is None:
            self.title.setText(self.name)
            self.note.setText(self.wait_words if self.is_waiting else self.why_empty())
        else:
            self.show_answer(answer)
            self._dim(self.is_answer_old)

    def _dim(self, is_old: bool) -> None:
        """Old figures stay to be read, and say that they are old."""
        self.content.setEnabled(not is_old)
        if is_old:
            self.note.setText(f"{self.wait_words} {self.note.text()}")

    @property
    def titles(self) -> dict[str, str]:
        """Today's titles by element id: an answer may be older than a new name."""
        return {str(e.element_id): e.title for e in self.desk.session.journey.elements}

    def why_window(self, used_s: float) -> str:
        """Why another window than the journey's is used; nothing where it is the same."""
        own_s = self.desk.session.journey.window_s
        if own_s == used_s:
            return ""
        own = "no window" if own_s is None else f"a window of {numbers.duration(own_s)}"
        return f" (The journey has {own}, which under 100 people in these data have outlived.)"

    def why_empty(self) -> str:
        """What to do so that there is an answer."""
        return self.empty_words

    def show_answer(self, found: Any) -> None:
        raise NotImplementedError
