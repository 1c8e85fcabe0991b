"""The trend: macro-conversions day by day with a forecast that was tried on the past, and the newest week's alerts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSplitter

from workbench.analysis.alerts import NoVerdict
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.questions import TREND, Trend, trend
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.panel import Table
from workbench.ui.theme import font, theme

_HEADERS = ("Element", "Says", "This week", "Expected", "Usual range", "Change")


class TrendPanel(AnswerPanel):
    """A fan chart beside the table of the week."""

    question = Question(TREND, trend)
    name = "Trend"
    wait_words = "Trying forecasts on the past…"
    empty_words = "Load event data over several days and bind a macro-conversion to see its trend."

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=1)
        self._plot: Any = None
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.table)
        super().__init__(desk, self._split)

    def show_answer(self, found: Trend) -> None:
        found = replace(found, titles=self.titles)
        self.title.setText(_headline(found))
        self.note.setText(_method(found))
        self._fill(found)
        self._draw(found)

    def _fill(self, found: Trend) -> None:
        report = found.week.report
        rows: list[list[tuple[str, float | None] | str]] = []
        for name, metric in zip(found.week.names, report.metrics, strict=False):
            says = "▼ alert" if metric.is_alert and (metric.change or 0) < 0 else "▲ alert" if metric.is_alert else ""
            rows.append(
                [
                    found.titles.get(name, name),
                    says,
                    (numbers.count(metric.current), metric.current),
                    (numbers.count(metric.expected), metric.expected),
                    f"{numbers.count(metric.low)} to {numbers.count(metric.high)}",
                    (numbers.signed_rate(metric.change), metric.change),
                ]
            )
        for gone in found.week.breaks:
            span = f"{gone.first:%d %b} to {gone.last:%d %b}"
            rows.append([found.titles.get(gone.name, gone.name), f"no data? silent {span}", "", "", "", ""])
        self.table.fill(rows)

    def _draw(self, found: Trend) -> None:
        import pyqtgraph as pg

        if self._plot is None:
            self._plot = pg.PlotWidget()
            self._plot.setMenuEnabled(False)
            self._plot.hideButtons()
            self._plot.setMouseEnabled(False, False)
            self._split.insertWidget(0, self._plot)
            self._split.setSizes([560, 480])
        plot, c = self._plot, theme().colours
        plot.clear()
        plot.setBackground(c.surface)
        count = len(found.daily)
        plot.plot(list(range(count)), list(found.daily), pen=pg.mkPen(c.stage, width=1))
        if found.forecast is not None:
            self._fan(pg, found, count)
        bottom, left = plot.getAxis("bottom"), plot.getAxis("left")
        step = max(1, count // 6)
        bottom.setTicks([[(n, f"{found.days.day(n):%d %b}") for n in range(0, count, step)]])
        for axis in (bottom, left):
            axis.setTextPen(c.muted)
            axis.setPen(c.border)
            axis.setStyle(tickFont=font(11))

    def _fan(self, pg: Any, found: Trend, count: int) -> None:
        c, days = theme().colours, found.forecast.chosen.days if found.forecast else ()
        places = [count + n for n in range(len(days))]
        for level, alpha in ((0.95, 40), (0.8, 70)):
            bands = [spread.band(level) for spread in days]
            low = pg.PlotCurveItem(places, [band.low for band in bands], pen=pg.mkPen(None))
            high = pg.PlotCurveItem(places, [band.high for band in bands], pen=pg.mkPen(None))
            colour = QColor(c.micro)
            colour.setAlpha(alpha)
            self._plot.addItem(pg.FillBetweenItem(low, high, brush=colour))
        self._plot.plot(places, [spread.median for spread in days], pen=pg.mkPen(c.micro, style=Qt.PenStyle.DashLine))


def _headline(found: Trend) -> str:
    said = _week_words(found)
    if found.forecast is None:
        return said
    total = found.forecast.chosen.total
    band = total.band(0.8)
    ahead = f"next {found.forecast.days_ahead} days {total.median:,.0f} ({band.low:,.0f} to {band.high:,.0f}, 80 %)"
    return f"{said}; {ahead}"


def _week_words(found: Trend) -> str:
    report = found.week.report
    if report.reason is NoVerdict.HISTORY or not report.metrics:
        return "No weekly verdict yet: it takes seven complete weeks"
    if report.reason is not None:
        return "No weekly verdict: days are missing"
    alerts = [n for n, m in zip(found.week.names, report.metrics, strict=False) if m.is_alert]
    names = ", ".join(found.titles.get(name, name) for name in alerts[:3])
    week = f"Week to {found.week.week_ends:%d %b}: " if found.week.week_ends else ""
    return week + (f"{len(alerts)} alert{'s' * (len(alerts) != 1)} ({names})" if alerts else "all in the usual range")


def _method(found: Trend) -> str:
    return found.note if found.forecast is None else f"{found.forecast.sentence} Bands: 80 and 95 %."
