"""Drafts a map from the loaded events, in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.errors import CancelledError
from workbench.progress import Progress
from workbench.session.background import Lane
from workbench.session.shelf import Shelf

if TYPE_CHECKING:
    from workbench.events.store import EventStore


class Drafter(QObject):
    """`made` carries a Draft, or None where the data hold too little."""

    made = Signal(object)
    failed = Signal(object)

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf)
        self._shelf = shelf
        self.lane = Lane("draft", self)
        self.lane.answered.connect(self._on_answered)
        self.lane.failed.connect(self._on_failed)

    def ask(self) -> None:
        """Draft from the first dataset."""
        loaded = self._shelf.first
        if loaded is None or loaded.store is None:
            return
        store, technical = loaded.store, loaded.report.technical if loaded.report is not None else ()

        def work(progress: Progress) -> object:
            from workbench.analysis.draft import draft

            return draft(store, technical)

        self.lane.request(store, work)

    def shutdown(self) -> None:
        self.lane.shutdown()

    def _on_answered(self, store: EventStore, found: object) -> None:
        """A draft of data that are no longer there, as of another document, is not for this map."""
        first = self._shelf.first
        if first is not None and first.store is store:
            self.made.emit(found)

    def _on_failed(self, _: object, error: Exception) -> None:
        if not isinstance(error, CancelledError):
            self.failed.emit(error)
