"""A store as the shaping of a journey leaves it: only the events that count, and the people who have one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.options import ALWAYS, BY_USER, Options
from workbench.analysis.stream import stream_of
from workbench.events.store import Column, EventStore


def shaped_store(store: EventStore, options: Options) -> EventStore:
    """The events that pass filters, dates and the ignore list, inside of the range; the store itself if all do.

    Parameters
    ----------
    store : EventStore
    options : Options
        `Query.of(journey).options()`; the data then end where the range does.

    Examples
    --------
    >>> from workbench.analysis.options import Cleaning
    >>> log = EventStore.from_rows([("u", 0, "visit"), ("u", 1, "ping"), ("v", 0, "ping")])
    >>> left = shaped_store(log, Options(cleaning=Cleaning(ignored_events=("ping",))))
    >>> left.n_events, left.n_users, list(left.user_ids)
    (1, 1, ['u'])
    """
    clip = options.span if options.span != ALWAYS else options.cleaning.clip
    rows = stream_of(store, BY_USER, replace(options.cleaning, clip=clip)).rows
    if rows is None:
        return store
    end = store.data_end_us
    if clip is not None and end is not None:
        end = min(end, clip.to_us)
    return _cut(store, rows, end)


def people_store(store: EventStore, is_wanted: NDArray[np.bool_]) -> EventStore:
    """The store of some people with all their events, for measuring a map on them alone.

    Examples
    --------
    >>> log = EventStore.from_rows([("u", 0, "visit"), ("v", 5, "visit"), ("v", 9, "pay")])
    >>> people_store(log, np.array([name == "v" for name in log.user_ids])).n_events
    2
    """
    rows = np.flatnonzero(np.repeat(is_wanted, np.diff(store.user_offset)))
    return _cut(store, rows, store.data_end_us)


def _cut(store: EventStore, rows: NDArray[np.int64], end_us: int | None) -> EventStore:
    owner = store.user_of(rows)
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    columns = {name: Column(np.asarray(column.codes[rows]), column.values) for name, column in store.properties.items()}
    return EventStore(
        store.event_names,
        np.append(begins, len(rows)).astype(np.int64),
        np.asarray(store.time_us[rows]),
        np.asarray(store.event[rows]),
        columns,
        _Some(store.user_ids, owner[begins]),
        None if store.ordinal is None else np.asarray(store.ordinal[rows]),
        session_property=store.session_property,
        value_property=store.value_property,
        fingerprint=store.fingerprint,
        ends_us=end_us,
    )


class _Some(Sequence[Any]):
    """Some of a long sequence, looked up when asked for."""

    def __init__(self, whole: Sequence[Any], places: NDArray[np.int64]) -> None:
        self._whole, self._places = whole, places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._whole[int(place)] for place in self._places[index]]
        return self._whole[int(self._places[index])]
