"""As-is and to-be side by side: two scenarios as a table, with how sure each figure and the difference is."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout

from workbench.forecast.assuming import sentences
from workbench.forecast.bands import Band
from workbench.forecast.comparison import ComparedRow, Comparison, Side, What
from workbench.journey.journey import Scenario
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import label
from workbench.ui.panels.panel import Cell, Panel, Table

_AS_IS, _NOW = Scenario("As-is"), "Levers now"
_SOON_MS = 120
_MEANING = {
    "Left": "In the scenario chosen on the left; the hover tells 95 % of the draws of all rates.",
    "Right": "In the scenario chosen on the right; the hover tells 95 % of the draws of all rates.",
    "Difference": "Right minus left, on the same draws: what both share cancels.",
    "95 % of the difference": "How unsure the difference is, if the lifts are real and later rates hold.",
}
_HEADERS = ("Figure", "Left", "Right", "Difference", "Lift", "95 % of the difference")
_EMPTY = "Link elements and load data, or type rates and a volume, to compare scenarios."


class ComparePanel(Panel):
    """Saved scenarios, the levers as they are, and as-is; a click shows the element or link."""

    jump_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title, self.note = label("", "title"), label("", "muted")
        self.left, self.right = QComboBox(), QComboBox()
        for side, name in ((self.left, "Left scenario"), (self.right, "Right scenario")):
            side.setAccessibleName(name)
            side.activated.connect(lambda _: self._ask())
        self.only = QCheckBox("Only what differs")
        self.only.setChecked(True)
        self.only.toggled.connect(lambda _: self._show())
        self.table = Table(_HEADERS, stretch=len(_HEADERS) - 1, name_width=190)
        self.table.explain_headers(_MEANING)
        self.table.keep_order()
        self.table.cellClicked.connect(lambda row, _: self.jump_asked.emit(self.table.target(row)))
        self._scenarios: tuple[Scenario, ...] = ()
        self._was_moved = False
        self._place()
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._ask)
        desk.forecaster.compared.connect(self._on_compared)

    def _place(self) -> None:
        head = QHBoxLayout()
        for widget in (self.left, QLabel("against"), self.right, self.only):
            head.addWidget(widget)
        head.addWidget(self.note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)

    def show_figures(self) -> None:
        held = self.desk.forecaster
        now = (Scenario(_NOW, held.levers, "", held.assumptions),) if held.is_moved else ()
        offered = (_AS_IS, *now, *self.desk.session.journey.scenarios)
        if [s.name for s in offered] != [s.name for s in self._scenarios] or held.is_moved != self._was_moved:
            self._fill([scenario.name for scenario in offered])
        self._scenarios, self._was_moved = offered, held.is_moved
        self._soon.start()

    def _fill(self, names: list[str]) -> None:
        last = names.index(_NOW) if _NOW in names and not self._was_moved else len(names) - 1
        for side, start in ((self.left, 0), (self.right, last)):
            held = side.currentText()
            side.clear()
            side.addItems(names)
            keeps = held in names and not (side is self.right and _NOW in names and not self._was_moved)
            side.setCurrentIndex(names.index(held) if keeps else start)

    def _ask(self) -> None:
        if self.desk.forecaster.model.link_ids and self._scenarios and self.isVisible():
            left, right = self.left.currentIndex(), self.right.currentIndex()
            self.desk.forecaster.compare(self._scenarios[left], self._scenarios[right])
        else:
            self._show()

    def _on_compared(self) -> None:
        if self.isVisible():
            self._show()

    def _show(self) -> None:
        found = self.desk.forecaster.comparison
        has_map = bool(self.desk.forecaster.model.link_ids)
        self.table.setVisible(found is not None and has_map)
        if found is None or not has_map:
            self.title.setText("As-is and to-be")
            forecaster = self.desk.forecaster
            self.note.setText((forecaster.comparison_trouble or forecaster.trouble) if has_map else _EMPTY)
            return
        rows = [row for row in found.rows if row.differs or not self.only.isChecked()]
        self.title.setText(self._headline(found, rows))
        journey = self.desk.session.journey
        taken = sentences(found.right.assumptions, journey.name_of, bool(journey.seated) and bool(found.right.levers))
        self.note.setText(found.right.note or taken[0])
        self.note.setToolTip(" ".join(taken))
        self.table.fill([self._row(row) for row in rows], [row.target_id for row in rows])

    def _headline(self, found: Comparison, rows: list[ComparedRow]) -> str:
        if found.left.name == found.right.name:
            return "Move a lever or save a scenario to set it against as-is"
        first = next((row for row in rows if row.what in (What.REVENUE, What.CONVERSIONS)), None)
        if first is None or first.difference is None or first.band is None:
            return f"{found.right.name} brings what {found.left.name} brings"
        unit = "" if first.what is What.REVENUE else " conversions"
        low, high = self._signed(first, first.band.low), self._signed(first, first.band.high)
        gain = f"{self._signed(first, first.difference)}{unit} ({low} to {high})"
        return f"{found.right.name}: {gain} against {found.left.name}"

    def _words(self, row: ComparedRow, value: float | None) -> str:
        if row.what is What.REVENUE:
            return numbers.money(value, self.desk.session.journey.currency)
        return numbers.rate(value) if row.what is What.RATE else numbers.count(value)

    def _signed(self, row: ComparedRow, value: float) -> str:
        if row.what is What.RATE:
            return f"{value * 100:+.2f} points".replace("-", "−")
        words = self._words(row, value).replace("-", "−")
        return words if value <= 0 else f"+{words}"

    def _name(self, row: ComparedRow) -> str:
        if row.what is What.REVENUE:
            return "Revenue"
        name = self.desk.session.journey.name_of(row.target_id)
        return {What.CONVERSIONS: f"Conversions: {name}", What.PEOPLE: f"People at {name}"}.get(row.what, name)

    def _row(self, row: ComparedRow) -> list[Cell]:
        return [
            self._name(row),
            self._side(row, row.left),
            self._side(row, row.right),
            (numbers.NO_DATA if row.difference is None else self._signed(row, row.difference), row.difference),
            (numbers.signed_rate(row.lift), row.lift),
            self._span(row, row.band),
        ]

    def _side(self, row: ComparedRow, side: Side) -> Cell:
        told = "No data: a rate or volume on the way is not known."
        if side.band is not None:
            span = f"{self._words(row, side.band.low)} to {self._words(row, side.band.high)}"
            told = f"95 % of the draws: {span}; {side.grade.value}."
            if row.what in (What.REVENUE, What.CONVERSIONS):
                return (f"{self._words(row, side.value)} ({span})", side.value, told)
        return (self._words(row, side.value), side.value, told)

    def _span(self, row: ComparedRow, band: Band | None) -> Cell:
        if band is None:
            return (numbers.NO_DATA, None)
        return (f"{self._signed(row, band.low)} to {self._signed(row, band.high)}", band.low)
