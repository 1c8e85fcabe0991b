"""Several views of one subject, one at a time; their names stand beside them, so that no height is lost."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QWidget

_NAMES_WIDTH = 148
_NAME_PADDING = 8


class Views(QWidget):
    """A list of names and the view that belongs to the chosen one; hidden views do no work (see `Panel`)."""

    def __init__(self, name: str, pages: Sequence[tuple[str, QWidget]]) -> None:
        super().__init__()
        self.names = QListWidget()
        self.names.setAccessibleName(f"Views of {name}")
        self.names.setProperty("role", "views")
        self.names.setFixedWidth(_NAMES_WIDTH)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pages = QStackedWidget()
        for title, page in pages:
            self._add_name(title)
            self._pages.addWidget(page)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.names)
        layout.addWidget(self._pages, 1)
        self.names.currentRowChanged.connect(self._pages.setCurrentIndex)
        self.names.setCurrentRow(0)

    def _add_name(self, title: str) -> None:
        item = QListWidgetItem(title, self.names)
        # Left to the list, heights are taken before the style is there if a view is chosen unseen: names overlap.
        item.setSizeHint(QSize(_NAMES_WIDTH, self.names.fontMetrics().height() + 2 * _NAME_PADDING))

    def holds(self, page: QWidget) -> bool:
        """Whether this widget is one of the views."""
        return self._pages.indexOf(page) >= 0

    def show_page(self, page: QWidget) -> None:
        """Choose a view by its widget."""
        self.names.setCurrentRow(self._pages.indexOf(page))
