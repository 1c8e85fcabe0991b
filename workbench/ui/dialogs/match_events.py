"""Matching: event names of the loaded data to the map's elements, proposed by likeness, taken over in one step."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.journey.element import Element
from workbench.journey.journey import Journey
from workbench.journey.matching import proposals
from workbench.journey.rule import Rule
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.data_words import event_totals
from workbench.ui.fields import label

_KEEP = "keep"


class MatchDialog(QDialog):
    """One row per element: its events now, their hits in the data, and what to use instead."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent)
        self.setWindowTitle("Match events to elements")
        self.resize(780, 560)
        self._desk = desk
        loaded = desk.shelf.first
        self._totals = event_totals(loaded) if loaded is not None else {}
        layout = QVBoxLayout(self)
        layout.addWidget(
            label(
                "Elements whose events the data does not hold get a proposal. Nothing changes until you accept.",
                "muted",
            )
        )
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels(["Element", "Now", "Use"])
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        layout.addWidget(self.table, 1)
        self.boxes: dict[str, QComboBox] = {}
        for element in desk.session.journey.elements:
            self._add_row(element)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _add_row(self, element: Element) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        self.table.setItem(row, 0, QTableWidgetItem(element.title))
        events = element.rule.events if element.rule is not None else ()
        hits = sum(self._totals.get(name, 0) for name in events)
        now = f"{', '.join(events)} · {numbers.count(hits)}" if events else "no rule"
        self.table.setItem(row, 1, QTableWidgetItem(now))
        box = QComboBox()
        box.addItem(_KEEP, None)
        offered = proposals(element, self._totals)
        for name in (*offered, *sorted(set(self._totals) - set(offered), key=lambda n: -self._totals[n])):
            box.addItem(f"{name} · {numbers.count(self._totals[name])}", name)
        if not hits and offered:
            box.setCurrentIndex(1)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.boxes[element.element_id] = box
        self.table.setCellWidget(row, 2, box)

    def chosen(self) -> dict[str, str]:
        """New event name by element id, for the rows that change."""
        picked = {i: box.currentData() for i, box in self.boxes.items()}
        return {i: str(name) for i, name in picked.items() if name is not None}


def rebound(journey: Journey, chosen: dict[str, str]) -> Journey:
    """The journey with new event names; conditions stay."""
    return journey.with_elements(
        replace(e, rule=replace(e.rule or Rule(), events=(chosen[e.element_id],))) if e.element_id in chosen else e
        for e in journey.elements
    )
