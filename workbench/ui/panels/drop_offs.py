"""Drop-offs ranked three ways: by people, by rate and by money."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from workbench.analysis.intervals import wilson
from workbench.analysis.measures import Grade
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import label
from workbench.ui.panels.panel import Panel, Table
from workbench.ui.panels.segment_words import lens_words

_HEADERS = ("Element", "People", "Left here", "Drop-off", "95 % interval", "Money lost", "Biggest by", "Did instead")


class DropOffsPanel(Panel):
    """One row per element that leads on; a double click jumps to it."""

    jump_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title = label("", "title")
        self.note = label("", "muted")
        self.table = Table(_HEADERS, stretch=7)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(self.title)
        layout.addWidget(self.note)
        layout.addWidget(self.table, 1)
        self.table.cellClicked.connect(lambda row, _: self.jump_asked.emit(self.table.target(row)))

    def show_figures(self) -> None:
        journey, figures = self.desk.session.journey, self.desk.shown
        rows, targets = [], []
        for element in journey.elements:
            card = figures.cards.get(element.element_id)
            if card is None or not journey.outgoing.get(element.element_id) or card.stopped is None:
                continue
            targets.append(element.element_id)
            rows.append(_row(element.title, card, journey.currency))
        self.table.fill(rows, targets)
        self.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        self.title.setText(self._headline(rows))
        self.note.setText(f"{lens_words(self.desk.lens)} {_NOTE}".strip() if rows else _EMPTY)

    def _headline(self, rows: list[Any]) -> str:
        if not rows:
            return "No drop-offs yet"
        worst = max(rows, key=lambda row: row[2][1] or 0)
        return f"Most people leave at {worst[0]}: {worst[2][0]} ({worst[3][0]})"


_EMPTY = "Link elements and load data, or type rates, to see where people leave."
_NOTE = "People, rate and money often name different places: all three are marked."


def _row(title: str, card: Any, currency: str) -> list[Any]:
    low = high = None
    is_whole = card.stopped is not None and card.people and card.people == round(card.people)
    if is_whole and card.grade is not Grade.ESTIMATED:
        low, high = (float(v) for v in wilson(round(card.stopped), round(card.people)))
    instead = ", ".join(f"{name} {numbers.count(n)}" for name, n in card.instead[:3])
    return [
        title,
        (numbers.count(card.people), card.people),
        (numbers.count(card.stopped), card.stopped),
        (numbers.rate(card.stopped_rate), card.stopped_rate),
        (numbers.interval(low, high), low),
        (numbers.money(card.money_lost, currency), card.money_lost),
        ", ".join(card.leaks),
        instead,
    ]
