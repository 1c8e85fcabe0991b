"""The outline: the same journey as a tree, for the keyboard and for screen readers."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.forecast.figures import CardFigures
from workbench.journey import edits
from workbench.journey.element import Element
from workbench.session.desk import Desk
from workbench.ui import icons, numbers
from workbench.ui.theme import KIND_ICONS, theme

_ID = Qt.ItemDataRole.UserRole


class _Tree(QTreeWidget):
    """Delete removes, F2 or typing renames, Enter jumps."""

    delete_asked = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_asked.emit()
        else:
            super().keyPressEvent(event)


class Outline(QWidget):
    """Elements in the order of the happy path and then of creation, with what sits on them and where they lead."""

    jump_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._is_filling = False
        self.tree = _Tree()
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels(["Element", "People", "Rate"])
        self.tree.setIndentation(14)
        self.tree.setAccessibleName("Outline of the journey")
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.tree)
        self.tree.itemChanged.connect(self._on_renamed)
        self.tree.itemSelectionChanged.connect(self._on_selected)
        self.tree.itemActivated.connect(lambda item: self.jump_asked.emit(item.data(0, _ID)))
        self.tree.delete_asked.connect(self._on_delete)
        desk.session.journey_changed.connect(self._fill)
        desk.session.selection_changed.connect(self._show_selection)
        desk.figures_changed.connect(self._show_figures)
        theme().changed.connect(self._fill)

    def _fill(self) -> None:
        self._is_filling = True
        self.tree.clear()
        journey = self._desk.session.journey
        place = {i: n for n, i in enumerate(journey.happy_path)}
        trail = [e for e in journey.elements if e.stage_id is None]
        for element in sorted(trail, key=lambda e: place.get(e.element_id, len(place))):
            item = self._item(element, self.tree.invisibleRootItem())
            for seat in journey.seated.get(element.element_id, ()):
                self._item(seat, item)
            ends = [journey.element_by_id[k.target_id].title for k in journey.outgoing.get(element.element_id, ())]
            item.setToolTip(0, f"{element.kind.value}; leads to {', '.join(ends) or 'nothing'}")
            item.setExpanded(True)
        self._is_filling = False
        self._show_figures()
        self._show_selection()

    def _item(self, element: Element, parent: QTreeWidgetItem) -> QTreeWidgetItem:
        item = QTreeWidgetItem(parent, [element.title])
        item.setData(0, _ID, element.element_id)
        item.setIcon(0, icons.icon(KIND_ICONS[element.kind], theme().kind_colour(element.kind)))
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        for column in (1, 2):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        return item

    def _items(self) -> list[QTreeWidgetItem]:
        found: list[QTreeWidgetItem] = []
        waiting = [self.tree.invisibleRootItem()]
        while waiting:
            item = waiting.pop()
            children = [child for i in range(item.childCount()) if (child := item.child(i)) is not None]
            found += children
            waiting += children
        return found

    def _show_figures(self) -> None:
        self._is_filling = True
        cards = self._desk.shown.cards
        is_other = False
        for item in self._items():
            figures = cards.get(item.data(0, _ID), CardFigures())
            words = numbers.short_count(figures.people), numbers.rate(figures.previous.value)
            if words != (item.text(1), item.text(2)):
                is_other = True
                item.setText(1, words[0])
                item.setText(2, words[1])
        if is_other:
            for column in range(3):
                self.tree.resizeColumnToContents(column)
            self.tree.setColumnWidth(0, min(self.tree.columnWidth(0), 150))
        self._is_filling = False

    def _show_selection(self) -> None:
        self._is_filling = True
        chosen = set(self._desk.session.selection)
        for item in self._items():
            item.setSelected(item.data(0, _ID) in chosen)
        self._is_filling = False

    def _on_selected(self) -> None:
        if not self._is_filling:
            self._desk.session.select(item.data(0, _ID) for item in self.tree.selectedItems())

    def _on_renamed(self, item: QTreeWidgetItem, column: int) -> None:
        if not self._is_filling and column == 0:
            self._desk.session.apply("Rename", edits.rename, item.data(0, _ID), item.text(0))

    def _on_delete(self) -> None:
        self._desk.session.apply("Delete", edits.remove, [e.element_id for e in self._desk.session.selected_elements])
