"""What a count cannot hold: rows of an event that name no person, for want of consent or of an id."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.events.store import EventStore


def unseen_share(store: EventStore, names: Iterable[str]) -> float | None:
    """Share of the imported rows of some events that no person's history holds.

    They name no person (consent denied, id missing) or no time, or came a second time; they are in totals of events
    only. None where the store does not know how many rows there were, or none had these names.

    Examples
    --------
    >>> unseen_share(EventStore.from_rows([("u", 0, "view"), ("", 5, "view")]), ["view"])
    0.5
    """
    totals = store.counts.event_totals if store.counts is not None else {}
    known = [name for name in names if name in totals and name in store.code_by_name]
    rows = sum(totals[name] for name in names if name in totals)
    if not rows:
        return None
    kept = sum(len(store.postings(store.code_by_name[name])) for name in known)
    return max(0.0, 1.0 - kept / rows)
