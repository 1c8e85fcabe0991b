"""The hint over an empty map: one thing to do first, and with data a map drafted from it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from workbench.session.desk import Desk
from workbench.ui.canvas.view import MapView

_BELOW_MIDDLE = 46
_DRAG = (
    "<p style='font-size:17px; font-weight:600'>Drag a stage from the palette onto the map</p>"
    "<p>or double-click here to search the library. Drop export files to load data.</p>"
)


class EmptyHint(QLabel):
    """A widget over the viewport (text painted by the view itself is not erased by partial updates).

    The words let the pointer through, so that a double click reaches the map; the button stands beside them.
    """

    def __init__(self, view: MapView, desk: Desk) -> None:
        super().__init__(view.viewport())
        self._desk = desk
        self.setProperty("role", "muted")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setText(_DRAG)
        self.draft = QPushButton("Draft a map from the data", view.viewport())
        self.draft.setProperty("primary", True)
        view.viewport().installEventFilter(self)
        desk.session.journey_changed.connect(self._refresh)
        desk.shelf.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        is_empty = not self._desk.session.journey.elements
        first = self._desk.shelf.first
        self.setVisible(is_empty)
        self.draft.setVisible(is_empty and first is not None and first.store is not None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.resize(watched.size())
            self.draft.adjustSize()
            self.draft.move((watched.width() - self.draft.width()) // 2, watched.height() // 2 + _BELOW_MIDDLE)
        return super().eventFilter(watched, event)
