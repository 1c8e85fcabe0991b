"""Counts by latest starts, transitions and what came before: each equals a count made the plain way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.test_twin import many, some
from tests.performance.synthetic import FUNNEL, synthetic_log
from workbench.analysis import live, threads
from workbench.analysis.before import events_before, units_with
from workbench.analysis.cache import Cache, cache_of
from workbench.analysis.funnel import FunnelRequest, funnel, line_course
from workbench.analysis.lists import lists_of
from workbench.analysis.live import counts_with_numpy, is_mergeable, live_counts, step_counts
from workbench.analysis.match import Match, Predicate
from workbench.analysis.options import CountBy, Entry, Mode, Options, Unit
from workbench.analysis.sequences import transition_matrix
from workbench.analysis.stream import stream_of
from workbench.analysis.threads import in_threads, unit_chunks
from workbench.events.postings import KeyLayout, Postings, postings_of
from workbench.events.store import EventStore
from workbench.journey.rule import Condition, Operator, Rule

rows = st.lists(st.tuples(st.sampled_from("uvw"), st.integers(0, 9), st.sampled_from("ABCx")), max_size=30)
steps = st.permutations(["A", "B", "C"]).flatmap(lambda order: st.integers(1, 3).map(lambda n: order[:n]))


@many
@given(rows, steps, st.sampled_from([None, 0, 2, 5]), st.sampled_from([0, 10_000]))
def test_counts_by_latest_starts_equal_the_funnel(log, names, window, dense) -> None:  # type: ignore[no-untyped-def]
    store = EventStore.from_rows(log)
    request = FunnelRequest.of([Rule((name,)) for name in names], Options(window_s=window))
    assert is_mergeable(request)
    chosen, live._DENSE = live._DENSE, dense
    try:
        counted = step_counts(request, store)
    finally:
        live._DENSE = chosen
    assert counted == live_counts(request, store) == funnel(request, store).counts
    lists = lists_of(line_course(request, stream_of(store)))
    bits, limit = np.uint64(store.all_postings.layout.time_bits), np.uint64(request.options.window_us)
    assert counts_with_numpy(lists, bits, limit).tolist() == list(counted)


@some
@given(rows)
def test_steps_with_conditions_and_several_names_merge_too(log) -> None:  # type: ignore[no-untyped-def]
    store = EventStore.from_rows([(*row, {"p": i % 3}) for i, row in enumerate(log)])
    rules = [Rule(("A", "x")), Rule(("B",), (Condition("p", Operator.LT, "2"),)), Rule(("C",))]
    request = FunnelRequest.of(rules, Options(window_s=4))
    assert step_counts(request, store) == live_counts(request, store) == funnel(request, store).counts


def test_an_edit_keeps_what_the_first_steps_gave() -> None:
    store = synthetic_log(20_000).store()
    request = FunnelRequest.of([Rule((name,)) for name in FUNNEL], Options(window_s=86_400))
    live_counts(replace(request, steps=request.steps[:5]), store)
    before = len(cache_of(store)._held)
    live_counts(request, store)
    assert len(cache_of(store)._held) == before + 1
    live_counts(replace(request, options=Options(window_s=60)), store)
    assert len(cache_of(store)._held) == before + 1, "another window counts what is there"


def test_other_rules_are_counted_by_the_funnel_itself() -> None:
    store = EventStore.from_rows([("u", 0, "A"), ("u", 1, "A"), ("u", 2, "B")])
    plain = FunnelRequest.of([Rule(("A",)), Rule(("B",))])
    assert is_mergeable(plain)
    others = [
        FunnelRequest.of([Rule(("A",)), Rule(("A",))]),
        replace(plain, options=Options(mode=Mode.OPEN)),
        replace(plain, options=Options(entry=Entry.FIRST)),
        replace(plain, options=Options(unit=Unit(CountBy.SESSION))),
        replace(plain, steps=(Match((Predicate(None),)), *plain.steps)),
    ]
    for request in others:
        assert not is_mergeable(request)
        assert step_counts(request, store) == live_counts(request, store) == funnel(request, store).counts


def test_users_of_several_blocks_are_counted_once_each(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    log = synthetic_log(30_000)
    store = log.store()
    request = FunnelRequest.of([Rule((name,)) for name in FUNNEL], Options(window_s=86_400))
    layout = KeyLayout(store.all_postings.layout.origin_us, 55)
    user = store.user_of(store.all_postings.rows)
    keys = layout.keys(user, store.time_us[store.all_postings.rows])
    postings = Postings(store.all_postings.rows, keys, store.all_postings.offset, layout)
    blocks = replace(store, stored_postings=postings)
    assert layout.block_bits < 10
    assert step_counts(request, blocks) == step_counts(request, store) == live_counts(request, blocks)
    monkeypatch.setattr(threads, "FEW_ROWS", 0)
    assert step_counts(request, blocks) == step_counts(request, store)
    assert units_with(stream_of(blocks)).tolist() == store.all_postings.holders.tolist()


@some
@given(rows)
def test_transitions_equal_a_plain_count(log) -> None:  # type: ignore[no-untyped-def]
    store = EventStore.from_rows(log)
    matrix = transition_matrix(stream_of(store))
    plain: Counter[tuple[int, int]] = Counter()
    for u in range(store.n_users):
        events = store.event[store.user_offset[u] : store.user_offset[u + 1]].tolist()
        plain.update(pairwise(events))
    assert {(int(a), int(b)): int(matrix[a, b]) for a, b in np.argwhere(matrix)} == dict(plain)


@some
@given(rows, st.sampled_from([Unit(), Unit(CountBy.SESSION, 2)]))
def test_what_came_before_equals_a_plain_count(log, unit) -> None:  # type: ignore[no-untyped-def]
    store = EventStore.from_rows([*log, ("z", 0, "C")])
    stream = stream_of(store, unit)
    found = events_before(stream, Match((Predicate("C"),)))
    took, won = Counter(), Counter()
    for u in range(stream.n_units):
        names = [store.event_names[code] for code in stream.event[stream.offset[u] : stream.offset[u + 1]]]
        converted = "C" in names
        before = set(names[: names.index("C")] if converted else names)
        took.update(before)
        won.update(before if converted else ())
    assert found.took.tolist() == [took[name] for name in store.event_names]
    assert found.took_and_converted.tolist() == [won[name] for name in store.event_names]


def test_many_event_names_are_paired_in_wide_tables() -> None:
    store = EventStore.from_rows([("u", i, f"event {i % 300}") for i in range(900)])
    assert store.event.dtype == np.uint16
    matrix = transition_matrix(stream_of(store))
    assert matrix.sum() == 899
    assert matrix[0, 1] == 3


def test_threads_give_the_same_as_one(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    store = synthetic_log(60_000).store()
    request = FunnelRequest.of([Rule((name,)) for name in FUNNEL], Options(window_s=86_400))
    alone = step_counts(request, store), transition_matrix(stream_of(store)).tolist(), funnel(request, store).counts
    monkeypatch.setattr(threads, "FEW_ROWS", 0)
    assert threads.n_threads(1) >= 1
    shared = step_counts(request, store), transition_matrix(stream_of(store)).tolist(), funnel(request, store).counts
    assert alone == shared
    assert in_threads(lambda a, b: b - a, [(0, 2), (2, 7)], 2) == [2, 5]


def test_chunks_cover_all_units_once() -> None:
    offset = np.concatenate([[0], np.cumsum(np.random.default_rng(1).integers(1, 9, 100))])
    for n, block in ((1, 0), (7, 0), (3, 16), (500, 0)):
        chunks = unit_chunks(offset, n, block)
        assert [unit for first, last in chunks for unit in range(first, last)] == list(range(100))
        if block:
            assert all(first // block == (last - 1) // block for first, last in chunks)


def test_the_cache_forgets_what_was_not_asked_for_longest() -> None:
    cache = Cache(limit=3000)
    for key in range(3):
        cache.get(key, lambda: np.zeros(100))
    cache.get(0, lambda: np.ones(100))
    cache.get(3, lambda: np.zeros(100))
    assert cache.get(0, lambda: np.ones(100))[0] == 0
    assert cache.get(1, lambda: np.ones(100))[0] == 1


def test_postings_of_no_rows_are_empty() -> None:
    none = np.zeros(0, np.int64)
    assert postings_of(none, none, np.zeros(1, np.int64), 2).of(1).tolist() == []
