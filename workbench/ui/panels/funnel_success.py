"""What goes with getting through the happy path: events on the way, or values of an event's properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox

from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.funnel_questions import GoesWith, goes_with
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.panel import Cell, Table

if TYPE_CHECKING:
    from workbench.analysis.success import Companion, Companions

_HEADERS = ("On the way", "Says", "Of those through", "Of those lost", "Odds ratio", "Lift", "Adj. p")
_MEANING = {
    "Of those through": "Share of the people who got through that had it before the last step.",
    "Of those lost": "Share of the people who did not get through that had it within the window.",
    "Odds ratio": "With one person added to each cell, so that a zero does not make it infinite.",
    "Lift": "Rate of those who had it, against the rate of all who entered.",
    "Adj. p": "Fisher's exact test, adjusted for all that were looked at.",
}
_ALL = "all events"


class FunnelSuccessPanel(AnswerPanel):
    """A table, the strongest first; the drivers stand in their own tab, matched by depth."""

    question = Question("goes with success", goes_with(None))
    name = "Goes with success"
    wait_words = "Comparing those who got through with those who did not…"
    empty_words = "Load event data and mark a happy path of two bound elements to see what goes with getting through."

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=6, name_width=260)
        self.table.keep_order()
        self.table.explain_headers(_MEANING)
        self.of = QComboBox()
        self.of.setAccessibleName("Look at")
        self.of.addItem(_ALL, None)
        super().__init__(desk, self.table)
        self.add_controls("Look at", self.of)
        self.of.activated.connect(lambda _: self._choose())

    def _choose(self) -> None:
        event = self.of.currentData()
        self.ask(Question(f"goes with success {event or ''}".strip(), goes_with(event)))

    def show_answer(self, found: GoesWith) -> None:
        self._offer(found.events)
        companions = found.found
        self.title.setText(_headline(companions))
        self.note.setText(
            f"{numbers.count(companions.success_total)} got through, {numbers.count(companions.failure_total)} not. "
            "Associated, not caused: who stays longer does more of everything. The drivers compare people as far along."
        )
        self.table.fill([_row(one, companions) for one in companions.rows])

    def _offer(self, events: tuple[str, ...]) -> None:
        wanted = [_ALL, *(f"properties of {name}" for name in events)]
        if [self.of.itemText(i) for i in range(self.of.count())] == wanted:
            return
        chosen = self.of.currentData()
        self.of.clear()
        for words, event in zip(wanted, (None, *events), strict=True):
            self.of.addItem(words, event)
        self.of.setCurrentIndex(max(0, self.of.findData(chosen)) if chosen is not None else 0)


def _headline(found: Companions) -> str:
    sure = [one for one in found.rows if one.goes_with_success is not None]
    if not sure:
        return "Nothing goes with getting through beyond doubt"
    first = sure[0]
    way = "getting through" if first.goes_with_success else "being lost"
    return f"{_name(first)} goes with {way}: odds ratio {first.row.odds_ratio:.3g}"


def _name(one: Companion) -> str:
    """ "event::property::value" as people write it."""
    parts = one.row.key.split("::")
    return f"{parts[1]} = {'::'.join(parts[2:])}" if len(parts) > 2 else one.row.key


def _row(one: Companion, found: Companions) -> list[Cell]:
    row = one.row
    through = row.success / found.success_total if found.success_total else None
    lost = row.failure / found.failure_total if found.failure_total else None
    says = {True: "▲ with success", False: "▼ with loss", None: "no association shown"}[one.goes_with_success]
    return [
        _name(one),
        "few data" if one.is_thin else says,
        (f"{numbers.rate(through)}  ({numbers.count(row.success)})", through),
        (f"{numbers.rate(lost)}  ({numbers.count(row.failure)})", lost),
        (f"{row.odds_ratio:.3g}", row.odds_ratio),
        ("" if row.lift is None else f"{row.lift:.2f}x", row.lift),
        (numbers.p_value(one.q), one.q),
    ]
