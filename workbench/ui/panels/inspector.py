"""The inspector: what is selected, in a form; with nothing selected, the journey itself."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from workbench.session.desk import Desk
from workbench.ui.panels.element_form import ElementForm
from workbench.ui.panels.journey_form import JourneyForm
from workbench.ui.panels.link_form import LinkForm


class Inspector(QWidget):
    """Shows the form that fits the selection."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.journey_form = JourneyForm(desk)
        self.element_form = ElementForm(desk)
        self.link_form = LinkForm(desk)
        self._stack = QStackedWidget()
        for page in (self.journey_form, self.element_form, self.link_form):
            self._stack.addWidget(_scrolling(page))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        desk.session.selection_changed.connect(self._choose)
        desk.session.journey_changed.connect(self._refresh)
        desk.figures_changed.connect(self._refresh)
        self._choose()

    def focus_title(self) -> None:
        """Put the cursor into the title, for renaming."""
        self.element_form.title.setFocus()
        self.element_form.title.selectAll()

    def _choose(self) -> None:
        session = self._desk.session
        row = 1 if session.selected_elements else 2 if session.selected_links else 0
        self._stack.setCurrentIndex(row)
        self._refresh()

    def _refresh(self) -> None:
        row = self._stack.currentIndex()
        (self.journey_form, self.element_form, self.link_form)[row].refresh()


def _scrolling(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(page)
    return area
