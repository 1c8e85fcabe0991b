"""Steps over time, friction per step, abandoned carts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.analysis.stores import DAY_S, store_of
from workbench.analysis.carts import abandoned_cart_values, cart_value_property
from workbench.analysis.cohorts import weekly_rates
from workbench.analysis.ground import Ground
from workbench.analysis.steps import patience_s, step_frictions, step_takings
from workbench.analysis.timeline import Rows
from workbench.events.store import EventStore
from workbench.journey.element import Element, ElementId, Link, LinkId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind, Role


def journey() -> Journey:
    page = Element(ElementId("page"), Kind.STAGE, "Page", rule=Rule(("view",)))
    cart = Element(ElementId("cart"), Kind.MICRO, "Cart", rule=Rule(("cart",)))
    fault = Element(ElementId("fault"), Kind.MICRO, "Fault", role=Role.ERROR, rule=Rule(("error",)))
    order = Element(ElementId("order"), Kind.MACRO, "Order", rule=Rule(("buy",)))
    return Journey(
        elements=(page, cart, fault, order),
        links=(
            Link(LinkId("p-c"), page.element_id, cart.element_id),
            Link(LinkId("c-o"), cart.element_id, order.element_id),
        ),
        happy_path=(page.element_id, cart.element_id, order.element_id),
        window_s=7 * DAY_S,
    )


def weeks_of_people(weeks: int = 10) -> EventStore:
    """Every week 140 people view; 60 % fill a cart after 20 s; 30 of those meet an error; the errorless 2 in 3 buy."""
    rows: list[tuple[str, float, str]] = []
    for week in range(weeks):
        for i in range(140):
            at = (week + i / 140) * 7 * DAY_S
            rows.append((f"w{week}p{i}", at, "view"))
            if i % 5 < 3:
                rows.append((f"w{week}p{i}", at + 20, "cart"))
                if i % 5 == 0:
                    rows.append((f"w{week}p{i}", at + 30, "error"))
                elif i % 5 == 1:
                    rows.append((f"w{week}p{i}", at + 40, "buy"))
    return store_of(rows, weeks * 7 * DAY_S)


def test_each_link_has_its_own_people_and_weeks() -> None:
    taken = step_takings(journey(), weeks_of_people(), ())
    weeks = {link_id: weekly_rates(ground.timeline, taking) for link_id, ground, taking in taken}
    assert weeks[LinkId("p-c")].n == (140,) * 9
    assert weeks[LinkId("p-c")].k == (84,) * 9
    assert weeks[LinkId("c-o")].k == (28,) * 9


def test_a_step_is_described_by_what_it_costs() -> None:
    ground = Ground.of(journey(), weeks_of_people(), ())
    assert ground is not None
    view, cart = step_frictions(ground)
    assert view.lost.value == pytest.approx(0.4, abs=0.001)
    assert view.median_s == pytest.approx(20)
    assert cart.with_error.value == 0.0
    assert cart.without_error.value == pytest.approx(0.5, abs=0.001)
    assert cart.errors_per_100 == pytest.approx(100 / 3, abs=0.1)
    assert cart.raging.k == 0


def test_patience_ends_where_completion_halves() -> None:
    time = np.arange(1.0, 1001.0)
    assert patience_s(time, time < 500) == pytest.approx(501, abs=1)
    assert patience_s(time, np.ones(1000, dtype=bool)) is None
    assert patience_s(time[:50], time[:50] < 10) is None


def test_a_repeated_tap_is_rage() -> None:
    rows = [("a", float(t), "view") for t in range(5)] + [("b", 0.0, "view"), ("b", 1.0, "cart")]
    ground = Ground.of(journey(), store_of([*rows, ("b", 2.0, "buy")], 40 * DAY_S), ())
    assert ground is not None
    assert (step_frictions(ground)[0].raging.k, step_frictions(ground)[0].raging.n) == (1, 2)


def rows_of(store: EventStore, name: str) -> Rows:
    return store.postings(store.code_by_name[name])


def test_a_cart_runs_from_purchase_to_purchase() -> None:
    events = [
        ("a", 0, "cart", {"value": 100.0}),
        ("a", 5, "buy", {}),
        ("a", 10, "cart", {"value": 300.0}),
        ("a", 20, "cart", {"value": 250.0}),
        ("b", 0, "cart", {"value": 70.0}),
        ("b", 5_000, "buy", {}),
        ("c", 9_990, "cart", {"value": 900.0}),
        ("d", 10_000, "view", {}),
    ]
    store = EventStore.from_rows(events)
    found = abandoned_cart_values(store, rows_of(store, "cart"), rows_of(store, "buy"), 60.0)
    assert sorted(found.tolist()) == [70.0, 550.0]


def test_the_carts_own_price_is_found_where_the_value_is_that_of_orders() -> None:
    events = [("a", 0, "cart", {"price": 40.0}), ("a", 100, "view", {}), ("b", 0, "buy", {"value": 9.0})]
    store = EventStore.from_rows(events)
    assert cart_value_property(store, rows_of(store, "cart")) == "price"
    assert abandoned_cart_values(store, rows_of(store, "cart"), rows_of(store, "buy"), 60.0).tolist() == [40.0]


def test_carts_without_any_value_are_no_data() -> None:
    store = EventStore.from_rows([("a", 0, "cart"), ("a", 100, "view")])
    assert cart_value_property(store, rows_of(store, "cart")) is None
    assert len(abandoned_cart_values(store, rows_of(store, "cart"), np.zeros(0, np.int64), 60.0)) == 0


def test_ends_without_rule_are_passed_over() -> None:
    drawn = journey()
    unbound = drawn.with_elements(replace(e, rule=None) if e.element_id == "cart" else e for e in drawn.elements)
    store = weeks_of_people(3)
    assert list(step_takings(unbound, store, ())) == []
    ground = Ground.of(unbound, store, ())
    assert ground is not None
    (only,) = step_frictions(ground)
    assert (only.source_id, only.target_id) == ("page", "order")


def test_a_map_without_error_states_has_no_error_rate() -> None:
    drawn = journey()
    ground = Ground.of(drawn.with_elements(e for e in drawn.elements if e.role is None), weeks_of_people(3), ())
    assert ground is not None
    assert step_frictions(ground)[0].errors_per_100 is None
