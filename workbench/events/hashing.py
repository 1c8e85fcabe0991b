"""Two independent 64-bit hashes of texts: the order of users in a store, and the guard against collisions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

FIRST = np.uint64(0x9E3779B97F4A7C15)
SECOND = np.uint64(0xC2B2AE3D27D4EB4F)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_S33 = np.uint64(33)


def hash_texts(content: NDArray[np.uint8], offset: NDArray[np.int64]) -> tuple[Hashes, Hashes]:
    """Hash the texts `content[offset[i]:offset[i + 1]]`, eight bytes at a time, all texts at once.

    Parameters
    ----------
    content : uint8 array
        The bytes of all texts, end to end.
    offset : int64 array of n + 1 positions

    Returns
    -------
    Two uint64 arrays of length n; equal texts have equal hashes in both.

    Examples
    --------
    >>> first, second = hash_texts(np.frombuffer(b"abab", np.uint8), np.array([0, 2, 4]))
    >>> bool(first[0] == first[1]), bool(first[0] == second[0])
    (True, False)
    """
    start = np.asarray(offset[:-1], np.int64)
    length = np.diff(offset).astype(np.int64)
    padded = np.concatenate([np.asarray(content, np.uint8), np.zeros(8, np.uint8)])
    first = length.astype(np.uint64) * FIRST + SECOND
    second = length.astype(np.uint64) * SECOND + FIRST
    for at in range(0, int(length.max(initial=0)), 8):
        active = np.flatnonzero(length > at)
        if len(active) == len(length):
            word = _words(padded, start + at, length - at)
            _absorb(first, word, FIRST)
            _absorb(second, word, SECOND)
        else:
            word = _words(padded, start[active] + at, length[active] - at)
            first[active] = _absorb(first[active], word, FIRST)
            second[active] = _absorb(second[active], word, SECOND)
    return _finish(first), _finish(second)


def _words(padded: NDArray[np.uint8], start: NDArray[np.int64], left: NDArray[np.int64]) -> Hashes:
    """The next eight bytes of each text as a little-endian number; bytes behind the end count as 0."""
    anywhere = np.ndarray((len(padded) - 7,), "<u8", padded.data, 0, (1,))
    word: Hashes = anywhere[start]
    surplus = (8 * np.maximum(8 - left, 0)).astype(np.uint64)
    word <<= surplus
    word >>= surplus
    return word


def _absorb(state: Hashes, word: Hashes, factor: np.uint64) -> Hashes:
    """Mix a word into each state, in place."""
    state ^= word
    state *= factor
    state ^= state >> _S33
    return state


def _finish(state: Hashes) -> Hashes:
    state = (state ^ (state >> _S33)) * _MIX_1
    state = (state ^ (state >> _S33)) * _MIX_2
    return state ^ (state >> _S33)
