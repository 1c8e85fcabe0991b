"""From where a clock starts: entry, or an element before the macro-conversion."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox

from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind

_ENTRY = "the first event"


class OriginChoice(QComboBox):
    """Offers entry and every bound element but the macro-conversions."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("From")

    @property
    def origin_id(self) -> ElementId | None:
        chosen = self.currentData()
        return ElementId(chosen) if chosen else None

    def offer(self, journey: Journey) -> bool:
        """Fill it for a journey; tells whether another origin is chosen than before."""
        bound = [e for e in journey.elements if e.is_bound and e.kind is not Kind.MACRO]
        items = [(_ENTRY, ""), *((e.title, str(e.element_id)) for e in bound)]
        if items == [(self.itemText(i), self.itemData(i)) for i in range(self.count())]:
            return False
        before = self.currentData()
        with QSignalBlocker(self):
            self.clear()
            for title, value in items:
                self.addItem(title, value)
            self.setCurrentIndex(max(0, self.findData(before)))
        return bool(self.currentData() != before)
