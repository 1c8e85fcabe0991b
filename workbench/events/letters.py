"""Looks at the first byte of every text of a column at once: cheap enough to ask before any costlier question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Control characters, the blank, and every byte that a letter outside ASCII begins with: blanks are among them.
BLANKS = tuple(range(33)) + tuple(range(127, 256))


def table_of(*byte_sets: Iterable[int]) -> NDArray[np.bool_]:
    """For each byte whether it is in one of the sets."""
    table = np.zeros(256, bool)
    for some in byte_sets:
        table[list(some)] = True
    return table


_BLANK = table_of(BLANKS)


def begins(texts: Any, table: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which texts of an Arrow array are empty, missing, or begin with a byte of the table.

    Examples
    --------
    >>> import pyarrow as pa
    >>> begins(pa.array(["view", "", " buy", None]), table_of(b" ")).tolist()
    [False, True, True, True]
    """
    start, end, content = _laid_out(texts)
    found: NDArray[np.bool_] = start == end
    if len(content):
        found |= table[content[np.minimum(start, len(content) - 1)]]
    return found


def ends(texts: Any, table: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which texts are not empty and end with a byte of the table."""
    start, end, content = _laid_out(texts)
    if not len(content):
        return np.zeros(len(start), bool)
    found: NDArray[np.bool_] = (start < end) & table[content[np.maximum(end, 1) - 1]]
    return found


def has_blank_edge(texts: Any) -> bool:
    """Whether any text may begin or end with a blank; False is certain."""
    start, end, content = _laid_out(texts)
    if not len(content):
        return False
    edges = _BLANK[content[np.minimum(start, len(content) - 1)]] | _BLANK[content[np.maximum(end, 1) - 1]]
    return bool((edges & (start < end)).any())


def trimmed(texts: Any) -> Any:
    """The texts without blanks at either end; the column itself where none has any."""
    import pyarrow.compute as pc

    return pc.utf8_trim_whitespace(texts) if has_blank_edge(texts) else texts


def _laid_out(texts: Any) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """(Begin of each text, end of each text, the bytes they lie in)."""
    _, offset, content = texts.buffers()
    bounds = np.frombuffer(offset, np.int32, len(texts) + 1, texts.offset * 4) if len(texts) else np.zeros(1, np.int32)
    return bounds[:-1], bounds[1:], np.frombuffer(content, np.uint8) if content is not None else np.zeros(0, np.uint8)


def is_blank(texts: Any) -> NDArray[np.bool_]:
    """Which texts hold nothing but blanks, or are missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = begins(texts, _BLANK)
    likely = np.flatnonzero(found)
    if len(likely):
        some = texts.take(pa.array(likely)).fill_null("")
        found[likely] = np.asarray(pc.equal(pc.utf8_trim_whitespace(some), "").to_numpy(zero_copy_only=False), bool)
    return found
