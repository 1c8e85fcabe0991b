"""The steps of one segment: the rate onto each element for its people and for all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import label
from workbench.ui.gap_words import gap_verdict, gap_words
from workbench.ui.panels.panel import Cell, Table

if TYPE_CHECKING:
    from workbench.analysis.segment_steps import StepRow

_HEADERS = ("Element", "In this segment", "People", "Rate from before", "Others", "Difference, 95 %", "Adj. p")
_NAME_WIDTH = 170


class SegmentSteps(QWidget):
    """A table in the order of the map; a click shows the element."""

    jump_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.note = label("", "muted")
        self.table = Table(_HEADERS, stretch=len(_HEADERS) - 1)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.table.setColumnWidth(0, _NAME_WIDTH)
        self.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.note)
        layout.addWidget(self.table, 1)
        self.table.cellClicked.connect(lambda row, _: self.jump_asked.emit(self.table.target(row)))

    def show_rows(self, name: str, rows: tuple[StepRow, ...] | None) -> None:
        """Show what was measured, or that it is being measured."""
        self.table.setVisible(rows is not None)
        if rows is None:
            self.note.setText(f"Measuring the map for “{name}”…")
            return
        apart = [row for row in rows if row.gap.differs]
        titles = {e.element_id: e.title for e in self._desk.session.journey.elements}
        widest = max(apart, key=lambda row: abs(row.gap.value or 0.0), default=None)
        words = f"The map for “{name}” and for all others, everybody counted. "
        if widest is None:
            words += "No step differs beyond doubt."
        else:
            where = f"“{titles.get(widest.element_id, '')}”: {gap_words(widest.gap)}"
            words += f"Widest apart at {where}; associated, not caused."
        self.note.setText(words)
        self.table.fill(
            [_cells(row, titles.get(row.element_id, "")) for row in rows], [str(r.element_id) for r in rows]
        )


def _cells(row: StepRow, title: str) -> list[Cell]:
    gap = row.gap
    says = gap_verdict(gap) if gap.value is not None else ""
    return [
        title,
        says,
        (numbers.count(row.people), None if row.people is None else float(row.people)),
        (numbers.rate(gap.own.value), gap.own.value),
        (numbers.rate(gap.others.value), gap.others.value),
        (gap_words(gap), gap.value),
        ("" if gap.p_adjusted is None else numbers.p_value(gap.p_adjusted), gap.p_adjusted),
    ]
