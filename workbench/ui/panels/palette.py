"""The palette: the searchable library, dragged onto the map or added with Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.project import library
from workbench.ui import icons
from workbench.ui.fields import label
from workbench.ui.mime import ENTRY_MIME
from workbench.ui.theme import font, theme

_KEY = Qt.ItemDataRole.UserRole


class _Tree(QTreeWidget):
    """Groups with entries that can be dragged."""

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setIndentation(12)
        self.setAccessibleName("Library of elements")

    def mimeTypes(self) -> list[str]:
        return [ENTRY_MIME]

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        carried = QMimeData()
        keys = [item.data(0, _KEY) for item in items if item.data(0, _KEY)]
        if keys:
            carried.setData(ENTRY_MIME, keys[0].encode())
        return carried


class Palette(QWidget):
    """Search field over the groups of the library."""

    add_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.search = QLineEdit(placeholderText="Search elements…", clearButtonEnabled=True)
        self.search.setAccessibleName("Search elements")
        self.tree = _Tree()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addWidget(label("Drag onto the map, or press Enter to add beside the selection.", "muted"))
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._add_first)
        self.tree.itemActivated.connect(self._on_activated)
        theme().changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for entry in library.entries():
            if entry.group not in groups:
                head = QTreeWidgetItem(self.tree, [entry.group])
                head.setFont(0, font(12, 600))
                head.setForeground(0, self.palette().placeholderText())
                head.setFlags(Qt.ItemFlag.ItemIsEnabled)
                head.setExpanded(True)
                groups[entry.group] = head
            item = QTreeWidgetItem(groups[entry.group], [entry.title])
            item.setIcon(0, icons.icon(entry.icon, theme().kind_colour(entry.kind)))
            item.setData(0, _KEY, entry.key)
            tags = ", ".join(t.value for t in (entry.mechanism, entry.phase, entry.signal) if t)
            item.setToolTip(0, f"{entry.kind.value} · {tags}\n{entry.rule}")
        self._filter(self.search.text())

    def _groups(self) -> list[QTreeWidgetItem]:
        return _children(self.tree.invisibleRootItem())

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for head in self._groups():
            for child in _children(head):
                haystack = f"{child.text(0)} {head.text(0)} {child.toolTip(0)}".lower()
                child.setHidden(not all(word in haystack for word in words))
            head.setHidden(all(child.isHidden() for child in _children(head)))

    def _add_first(self) -> None:
        shown = [child for head in self._groups() for child in _children(head) if not child.isHidden()]
        if shown:
            self._on_activated(shown[0])

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        entry = library.entry(item.data(0, _KEY) or "")
        if entry is not None:
            self.add_asked.emit(entry)


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (item.child(row) for row in range(item.childCount()))
    return [child for child in found if child is not None]
