"""Matomo's visits log: one row a visit, its actions spread over numbered columns, or nested in JSON and XML."""

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

# With translated headers, and as the API names them.
_ACTION = re.compile(r"^(?P<field>.+?) \(actionDetails (?P<place>\d+)\)$|^actionDetails_(?P<at>\d+)_(?P<name>.+)$")
_PEOPLE = ("userId", "visitorId", "fingerprint")
_VISIT_TIMES = ("firstActionTimestamp", "serverTimestamp", "lastActionTimestamp")
_CART = "ecommerceAbandonedCart"
VISIT = "visit"


def _recognises(sight: Sight) -> bool:
    return "idVisit" in sight.names and bool(set(_PEOPLE) & set(sight.names))


def _reshape(rows: Rows) -> Rows:
    """One row an action; the visit's own columns are repeated on each. A visit without actions is an event itself."""
    import pyarrow as pa

    names = rows.batch.schema.names
    if "actionDetails" in names:
        melted = sessions.exploded(rows, "actionDetails")
    else:
        melted = _melted(rows) if any(map(_ACTION.match, names)) else rows
    columns = dict(flat_columns(melted.batch))
    people = [columns[name] for name in _PEOPLE if name in columns]
    count = melted.batch.num_rows
    columns["person"] = first_filled(*people) if people else pa.nulls(count, pa.string())
    times = [columns[name] for name in ("timestamp", *_VISIT_TIMES) if name in columns]
    columns["at"] = first_filled(*times) if times else pa.nulls(count, pa.string())
    columns["action"] = first_filled(columns["type"]) if "type" in columns else pa.array([VISIT] * count)
    if "revenue" in columns:
        columns["paid"] = _paid(columns["revenue"], columns["action"])
    return with_columns(melted, columns)


def _paid(revenue: Any, action: Any) -> Any:
    """Revenue without that of carts that were left, which nobody paid."""
    import pyarrow as pa
    import pyarrow.compute as pc

    left = pc.equal(action.fill_null(""), _CART)
    return pc.if_else(left, pa.scalar(None, revenue.type), revenue)


def _field(name: str) -> tuple[int, str] | None:
    """(Place of the action, field) that a numbered column holds."""
    found = _ACTION.match(name)
    if found is None:
        return None
    return int(found["place"] or found["at"]), found["field"] or found["name"]


def _melted(rows: Rows) -> Rows:
    import pyarrow as pa

    columns = dict(flat_columns(rows.batch))
    actions: dict[int, dict[str, str]] = {}
    for name in columns:
        found = _field(name)
        if found:
            actions.setdefault(found[0], {})[found[1]] = name
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

    key = next((fields[name] for name in ("timestamp", "type") if name in fields), next(iter(fields.values())))
    mark = columns[key].cast(pa.string()).fill_null("")
    kept = np.flatnonzero(np.asarray(pc.not_equal(mark, "").to_numpy(zero_copy_only=False)))
    take = pa.array(kept)
    taken = {name: array.take(take) for name, array in visit.items()}
    taken |= {field: columns[name].take(take) for field, name in fields.items()}
    return pa.table(taken), kept


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    return guessed_mapping(sample, zone).changed(
        user="person",
        time="at",
        event="action",
        session="idVisit",
        value="paid" if "paid" in names else None,
        transaction="orderId" if "orderId" in names else None,
        currency="siteCurrency" if "siteCurrency" in names else None,
        event_id=None,
    )


FORMAT = Format(
    "matomo",
    "Matomo visits log",
    _recognises,
    _mapping,
    _reshape,
    (),
    ("idVisit", "lastActionTimestamp", "serverTimestamp", "firstActionTimestamp", "timestamp"),
    log_ins=(("visitorId", "userId"),),
)
