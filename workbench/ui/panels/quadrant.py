"""The quadrant: how many do it against how strongly it goes with converting (invest, promote, vanity, drop)."""

from __future__ import annotations

from dataclasses import replace
from math import log2, log10
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter

from workbench.analysis.drivers import Driver, Quadrant
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.questions import STUDY, Study, study
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.panel import Cell, Table
from workbench.ui.theme import font, theme

_HEADERS = ("Action", "Quadrant", "Did it, of all", "Depth-matched", "95 %")
_LONGEST = 22
_LETTER, _LINE = 6.2, 17.0
_ADVICE = {
    Quadrant.INVEST: "invest: frequent, and it holds up",
    Quadrant.PROMOTE: "promote: rare, but it holds up",
    Quadrant.VANITY: "vanity: frequent, no association shown",
    Quadrant.DROP: "drop: rare, no association shown",
}
_SYMBOLS = {Quadrant.INVEST: "o", Quadrant.PROMOTE: "t1", Quadrant.VANITY: "s", Quadrant.DROP: "x"}


class QuadrantPanel(AnswerPanel):
    """A scatter of all actions beside their table; required steps have no place in it."""

    jump_asked = Signal(str)
    question = Question(STUDY, study)
    name = "Quadrant"
    wait_words = "Comparing those who did with those who did not…"
    empty_words = "Load event data and bind a macro-conversion to see which actions are frequent and go with it."

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=1, name_width=150)
        self.table.keep_order()
        self._plot: Any = None
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.table)
        super().__init__(desk, self._split)
        self.table.cellClicked.connect(lambda row, _: self.jump_asked.emit(self.table.target(row)))

    def show_answer(self, found: Study) -> None:
        found = replace(found, titles=self.titles)
        rows = [row for row in found.drivers.rows if row.quadrant is not None]
        self.title.setText(_headline(rows, found))
        self.note.setText(
            "To the right more people do it, upwards it goes with more conversions than peers have. Associated, not "
            "caused: an experiment would tell."
        )
        self.table.fill([_row(row, found) for row in rows], [row.name if row.is_mapped else "" for row in rows])
        self._draw(rows, found)

    def _draw(self, rows: list[Driver], found: Study) -> None:
        import pyqtgraph as pg

        if self._plot is None:
            self._plot = pg.PlotWidget()
            self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._plot.setAccessibleName("Quadrant, a chart")
            self._plot.setMenuEnabled(False)
            self._plot.hideButtons()
            self._plot.setMouseEnabled(False, False)
            self._split.insertWidget(0, self._plot)
            self._split.setSizes([560, 480])
        plot, c = self._plot, theme().colours
        plot.clear()
        plot.setBackground(c.surface)
        drawn = [row for row in rows if row.matched.ratio and row.share.value]
        plot.addItem(pg.InfiniteLine(0, angle=0, pen=pg.mkPen(c.muted, style=Qt.PenStyle.DashLine)))
        if drawn:
            middle = sorted(row.share.value or 0.0 for row in drawn)[len(drawn) // 2]
            plot.addItem(pg.InfiniteLine(log10(middle), angle=90, pen=pg.mkPen(c.muted, style=Qt.PenStyle.DashLine)))
        for row in drawn:
            self._point(pg, row)
        self._name_axes(plot, drawn)
        for row, side in _sides(drawn, plot.getViewBox().viewPixelSize()):
            words = pg.TextItem(found.titles.get(row.name, row.name)[:_LONGEST], color=c.text, anchor=side)
            words.setFont(font(11))
            words.setPos(*_place(row))
            plot.addItem(words)

    def _point(self, pg: Any, row: Driver) -> None:
        c, quadrant = theme().colours, row.quadrant
        colour = c.gain if quadrant in (Quadrant.INVEST, Quadrant.PROMOTE) else c.muted
        (x, y), symbol = _place(row), _SYMBOLS[quadrant] if quadrant is not None else "o"
        self._plot.plot([x], [y], pen=None, symbol=symbol, symbolSize=9, symbolBrush=colour, symbolPen=pg.mkPen(colour))

    def _name_axes(self, plot: Any, drawn: list[Driver]) -> None:
        c = theme().colours
        left, bottom = plot.getAxis("left"), plot.getAxis("bottom")
        left.setTicks([[(log2(v), f"{v:g}x") for v in (0.25, 0.5, 1, 2, 4, 8)]])
        bottom.setTicks([[(log10(v), numbers.rate(v)) for v in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)]])
        for axis in (left, bottom):
            axis.setTextPen(c.muted)
            axis.setPen(c.border)
            axis.setStyle(tickFont=font(11))
        if drawn:
            heights = [log2(row.matched.ratio or 1.0) for row in drawn]
            widths = [log10(row.share.value or 1.0) for row in drawn]
            reach = max(*heights, 0.0) - min(*heights, 0.0)
            plot.setYRange(min(*heights, 0.0) - 0.25 * reach, max(*heights, 0.0) + 0.3 * reach + 0.1, padding=0)
            plot.setXRange(min(widths) - 0.3, max(widths) + 0.3, padding=0)


def _place(row: Driver) -> tuple[float, float]:
    return log10(row.share.value or 1.0), log2(row.matched.ratio or 1.0)


def _sides(drawn: list[Driver], pixel: tuple[float, float]) -> list[tuple[Driver, tuple[float, float]]]:
    """Which names are written, above or below their point, so that none covers another; the strongest choose first."""
    taken: list[tuple[float, float, float, float]] = []
    chosen: list[tuple[Driver, tuple[float, float]]] = []
    wide, high = pixel
    for row in drawn:
        x, y = _place(row)
        half = len(row.name[:_LONGEST]) * _LETTER * wide / 2
        for side in ((0.5, 1.1), (0.5, -0.1)):
            low = y if side[1] > 1 else y - _LINE * high
            box = (x - half, low, x + half, low + _LINE * high)
            if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
                taken.append(box)
                chosen.append((row, side))
                break
    return chosen


def _headline(rows: list[Driver], found: Study) -> str:
    best = [found.titles.get(row.name, row.name) for row in rows if row.quadrant is Quadrant.INVEST][:3]
    rare = [found.titles.get(row.name, row.name) for row in rows if row.quadrant is Quadrant.PROMOTE][:3]
    words = [f"Invest in {', '.join(best)}"] if best else []
    words += [f"promote {', '.join(rare)}" if words else f"Promote {', '.join(rare)}"] if rare else []
    return "; ".join(words) or "No action both holds up and stands out"


def _row(row: Driver, found: Study) -> list[Cell]:
    low, high = row.matched.ratio_interval.low, row.matched.ratio_interval.high
    share = row.share
    span = "" if low is None or high is None else f"{low:.2f}–{high:.2f}"
    return [
        found.titles.get(row.name, row.name),
        _ADVICE[row.quadrant] if row.quadrant is not None else "",
        (f"{numbers.rate(share.value)}  ({numbers.count(share.k)})", share.value),
        (numbers.NO_DATA if row.matched.ratio is None else f"{row.matched.ratio:.2f}x", row.matched.ratio),
        (span, low),
    ]
