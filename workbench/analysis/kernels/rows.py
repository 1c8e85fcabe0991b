"""Loops over all rows of a store: what follows what, and what came before a conversion."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.kernels.compiler import kernel

Ints = NDArray[np.int64]


@kernel
def count_pairs(
    pairs: NDArray[np.uint16], other: NDArray[np.uint16], table: NDArray[np.uint32], second: NDArray[np.uint32]
) -> None:
    """Add to the tables the pairs of neighbouring bytes, read as numbers of two bytes from even and from odd places.

    Two tables, so that a pair that repeats need not wait for its own last count.
    """
    n = np.uint64(min(len(pairs), len(other)))
    one = np.uint64(1)
    i = np.uint64(0)
    while i < n:
        table[pairs[i]] += np.uint32(1)
        second[other[i]] += np.uint32(1)
        i += one
    for k in range(n, len(pairs)):
        table[pairs[k]] += np.uint32(1)
    for k in range(n, len(other)):
        second[other[k]] += np.uint32(1)


@kernel
def count_wide_pairs(event: NDArray[Any], begin: int, end: int, n_names: int, table: Ints) -> None:
    """Add to `table` the pairs of neighbouring events from row `begin` to row `end`."""
    for i in range(begin, end - 1):
        table[np.int64(event[i]) * n_names + np.int64(event[i + 1])] += 1


@kernel
def count_borders(event: NDArray[Any], offset: Ints, n_names: int, table: Ints) -> None:
    """Take out of `table` the pairs that span two of the units that lie side by side in `event`."""
    one = np.uint64(1)
    base = np.uint64(offset[0])
    n = np.uint64(len(offset)) - one
    width = np.uint64(n_names)
    i = one
    while i < n:
        at = np.uint64(offset[i]) - base
        if offset[i] != offset[i + one]:
            table[np.uint64(event[at - one]) * width + np.uint64(event[at])] -= 1
        i += one


@kernel
def count_holders(keys: NDArray[np.uint64], begin: Ints, end: Ints, bits: np.uint64, holders: Ints) -> None:
    """Add the users in each list `keys[begin[c]:end[c]]` to `holders[c]`; the users of a list are of one block."""
    for code in range(len(begin)):
        part = keys[begin[code] : end[code]]
        users = np.int64(len(part) > 0)
        for i in range(1, len(part)):
            users += np.int64((part[i] >> bits) != (part[i - 1] >> bits))
        holders[code] += users


@kernel
def count_held(
    event: NDArray[Any],
    begin: Ints,
    middle: Ints,
    end: Ints,
    first: int,
    last: int,
    stamp: Ints,
    early: Ints,
    late: Ints,
) -> None:
    """Count the stretches `begin[i]:end[i]` that hold each code, by whether it first comes before `middle[i]`.

    A stamp per code holds the last stretch that was counted, so that any number of names costs the same.
    """
    one = np.uint64(1)
    for i in range(first, last):
        row = np.uint64(begin[i])
        until = np.uint64(middle[i])
        while row < until:
            code = event[row]
            early[code] += np.int64(stamp[code] != i)
            stamp[code] = i
            row += one
        until = np.uint64(end[i])
        while row < until:
            code = event[row]
            late[code] += np.int64(stamp[code] != i)
            stamp[code] = i
            row += one
