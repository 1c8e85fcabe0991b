"""Progress of long work, with a cancel in it."""

from __future__ import annotations

import threading

from workbench.errors import CancelledError


class Progress:
    """Shared between the worker, which calls `step`, and the watcher, which reads the fields and may `cancel`."""

    def __init__(self) -> None:
        self.done = 0.0
        self.total = 0.0
        self.rows = 0
        self.label = ""
        self._cancelled = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def share(self) -> float | None:
        """Part of the work that is done, 0..1, or None while the total is unknown."""
        return min(1.0, self.done / self.total) if self.total > 0 else None

    def cancel(self) -> None:
        self._cancelled.set()

    def step(self, done: float, total: float, rows: int = 0, label: str = "") -> None:
        """Report where the work stands.

        Raises
        ------
        CancelledError
            If the watcher asked to stop.
        """
        self.done, self.total, self.rows = done, total, rows
        if label:
            self.label = label
        if self._cancelled.is_set():
            raise CancelledError
