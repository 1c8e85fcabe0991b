"""Looks into a long text file at places spread over it, so that what is rare at its beginning is seen too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_PLACES = 24
_WINDOW = 1 << 16
LONG = 4 << 20


def spread_lines(path: Path, size: int) -> Iterator[list[bytes]]:
    """Whole lines at each of 24 places of a file of at least 4 MiB; nothing of a shorter one."""
    if size < LONG:
        return
    with path.open("rb") as file:
        for place in range(1, _PLACES + 1):
            file.seek(size * place // (_PLACES + 1))
            lines = file.read(_WINDOW).split(b"\n")
            # The first line began before the window and the last one ends after it.
            yield [line.rstrip(b"\r") for line in lines[1:-1]]
