"""The happy path by day, week or month of entry; units whose window is not over are drawn hollow."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QSplitter

from workbench.analysis.intervals import wilson
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.funnel_questions import OverTime, over_time
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.charts import Chart, round_ticks
from workbench.ui.panels.panel import Cell, Table
from workbench.ui.theme import theme

_HEADERS = ("Entered from", "Entered", "Got through", "Rate", "95 %", "Says")
_UNITS = (("week", "week"), ("day", "day"), ("month", "month"))


class FunnelTimePanel(AnswerPanel):
    """A chart of the rate beside its table."""

    question = Question("funnel by week", over_time("week"))
    name = "Over time"
    wait_words = "Counting the funnel week by week…"
    empty_words = "Load event data and mark a happy path of two bound elements to see it over time."

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=5)
        self.table.keep_order()
        self.chart = Chart("Rate of the funnel over time", self._words_at)
        self.unit = QComboBox()
        self.unit.setAccessibleName("Entered in the same")
        for words, key in _UNITS:
            self.unit.addItem(words, key)
        self._found: OverTime | None = None
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.chart)
        split.addWidget(self.table)
        split.setSizes([560, 480])
        super().__init__(desk, split)
        self.add_controls("By", self.unit)
        self.unit.activated.connect(lambda _: self._choose())

    def _choose(self) -> None:
        unit = self.unit.currentData()
        self.ask(Question(f"funnel by {unit}", over_time(unit)))

    def show_answer(self, found: OverTime) -> None:
        self._found = found
        whole = [n for n, bucket in enumerate(found.buckets) if bucket.is_complete and bucket.reached_first]
        self.title.setText(_headline(found, whole))
        self.note.setText(
            "By the time of entry; a person counts once in each. Hollow: windows are not over, so the rate still grows."
        )
        self.table.fill([_row(found, n) for n in range(len(found.buckets))])
        self._draw(found)

    def _draw(self, found: OverTime) -> None:
        import pyqtgraph as pg

        plot, c = self.chart.begin(), theme().colours
        top = 0.0
        for n, bucket in enumerate(found.buckets):
            if not bucket.reached_first:
                continue
            low, high = (float(v) for v in wilson(bucket.reached_last, bucket.reached_first))
            rate, colour = bucket.reached_last / bucket.reached_first, c.stage if bucket.is_complete else c.muted
            top = max(top, high)
            plot.plot([n, n], [low, high], pen=pg.mkPen(colour, width=2))
            brush = colour if bucket.is_complete else c.surface
            plot.plot([n], [rate], pen=None, symbol="o", symbolSize=8, symbolBrush=brush, symbolPen=pg.mkPen(colour))
        count = len(found.buckets)
        step = max(1, count // 6)
        names = [(n, f"{found.starts[n]:%d %b}") for n in range(0, count, step)]
        top = top * 1.1 or 1.0
        self.chart.finish(names, round_ticks(top, numbers.rate), (-0.6, count - 0.4), (0, top))

    def _words_at(self, x: float, _: float) -> str:
        place = round(x)
        if self._found is None or not 0 <= place < len(self._found.buckets):
            return ""
        bucket = self._found.buckets[place]
        if not bucket.reached_first:
            return f"{self._found.starts[place]:%d %b %Y}: nobody entered"
        low, high = (float(v) for v in wilson(bucket.reached_last, bucket.reached_first))
        rate = numbers.rate(bucket.reached_last / bucket.reached_first)
        running = "" if bucket.is_complete else "\nstill running"
        return (
            f"{self._found.starts[place]:%d %b %Y}: {rate} ({numbers.interval(low, high)})\n"
            f"{numbers.count(bucket.reached_last)} of {numbers.count(bucket.reached_first)}{running}"
        )


def _headline(found: OverTime, whole: list[int]) -> str:
    if len(whole) < 2:
        return "Too few whole periods to compare: shorten the window or load more data"
    rates = {n: found.buckets[n].reached_last / found.buckets[n].reached_first for n in whole}
    best, last = max(whole, key=lambda n: rates[n]), whole[-1]
    words = f"{numbers.rate(rates[last])} of those who entered from {found.starts[last]:%d %b} get through"
    return words if best == last else f"{words}; at best {numbers.rate(rates[best])}, from {found.starts[best]:%d %b}"


def _row(found: OverTime, n: int) -> list[Cell]:
    bucket = found.buckets[n]
    entered, through = bucket.reached_first, bucket.reached_last
    rate = through / entered if entered else None
    low, high = (float(v) for v in wilson(through, entered)) if entered else (None, None)
    says = "" if bucket.is_complete else "still running"
    if entered and (entered < 30 or through < 5):
        says = f"{says} · few data" if says else "few data"
    return [
        (f"{found.starts[n]:%a %d %b %Y}", float(n)),
        (numbers.count(entered), float(entered)),
        (numbers.count(through), float(through)),
        (numbers.rate(rate) if entered else "no data", rate),
        (numbers.interval(low, high) if entered else "", low),
        says,
    ]
