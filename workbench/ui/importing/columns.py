"""Step 2: which column is what, how times are read, and what is protected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.events.aggregates import CountKind, StepCounts
from workbench.events.privacy import Privacy
from workbench.events.source import Choices
from workbench.events.trial import Look
from workbench.project.datasets import own_salt
from workbench.ui.fields import form, label, section
from workbench.ui.importing.files import preview_table
from workbench.ui.theme import theme
from workbench.ui.zone_box import ZoneBox

EVENT_ROLES = (
    ("user", "Person", "Who did it: an id, always read as text"),
    ("time", "Time", "When it happened"),
    ("event", "Event", "What happened"),
    ("session", "Session", "Optional: cuts visits as the source did"),
    ("value", "Value", "Optional: money of a conversion"),
    ("event_id", "Event id", "Optional: equal ids are one event"),
)
COUNT_ROLES = (
    ("event", "Step", "The name of the step"),
    ("value", "Count", "How many reached it"),
    ("time", "Date", "Optional: the day of the count"),
)
_NEEDED = ("user", "time", "event")
_DATES = (("told by the column", None), ("day first: 31/12", True), ("month first: 12/31", False))
_KINDS = (("unique people", CountKind.UNIQUE), ("a sum that may be added up", CountKind.ADDITIVE))
NOTHING = "–"


class ColumnsPage(QWidget):
    """Roles of columns for events or for step counts; `changed` says that the choice is another one."""

    changed = Signal()
    forget_asked = Signal()

    def __init__(self, found: Look) -> None:
        super().__init__()
        self._look = found
        self._roles = EVENT_ROLES if found.is_events else COUNT_ROLES
        self.boxes: dict[str, QComboBox] = {}
        self.zone_box, self.dates, self.kind = ZoneBox(), QComboBox(), QComboBox()
        self.epoch, self.stitch = QCheckBox("Numbers are local time"), QCheckBox("Stitch log-ins")
        self.masked, self.queries = QCheckBox("Mask personal data"), QCheckBox("Drop URL queries")
        self.hashed = QCheckBox("Hash ids")
        self.used, self.warning = label("", "muted"), label("", "warn")
        self.forget = QPushButton("Forget these choices")
        self.forget.setToolTip("Begin with the guess again, for this file and those after it")
        self.forget.clicked.connect(self.forget_asked)
        self.forget.hide()
        self.table = preview_table(found.preview)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(self.used, 1)
        head.addWidget(self.forget)
        layout.addLayout(head)
        layout.addLayout(self._build_events() if found.is_events else self._build_counts(found.counts))
        layout.addWidget(self.warning)
        layout.addWidget(section("First rows"))
        layout.addWidget(self.table, 1)
        self._check()

    def _build_events(self) -> QHBoxLayout:
        columns = QHBoxLayout()
        for half in (self._roles[:3], self._roles[3:]):
            columns.addWidget(self._build_roles(half), 1)
        self.zone_box.setToolTip("Zone of times that name none")
        self.zone_box.editTextChanged.connect(self._check)
        for words, is_day_first in _DATES:
            self.dates.addItem(words, is_day_first)
        self.dates.setToolTip("Order in dates such as 03/04/2021 that prove none")
        self.dates.activated.connect(self._check)
        self.epoch.setToolTip("Epoch numbers carry the offset of the time zone, as older exports do")
        self.stitch.setToolTip("Count a visitor before the log-in and the person after it as one, where the data tell")
        self.masked.setToolTip("E-mail, phone, IP and card numbers, before anything is stored")
        self.hashed.setToolTip("With a salt that stays on this computer")
        holder, rows = form()
        rows.addRow("Time zone", self.zone_box)
        rows.addRow("Dates", self.dates)
        columns.addWidget(holder, 1)
        ticks = QVBoxLayout()
        for tick in (self.epoch, self.stitch, self.masked, self.queries, self.hashed):
            tick.clicked.connect(self._check)
            ticks.addWidget(tick)
        ticks.addStretch(1)
        columns.addLayout(ticks)
        return columns

    def _build_counts(self, counts: StepCounts | None) -> QHBoxLayout:
        columns = QHBoxLayout()
        columns.addWidget(self._build_roles(self._roles), 1)
        for words, kind in _KINDS:
            self.kind.addItem(words, kind)
        self.kind.setToolTip("People who came on two days stand in both counts: their sum is no number of people")
        self.kind.setCurrentIndex(self.kind.findData(counts.kind) if counts is not None else 0)
        self.kind.activated.connect(self._check)
        holder, rows = form()
        rows.addRow("Counts are", self.kind)
        columns.addWidget(holder, 1)
        return columns

    def _build_roles(self, roles: Sequence[tuple[str, str, str]]) -> QWidget:
        holder, rows = form()
        for role, words, tip in roles:
            box = QComboBox()
            box.setToolTip(tip)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.addItems([NOTHING, *self._look.recognition.columns])
            box.setCurrentText(self._proposed(role) or NOTHING)
            box.currentIndexChanged.connect(self._check)
            self.boxes[role] = box
            rows.addRow(words, box)
        return holder

    def _proposed(self, role: str) -> str:
        counts = self._look.counts
        if counts is None:
            return getattr(self._look.mapping, role, None) or ""
        return counts.counted if role == "value" and counts.counted in self._look.recognition.columns else ""

    def use(self, choices: Choices, name: str) -> None:
        """Take over what was chosen for the last file with the same columns, and say so."""
        for role, column in choices.columns:
            if role in self.boxes:
                self.boxes[role].setCurrentText(column or NOTHING)
        self.zone_box.setEditText(choices.zone)
        self.dates.setCurrentIndex(max(0, self.dates.findData(choices.day_first)))
        if choices.count_kind is not None:
            self.kind.setCurrentIndex(self.kind.findData(choices.count_kind))
        self.epoch.setChecked(choices.epoch_is_local)
        self.stitch.setChecked(choices.stitch)
        self.masked.setChecked(choices.privacy.mask)
        self.queries.setChecked(choices.privacy.drop_queries)
        self.hashed.setChecked(bool(choices.privacy.salt))
        self.used.setText(f"Chosen as for {name}.")
        self.forget.show()
        self._check()

    @property
    def is_complete(self) -> bool:
        return not self._look.is_events or not self._lacking()

    def _lacking(self) -> str:
        lacking = [
            title.lower() for r, title, _ in self._roles if r in _NEEDED and self.boxes[r].currentText() == NOTHING
        ]
        if lacking:
            return f"Choose the column of the {', the '.join(lacking)}."
        if not self.zone_box.is_zone:
            return f"“{self.zone_box.currentText()}” is no time zone; write one such as Europe/Berlin."
        return ""

    def _check(self) -> None:
        if self._look.is_events:
            self.warning.setText(self._lacking())
        else:
            self.warning.setText("These are added-up counts: each element takes the count of the step its rule names.")
        self._mark_columns()
        self.changed.emit()

    def _mark_columns(self) -> None:
        roles = {box.currentText(): title for (_, title, _), box in zip(self._roles, self.boxes.values(), strict=True)}
        for column in range(self.table.columnCount()):
            head = self.table.horizontalHeaderItem(column) or QTableWidgetItem()
            name = str(head.data(Qt.ItemDataRole.UserRole))
            head.setText(f"{name}\n{roles.get(name, '')}")
            head.setForeground(QColor(theme().colours.accent if name in roles else theme().colours.muted))

    def choices(self, sheet: str | None) -> Choices | None:
        """What differs from the proposal, "" for a column taken off; None if all was kept."""
        given = {role: box.currentText() for role, box in self.boxes.items()}
        columns = {role: "" if words == NOTHING else words for role, words in given.items()}
        changed = tuple((role, column) for role, column in columns.items() if column != self._proposed(role))
        counts = self._look.counts
        kind = CountKind(self.kind.currentData()) if counts is not None else None
        chosen = Choices(
            columns=changed,
            zone=self.zone_box.currentText() or "UTC",
            sheet=sheet,
            day_first=self.dates.currentData(),
            epoch_is_local=self.epoch.isChecked(),
            stitch=self.stitch.isChecked(),
            count_kind=kind if counts is not None and kind is not counts.kind else None,
            privacy=self._privacy(),
        )
        return None if chosen == Choices() else chosen

    def _privacy(self) -> Privacy:
        salt = own_salt() if self.hashed.isChecked() else ""
        return Privacy(salt, self.masked.isChecked(), self.queries.isChecked())
