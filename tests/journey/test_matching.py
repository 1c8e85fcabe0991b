"""Names written in another way are proposed to elements, many to one, and nothing where nothing is alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import element
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.journey.matching import matched, rebound
from workbench.journey.rule import Condition, Rule

NAMES = ("page_view", "AddToCart", "begin checkout", "purchase", "Warenkorb")


def bound(name: str, *events: str):
    return replace(element(name), rule=Rule(events))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("add_to_cart", {"AddToCart": "add_to_cart"}),
        ("begin_checkout", {"begin checkout": "begin_checkout"}),
        ("webinar", {}),
    ],
)
def test_names_written_another_way_are_proposed(title, expected):
    assert matched(Journey(elements=(replace(element(title), rule=None),)), NAMES) == expected


def test_a_rule_that_has_hits_is_proposed_nothing_else():
    journey = Journey(elements=(bound("add_to_cart", "Warenkorb"),))
    assert matched(journey, NAMES) == {"Warenkorb": "add_to_cart"}


def test_names_the_data_do_not_hold_and_conditions_stay():
    rule = Rule(("old_name", "cart"), (Condition("device", "=", "mobile"),))
    journey = Journey(elements=(replace(element("a"), rule=rule),))
    again = rebound(journey, {"cart": None, "basket": ElementId("a")}, ["cart", "basket"])
    assert again.elements[0].rule == Rule(("old_name", "basket"), (Condition("device", "=", "mobile"),))


def test_an_element_that_nobody_touched_stays_the_same_object():
    journey = Journey(elements=(bound("a", "x"), bound("b", "y")))
    again = rebound(journey, {"x": ElementId("a"), "z": ElementId("b")}, ["x", "z"])
    assert again.elements[0] is journey.elements[0]
    assert again.elements[1].rule.events == ("y", "z")


def test_several_names_may_stand_for_one_element():
    journey = Journey(elements=(bound("a", "x"),))
    chosen = {"x": ElementId("a"), "y": ElementId("a")}
    assert rebound(journey, chosen, chosen).elements[0].rule.events == ("x", "y")
