"""A box for a time zone: the usual ones to pick, all others by typing a part of their name."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit

_USUAL = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Tokyo",
)


class ZoneBox(QComboBox):
    """Editable, so that every zone can be typed; `is_zone` tells whether what stands there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.edit = QLineEdit()
        self.setLineEdit(self.edit)
        for part in (self, self.edit):
            part.setAccessibleName("Time zone")
        self.addItems(list(_USUAL))
        self._is_completed = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """All names are looked up once somebody types here."""
        if not self._is_completed:
            self._is_completed = True
            completer = QCompleter(all_zones(), self)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            self.setCompleter(completer)
        super().focusInEvent(event)

    @property
    def is_zone(self) -> bool:
        return self.currentText() in all_zones()


def all_zones() -> list[str]:
    """Names of the time zones that are known."""
    import zoneinfo

    return sorted(zoneinfo.available_timezones())
