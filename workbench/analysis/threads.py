"""Runs chunks of compiled work side by side; a cancel is noticed between chunks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from workbench.progress import Progress

T = TypeVar("T")
FEW_ROWS = 3_000_000
CHUNKS_PER_THREAD = 4


def n_threads(rows: int) -> int:
    """One thread for few rows, where starting more costs more than it saves; else one core is left to the window.

    Examples
    --------
    >>> n_threads(1_000_000)
    1
    """
    cores = os.cpu_count() or 1
    return 1 if rows < FEW_ROWS else max(min(2, cores), cores - 1)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, "ThreadPool measuring")


def few_chunks(rows: int) -> int:
    """How many chunks suit work that takes a nanosecond per row: enough for the threads, long enough to pay."""
    return max(n_threads(rows), rows >> 24)


def unit_chunks(offset: NDArray[Any], n: int, block: int = 0) -> list[tuple[int, int]]:
    """About n ranges of units with about as many rows each; none crosses a multiple of `block` units.

    Examples
    --------
    >>> unit_chunks(np.array([0, 5, 6, 7, 12]), 2)
    [(0, 2), (2, 4)]
    """
    units = len(offset) - 1
    if units <= 0:
        return []
    wanted = np.linspace(0, int(offset[-1]), n + 1)[1:-1].astype(offset.dtype)  # else all of offset would be copied
    borders = {0, units, *np.searchsorted(offset, wanted).tolist()}
    if block:
        borders |= set(range(0, units, block))
    ordered = sorted(borders)
    return list(pairwise(ordered))


def in_threads(
    work: Callable[[int, int], T], chunks: Sequence[tuple[int, int]], threads: int, progress: Progress | None = None
) -> list[T]:
    """Results of all chunks, in their order.

    Raises
    ------
    CancelledError
        If progress was cancelled; chunks already running end first.
    """

    def one(chunk: tuple[int, int]) -> T:
        if progress is not None:
            progress.step(progress.done, progress.total, progress.rows)
        return work(*chunk)

    if threads <= 1 or len(chunks) <= 1:
        return [one(chunk) for chunk in chunks]
    return list(_pool(threads).map(one, chunks))
