"""Which change brings most: every link by one point more, a tenth more, and its own better self."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout

from workbench.analysis.segment_choice import properties_to_offer
from workbench.forecast.bands import Band
from workbench.forecast.sensitivity import LinkSensitivity, SensitivityTable
from workbench.session.desk import Desk
from workbench.session.forecast_questions import headroom_by
from workbench.ui import numbers
from workbench.ui.fields import label
from workbench.ui.panels.panel import Cell, Panel, Table

_HEADERS = (
    "Change",
    "Rate",
    "Own better self",
    "It brings",
    "+1 point brings",
    "+10 % brings",
    "Elasticity",
    "First",
    "Per day of work",
)
_MEANING = {
    "Rate": "Share of people at the start of the link who take it, as-is.",
    "Own better self": "The better of the upper quartile of its own last 12 complete weeks and of the best segment of "
    "at least 300 people (drawn towards the whole). Carried over to the map as a ratio to its usual rate.",
    "It brings": "Gain if the link did as well as its better self, with 95 % of the draws of all rates.",
    "+1 point brings": "Gain of one percentage point more, with 95 % of the draws of all rates.",
    "+10 % brings": "Gain of a tenth more, with 95 % of the draws of all rates.",
    "Elasticity": "Per cent at the end for one per cent more here.",
    "Per day of work": "What it brings (else +1 point) per day of the team's work on the element that the link leaves; "
    "type the days in the element's details.",
    "First": "Share of the draws in which this link leads the ranking; from 80 % on it is a clear winner.",
}
_NOTE = "Against as-is, if a lift is real and later rates hold."


class SensitivityPanel(Panel):
    """Ranked by headroom once the weeks are counted, else by one point more; a click shows the link."""

    jump_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title, self.note = label("", "title"), label("", "muted")
        self.segments = QComboBox()
        self.segments.setAccessibleName("Best segment by")
        self.segments.activated.connect(self._on_segments)
        self.table = Table(_HEADERS, stretch=0, name_width=220)
        self.table.explain_headers(_MEANING)
        self.table.keep_order()
        self.table.cellClicked.connect(lambda row, _: self.jump_asked.emit(self.table.target(row)))
        head = QHBoxLayout()
        head.addWidget(self.note, 1)
        head.addWidget(QLabel("Best segment by"))
        head.addWidget(self.segments)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)
        desk.forecaster.bands_changed.connect(self.refresh)
        desk.analyst.answered.connect(self._on_answered)

    def on_seen(self) -> None:
        self._fill_segments()
        self.desk.analyst.want(self.desk.headroom)

    def on_hidden(self) -> None:
        self.desk.analyst.forget_want(self.desk.headroom.name)

    def _on_answered(self, name: str) -> None:
        """No weeks at all move no band, but are no longer being counted."""
        if name == self.desk.headroom.name:
            self.refresh()

    def _fill_segments(self) -> None:
        """Offer the properties of the data; the first one is taken until somebody chooses."""
        loaded = self.desk.shelf.first
        offered = properties_to_offer(loaded.store) if loaded is not None and loaded.store is not None else []
        shown: list[str | None] = [self.segments.itemData(i) for i in range(self.segments.count())]
        if shown == [*offered, None]:
            return
        self.segments.clear()
        for name in offered:
            self.segments.addItem(name, name)
        self.segments.addItem("no segment", None)
        self._on_segments()

    def _on_segments(self) -> None:
        self.on_hidden()
        self.desk.rank_by(headroom_by(self.segments.currentData()))
        if self.isVisible():
            self.desk.analyst.want(self.desk.headroom)

    def show_figures(self) -> None:
        self._fill_segments()
        found = self.desk.forecaster.bands
        table = found.sensitivity if found is not None else None
        self.table.setVisible(table is not None and bool(table.rows))
        if table is None or not table.rows:
            self.title.setText("Which change brings most")
            self.note.setText(self.desk.forecaster.trouble or _EMPTY)
            return
        self.title.setText(self._headline(table))
        self.note.setText(" ".join(filter(None, (table.sentence, _NOTE, self._weeks_words()))))
        self.table.fill([self._row(row, table) for row in table.rows], [str(row.link_id) for row in table.rows])

    def _weeks_words(self) -> str:
        rooms = self.desk.forecaster.headrooms.values()
        if not rooms:
            return "Own weeks are counted once events are loaded." if not self.is_waiting else "Counting its own weeks…"
        weeks = max(room.weeks for room in rooms)
        window = numbers.duration(self.desk.session.journey.window_s)
        few = " (4 are needed)" if weeks < 4 else ""
        return f"{weeks} complete week{'s' * (weeks != 1)} of people whose {window} are over{few}."

    def _headline(self, table: SensitivityTable) -> str:
        best = table.rows[0]
        if not best.headroom and best.plus_1pp <= 0:
            return "No rate moves the outcome: nobody is known to come, or nothing after a link is worth anything"
        name = self.desk.session.journey.name_of(best.link_id)
        sure = "a clear winner" if best.is_clear_winner else "no clear winner"
        first = f"first in {numbers.rate(best.first_share)} of draws, {sure}"
        if table.by_headroom and best.headroom:
            words = f"{name} at its own better self brings most: {self._gain(best.headroom, table)}"
        else:
            words = f"+1 point brings most on {name}: {self._gain(best.plus_1pp, table)}"
        return f"{words}; {first}"

    def _gain(self, value: float | None, table: SensitivityTable) -> str:
        if table.in_money:
            return numbers.money(value, self.desk.session.journey.currency)
        return numbers.count(value)

    def _row(self, row: LinkSensitivity, table: SensitivityTable) -> list[Cell]:
        return [
            self.desk.session.journey.name_of(row.link_id),
            (numbers.rate(row.rate), row.rate) if self._is_known(row) else (numbers.NO_DATA, None),
            self._better(row),
            self._banded(row.headroom, row.headroom_band, table),
            self._banded(row.plus_1pp, row.plus_1pp_band, table),
            self._banded(row.plus_10pct, row.plus_10pct_band, table),
            (numbers.NO_DATA if row.elasticity is None else f"{row.elasticity:.2f}", row.elasticity),
            (numbers.rate(row.first_share), row.first_share),
            self._per_day(row, table),
        ]

    def _is_known(self, row: LinkSensitivity) -> bool:
        """Whether the rate of the link is: the model counts with 0 where it is not."""
        model = self.desk.forecaster.model
        edge = model.edge_of.get(str(row.link_id))
        return edge is not None and bool(model.rate[edge] == model.rate[edge])

    def _has_outcome(self, table: SensitivityTable) -> bool:
        outcome = self.desk.forecaster.outcome
        figure = None if outcome is None else outcome.revenue if table.in_money else outcome.headline
        return figure is not None and figure.value is not None

    def _per_day(self, row: LinkSensitivity, table: SensitivityTable) -> Cell:
        journey = self.desk.session.journey
        source = journey.element_by_id[journey.link_by_id[row.link_id].source_id]
        days = source.details.work_days
        if not days:
            return (numbers.NO_DATA, None, f"Type the days of work in the details of {source.title}.")
        gain = row.plus_1pp if row.headroom is None else row.headroom
        return (self._gain(gain / days, table), gain / days, f"{days:g} days of work on {source.title}.")

    def _better(self, row: LinkSensitivity) -> Cell:
        room = self.desk.forecaster.headrooms.get(row.link_id)
        if room is None:
            return (numbers.NO_DATA, None, "Not counted: load events and bind both ends of the link.")
        told = [f"Usually {_rate_words(room.usual.k, room.usual.n)}, counting all who did its end within the window."]
        told.append(
            f"Upper quartile of {room.weeks} weeks: {numbers.rate(room.quartile)}."
            if room.quartile is not None
            else f"{room.weeks} complete weeks: too few for a quartile."
        )
        if room.segment is not None:
            rate = room.segment.rate
            told.append(f"Best segment: {room.segment.name}, {_rate_words(rate.k, rate.n)}.")
        if row.benchmark is None:
            return (numbers.NO_DATA, None, "\n".join(told))
        is_segment = room.segment is not None and room.segment.shrunk > (room.quartile or 0.0)
        source = room.segment.name if is_segment and room.segment is not None else "own weeks"
        words = f"{numbers.rate(row.benchmark)} ({source})" if row.benchmark > row.rate else "is at its best"
        return (words, row.benchmark, "\n".join(told))

    def _banded(self, value: float | None, band: Band | None, table: SensitivityTable) -> Cell:
        if value is None or band is None or not self._has_outcome(table):
            return (numbers.NO_DATA, None)
        low, high = self._gain(band.low, table), self._gain(band.high, table)
        return (f"{self._gain(value, table)} ({low} to {high})", value)


_EMPTY = "Link elements and load data, or type rates and a volume, to see which change brings most."


def _rate_words(k: int, n: int) -> str:
    return f"{numbers.rate(k / n) if n else numbers.NO_DATA} ({numbers.count(k)} of {numbers.count(n)})"
