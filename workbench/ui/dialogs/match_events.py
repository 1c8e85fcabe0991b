"""Matching: event names of the loaded data to the map's elements, taken over in one step."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from workbench.session.desk import Desk
from workbench.ui.data_words import event_totals
from workbench.ui.importing.names import NamesTable


class MatchDialog(QDialog):
    """The table of names with a button to accept it."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent)
        self.setWindowTitle("Match events to elements")
        self.resize(820, 560)
        loaded = desk.shelf.first
        self.names = NamesTable()
        self.names.show_names(desk.session.journey, event_totals(loaded) if loaded is not None else {})
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(self.names, 1)
        layout.addWidget(buttons)
