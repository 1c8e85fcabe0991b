"""Data quality: what is worth knowing before the numbers are trusted, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.analysis.audits.finding import Severity
from workbench.journey import edits
from workbench.journey.journey import Journey
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.questions import DAILY, Daily, daily
from workbench.ui import icons
from workbench.ui.fields import clear, label, tool_button
from workbench.ui.panels.day_axis import DayAxis
from workbench.ui.panels.panel import AskingPanel
from workbench.ui.panels.quality_notices import Notice, notices
from workbench.ui.theme import theme

_ICONS = {Severity.BLOCKING: "circle-x", Severity.WARNING: "triangle-alert", Severity.NOTE: "info"}
_ALL = "All events"
_EMPTY = "Load event data (Ctrl+I) to see what was dropped, mended and noticed, and what to do about it."


class NoticeCard(QFrame):
    """One notice: severity by icon and word, sentence, evidence, what to do, and the remedy that does it."""

    remedy_asked = Signal(object)
    look_asked = Signal(str)

    def __init__(self, notice: Notice, journey: Journey) -> None:
        super().__init__()
        self.notice = notice
        self.setProperty("role", "card")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 7, 8, 7)
        layout.addWidget(self._mark(), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(notice.sentence))
        parts = (notice.severity.value, notice.kind.replace("_", " "), notice.source, notice.evidence)
        words.addWidget(label("  ·  ".join(filter(None, parts)), "muted"))
        if notice.advice:
            words.addWidget(label(f"→ {notice.advice}", "muted"))
        layout.addLayout(words, 1)
        if notice.event:
            look = tool_button(icon="chart-no-axes-column", tip=f"Show {notice.event} by day")
            look.clicked.connect(lambda: self.look_asked.emit(notice.event))
            layout.addWidget(look, 0, Qt.AlignmentFlag.AlignTop)
        self.fix = self._fix_button(journey)
        if self.fix is not None:
            layout.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignTop)

    def _mark(self) -> QLabel:
        c, severity = theme().colours, self.notice.severity
        colour = {Severity.BLOCKING: c.loss, Severity.WARNING: c.warn, Severity.NOTE: c.muted}[severity]
        mark = QLabel()
        mark.setPixmap(icons.pixmap(_ICONS[severity], colour, 18, self.devicePixelRatioF()))
        mark.setAccessibleName(severity.value)
        return mark

    def _fix_button(self, journey: Journey) -> QPushButton | None:
        remedy = self.notice.remedy
        if remedy is None:
            return None
        is_done = remedy.is_done(journey)
        made = QPushButton("Done" if is_done else remedy.label)
        made.setEnabled(not is_done)
        made.setToolTip("Undo takes it back" if is_done else remedy.label)
        made.clicked.connect(lambda: self.remedy_asked.emit(self.notice))
        return made


class QualityPanel(AskingPanel):
    """A card per notice, the worst first, beside the days of the data."""

    question = Question(DAILY, daily)

    match_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title, self.note = label("", "title"), label("", "muted")
        self.event_box = QComboBox()
        self.event_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.axis = DayAxis(self._on_day)
        area = QScrollArea(widgetResizable=True)
        holder = QWidget()
        self._list = QVBoxLayout(holder)
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(5)
        area.setWidget(holder)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(6, 0, 0, 0)
        side.addWidget(self.event_box)
        side.addWidget(self.axis, 1)
        side.addWidget(label("Click a day to leave it out, or to take it back.", "muted"))
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(area)
        self._split.addWidget(self._side)
        self._split.setSizes([700, 380])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        for widget in (self.title, self.note):
            layout.addWidget(widget)
        layout.addWidget(self._split, 1)
        self._shown: tuple[object, ...] = ()
        self.cards: list[NoticeCard] = []
        desk.shelf.changed.connect(self.refresh)
        self.event_box.activated.connect(lambda _: self._draw())

    def show_figures(self) -> None:
        found: Daily | None = self.answer
        journey, loaded = self.desk.session.journey, self.desk.shelf.loaded
        chosen = notices(loaded.values(), journey, found.telling if found is not None else ())
        self._split.setVisible(bool(loaded))
        self.note.setText(_EMPTY if not loaded else self._rows_words())
        self.title.setText(headline(chosen) if loaded else "Data quality")
        self._offer_events(found)
        self._draw()
        done = tuple(n.remedy is not None and n.remedy.is_done(journey) for n in chosen)
        key = (chosen, done, theme().colours)
        if key != self._shown:
            self._shown = key
            self._fill(chosen)

    def _fill(self, chosen: tuple[Notice, ...]) -> None:
        clear(self._list)
        self.cards = [NoticeCard(notice, self.desk.session.journey) for notice in chosen]
        for card in self.cards:
            card.remedy_asked.connect(self._on_remedy)
            card.look_asked.connect(self.look_at)
            self._list.addWidget(card)
        self._list.addStretch(1)

    def _rows_words(self) -> str:
        reports = [item.report for item in self.desk.shelf.loaded.values() if item.report is not None]
        if not reports:
            return "The data are counts that were added up elsewhere; there are no rows to look at."
        rows, kept = sum(r.rows for r in reports), sum(r.kept for r in reports)
        words = f"{rows:,} rows read, {kept:,} kept as events. Every remedy is one edit that undo takes back."
        zone = self.desk.session.journey.time_zone
        return words if zone == "UTC" else f"{words} Findings name days in UTC, the axis days in {zone}."

    # --- the days

    def _offer_events(self, found: Daily | None) -> None:
        self._side.setVisible(found is not None)
        names = [_ALL, *(found.names if found is not None else ())]
        if [self.event_box.itemText(i) for i in range(self.event_box.count())] != names:
            with QSignalBlocker(self.event_box):
                self.event_box.clear()
                self.event_box.addItems(names)

    def look_at(self, event: str) -> None:
        """Show one event by day."""
        self.event_box.setCurrentText(event)
        self._draw()

    def _draw(self) -> None:
        found: Daily | None = self.answer
        if found is None:
            return
        row = self.event_box.currentIndex() - 1
        counts = found.counts[row] if row >= 0 else found.total
        self.axis.show_days(found.days, counts, self._is_out)

    def _is_out(self, day: str) -> bool:
        shaping = self.desk.session.journey.shaping
        is_before = shaping.date_from is not None and day < shaping.date_from
        is_after = shaping.date_to is not None and day > shaping.date_to
        return is_before or is_after or day in shaping.excluded_dates

    # --- remedies

    def _on_remedy(self, notice: Notice) -> None:
        remedy = notice.remedy
        if remedy is None:
            return
        if remedy.is_match:
            self.match_asked.emit()
        else:
            self._apply(remedy.label, remedy.mend)

    def _on_day(self, day: str) -> None:
        shaping = self.desk.session.journey.shaping
        days = sorted({*shaping.excluded_dates} ^ {day})
        verb = "Exclude" if day in days else "Take back"
        shaped = replace(shaping, excluded_dates=tuple(days))
        self._apply(f"{verb} {day}", lambda journey: edits.amend_journey(journey, shaping=shaped))

    def _apply(self, words: str, edit: Callable[[Journey], Journey]) -> None:
        self.desk.session.apply(words, edit)
        self.desk.session.said.emit(f"{words}: undo takes it back.")


def headline(chosen: tuple[Notice, ...]) -> str:
    """How many notices of each severity; what was mended is counted apart."""
    mended = sum(notice.kind == "mended" for notice in chosen)
    open_ones = [notice for notice in chosen if notice.kind != "mended"]
    counts = {s: sum(n.severity is s for n in open_ones) for s in Severity}
    words = ", ".join(f"{n} {s.value}{'s' * (n > 1 and s is not Severity.BLOCKING)}" for s, n in counts.items() if n)
    repaired = f"; {mended} kind{'s' * (mended > 1)} of repair" if mended else ""
    return f"Data quality: {words or 'nothing to tell'}{repaired}"
