"""A drafted map has the planted order, outcome and ways, and every element can be reached."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.stores import store_of
from tests.builders import line
from workbench.analysis.draft import draft
from workbench.journey import edits
from workbench.journey.journey import Journey, Lever
from workbench.journey.taxonomy import Kind
from workbench.project.drafting import drawn


def people(ways: dict[tuple[str, ...], int]) -> list[tuple[str, float, str]]:
    return [
        (f"{place}.{n}", float(at), name)
        for place, (way, size) in enumerate(ways.items())
        for n in range(size)
        for at, name in enumerate(way)
    ]


SHOP = {
    ("session_start", "view_item", "add_to_cart", "begin_checkout", "purchase"): 30,
    ("session_start", "view_item", "add_to_cart"): 40,
    ("session_start", "view_item"): 100,
    ("session_start", "search", "view_item"): 50,
    ("session_start",): 200,
}


def test_the_planted_ways_are_drawn() -> None:
    found = draft(store_of(people(SHOP)))
    assert found is not None
    assert found.events == ("session_start", "search", "view_item", "add_to_cart", "begin_checkout", "purchase")
    assert found.macro == "purchase"
    assert ("session_start", "view_item", 170) in found.links
    assert ("search", "view_item", 50) in found.links


def test_events_of_one_instant_stand_by_how_many_do_them() -> None:
    rows = [(f"u{n}", 0.0, name) for n in range(40) for name in ("shipping", "checkout")]
    rows += [(f"v{n}", 0.0, "checkout") for n in range(20)] + [(f"u{n}", 9.0, "purchase") for n in range(9)]
    found = draft(store_of(rows))
    assert found is not None
    assert found.events == ("checkout", "shipping", "purchase")
    assert ("checkout", "shipping", 40) in found.links


def test_technical_and_rare_events_are_left_out() -> None:
    rows = people({("view", "ping", "buy"): 300, ("view", "ping"): 300, ("view", "odd"): 1})
    found = draft(store_of(rows), technical=["ping"])
    assert found is not None
    assert found.events == ("view", "buy")


def test_too_little_is_no_map() -> None:
    assert draft(store_of(people({("view",): 50}))) is None


def test_known_events_become_library_elements_and_the_way_to_the_outcome_is_marked() -> None:
    found = draft(store_of(people(SHOP)))
    assert found is not None
    journey = drawn(Journey(name="Shop"), found)
    kinds = {e.title: e.kind for e in journey.elements}
    assert kinds["Product page"] is Kind.STAGE
    assert [e.title for e in journey.macros] == ["Order"]
    titles = [journey.element_by_id[i].title for i in journey.happy_path]
    assert titles == ["Landing page", "Product page", "Add to cart", "Checkout", "Order"]
    assert all(e.is_bound for e in journey.elements)


def test_a_draft_over_a_drawing_leaves_no_lever_of_the_old_one() -> None:
    found = draft(store_of(people(SHOP)))
    assert found is not None
    journey = edits.save_scenario(line("product-page", "order"), "Better", [Lever("product-page-to-order", 0.5)])
    assert journey.links[0].link_id == "product-page-to-order"
    assert drawn(journey, found).scenarios[0].levers == ()


NAMES = ("a", "b", "c", "d", "purchase")


@given(st.integers(0, 10_000), st.integers(5, 60))
def test_every_element_is_linked_and_links_lead_forward(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        (f"u{rng.integers(size)}", float(rng.integers(9)), NAMES[rng.integers(len(NAMES))]) for _ in range(size * 4)
    ]
    found = draft(store_of(rows))
    if found is None:
        return
    place = {name: n for n, name in enumerate(found.events)}
    assert all(place[source] < place[target] for source, target, _ in found.links)
    assert {target for _, target, _ in found.links} == set(found.events[1:])
    journey = drawn(Journey(), found)
    assert not any(link.returns for link in journey.links)
    assert journey.happy_path[-1] in {e.element_id for e in journey.macros} or not journey.goal_ids
