"""The selection test: three lights for every micro-conversion, each with its reason; a person may overrule one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QPushButton, QVBoxLayout

from workbench.analysis.audits.lights import Light, SelectionTest, Trait, overrule_id, selection_tests
from workbench.journey import edits
from workbench.journey.element import ElementId
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.questions import STUDY, Study, study
from workbench.ui.fields import label
from workbench.ui.panels.panel import AskingPanel, Cell, Table

_HEADERS = ("Micro-conversion", "Observable", "Frequent", "Correlated", "Verdict")
_SIGNS = {
    Light.YES: "● yes",
    Light.NO: "○ no",
    Light.UNDECIDED: "◐ undecided",
    Light.UNKNOWN: "· no data",
    Light.OVERRULED: "◆ overruled",
}
_ORDER = {Light.YES: 0, Light.OVERRULED: 1, Light.UNDECIDED: 2, Light.UNKNOWN: 3, Light.NO: 4}


class SelectionTestsPanel(AskingPanel):
    """Lights by sign and word; below, the reason of the chosen one and a way to overrule it."""

    question = Question(STUDY, study)

    jump_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title, self.reason = label("", "title"), label("", "muted")
        self.table = Table(_HEADERS, stretch=len(_HEADERS) - 1, name_width=230)
        self.table.keep_order()
        self.table.setSelectionBehavior(Table.SelectionBehavior.SelectItems)
        self.overrule, self.restore = QPushButton("Overrule…"), QPushButton("Take back")
        below = QHBoxLayout()
        below.addWidget(self.reason, 1)
        below.addWidget(self.overrule)
        below.addWidget(self.restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(self.title)
        layout.addWidget(self.table, 1)
        layout.addLayout(below)
        self._tests: dict[ElementId, SelectionTest] = {}
        self.table.currentCellChanged.connect(lambda *_: self._show_reason())
        self.table.cellDoubleClicked.connect(lambda row, _: self.jump_asked.emit(self.table.target(row)))
        self.overrule.clicked.connect(self._on_overrule)
        self.restore.clicked.connect(self._on_restore)

    def show_figures(self) -> None:
        journey = self.desk.session.journey
        found: Study | None = self.desk.analyst.answer(STUDY) if self.desk.analyst.is_current(STUDY) else None
        table = found.drivers if found is not None else None
        self._tests = dict(selection_tests(journey, self.desk.analyst.measures, table))
        passing = sum(test.passes for test in self._tests.values())
        self.table.setVisible(bool(self._tests))
        if not self._tests:
            self.title.setText("Selection test")
            self.reason.setText("Put a micro-conversion on the map: it should be observable, frequent and correlated.")
        else:
            waiting = " · comparing…" if table is None and self.is_waiting else ""
            self.title.setText(f"{passing} of {len(self._tests)} micro-conversions pass the selection test{waiting}")
        titles = {e.element_id: e.title for e in journey.elements}
        self.table.fill([_row(titles[i], test) for i, test in self._tests.items()], [str(i) for i in self._tests])
        for row in range(self.table.rowCount()):
            self._explain(row)
        self._show_reason()

    def _explain(self, row: int) -> None:
        test = self._tests.get(ElementId(self.table.target(row)))
        for column, words in enumerate(test.reasons if test is not None else (), start=1):
            item = self.table.item(row, column)
            if item is not None:
                item.setToolTip(words)
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    @property
    def _chosen(self) -> tuple[ElementId, Trait, Light, str] | None:
        row, column = self.table.currentRow(), self.table.currentColumn() - 1
        element_id = ElementId(self.table.target(row)) if row >= 0 else ElementId("")
        test = self._tests.get(element_id)
        if test is None or not 0 <= column < len(Trait):
            return None
        return element_id, list(Trait)[column], test.lights[column], test.reasons[column]

    def _show_reason(self) -> None:
        chosen = self._chosen
        light = chosen[2] if chosen is not None else Light.YES
        self.overrule.setVisible(chosen is not None and light not in (Light.YES, Light.OVERRULED))
        self.restore.setVisible(light is Light.OVERRULED)
        if chosen is not None:
            self.reason.setText(chosen[3])
        elif self._tests:
            self.reason.setText("Choose a light to read why; one that is not “yes” may be overruled.")

    def _on_overrule(self) -> None:
        chosen = self._chosen
        if chosen is None:
            return
        reason, is_sure = QInputDialog.getText(self, "Overrule a light", f"Why is it {chosen[1].value} all the same?")
        if is_sure and reason.strip():
            self.desk.session.apply("Overrule light", edits.dismiss, overrule_id(chosen[0], chosen[1]), reason.strip())

    def _on_restore(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            self.desk.session.apply("Take back", edits.restore, overrule_id(chosen[0], chosen[1]))


def _row(title: str, test: SelectionTest) -> list[Cell]:
    lights = [(_SIGNS[light], float(_ORDER[light])) for light in test.lights]
    return [title, *lights, "passes" if test.passes else "does not pass yet"]
