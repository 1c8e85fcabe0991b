"""Headers of two rows, as spreadsheets with merged cells have them: a group above, the columns of the group below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.events import dialect as dialects

_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class TwoHeaders:
    """For each column its group, filled to the right, and its own name; either may be empty."""

    groups: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' own names where these tell them apart, else with the group before them."""
        own = tuple(column or group for group, column in zip(self.groups, self.columns, strict=True))
        if len(set(own)) == len(own):
            return own
        return tuple(" ".join(filter(None, pair)) for pair in zip(self.groups, self.columns, strict=True))

    @property
    def crossed(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """(Groups, columns) where every group has the same columns, and there are several of both; else None."""
        parts: dict[str, list[str]] = {}
        for group, column in zip(self.groups, self.columns, strict=True):
            if column:
                parts.setdefault(group, []).append(column)
        first = next(iter(parts.values()), [])
        is_crossed = len(parts) > 1 and len(first) > 1 and all(part == first for part in parts.values())
        return (tuple(parts), tuple(first)) if is_crossed else None


def two_headers(rows: Sequence[Sequence[str]]) -> TwoHeaders | None:
    """The header of a table whose first two rows are one; None where the first row is the header alone.

    Examples
    --------
    >>> table = [["Step", "Users", ""], ["", "Desktop", "Mobile"], ["Visit", "9", "8"]]
    >>> two_headers(table).names
    ('Step', 'Desktop', 'Mobile')
    >>> two_headers([["step", "", "users"], ["Visit", "a", "9"], ["Buy", "b", "3"]]) is None
    True
    """
    if len(rows) < 3:
        return None
    width = max(len(row) for row in rows[:_LOOKED_AT])
    above, below, *body = ([cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows[:_LOOKED_AT])
    if not _spans(above, below) or any(map(dialects.looks_typed, (*filter(None, above), *filter(None, below)))):
        return None
    if not any(below[place] and _is_typed([row[place] for row in body]) for place in range(width)):
        return None
    groups: list[str] = []
    for cell, column in zip(above, below, strict=True):
        groups.append(cell or (groups[-1] if groups and column else ""))
    return TwoHeaders(tuple(groups), tuple(below))


def _spans(above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a filled cell is followed by empty ones under all of which a name stands, and no column has no name."""
    gaps = [place for place, cell in enumerate(above) if not cell]
    is_named = all(one or other for one, other in zip(above, below, strict=True))
    begins_group = any(above[place - 1] and below[place - 1] for place in gaps if place)
    return bool(gaps) and gaps[0] > 0 and is_named and begins_group


def _is_typed(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(dialects.looks_typed, filled)) > len(filled) / 2
