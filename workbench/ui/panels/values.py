"""Values: what a micro-conversion is worth on average, beyond its peers, and by what would be lost without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.session.analyst import Question
from workbench.session.audit_questions import VALUES, Values
from workbench.session.audit_questions import values as values_of
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import NumberField
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.panel import Cell, Table

if TYPE_CHECKING:
    from workbench.analysis.value import InverseValue
    from workbench.analysis.worth import MicroValue

_HEADERS = (
    "Micro-conversion",
    "Did it",
    "Bought",
    "Value each",
    "95 %",
    "Without outliers",
    "Beyond peers",
    "Pay at most",
    "Path split",
)
_MEANING = {
    "Did it": "Mature people who did it before the macro-conversion.",
    "Value each": "Revenue within the window, averaged over everybody who did it: not what one more would bring.",
    "Without outliers": "The same with orders capped at their 99.5th percentile.",
    "Beyond peers": "The part of it beyond people who had come as far, if the association were all effect.",
    "Pay at most": "The value beyond peers times the margin: the most to pay for one more.",
    "Path split": "Conversions that would be lost without it on the paths taken (first-order Markov), scaled to all.",
}


class ValuesPanel(AnswerPanel):
    """One row per micro-conversion; the margin says which part of the revenue may be spent on one more."""

    jump_asked = Signal(str)
    question = Question(VALUES, values_of)
    name = "Values"
    wait_words = "Adding up what people who did it brought…"
    empty_words = (
        "Load event data, bind micro-conversions, and give the macro-conversion a value (in the data or typed) to see "
        "what each is worth."
    )

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=len(_HEADERS) - 1, name_width=190)
        self.table.explain_headers(_MEANING)
        self.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
        self.margin = NumberField(is_rate=True, high=1.0)
        self.margin.setFixedWidth(80)
        self.margin.setAccessibleName("Margin")
        self.margin.setToolTip("Part of the revenue that is left to spend")
        self.margin.show_value(1.0)
        self._margin = 1.0
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        top.addWidget(QLabel("Margin"))
        top.addWidget(self.margin)
        top.addStretch(1)
        rows.addLayout(top)
        rows.addWidget(self.table, 1)
        super().__init__(desk, content)
        self.margin.committed.connect(self._on_margin)
        self.table.cellClicked.connect(lambda row, _: self.jump_asked.emit(self.table.target(row)))

    def _on_margin(self, margin: float | None) -> None:
        self._margin = 1.0 if margin is None else margin
        self.margin.show_value(self._margin)
        self.refresh()

    def show_answer(self, found: Values) -> None:
        currency = self.desk.session.journey.currency
        self.title.setText(_headline(found, self.titles, currency))
        self.note.setText(_definition(found, currency) + self.why_window(found.window_s))
        done = [row for row in found.table.rows if row.average.n]
        rows = [_row(row, found, self.titles, currency, self._margin) for row in done]
        self.table.fill(rows, [str(row.element_id) for row in done])


def _headline(found: Values, titles: dict[str, str], currency: str) -> str:
    beyond = [row for row in found.table.rows if row.incremental]
    if not beyond:
        return "No micro-conversion goes with more revenue than its peers have"
    best = max(beyond, key=lambda row: row.incremental or 0.0)
    money = numbers.money(best.incremental, currency)
    return f"{titles.get(best.element_id, '')} goes with {money} more per person than peers bring"


def _definition(found: Values, currency: str) -> str:
    table = found.table
    source = "revenue in the data" if table.is_measured else "the typed value of the macro-conversion"
    words = (
        f"From {source}, within {numbers.duration(found.window_s)} of {numbers.count(found.mature)} people; "
        f"{numbers.count(found.immature)} are still running. Averages, not what one more would bring."
    )
    if table.spent is not None and table.spent > 1:
        words += (
            f" Do not add values up: together they would spend the revenue of {numbers.money(table.revenue, currency)} "
            f"{table.spent:.1f} times over."
        )
    return words


def _row(row: MicroValue, found: Values, titles: dict[str, str], currency: str, margin: float) -> list[Cell]:
    average, pay = row.average, None if row.max_cost is None else row.max_cost * margin
    credited = found.credited.get(str(row.element_id))
    share = credited / found.buyers if credited is not None and found.buyers else None
    return [
        titles.get(row.element_id, str(row.element_id)),
        (numbers.count(average.n), float(average.n)),
        (f"{numbers.count(average.buyers)}{' · few data' if average.has_few_buyers else ''}", float(average.buyers)),
        (numbers.money(average.value, currency), average.value),
        (_span(average, currency), average.interval.low),
        (numbers.money(average.winsorised, currency), average.winsorised),
        ("required step" if row.is_required else numbers.money(row.incremental, currency), row.incremental),
        (numbers.money(pay, currency), pay),
        ("" if share is None else f"{numbers.count(credited)} ({numbers.rate(share)})", share),
    ]


def _span(average: InverseValue, currency: str) -> str:
    low, high = average.interval.low, average.interval.high
    if low is None or high is None:
        return "" if average.upper is None else f"at most {numbers.money(average.upper, currency)}"
    return f"{numbers.money(low, currency)} to {numbers.money(high, currency)}"
