"""Why this number: the definition in a sentence, the same path by other rules, and what single people did."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTabWidget, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.analysis.explain import Figure, explain_element
from workbench.analysis.query import Query
from workbench.analysis.trace import Trace
from workbench.journey.element import Element
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.questions import WHY, Why, why
from workbench.ui import numbers
from workbench.ui.data_words import instant
from workbench.ui.fields import label
from workbench.ui.theme import theme

_TRAIL = (Figure.PEOPLE, Figure.RATE_PREVIOUS, Figure.RATE_FIRST, Figure.STOPPED, Figure.REACHED)

_NO_EVENTS = "It takes event data: load some with Ctrl+I."


class WhyDialog(QDialog):
    """Asks for traces and the reconciliation while it is open."""

    def __init__(self, parent: QWidget, desk: Desk, element: Element) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Why this number: {element.title}")
        self.resize(860, 600)
        self._desk, self._name = desk, f"{WHY} {element.element_id}"
        self._titles = {e.element_id: e.title for e in desk.session.journey.elements}
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.addTab(self._definitions(element), "Definition")
        first = desk.shelf.first
        has_events = first is not None and first.store is not None
        waits = ("Counting by every rule…", "Looking for people…") if has_events else (_NO_EVENTS, _NO_EVENTS)
        for words, title in zip(waits, ("By other rules", "People who left here"), strict=True):
            self.tabs.addTab(label(words, "muted"), title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(buttons)
        desk.analyst.answered.connect(self._on_answered)
        desk.analyst.want(Question(self._name, why(element.element_id)))
        self.finished.connect(lambda _: desk.analyst.forget_want(self._name))
        self._on_answered(self._name)

    def _definitions(self, element: Element) -> QWidget:
        query = Query.of(self._desk.session.journey)
        wanted = (Figure.DID,) if element.stage_id is not None else _TRAIL
        lines = []
        for figure in wanted:
            sentence = explain_element(query, element.element_id, self._titles, figure)
            lines.append(f"<p><b>{figure.value.capitalize()}.</b> {escape(sentence)}</p>")
        if element.is_bound:
            lines.append(f"<p><b>Rule.</b> {escape(str(element.rule))}</p>")
        shown = label()
        shown.setTextFormat(Qt.TextFormat.RichText)
        shown.setText("".join(lines))
        shown.setMinimumWidth(1)  # a name without blanks does not widen the window
        shown.setAlignment(Qt.AlignmentFlag.AlignTop)
        shown.setContentsMargins(8, 8, 8, 8)
        return shown

    def _on_answered(self, name: str) -> None:
        found: Why | None = self._desk.analyst.answer(self._name) if name == self._name else None
        if found is None:
            return
        for row, (title, page) in enumerate(
            (("By other rules", self._reconciled(found)), ("People who left here", self._traces(found.traces))), start=1
        ):
            self.tabs.removeTab(row)
            self.tabs.insertTab(row, page, title)

    def _reconciled(self, found: Why) -> QWidget:
        tree = QTreeWidget()
        tree.setHeaderLabels(["Happy path", "Events", "Closed funnel", "Open funnel", "Any order", "Sessions"])
        for row in found.reconciled:
            counts = (row.events, row.closed, row.open, row.any_order, row.sessions)
            item = QTreeWidgetItem(
                tree, [self._titles.get(row.element_id, row.element_id), *map(numbers.count, counts)]
            )
            for column in range(1, 6):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        tree.setColumnWidth(0, 260)
        return tree

    def _traces(self, traces: tuple[Trace, ...]) -> QWidget:
        if not traces:
            return label("Nobody left here, or there is no event data.", "muted")
        tree = QTreeWidget()
        tree.setHeaderLabels(["Person and events", "Time (UTC)", "Counts as"])
        for trace in traces:
            head = QTreeWidgetItem(tree, [trace.unit, f"{len(trace.events)} events", ""])
            for event in trace.events:
                title = self._titles.get(event.element_id, "") if event.element_id else ""
                item = QTreeWidgetItem(head, [event.event, instant(event.time_us), f"→ {title}" if title else ""])
                if title:
                    for column in range(3):
                        item.setForeground(column, QColor(theme().colours.accent))
            head.setExpanded(len(traces) == 1 or trace is traces[0])
        tree.setColumnWidth(0, 340)
        tree.setColumnWidth(1, 160)
        return tree
