"""The funnel of the happy path as bars: who is still there, and who was lost since the step before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from workbench.analysis.measures import FunnelFigures
from workbench.analysis.presets import PRESETS, Vendor
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.questions import funnel_like
from workbench.ui import numbers
from workbench.ui.fields import label
from workbench.ui.panels.panel import Panel
from workbench.ui.theme import font, theme


class FunnelPanel(Panel):
    """Bars with counts and rates; the title says what the numbers say."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title = label("", "title")
        self.note = label("", "muted")
        self.like = QComboBox()
        self.like.setAccessibleName("Count like another product")
        self.like.addItem("this journey", None)
        for vendor in Vendor:
            self.like.addItem(vendor.value, vendor)
            self.like.setItemData(self.like.count() - 1, PRESETS[vendor].rule, Qt.ItemDataRole.ToolTipRole)
        self.like.activated.connect(self._on_like)
        desk.analyst.answered.connect(self._on_answered)
        self._empty = label("", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._plot: Any = None
        self._drawn: Any = None
        self._chart = QWidget()
        self._chart_layout = QVBoxLayout(self._chart)
        self._chart_layout.setContentsMargins(12, 8, 12, 6)
        self._chart_layout.setSpacing(2)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(QLabel("Count like"))
        head.addWidget(self.like)
        self._chart_layout.addLayout(head)
        self._chart_layout.addWidget(self.note)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._chart)

    @property
    def _vendor(self) -> Vendor | None:
        """The product to count like; Qt gives back the plain string of what it was given."""
        held = self.like.currentData()
        return None if held is None else Vendor(held)

    def on_seen(self) -> None:
        vendor = self._vendor
        if vendor is not None:
            self.desk.analyst.want(Question(_name(vendor), funnel_like(vendor)))

    def _on_like(self) -> None:
        self.on_hidden()
        self.on_seen()
        self.refresh()

    def _on_answered(self, name: str) -> None:
        vendor = self._vendor
        if vendor is not None and name == _name(vendor):
            self.refresh()

    def on_hidden(self) -> None:
        for vendor in Vendor:
            self.desk.analyst.forget_want(_name(vendor))

    def show_figures(self) -> None:
        vendor = self._vendor
        like = self.desk.analyst.answer(_name(vendor)) if vendor is not None else None
        funnel = like or self.desk.analyst.measures.funnel
        if not funnel.steps:
            self._empty.setText(self._why_empty())
            self._stack.setCurrentIndex(0)
            return
        self._stack.setCurrentIndex(1)
        funnel = self._titled(funnel)
        self.title.setText(headline(funnel))
        self.note.setText(definition(funnel) + self._awaited() if like is None or vendor is None else _rule(vendor))
        drawn = (funnel, theme().colours)
        if drawn != self._drawn:  # a lever moves the map and leaves the bars as they are
            self._drawn = drawn
            self._draw(funnel)

    def _awaited(self) -> str:
        """Why the funnel is this journey's own, though another product's rule was chosen."""
        if self._vendor is None:
            return ""
        return " Counting by the other rule…" if self.is_waiting else " Another rule takes event data."

    def _titled(self, funnel: FunnelFigures) -> FunnelFigures:
        """Steps under the titles of their elements, since measures know ids only."""
        known = self.desk.session.journey.element_by_id
        titles = [known[i].title if i in known else str(i) for i in funnel.element_ids]
        steps = tuple(replace(step, name=title) for step, title in zip(funnel.steps, titles, strict=True))
        return replace(funnel, steps=steps)

    def _why_empty(self) -> str:
        if not self.desk.session.journey.happy_path:
            return "Mark a happy path to see it as a funnel: select its elements, then Arrange ▸ Mark happy path."
        return "Load data (Ctrl+I) to see the happy path as a funnel."

    def _draw(self, funnel: FunnelFigures) -> None:
        import pyqtgraph as pg

        if self._plot is None:
            self._plot = pg.PlotWidget()
            self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._plot.setAccessibleName("Funnel, a chart")
            self._plot.setMenuEnabled(False)
            self._plot.hideButtons()
            self._plot.setMouseEnabled(False, False)
            self._chart_layout.addWidget(self._plot, 1)
        plot, c = self._plot, theme().colours
        plot.clear()
        plot.setBackground(c.surface)
        counts = [step.count for step in funnel.steps]
        before = [counts[0], *counts[:-1]]
        places = list(range(len(counts)))
        lost = [max(0, b - n) for b, n in zip(before, counts, strict=True)]
        hatch = QBrush(QColor(c.loss), Qt.BrushStyle.BDiagPattern)
        plot.addItem(pg.BarGraphItem(x=places, height=counts, width=0.62, brush=QColor(c.stage), pen=None))
        plot.addItem(pg.BarGraphItem(x=places, y0=counts, height=lost, width=0.62, brush=hatch, pen=pg.mkPen(c.loss)))
        for place, step in zip(places, funnel.steps, strict=True):
            top = max(step.count, before[place])
            shown = numbers.count(step.count)
            if step.rate_step is not None:
                shown += f" · {numbers.rate(step.rate_step)}"
            text = pg.TextItem(shown, color=c.text, anchor=(0.5, 1.0))
            text.setFont(font(12, 600))
            text.setPos(place, top)
            plot.addItem(text)
        self._axes(plot, [step.name for step in funnel.steps], max(before))

    def _axes(self, plot: Any, names: list[str], top: int) -> None:
        c = theme().colours
        bottom, left = plot.getAxis("bottom"), plot.getAxis("left")
        bottom.setTicks([[(i, name if len(name) < 20 else name[:18] + "…") for i, name in enumerate(names)]])
        for axis in (bottom, left):
            axis.setTextPen(c.muted)
            axis.setPen(c.border)
            axis.setStyle(tickFont=font(12))
        plot.hideAxis("left")
        plot.setXRange(-0.6, len(names) - 0.4, padding=0)
        plot.setYRange(0, max(1, top) * 1.22, padding=0)


def _rule(vendor: Vendor) -> str:
    return f"{PRESETS[vendor].rule} {PRESETS[vendor].differs}"


def _name(vendor: Vendor) -> str:
    return f"funnel like {vendor.value}"


def headline(funnel: FunnelFigures) -> str:
    """The chart in a sentence."""
    first, last = funnel.steps[0], funnel.steps[-1]
    if last.rate_total is None:
        return f"No {funnel.mode} funnel yet: nobody reached {first.name}"
    worst = min(
        (step for step in funnel.steps[1:] if step.rate_step is not None),
        key=lambda step: step.rate_step or 0,
        default=None,
    )
    words = f"{numbers.rate(last.rate_total)} go from {first.name} to {last.name}"
    return f"{words}; the largest share is lost before {worst.name}" if worst else words


def definition(funnel: FunnelFigures) -> str:
    """How the bars were counted."""
    window = numbers.duration(funnel.window_s) if funnel.window_s is not None else "no"
    words = f"Happy path, {funnel.mode}, {window} window; hatched: lost since the step before"
    if funnel.immature:
        words += f"; entries still running: {numbers.count(funnel.immature)}"
    return words + "."
