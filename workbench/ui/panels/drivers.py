"""Drivers: what goes with the macro-conversion, naive, in order and depth-matched side by side, with a forest plot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from workbench.analysis.drivers import Driver
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.questions import STUDY, Study, study
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.driver_detail import DriverDetailRow
from workbench.ui.panels.panel import Cell, Table
from workbench.ui.theme import font, theme

_HEADERS = ("Action", "People", "Naive", "In order", "Depth-matched", "95 %", "E-value", "Adj. p", "Says")
_FEWEST_IN_PLOT, _MOST_IN_PLOT = 3, 14
_ROW_HEIGHT = 19


class DriversPanel(AnswerPanel):
    """Sorted by the lower bound of the depth-matched ratio; required steps stand apart."""

    jump_asked = Signal(str)
    question = Question(STUDY, study)
    name = "Drivers"
    wait_words = "Comparing those who did with those who did not…"
    empty_words = "Load event data and bind a macro-conversion to see what goes with it."

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=8)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._plot: Any = None
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.table)
        self.detail = DriverDetailRow(desk)
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._split, 1)
        rows.addWidget(self.detail)
        self._shown: dict[str, Driver] = {}
        self._chosen = ""
        super().__init__(desk, content)
        self.table.cellClicked.connect(self._on_clicked)

    def on_hidden(self) -> None:
        super().on_hidden()
        self._chosen = ""
        self.detail.show_driver(None, "")
        self.note.show()

    def show_answer(self, found: Study) -> None:
        found = replace(found, titles=self.titles)
        rows = found.drivers.rows
        top = [found.titles.get(name, name) for name in found.top]
        self.title.setText(f"Holds up: {', '.join(top)}" if top else "Nothing holds up beyond doubt")
        self.note.setText(_definition(found) + self.why_window(found.drivers.window_s))
        self.table.fill([_row(row, found) for row in rows], [row.name for row in rows])
        self._shown = {row.name: row for row in rows}
        if self._chosen:
            self.detail.show_driver(self._shown.get(self._chosen), found.titles.get(self._chosen, self._chosen))
        self._draw(found)

    def _draw(self, found: Study) -> None:
        import pyqtgraph as pg

        if self._plot is None:
            self._plot = pg.PlotWidget()
            self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._plot.setAccessibleName("Drivers, a chart")
            self._plot.setMenuEnabled(False)
            self._plot.hideButtons()
            self._plot.setMouseEnabled(False, False)
            self._split.addWidget(self._plot)
            self._split.setSizes([680, 380])
        plot, c = self._plot, theme().colours
        plot.clear()
        plot.setBackground(c.surface)
        room = max(_FEWEST_IN_PLOT, self._split.height() // _ROW_HEIGHT)
        shown = [r for r in found.drivers.rows if _is_drawable(r)][: min(room, _MOST_IN_PLOT)]
        plot.addItem(pg.InfiniteLine(0, pen=pg.mkPen(c.muted, style=Qt.PenStyle.DashLine)))
        self._whiskers(pg, list(reversed(shown)))
        ticks = [(n, found.titles.get(r.name, r.name)[:22]) for n, r in enumerate(reversed(shown))]
        left, bottom = plot.getAxis("left"), plot.getAxis("bottom")
        left.setTicks([ticks])
        left.setWidth(140)
        bottom.setTicks([[(_log(v), f"{v:g}x") for v in _ratios(shown)]])
        for axis in (left, bottom):
            axis.setTextPen(c.muted)
            axis.setPen(c.border)
            axis.setStyle(tickFont=font(11))
        plot.setYRange(-0.6, max(1, len(shown)) - 0.4, padding=0)

    def _whiskers(self, pg: Any, shown: list[Driver]) -> None:
        """One curve and one set of points per verdict: an item for each row took 7 ms a row."""
        c = theme().colours
        looks = [("o", c.gain) if r.holds_up else ("t", c.loss) if r.underperforms else ("s", c.muted) for r in shown]
        for symbol, colour in dict.fromkeys(looks):
            rows = [(place, row.matched) for place, row in enumerate(shown) if looks[place][0] == symbol]
            ends = [_log(end) for _, found in rows for end in (found.ratio_interval.low, found.ratio_interval.high)]
            places = [place for place, _ in rows]
            pen = pg.mkPen(colour, width=2)
            self._plot.plot(ends, [place for place in places for _ in range(2)], pen=pen, connect="pairs")
            middles = [_log(found.ratio) for _, found in rows]
            points = {"symbol": symbol, "symbolSize": 9, "symbolBrush": colour, "symbolPen": None}
            self._plot.plot(middles, places, pen=None, **points)

    def _on_clicked(self, row: int, _: int) -> None:
        self._chosen = self.table.target(row)
        chosen, named = self._shown.get(self._chosen), self.table.item(row, 0)
        if chosen is None or named is None:
            return
        if chosen.is_mapped:
            self.jump_asked.emit(chosen.name)
        self.note.hide()  # the sentences about the chosen one take its room
        self.detail.show_driver(chosen, named.text())


def _is_drawable(row: Driver) -> bool:
    interval = row.matched.ratio_interval
    return not row.is_required and bool(row.matched.ratio and interval.low and interval.high)


def _ratios(shown: list[Driver]) -> tuple[float, ...]:
    """Ratios to write below the plot: few where the intervals reach far."""
    ends = [_log(end) for row in shown for end in (row.matched.ratio_interval.low, row.matched.ratio_interval.high)]
    is_wide = bool(ends) and max(*ends, 0.0) - min(*ends, 0.0) > 5
    return (0.001, 0.01, 0.1, 1, 10, 100) if is_wide else (0.25, 0.5, 1, 2, 4, 8, 16)


def _log(value: float | None) -> float:
    from math import log2

    return log2(value) if value else 0.0


def _definition(found: Study) -> str:
    table = found.drivers
    return (
        f"Associated with converting within {numbers.duration(table.window_s)}, not necessarily its cause. "
        f"{numbers.count(table.mature)} people, {numbers.rate(table.base.value)} convert. Depth-matched compares those "
        "who did it with others who had come as far; recommendations rest on it."
    )


def _row(row: Driver, found: Study) -> list[Cell]:
    interval, p = row.matched.ratio_interval, row.p_adjusted
    span = "" if interval.low is None or interval.high is None else f"{interval.low:.2f}–{interval.high:.2f}"
    return [
        found.titles.get(row.name, row.name),
        (numbers.count(row.share.k), float(row.share.k)),
        _times(row.naive.ratio),
        _times(row.ordered.ratio),
        _times(row.matched.ratio),
        (span, interval.low),
        ("" if row.e_value.bound is None else f"{row.e_value.bound:.2f}", row.e_value.bound),
        ("" if p is None else numbers.p_value(p), p),
        _says(row),
    ]


def _times(ratio: float | None) -> tuple[str, float | None]:
    return (numbers.NO_DATA if ratio is None else f"{ratio:.2f}x", ratio)


def _says(row: Driver) -> str:
    if row.is_required:
        return "required step: nobody converts without it"
    if row.is_mix_effect:
        return "mix effect: mostly who does it"
    if row.holds_up:
        return "↑ holds up"
    if row.underperforms:
        return "↓ fewer than peers as far"
    return "undecided" if not row.is_significant else ""
