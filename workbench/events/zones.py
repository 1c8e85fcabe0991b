"""Turns local clock times into instants, naming the gaps and folds that a change of clocks leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workbench.errors import WorkbenchError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR_US = 3_600_000_000


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises
    ------
    WorkbenchError
        If there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise WorkbenchError(f"There is no time zone “{name}”.", "Use a name such as Europe/Berlin or UTC.") from error


def _offset_us(where: ZoneInfo, utc_us: int) -> int:
    offset = (_EPOCH + timedelta(microseconds=utc_us)).astimezone(where).utcoffset() or timedelta()
    return round(offset.total_seconds() * 1e6)


@lru_cache(maxsize=64)
def _changes(name: str, first_day: int, last_day: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(Instants from which an offset holds, the offsets), both in microseconds."""
    where, day_us = zone(name), 24 * _HOUR_US
    starts, offsets = [first_day * day_us], [_offset_us(where, first_day * day_us)]
    for day in range(first_day + 1, last_day + 1):
        offset = _offset_us(where, day * day_us)
        if offset != offsets[-1]:
            starts.append(_find_change(where, (day - 1) * day_us, day * day_us))
            offsets.append(offset)
    return np.array(starts, np.int64), np.array(offsets, np.int64)


def _find_change(where: ZoneInfo, low: int, high: int) -> int:
    before = _offset_us(where, low)
    while high - low > 1_000_000:
        middle = (low + high) // 2 // 1_000_000 * 1_000_000
        low, high = (middle, high) if _offset_us(where, middle) == before else (low, middle)
    return high


def to_utc(local_us: NDArray[np.int64], name: str) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Instants of local times, and which of them lay in a gap or a fold.

    A time inside a gap moves on by the length of the gap; of a time that happened twice the earlier is taken.

    Parameters
    ----------
    local_us
        Shape (n,), microseconds of the local clock since 1970-01-01T00:00.
    name
        IANA name of the zone.

    Returns
    -------
    tuple
        (UTC microseconds, is in a gap, is in a fold), each of shape (n,).

    Examples
    --------
    >>> to_utc(np.array([1616898600000000]), "Europe/Berlin")[1].tolist()  # 2021-03-28 02:30 did not happen
    [True]
    """
    if name == "UTC" or not len(local_us):
        nothing = np.zeros(len(local_us), bool)
        return local_us, nothing, nothing
    day_us = 24 * _HOUR_US
    starts, offsets = _changes(name, int(local_us.min() // day_us) - 2, int(local_us.max() // day_us) + 2)
    late = np.searchsorted(starts, local_us - offsets.min(), side="right") - 1
    early = np.maximum(np.searchsorted(starts, local_us - offsets.max(), side="right") - 1, 0)
    with_early, with_late = local_us - offsets[early], local_us - offsets[late]
    early_fits = np.searchsorted(starts, with_early, side="right") - 1 == early
    late_fits = np.searchsorted(starts, with_late, side="right") - 1 == late
    is_fold = early_fits & late_fits & (early != late)
    is_gap = ~early_fits & ~late_fits
    # In a gap the offset before the change is used, which moves the clock on by the gap's length.
    return np.where(early_fits | is_gap, with_early, with_late), is_gap, is_fold
