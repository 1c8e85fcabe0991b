"""The live what-if: outcome and scenario on the left, levers or assumptions beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QInputDialog,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.forecast.assuming import sentences
from workbench.forecast.model import ForecastModel
from workbench.forecast.what_if import Outcome, Projection
from workbench.journey import edits
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import label, tool_button
from workbench.ui.panels.assumptions_form import AssumptionsForm
from workbench.ui.panels.lever_row import LeverRow
from workbench.ui.panels.lift_form import LiftForm
from workbench.ui.panels.outcome_figure import OutcomeFigure
from workbench.ui.panels.panel import Panel

_OUTCOME_WIDTH = 296


class ForecastPanel(Panel):
    """Figures answer while a lever moves; what they rest on stands above the levers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rows: dict[str, LeverRow] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(16)
        left = QWidget()
        left.setFixedWidth(_OUTCOME_WIDTH)
        left.setLayout(self._build_outcome())
        layout.addWidget(left)
        layout.addLayout(self._build_levers(), 1)
        desk.forecaster.bands_changed.connect(self._on_bands)

    def _build_outcome(self) -> QVBoxLayout:
        self.macro, self.revenue = OutcomeFigure("Conversions"), OutcomeFigure("Revenue")
        self.entered = OutcomeFigure("People entering")
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        for figure in (self.entered, self.macro, self.revenue):
            column.addWidget(figure)
        column.addStretch(1)
        column.addLayout(self._build_scenario())
        column.addLayout(self._build_pages())
        return column

    def _build_scenario(self) -> QHBoxLayout:
        self.scenario = QComboBox()
        self.scenario.setAccessibleName("Scenario")
        self.scenario.setPlaceholderText("Not saved")
        self.scenario.activated.connect(self._on_scenario)
        self.save = tool_button(icon="save", tip="Save the levers and assumptions as a scenario…")
        self.save.clicked.connect(self._on_save)
        self.drop = tool_button(icon="trash-2", tip="Delete this scenario")
        self.drop.clicked.connect(self._on_drop)
        self.reset = tool_button(icon="rotate-ccw", tip="Back to as-is: all levers and assumptions")
        self.reset.clicked.connect(lambda: self.desk.forecaster.use(()))
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.scenario, 1)
        for button in (self.save, self.drop, self.reset):
            row.addWidget(button)
        return row

    def _build_pages(self) -> QHBoxLayout:
        self.show_levers, self.show_assumptions = QPushButton("Levers"), QPushButton("Assumptions")
        self._pages = QStackedWidget()
        group, row = QButtonGroup(self), QHBoxLayout()
        for place, button in enumerate((self.show_levers, self.show_assumptions)):
            button.setCheckable(True)
            group.addButton(button, place)
            row.addWidget(button, 1)
        self.show_levers.setChecked(True)
        group.idClicked.connect(self._pages.setCurrentIndex)
        return row

    def _build_levers(self) -> QVBoxLayout:
        self.taken, self.hint = label("", "muted"), label("", "warn")
        holder = QWidget()
        self._rows_layout = QVBoxLayout(holder)
        self._rows_layout.setContentsMargins(0, 0, 6, 0)
        self._rows_layout.setSpacing(0)
        self._rows_layout.addStretch(1)
        self.assumptions = AssumptionsForm(self.desk)
        for page in (holder, self.assumptions):
            area = QScrollArea(widgetResizable=True)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setWidget(page)
            self._pages.addWidget(area)
        column = QVBoxLayout()
        column.setSpacing(3)
        column.addWidget(self.taken)
        column.addWidget(self.hint)
        column.addWidget(self._pages, 1)
        return column

    def show_figures(self) -> None:
        forecaster, journey = self.desk.forecaster, self.desk.session.journey
        outcome = forecaster.outcome
        self._fill_rows()
        self._fill_scenarios()
        self.assumptions.show_assumptions()
        self.show_assumptions.setText("Assumptions •" if self.assumptions.differs else "Assumptions")
        self.taken.setText(" ".join(sentences(forecaster.assumptions, journey.name_of, bool(self._seats()))))
        self.reset.setEnabled(forecaster.is_moved or self.assumptions.differs)
        self.save.setEnabled(forecaster.is_moved)
        self.hint.setText(forecaster.trouble if outcome is None else self._hint_words(outcome))
        self.hint.setVisible(bool(self.hint.text()))
        if outcome is None:
            for figure in (self.macro, self.revenue, self.entered):
                figure.show_projection(None, numbers.count)
                figure.show_band(None, numbers.count)
            return
        self.macro.show_projection(outcome.headline, numbers.count)
        self.revenue.show_projection(outcome.revenue, self._money)
        self.entered.show_projection(self._entered(outcome), numbers.count)
        for row in self.rows.values():
            self._show_row(row, outcome)
        self._show_bands()

    def _seats(self) -> list[str]:
        """Seated micro-conversions with a lever: only these make use of the causal share."""
        known = self.desk.session.journey.element_by_id
        return [i for i in known if known[i].stage_id is not None and self.desk.forecaster.lever(i) is not None]

    def _money(self, value: float | None) -> str:
        return numbers.money(value, self.desk.session.journey.currency)

    def _on_bands(self) -> None:
        if self.isVisible() and self.desk.forecaster.outcome is not None:
            self._show_bands()

    def _show_bands(self) -> None:
        found, headline = self.desk.forecaster.bands, self.desk.session.journey.headline_macro
        macro = found.outcome.macros.get(headline.element_id) if found and headline else None
        self.macro.show_band(macro, numbers.count)
        self.revenue.show_band(found.outcome.revenue if found else None, self._money)

    def _entered(self, outcome: Outcome) -> Projection | None:
        entries = [outcome.reach[i] for i in self.desk.session.journey.entry_ids if i in outcome.reach]
        if not entries or any(entry.value is None for entry in entries):
            return None
        worst = max((entry.grade for entry in entries), key=list(type(entries[0].grade)).index)
        return Projection(sum(e.value or 0 for e in entries), sum(e.base or 0 for e in entries), worst)

    def _hint_words(self, outcome: Outcome) -> str:
        name = self.desk.session.journey.name_of
        words = [f"{name(cap.target_id)} is capped at {numbers.rate(cap.given)}." for cap in outcome.caps]
        words += [hint.sentence for hint in outcome.hints[:2]]
        if len(outcome.hints) > 2:
            words.append(f"And {len(outcome.hints) - 2} more.")
        return " ".join(words)

    def _wanted(self) -> list[tuple[str, str, bool]]:
        journey = self.desk.session.journey
        known = journey.element_by_id
        entries = [(i, f"Enter at {known[i].title}", False) for i in journey.entry_ids]
        happy = {
            pair: place for place, pair in enumerate(zip(journey.happy_path, journey.happy_path[1:], strict=False))
        }
        ordered = sorted(journey.links, key=lambda k: happy.get((k.source_id, k.target_id), len(happy)))
        links = [(k.link_id, f"{known[k.source_id].title} → {known[k.target_id].title}", True) for k in ordered]
        seats = [(e.element_id, f"{e.title} on {known[e.stage_id].title}", True) for e in known.values() if e.stage_id]
        return [*entries, *links, *seats]

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
            self.rows[target_id].lift_asked.connect(self._on_lift)
            self._rows_layout.insertWidget(len(self.rows) - 1, self.rows[target_id])

    def _on_lift(self, target_id: str) -> None:
        self.lift_form = LiftForm(self.desk, target_id, self)
        self.lift_form.open()

    def _show_row(self, row: LeverRow, outcome: Outcome) -> None:
        i = row.target_id
        if i in outcome.rate:
            row.show_figure(outcome.rate.get(i), rate_grade(self.desk.forecaster.model, i))  # type: ignore[call-overload]
            return
        element = self.desk.session.journey.element_by_id.get(i)  # type: ignore[call-overload]
        if element is not None and element.stage_id is not None:
            did = self.desk.figures.cards.get(element.element_id)
            share = did.previous.value if did else None
            row.show_figure(Projection(share, share, did.grade) if did else None, did.grade.value if did else "")
            return
        reach = outcome.reach.get(i)  # type: ignore[call-overload]
        row.show_figure(reach, reach.grade.value if reach else "")

    def _fill_scenarios(self) -> None:
        scenarios, forecaster = self.desk.session.journey.scenarios, self.desk.forecaster
        names = ["As-is", *(scenario.name for scenario in scenarios)]
        if [self.scenario.itemText(i) for i in range(self.scenario.count())] != names:
            self.scenario.clear()
            self.scenario.addItems(names)
        now = (forecaster.levers, forecaster.assumptions)
        row = next((n for n, s in enumerate(scenarios, 1) if (s.levers, s.assumptions) == now), -1)
        self.scenario.setCurrentIndex(row if forecaster.is_moved else 0)
        self.drop.setEnabled(self.scenario.currentIndex() > 0)

    def _on_scenario(self, row: int) -> None:
        if row:
            chosen = self.desk.session.journey.scenarios[row - 1]
            self.desk.forecaster.use(chosen.levers, chosen.assumptions)
        else:
            self.desk.forecaster.use(())

    def _on_drop(self) -> None:
        self.desk.session.apply("Delete scenario", edits.drop_scenario, self.scenario.currentText())

    def _on_save(self) -> None:
        name, is_sure = QInputDialog.getText(self, "Save scenario", "Name of the scenario:")
        if is_sure and name.strip():
            held = self.desk.forecaster
            self.desk.session.apply("Save scenario", edits.save_scenario, name.strip(), held.levers, held.assumptions)


def rate_grade(model: ForecastModel, link_id: str) -> str:
    """Grade of a link's base rate, in the forecast model."""
    edge = model.edge_of.get(link_id)
    return "" if edge is None else model.rate_grade[edge].value
