"""Retention and value: who comes back, who converts again, and what a customer is worth over a lifetime."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from workbench.analysis.intervals import Interval
from workbench.analysis.rates import Rate
from workbench.analysis.returning import DayReturn
from workbench.session.desk import Desk
from workbench.session.forecast_questions import Again, Retention, retention_of
from workbench.ui import numbers
from workbench.ui.fields import NumberField, label
from workbench.ui.panels.panel import AskingPanel, Cell, Table
from workbench.ui.panels.retention_plot import RetentionPlot
from workbench.ui.theme import theme

_MEANING = {
    "Day": "Calendar days of the journey's zone after the day of a person's first event of this kind.",
    "On day n": "Bounded: active on exactly that day, of all whose day n has elapsed; with 95 % (Wilson).",
    "Day n or later": "Unbounded: active on that day or any later one, of all whose day n has elapsed; 95 % (Wilson).",
    "Converted again": "Did the macro-conversion again within n days of the first one (Kaplan-Meier, log-log 95 %); "
    "open where fewer than 10 people are still in sight.",
}
_FORM_WIDTH = 252


class RetentionPanel(AskingPanel):
    """Days in a table, the curve beside it; a period turns on the lifetime."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title, self.note = label("", "title"), label("", "muted")
        self.active = QComboBox()
        self.active.setAccessibleName("Counts as active")
        self.period, self.value = NumberField("not periodic", low=0.01), NumberField("money")
        self.horizon, self.discount = NumberField("12", low=1, high=240), NumberField("0 %", is_rate=True, high=1.0)
        names = ("Period in days", "Value per period", "Periods ahead", "Discount per period")
        for field, name in zip((self.period, self.value, self.horizon, self.discount), names, strict=True):
            field.setAccessibleName(name)
        self.table = Table(tuple(_MEANING), stretch=0)
        self.table.explain_headers(_MEANING)
        self.table.keep_order()
        self.plot = RetentionPlot()
        self._inputs: tuple[object, ...] = ()
        self._place()
        self.active.activated.connect(lambda _: self._ask())
        self.period.committed.connect(lambda _: self._ask())
        for field in (self.value, self.horizon, self.discount):
            field.committed.connect(lambda _: self.refresh())

    def _place(self) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        fields = (self.active, self.period, self.value, self.horizon, self.discount)
        names = ("Active means", "Pays every (days)", "Worth per period", "Periods ahead", "Discount a period")
        for row, (name, field) in enumerate(zip(names, fields, strict=True)):
            grid.addWidget(QLabel(name), row, 0)
            grid.addWidget(field, row, 1)
        grid.setRowStretch(len(fields), 1)
        form = QWidget()
        form.setFixedWidth(_FORM_WIDTH)
        form.setLayout(grid)
        self._split = QSplitter()
        self._split.addWidget(self.table)
        self._split.addWidget(self.plot)
        self._split.setSizes([490, 230])
        right = QVBoxLayout()
        right.setSpacing(4)
        for widget, stretch in ((self.title, 0), (self.note, 0), (self._split, 1)):
            right.addWidget(widget, stretch)
        right.addStretch(0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.addWidget(form)
        layout.addLayout(right, 1)

    def on_seen(self) -> None:
        super().on_seen()
        self._fill_active()

    def _fill_active(self) -> None:
        bound = [e for e in self.desk.session.journey.elements if e.is_bound]
        wanted = [("any event", None), *((e.title, e.element_id) for e in bound)]
        if [(self.active.itemText(i), self.active.itemData(i)) for i in range(self.active.count())] == wanted:
            return
        held = self.active.currentData()
        self.active.clear()
        for title, element_id in wanted:
            self.active.addItem(title, element_id)
        self.active.setCurrentIndex(max(0, self.active.findData(held)))
        self._ask()

    def _ask(self) -> None:
        self.ask(retention_of(self.active.currentData(), self.period.value))

    def show_figures(self) -> None:
        self._fill_active()
        self._split.setEnabled(not self.is_answer_old)
        found: Retention | None = self.answer
        macro = self.desk.session.journey.headline_macro
        self.value.setPlaceholderText("money" if macro is None or macro.value is None else f"{macro.value:g}")
        around = (theme().colours, self.is_waiting, self.desk.shelf.first, self.desk.session.journey.currency)
        inputs = (self.question, found, self._worth, self._ahead, self._discount, *around)
        if inputs == self._inputs:
            return
        self._inputs = inputs
        self._split.setVisible(found is not None)
        if found is None:
            self.title.setText("Who comes back")
            has_events = self.desk.shelf.first is not None and self.desk.shelf.first.store is not None
            self.note.setText("Counting who comes back…" if has_events and self.is_waiting else _EMPTY)
            return
        self.table.fill([self._row(day, found) for day in found.days])
        self.title.setText(self._headline(found))
        self.note.setText(self._note(found))
        self._draw(found)

    def _row(self, day: DayReturn, found: Retention) -> list[Cell]:
        again = next((a for a in found.again if a.day == day.day), None)
        return [(str(day.day), float(day.day)), _cell(day.on_day), _cell(day.on_or_after), self._again(again, found)]

    def _again(self, again: Again | None, found: Retention) -> Cell:
        if again is None or again.share is None:
            return (numbers.NO_DATA, None, f"Too few of {numbers.count(found.buyers)} people are in sight so long.")
        told = f"Within {again.day} days of the first, of {numbers.count(found.buyers)} people (Kaplan-Meier)."
        return (f"{numbers.rate(again.share)}{_span(again.interval)}", again.share, told)

    def _headline(self, found: Retention) -> str:
        if found.lifetime is not None and self._worth is not None:
            value, band = found.lifetime.value(self._worth, self._ahead, self._discount)
            money = [numbers.money(v, self.desk.session.journey.currency) for v in (value, band.low, band.high)]
            return f"A customer is worth {money[0]} over {self._ahead} periods ({money[1]} to {money[2]}, estimated)"
        if not found.days:
            return "Nobody's next day has elapsed"
        week = next((d for d in found.days if d.day == 7), found.days[-1])
        shown = f"{numbers.rate(week.on_or_after.value)} are active on day {week.day} or later"
        return f"{shown}, {numbers.rate(week.on_day.value)} on day {week.day} itself"

    @property
    def _worth(self) -> float | None:
        macro = self.desk.session.journey.headline_macro
        return self.value.value if self.value.value is not None else (macro.value if macro is not None else None)

    @property
    def _ahead(self) -> int:
        return round(self.horizon.value or 12)

    @property
    def _discount(self) -> float:
        return self.discount.value or 0.0

    def _note(self, found: Retention) -> str:
        if found.note:
            return f"No curve: {found.note}"
        if found.periods is None:
            return (
                "Type a period if people pay or renew regularly: only then does a curve of those who stay, and a "
                "lifetime value, mean something."
            )
        seen = f"{numbers.count(found.periods.people)} people over {len(found.periods.still) - 1} periods, measured"
        worth = "" if self._worth is not None else " Type what a period is worth for a lifetime value."
        return f"{seen}; beyond, a shifted beta-geometric curve, estimated; 95 % by resampling people.{worth}"

    def _draw(self, found: Retention) -> None:
        if found.periods is not None:
            self.plot.show_periods(found.periods.rates, found.lifetime, self._ahead)
        else:
            self.plot.show_days(found.days)


_EMPTY = "Load event data over several days to see who comes back."


def _cell(rate: Rate) -> Cell:
    told = f"{numbers.count(rate.k)} of {numbers.count(rate.n)} whose day has elapsed"
    return (f"{numbers.rate(rate.value)}{_span(rate.interval)}", rate.value, told)


def _span(interval: Interval) -> str:
    return "" if interval.low is None else f" ({numbers.interval(interval.low, interval.high)})"
