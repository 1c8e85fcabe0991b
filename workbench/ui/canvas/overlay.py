"""The hint over an empty map: one thing to do first."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QWidget

from workbench.ui.canvas.view import MapView


class EmptyHint(QLabel):
    """A widget over the viewport (text painted by the view itself is not erased by partial updates)."""

    def __init__(self, view: MapView) -> None:
        super().__init__(view.viewport())
        self._view = view
        self.setProperty("role", "muted")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setText(
            "<p style='font-size:17px; font-weight:600'>Drag a stage from the palette onto the map</p>"
            "<p>or double-click here to search the library. Drop export files to load data.</p>"
        )
        view.viewport().installEventFilter(self)
        view.session.journey_changed.connect(self._on_journey_changed)
        self._on_journey_changed()

    def _on_journey_changed(self) -> None:
        self.setVisible(not self._view.session.journey.elements)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.resize(watched.size())
        return super().eventFilter(watched, event)
