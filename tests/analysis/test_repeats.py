"""Repeats are left out on a choice: events equal in everything, and a property's value that came before."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.options import BY_USER, Cleaning
from workbench.analysis.query import Query
from workbench.analysis.stream import stream_of
from workbench.events.store import EventStore
from workbench.journey.journey import Journey, Shaping

IDS = ("T1", "T2", "", "(not set)")
LOGS = st.lists(
    st.tuples(st.sampled_from("uv"), st.integers(0, 4), st.sampled_from(("buy", "view")), st.sampled_from(IDS)),
    max_size=25,
)


def store_of(log: list[tuple[str, int, str, str]]) -> EventStore:
    return EventStore.from_rows([(u, t, name, {"order": order} if order else {}) for u, t, name, order in log])


def rows_of(store: EventStore, cleaning: Cleaning) -> list[int]:
    stream = stream_of(store, BY_USER, cleaning)
    return [int(row) for row in stream.rows_at(range(stream.n_positions))]


@given(LOGS)
def test_a_transaction_counts_once_a_person_and_name_and_placeholders_always(
    log: list[tuple[str, int, str, str]],
) -> None:
    store = store_of(log)
    column, seen, kept = store.properties.get("order"), set(), []
    for row in range(store.n_events):
        code = int(column.codes[row]) if column is not None else 0
        order = str(column.values[code - 1]) if column is not None and code else ""
        key = (int(store.user_of(np.array([row]))[0]), int(store.event[row]), order)
        if order in ("", "(not set)") or key not in seen:
            kept.append(row)
        seen.add(key)
    assert rows_of(store, Cleaning(once_per="order")) == kept


@given(LOGS)
def test_both_choices_together_leave_what_each_leaves(log: list[tuple[str, int, str, str]]) -> None:
    store = store_of(log)
    both = rows_of(store, Cleaning(dedupe_exact=True, once_per="order"))
    exact, once = rows_of(store, Cleaning(dedupe_exact=True)), rows_of(store, Cleaning(once_per="order"))
    assert both == sorted(set(exact) & set(once))


def test_a_property_that_the_data_lack_leaves_everything() -> None:
    store = store_of([("u", 0, "buy", "T1"), ("u", 1, "buy", "T1")])
    assert rows_of(store, Cleaning(once_per="order_id")) == [0, 1]


def test_the_choices_of_a_journey_reach_the_engine() -> None:
    journey = Journey(shaping=Shaping(without_repeats=True, once_per="order"))
    cleaning = Query.of(journey).options().cleaning
    assert (cleaning.dedupe_exact, cleaning.once_per) == (True, "order")
    assert Query.of(Journey()).options().cleaning == Cleaning()
