"""Matomo's visits log: one row a visit, its actions spread over numbered columns, or nested in JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.events.formats import sessions
from workbench.events.formats.format import Format, Sight, first_filled, guessed_mapping, with_columns
from workbench.events.nested import flat_columns
from workbench.events.reading import Rows
from workbench.events.schema import Mapping

if TYPE_CHECKING:
    import pyarrow as pa

_ACTION = re.compile(r"^(?P<field>.+?) \(actionDetails (?P<place>\d+)\)$")


def _recognises(sight: Sight) -> bool:
    if "idVisit" not in sight.names:
        return False
    return "visitorId" in sight.names and any(_ACTION.match(n) or n == "actionDetails" for n in sight.names)


def _reshape(rows: Rows) -> Rows:
    """One row an action; the visit's own columns are repeated on each."""
    melted = sessions.FORMAT.reshape(rows) if "actionDetails" in rows.batch.schema.names else _melted(rows)  # type: ignore[misc]
    columns = dict(flat_columns(melted.batch))
    people = [columns[name] for name in ("userId", "visitorId") if name in columns]
    columns["person"] = first_filled(*people)
    return with_columns(melted, columns)


def _melted(rows: Rows) -> Rows:
    import pyarrow as pa

    columns = dict(flat_columns(rows.batch))
    actions: dict[int, dict[str, str]] = {}
    for name in columns:
        found = _ACTION.match(name)
        if found:
            actions.setdefault(int(found["place"]), {})[found["field"]] = name
    visit = {name: array for name, array in columns.items() if not _ACTION.match(name)}
    parts, places = [], []
    for place in sorted(actions):
        part, kept = _action_rows(visit, columns, actions[place])
        parts.append(part)
        places.append(kept)
    if not parts:
        return rows
    table = pa.concat_tables(parts, promote_options="permissive")
    order = np.lexsort((np.repeat(np.arange(len(places)), [len(p) for p in places]), np.concatenate(places)))
    table = table.take(pa.array(order)).combine_chunks()
    batches = table.to_batches()
    return Rows(batches[0], rows.lines.take(pa.array(np.concatenate(places)[order]))) if batches else rows


def _action_rows(visit: dict[str, Any], columns: dict[str, Any], fields: dict[str, str]) -> tuple[Any, Any]:
    """(Rows of the n-th action of the visits that have one, places of those visits)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mark = columns[fields.get("timestamp", next(iter(fields.values())))].cast(pa.string()).fill_null("")
    kept = np.flatnonzero(np.asarray(pc.not_equal(mark, "").to_numpy(zero_copy_only=False)))
    take = pa.array(kept)
    taken = {name: array.take(take) for name, array in visit.items()}
    taken |= {field: columns[name].take(take) for field, name in fields.items()}
    return pa.table(taken), kept


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    return guessed_mapping(sample, zone).changed(
        user="person",
        time="timestamp" if "timestamp" in names else "serverTimestamp",
        event="type" if "type" in names else "actionName",
        session="idVisit",
        value="revenue" if "revenue" in names else None,
        transaction="orderId" if "orderId" in names else None,
        event_id=None,
    )


FORMAT = Format(
    "matomo",
    "Matomo visits log",
    _recognises,
    _mapping,
    _reshape,
    (),
    ("idVisit", "lastActionTimestamp", "serverTimestamp"),
)
