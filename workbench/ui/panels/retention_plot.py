"""Who is still there, drawn: observed shares with their intervals, and the projected curve with its band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.analysis.rates import Rate
from workbench.analysis.returning import DayReturn
from workbench.forecast.retention import Lifetime
from workbench.ui import numbers
from workbench.ui.theme import font, theme

_TOPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


class RetentionPlot(QWidget):
    """Loads the chart library when it is first given something."""

    def __init__(self) -> None:
        super().__init__()
        self._plot: Any = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setMinimumWidth(220)

    def show_days(self, days: Sequence[DayReturn]) -> None:
        """Active on day n or later, by day."""
        pg = self._cleared()
        self._points(pg, [float(d.day) for d in days], [d.on_or_after for d in days])
        self._label(
            "days since the first",
            "active",
            max((d.on_or_after.interval.high or 0.0 for d in days), default=0.0),
        )

    def show_periods(self, rates: Sequence[Rate], lifetime: Lifetime | None, ahead: int) -> None:
        """Still there by period, the curve behind it up to `ahead`."""
        pg = self._cleared()
        if lifetime is not None:
            curve, bands = lifetime.survival(max(ahead, len(rates) - 1))
            places = list(range(len(curve)))
            colour = QColor(theme().colours.micro)
            self._plot.plot(places, curve, pen=pg.mkPen(colour, style=Qt.PenStyle.DashLine))
            low, high = (pg.PlotCurveItem(places, [getattr(b, end) for b in bands]) for end in ("low", "high"))
            for edge in (low, high):
                edge.setPen(pg.mkPen(None))
            soft = QColor(colour)
            soft.setAlpha(50)
            self._plot.addItem(pg.FillBetweenItem(low, high, brush=soft))
        self._points(pg, [float(n) for n in range(len(rates))], rates)
        self._label("periods since the first", "still there", 1.0)

    def _cleared(self) -> Any:
        import pyqtgraph as pg

        if self._plot is None:
            self._plot = pg.PlotWidget()
            self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._plot.setAccessibleName("Who comes back, a chart")
            self._plot.setMenuEnabled(False)
            self._plot.hideButtons()
            self._plot.setMouseEnabled(False, False)
            layout = self.layout()
            assert layout is not None
            layout.addWidget(self._plot)
        self._plot.clear()
        self._plot.setBackground(theme().colours.surface)
        return pg

    def _points(self, pg: Any, places: Sequence[float], rates: Sequence[Rate]) -> None:
        c = theme().colours
        for place, rate in zip(places, rates, strict=True):
            if rate.interval.low is not None and rate.interval.high is not None:
                self._plot.plot([place, place], [rate.interval.low, rate.interval.high], pen=pg.mkPen(c.stage, width=2))
        known = [(place, rate.value) for place, rate in zip(places, rates, strict=True) if rate.value is not None]
        x, y = [place for place, _ in known], [value for _, value in known]
        self._plot.plot(x, y, pen=None, symbol="o", symbolSize=7, symbolBrush=c.stage, symbolPen=None)

    def _label(self, below: str, beside: str, highest: float) -> None:
        c = theme().colours
        bottom, left = self._plot.getAxis("bottom"), self._plot.getAxis("left")
        top = next(top for top in _TOPS if top >= min(highest, 1.0))
        left.setTicks([[(top * n / 4, numbers.rate(top * n / 4)) for n in (0, 2, 4)]])
        self._plot.setYRange(0, top, padding=0.05)
        for axis, words in ((bottom, below), (left, beside)):
            axis.setTextPen(c.muted)
            axis.setPen(c.border)
            axis.setStyle(tickFont=font(11))
            axis.enableAutoSIPrefix(False)
            axis.setLabel(words, color=c.muted)  # last: a pen takes the label's colour with it
