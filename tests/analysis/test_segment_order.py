"""Segments of people who did things one after the other: the quick way finds whom a plain search finds."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.segment_choice import is_defined
from workbench.analysis.segment_rules import membership
from workbench.events.store import EventStore
from workbench.journey.codec import decode, encode
from workbench.journey.journey import Journey, Segment
from workbench.journey.rule import Rule

NOTHING = EventStore.from_rows([]).time_us[:0].astype(int)
Log = list[tuple[str, int, str]]


def found(log: Log, segment: Segment, cut_s: float = 1_000.0) -> set[str]:
    """Who belongs to a segment; nobody is immature, since the window is of no length."""
    store = EventStore.from_rows(log)
    people = membership(store, (segment,), NOTHING, 0.0, cut_s)
    return {store.user_ids[user] for user in people.users[people.in_segment[0]]}


def ordered(names: str, within_s: float | None = None) -> Segment:
    return Segment("Ordered", in_order=tuple(Rule((name,)) for name in names), in_order_within_s=within_s)


def plainly(log: Log, names: str, within_s: float | None, cut_s: float) -> set[str]:
    """Every choice of one event per step is tried."""
    users: set[str] = set()
    for user in {row[0] for row in log}:
        own = sorted((row for row in log if row[0] == user), key=lambda row: row[1])  # stable: file order in an instant
        places = [[i for i, row in enumerate(own) if row[2] == name] for name in names]
        for chain in product(*places):
            is_rising = all(a < b for a, b in pairwise(chain))
            took = own[chain[-1]][1] - own[chain[0]][1]
            if is_rising and own[chain[-1]][1] - own[0][1] <= cut_s and (within_s is None or took <= within_s):
                users.add(user)
    return users


@given(
    st.lists(st.tuples(st.sampled_from("uvw"), st.integers(0, 6), st.sampled_from("ABC")), min_size=1, max_size=14),
    st.sampled_from(["A", "AB", "ABA", "AA", "ABC", "BBC"]),
    st.sampled_from([None, 0, 1, 3]),
    st.sampled_from([0, 2, 100]),
)
def test_the_quick_way_finds_whom_a_plain_search_finds(log, names, within_s, cut_s):
    assert found(log, ordered(names, within_s), cut_s) == plainly(log, names, within_s, cut_s)


def test_things_between_do_not_matter_but_the_order_does():
    log = [("u", 0, "A"), ("u", 1, "x"), ("u", 2, "B"), ("v", 0, "B"), ("v", 1, "A")]
    assert found(log, ordered("AB")) == {"u"}


def test_in_one_instant_the_order_of_the_file_counts():
    assert found([("u", 5, "A"), ("u", 5, "B"), ("v", 5, "B"), ("v", 5, "A")], ordered("AB")) == {"u"}


def test_a_late_beginning_may_save_a_chain_that_began_too_early():
    log = [("u", 0, "A"), ("u", 60, "A"), ("u", 70, "B")]
    assert found(log, ordered("AB", 10)) == {"u"}
    assert found(log, ordered("AB", 9)) == set()


def test_the_chain_must_end_before_the_cut():
    log = [("u", 0, "A"), ("u", 60, "B")]
    assert found(log, ordered("AB"), 60) == {"u"}
    assert found(log, ordered("AB"), 59) == set()


def test_an_order_alone_defines_a_segment():
    assert is_defined(ordered("AB"))
    assert not is_defined(Segment("Empty"))


@pytest.mark.parametrize("extra", [{}, {"colour": ["a", 1]}])
def test_an_order_is_read_back_with_keys_that_are_not_known(extra):
    plain = {"name": "x", "segments": [{"name": "S", "in_order": [{"events": ["A"]}, {"events": ["B"]}], **extra}]}
    journey = decode(Journey, plain, "journey")
    assert encode(journey) == plain
    assert isinstance(hash(journey.segments[0]), int)


def test_a_file_from_before_has_segments_without_an_order():
    plain = {"name": "x", "segments": [{"name": "S", "did": [{"events": ["A"]}]}]}
    segment = decode(Journey, plain, "journey").segments[0]
    assert segment == Segment("S", (Rule(("A",)),))
    assert not segment.in_order
