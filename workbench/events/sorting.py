"""Rows of a partition in the order of a store: by user hash, time, order inside an instant, then input."""

from __future__ import annotations

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


def first_unsorted(user_offset: NDArray[np.int64], time_us: NDArray[np.int64], at_once: int = 8_000_000) -> int | None:
    """The first row whose time lies before that of the row above it of the same user, or None.

    Examples
    --------
    >>> first_unsorted(np.array([0, 2, 4]), np.array([5, 6, 1, 0]))
    3
    """
    for start in range(1, len(time_us), at_once):
        piece = np.asarray(time_us[start - 1 : start + at_once])
        falls = np.flatnonzero(piece[1:] < piece[:-1]) + start
        wrong = falls[user_offset[np.searchsorted(user_offset, falls)] != falls]
        if len(wrong):
            return int(wrong[0])
    return None
