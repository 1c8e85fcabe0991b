"""The search list that opens where a new element is wanted: type, Enter, done."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.project import library
from workbench.ui import icons
from workbench.ui.theme import theme


class QuickAdd(QFrame):
    """A small pop-up with a search field over the library."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFixedSize(280, 320)
        self._search = QLineEdit(placeholderText="Add an element…", clearButtonEnabled=True)
        self._search.setAccessibleName("Search the library")
        self._list = QListWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._search)
        layout.addWidget(self._list)
        self._search.textChanged.connect(self._fill)
        self._search.returnPressed.connect(self._take_current)
        self._list.itemActivated.connect(self._take)
        self._list.itemClicked.connect(self._take)
        self._search.installEventFilter(self)

    def open_at(self, spot: QPoint) -> None:
        """Show the list at a point of the screen, inside it."""
        self._search.clear()
        self._fill("")
        screen = QGuiApplication.screenAt(spot) or QGuiApplication.primaryScreen()
        free = screen.availableGeometry()
        x = min(spot.x(), free.right() - self.width())
        y = min(spot.y(), free.bottom() - self.height())
        self.move(max(free.left(), x), max(free.top(), y))
        self.show()
        self._search.setFocus()

    def _fill(self, text: str) -> None:
        words = text.lower().split()
        colours = theme()
        self._list.clear()
        for entry in library.entries():
            haystack = f"{entry.title} {entry.group} {' '.join(entry.rule.events)}".lower()
            if all(word in haystack for word in words):
                item = QListWidgetItem(icons.icon(entry.icon, colours.kind_colour(entry.kind)), entry.title)
                item.setData(Qt.ItemDataRole.UserRole, entry.key)
                item.setToolTip(f"{entry.group}: {entry.rule}")
                self._list.addItem(item)
        self._list.setCurrentRow(0)

    def _take_current(self) -> None:
        self._take(self._list.currentItem())

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.hide()
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step:
                row = self._list.currentRow() + step
                self._list.setCurrentRow(max(0, min(self._list.count() - 1, row)))
                return True
        return super().eventFilter(watched, event)
