"""The tags of the map: click one to light the elements that carry it."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.journey.taxonomy import FACET_HELP, Kind, Mechanism, Phase, Signal
from workbench.session.desk import Desk, has_tag
from workbench.ui import icons
from workbench.ui.theme import FACET_ICONS, KIND_ICONS, font, theme

_FACETS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("Kind", Kind),
    ("Mechanism", Mechanism),
    ("Phase", Phase),
    ("Signal", Signal),
)


class Tags(QWidget):
    """Facets with the number of elements per value."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        self.tree.setIndentation(12)
        self.tree.setAccessibleName("Tags of the map")
        self._all = QPushButton("Show all")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self._all)
        self._items: dict[StrEnum, QTreeWidgetItem] = {}
        self.tree.itemClicked.connect(self._on_clicked)
        self._all.clicked.connect(lambda: self._light(None))
        desk.session.journey_changed.connect(self._count)
        desk.highlight_changed.connect(self._on_highlight_changed)
        theme().changed.connect(self._fill)
        self._fill()
        self._on_highlight_changed()

    def _fill(self) -> None:
        self.tree.clear()
        self._items.clear()
        for name, kind in _FACETS:
            head = QTreeWidgetItem(self.tree, [name])
            head.setFont(0, font(12, 600))
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            head.setExpanded(True)
            for value in kind:
                item = QTreeWidgetItem(head, [value.value])
                is_kind = isinstance(value, Kind)
                colour = theme().kind_colour(value) if is_kind else theme().colours.muted  # type: ignore[arg-type]
                name_of_icon = KIND_ICONS[value] if is_kind else FACET_ICONS[value]  # type: ignore[index]
                item.setIcon(0, icons.icon(name_of_icon, colour))
                item.setToolTip(0, FACET_HELP.get(value, ""))
                item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
                self._items[value] = item
        self.tree.resizeColumnToContents(0)
        self._count()

    def _count(self) -> None:
        elements = self._desk.session.journey.elements
        for value, item in self._items.items():
            item.setText(1, str(sum(has_tag(element, value) for element in elements)))

    def _on_clicked(self, item: QTreeWidgetItem) -> None:
        value = next((value for value, known in self._items.items() if known is item), None)
        self._light(None if value == self._desk.highlight else value)

    def _light(self, value: StrEnum | None) -> None:
        self._desk.set_highlight(value)

    def _on_highlight_changed(self) -> None:
        lit = self._desk.highlight
        self._all.setEnabled(lit is not None)
        if lit is None:
            self.tree.clearSelection()
        else:
            self.tree.setCurrentItem(self._items[lit])
