"""Posting lists: the rows of each event name, and in the same order keys that hold user and exact time at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class KeyLayout:
    """How a key is made: the low `time_bits` hold microseconds since `origin_us`, the high bits the user.

    Users are counted anew in every block of 2^(64 - time_bits) users, so that times stay exact at any size; keys
    compare as (user, time) inside a block.
    """

    origin_us: int = 0
    time_bits: int = 1

    @classmethod
    def spanning(cls, first_us: int, last_us: int) -> KeyLayout:
        """The layout for times from first to last.

        Examples
        --------
        >>> KeyLayout.spanning(1000, 1000 + 90 * 86_400_000_000).time_bits
        43
        """
        return cls(first_us, max(1, int(last_us - first_us).bit_length()))

    @property
    def block_bits(self) -> int:
        return 64 - self.time_bits

    def keys(self, user: NDArray[np.int64], time_us: NDArray[np.int64]) -> NDArray[np.uint64]:
        """The keys of some events."""
        inside = user.astype(np.uint64) & np.uint64((1 << self.block_bits) - 1)
        since = (time_us - self.origin_us).astype(np.uint64)
        return (inside << np.uint64(self.time_bits)) | since


@dataclass(frozen=True, slots=True)
class Postings:
    """Event c has the entries `offset[c]:offset[c + 1]` of `rows` (ascending) and `keys`, of `holders[c]` users."""

    rows: NDArray[np.uint32]
    keys: NDArray[np.uint64]
    offset: NDArray[np.int64]
    layout: KeyLayout
    holders: NDArray[np.int64] | None = None

    def of(self, code: int) -> NDArray[np.uint32]:
        return self.rows[self.offset[code] : self.offset[code + 1]]

    def until(self, end: int) -> Postings:
        """The entries of the rows before `end`."""
        n = len(self.offset) - 1
        stops = [int(np.searchsorted(self.of(code), end)) for code in range(n)]
        pieces = [slice(int(self.offset[code]), int(self.offset[code]) + stops[code]) for code in range(n)]
        offset = np.zeros(n + 1, np.int64)
        np.cumsum(stops, out=offset[1:])
        rows = np.concatenate([np.zeros(0, np.uint32), *(self.rows[piece] for piece in pieces)])
        keys = np.concatenate([np.zeros(0, np.uint64), *(self.keys[piece] for piece in pieces)])
        return Postings(rows, keys, offset, self.layout)


def postings_of(
    event: NDArray[Any], time_us: NDArray[np.int64], user_offset: NDArray[np.int64], n_names: int
) -> Postings:
    """Build the posting lists of columns in memory."""
    offset = np.zeros(n_names + 1, np.int64)
    np.cumsum(np.bincount(event, minlength=n_names), out=offset[1:])
    rows = np.argsort(event, kind="stable")
    ends = (int(time_us.min()), int(time_us.max())) if len(time_us) else (0, 0)
    layout = KeyLayout.spanning(*ends)
    user = np.repeat(np.arange(len(user_offset) - 1), np.diff(user_offset))
    holders = holders_of(np.asarray(event)[rows], user[rows], n_names)
    return Postings(rows.astype(np.uint32), layout.keys(user[rows], time_us[rows]), offset, layout, holders)


def holders_of(event: NDArray[Any], user: NDArray[np.int64], n_names: int) -> NDArray[np.int64]:
    """Users that have each event, from events and users in the order of the posting lists.

    Examples
    --------
    >>> holders_of(np.array([0, 0, 1]), np.array([3, 3, 3]), 3)
    array([1, 1, 0])
    """
    new = np.ones(len(event), np.bool_)
    new[1:] = (event[1:] != event[:-1]) | (user[1:] != user[:-1])
    return np.bincount(event[new], minlength=n_names)
