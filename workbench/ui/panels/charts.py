"""What the small charts beside tables share: a quiet plot in the colours of the theme, and words under the pointer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor, log10
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui.theme import font, theme

Ticks = Sequence[tuple[float, str]]


class Chart(QWidget):
    """Loads no chart library until it is first drawn on; `words_at` tells what stands under the pointer."""

    def __init__(self, name: str, words_at: Callable[[float, float], str] | None = None) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMinimumWidth(240)
        self._words_at = words_at
        self._plot: Any = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)

    def begin(self) -> Any:
        """The plot, emptied."""
        import pyqtgraph as pg

        if self._plot is None:
            self._plot = pg.PlotWidget()
            self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._plot.setAccessibleName("Chart of the table beside it")
            self._plot.setMenuEnabled(False)
            self._plot.hideButtons()
            self._plot.setMouseEnabled(False, False)
            self._plot.scene().sigMouseMoved.connect(self._on_moved)
            layout = self.layout()
            assert layout is not None
            layout.addWidget(self._plot)
        self._plot.clear()
        self._plot.setBackground(theme().colours.surface)
        return self._plot

    def finish(self, bottom: Ticks, left: Ticks, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Name the axes and show this range."""
        c = theme().colours
        for name, ticks in (("bottom", bottom), ("left", left)):
            axis = self._plot.getAxis(name)
            axis.setTicks([list(ticks)])
            axis.setTextPen(c.muted)
            axis.setPen(c.border)
            axis.setStyle(tickFont=font(11))
        self._plot.setXRange(*x, padding=0)
        self._plot.setYRange(*y, padding=0)

    def band(self, x: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str, alpha: int) -> None:
        """A filled area between two curves."""
        import pyqtgraph as pg

        edges = [pg.PlotCurveItem(list(x), list(side), pen=pg.mkPen(None)) for side in (low, high)]
        filled = QColor(colour)
        filled.setAlpha(alpha)
        self._plot.addItem(pg.FillBetweenItem(*edges, brush=filled))

    def write(self, words: str, at: tuple[float, float], colour: str, anchor: tuple[float, float] = (0, 1)) -> None:
        """Words in the plot."""
        import pyqtgraph as pg

        item = pg.TextItem(words, color=colour, anchor=anchor)
        item.setFont(font(11, 600))
        item.setPos(*at)
        self._plot.addItem(item, ignoreBounds=True)

    def _on_moved(self, where: Any) -> None:
        box = self._plot.getPlotItem().vb
        words = ""
        if self._words_at is not None and box.sceneBoundingRect().contains(where):
            point = box.mapSceneToView(where)
            words = self._words_at(point.x(), point.y())
        self._plot.setToolTip(words)


def round_ticks(
    top: float, words: Callable[[float], str], most: int = 4, bottom: float = 0.0
) -> list[tuple[float, str]]:
    """Ticks up to a top at round steps.

    Examples
    --------
    >>> [value for value, _ in round_ticks(0.37, str)], [value for value, _ in round_ticks(1234, str)]
    ([0.0, 0.1, 0.2, 0.3], [0.0, 500.0, 1000.0])
    """
    reach = top - bottom
    if reach <= 0:
        return [(top, words(top))]
    size = 10.0 ** floor(log10(reach))
    step = next(factor * size for factor in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0) if reach / (factor * size) <= most)
    marks = [round(i * step, 10) for i in range(ceil(bottom / step - 1e-9), int(top / step + 1e-9) + 1)]
    return [(mark, words(mark)) for mark in marks]
