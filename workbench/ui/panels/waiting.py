"""Time to convert: the share that has converted by each time, with people who are still waiting counted in."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QSplitter

from workbench.analysis.segment_choice import is_defined
from workbench.journey.journey import Journey, Segment
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind
from workbench.session.desk import Desk
from workbench.session.trend_questions import READ_S, waiting_question
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.charts import Chart, round_ticks
from workbench.ui.panels.origin_choice import OriginChoice
from workbench.ui.panels.panel import Cell, Table
from workbench.ui.theme import theme

if TYPE_CHECKING:
    from workbench.analysis.time_to_convert import ConversionCurve, TimeToConvert

_HEADERS = ("Who", "After", "Converted", "95 %", "Still at risk")
_NOBODY = "nobody: one curve"

Sides = tuple[Segment, Segment | None]


class WaitingPanel(AnswerPanel):
    """The curve, or two, beside the times at which it is read."""

    question = waiting_question(None, None)
    name = "Time to convert"
    wait_words = "Following people…"
    empty_words = "Load event data and bind a macro-conversion (and people on both sides of the comparison)."

    def __init__(self, desk: Desk) -> None:
        self.origin, self.versus = OriginChoice(), QComboBox()
        self.versus.setAccessibleName("Compare")
        self.versus.setMaximumWidth(190)
        self.origin.setMaximumWidth(140)
        self._offered: list[Sides | None] = []
        self.chart = Chart("Share converted over time", self._words_at)
        self.table = Table(_HEADERS, stretch=4, name_width=120)
        self.table.keep_order()
        self._found: TimeToConvert | None = None
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.chart)
        split.addWidget(self.table)
        split.setSizes([480, 480])
        super().__init__(desk, split)
        self.add_controls("From", self.origin, "compare", self.versus)
        for box in (self.origin, self.versus):
            box.activated.connect(lambda _: self._ask())

    @property
    def sides(self) -> Sides | None:
        """Who is compared with whom; None for one curve."""
        row = self.versus.currentIndex()
        return self._offered[row] if 0 <= row < len(self._offered) else None

    def _ask(self) -> None:
        self.origin.setEnabled(self.sides is None)
        self.ask(waiting_question(self.origin.origin_id if self.sides is None else None, self.sides))

    def show_figures(self) -> None:
        journey = self.desk.session.journey
        if self.origin.offer(journey) | self._offer(journey):
            self._ask()
        super().show_figures()

    def _offer(self, journey: Journey) -> bool:
        offered = [None, *_groups(journey)]
        if offered == self._offered:
            return False
        before = self.sides
        self._offered = offered
        with QSignalBlocker(self.versus):
            self.versus.clear()
            self.versus.addItems([_NOBODY if sides is None else " with ".join(_names(sides)) for sides in offered])
            self.versus.setCurrentIndex(offered.index(before) if before in offered else 0)
        return self.sides != before

    def show_answer(self, found: TimeToConvert) -> None:
        self._found = found
        names = _names(self.sides)
        self.title.setText(_headline(found, names))
        self.note.setText(self._note(found))
        self._draw(found, names)
        self.table.setColumnHidden(0, len(found.curves) == 1)
        self.table.fill([row for curve, name in zip(found.curves, names, strict=False) for row in _rows(curve, name)])

    def _note(self, found: TimeToConvert) -> str:
        words = "Kaplan-Meier with log-log bounds, 95 %; cut where fewer than 10 people are still at risk."
        if self.sides is None:
            return f"{words} Its level at the end is not the share that never converts."
        both = f", {numbers.count(found.in_both)} in both groups" if found.in_both else ""
        return (
            f"{words} Told by the first day, where the clock starts; left out: {numbers.count(found.early)} who had "
            f"converted by then and {numbers.count(found.too_late)} seen for less{both}. Associated, not caused."
        )

    def _draw(self, found: TimeToConvert, names: tuple[str, ...]) -> None:
        import pyqtgraph as pg

        plot, c = self.chart.begin(), theme().colours
        top, last = 0.001, 1.0
        styles = ((c.stage, Qt.PenStyle.SolidLine), (c.micro, Qt.PenStyle.DashLine))
        for curve, name, (colour, style) in zip(found.curves, names, styles, strict=False):
            days = [second / 86_400 for second in curve.seconds]
            lows = [share if low is None else low for share, low in zip(curve.share, curve.low, strict=True)]
            highs = [share if high is None else high for share, high in zip(curve.share, curve.high, strict=True)]
            if days:
                self.chart.band(days, lows, highs, colour, 45)
                plot.plot(days, list(curve.share), pen=pg.mkPen(colour, width=1, style=style))
                is_upper = curve.share[-1] >= max(other.share[-1] for other in found.curves if other.share)
                self.chart.write(name, (days[-1], curve.share[-1]), colour, (1, 1) if is_upper else (1, 0))
                top, last = max(top, *highs), max(last, days[-1])
        ticks = round_ticks(last, lambda day: f"{day:g} d", 6)
        self.chart.finish(ticks, round_ticks(top * 1.1, numbers.rate), (0, last * 1.02), (0, top * 1.15))

    def _words_at(self, x: float, _: float) -> str:
        if self._found is None or x < 0:
            return ""
        said = []
        for curve, name in zip(self._found.curves, _names(self.sides), strict=False):
            read = _read(curve, x * 86_400)
            if read is not None:
                share, span, at_risk = read
                lead = f"{name}: " if name else ""
                said.append(f"{lead}{numbers.rate(share)} ({span}), {numbers.count(at_risk)} at risk")
        return f"After {numbers.duration(x * 86_400)}\n" + "\n".join(said) if said else ""


def _groups(journey: Journey) -> list[Sides]:
    """Segments that are defined, against the rest and in pairs, and the takers of each bound micro-conversion."""
    own = [segment for segment in journey.segments if is_defined(segment)]
    micros = [e for e in journey.elements if e.kind is Kind.MICRO and e.is_bound]
    takers = [Segment(f"Did “{e.title}”", (e.rule or Rule(),)) for e in micros]
    return [*((segment, None) for segment in (*own, *takers)), *combinations(own, 2)]


def _names(sides: Sides | None) -> tuple[str, ...]:
    if sides is None:
        return ("",)
    return (sides[0].name, "all others" if sides[1] is None else sides[1].name)


def _headline(found: TimeToConvert, names: tuple[str, ...]) -> str:
    if len(found.curves) == 1:
        curve = found.curves[0]
        whole = f"{numbers.count(curve.converted)} of {numbers.count(curve.people)} converted"
        return f"{whole}; {_half(curve)}"
    p = found.test.p
    verdict = "The two differ beyond doubt" if p is not None and p < 0.05 else "No difference shown"
    reached = ", ".join(f"{name} {_end(curve)}" for curve, name in zip(found.curves, names, strict=False))
    return f"{verdict} (log-rank p {numbers.p_value(p)}): {reached}"


def _half(curve: ConversionCurve) -> str:
    if curve.median_s is not None:
        return f"half have after {numbers.duration(curve.median_s)}"
    return f"fewer than half: {_end(curve)}"


def _end(curve: ConversionCurve) -> str:
    if not curve.seconds:
        return "no data: fewer than 10 people"
    days = curve.seconds[-1] / 86_400
    after = f"{days:.0f} d" if days >= 2 else numbers.duration(curve.seconds[-1])
    return f"{numbers.rate(curve.share[-1])} after {after}"


def _read(curve: ConversionCurve, seconds: float) -> tuple[float, str, int] | None:
    """Share, its interval and the people at risk at a time; None beyond the curve."""
    if not curve.seconds or seconds > curve.seconds[-1]:
        return None
    at = sum(mark <= seconds for mark in curve.seconds) - 1
    return curve.share[at], numbers.interval(curve.low[at], curve.high[at]), curve.at_risk[at]


def _rows(curve: ConversionCurve, name: str) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for seconds in READ_S:
        read = _read(curve, seconds)
        if read is None:
            continue
        share, span, at_risk = read
        rows.append(
            [
                name,
                (numbers.duration(seconds), seconds),
                (numbers.rate(share), share),
                span,
                (numbers.count(at_risk), float(at_risk)),
            ]
        )
    return rows
