"""Form of the journey itself: name, currency, window, counting, and the data it is measured on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workbench.journey import edits
from workbench.journey.journey import DAY_S
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.data_words import one_line
from workbench.ui.fields import NumberField, TextField, form, label, narrow, section
from workbench.ui.panels.shaping_form import ShapingForm
from workbench.ui.zone_box import ZoneBox

_CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY", "SEK", "INR", "AUD", "CAD", "BRL", "PLN")
_WINDOWS = (
    ("1 hour", 3600.0),
    ("1 day", 1.0 * DAY_S),
    ("3 days", 3.0 * DAY_S),
    ("7 days (content)", 7.0 * DAY_S),
    ("14 days", 14.0 * DAY_S),
    ("30 days (e-commerce)", 30.0 * DAY_S),
    ("90 days", 90.0 * DAY_S),
    ("180 days (B2B)", 180.0 * DAY_S),
    ("no window", None),
)
_MODES = (
    ("in order", "ordered"),
    ("in strict order", "strict"),
    ("any order (funnel panel)", "any"),
    ("open (funnel panel)", "open"),
)
_TIES = (("count as in order", "any"), ("must be later", "increasing"), ("file order decides", "file"))
_ENTRIES = (("any try", "any"), ("first try only", "first"))
_UNITS = (("people", "user"), ("sessions", "session"))
_REPEATS = (("are one", "collapse"), ("interrupt", "break"))
_EFFECTS = (("the whole try", "discard"), ("what follows", "stop"))


class JourneyForm(QWidget):
    """What the numbers of the whole map depend on."""

    summary_asked = Signal()
    import_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.name = TextField("Name of the journey")
        self.currency = QComboBox(editable=True)
        self.currency_edit = QLineEdit()
        self.currency.setLineEdit(self.currency_edit)
        self.currency_edit.setAccessibleName("Currency")
        self.currency.addItems(list(_CURRENCIES))
        self.window_box = _choices(_WINDOWS)
        self.mode, self.ties = _choices(_MODES), _choices(_TIES)
        self.entry, self.unit = _choices(_ENTRIES), _choices(_UNITS)
        self.repeats, self.effect = _choices(_REPEATS), _choices(_EFFECTS)
        self.pause = NumberField("minutes", low=0.01)
        self.pause.setToolTip("A visit ends after so long without an event, where the data name no sessions")
        self.zone = ZoneBox()
        self.zone.setToolTip("Zone of days and weeks: in charts, date ranges and forecasts")
        self.shaping = ShapingForm(desk)
        self.withhold = NumberField("show all counts")
        self.withhold.setToolTip(
            "Exports leave out counts of fewer people than this, and those that would give them away"
        )
        self.loaded = label()
        self.summary = QPushButton("Data summary…")
        self.load = QPushButton("Import data…")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(6)
        layout.addWidget(section("Journey"))
        holder, rows = form()
        rows.addRow("Name", self.name)
        rows.addRow("Currency", self.currency)
        rows.addRow("Window", self.window_box)
        rows.addRow("Time zone", self.zone)
        layout.addWidget(holder)
        layout.addWidget(section("Counting"))
        holder, rows = form()
        rows.addRow("Count", self.unit)
        rows.addRow("Steps", self.mode)
        rows.addRow("Same time", self.ties)
        rows.addRow("Entries", self.entry)
        rows.addRow("Pause", self.pause)
        rows.addRow("Repeats", self.repeats)
        rows.addRow("Exclusion ends", self.effect)
        self._counting = rows
        layout.addWidget(holder)
        layout.addWidget(self.shaping)
        layout.addWidget(section("Exports"))
        holder, rows = form()
        rows.addRow("Withhold below", self.withhold)
        layout.addWidget(holder)
        layout.addWidget(section("Data"))
        layout.addWidget(self.loaded)
        layout.addWidget(self.load)
        layout.addWidget(self.summary)
        layout.addStretch(1)

    def _connect(self) -> None:
        session = self._desk.session
        self.name.committed.connect(self._on_name)
        self.currency.textActivated.connect(self._on_currency)
        self.currency_edit.editingFinished.connect(lambda: self._on_currency(self.currency.currentText()))
        self.window_box.activated.connect(lambda _: self._amend(window_s=self.window_box.currentData()))
        for name, box in (
            *(("mode", self.mode), ("ties", self.ties), ("entry", self.entry), ("count_by", self.unit)),
            *(("strict_repeats", self.repeats), ("exclusion_effect", self.effect)),
        ):
            box.activated.connect(
                lambda _, f=name, b=box: self._amend(counting=replace(session.journey.counting, **{f: b.currentData()}))
            )
        self.pause.committed.connect(self._on_pause)
        self.zone.activated.connect(lambda _: self._on_zone())
        self.zone.edit.editingFinished.connect(self._on_zone)
        self.withhold.committed.connect(lambda least: self._amend(withhold_below=round(least or 0)))
        self.summary.clicked.connect(self.summary_asked)
        self.load.clicked.connect(self.import_asked)
        self._desk.shelf.changed.connect(self.refresh)

    def _amend(self, **fields: Any) -> None:
        self._desk.session.apply("Change journey", edits.amend_journey, **fields)

    def _on_name(self, text: str) -> None:
        if text.strip():
            self._amend(name=text.strip())

    def _on_currency(self, text: str) -> None:
        code = text.strip().upper()
        if len(code) == 3 and code.isalpha():
            self._amend(currency=code)
        self.refresh()

    def _on_pause(self, minutes: float | None) -> None:
        counting = self._desk.session.journey.counting
        self._amend(counting=replace(counting, session_gap_s=(minutes or 30.0) * 60.0))

    def _on_zone(self) -> None:
        if self.zone.is_zone and self.zone.currentText() != self._desk.session.journey.time_zone:
            self._amend(time_zone=self.zone.currentText())
        self.refresh()

    def refresh(self) -> None:
        journey = self._desk.session.journey
        self.name.show_value(journey.name)
        with QSignalBlocker(self.currency):
            self.currency.setEditText(journey.currency)
        _show(self.window_box, journey.window_s, numbers.duration(journey.window_s))
        for box, value in (
            (self.mode, journey.counting.mode),
            (self.ties, journey.counting.ties),
            (self.entry, journey.counting.entry),
            (self.unit, journey.counting.count_by),
            (self.repeats, journey.counting.strict_repeats),
            (self.effect, journey.counting.exclusion_effect),
        ):
            _show(box, value, str(value))
        if not (self.zone.edit.hasFocus() and self.zone.edit.isModified()):
            with QSignalBlocker(self.zone):
                self.zone.setEditText(journey.time_zone)
        self.pause.show_value(journey.counting.session_gap_s / 60.0)
        has_sessions = any(element.rule is not None and element.rule.per_session for element in journey.elements)
        self._counting.setRowVisible(self.pause, has_sessions or journey.counting.count_by == "session")
        self._counting.setRowVisible(self.repeats, journey.counting.mode == "strict")
        self._counting.setRowVisible(self.effect, any(link.exclusion is not None for link in journey.links))
        self.shaping.refresh()
        self.withhold.show_value(float(journey.withhold_below) if journey.withhold_below else None)
        self.loaded.setText(self._data_words())
        self.summary.setEnabled(bool(self._desk.shelf.loaded))

    def _data_words(self) -> str:
        loaded = self._desk.shelf.loaded.values()
        if not loaded:
            return "No data is loaded: rates can be typed on the links, and the forecast works with them."
        return "\n".join(one_line(item) for item in loaded)


def _choices(pairs: tuple[tuple[str, Any], ...]) -> QComboBox:
    box = narrow(QComboBox())
    for words, value in pairs:
        box.addItem(words, value)
    return box


def _show(box: QComboBox, value: Any, words: str) -> None:
    with QSignalBlocker(box):
        row = next((i for i in range(box.count()) if box.itemData(i) == value), -1)
        if row < 0:
            box.addItem(words, value)
            row = box.count() - 1
        box.setCurrentIndex(row)
