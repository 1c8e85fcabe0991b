"""Rows of a partition in the order of a store: by user hash, time, order inside an instant, then input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.events.hashing import Hashes
from workbench.events.spill import PARTITION_BITS, Part

_SHIFT = np.uint64(64 - PARTITION_BITS)


@dataclass(frozen=True, slots=True)
class Sorted:
    """`rows` brings a part into store order; user i of the part owns `offset[i]:offset[i + 1]` of it."""

    rows: NDArray[np.int64]
    offset: NDArray[np.int64]


def sort_part(part: Part) -> Sorted:
    """Order the rows of a part and find where each of its users begins."""
    columns = part.columns
    first, second, time_us = columns["first"], columns["second"], columns["time"]
    is_in_time = "order" not in columns and not (time_us[1:] < time_us[:-1]).any()
    rows = _by_hash(first, second) if is_in_time else None
    if rows is None:
        order = [columns["order"]] if "order" in columns else []
        rows = np.lexsort([*order, time_us, second, first])
    first, second = first[rows], second[rows]
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    return Sorted(rows, np.append(np.flatnonzero(begins), len(rows)).astype(np.int64))


def _by_hash(first: Hashes, second: Hashes) -> NDArray[np.int64] | None:
    """Rows by hash, equal ones in their order; None where the upper bits of the hashes do not tell users apart.

    The lower bits of each hash give way to the number of the row, so that plain numbers are sorted, which is several
    times as fast as finding an order.
    """
    low = np.uint64(max(1, len(first) - 1).bit_length())
    # The rows of a part agree in their first bits if there are several parts.
    spare = np.uint64(PARTITION_BITS if len(first) and first.min() >> _SHIFT == first.max() >> _SHIFT else 0)
    key = ((first << spare) >> low) << low
    key |= np.arange(len(first), dtype=np.uint64)
    key.sort()
    rows: NDArray[np.int64] = (key & ((np.uint64(1) << low) - np.uint64(1))).astype(np.int64)
    key >>= low
    same = key[1:] == key[:-1]
    told_apart = (first[rows[1:]] == first[rows[:-1]]) & (second[rows[1:]] == second[rows[:-1]])
    return None if (same & ~told_apart).any() else rows


Times = Callable[[int, int], NDArray[np.int64]]


def first_unsorted(user_offset: NDArray[np.int64], times: Times, n: int, at_once: int = 4_000_000) -> int | None:
    """The first of n rows whose time lies before that of the row above it of the same user, or None.

    `times` reads the times from one row to another: a file is read piece by piece, since mapped pages count as memory.

    Examples
    --------
    >>> column = np.array([5, 6, 1, 0])
    >>> first_unsorted(np.array([0, 2, 4]), lambda start, end: column[start:end], 4)
    3
    """
    for start in range(1, n, at_once):
        piece = times(start - 1, min(n, start + at_once))
        falls = np.flatnonzero(piece[1:] < piece[:-1]) + start
        wrong = falls[user_offset[np.searchsorted(user_offset, falls)] != falls]
        if len(wrong):
            return int(wrong[0])
    return None
