"""Shaping: which part of the data the whole journey looks at; every change is an edit that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from workbench.journey import edits
from workbench.journey.journey import Shaping
from workbench.journey.rule import Condition, Operator
from workbench.session.desk import Desk
from workbench.ui.data_words import instant
from workbench.ui.fields import TextField, clear, form, label, narrow, section, tool_button
from workbench.ui.panels.rule_form import ConditionRow

_MOST_DAYS = 3660
_DAY = timedelta(days=1)


class ShapingForm(QWidget):
    """Date range, filters, ignored events and excluded dates; what cannot be read is told and not taken."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shown_key: Any = None
        self.date_from, self.date_to = TextField("first day"), TextField("last day")
        self.ignored = TextField("event, event…")
        self.excluded = TextField("2026-01-05, 2026-01-10 to 2026-01-12")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self.add_filter = tool_button("+ filter", tip="Only events whose property passes are counted")
        self.add_technical = tool_button("ignore technical events")
        self.without_repeats = QCheckBox("Leave exact repeats out")
        self.without_repeats.setToolTip("Events equal to an earlier one of the same person in time and every property")
        self.once_per = narrow(QComboBox())
        self.once_per.setToolTip("A property, such as the transaction id, that counts once per person and event name")
        self.told, self.period = label("", "loss"), label("", "muted")
        self.told.setAccessibleName("What could not be read")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(section("Shaping: which part of the data"))
        holder, rows = form()
        for words, field in (
            ("From", self.date_from),
            ("To", self.date_to),
            ("Without", self.excluded),
            ("Ignore", self.ignored),
        ):
            rows.addRow(words, field)
        self.excluded.setToolTip("Dates on which nothing counts, with commas between them; “to” names a range.")
        self.ignored.setToolTip("Events that play no part in paths, with commas between them.")
        for widget in (self.told, holder, self.add_technical):
            layout.addWidget(widget)
        layout.addLayout(self._rows)
        layout.addWidget(self.add_filter)
        holder, rows = form()
        rows.addRow(self.without_repeats)
        rows.addRow("Once per", self.once_per)
        for widget in (holder, self.period):
            layout.addWidget(widget)

    def _connect(self) -> None:
        self.date_from.committed.connect(lambda text: self._take(text, partial(self._with_day, "date_from")))
        self.date_to.committed.connect(lambda text: self._take(text, partial(self._with_day, "date_to")))
        self.excluded.committed.connect(
            lambda text: self._take(text, lambda t: replace(self._shaping, excluded_dates=days_of(t)))
        )
        self.ignored.committed.connect(lambda text: self._take(text, self._with_ignored))
        self.without_repeats.clicked.connect(
            lambda is_on: self._apply(replace(self._shaping, without_repeats=bool(is_on)))
        )
        self.once_per.activated.connect(
            lambda _: self._apply(replace(self._shaping, once_per=self.once_per.currentData() or ""))
        )
        self.add_filter.clicked.connect(lambda: self._add_row(None))
        self.add_technical.clicked.connect(self._on_technical)
        self._desk.shelf.changed.connect(self.refresh)

    @property
    def _shaping(self) -> Shaping:
        return self._desk.session.journey.shaping

    # --- taking

    def _take(self, text: str, read: Callable[[str], Shaping]) -> None:
        try:
            wanted = read(text)
        except ValueError as error:
            self.told.setText(str(error))
        else:
            self.told.setText("")
            self._apply(wanted)
        self.refresh()

    def _apply(self, shaping: Shaping) -> None:
        self._desk.session.apply("Shape data", edits.amend_journey, shaping=shaping)

    def _with_day(self, field: str, text: str) -> Shaping:
        day = day_of(text) if text.strip() else None
        is_from = field == "date_from"
        wanted = replace(self._shaping, date_from=day) if is_from else replace(self._shaping, date_to=day)
        if wanted.date_from and wanted.date_to and wanted.date_from > wanted.date_to:
            raise ValueError(f"{wanted.date_from} is after {wanted.date_to}: the range holds no day.")
        return wanted

    def _with_ignored(self, text: str) -> Shaping:
        names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        for element in self._desk.session.journey.elements:
            bound = [name for name in names if element.rule is not None and name in element.rule.events]
            if bound:
                raise ValueError(f"“{bound[0]}” is bound to “{element.title}”; it cannot be ignored.")
        return replace(self._shaping, ignored_events=names)

    def _on_technical(self) -> None:
        self._apply(replace(self._shaping, ignored_events=(*self._shaping.ignored_events, *self._technical())))

    def _set_filter(self, index: int | None, condition: Condition | None) -> None:
        kept = list(self._shaping.filters)
        place = len(kept) if index is None else index
        kept[place : place + 1] = [condition] if condition is not None else []
        self._shown_key = None
        self._apply(replace(self._shaping, filters=tuple(kept)))
        self.refresh()

    # --- showing

    def refresh(self) -> None:
        shaping = self._shaping
        for field, words in (
            (self.date_from, shaping.date_from or ""),
            (self.date_to, shaping.date_to or ""),
            (self.excluded, days_words(shaping.excluded_dates)),
            (self.ignored, ", ".join(shaping.ignored_events)),
        ):
            if not (field.hasFocus() and field.isModified()):
                field.show_value(words)
                field.setCursorPosition(0)
        self.told.setVisible(bool(self.told.text()))
        technical = self._technical()
        self.add_technical.setVisible(bool(technical))
        self.add_technical.setToolTip(f"Ignore {', '.join(technical)}")
        if technical:
            self.ignored.setPlaceholderText(", ".join(technical))
        self.period.setText(self._period_words())
        self.without_repeats.setChecked(shaping.without_repeats)
        self._offer_properties(shaping.once_per)
        key = (shaping.filters, id(self._desk.shelf.first))
        if key != self._shown_key:
            self._shown_key = key
            clear(self._rows)
            for index, condition in enumerate(shaping.filters):
                self._add_row(index, condition)

    def _offer_properties(self, chosen: str) -> None:
        wanted = ["", *dict.fromkeys([*([chosen] if chosen else []), *self._properties()])]
        if [self.once_per.itemData(i) for i in range(self.once_per.count())] != wanted:
            self.once_per.clear()
            for name in wanted:
                self.once_per.addItem(name or "every event counts", name)
        self.once_per.setCurrentIndex(wanted.index(chosen))

    def _add_row(self, index: int | None, condition: Condition | None = None) -> None:
        """A filter that is set, or a new one (index None) that counts once it has a value."""
        properties = self._properties()
        first = Condition((properties or ["property"])[0], Operator.EQ)
        row = ConditionRow(self._desk, condition or first, properties)
        row.committed.connect(lambda c: self._set_filter(index, c))
        row.dropped.connect(lambda: self._set_filter(index, None))
        self._rows.addWidget(row)

    def _properties(self) -> list[str]:
        loaded = self._desk.shelf.first
        return sorted(loaded.store.properties) if loaded is not None and loaded.store is not None else []

    def _technical(self) -> tuple[str, ...]:
        """Technical events of the export that are in the data, not ignored yet, and no element's."""
        loaded = self._desk.shelf.first
        if loaded is None or loaded.report is None:
            return ()
        journey = self._desk.session.journey
        bound = {name for e in journey.elements if e.rule is not None for name in e.rule.events}
        taken = bound | set(journey.shaping.ignored_events)
        return tuple(n for n in loaded.report.technical if n in loaded.report.event_totals and n not in taken)

    def _period_words(self) -> str:
        loaded = self._desk.shelf.first
        zone = f"Whole days in {self._desk.session.journey.time_zone}."
        if loaded is None or loaded.report is None:
            return zone
        report = loaded.report
        return f"{zone} The data runs from {instant(report.first_us)[:10]} to {instant(report.last_us)[:10]}."


def day_of(text: str) -> str:
    """A day as ISO writes it.

    Examples
    --------
    >>> day_of(" 2026-01-05 ")
    '2026-01-05'
    """
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise ValueError(f"“{text.strip()}” is no date: write YYYY-MM-DD, such as 2026-01-31.") from None


def days_of(text: str) -> tuple[str, ...]:
    """Days and ranges of days, sorted and without repeats.

    Examples
    --------
    >>> days_of("2026-01-10 to 2026-01-12, 2026-01-05")
    ('2026-01-05', '2026-01-10', '2026-01-11', '2026-01-12')
    """
    found: set[str] = set()
    for part in filter(str.strip, text.split(",")):
        ends = [date.fromisoformat(day_of(end)) for end in part.split(" to ")]
        if len(ends) > 2 or ends[0] > ends[-1]:
            raise ValueError(f"“{part.strip()}” is no range: write the first day, “to” and the last day.")
        if (ends[-1] - ends[0]).days > _MOST_DAYS:
            raise ValueError(f"“{part.strip()}” is longer than ten years.")
        found |= {(ends[0] + n * _DAY).isoformat() for n in range((ends[-1] - ends[0]).days + 1)}
    return tuple(sorted(found))


def days_words(days: Iterable[str]) -> str:
    """Days with runs of them written as ranges: the opposite of `days_of`.

    Examples
    --------
    >>> days_words(("2026-01-05", "2026-01-10", "2026-01-11", "2026-01-12"))
    '2026-01-05, 2026-01-10 to 2026-01-12'
    """
    runs: list[list[date]] = []
    for day in sorted(map(date.fromisoformat, days)):
        if runs and day - runs[-1][-1] == _DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
