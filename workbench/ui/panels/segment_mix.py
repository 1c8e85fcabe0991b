"""Change: why the headline rate moved between two periods, by how people convert and by who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox

from workbench.analysis.segment_choice import Periods, properties_to_offer
from workbench.session.desk import Desk
from workbench.session.segment_questions import mix_question
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.panel import Cell, Table

if TYPE_CHECKING:
    from workbench.analysis.mix import MixReport, MixRow, Part
    from workbench.analysis.rates import Rate

_HEADERS = ("Value", "Share before", "Share now", "Rate before", "Rate now", "Within", "Mix")
_HELP = {
    "Within": "Share before × change of its rate: what it adds because its people convert otherwise",
    "Mix": "Change of its share × how its rate lies to the whole's before: what it adds because more or fewer came",
}


class SegmentMix(AnswerPanel):
    """A table of the values; above it the change with its two parts and their intervals."""

    question = mix_question("", Periods.HALVES)
    name = "Change of the rate"
    wait_words = "Comparing two periods…"
    empty_words = (
        "It takes event data with a property, a bound macro-conversion, and data that reach over both periods with "
        "people whose window is over."
    )

    def __init__(self, desk: Desk) -> None:
        self.by, self.periods = QComboBox(), QComboBox()
        self.by.setAccessibleName("Split by")
        self.periods.setAccessibleName("Periods")
        self.periods.addItems([periods.value for periods in Periods])
        self.table = Table(_HEADERS, stretch=6, name_width=170)
        self.table.explain_headers(_HELP)
        self.table.keep_order()
        super().__init__(desk, self.table)
        self.add_controls("Split by", self.by, "between", self.periods)
        self.by.activated.connect(lambda _: self._ask())
        self.periods.activated.connect(lambda _: self._ask())
        desk.shelf.changed.connect(self.refresh)

    def _ask(self) -> None:
        self.ask(mix_question(self.by.currentText(), Periods(self.periods.currentText())))

    def show_figures(self) -> None:
        self._offer()
        super().show_figures()

    def _offer(self) -> None:
        loaded = self.desk.shelf.first
        names = properties_to_offer(loaded.store) if loaded is not None and loaded.store is not None else []
        if names == [self.by.itemText(i) for i in range(self.by.count())]:
            return
        before = self.by.currentText()
        with QSignalBlocker(self.by):
            self.by.clear()
            self.by.addItems(names)
            self.by.setCurrentIndex(max(0, self.by.findText(before)))
        self._ask()

    def show_answer(self, found: MixReport) -> None:
        self.title.setText(headline(found))
        self.note.setText(_note(found))
        self.table.fill([_cells(row) for row in found.rows])


def headline(found: MixReport) -> str:
    """The change and which part of it is beyond doubt."""
    moved = f"{numbers.rate(found.old.value)} before, {numbers.rate(found.new.value)} now: {_part(found.change)}"
    parts = {"people convert otherwise": found.within, "other people came": found.mix}
    sure = [words for words, part in parts.items() if _is_sure(part)]
    if not sure:
        return f"{moved}; neither part is beyond doubt"
    return f"{moved}; beyond doubt: {' and '.join(sure)}"


def _is_sure(part: Part) -> bool:
    low, high = part.interval.low, part.interval.high
    return low is not None and high is not None and (low > 0 or high < 0)


def _note(found: MixReport) -> str:
    old, new = (f"{a:%d %b} to {b:%d %b}" for a, b in (found.old_days, found.new_days))
    return (
        f"Within: {_part(found.within)}. Mix: {_part(found.mix)}. 95 %. People who entered {old} "
        f"({numbers.count(found.old.n)}) and {new} ({numbers.count(found.new.n)}), converted within "
        f"{numbers.duration(found.window_s)}; {numbers.count(found.immature)} still running are left out."
    )


def _part(part: Part) -> str:
    return numbers.points(part.value, part.interval.low, part.interval.high)


def _cells(row: MixRow) -> list[Cell]:
    return [
        row.name,
        (numbers.rate(row.old_share), row.old_share),
        (numbers.rate(row.new_share), row.new_share),
        (numbers.rate(row.old.value), row.old.value, _hover(row.old)),
        (numbers.rate(row.new.value), row.new.value, _hover(row.new)),
        (numbers.points(row.within), row.within),
        (numbers.points(row.mix), row.mix),
    ]


def _hover(rate: Rate) -> str:
    if rate.value is None:
        return "no data: nobody with this value came in this period"
    few = ", few data" if rate.is_thin else ""
    span = numbers.interval(rate.interval.low, rate.interval.high)
    return f"{numbers.count(rate.k)} of {numbers.count(rate.n)}, 95 %: {span}{few}"
