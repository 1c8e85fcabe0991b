"""Ideas ranked by impact, confidence and effort: impact from the forecast, the rest as the team sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHeaderView, QVBoxLayout

from workbench.journey.element import LinkId
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.questions import STUDY, Study, study
from workbench.ui import numbers
from workbench.ui.fields import label
from workbench.ui.panels.panel import Panel, Table

if TYPE_CHECKING:
    from workbench.forecast.experiments import Idea
    from workbench.forecast.sensitivity import LinkSensitivity

_HEADERS = ("Idea: raise the rate of", "+10 % brings", "Impact", "Confidence", "Effort", "Score", "Rank")
CONFIDENCE = (("an opinion", 1), ("a naive ratio", 3), ("depth-matched, E-value over 2", 6), ("a past A/B win", 9))
_EFFORT = 5
_SURE_E_VALUE = 2.0
_ROW_HEIGHT = 36


class ExperimentIce(Panel):
    """One row per link of the map; what was chosen stays while the document is open."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title, self.note = label("", "title"), label("", "muted")
        self.table = Table(_HEADERS, stretch=len(_HEADERS) - 1, name_width=250)
        # Boxes in cells do not move with their rows: the order is that of the impact.
        self.table.keep_order()
        self.table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setSectionsClickable(False)
        for column in (2, 4):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.table.setColumnWidth(column, 76)
        self.chosen: dict[str, tuple[int, int]] = {}
        self.impacts: dict[str, int] = {}
        self._shown: tuple[LinkSensitivity, ...] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        for widget in (self.title, self.note):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        desk.forecaster.bands_changed.connect(self.refresh)
        desk.session.document_replaced.connect(self._forget)
        desk.analyst.answered.connect(self._on_answered)

    def on_seen(self) -> None:
        self.desk.analyst.want(Question(STUDY, study))

    def on_hidden(self) -> None:
        self.desk.analyst.forget_want(STUDY)

    def _on_answered(self, name: str) -> None:
        if name == STUDY:
            self._shown = ()  # the evidence for the ideas is another one
            self.refresh()

    def show_figures(self) -> None:
        bands = self.desk.forecaster.bands
        if bands is None:
            if not self._shown or not self.desk.forecaster.model.link_ids:
                self._say_empty()
            return
        rows = tuple(sorted(bands.sensitivity.rows, key=lambda row: -row.plus_10pct))
        if rows != self._shown or self.table.rowCount() != len(rows):
            self._shown = rows
            self._fill(bands.sensitivity.in_money)
        self._rank()

    def _forget(self) -> None:
        """What was chosen for the links of another document says nothing about this one's."""
        self.chosen.clear()
        self.impacts.clear()
        self._say_empty()

    def _say_empty(self) -> None:
        self._shown = ()
        self.table.setRowCount(0)
        self.title.setText("No ideas yet")
        self.note.setText("Link elements and load data, or type rates: each link is an idea.")

    def _fill(self, in_money: bool) -> None:
        from workbench.forecast.trial import impact_points

        points = impact_points([row.plus_10pct for row in self._shown])
        currency = self.desk.session.journey.currency
        cells = [[self._name(row), self._gain(row, currency if in_money else None)] for row in self._shown]
        self.table.fill([[*row, *[""] * 5] for row in cells])
        self.table.setSortingEnabled(False)
        for place, (row, impact) in enumerate(zip(self._shown, points, strict=True)):
            self._put_choices(place, str(row.link_id), impact)

    def _put_choices(self, place: int, link_id: str, prefilled: int | None) -> None:
        confidence, effort = self.chosen.get(link_id) or (self._evidence(link_id), _EFFORT)
        given = self.impacts.get(link_id, prefilled or 1)
        impact = _points(given, "Impact, 1 to 10, on a log scale of the map's own links")
        sure = QComboBox()
        for words, value in CONFIDENCE:
            sure.addItem(f"{value}: {words}", value)
        sure.setCurrentIndex(sure.findData(confidence))
        work = _points(effort, "Effort of the team, 1 to 10")
        impact.activated.connect(lambda _: self._on_impact(link_id, impact.currentData()))
        for box in (sure, work):
            box.activated.connect(lambda _: self._choose(link_id, sure.currentData(), work.currentData()))
        for column, widget in ((2, impact), (3, sure), (4, work)):
            self.table.setCellWidget(place, column, widget)

    def _evidence(self, link_id: str) -> int:
        """How sure the data make an idea: an A/B result, a ratio that survives matching, a naive one, or none."""
        lift = next((one for one in self.desk.forecaster.assumptions.lifts if one.target_id == link_id), None)
        if lift is not None and lift.trial is not None:
            return 9
        link = self.desk.session.journey.link_by_id.get(LinkId(link_id))
        found: Study | None = self.desk.analyst.answer(STUDY) if self.desk.analyst.is_current(STUDY) else None
        rows = found.drivers.rows if found is not None and link is not None else ()
        row = next((r for r in rows if r.is_mapped and link is not None and r.name == link.target_id), None)
        if row is None or row.is_required or row.naive.ratio is None or row.naive.ratio <= 1:
            return 1
        return 6 if row.holds_up and (row.e_value.bound or 0.0) > _SURE_E_VALUE else 3

    def _name(self, row: LinkSensitivity) -> str:
        journey = self.desk.session.journey
        link = journey.link_by_id.get(LinkId(row.link_id))
        if link is None:
            return ""
        ends = journey.element_by_id[link.source_id], journey.element_by_id[link.target_id]
        return f"{ends[0].title} → {ends[1].title} ({numbers.rate(row.rate)})"

    def _gain(self, row: LinkSensitivity, currency: str | None) -> str:
        band = row.plus_10pct_band
        if currency is None:
            return f"{row.plus_10pct:,.1f} ({band.low:,.1f} to {band.high:,.1f})"
        ends = (numbers.money(value, currency) for value in (row.plus_10pct, band.low, band.high))
        return "{} ({} to {})".format(*ends)

    def _on_impact(self, link_id: str, value: int) -> None:
        self.impacts[link_id] = value
        self._rank()

    def _choose(self, link_id: str, confidence: int, effort: int) -> None:
        self.chosen[link_id] = (confidence, effort)
        self._rank()

    def ideas(self) -> list[Idea]:
        """The rows as they stand."""
        from workbench.forecast.experiments import Idea

        return [
            Idea(str(row.link_id), *(self._number(place, column) for column in (2, 3, 4)))
            for place, row in enumerate(self._shown)
        ]

    def _number(self, place: int, column: int) -> float:
        widget = self.table.cellWidget(place, column)
        return float(widget.currentData()) if isinstance(widget, QComboBox) else 0.0

    def _rank(self) -> None:
        from workbench.forecast.experiments import ranked

        ideas = self.ideas()
        order = [idea.name for idea in ranked(ideas)]
        for place, idea in enumerate(ideas):
            score = "" if idea.score is None else f"{idea.score:.1f}"
            for column, words in ((5, score), (6, f"{order.index(idea.name) + 1}.")):
                item = self.table.item(place, column)
                if item is not None:
                    item.setText(words)
        first = next((i for i, idea in enumerate(ideas) if order and idea.name == order[0]), None)
        item = None if first is None else self.table.item(first, 0)
        self.title.setText("No ideas yet" if item is None else f"First: {item.text()}")
        sentence = self.desk.forecaster.bands.sensitivity.sentence if self.desk.forecaster.bands else ""
        self.note.setText(f"Impact × confidence / effort: a ranking, never a chance. {sentence}".strip())


def _points(value: int, tip: str) -> QComboBox:
    """A choice of 1 to 10."""
    made = QComboBox()
    for number in range(1, 11):
        made.addItem(str(number), number)
    made.setCurrentIndex(made.findData(value))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    return made
