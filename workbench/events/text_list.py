"""A sequence of texts that lives in two flat arrays, so that millions of ids open at once and decode one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


class TextList(Sequence[str]):
    """Text i is the UTF-8 in `content[offset[i]:offset[i + 1]]`."""

    __slots__ = ("content", "offset")

    def __init__(self, content: NDArray[np.uint8], offset: NDArray[np.int64]) -> None:
        self.content = content
        self.offset = offset

    @classmethod
    def of(cls, texts: Iterable[str]) -> TextList:
        """Flatten texts.

        Examples
        --------
        >>> TextList.of(["a", "", "né"])[2]
        'né'
        """
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        offset = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(part) for part in encoded], out=offset[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offset)

    def __len__(self) -> int:
        return len(self.offset) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return self._slice(*index.indices(len(self)))
        i = index + len(self) if index < 0 else index
        if not 0 <= i < len(self):
            raise IndexError(index)
        return self.content[self.offset[i] : self.offset[i + 1]].tobytes().decode("utf-8", "surrogatepass")

    def _slice(self, start: int, stop: int, step: int) -> list[str]:
        if step != 1 or stop <= start:
            return [self[i] for i in range(start, stop, step)]
        bounds = (self.offset[start : stop + 1] - self.offset[start]).tolist()
        held = self.content[self.offset[start] : self.offset[stop]].tobytes()
        return [held[i:j].decode("utf-8", "surrogatepass") for i, j in pairwise(bounds)]

    def holding(self, sign: str) -> NDArray[np.int64]:
        """The places of the texts that hold an ASCII sign.

        Examples
        --------
        >>> TextList.of(["a+b+", "c", "+"]).holding("+")
        array([0, 2])
        """
        at = np.flatnonzero(self.content == ord(sign))
        return np.unique(np.searchsorted(self.offset, at, side="right") - 1)

    def __eq__(self, other: Any) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]


def gathered(texts: TextList, which: NDArray[np.int64]) -> TextList:
    """Some of the texts, in the order asked for.

    Examples
    --------
    >>> list(gathered(TextList.of(["a", "bc", "d"]), np.array([2, 1])))
    ['d', 'bc']
    """
    import pyarrow as pa

    if not len(which):
        return TextList.of([])
    buffers = [None, pa.py_buffer(np.ascontiguousarray(texts.offset)), pa.py_buffer(texts.content)]
    taken = pa.Array.from_buffers(pa.large_binary(), len(texts), buffers).take(pa.array(which))
    _, offset, content = taken.buffers()
    bounds = np.frombuffer(offset, np.int64, len(which) + 1).copy()
    return TextList(np.frombuffer(content, np.uint8)[: bounds[-1]].copy(), bounds)
