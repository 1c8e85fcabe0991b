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

    def pace(self, passed_s: float) -> str:
        """Rows read, rows a second and the time left, after so many seconds of work.

        Examples
        --------
        >>> half = Progress()
        >>> half.step(1.0, 2.0, 6_000, "Reading")
        >>> half.pace(2.0)
        'Reading: 6,000 rows, 3,000 a second, 2 s left'
        """
        words = f"{self.label or 'Reading'}: {self.rows:,} rows"
        if passed_s > 0 and self.rows:
            words += f", {self.rows / passed_s:,.0f} a second"
        return words + (f", {passed_s / self.share - passed_s:,.0f} s left" if self.share else "")

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
