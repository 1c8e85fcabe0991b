"""Dead ends: frequent actions that are (almost) never followed by the macro-conversion, each with its upper bound."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal

from workbench.analysis.dead_ends import Fate
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.questions import STUDY, Study, study
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.panel import Cell, Table

_HEADERS = ("Action", "Verdict", "People", "Converted after", "Rate", "At most (95 %)", "Settled by")
_WORDS = {Fate.DEAD_END: "▼ dead end", Fate.ALIVE: "alive", Fate.UNDECIDED: "undecided"}
_ORDER = {Fate.DEAD_END: 0, Fate.UNDECIDED: 1, Fate.ALIVE: 2}


class DeadEndsPanel(AnswerPanel):
    """One row per frequent action, the dead ends first."""

    jump_asked = Signal(str)
    question = Question(STUDY, study)
    name = "Dead ends"
    wait_words = "Looking for actions that are hardly ever followed by the macro-conversion…"

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=0)
        super().__init__(desk, self.table)
        self.table.cellClicked.connect(self._on_clicked)

    def show_answer(self, found: Study) -> None:
        table = found.dead_ends
        dead = [row for row in table.rows if row.verdict.fate is Fate.DEAD_END]
        names = ", ".join(row.name for row in dead[:3])
        more = f" and {len(dead) - 3} more" if len(dead) > 3 else ""
        self.title.setText(
            f"{len(dead)} dead end{'s' * (len(dead) != 1)}: {names}{more}" if dead else "No dead ends found"
        )
        self.note.setText(_definition(table) + self.why_window(table.window_s))
        self.table.fill([_row(row, self.titles) for row in table.rows], [row.element_id or "" for row in table.rows])
        self.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)

    def why_empty(self) -> str:
        journey = self.desk.session.journey
        if journey.headline_macro is None:
            return "Put a macro-conversion on the map: a dead end is an action that hardly ever leads to it."
        if self.desk.shelf.first is None or self.desk.shelf.first.store is None:
            return "Load event data (Ctrl+I) to find actions that are hardly ever followed by the macro-conversion."
        if not journey.headline_macro.is_bound:
            return f"Bind a rule to “{journey.headline_macro.title}” to find actions that hardly ever lead to it."
        return self.wait_words

    def _on_clicked(self, row: int, _: int) -> None:
        target = self.table.target(row)
        if target:
            self.jump_asked.emit(target)


def _definition(found: Any) -> str:
    window = numbers.duration(found.window_s)
    return (
        f"Of {numbers.count(found.mature)} people whose {window} are over, {numbers.rate(found.base_rate)} convert. "
        f"A dead end stays under half of that beyond doubt. Still running: {numbers.count(found.immature)}."
    )


def _row(row: Any, titles: dict[str, str]) -> list[Cell]:
    verdict = row.verdict
    missing = verdict.missing
    return [
        titles.get(row.element_id or "", row.name),
        (_WORDS[verdict.fate], float(_ORDER[verdict.fate])),
        (numbers.count(verdict.n), float(verdict.n)),
        (numbers.count(verdict.k), float(verdict.k)),
        (numbers.rate(verdict.rate) if verdict.k else "none seen", verdict.rate),
        (numbers.rate(verdict.upper), verdict.upper),
        (f"about {numbers.count(missing)} more people" if missing else "", None if missing is None else float(missing)),
    ]
