"""Rows of a partition in the order of a store: by user hash, time, order inside an instant, then input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.events.spill import Part


@dataclass(frozen=True, slots=True)
class Sorted:
    """`rows` brings a part into store order; user i of the part owns `offset[i]:offset[i + 1]` of it."""

    rows: NDArray[np.int64]
    offset: NDArray[np.int64]


def sort_part(part: Part) -> Sorted:
    """Order the rows of a part and find where each of its users begins."""
    columns = part.columns
    keys: list[NDArray[Any]] = [columns["time"], columns["second"], columns["first"]]
    if "order" in columns:
        keys.insert(0, columns["order"])
    rows = np.lexsort(keys)
    first, second = columns["first"][rows], columns["second"][rows]
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    return Sorted(rows, np.append(np.flatnonzero(begins), len(rows)).astype(np.int64))


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
