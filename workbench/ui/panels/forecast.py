"""The live forecast: levers as sliders and numbers, and what they do to conversions and revenue while they move."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from workbench.forecast.bands import Uncertainty
from workbench.forecast.sensitivity import LinkSensitivity, SensitivityTable
from workbench.forecast.what_if import Outcome, Projection
from workbench.journey import edits
from workbench.journey.element import Element, Link
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import NumberField, label, tool_button
from workbench.ui.panels.panel import Panel

_SLIDER_STEPS = 1000


class LeverRow(QWidget):
    """Name, slider and number of one lever; the slider runs from 0 to twice the base, at most to 100 %."""

    def __init__(self, desk: Desk, target_id: str, title: str, is_rate: bool) -> None:
        super().__init__()
        self._desk, self.target_id, self._is_rate = desk, target_id, is_rate
        self._top = 1.0
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setHorizontalSpacing(8)
        self.name = QLabel(title)
        self.name.setToolTip(title)
        self.name.setMinimumWidth(80)
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _SLIDER_STEPS)
        self.slider.setAccessibleName(title)
        self.number = NumberField(is_rate=is_rate, high=1.0 if is_rate else None)
        self.number.setFixedWidth(92)
        self.base = QLabel()
        self.base.setProperty("role", "muted")
        self.base.setFixedWidth(150)
        self.reset = tool_button(icon="rotate-ccw", tip="Back to the base")
        for column, widget in enumerate((self.name, self.slider, self.number, self.base, self.reset)):
            layout.addWidget(widget, 0, column)
        layout.setColumnStretch(0, 2)
        layout.setColumnStretch(1, 5)
        self.slider.valueChanged.connect(self._on_slid)
        self.number.committed.connect(lambda value: desk.forecaster.set_lever(target_id, value))
        self.reset.clicked.connect(lambda: desk.forecaster.set_lever(target_id, None))

    def show_value(self, base: float | None, grade: str) -> None:
        value = self._desk.forecaster.lever(self.target_id)
        shown = value if value is not None else base
        if not self.slider.isSliderDown():
            self._top = self._range_of(base, shown)
            was = self.slider.blockSignals(True)
            self.slider.setValue(round((shown or 0.0) / self._top * _SLIDER_STEPS))
            self.slider.blockSignals(was)
        self.number.show_value(None if shown is None else _rounded(shown, self._is_rate))
        words = numbers.rate(base) if self._is_rate else numbers.count(base)
        self.base.setText(f"base {words} · {grade}" if base is not None else "no base yet")
        self.reset.setEnabled(value is not None)

    def _range_of(self, base: float | None, shown: float | None) -> float:
        top = max(2 * (base or 0.0), 1.25 * (shown or 0.0)) or (0.2 if self._is_rate else 1000.0)
        return min(1.0, top) if self._is_rate else top

    def _on_slid(self, step: int) -> None:
        self._desk.forecaster.set_lever(self.target_id, _rounded(self._top * step / _SLIDER_STEPS, self._is_rate))


def _rounded(value: float, is_rate: bool) -> float:
    return round(value, 5) if is_rate else round(value, 2)


class ForecastPanel(Panel):
    """Results on top, scenarios beside them, levers below."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        layout.addLayout(self._build_top())
        self.best = label("", "muted")
        layout.addWidget(self.best)
        self.hint = label("", "warn")
        layout.addWidget(self.hint)
        self._area = QScrollArea(widgetResizable=True)
        self._holder = QWidget()
        self._rows_layout = QVBoxLayout(self._holder)
        self._rows_layout.setContentsMargins(0, 0, 6, 0)
        self._rows_layout.setSpacing(0)
        self._rows_layout.addStretch(1)
        self._area.setWidget(self._holder)
        layout.addWidget(self._area, 1)
        self.rows: dict[str, LeverRow] = {}
        desk.forecaster.bands_changed.connect(self._on_bands)

    def _build_top(self) -> QHBoxLayout:
        top = QHBoxLayout()
        self.macro, self.revenue, self.entered = _Figure("Conversions"), _Figure("Revenue"), _Figure("People entering")
        for figure in (self.entered, self.macro, self.revenue):
            top.addWidget(figure)
        top.addStretch(1)
        self.scenario = QComboBox()
        self.scenario.setMinimumWidth(110)
        self.scenario.setAccessibleName("Scenario")
        self.scenario.setPlaceholderText("Not saved")
        self.scenario.activated.connect(self._on_scenario)
        self.save = QPushButton("Save scenario…")
        self.save.clicked.connect(self._on_save)
        self.drop = tool_button(icon="trash-2", tip="Delete this scenario")
        self.drop.clicked.connect(self._on_drop)
        self.reset = QPushButton("Reset levers")
        self.reset.clicked.connect(lambda: self.desk.forecaster.use(()))
        for widget in (self.scenario, self.drop, self.save, self.reset):
            top.addWidget(widget)
        return top

    def show_figures(self) -> None:
        outcome = self.desk.forecaster.outcome
        self._fill_rows()
        self._fill_scenarios()
        if outcome is None:
            self.hint.setText("The loops on this map keep people for ever: lower a rate on a returning link.")
            return
        currency = self.desk.session.journey.currency
        self.macro.show_projection(outcome.headline, numbers.count)
        self.revenue.show_projection(outcome.revenue, lambda value: numbers.money(value, currency))
        self.entered.show_projection(self._entered(outcome), numbers.count)
        self.hint.setText(self._hint_words(outcome))
        self.hint.setVisible(bool(self.hint.text()))
        for row in self.rows.values():
            self._show_row(row, outcome)
        self._show_bands()
        self.reset.setEnabled(bool(outcome.levers))
        self.save.setEnabled(bool(outcome.levers))

    def _on_bands(self) -> None:
        if self.isVisible() and self.desk.forecaster.outcome is not None:
            self._show_bands()

    def _show_bands(self) -> None:
        found, currency = self.desk.forecaster.bands, self.desk.session.journey.currency
        headline = self.desk.session.journey.headline_macro
        macro = found.outcome.macros.get(headline.element_id) if found and headline else None
        self.macro.show_band(macro, numbers.count)
        revenue = found.outcome.revenue if found else None
        self.revenue.show_band(revenue, lambda value: numbers.money(value, currency))
        best = found.sensitivity.rows[0] if found and found.sensitivity.rows else None
        self.best.setVisible(best is not None)
        if found is not None and best is not None:
            self.best.setText(self._best_words(found.sensitivity, best))

    def _best_words(self, table: SensitivityTable, best: LinkSensitivity) -> str:
        gained = numbers.money(best.plus_1pp, self.desk.session.journey.currency)
        gain = gained if table.in_money else f"{best.plus_1pp:,.1f} conversions"
        name = self._name(best.link_id)
        sure = "leads in" if best.is_clear_winner else "is first in only"
        words = f"+1 point brings most on {name}: {gain}; it {sure} {numbers.rate(best.first_share)} of the draws."
        return f"{words} {table.sentence}".strip()

    def _entered(self, outcome: Outcome) -> Projection | None:
        entries = [outcome.reach[i] for i in self.desk.session.journey.entry_ids if i in outcome.reach]
        if not entries or any(entry.value is None for entry in entries):
            return None
        worst = max((entry.grade for entry in entries), key=list(type(entries[0].grade)).index)
        return Projection(sum(e.value or 0 for e in entries), sum(e.base or 0 for e in entries), worst)

    def _hint_words(self, outcome: Outcome) -> str:
        words = [f"{self._name(cap.target_id)} is capped at {numbers.rate(cap.given)}." for cap in outcome.caps]
        words += [hint.sentence for hint in outcome.hints[:2]]
        if len(outcome.hints) > 2:
            words.append(f"And {len(outcome.hints) - 2} more.")
        return " ".join(words)

    def _name(self, target_id: str) -> str:
        journey = self.desk.session.journey
        link = journey.link_by_id.get(target_id)  # type: ignore[call-overload]
        if link is not None:
            return self._link_title(link)
        element = journey.element_by_id.get(target_id)  # type: ignore[call-overload]
        return element.title if element is not None else target_id

    def _link_title(self, link: Link) -> str:
        known = self.desk.session.journey.element_by_id
        return f"{known[link.source_id].title} → {known[link.target_id].title}"

    def _wanted(self) -> list[tuple[str, str, bool]]:
        journey = self.desk.session.journey
        entries = [(i, f"Enter at {journey.element_by_id[i].title}", False) for i in journey.entry_ids]
        happy = {
            pair: place for place, pair in enumerate(zip(journey.happy_path, journey.happy_path[1:], strict=False))
        }
        ordered = sorted(journey.links, key=lambda k: happy.get((k.source_id, k.target_id), len(happy)))
        links = [(link.link_id, self._link_title(link), True) for link in ordered]
        seats = [(e.element_id, f"{e.title} on {self._stage(e)}", True) for e in journey.elements if e.stage_id]
        return [*entries, *links, *seats]

    def _stage(self, element: Element) -> str:
        return self.desk.session.journey.element_by_id[element.stage_id].title if element.stage_id else ""

    def _fill_rows(self) -> None:
        wanted = self._wanted()
        if [(i, title) for i, title, _ in wanted] == [(i, row.name.text()) for i, row in self.rows.items()]:
            return
        for row in self.rows.values():
            row.hide()
            row.deleteLater()
        self.rows = {}
        for target_id, title, is_rate in wanted:
            self.rows[target_id] = LeverRow(self.desk, target_id, title, is_rate)
            self._rows_layout.insertWidget(len(self.rows) - 1, self.rows[target_id])

    def _show_row(self, row: LeverRow, outcome: Outcome) -> None:
        model, i = self.desk.forecaster.model, row.target_id
        by_id = outcome.rate if i in outcome.rate else None
        if by_id is not None:
            found: Projection | None = outcome.rate.get(i)  # type: ignore[call-overload]
            row.show_value(found.base if found else None, model_grade(model, i))
            return
        element = self.desk.session.journey.element_by_id.get(i)  # type: ignore[call-overload]
        if element is not None and element.stage_id is not None:
            did = self.desk.figures.cards.get(element.element_id)
            row.show_value(did.previous.value if did else None, did.grade.value if did else "")
            return
        reach = outcome.reach.get(i)  # type: ignore[call-overload]
        row.show_value(reach.base if reach else None, reach.grade.value if reach else "")

    def _fill_scenarios(self) -> None:
        names = ["As-is", *(scenario.name for scenario in self.desk.session.journey.scenarios)]
        if [self.scenario.itemText(i) for i in range(self.scenario.count())] != names:
            self.scenario.clear()
            self.scenario.addItems(names)
        levers = self.desk.forecaster.levers
        current = next((s.name for s in self.desk.session.journey.scenarios if s.levers == levers), None)
        if not levers:
            current = names[0]
        self.scenario.setCurrentIndex(-1 if current is None else names.index(current))
        self.drop.setEnabled(self.scenario.currentIndex() > 0)

    def _on_scenario(self, row: int) -> None:
        scenarios = self.desk.session.journey.scenarios
        self.desk.forecaster.use(scenarios[row - 1].levers if row else ())

    def _on_drop(self) -> None:
        self.desk.session.apply("Delete scenario", edits.drop_scenario, self.scenario.currentText())

    def _on_save(self) -> None:
        name, is_sure = QInputDialog.getText(self, "Save scenario", "Name of the scenario:")
        if is_sure and name.strip():
            self.desk.session.apply("Save scenario", edits.save_scenario, name.strip(), self.desk.forecaster.levers)


def model_grade(model: object, link_id: str) -> str:
    """Grade of a link's base rate, in the forecast model."""
    edge = model.edge_of.get(link_id)  # type: ignore[attr-defined]
    return "" if edge is None else str(model.rate_grade[edge].value)  # type: ignore[attr-defined]


class _Figure(QFrame):
    """One large number with its difference to the base."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setMinimumWidth(110)
        self.title = QLabel(title)
        self.title.setProperty("role", "muted")
        self.number = QLabel(numbers.NO_DATA)
        self.number.setStyleSheet("font-size: 20px; font-weight: 700;")
        self.difference = QLabel()
        self.band = QLabel()
        self.band.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 12, 6)
        layout.setSpacing(1)
        for widget in (self.title, self.number, self.difference, self.band):
            layout.addWidget(widget)

    def show_projection(self, projection: Projection | None, shown: object) -> None:
        words = shown if callable(shown) else numbers.count
        if projection is None or projection.value is None:
            self.number.setText(numbers.NO_DATA)
            self._say("no data yet", "muted")
            return
        self.number.setText(str(words(projection.value)))
        difference, lift = projection.difference, projection.lift
        if not difference:
            self._say(f"{projection.grade.value}, as-is", "muted")
            return
        sign = "+" if difference > 0 else ""
        lift_words = f" ({numbers.signed_rate(lift)})" if lift is not None else ""
        self._say(f"{sign}{words(difference)}{lift_words}", "gain" if difference > 0 else "loss")

    def show_band(self, found: Uncertainty | None, shown: Callable[[float | None], str]) -> None:
        """95 % of the draws of the rates; the hover adds what a period like this one can look like."""
        if found is None:
            self.band.setText(" ")
            self.band.setToolTip("")
            return
        sure, period = found.expected.band(0.95), found.next_period.band(0.95)
        self.band.setText(f"95 %: {shown(sure.low)} to {shown(sure.high)}")
        self.band.setToolTip(
            f"How sure the rates are: 95 % of draws between {shown(sure.low)} and {shown(sure.high)}.\n"
            f"What a next period like this one can look like: {shown(period.low)} to {shown(period.high)}."
        )

    def _say(self, words: str, role: str) -> None:
        self.difference.setText(words)
        if self.difference.property("role") != role:
            self.difference.setProperty("role", role)
            self.difference.style().unpolish(self.difference)
            self.difference.style().polish(self.difference)
