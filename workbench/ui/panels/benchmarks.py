"""Benchmarks: each step's newest mature week against its own twelve weeks before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter

from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.trend_questions import benchmarks
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.charts import Chart, round_ticks
from workbench.ui.panels.panel import Cell, Table
from workbench.ui.theme import theme

if TYPE_CHECKING:
    from workbench.analysis.step_benchmarks import StepBenchmark, StepBenchmarks

_HEADERS = ("Step", "Says", "Newest week", "Usual (median)", "Middle half", "Noise", "t", "Adj. p")
_HELP = {
    "Newest week": "The newest seven days of entry whose people had their whole window",
    "Usual (median)": "Median of the weeks before, at most twelve",
    "Middle half": "From the lower to the upper quartile of the weeks before",
    "Noise": "How much the weeks vary beyond counting alone: 1 is counting alone",
    "t": "How far the newest week is off, in standard errors that include the noise",
    "Adj. p": "Adjusted over all steps (Benjamini-Hochberg)",
}
_FEW_WEEKS = 6


class BenchmarksPanel(AnswerPanel):
    """A table of steps beside the weeks of the chosen one."""

    jump_asked = Signal(str)
    question = Question("benchmarks", benchmarks)
    name = "Benchmarks"
    wait_words = "Measuring each week…"
    empty_words = "It takes event data with three weeks of entries whose window is over, and a bound macro-conversion."

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=7, name_width=140)
        self.table.explain_headers(_HELP)
        self.table.keep_order()
        self.chart = Chart("Rate by week of entry", self._words_at)
        self._found: StepBenchmarks | None = None
        self._row: StepBenchmark | None = None
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(self.chart)
        split.setSizes([640, 320])
        super().__init__(desk, split)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.table.cellDoubleClicked.connect(lambda row, _: self.jump_asked.emit(self.table.target(row)))

    def show_answer(self, found: StepBenchmarks) -> None:
        self._found = found
        self.title.setText(self._headline(found))
        self.note.setText(_note(found))
        titles = self.titles
        self.table.fill(
            [_cells(step, titles.get(str(step.element_id), "")) for step in found.steps],
            [str(step.element_id) for step in found.steps],
        )
        shown = next((s for s in found.steps if s.is_off), found.steps[0] if found.steps else None)
        if shown is not None:
            self._draw(shown)

    def _headline(self, found: StepBenchmarks) -> str:
        off = [step for step in found.steps if step.is_off]
        if not off:
            return "No step is off its own benchmark beyond doubt"
        worst = max(off, key=lambda step: abs(step.found.z or 0.0))
        more = f", and {len(off) - 1} more" if len(off) > 1 else ""
        title = self.titles.get(str(worst.element_id), "")
        return f"“{title}” is {_says(worst)}: {numbers.rate(worst.found.current.value)} this week{more}"

    def _on_selected(self) -> None:
        target = self.table.target(self.table.currentRow())
        step = next((s for s in self._found.steps if str(s.element_id) == target), None) if self._found else None
        if step is not None:
            self._draw(step)

    def _draw(self, step: StepBenchmark) -> None:
        import pyqtgraph as pg

        self._row = step
        plot, c, count = self.chart.begin(), theme().colours, len(step.weeks)
        found, ends = step.found, [-0.5, count - 0.5]
        known = [(x, rate) for x, rate in enumerate(step.weeks) if rate.value is not None]
        if found.p25 is not None and found.p75 is not None and found.median is not None:
            self.chart.band(ends, [found.p25] * 2, [found.p75] * 2, c.stage, 45)
            plot.plot(ends, [found.median] * 2, pen=pg.mkPen(c.muted, style=Qt.PenStyle.DashLine))
        plot.plot([x for x, _ in known], [rate.value for _, rate in known], pen=pg.mkPen(c.stage, width=1))
        for x, rate in known:
            is_now = x == count - 1
            colour = (c.loss if (found.z or 0.0) < 0 else c.gain) if is_now and step.is_off else c.stage
            symbol, size = ("d", 12) if is_now else ("o", 6)
            plot.plot([x], [rate.value], pen=None, symbol=symbol, symbolSize=size, symbolBrush=colour, symbolPen=None)
            plot.plot([x, x], [rate.interval.low, rate.interval.high], pen=pg.mkPen(colour, width=1))
        highs = [rate.interval.high or 0.0 for _, rate in known]
        lows = [rate.interval.low or 0.0 for _, rate in known]
        reach = max([0.001, *highs]) - min([*lows, 1.0])
        top, bottom = max([0.001, *highs]) + 0.25 * reach, max(0.0, min([*lows, 1.0]) - 0.1 * reach)
        every = max(1, -(-count // 4))
        days = self._found.first_days if self._found is not None else ()
        ticks = [(x, f"{days[x]:%d %b}") for x in range(count - 1, -1, -every)]
        self.chart.finish(ticks, round_ticks(top, numbers.rate, 4, bottom), (-0.6, count - 0.3), (bottom, top))
        self.chart.write(self.titles.get(str(step.element_id), "")[:34], (-0.4, top), c.text, (0, 0))

    def _words_at(self, x: float, _: float) -> str:
        week = round(x)
        if self._row is None or self._found is None or not 0 <= week < len(self._row.weeks):
            return ""
        rate, day = self._row.weeks[week], self._found.first_days[week]
        if rate.value is None:
            return f"Week from {day:%d %b}: no data, nobody was before it"
        span = numbers.interval(rate.interval.low, rate.interval.high)
        counts = f"{numbers.count(rate.k)} of {numbers.count(rate.n)}"
        return f"Week from {day:%d %b}: {numbers.rate(rate.value)} ({span}, {counts})"


def _says(step: StepBenchmark) -> str:
    if step.found.current.value is None:
        return "no data"
    if step.found.current.is_thin:
        return "few data"
    if not step.is_off:
        return "as usual"
    return "▲ above usual" if (step.found.z or 0.0) > 0 else "▼ below usual"


def _note(found: StepBenchmarks) -> str:
    past, day = len(found.first_days) - 1, found.first_days[-1]
    words = f"Entries of the week from {day:%d %b} against the {past} before; window {numbers.duration(found.window_s)}"
    words += ", shorter than the journey's so that weeks are mature." if found.is_audit_window else "."
    if past < _FEW_WEEKS:
        words += f" {past} weeks are few: only a large change can show."
    if found.has_peak:
        words += " A week stands out, perhaps a holiday: the benchmark holds it too."
    return words


def _cells(step: StepBenchmark, title: str) -> list[Cell]:
    found, now = step.found, step.found.current
    span = numbers.interval(now.interval.low, now.interval.high)
    hover = f"{numbers.count(now.k)} of {numbers.count(now.n)}, 95 %: {span}" if now.value is not None else "no data"
    return [
        title,
        _says(step),
        (numbers.rate(now.value), now.value, hover),
        (numbers.rate(found.median), found.median),
        (numbers.interval(found.p25, found.p75), found.p25),
        (numbers.NO_DATA if found.phi is None else f"{found.phi:.1f}", found.phi),
        (numbers.NO_DATA if found.z is None else f"{found.z:+.1f}".replace("-", "−"), found.z),
        (numbers.p_value(step.p_adjusted), step.p_adjusted),
    ]
