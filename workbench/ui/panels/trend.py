"""The trend: macro-conversions day by day with a forecast that was tried on the past, and the newest week's alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QSplitter

from workbench.analysis.alerts import MetricWeek, NoVerdict
from workbench.journey import edits
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.trend_questions import TREND, Trend, trend
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.panel import Cell, Table
from workbench.ui.panels.trend_chart import TrendChart

if TYPE_CHECKING:
    from workbench.forecast.backtest import SeriesForecast
    from workbench.forecast.leaders import RatioLight

_HEADERS = ("Element", "Says", "Ratio to goal", "This week", "Expected", "Usual range", "Change")
_HELP = {
    "Expected": "Smoothed level of the weeks before; weeks with a day left out or a broken tag are not among them",
    "Change": "Against the week before",
    "Ratio to goal": "Whether the share that converts within a week of it holds over the weeks",
}
_SENSITIVITY = (("strict", 0.02), ("normal", 0.05), ("sensitive", 0.10))


class TrendPanel(AnswerPanel):
    """A fan chart beside the table of the week."""

    question = Question(TREND, trend)
    name = "Trend"
    wait_words = "Trying forecasts on the past…"
    empty_words = "Load event data over several days and bind a macro-conversion to see its trend."

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=len(_HEADERS) - 1, name_width=130)
        self.table.explain_headers(_HELP)
        self.chart = TrendChart()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.chart)
        split.addWidget(self.table)
        split.setSizes([470, 480])
        super().__init__(desk, split)
        self.alerts = QComboBox()
        self.alerts.setAccessibleName("Alerts")
        for words, q in _SENSITIVITY:
            self.alerts.addItem(words, q)
            tip = f"Of the alerts of many weeks, at most {q * 100:.0f} % are to be false"
            self.alerts.setItemData(self.alerts.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.alerts.setCurrentIndex(1)
        self.incident = QPushButton("Mark week as incident")
        self.add_controls("Alerts", self.alerts, self.incident)
        self.alerts.activated.connect(lambda _: self.refresh())
        self.incident.clicked.connect(self._on_incident)

    @property
    def q(self) -> float:
        """The share of alerts that may be false."""
        return float(self.alerts.currentData())

    def show_figures(self) -> None:
        super().show_figures()
        found: Trend | None = self.desk.analyst.answer(TREND)
        for widget in (self.alerts, self.incident):
            widget.setEnabled(found is not None and found.week.week_ends is not None)
        self._name_button(found)

    def show_answer(self, found: Trend) -> None:
        found = replace(found, titles=self.titles)
        self.title.setText(_headline(found, self.q))
        self.note.setText(_method(found))
        self.note.setToolTip(_scores(found.forecast) if found.forecast is not None else "")
        self.table.fill(self._rows(found))
        self.chart.show_trend(found, set(self.desk.session.journey.shaping.excluded_dates))

    def _rows(self, found: Trend) -> list[list[Cell]]:
        rows: list[list[Cell]] = []
        for name, metric in zip(found.week.names, found.week.report.metrics, strict=False):
            p = f"Adjusted over all elements: p {numbers.p_value(metric.p_adjusted)}"
            rows.append(
                [
                    found.titles.get(name, name),
                    _says(metric, self.q),
                    _light(found.lights.get(name)),
                    (numbers.count(metric.current), metric.current, p),
                    (numbers.count(metric.expected), metric.expected),
                    f"{numbers.count(metric.low)} to {numbers.count(metric.high)}",
                    (numbers.signed_rate(metric.change), metric.change),
                ]
            )
        for gone in found.week.breaks:
            span = f"{gone.first:%d %b} to {gone.last:%d %b}"
            rows.append([found.titles.get(gone.name, gone.name), f"no data? silent {span}", *[""] * 5])
        if not found.week.report.metrics:
            for name, light in found.lights.items():
                rows.append([found.titles.get(name, name), "no verdict", _light(light), "", "", "", ""])
        return rows

    # --- incidents

    def _week(self, found: Trend | None) -> tuple[str, ...]:
        """The days of the newest complete week, as the journey writes them."""
        last = found.week.week_ends if found is not None else None
        return () if last is None else tuple((last - timedelta(ago)).isoformat() for ago in range(6, -1, -1))

    def _name_button(self, found: Trend | None) -> None:
        days = self._week(found)
        is_out = bool(days) and set(days) <= set(self.desk.session.journey.shaping.excluded_dates)
        self.incident.setText("Take the week back" if is_out else "Mark week as incident")
        if days:
            first, last = (date.fromisoformat(day) for day in (days[0], days[-1]))
            self.incident.setToolTip(
                f"{first:%d %b} to {last:%d %b}: left out of later baselines and of the map's figures, until taken back"
            )

    def _on_incident(self) -> None:
        shaping, days = self.desk.session.journey.shaping, set(self._week(self.desk.analyst.answer(TREND)))
        is_out = days <= set(shaping.excluded_dates)
        kept = {*shaping.excluded_dates} - days if is_out else {*shaping.excluded_dates} | days
        words = "Take week back" if is_out else "Mark week as incident"
        shaped = replace(shaping, excluded_dates=tuple(sorted(kept)))
        self.desk.session.apply(words, lambda journey: edits.amend_journey(journey, shaping=shaped))
        self.desk.session.said.emit(f"{words}: undo takes it back.")


def _says(metric: MetricWeek, q: float) -> str:
    if not metric.is_alert_at(q):
        return ""
    return "▼ alert" if metric.current < metric.expected else "▲ alert"


def _light(light: RatioLight | None) -> Cell:
    """The word of the light with a sign, and why."""
    if light is None:
        return ""
    sign = {"stable": "●", "drifting": "▲" if (light.slope_per_week or 0.0) > 0 else "▼", "rough": "◆"}
    words = f"{sign.get(light.light.value, '')} {light.light.value}".strip()
    if light.dispersion is None:
        return (words, None, "Fewer than 4 weeks, or nobody in them")
    slope = numbers.points(light.slope_per_week)
    p = numbers.p_value(light.p_trend)
    why = f"Weeks vary {light.dispersion:.1f} times as much as counting alone; {slope} a week (p {p})"
    return (words, light.dispersion, why)


def _headline(found: Trend, q: float) -> str:
    said = _week_words(found, q)
    if found.forecast is None:
        return said
    total = found.forecast.chosen.total
    band = total.band(0.8)
    ahead = f"next {found.forecast.days_ahead} days {total.median:,.0f} ({band.low:,.0f} to {band.high:,.0f}, 80 %)"
    return f"{said}; {ahead}"


def _week_words(found: Trend, q: float) -> str:
    report = found.week.report
    if report.reason is NoVerdict.HISTORY or not report.metrics:
        return "No weekly verdict yet: it takes seven complete weeks"
    if report.reason is not None:
        return "No weekly verdict: days are missing"
    alerts = [n for n, m in zip(found.week.names, report.metrics, strict=False) if m.is_alert_at(q)]
    names = ", ".join(found.titles.get(name, name) for name in alerts[:3])
    week = f"Week to {found.week.week_ends:%d %b}: " if found.week.week_ends else ""
    return week + (f"{len(alerts)} alert{'s' * (len(alerts) != 1)} ({names})" if alerts else "all in the usual range")


def _method(found: Trend) -> str:
    """Which method was chosen, how it did on the past, and what is in the pipe."""
    if found.forecast is None:
        return found.note
    # What the sentence adds after its first part is said of the days below, with the totals.
    chosen = found.forecast.sentence.split(";")[0].rstrip(".")
    words = f"{chosen}. {_past(found.forecast)}"
    piped = found.forecast.chosen.piped
    if piped and found.leader is not None:
        leader = found.titles.get(found.leader, found.leader)
        words += f" Already in the pipe from “{leader}”: {sum(piped):,.0f}."
    return words


def _past(forecast: SeriesForecast) -> str:
    score = forecast.score(forecast.chosen.method)
    if score.total_error is None:
        return "Its error on the past is not known: there was nothing to count."
    cover = "" if score.cover_80 is None else f", the 80 % band held {score.cover_80 * 100:.0f} % and"
    cover += "" if score.cover_95 is None else f" the 95 % band {score.cover_95 * 100:.0f} % of the days"
    off = f"{forecast.days_ahead}-day totals were off by {score.total_error * 100:.0f} %"
    return f"In {score.origins} trials its {off}{cover}."


def _scores(forecast: SeriesForecast) -> str:
    """All methods that were tried, one a line."""
    lines = ["Tried on the past (scaled error, error of the total, 80 % and 95 % bands held):"]
    for score in forecast.scores:
        figures = (score.total_error, score.cover_80, score.cover_95)
        shares = ", ".join("no data" if value is None else f"{value * 100:.0f} %" for value in figures)
        mase = "no data" if score.mase is None else f"{score.mase:.2f}"
        lines.append(f"{score.method.value}: {mase}, {shares}")
    return "\n".join(lines)
