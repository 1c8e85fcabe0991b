"""What became of those who stopped: what they did next, whether they came back, where sessions end."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.options import US
from workbench.analysis.stream import Stream

NOTHING = "(nothing)"
Ints = NDArray[np.int64]


def next_positions(
    stream: Stream, position: Ints, ignored: frozenset[str] = frozenset(), horizon_s: float | None = None
) -> Ints:
    """The position of the next event of the same unit that is not ignored, -1 if there is none in time."""
    end = stream.offset[stream.unit_of(position) + 1]
    following = position + 1
    codes = [stream.store.code_by_name[name] for name in ignored if name in stream.store.code_by_name]
    is_ignored = np.zeros(len(stream.store.event_names), np.bool_)
    is_ignored[codes] = True
    skip = np.flatnonzero(following < end) if codes else np.zeros(0, np.int64)
    while len(skip):
        skip = skip[is_ignored[stream.event[following[skip]]]]
        following[skip] += 1
        skip = skip[following[skip] < end[skip]]
    following[following >= end] = -1
    if horizon_s is not None:
        there = np.flatnonzero(following >= 0)
        late = stream.time_us[following[there]] - stream.time_us[position[there]] > round(horizon_s * US)
        following[there[late]] = -1
    return following


def next_events(
    stream: Stream, position: Ints, ignored: frozenset[str] = frozenset(), horizon_s: float | None = None
) -> tuple[tuple[str, int], ...]:
    """Names of the next events with their counts, most frequent first; "(nothing)" where there is none.

    Examples
    --------
    >>> from workbench.analysis.stream import stream_of
    >>> from workbench.events.store import EventStore
    >>> stream = stream_of(EventStore.from_rows([("u", 0, "A"), ("u", 1, "help"), ("v", 0, "A")]))
    >>> next_events(stream, np.flatnonzero(stream.event == 0))
    (('(nothing)', 1), ('help', 1))
    """
    found = next_positions(stream, position, ignored, horizon_s)
    counted = Counter({NOTHING: int((found < 0).sum())})
    codes: NDArray[Any] = np.bincount(stream.event[found[found >= 0]], minlength=len(stream.store.event_names))
    counted.update({stream.store.event_names[code]: int(codes[code]) for code in np.flatnonzero(codes)})
    pairs = [(name, n) for name, n in counted.items() if n]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def longest_pauses_us(stream: Stream, start: Ints, end: Ints) -> Ints:
    """The longest pause between neighbouring events from position `start` to position `end`, both included."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    if not len(low):
        return np.zeros(0, np.int64)
    gaps = np.zeros(stream.n_positions + 1, np.int64)
    gaps[1:-1] = np.diff(stream.time_us)
    bounds = np.stack([low + 1, high + 1], axis=1).ravel()
    longest = np.maximum.reduceat(gaps, bounds)[::2]
    return np.where(high > low, longest, 0)
