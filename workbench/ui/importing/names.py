"""Event names of the data beside the elements of the map that they stand for, many to one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.journey.matching import matched
from workbench.ui import numbers
from workbench.ui.fields import label

_HEADERS = ("Event in the data", "Events", "Stands for", "")
_NOTHING = "nothing on the map"
_MOST = 300


class NamesTable(QWidget):
    """One row per event name, the most frequent first; elements without hits get a proposal."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "muted")
        self.table = QTableWidget(0, len(_HEADERS))
        self.table.setHorizontalHeaderLabels(list(_HEADERS))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(32)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("Events and what they stand for")
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, mode in enumerate((QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.ResizeToContents)):
            header.setSectionResizeMode(column, mode)
        self.table.setColumnWidth(2, 260)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.ResizeToContents)
        self.boxes: dict[str, QComboBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.words)
        layout.addWidget(self.table, 1)

    def show_names(self, journey: Journey, totals: Mapping[str, int]) -> None:
        """Fill the table; what a person chose for a name before is kept."""
        before = self.chosen()
        names = sorted(totals, key=lambda name: (-totals[name], name))[:_MOST]
        owners: dict[str, list[ElementId]] = {}
        for element in journey.elements:
            for name in element.rule.events if element.rule is not None else ():
                owners.setdefault(name, []).append(element.element_id)
        proposed = matched(journey, names)
        self.boxes = {}
        self.table.setRowCount(0)
        for name in names:
            several = owners.get(name, [])
            if len(several) > 1:
                titles = ", ".join(journey.element_by_id[i].title for i in several)
                self._add(name, totals[name], QTableWidgetItem(titles), "serves several: see their rules")
                continue
            box = self._box(journey, before.get(name, proposed.get(name)))
            self.boxes[name] = box
            self._add(name, totals[name], box, "" if name in owners or name not in proposed else "proposed")
        more = len(totals) - len(names)
        self.words.setText(_words(journey, proposed, more))

    def _box(self, journey: Journey, chosen: ElementId | None) -> QComboBox:
        box = QComboBox()
        box.addItem(_NOTHING, None)
        for element in journey.elements:
            box.addItem(element.title, element.element_id)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return box

    def _add(self, name: str, count: int, stands_for: QComboBox | QTableWidgetItem, note: str) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        named, counted = QTableWidgetItem(name), QTableWidgetItem(numbers.count(count))
        named.setToolTip(name)
        counted.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.table.setItem(row, 0, named)
        self.table.setItem(row, 1, counted)
        if isinstance(stands_for, QComboBox):
            stands_for.setAccessibleName(f"{name} stands for")
            self.table.setCellWidget(row, 2, stands_for)
        else:
            self.table.setItem(row, 2, stands_for)
        self.table.setItem(row, 3, QTableWidgetItem(note))

    def chosen(self) -> dict[str, ElementId | None]:
        """Element by event name, None for a name that stands for nothing; names that serve several are left out."""
        return {name: box.currentData() for name, box in self.boxes.items()}


def _words(journey: Journey, found: Mapping[str, ElementId], more: int) -> str:
    if not journey.elements:
        return "The map is empty: after the import a map can be drafted from the data, or drawn and matched."
    bare = [e.title for e in journey.elements if e.element_id not in set(found.values())]
    words = "Several events may stand for one element. Nothing changes until you accept."
    if bare:
        more_bare = f" and {len(bare) - 6} more" if len(bare) > 6 else ""
        words += f" Without an event in the data: {', '.join(bare[:6])}{more_bare}."
    return words + (f" {numbers.count(more)} rarer names are not listed." if more > 0 else "")
