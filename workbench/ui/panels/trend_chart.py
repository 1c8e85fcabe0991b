"""The daily chart of the trend: what was, what may come, what of it is already in the pipe, and days left out."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor

from workbench.ui import numbers
from workbench.ui.panels.charts import Chart, round_ticks
from workbench.ui.theme import theme

if TYPE_CHECKING:
    from workbench.session.trend_questions import Trend


_DAYS_BEHIND = 56
"""Days that stand beside a fan: more would leave it too narrow to read."""


class TrendChart(Chart):
    """A line of days and a fan; the hover tells the figures of a day."""

    def __init__(self) -> None:
        super().__init__("Macro-conversions by day with their forecast", self._words_at)
        self._found: Trend | None = None
        self._left_out: Collection[str] = ()

    def show_trend(self, found: Trend, left_out: Collection[str]) -> None:
        """Draw the days; those left out are hatched."""
        import pyqtgraph as pg

        self._found, self._left_out = found, left_out
        plot, c, count = self.begin(), theme().colours, len(found.daily)
        ahead = found.forecast.chosen.days if found.forecast is not None else ()
        top = max([1.0, *found.daily, *(spread.band(0.95).high for spread in ahead)]) * 1.08
        out = [n for n in range(count) if found.days.day(n).isoformat() in left_out]
        hatch = QBrush(QColor(c.muted), Qt.BrushStyle.BDiagPattern)
        plot.addItem(pg.BarGraphItem(x=out, height=[top] * len(out), width=1.0, brush=hatch, pen=pg.mkPen(None)))
        plot.plot(list(range(count)), list(found.daily), pen=pg.mkPen(c.stage, width=1))
        if ahead:
            self._fan(found, top)
        begin = max(0, count - max(_DAYS_BEHIND, 4 * len(ahead))) if ahead else 0
        step = max(1, (count - begin) // 5)
        days = [(n, f"{found.days.day(n):%d %b}") for n in range(begin, count, step)]
        self.finish(days, round_ticks(top, numbers.short_count), (begin - 0.5, count + len(ahead)), (0, top))

    def _fan(self, found: Trend, top: float) -> None:
        import pyqtgraph as pg

        assert found.forecast is not None
        c, chosen, count = theme().colours, found.forecast.chosen, len(found.daily)
        places = [count + n for n in range(len(chosen.days))]
        for level, alpha in ((0.95, 40), (0.8, 70)):
            bands = [spread.band(level) for spread in chosen.days]
            self.band(places, [band.low for band in bands], [band.high for band in bands], c.micro, alpha)
        self._plot.plot(places, [s.median for s in chosen.days], pen=pg.mkPen(c.micro, style=Qt.PenStyle.DashLine))
        if chosen.piped:
            dense = QBrush(QColor(c.stage), Qt.BrushStyle.Dense5Pattern)
            known = list(chosen.piped)
            self._plot.addItem(pg.BarGraphItem(x=places, height=known, width=1.0, brush=dense, pen=pg.mkPen(None)))
            self.write("in the pipe", (places[-1] + 0.5, 0), c.text, (1, 1))
        self.write("80 and 95 %", (places[-1] + 0.5, top), c.micro, (1, 0))

    def _words_at(self, x: float, _: float) -> str:
        found, place = self._found, round(x)
        if found is None or place < 0:
            return ""
        day = found.days.day(place)
        if place < len(found.daily):
            out = ", left out of the figures" if day.isoformat() in self._left_out else ""
            return f"{day:%a %d %b %Y}: {numbers.count(found.daily[place])}{out}"
        if found.forecast is None or place - len(found.daily) >= len(found.forecast.chosen.days):
            return ""
        chosen, at = found.forecast.chosen, place - len(found.daily)
        spread = chosen.days[at]
        words = f"{day:%a %d %b %Y}: {spread.median:,.0f} expected"
        for level in (0.8, 0.95):
            band = spread.band(level)
            words += f"\n{level * 100:.0f} %: {band.low:,.0f} to {band.high:,.0f}"
        if chosen.piped:
            words += f"\nAlready in the pipe: {chosen.piped[at]:,.1f}"
        return words
