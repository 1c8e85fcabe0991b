"""Asks for measures when the part of the journey that numbers depend on changes; keeps the newest answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.analysis.kept import measures_of
from workbench.analysis.measures import Measures
from workbench.errors import CancelledError
from workbench.progress import Progress
from workbench.session.background import Lane
from workbench.session.session import Session
from workbench.session.shelf import Loaded, Shelf

if TYPE_CHECKING:
    from workbench.events.store import EventStore

NO_MEASURES = Measures(query=None)
_THROTTLE_MS = 15
_MOST_ANSWERS = 40


@dataclass(frozen=True, slots=True)
class Question:
    """What a panel asks beyond the map's own figures; `work` gets journey, measures, dataset and progress."""

    name: str
    work: Callable[[Any, Measures, Loaded, Progress], Any]


class Analyst(QObject):
    """Measures of the open journey on its loaded data, and the answers that visible panels want."""

    measured = Signal()
    first_measured = Signal()
    answered = Signal(str)
    failed = Signal(object)
    stale_changed = Signal(bool)

    def __init__(self, session: Session, shelf: Shelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._shelf = session, shelf
        self.measures: Measures = NO_MEASURES
        self.is_stale = False
        self._has_measured = False
        self._query: Any = None
        self._data_key: tuple[Any, ...] = ()
        self._wanted: dict[str, Question] = {}
        self._answers: dict[str, tuple[Any, Any]] = {}
        self.lane = Lane("interactive", self)
        self.lane.answered.connect(self._on_measured)
        self.lane.failed.connect(self._on_failed)
        self.heavy = Lane("heavy", self)
        self.heavy.answered.connect(self._on_heavy_answered)
        self.heavy.failed.connect(self._on_heavy_failed)
        self._timer = QTimer(self, singleShot=True, interval=_THROTTLE_MS)
        self._timer.timeout.connect(self._ask)
        session.journey_changed.connect(self._on_changed)
        shelf.changed.connect(self._on_changed)

    @property
    def key(self) -> tuple[Any, ...]:
        """What the current measures must answer: the query and the data."""
        return (self._query, self._data_key)

    def answer(self, name: str) -> Any:
        """The newest answer to a panel's question, or None."""
        found = self._answers.get(name)
        return found[1] if found else None

    def is_current(self, name: str) -> bool:
        """Whether the answer belongs to today's query and data."""
        found = self._answers.get(name)
        return found is not None and found[0] == self.key

    def exact(self) -> Callable[[Progress], Measures] | None:
        """How today's figures are measured, for somebody who cannot wait; None where they are there."""
        return partial(_measured, self._query, self._in_order(), False) if self.is_stale else None

    def want(self, question: Question) -> None:
        """Keep the answer to this question fresh, because somebody looks at it."""
        self._wanted[question.name] = question
        self._ask_heavy()

    def forget_want(self, name: str) -> None:
        """Nobody looks at this answer any more."""
        self._wanted.pop(name, None)

    def shutdown(self) -> None:
        self._timer.stop()
        self.lane.shutdown()
        self.heavy.shutdown()

    def _on_changed(self) -> None:
        from workbench.analysis.query import Query

        query = Query.of(self._session.journey)
        data_key = tuple((i, id(loaded.store or loaded.counts)) for i, loaded in self._shelf.loaded.items())
        if (query, data_key) == (self._query, self._data_key):
            return
        if data_key != self._data_key:
            self._answers.clear()  # an answer about other data is not even shown as an old one
        self._query, self._data_key = query, data_key
        if not self._shelf.loaded:
            self._take(measures_of(self._session.journey) or Measures(query=query))
            return
        self._set_stale(True)
        if not self._timer.isActive():
            self._timer.start()

    def _ask(self) -> None:
        self.lane.request(self.key, partial(_measured, self._query, self._in_order(), True))

    def _in_order(self) -> tuple[Loaded, ...]:
        """Loaded data in the order of the journey, since the first dataset serves elements without one."""
        order = [d.dataset_id for d in self._session.journey.datasets]
        loaded = self._shelf.loaded
        return tuple(loaded[i] for i in (*order, *(k for k in loaded if k not in order)) if i in loaded)

    def _on_measured(self, key: Any, measures: Measures) -> None:
        if key != self.key:
            return
        self._take(measures)
        if not self._has_measured:
            self._has_measured = True
            self.first_measured.emit()
        if measures.is_estimate:
            self._set_stale(True)
            self.lane.request(key, partial(_measured, self._query, self._in_order(), False))

    def _take(self, measures: Measures) -> None:
        self.measures = measures
        self._set_stale(False)
        self.measured.emit()
        self._ask_heavy()

    def _ask_heavy(self) -> None:
        first = self._shelf.first
        if first is None or self.is_stale:
            return
        key, journey, measures = self.key, self._session.journey, self.measures
        for name, question in self._wanted.items():
            known = self._answers.get(name)
            if (known is None or known[0] != key) and not self.heavy.is_busy:
                self.heavy.request((key, name), partial(question.work, journey, measures, first))
                return

    def _on_heavy_answered(self, key: Any, answer: Any) -> None:
        query_key, name = key
        if query_key[1] == self._data_key:
            self._keep(name, query_key, answer)
            self.answered.emit(name)
        self._ask_heavy()

    def _keep(self, name: str, query_key: Any, answer: Any) -> None:
        """The newest answers; the oldest that nobody looks at make room."""
        self._answers.pop(name, None)
        self._answers[name] = (query_key, answer)
        spare = [old for old in self._answers if old not in self._wanted]
        for old in spare[: max(0, len(self._answers) - _MOST_ANSWERS)]:
            del self._answers[old]

    def _on_failed(self, key: Any, error: Exception) -> None:
        if isinstance(error, CancelledError):
            return
        if key == self.key:
            self.measures = Measures(query=self._query)  # the older figures would pass for today's
            self._set_stale(False)
            self.measured.emit()
        self.failed.emit(error)

    def _on_heavy_failed(self, key: Any, error: Exception) -> None:
        if isinstance(error, CancelledError):
            return
        query_key, name = key
        if query_key[1] == self._data_key:
            self._keep(name, query_key, None)  # not asked again until the query or the data change
        self.failed.emit(error)
        self._ask_heavy()

    def _set_stale(self, is_stale: bool) -> None:
        if is_stale != self.is_stale:
            self.is_stale = is_stale
            self.stale_changed.emit(is_stale)


def _measured(query: Any, loaded: tuple[Loaded, ...], is_first: bool, progress: Progress) -> Measures:
    from workbench.analysis.estimate import estimate
    from workbench.analysis.measure import measure
    from workbench.export.report import ignored_events

    ambient = frozenset(name for item in loaded for name in ignored_events(item.report))
    stores = {item.dataset_id: item.store or item.counts for item in loaded}
    held = {i: data for i, data in stores.items() if data is not None}
    if is_first and (big := _only_big(loaded)) is not None:
        return estimate(query, big, progress, ambient)
    return measure(query, held, progress, ambient)


def _only_big(loaded: tuple[Loaded, ...]) -> EventStore | None:
    """The one store that is so large that an estimate from some people comes first."""
    from workbench.analysis.estimate import is_worth_estimating

    store = loaded[0].store if len(loaded) == 1 else None
    return store if store is not None and is_worth_estimating(store) else None
