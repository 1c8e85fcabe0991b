"""What all result panels share: hidden ones only note that they are stale and catch up when shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.ui.fields import shortened
from workbench.ui.theme import font, theme

Cell = str | tuple[str, float | None] | tuple[str, float | None, str]
SORT = Qt.ItemDataRole.UserRole + 1
TARGET = Qt.ItemDataRole.UserRole + 2


class Panel(QWidget):
    """A view of the figures; subclasses fill `show_figures`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._is_behind = True
        desk.figures_changed.connect(self.refresh)
        desk.session.journey_changed.connect(self.refresh)
        theme().changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show what is current, now or when the panel is next seen."""
        if self.isVisible():
            self._is_behind = False
            self.show_figures()
        else:
            self._is_behind = True

    def show_figures(self) -> None:
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.on_seen()
        if self._is_behind:
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.on_hidden()

    @property
    def is_waiting(self) -> bool:
        """Whether data is there and an answer is on its way."""
        return self.desk.shelf.first is not None and (self.desk.analyst.is_stale or self.desk.analyst.heavy.is_busy)

    def is_old(self, name: str) -> bool:
        """Whether the newest answer to a question is of another map, while the one of today's is on its way."""
        return self.is_waiting and not self.desk.analyst.is_current(name)

    def on_seen(self) -> None:
        """Somebody looks: ask for what only this panel needs."""

    def on_hidden(self) -> None:
        """Nobody looks any more."""


class AskingPanel(Panel):
    """Keeps one question about the events fresh while somebody looks; without a question it asks nothing."""

    question: Question | None = None

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        desk.analyst.answered.connect(self._on_answered)

    @property
    def answer(self) -> Any:
        """The newest answer, maybe of an older map; None without one."""
        return None if self.question is None else self.desk.analyst.answer(self.question.name)

    @property
    def is_answer_old(self) -> bool:
        """Whether the answer is of another map, while today's is on its way."""
        return self.question is not None and self.is_old(self.question.name)

    def ask(self, question: Question | None) -> None:
        """Put another question in the place of this one."""
        if _name_of(question) == _name_of(self.question):
            return
        AskingPanel.on_hidden(self)
        self.question = question
        if self.isVisible():
            AskingPanel.on_seen(self)
        self.refresh()

    def on_seen(self) -> None:
        if self.question is not None:
            self.desk.analyst.want(self.question)

    def on_hidden(self) -> None:
        if self.question is not None:
            self.desk.analyst.forget_want(self.question.name)

    def _on_answered(self, name: str) -> None:
        if name == _name_of(self.question):
            self.refresh()


def _name_of(question: Question | None) -> str | None:
    return None if question is None else question.name


class _SortedItem(QTableWidgetItem):
    """Sorts by its number, not by its words; cells without a number come last."""

    def __lt__(self, other: QTableWidgetItem) -> bool:
        mine, theirs = self.data(SORT), other.data(SORT)
        if mine is None or theirs is None:
            return mine is not None if mine is not theirs else self.text() < other.text()
        return bool(mine < theirs)


class Table(QTableWidget):
    """A read-only table with sortable columns; rows may carry what they jump to.

    With a `name_width` the first column, of names, begins that wide and can be dragged.
    """

    def __init__(self, headers: Sequence[str], stretch: int = 0, name_width: int | None = None) -> None:
        super().__init__(0, len(headers))
        self.setHorizontalHeaderLabels(list(headers))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setSortingEnabled(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # arrows walk the cells; Tab leads on, else it would be caught in here
        self.setAccessibleName(f"Table by {headers[0].lower()}")
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
        if name_width is not None:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(0, name_width)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def fill(self, rows: Sequence[Sequence[Cell]], targets: Sequence[str] = ()) -> None:
        """Rows of cells: words, or (words, number to sort by), with what its hover says if that is more."""
        order = (self.horizontalHeader().sortIndicatorSection(), self.horizontalHeader().sortIndicatorOrder())
        self.setSortingEnabled(False)
        self.setRowCount(len(rows))
        model = self.model()
        with QSignalBlocker(model):  # every item on its own would measure all columns anew: 320 ms for 22 rows
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    self.setItem(row, column, _item(cell, targets[row] if targets else ""))
        if rows:
            model.dataChanged.emit(model.index(0, 0), model.index(len(rows) - 1, self.columnCount() - 1))
        self.setSortingEnabled(True)
        if 0 <= order[0] < self.columnCount():
            self.sortByColumn(*order)

    def explain_headers(self, words: Mapping[str, str]) -> None:
        """What a column shows, for its hover, by its header."""
        for column in range(self.columnCount()):
            item = self.horizontalHeaderItem(column)
            if item is not None and item.text() in words:
                item.setToolTip(words[item.text()])

    def keep_order(self) -> None:
        """Rows stay as they were filled until somebody clicks a header."""
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def target(self, row: int) -> str:
        """What a row jumps to: an element or link id."""
        item = self.item(row, 0)
        return str(item.data(TARGET) or "") if item is not None else ""


def _item(cell: Cell, target: str) -> QTableWidgetItem:
    words, number = (cell, None) if isinstance(cell, str) else cell[:2]
    item = _SortedItem(shortened(words))
    item.setData(TARGET, target)
    told = cell[2] if len(cell) == 3 and not isinstance(cell, str) else words
    item.setToolTip(f"<span>{escape(told)}</span>" if "<" in told else told)  # a name is no markup
    if not isinstance(cell, str):
        item.setData(SORT, number)
        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setFont(font(13))
    return item
