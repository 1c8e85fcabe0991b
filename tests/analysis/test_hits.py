"""Limits of a match are counted per person, or anew in every session."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.stores import store_of
from tests.builders import line
from workbench.analysis.asked import parse_steps
from workbench.analysis.hits import matching_rows
from workbench.analysis.match import Match
from workbench.analysis.measure import measure
from workbench.analysis.query import Query
from workbench.errors import WorkbenchError
from workbench.events.store import EventStore
from workbench.journey import edits
from workbench.journey.element import ElementId
from workbench.journey.journey import Counting
from workbench.journey.rule import Rule

GAP_S = 1800.0
LOGS = st.lists(st.tuples(st.sampled_from("uv"), st.integers(0, 9), st.sampled_from("ab")), max_size=30)


def sessions(rows: list[tuple[str, float, str]]) -> list[list[int]]:
    """Places of the sorted rows by session, cut by hand."""
    found: list[list[int]] = []
    for place, (user, at, _) in enumerate(rows):
        if place and rows[place - 1][0] == user and at - rows[place - 1][1] <= GAP_S:
            found[-1].append(place)
        else:
            found.append([place])
    return found


@given(LOGS, st.integers(1, 3))
def test_the_nth_of_each_session_is_counted_by_session(log: list[tuple[str, int, str]], nth: int) -> None:
    rows = sorted((user, at * 1000.0, name) for user, at, name in log)
    store = store_of(rows, 100_000.0)
    by_hand = []
    for places in sessions(rows):
        own = [place for place in places if rows[place][2] == "a"]
        by_hand += own[nth - 1 : nth]
    found = matching_rows(store, Match.of(Rule(("a",), nth=nth, per_session=True)))
    assert found.tolist() == sorted(by_hand)


def test_a_sum_begins_anew_in_every_session() -> None:
    rows = [("u", at, "view", {"seconds": 40}) for at in (0, 10, 5000, 5010)]
    store = EventStore.from_rows(rows)
    rule = Rule(("view",), sum_property="seconds", sum_at_least=60.0)
    assert matching_rows(store, Match.of(rule)).tolist() == [1]
    anew = Rule(("view",), sum_property="seconds", sum_at_least=60.0, per_session=True)
    assert matching_rows(store, Match.of(anew)).tolist() == [1, 3]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a[first in session]", Rule(("a",), nth=1, per_session=True)),
        ("a[nth 2]", Rule(("a",), nth=2)),
        ("a[at least 3 in session, within 7d]", Rule(("a",), count_at_least=3, within_s=604_800.0, per_session=True)),
    ],
)
def test_limits_are_read_from_the_steps_of_the_command_line(text: str, rule: Rule) -> None:
    assert parse_steps(text) == [rule]


@pytest.mark.parametrize("text", ["a[nth 2, at least 3]", "a[within 7d in session]"])
def test_limits_that_do_not_go_together_are_refused(text: str) -> None:
    with pytest.raises(WorkbenchError):
        parse_steps(text)


def test_sessions_of_a_rule_end_at_the_pause_of_the_journey() -> None:
    store = EventStore.from_rows([("u", 0, "a"), ("u", 2400, "a")])
    journey = line("a")
    rule = Rule(("a",), nth=1, per_session=True)
    journey = edits.amend(journey, [ElementId("a")], rule=rule)
    for gap_s, hits in ((1800.0, 2), (3600.0, 1)):
        paused = replace(journey, counting=Counting(session_gap_s=gap_s))
        assert measure(Query.of(paused), store).elements[ElementId("a")].hits == hits
        assert len(matching_rows(store, Match.of(rule), gap_s=gap_s)) == hits


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="from 1"):
        parse_steps("a[nth 0]")
