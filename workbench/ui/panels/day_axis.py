"""Events per day on a small time axis: days left out are hatched, and a click takes a day out or back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui import numbers
from workbench.ui.theme import font, theme

_MOST_TICKS = 7


class DayAxis(QWidget):
    """Draws nothing and loads no chart library until it is first given days."""

    def __init__(self, on_day: Callable[[str], None]) -> None:
        super().__init__()
        self._on_day = on_day
        self._plot: Any = None
        self.days: tuple[str, ...] = ()
        self.hatched: tuple[str, ...] = ()
        self._counts: Sequence[int] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setMinimumWidth(260)

    def show_days(self, days: tuple[str, ...], counts: Sequence[int], is_out: Callable[[str], bool]) -> None:
        """Bars by day; `is_out` tells which days are left out."""
        import pyqtgraph as pg

        self.days, self._counts = days, counts
        self.hatched = tuple(day for day in days if is_out(day))
        plot, c = self._made(pg), theme().colours
        plot.clear()
        plot.setBackground(c.surface)
        top = max([1, *counts])
        places = list(range(len(days)))
        plain = [c.border if day in set(self.hatched) else c.stage for day in days]
        plot.addItem(pg.BarGraphItem(x=places, height=list(counts), width=0.8, brushes=plain, pen=pg.mkPen(None)))
        out = [place for place in places if days[place] in set(self.hatched)]
        hatch = QBrush(QColor(c.muted), Qt.BrushStyle.BDiagPattern)
        plot.addItem(pg.BarGraphItem(x=out, height=[top * 1.04] * len(out), width=1.0, brush=hatch, pen=pg.mkPen(None)))
        self._dress(pg, plot, days, top)

    def _made(self, pg: Any) -> Any:
        if self._plot is None:
            self._plot = pg.PlotWidget()
            self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._plot.setAccessibleName("Events by day, a chart")
            self._plot.setMenuEnabled(False)
            self._plot.hideButtons()
            self._plot.setMouseEnabled(False, False)
            self._plot.scene().sigMouseClicked.connect(self._on_clicked)
            self._plot.scene().sigMouseMoved.connect(self._on_moved)
            layout = self.layout()
            assert layout is not None
            layout.addWidget(self._plot)
        return self._plot

    def _dress(self, pg: Any, plot: Any, days: Sequence[str], top: int) -> None:
        c = theme().colours
        bottom, left = plot.getAxis("bottom"), plot.getAxis("left")
        step = max(1, -(-len(days) // _MOST_TICKS))
        bottom.setTicks([[(n, _short(days[n])) for n in range(0, len(days), step)]])
        left.setTicks([[(n, numbers.short_count(n)) for n in (0, top // 2, top)]])
        small: QFont = font(11)
        for axis in (bottom, left):
            axis.setTextPen(c.muted)
            axis.setPen(c.border)
            axis.setStyle(tickFont=small)
        plot.setXRange(-0.6, len(days) - 0.4, padding=0)
        plot.setYRange(0, top * 1.04, padding=0)

    def _place(self, where: Any) -> int | None:
        box = self._plot.getPlotItem().vb
        if not box.sceneBoundingRect().contains(where):
            return None
        place = round(box.mapSceneToView(where).x())
        return place if 0 <= place < len(self.days) else None

    def _on_clicked(self, event: Any) -> None:
        place = self._place(event.scenePos())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._on_day(self.days[place])

    def _on_moved(self, where: Any) -> None:
        place = self._place(where)
        words = ""
        if place is not None:
            day = self.days[place]
            words = f"{day}: {numbers.count(self._counts[place])} events"
            words += ", left out" if day in self.hatched else ""
        self._plot.setToolTip(words)


def _short(day: str) -> str:
    from datetime import date

    return f"{date.fromisoformat(day):%d %b}"
