"""The open document: one journey, its undo stack, its file, and what is selected."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from workbench.journey.change import Change
from workbench.journey.journey import Journey
from workbench.project import file

UNDO_LIMIT = 1_000


class _Edit(QUndoCommand):
    """The only undo command: undo and redo both show a journey."""

    def __init__(self, session: Session, label: str, before: Journey, after: Journey, merge: Hashable) -> None:
        super().__init__(label)
        self._session, self._before, self._after, self._merge = session, before, after, merge

    def redo(self) -> None:
        self._session.show(self._after)

    def undo(self) -> None:
        self._session.show(self._before)

    def id(self) -> int:
        return -1 if self._merge is None else hash(self._merge) & 0x3FFFFFFF

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or other._merge != self._merge or self._session.merge_is_closed:
            return False
        self._after = other._after
        self.setObsolete(self._after == self._before)
        return True


class Session(QObject):
    """Everything that views share; a view asks it to `apply` an edit and is told what changed."""

    journey_changed = Signal(object)
    document_replaced = Signal()
    selection_changed = Signal()
    path_changed = Signal()
    dirty_changed = Signal(bool)
    said = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._journey = Journey()
        self._selection: tuple[str, ...] = ()
        self._path: Path | None = None
        self._was_dirty = False
        self.merge_is_closed = False
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)
        self.undo_stack.cleanChanged.connect(self._on_clean_changed)

    @property
    def journey(self) -> Journey:
        return self._journey

    @property
    def path(self) -> Path | None:
        """The file the journey was read from or saved to."""
        return self._path

    @property
    def is_dirty(self) -> bool:
        return not self.undo_stack.isClean()

    @property
    def selection(self) -> tuple[str, ...]:
        """Ids of the selected elements and links, in the order they were selected."""
        return self._selection

    @property
    def selected_elements(self) -> tuple[Any, ...]:
        known = self._journey.element_by_id
        return tuple(known[i] for i in self._selection if i in known)  # type: ignore[index]

    @property
    def selected_links(self) -> tuple[Any, ...]:
        known = self._journey.link_by_id
        return tuple(known[i] for i in self._selection if i in known)  # type: ignore[index]

    def apply(
        self, label: str, edit: Callable[..., Journey], *args: Any, merge: Hashable = None, **fields: Any
    ) -> None:
        """Run an edit as one undo step; an edit that changes nothing leaves no step.

        Edits in a row with the same `merge` key become one step until `close_merge`.
        """
        after = edit(self._journey, *args, **fields)
        if after == self._journey:
            return
        self.undo_stack.push(_Edit(self, label, self._journey, after, merge))
        self.merge_is_closed = False

    def close_merge(self) -> None:
        """End the gesture: the next edit with the same merge key is a step of its own."""
        self.merge_is_closed = True

    def show(self, journey: Journey) -> None:
        """Make this the current journey and tell the views what differs."""
        change = Change.between(self._journey, journey)
        self._journey = journey
        known = journey.element_by_id.keys() | journey.link_by_id.keys()
        if any(i not in known for i in self._selection):
            self.select(i for i in self._selection if i in known)
        if not change.is_empty:
            self.journey_changed.emit(change)

    def select(self, ids: Iterable[str]) -> None:
        selection = tuple(dict.fromkeys(ids))
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit()

    def start(self, journey: Journey, path: Path | None = None) -> None:
        """Open another document; undo begins anew."""
        self.select(())
        self.undo_stack.clear()
        self._path = path
        self.document_replaced.emit()
        self.show(journey)
        self.path_changed.emit()

    def open(self, path: Path) -> None:
        """Read a journey file.

        Raises
        ------
        WorkbenchError
            If it cannot be read; the open document stays.
        """
        self.start(file.load(path), path)

    def mark_unsaved(self) -> None:
        """Let a document that was just opened count as changed: it came from a copy, not from its file."""
        self.undo_stack.resetClean()

    def keep_measured(self, figures: tuple[tuple[str, Any], ...]) -> None:
        """Let the journey carry the figures last measured; no edit, so no undo step."""
        self._journey = replace(self._journey, measured=figures)

    def save(self, path: Path | None = None) -> Path:
        """Write the journey to its file, or to a new one."""
        target = path or self._path
        if target is None:
            raise ValueError("a journey without a file needs a path")
        file.save(self._journey, target)
        self._path = target
        self.undo_stack.setClean()
        self.path_changed.emit()
        return target

    def _on_clean_changed(self, is_clean: bool) -> None:
        if self._was_dirty != (not is_clean):
            self._was_dirty = not is_clean
            self.dirty_changed.emit(self._was_dirty)
