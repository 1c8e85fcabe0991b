"""Background lanes: a frozen request in, a frozen answer out, on one serial worker per lane; the newest wins."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal

from workbench.errors import CancelledError, WorkbenchError
from workbench.progress import Progress

_log = logging.getLogger(__name__)
CANCEL_ABOVE_S = 0.25
"""Shorter work is left to finish: cancelling it at every edit would show nothing while a finger drags (measured)."""


@dataclass(frozen=True, slots=True)
class Request:
    """Work with the key that it answers."""

    key: Any
    work: Callable[[Progress], Any]


class _Run(QRunnable):
    def __init__(self, lane: Lane, request: Request, progress: Progress) -> None:
        super().__init__()
        self.setAutoDelete(False)
        self._lane, self.request, self.progress = lane, request, progress
        self.started_s = time.monotonic()

    def run(self) -> None:
        answer: Any = None
        error: Exception | None = None
        try:
            answer = self.request.work(self.progress)
        except (WorkbenchError, CancelledError) as expected:
            error = expected
        except Exception as bug:  # noqa: BLE001 - a bug in a worker must reach the window, not vanish with the thread
            _log.exception("background work failed")
            error = bug
        self._lane.came_home.emit(self, answer, error)


class Lane(QObject):
    """One serial worker with at most one request running and one waiting."""

    came_home = Signal(object, object, object)
    answered = Signal(object, object)
    """key, answer; an older key than `newest_key` may be drawn dimmed, never kept."""
    failed = Signal(object, object)
    busy_changed = Signal(bool)
    progressed = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._running: _Run | None = None
        self._waiting: Request | None = None
        self._usual_s = 0.0
        self._is_shut = False
        self.newest_key: Any = None
        self.came_home.connect(self._on_came_home)
        self._poll = QTimer(self)
        self._poll.setInterval(80)
        self._poll.timeout.connect(self._on_poll)

    @property
    def is_busy(self) -> bool:
        return self._running is not None

    def request(self, key: Any, work: Callable[[Progress], Any]) -> None:
        """Ask for an answer; what waits is replaced, what runs is cancelled only if it is expected to be long."""
        if self._is_shut:
            return
        self.newest_key = key
        self._waiting = Request(key, work)
        if self._running is None:
            self._start()
        elif self._usual_s > CANCEL_ABOVE_S:
            self._running.progress.cancel()

    def cancel(self) -> None:
        """Stop what runs and forget what waits."""
        self._waiting = None
        if self._running:
            self._running.progress.cancel()

    def shutdown(self) -> None:
        """Cancel and wait, so that no worker outlives the window; an answer that still comes home asks for no more."""
        self._is_shut = True
        self.cancel()
        self._pool.waitForDone()
        self._poll.stop()

    def _start(self) -> None:
        request, self._waiting = self._waiting, None
        if request is None:
            return
        was_busy = self._running is not None
        self._running = _Run(self, request, Progress())
        self._poll.start()
        if not was_busy:
            self.busy_changed.emit(True)
        self._pool.start(self._running)

    def _on_came_home(self, run: _Run, answer: Any, error: Exception | None) -> None:
        took_s = time.monotonic() - run.started_s
        if error is None:
            self._usual_s = 0.6 * self._usual_s + 0.4 * took_s if self._usual_s else took_s
        self._running = None
        if self._waiting is not None:
            self._start()
        else:
            self._poll.stop()
            self.busy_changed.emit(False)
        if error is not None:
            self.failed.emit(run.request.key, error)
        else:
            self.answered.emit(run.request.key, answer)

    def _on_poll(self) -> None:
        if self._running:
            self.progressed.emit(self._running.progress)
