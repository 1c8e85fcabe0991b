"""Proposals find names written in another way, and propose nothing where nothing is alike."""

from __future__ import annotations

import pytest

from tests.builders import element
from workbench.journey.matching import proposals

NAMES = ("page_view", "AddToCart", "begin checkout", "purchase", "Warenkorb")


@pytest.mark.parametrize(
    ("title", "expected"), [("add_to_cart", ("AddToCart",)), ("begin_checkout", ("begin checkout",)), ("webinar", ())]
)
def test_names_written_another_way_are_proposed(title, expected):
    assert proposals(element(title), NAMES) == expected
