"""Counts of a plain funnel by latest starts: each step's list is merged with the front of the step before.

For an event of step k the best start of a chain is the latest possible one, whatever the window; so the shortest
chain of each user answers every window at once. Keys hold (user, time); equal times count as in order, which is exact
as long as no event serves two steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.kernels.compiler import inner, kernel

Keys = NDArray[np.uint64]


class Front(NamedTuple):
    """Events of a step that end a chain, with the key of the chain's latest start; `size[0]` of them count."""

    key: Keys
    start: Keys
    size: NDArray[np.int64]


def front(room: int) -> Front:
    """Room for the front of a step with so many events."""
    return Front(np.empty(room, np.uint64), np.empty(room, np.uint64), np.zeros(1, np.int64))


@inner
def _count_users(keys: Keys, begin: np.uint64, end: np.uint64, bits: np.uint64) -> int:
    users = 0
    last = np.uint64(0xFFFFFFFFFFFFFFFF)
    one = np.uint64(1)
    i = begin
    while i < end:
        user = keys[i] >> bits
        if user != last:
            users += 1
            last = user
        i += one
    return users


@inner
def _merge(
    before: Keys,
    start: Keys,
    low: np.uint64,
    high: np.uint64,
    keys: Keys,
    begin: np.uint64,
    end: np.uint64,
    bits: np.uint64,
    window: np.uint64,
    out: Front,
) -> int:
    """Chains that the events `keys[begin:end]` prolong within the window; returns the users who have one."""
    one = np.uint64(1)
    users = 0
    last = np.uint64(0xFFFFFFFFFFFFFFFF)
    n = np.uint64(0)
    i = low
    j = begin
    out_key, out_start = out.key, out.start
    while j < end:
        key = keys[j]
        while i < high and before[i] <= key:
            i += one
        if i > low:
            user = key >> bits
            if before[i - one] >> bits == user:
                s = start[i - one]
                if key - s <= window:
                    out_key[n] = key
                    out_start[n] = s
                    n += one
                    if user != last:
                        users += 1
                        last = user
            elif i == high:
                break
        elif i == high:
            break
        j += one
    out.size[0] = np.int64(n)
    return users


@inner
def _ones(x: np.uint64) -> np.uint64:
    """How many bits are set."""
    one, two, four = np.uint64(1), np.uint64(2), np.uint64(4)
    x = x - ((x >> one) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> two) & np.uint64(0x3333333333333333))
    x = (x + (x >> four)) & np.uint64(0x0F0F0F0F0F0F0F0F)
    x = x + (x >> np.uint64(8))
    x = x + (x >> np.uint64(16))
    x = x + (x >> np.uint64(32))
    return x & np.uint64(0x7F)


@inner
def _look_up(
    rows: NDArray[np.uint32],
    keys: Keys,
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
    first_row: np.uint64,
    bits: np.uint64,
    window: np.uint64,
    marks: Keys,
    ranks: NDArray[np.uint32],
    out: Front,
) -> int:
    """What `_merge` gives for the first two steps, by looking up in a bitmap of rows which event came before.

    Where both lists are dense this saves the guesses that a merge gets wrong: 3 ns an event become 2.
    """
    one, six, low = np.uint64(1), np.uint64(6), np.uint64(63)
    marks[:] = np.uint64(0)
    i, stop = np.uint64(begin[0]), np.uint64(end[0])
    while i < stop:
        row = np.uint64(rows[i]) - first_row
        marks[row >> six] |= one << (row & low)
        i += one
    total = np.uint64(0)
    for w in range(len(marks)):
        ranks[w] = np.uint32(total)
        total += _ones(marks[w])
    users = 0
    last = np.uint64(0xFFFFFFFFFFFFFFFF)
    n = np.uint64(0)
    out_key, out_start = out.key, out.start
    base = np.uint64(begin[0])
    j, stop_j = np.uint64(begin[1]), np.uint64(end[1])
    while j < stop_j:
        key = keys[j]
        row = np.uint64(rows[j]) - first_row
        word = row >> six
        before = base + np.uint64(ranks[word]) + _ones(marks[word] & ((one << (row & low)) - one))
        if before < stop and keys[before] == key:
            before += one
        user = key >> bits
        if before > base:
            s = keys[before - one]
            is_chain = (s >> bits == user) & (key - s <= window)
            out_key[n] = key
            out_start[n] = s
            n += np.uint64(is_chain)
            users += np.int64(is_chain & (user != last))
            last = user if is_chain else last
        j += one
    out.size[0] = np.int64(n)
    return users


@kernel
def count_steps(
    rows: NDArray[np.uint32],
    first_row: np.uint64,
    marks: Keys,
    ranks: NDArray[np.uint32],
    first: Keys,
    second: Keys,
    is_second: NDArray[np.bool_],
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
    bits: np.uint64,
    window: np.uint64,
    a: Front,
    b: Front,
    counts: NDArray[np.int64],
) -> None:
    """Add to `counts` the users who get to each step; `a` and `b` are work space for any step but the first.

    `marks` and `ranks` are work space for a bitmap of the rows from `first_row`; empty ones ask for a merge instead.
    """
    n = len(begin)
    keys = second if is_second[0] else first
    counts[0] += _count_users(keys, np.uint64(begin[0]), np.uint64(end[0]), bits)
    if n == 1:
        return
    then = second if is_second[1] else first
    low, high = np.uint64(begin[0]), np.uint64(end[0])
    if len(marks) > 0:
        counts[1] += _look_up(rows, first, begin, end, first_row, bits, window, marks, ranks, a)
    else:
        counts[1] += _merge(keys, keys, low, high, then, np.uint64(begin[1]), np.uint64(end[1]), bits, window, a)
    zero = np.uint64(0)
    for k in range(2, n):
        then = second if is_second[k] else first
        source, target = (a, b) if k % 2 == 0 else (b, a)
        size = np.uint64(source.size[0])
        if size == zero:
            return
        users = _merge(
            source.key, source.start, zero, size, then, np.uint64(begin[k]), np.uint64(end[k]), bits, window, target
        )
        counts[k] += users


@kernel
def count_firsts(keys: Keys, bits: np.uint64) -> int:
    """How many users a list holds."""
    return _count_users(keys, np.uint64(0), np.uint64(len(keys)), bits)


@kernel
def prolong(
    before: Keys,
    start: Keys,
    low: int,
    high: int,
    keys: Keys,
    begin: int,
    end: int,
    bits: np.uint64,
    out: Front,
) -> int:
    """The front of the next step, whatever the window; returns the users who have any chain."""
    forever = np.uint64(0xFFFFFFFFFFFFFFFF)
    return _merge(
        before, start, np.uint64(low), np.uint64(high), keys, np.uint64(begin), np.uint64(end), bits, forever, out
    )


@kernel
def shortest(key: Keys, start: Keys, bits: np.uint64, out: NDArray[np.uint64]) -> int:
    """The shortest chain of each user of a front; returns how many users there are."""
    users = 0
    last = np.uint64(0xFFFFFFFFFFFFFFFF)
    for i in range(len(key)):
        user = key[i] >> bits
        length = key[i] - start[i]
        if user != last:
            out[users] = length
            users += 1
            last = user
        elif length < out[users - 1]:
            out[users - 1] = length
    return users


@kernel
def count_within(lengths: NDArray[np.uint64], window: np.uint64) -> int:
    """How many chains are no longer than the window."""
    found = 0
    for i in range(len(lengths)):
        found += lengths[i] <= window
    return found
