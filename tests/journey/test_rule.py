"""Conditions are read as people write them."""

from __future__ import annotations

import pytest

from workbench.errors import WorkbenchError
from workbench.journey.rule import Condition, Operator, Rule


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("percent_scrolled >= 90", Condition("percent_scrolled", Operator.GTE, "90")),
        ("a>=3", Condition("a", Operator.GTE, "3")),
        ("page_location contains /pricing", Condition("page_location", Operator.CONTAINS, "/pricing")),
        ("coupon is set", Condition("coupon", Operator.SET)),
        ("coupon is not set", Condition("coupon", Operator.NOT_SET)),
        ("device in mobile, tablet", Condition("device", Operator.IN, ("mobile", "tablet"))),
        ("name = a > b", Condition("name", Operator.EQ, "a > b")),
        ("ga session != 3", Condition("ga session", Operator.NEQ, "3")),
    ],
)
def test_conditions_are_read(text, expected):
    assert Condition.parse(text) == expected


@pytest.mark.parametrize("text", ["", "device", "device ~ x", ">= 3"])
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(WorkbenchError, match="is no condition"):
        Condition.parse(text)


def test_a_condition_without_a_value_is_refused():
    with pytest.raises(WorkbenchError, match="lacks a value"):
        Condition.parse("device =")


def test_a_rule_reads_like_a_sentence():
    rule = Rule(("scroll",), (Condition.parse("percent_scrolled >= 90"),), count_at_least=3)
    assert str(rule) == "scroll and percent_scrolled >= 90 and at least 3 times"
