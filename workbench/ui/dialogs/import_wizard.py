"""The import wizard: what the files are, which column is what, and the first rows to check it by."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import WorkbenchError
from workbench.events import profiles
from workbench.events.privacy import Privacy
from workbench.events.schema import Mapping
from workbench.events.source import Choices, DataKind, Preview, Recognition, Sources
from workbench.project.datasets import own_salt
from workbench.ui.fields import form, label, section
from workbench.ui.theme import theme

_ROLES = (
    ("user", "Person", "Who did it: an id, always read as text"),
    ("time", "Time", "When it happened"),
    ("event", "Event", "What happened"),
    ("session", "Session", "Optional: cuts visits as the source did"),
    ("value", "Value", "Optional: money of a conversion"),
    ("event_id", "Event id", "Optional: equal ids are one event"),
)
_ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Tokyo",
)
_NOTHING = "–"


class ImportWizard(QDialog):
    """Opens the files, proposes a mapping and lets a person change it; accepts only a complete one.

    Raises
    ------
    WorkbenchError
        If a file cannot be opened at all.
    """

    def __init__(self, parent: QWidget, paths: tuple[Path, ...]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import data")
        self.resize(980, 640)
        self.recognition: Recognition
        self.is_events = True
        self._proposed: Mapping | None = None
        self._columns: tuple[str, ...] = ()
        preview = self._look(paths)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(label(self._headline(paths), "title"))
        layout.addWidget(label(self._particulars(), "muted"))
        self.used = label("", "muted")
        layout.addWidget(self.used)
        self.boxes: dict[str, QComboBox] = {}
        self.zone_box = QComboBox(editable=True)
        if self.is_events:
            layout.addLayout(self._build_roles())
        layout.addWidget(section("First rows"))
        self.table = _preview_table(preview)
        layout.addWidget(self.table, 1)
        self.warning = label("", "warn")
        layout.addWidget(self.warning)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Import")
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        layout.addWidget(self.buttons)
        self._use(profiles.fitting(self._columns) if self.is_events else None)
        self._check()

    def _look(self, paths: tuple[Path, ...]) -> Preview:
        with Sources(paths) as sources:
            self.recognition = sources.recognition
            self._columns = sources.recognition.columns
            self.is_events = self.recognition.kind is DataKind.EVENTS or not _holds_counts(sources)
            if self.is_events:
                self._proposed = _proposal(sources)
            return sources.preview

    def _use(self, profile: profiles.Profile | None) -> None:
        """Take over what was chosen for the last file with the same columns, and say so."""
        if profile is None:
            return
        for role, column in profile.choices.columns:
            if role in self.boxes:
                self.boxes[role].setCurrentText(column or _NOTHING)
        self.zone_box.setEditText(profile.choices.zone)
        self.masked.setChecked(profile.choices.privacy.mask)
        self.queries.setChecked(profile.choices.privacy.drop_queries)
        self.hashed.setChecked(bool(profile.choices.privacy.salt))
        self.used.setText(f"Chosen as for {profile.name}.")

    def _on_accepted(self) -> None:
        choices = self.choices()
        if choices is not None:
            name = self.recognition.main.member.name
            profiles.remember(profiles.Profile(name, self._columns, choices))
        self.accept()

    def _headline(self, paths: tuple[Path, ...]) -> str:
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        return f"{paths[0].name}{more}: {self.recognition.title}"

    def _particulars(self) -> str:
        main = self.recognition.main
        parts = [main.container]
        if main.encoding:
            parts.append(main.encoding)
        if main.separator:
            parts.append(f"separated by {'tab' if main.separator == chr(9) else main.separator}")
        if main.sheet:
            parts.append(f"sheet {main.sheet}")
        if len(self.recognition.sources) > 1:
            parts.append(f"{len(self.recognition.sources)} files")
        return " · ".join(parts)

    def _build_roles(self) -> QHBoxLayout:
        both = QHBoxLayout()
        for half in (_ROLES[:3], _ROLES[3:]):
            holder, rows = form()
            for role, words, tip in half:
                box = QComboBox()
                box.setToolTip(tip)
                box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
                box.addItems([_NOTHING, *self._columns])
                box.setCurrentText(getattr(self._proposed, role, None) or _NOTHING)
                box.currentIndexChanged.connect(self._check)
                self.boxes[role] = box
                rows.addRow(words, box)
            both.addWidget(holder, 1)
        holder, rows = form()
        self.zone_box.addItems(list(_ZONES))
        self.zone_box.setToolTip("Zone of times that name none")
        completer = QCompleter(_all_zones(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.zone_box.setCompleter(completer)
        self.zone_box.editTextChanged.connect(self._check)
        rows.addRow("Time zone", self.zone_box)
        self.masked = QCheckBox("Mask personal data")
        self.masked.setToolTip("E-mail, phone, IP and card numbers, before anything is stored")
        self.queries = QCheckBox("Drop URL queries")
        self.hashed = QCheckBox("Hash ids")
        self.hashed.setToolTip("With a salt that stays on this computer")
        for tick in (self.masked, self.queries, self.hashed):
            rows.addRow(tick)
        both.addWidget(holder, 1)
        return both

    def _check(self) -> None:
        words = ""
        if self.is_events:
            lacking = [title.lower() for role, title, _ in _ROLES[:3] if self.boxes[role].currentText() == _NOTHING]
            if lacking:
                words = f"Choose the column of the {', the '.join(lacking)}."
            elif self.zone_box.currentText() not in _all_zones():
                words = f"“{self.zone_box.currentText()}” is no time zone; write one such as Europe/Berlin."
            self._mark_columns()
        else:
            words = "These are added-up counts: each element takes the count of the step that its rule names."
        self.warning.setText(words)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not words or not self.is_events)

    def _mark_columns(self) -> None:
        roles = {box.currentText(): title for (role, title, _), box in zip(_ROLES, self.boxes.values(), strict=True)}
        for column in range(self.table.columnCount()):
            head = self.table.horizontalHeaderItem(column) or QTableWidgetItem()
            name = str(head.data(Qt.ItemDataRole.UserRole))
            head.setText(f"{name}\n{roles[name]}" if name in roles else f"{name}\n")
            head.setForeground(QColor(theme().colours.accent if name in roles else theme().colours.muted))

    def choices(self) -> Choices | None:
        """What differs from the proposal, "" for a column taken off; None if all was kept."""
        if not self.is_events:
            return None
        given = {role: box.currentText() for role, box in self.boxes.items()}
        columns = {role: "" if words == _NOTHING else words for role, words in given.items()}
        changed = tuple(
            (r, column) for r, column in columns.items() if column != (getattr(self._proposed, r, None) or "")
        )
        zone, privacy = self.zone_box.currentText(), self._privacy()
        if not changed and zone == "UTC" and not privacy.is_on:
            return None
        return Choices(columns=changed, zone=zone, privacy=privacy)

    def _privacy(self) -> Privacy:
        salt = own_salt() if self.hashed.isChecked() else ""
        return Privacy(salt, self.masked.isChecked(), self.queries.isChecked())


def _holds_counts(sources: Sources) -> bool:
    """Whether step counts were recognised; what holds neither is offered as events, to be mapped by hand."""
    try:
        sources.step_counts()
    except WorkbenchError:
        return False
    return True


def _proposal(sources: Sources) -> Mapping:
    """The proposed mapping; an empty one where a person must choose."""
    if not sources.items:
        return Mapping()
    try:
        return sources.mapping
    except WorkbenchError:
        return Mapping()


def _all_zones() -> list[str]:
    import zoneinfo

    return sorted(zoneinfo.available_timezones())


def _preview_table(preview: Preview) -> QTableWidget:
    table = QTableWidget(len(preview.rows), len(preview.columns))
    for column, name in enumerate(preview.columns):
        head = QTableWidgetItem(f"{name}\n")
        head.setData(Qt.ItemDataRole.UserRole, name)
        table.setHorizontalHeaderItem(column, head)
    for row, cells in enumerate(preview.rows):
        for column, text in enumerate(cells):
            table.setItem(row, column, QTableWidgetItem(text[:300]))
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.verticalHeader().setDefaultSectionSize(24)
    for column in range(table.columnCount()):
        table.setColumnWidth(column, 150)
    return table
