"""Trends, breakdowns and sequences beyond the conformance cases."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.test_live import rows, steps
from workbench.analysis.breakdown import NO_VALUE, Attribution, breakdown, unit_labels
from workbench.analysis.conditions import passes
from workbench.analysis.funnel import FunnelRequest, cached_stream, funnel
from workbench.analysis.funnel_correlation import Keep, with_event_values, with_events
from workbench.analysis.hits import matching_rows
from workbench.analysis.loss import longest_pauses_us, next_events, next_positions
from workbench.analysis.match import Match
from workbench.analysis.options import US, Cleaning, CountBy, Options, Span, Unit
from workbench.analysis.stream import session_numbers, stream_of
from workbench.analysis.timing import histogram, summarise
from workbench.analysis.trend import _quick, _thorough, calendar_buckets, trend
from workbench.events.store import EventStore
from workbench.journey.rule import Condition, Operator, Rule

DAY = 86_400


@given(rows, steps, st.sampled_from([None, 3]), st.integers(0, 8))
def test_both_ways_of_counting_a_bucket_agree(log, names, window, begin) -> None:  # type: ignore[no-untyped-def]
    store = EventStore.from_rows(log)
    request = FunnelRequest.of([Rule((name,)) for name in names], Options(window_s=window))
    stream = cached_stream(store, request.options)
    span = Span(begin * US, (begin + 3) * US)
    both = 1, len(names)
    assert _quick(request, stream, both)(span) == _thorough(request, stream, both)(span)


def test_buckets_that_hold_an_immature_entry_are_marked() -> None:
    store = EventStore.from_rows([("u", 0, "A"), ("u", 10 * DAY, "A")])
    request = FunnelRequest.of([Rule(("A",))], Options(window_s=3 * DAY))
    spans = [Span(k * DAY * US, (k + 1) * DAY * US) for k in range(10)]
    assert [bucket.is_complete for bucket in trend(request, store, spans)] == [True] * 7 + [False] * 3


def test_buckets_follow_the_calendar_of_the_zone() -> None:
    weeks = calendar_buckets(date(2021, 1, 31), date(2021, 2, 8), "UTC")
    assert len(weeks) == 3
    assert all(week.to_us - week.from_us == 7 * DAY * US for week in weeks)
    months = calendar_buckets(date(2021, 1, 31), date(2021, 3, 1), "America/New_York", "month")
    assert [round((month.to_us - month.from_us) / DAY / US) for month in months] == [31, 28, 31]


def test_groups_of_a_breakdown_add_up() -> None:
    log = EventStore.from_rows(
        [(str(u), k, "AB"[k], {"d": "xyz"[u % 3]} if u % 4 else {}) for u in range(12) for k in range(2)]
    )
    request = FunnelRequest.of([Rule(("A",)), Rule(("B",))])
    for by in (Attribution.UNIT, Attribution.FIRST_TOUCH, Attribution.LAST_TOUCH, Attribution.STEP):
        groups = breakdown(request, log, "d", by)
        assert [sum(column) for column in zip(*(group.counts for group in groups), strict=True)] == [12, 12]
    assert [group.name for group in breakdown(request, log, "nothing", Attribution.UNIT)] == [NO_VALUE]
    assert breakdown(request, log, "nothing", Attribution.ALL_EVENTS) == ()
    assert breakdown(request, log, "nothing", Attribution.STEP)[0].name == NO_VALUE
    assert set(unit_labels(stream_of(log), "d")) == {"x", "y", "z", NO_VALUE}


def test_correlation_leaves_out_steps_and_skipped_names() -> None:
    log = EventStore.from_rows([("1", 0, "A"), ("1", 1, "x"), ("1", 2, "y", {"p": 1}), ("1", 3, "B"), ("2", 0, "A")])
    counted = funnel(FunnelRequest.of([Rule(("A",)), Rule(("B",))]), log)
    assert [row.key for row in with_events(counted).rows] == ["x", "y"]
    assert [row.key for row in with_events(counted, skip=["x"]).rows] == ["y"]
    assert with_events(counted, keep=Keep(25, 0.9)).rows == ()
    assert [row.key for row in with_event_values(counted, ["y", "unknown"]).rows] == ["y::p::1"]
    assert with_event_values(counted, ["y"], skip_properties=["p"]).rows == ()


def test_next_events_look_through_what_is_ignored() -> None:
    log = EventStore.from_rows(
        [("1", 0, "A"), ("1", 1, "s"), ("1", 2, "s"), ("1", 90, "B"), ("2", 0, "A"), ("2", 1, "s")]
    )
    stream = stream_of(log)
    at = matching_rows(log, Match.of(Rule(("A",)))).astype("int64")
    assert dict(next_events(stream, at, frozenset({"s"}))) == {"B": 1, "(nothing)": 1}
    assert dict(next_events(stream, at, frozenset({"s"}), horizon_s=60)) == {"(nothing)": 2}
    assert (next_positions(stream, at, frozenset({"unknown"})) > 0).all()


def test_pauses_between_events_of_no_path_are_none() -> None:
    stream = stream_of(EventStore.from_rows([("1", 0, "A"), ("1", 7, "B")]))
    starts = ends = matching_rows(stream.store, Match()).astype("int64")
    assert longest_pauses_us(stream, starts, ends).tolist() == []


@pytest.mark.parametrize(
    ("rule", "times"),
    [
        (Rule(("A",), nth=2), [3]),
        (Rule(("A",), count_at_least=3), [9]),
        (Rule(("A",), within_s=5), [1, 3]),
        (Rule(("A",), sum_property="n", sum_at_least=5), [3]),
        (Rule(("A", "B"), (Condition("n", Operator.GT, "2"),)), [3, 9]),
        (Rule(("unknown",)), []),
        (Rule(()), []),
    ],
)
def test_limits_of_a_rule(rule: Rule, times: list[int]) -> None:
    log = EventStore.from_rows(
        [("u", 0, "x"), ("u", 1, "A", {"n": 2}), ("u", 3, "A", {"n": "3"}), ("u", 9, "A", {"n": 4})]
    )
    assert (log.time_us[matching_rows(log, Match.of(rule))] // US).tolist() == times


def test_a_limit_on_the_first_event_counts_only_events_that_are_left() -> None:
    log = EventStore.from_rows([("u", 0, "A"), ("u", 1, "A"), ("u", 9, "A")])
    stream = stream_of(log, cleaning=Cleaning(dedupe_within_s=2))
    assert stream.base is not None
    found = matching_rows(log, Match.of(Rule(("A",), within_s=9)), stream.base)
    assert (log.time_us[found] // US).tolist() == [0, 9]


@pytest.mark.parametrize(
    ("operator", "other", "value", "passed"),
    [
        (Operator.EQ, "5", 5, True),
        (Operator.EQ, "x", None, False),
        (Operator.NEQ, "5", "5.0", False),
        (Operator.NEQ, "5", None, True),
        (Operator.IN, ("1", "2"), 2, True),
        (Operator.IN, "2", 2, True),
        (Operator.CONTAINS, "ric", "/pricing", True),
        (Operator.LT, "10", "9", True),
        (Operator.LTE, "x", 9, False),
        (Operator.GT, 1, True, False),
        (Operator.GTE, "1", "inf", False),
        (Operator.SET, None, 0, True),
        (Operator.NOT_SET, None, 0, False),
        (Operator.NOT_SET, None, None, True),
        (Operator.EQ, "true", True, True),
    ],
)
def test_conditions(operator: Operator, other: object, value: object, passed: bool) -> None:
    assert passes(Condition("p", operator, other), value) is passed  # type: ignore[arg-type]


def test_sessions_follow_the_mapped_id_together_with_the_user() -> None:
    log = EventStore.from_rows(
        [
            ("u", 0, "A", {"s": "1"}),
            ("u", 9000, "A", {"s": "1"}),
            ("u", 9001, "A", {"s": "2"}),
            ("v", 0, "A", {"s": "1"}),
        ]
    )
    unit = Unit(CountBy.SESSION, session_property="s")
    assert len(set(session_numbers(log, unit).tolist())) == 3
    assert stream_of(log, unit).n_units == 3


def test_units_by_a_property_that_nobody_has_are_none() -> None:
    log = EventStore.from_rows([("u", 0, "A")])
    assert stream_of(log, Unit(CountBy.PROPERTY, property="g")).n_units == 0


def test_no_durations_have_no_bars() -> None:
    assert histogram([]) == ()
    assert summarise([7]).p95 == 7
