"""A line over the map that says through which segment it is seen, and how to go back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from workbench.session.lens import Lens
from workbench.ui import numbers
from workbench.ui.canvas.view import MapView

_MARGIN = 10


class LensChip(QFrame):
    """Lies at the top of the map; there only while the map is seen through a segment."""

    def __init__(self, view: MapView) -> None:
        super().__init__(view)  # a child of the viewport would scroll with the map
        self._view = view
        self.setProperty("role", "card")
        self.words = QLabel()
        self.words.setWordWrap(False)
        self.back = QPushButton("Show everybody")
        self.back.setToolTip("Go back to the map of all people")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 5, 6, 5)
        layout.addWidget(self.words)
        layout.addWidget(self.back)
        self.back.clicked.connect(lambda: self._view.desk.lens.use(None))
        view.desk.figures_changed.connect(self.refresh)
        view.desk.analyst.stale_changed.connect(self.refresh)
        view.viewport().installEventFilter(self)
        self.refresh()

    def refresh(self) -> None:
        """Say what is shown now."""
        lens = self._view.desk.lens
        self.setVisible(lens.choice is not None)
        if lens.choice is not None:
            self.words.setText(words(lens, self._view.desk.forecaster.is_moved))
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        room = self._view.viewport().width() - 2 * _MARGIN
        self.words.setWordWrap(self.sizeHint().width() > room)
        self.resize(min(room, self.sizeHint().width()), 10)
        self.adjustSize()
        if self.width() > room:
            self.resize(room, self.heightForWidth(room) if self.hasHeightForWidth() else self.height() * 2)
        self.move(_MARGIN, _MARGIN)
        self.raise_()


def words(lens: Lens, has_levers: bool = False) -> str:
    """Who is shown, compared with whom, of how many."""
    choice, maps = lens.choice, lens.maps
    if choice is None:
        return ""
    name = f"“{choice.segment.name}”"
    if maps is None:
        return f"Measuring the map for {name}…"
    people = numbers.count(maps.people)
    if not choice.is_difference:
        said = f"Only people of {name}: {people}"
    else:
        others = "everybody else" if choice.other is None else f"“{choice.other.name}”"
        said = (
            f"{name} ({people}) minus {others} ({numbers.count(maps.others_people)}), in points; associated, not caused"
        )
        if maps.in_both:
            said += f". In both and left out: {numbers.count(maps.in_both)}"
    return said + (". Moved levers are not shown" if has_levers else "")
