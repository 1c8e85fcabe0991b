"""Finds steps of buying that happen without the step that must come before them: a sign of lost or doubled tracking."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from workbench.events.report import Finding
from workbench.events.store import EventStore

_LADDER = (("begin_checkout", "purchase"), ("begin_checkout", "add_payment_info"), ("add_to_cart", "remove_from_cart"))
_LEAST = 20


def prerequisite_findings(store: EventStore) -> Iterator[Finding]:
    """People who did a step before, or without, the one that it cannot do without."""
    for first, then in _LADDER:
        if first not in store.code_by_name or then not in store.code_by_name:
            continue
        needed, done = _first_times(store, first), _first_times(store, then)
        people = int((done < _NEVER).sum())
        early = int(((done < _NEVER) & (needed > done)).sum())
        if people >= _LEAST and early:
            text = f"{early:,} of {people:,} people have {then} before or without {first}."
            details = {"event": then, "needs": first}
            yield Finding("before_prerequisite", early, text, then, early / people, details=details)


_NEVER = np.iinfo(np.int64).max


def _first_times(store: EventStore, name: str) -> NDArray[np.int64]:
    """When each person first did an event; the largest number where never."""
    first = np.full(store.n_users, _NEVER, np.int64)
    rows = store.postings(store.code_by_name[name])
    np.minimum.at(first, store.user_of(rows), store.time_us[rows])
    return first
