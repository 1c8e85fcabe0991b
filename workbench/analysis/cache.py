"""Remembers what was computed on a store, up to a number of bytes; forgets first what was not asked for longest."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from workbench.events.store import EventStore

T = TypeVar("T")
LIMIT_BYTES = 1 << 30


class Cache:
    """Answers by key; safe to ask from several threads, of which two may compute the same answer at once."""

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self._limit = limit
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The answer for a key, computed if it is not held."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                known: T = self._held[key][0]
                return known
        answer = compute()
        with self._lock:
            self._keep(key, answer)
        return answer

    def _keep(self, key: Hashable, answer: Any) -> None:
        if key in self._held:
            return
        size = size_of(answer)
        self._held[key] = (answer, size)
        self._bytes += size
        while self._bytes > self._limit and len(self._held) > 1:
            self._bytes -= self._held.popitem(last=False)[1][1]


def size_of(answer: Any) -> int:
    """Bytes of the arrays in an answer, at least 64."""
    if isinstance(answer, tuple | list):
        return 64 + sum(size_of(part) for part in answer)
    if hasattr(answer, "__dataclass_fields__"):
        return 64 + sum(size_of(getattr(answer, name)) for name in answer.__dataclass_fields__ if name != "store")
    return 64 + int(getattr(answer, "nbytes", 0))


def cache_of(store: EventStore) -> Cache:
    """The cache that lives and dies with the store (answers may hold the store, so no registry could be weak)."""
    cache: Cache = vars(store).setdefault("_answers", Cache())
    return cache
