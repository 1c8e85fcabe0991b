"""Segments: who converts more or less often, by what people did at first or by the values of a property."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.analysis.segment_choice import SegmentChoice, is_defined, properties_to_offer
from workbench.errors import WorkbenchError
from workbench.journey import edits
from workbench.journey.journey import Journey, Segment
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.lens import LensChoice
from workbench.session.questions import compare_by, steps_of
from workbench.ui.fields import label
from workbench.ui.panels.panel import Panel, Table
from workbench.ui.panels.segment_form import SegmentForm
from workbench.ui.panels.segment_steps import SegmentSteps
from workbench.ui.panels.segment_words import CUTS, cells, definition, headline

if TYPE_CHECKING:
    from workbench.analysis.segment_rules import SegmentReport

_HEADERS = ("Segment", "Associated with", "Converted", "Rate", "95 %", "Versus the rest, 95 %", "Shrunk", "Adj. p")
_NAME_WIDTH = 170
_OWN = "segments of this journey"


class SegmentsPanel(Panel):
    """Segments with their rates, each against all others; the chosen one can be edited beside the table."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title, self.note = label("", "title"), label("", "muted")
        self.by, self.cut = QComboBox(), QComboBox()
        self.by.setAccessibleName("Segments by")
        for words, cut_s in CUTS:
            self.cut.addItem(words, cut_s)
        self.cut.setToolTip("What people did in this time tells their segment; only conversions after it count.")
        self.cut.setCurrentIndex(3)
        self.new, self.delete = QPushButton("New segment"), QPushButton("Delete")
        self.wants_steps = QPushButton("Steps")
        self.wants_steps.setCheckable(True)
        self.wants_steps.setToolTip("The map measured on the people of this segment, beside all others")
        self.on_map = QPushButton("On the map")
        self.on_map.setToolTip("See the map through this segment: its people only, or the difference to others")
        self.on_map.setMenu(QMenu(self.on_map))
        self.steps = SegmentSteps(desk)
        self._steps_asked: str | None = None
        self.table = Table(_HEADERS, stretch=len(_HEADERS) - 1)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.table.setColumnWidth(0, _NAME_WIDTH)
        self.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        self.form = SegmentForm(desk)
        self.area = QScrollArea(widgetResizable=True)
        self.area.setWidget(self.form)
        self._chosen = ""
        self._asked: str | None = None
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        left, right = QWidget(), QWidget()
        compared = QVBoxLayout(left)
        compared.setContentsMargins(0, 0, 6, 0)
        asked = QHBoxLayout()
        for part in ("Compare", self.by, "told by", self.cut):
            asked.addWidget(QLabel(part) if isinstance(part, str) else part)
        asked.addStretch(1)
        compared.addLayout(asked)
        for widget in (self.title, self.note):
            compared.addWidget(widget)
        compared.addWidget(self.table, 1)
        compared.addWidget(self.steps, 1)
        compared.addStretch(0)
        chosen = QVBoxLayout(right)
        chosen.setContentsMargins(6, 0, 0, 0)
        buttons = QHBoxLayout()
        buttons.addWidget(self.new)
        buttons.addWidget(self.wants_steps)
        buttons.addWidget(self.on_map)
        buttons.addWidget(self.delete)
        buttons.addStretch(1)
        chosen.addLayout(buttons)
        chosen.addWidget(self.area, 1)
        chosen.addStretch(0)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([760, 300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(split)

    def _connect(self) -> None:
        self.desk.analyst.answered.connect(self._on_answered)
        self.desk.shelf.changed.connect(self.refresh)
        self.by.activated.connect(self._on_by)
        self.cut.activated.connect(lambda _: self.refresh())
        self.new.clicked.connect(self._on_new)
        self.delete.clicked.connect(self._on_delete)
        self.form.committed.connect(self._on_committed)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.on_map.menu().aboutToShow.connect(self.offer_views)
        self.wants_steps.toggled.connect(lambda _: self.refresh())

    # --- asking

    @property
    def choice(self) -> SegmentChoice:
        """What is compared now."""
        name = self.by.currentData()
        segments = () if name else self.desk.session.journey.segments
        return SegmentChoice(segments, name, float(self.cut.currentData()))

    def _ask(self) -> None:
        """Ask for the choice of now; the choice before it is no longer wanted."""
        choice = self.choice
        name = f"segments {hash(choice)}"
        if name == self._asked and self.desk.analyst.is_current(name):
            return
        if self._asked is not None and name != self._asked:
            self.desk.analyst.forget_want(self._asked)
        self._asked = name
        self.desk.analyst.want(Question(name, compare_by(choice)))

    def _on_answered(self, name: str) -> None:
        if name in (self._asked, self._steps_asked):
            self.refresh()

    def on_hidden(self) -> None:
        for name in (self._asked, self._steps_asked):
            if name is not None:
                self.desk.analyst.forget_want(name)
        self._asked = self._steps_asked = None

    def _ask_steps(self, segment: Segment | None) -> None:
        """Ask for the map of a segment, or for none any more."""
        cut_s = float(self.cut.currentData())
        name = None if segment is None else f"steps {hash((segment, cut_s))}"
        if self._steps_asked is not None and name != self._steps_asked:
            self.desk.analyst.forget_want(self._steps_asked)
        self._steps_asked = name
        if name is not None and segment is not None and not self.desk.analyst.is_current(name):
            self.desk.analyst.want(Question(name, steps_of(segment, cut_s)))

    # --- showing

    def show_figures(self) -> None:
        self._offer_properties()
        self._ask()
        journey = self.desk.session.journey
        report: SegmentReport | None = self.desk.analyst.answer(self._asked) if self._asked is not None else None
        self.table.setEnabled(self._asked is None or not self.is_old(self._asked))
        is_own = self.by.currentData() is None
        self.title.setText(headline(report) if report is not None and report.comparison.rows else "Segments")
        self.note.setText(definition(report) if report is not None else self._why_empty(journey))
        self._fill(report, is_own)
        segment = self._segment() if is_own else None
        self.new.setVisible(is_own)
        for widget in (self.delete, self.area):
            widget.setVisible(segment is not None)
        for button in (self.wants_steps, self.on_map):
            button.setVisible(segment is not None and is_defined(segment))
        self._show_form()
        self._show_steps(segment)

    def _show_steps(self, segment: Segment | None) -> None:
        """In the place of the comparison, the steps of the chosen segment."""
        is_wanted = self.wants_steps.isChecked() and segment is not None and is_defined(segment)
        self._ask_steps(segment if is_wanted else None)
        self.steps.setVisible(is_wanted)
        self.note.setVisible(not is_wanted)
        self.wants_steps.setText("Comparison" if is_wanted else "Steps")
        if is_wanted and segment is not None and self._steps_asked is not None:
            self.table.hide()
            self.steps.setEnabled(not self.is_old(self._steps_asked))
            self.steps.show_rows(segment.name, self.desk.analyst.answer(self._steps_asked))

    def _fill(self, report: SegmentReport | None, is_own: bool) -> None:
        rows = {row.name: row for row in report.comparison.rows} if report is not None else {}
        segments = self.desk.session.journey.segments if is_own else ()
        names = [segment.name for segment in segments] if is_own else list(rows)
        undefined = {segment.name for segment in segments if not is_defined(segment)}
        if self._chosen not in names:
            self._chosen = names[0] if names and is_own else ""
        with QSignalBlocker(self.table):
            self.table.fill([cells(name, rows.get(name), name in undefined) for name in names], names)
            chosen = next((r for r in range(self.table.rowCount()) if self.table.target(r) == self._chosen), -1)
            if chosen >= 0:
                self.table.selectRow(chosen)
        self.table.setVisible(bool(names))

    def _show_form(self) -> None:
        segment = self._segment()
        if segment is not None:
            self.form.show_segment(segment)

    def _segment(self) -> Segment | None:
        return next((s for s in self.desk.session.journey.segments if s.name == self._chosen), None)

    def _offer_properties(self) -> None:
        loaded = self.desk.shelf.first
        names = properties_to_offer(loaded.store) if loaded is not None and loaded.store is not None else []
        if [self.by.itemData(i) for i in range(1, self.by.count())] == names and self.by.count():
            return
        before = self.by.currentData()
        with QSignalBlocker(self.by):
            self.by.clear()
            self.by.addItem(_OWN, None)
            for name in names:
                self.by.addItem(f"values of {name}", name)
            self.by.setCurrentIndex(max(0, self.by.findData(before)) if before else 0)

    def _why_empty(self, journey: Journey) -> str:
        goal = journey.headline_macro
        if goal is None:
            return "Put a macro-conversion on the map: segments are compared by how often they reach it."
        if self.desk.shelf.first is None or self.desk.shelf.first.store is None:
            return "Load event data (Ctrl+I) to compare segments. They can be defined before that."
        if not goal.is_bound:
            return f"Bind a rule to “{goal.title}” to compare how often segments reach it."
        return "Comparing segments…"

    # --- the map through a segment

    def offer_views(self) -> None:
        """Fill the menu: this segment alone, against the rest, against each other one, and the way back."""
        menu, segment, cut_s = self.on_map.menu(), self._segment(), float(self.cut.currentData())
        menu.clear()
        if segment is None:
            return
        offered = [("Its people only", LensChoice(segment, cut_s))]
        offered.append(("Difference to everybody else", LensChoice(segment, cut_s, True)))
        for other in self.desk.session.journey.segments:
            if other.name != segment.name and is_defined(other):
                offered.append((f"Difference to “{other.name}”", LensChoice(segment, cut_s, True, other)))
        for words, choice in offered:
            menu.addAction(words).triggered.connect(lambda _=False, c=choice: self.desk.lens.use(c))
        if self.desk.lens.choice is not None:
            menu.addSeparator()
            menu.addAction("Show everybody").triggered.connect(lambda: self.desk.lens.use(None))

    # --- editing

    def _on_by(self) -> None:
        """A property is known at once; behaviour takes a while to show."""
        with QSignalBlocker(self.cut):
            self.cut.setCurrentIndex(3 if self.by.currentData() is None else 0)
        self.refresh()

    def _on_new(self) -> None:
        taken = {segment.name for segment in self.desk.session.journey.segments}
        number = next(n for n in range(1, len(taken) + 2) if f"Segment {n}" not in taken)
        self._chosen = f"Segment {number}"
        self.desk.session.apply("New segment", edits.save_segment, Segment(self._chosen))
        self.form.name.setFocus()
        self.form.name.selectAll()

    def _on_delete(self) -> None:
        self.desk.session.apply("Delete segment", edits.drop_segment, self._chosen)

    def _on_committed(self, segment: Segment) -> None:
        before, self._chosen = self._chosen, " ".join(segment.name.split())
        try:
            self.desk.session.apply("Edit segment", edits.save_segment, segment, before)
        except WorkbenchError as error:
            self._chosen = before
            self._show_form()
            self.form.tell(f"{error.message} {error.hint}")

    def _on_selected(self) -> None:
        row = self.table.currentRow()
        target = self.table.target(row) if row >= 0 else ""
        if self.by.currentData() is None and target and target != self._chosen:
            self._chosen = target
            self._show_form()
