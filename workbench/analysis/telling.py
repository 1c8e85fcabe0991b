"""Conditions on one property that tell some people from all others, so that a filter can leave them out."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from workbench.events.store import Column, EventStore
from workbench.journey.rule import Condition, Operator

MOST_VALUES = 8


def telling_conditions(store: EventStore, user_ids: Collection[str]) -> tuple[Condition, ...]:
    """Conditions that all events of some people fail and no event of another person does; empty if there are none.

    The property with the fewest values among theirs is taken, at most eight.

    Examples
    --------
    >>> rows = [("bot", 0, "view", {"agent": "crawler"}), ("ann", 0, "view", {"agent": "browser"}), ("bob", 0, "view")]
    >>> [str(condition) for condition in telling_conditions(EventStore.from_rows(rows), ["bot"])]
    ['agent != crawler']
    """
    wanted = set(user_ids)
    is_theirs = np.fromiter((user in wanted for user in store.user_ids), bool, store.n_users)
    if not is_theirs.any() or is_theirs.all():
        return ()
    rows = np.repeat(is_theirs, np.diff(store.user_offset))
    found = [
        (len(codes), name, codes)
        for name, column in store.properties.items()
        if (codes := _own_codes(column, rows)) is not None
    ]
    if not found:
        return ()
    _, name, codes = min(found, key=lambda one: one[:2])
    values = store.properties[name].values
    return tuple(Condition(name, Operator.NEQ, values[code - 1]) for code in codes)


def _own_codes(column: Column, rows: np.ndarray) -> list[int] | None:
    """Values that stand on all of these rows and on no other; None if that does not tell them apart."""
    theirs = np.unique(column.codes[rows])
    if not 0 < len(theirs) <= MOST_VALUES or theirs[0] == 0:
        return None
    others = np.isin(column.codes[~rows], theirs)
    return None if others.any() else [int(code) for code in theirs]
