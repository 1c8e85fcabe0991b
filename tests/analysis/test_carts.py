"""Cart values that a delimited file holds as text."""

from __future__ import annotations

from workbench.analysis.carts import abandoned_cart_values, cart_value_property
from workbench.events.store import EventStore


def test_amounts_written_as_text_are_read_and_words_add_nothing() -> None:
    rows = [("a", 0, "cart", {"value": "40.5"}), ("a", 1, "cart", {"value": "n/a"}), ("b", 0, "cart", {"value": "inf"})]
    store = EventStore.from_rows([*rows, ("z", 999, "view")])
    carts = store.postings(store.code_by_name["cart"])
    assert cart_value_property(store, carts) == "value"
    assert sorted(abandoned_cart_values(store, carts, carts[:0], 60.0).tolist()) == [0.0, 40.5]
