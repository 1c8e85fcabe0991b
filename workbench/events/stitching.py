"""Finds which visitors turned out to be which person, where an export says so on the rows themselves."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.events.formats.format import Shaped
from workbench.events.nested import flat_columns
from workbench.events.repairs import Ledger
from workbench.events.schema import is_missing_id


def stitched(items: Sequence[Shaped]) -> dict[str, str]:
    """Visitor ids with the person each was first seen as, over all sources."""
    found: dict[str, str] = {}
    for item in items:
        if item.format.log_ins:
            _gather(item, found)
    return found


def _gather(item: Shaped, found: dict[str, str]) -> None:
    for rows in item.batches(Ledger()):
        columns = dict(flat_columns(rows.batch))
        for visitor, person in item.format.log_ins:
            if visitor in columns and person in columns:
                pairs = zip(columns[visitor].to_pylist(), columns[person].to_pylist(), strict=True)
                for old, new in pairs:
                    if old is not None and new is not None and not is_missing_id(str(new)) and old != new:
                        found.setdefault(str(old), str(new))
