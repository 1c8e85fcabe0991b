"""Timelines and drivers: the vectorised counts are those of plain loops."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.stores import DAY_S, null_log, random_log, shop_store, sorted_store, store_of
from workbench.analysis.association import mantel_haenszel
from workbench.analysis.drivers import Quadrant, bootstrap_ratio, drivers, naive_table, ordered_table, stratified
from workbench.analysis.sequels import sequel
from workbench.analysis.timeline import DEFAULT_AMBIENT, Timeline, ambient_events, audit_window_s
from workbench.events.store import EventStore


def timeline_of(store: EventStore, window_d: float = 14, macro: str = "purchase", **kept: object) -> Timeline:
    return Timeline.of(store, store.postings(store.code_by_name[macro]), window_d * DAY_S, **kept)  # type: ignore[arg-type]


def looped(store: EventStore, micro: str, window_s: float, ambient: frozenset[str]) -> dict[int, list[int]]:
    """Depth strata of one event by plain loops over people."""
    cells: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    end = store.data_end_us or 0
    for u in range(store.n_users):
        rows = range(int(store.user_offset[u]), int(store.user_offset[u + 1]))
        start = int(store.time_us[rows[0]])
        if start + window_s * 1e6 > end:
            continue
        inside = [r for r in rows if store.time_us[r] - start <= window_s * 1e6]
        names = [store.event_names[int(store.event[r])] for r in inside]
        bought = "purchase" in names
        way = names[: names.index("purchase")] if bought else names
        for depth, name in enumerate((n for n in way if n not in ambient), start=1):
            name_bin = depth if depth <= 10 else 10 + math.ceil(3 * math.log2(depth / 10))
            column = 0 if name == micro else 2
            cells[name_bin][column] += bought
            cells[name_bin][column + 1] += 1
            if name == micro:
                break
    return cells


@given(st.integers(0, 10_000), st.sampled_from([frozenset[str](), frozenset({"scroll"})]))
def test_depth_strata_are_those_of_plain_loops(seed: int, ambient: frozenset[str]) -> None:
    store = random_log(seed, users=40)
    if not {"micro", "purchase"} <= set(store.event_names):
        return
    timeline = timeline_of(store, ambient=ambient)
    found = timeline.cells(timeline.taking("micro", store.postings(store.code_by_name["micro"])))
    expected = looped(store, "micro", 14 * DAY_S, ambient)
    assert {int(b): row for b, row in zip(timeline.strata, found.tolist(), strict=True) if any(row)} == {
        b: row for b, row in expected.items() if any(row)
    }


def test_all_events_at_once_are_each_event_alone() -> None:
    store = random_log(5)
    timeline = timeline_of(store)
    table = drivers(timeline, min_takers=1)
    for row in table.rows:
        alone = mantel_haenszel(timeline.cells(timeline.taking(row.name, store.postings(store.code_by_name[row.name]))))
        assert row.matched == alone


def test_only_takings_before_the_macro_count_in_order() -> None:
    store = store_of([("a", 0, "view"), ("a", 1, "purchase"), ("a", 2, "micro"), ("b", 0, "micro")], 40 * DAY_S)
    timeline = timeline_of(store)
    taking = timeline.taking("micro", store.postings(store.code_by_name["micro"]))
    assert (naive_table(timeline, taking).a, ordered_table(timeline, taking).a) == (1, 0)


def test_people_whose_window_has_not_elapsed_are_left_out_and_counted() -> None:
    store = store_of([("a", 0, "view"), ("b", 10 * DAY_S, "view"), ("a", 5, "purchase")], 15 * DAY_S)
    timeline = timeline_of(store, 14)
    assert (timeline.mature, timeline.immature, timeline.base_rate) == (1, 1, 1.0)


def test_a_mapped_hit_counts_even_under_an_ambient_name() -> None:
    store = store_of([("a", 0, "page_view"), ("a", 1, "view"), ("a", 2, "purchase")], 40 * DAY_S)
    plain = timeline_of(store, ambient={"page_view"})
    mapped = timeline_of(store, ambient={"page_view"}, mapped=[np.array([0])])
    assert (plain.reach.tolist(), mapped.reach.tolist()) == ([1], [2])


def test_someone_with_ambient_events_only_is_nobody() -> None:
    store = store_of([("a", 0, "scroll"), ("b", 0, "view"), ("b", 1, "purchase")], 40 * DAY_S)
    assert timeline_of(store, ambient={"scroll"}).mature == 1


def test_a_step_that_nobody_buys_without_is_set_apart() -> None:
    rows = [(f"u{i}", float(t), e) for i in range(60) for t, e in enumerate(("view", "checkout", "purchase"))]
    rows += [(f"v{i}", 0.0, "view") for i in range(60)]
    table = drivers(timeline_of(store_of(rows, 40 * DAY_S)), min_takers=1)
    assert [row.name for row in table.required] == ["checkout", "view"] or [r.name for r in table.required] == [
        "checkout"
    ]
    assert table.row("checkout").ordered.ratio is None
    assert table.row("checkout").quadrant is None


def test_shuffling_rows_of_distinct_times_changes_nothing() -> None:
    store = random_log(7, users=120)
    rng = np.random.default_rng(1)
    user = np.repeat(np.arange(store.n_users), np.diff(store.user_offset))
    time_us = store.time_us + np.arange(store.n_events)
    order = rng.permutation(store.n_events)
    shuffled = sorted_store(
        user[order], time_us[order], store.event[order], store.event_names, store.n_users, (store.ends_us or 0) / 1e6
    )
    straight = sorted_store(user, time_us, store.event, store.event_names, store.n_users, (store.ends_us or 0) / 1e6)
    assert drivers(timeline_of(shuffled)) == drivers(timeline_of(straight))


def test_an_event_with_an_effect_holds_up_and_others_do_not() -> None:
    table = drivers(timeline_of(random_log(11, users=6_000, effect=3.0)))
    assert [row.name for row in table.top] == ["micro"]
    assert table.row("micro").quadrant in (Quadrant.INVEST, Quadrant.PROMOTE)
    assert table.row("micro").weeks


def test_a_post_purchase_event_is_no_driver_although_the_naive_ratio_says_so() -> None:
    rng = np.random.default_rng(3)
    rows: list[tuple[str, float, str]] = []
    for u in range(4_000):
        rows += [(f"u{u}", float(t), "view") for t in range(int(rng.integers(1, 5)))]
        if rng.uniform() < 0.1:
            rows += [(f"u{u}", 50.0, "purchase"), (f"u{u}", 60.0, "track_order" if u % 5 else "view")]
        elif rng.uniform() < 0.02:
            rows.append((f"u{u}", 60.0, "track_order"))
    row = drivers(timeline_of(store_of(rows, 40 * DAY_S)), min_takers=1).row("track_order")
    assert row.naive.ratio is not None
    assert row.naive.ratio > 5
    assert not row.holds_up
    assert row.ordered.a == 0


def test_bootstrap_and_closed_form_agree_roughly() -> None:
    store = random_log(13, users=1500, effect=2.0)
    timeline = timeline_of(store)
    taking = timeline.taking("micro", store.postings(store.code_by_name["micro"]))
    closed = mantel_haenszel(timeline.cells(taking)).ratio_interval
    drawn = bootstrap_ratio(timeline, taking, draws=100)
    assert closed.low is not None
    assert closed.high is not None
    assert drawn.low == pytest.approx(closed.low, rel=0.15)
    assert drawn.high == pytest.approx(closed.high, rel=0.15)


def test_strata_of_one_group_are_the_plain_ones() -> None:
    store = random_log(17)
    timeline = timeline_of(store)
    taking = timeline.taking("micro", store.postings(store.code_by_name["micro"]))
    plain = mantel_haenszel(timeline.cells(taking))
    assert stratified(timeline, taking, np.zeros(timeline.mature, dtype=np.int64)) == plain


def test_the_sequel_names_what_comes_next_and_where_the_visit_ends() -> None:
    rows = [("a", 0.0, "guide"), ("a", 10.0, "cart"), ("b", 0.0, "guide"), ("c", 0.0, "guide"), ("c", 9999.0, "cart")]
    store = store_of([*rows, ("d", 0.0, "purchase")], 40 * DAY_S)
    timeline = timeline_of(store)
    found = sequel(timeline, timeline.taking("guide", store.postings(store.code_by_name["guide"])))
    assert found.next_events == (("cart", 1),)
    assert (found.ended.k, found.ended.n) == (2, 3)


@pytest.mark.parametrize(("days", "window"), [(92, 14), (42, 14), (30, 7), (11, 3), (4, 1), (1, 1)])
def test_the_audit_window_is_the_longest_that_fits_three_times(days: int, window: int) -> None:
    assert audit_window_s(days * DAY_S) == window * DAY_S


def test_events_of_nearly_all_or_hardly_anyone_are_ambient() -> None:
    rows = [(f"u{i}", 0.0, "seen_by_all") for i in range(1000)] + [("u1", 1.0, "rare")]
    rows += [(f"u{i}", 2.0, "some") for i in range(100)]
    assert ambient_events(store_of(rows), ()) == {"seen_by_all", "rare"}


def test_preparing_and_comparing_a_large_log_takes_about_a_second() -> None:
    store = null_log(1, users=120_000, events=20)
    began = time.perf_counter()
    table = drivers(timeline_of(store))
    per_million = (time.perf_counter() - began) / store.n_events * 1e6
    assert len(table.rows) == 20
    assert per_million < 2.5


@pytest.mark.corpus
def test_the_shops_naive_ratios_shrink_or_turn_once_depth_is_matched(corpus: Path, pytestconfig: pytest.Config) -> None:
    store = shop_store(corpus)
    ambient = ambient_events(store, DEFAULT_AMBIENT)
    timeline = timeline_of(store, 3, ambient=ambient)
    table = drivers(timeline, ambient)
    write = pytestconfig.get_terminal_writer().line
    write(f"\n{timeline.mature} mature people, {timeline.immature} not yet, base {timeline.base_rate:.2%}, 3 days")
    for row in table.rows:
        bounds = row.matched.ratio_interval
        steps = f"{row.naive.ratio!s:.6} -> {row.ordered.ratio!s:.6} -> {row.matched.ratio:.3f}"
        write(f"{row.name:22} {steps} ({bounds.low:.3f}..{bounds.high:.3f}){' required' if row.is_required else ''}")
    assert timeline.mature == 13_368
    assert table.top[0].name == "add_to_cart"
    for name in ("view_search_results", "select_promotion"):
        row = table.row(name)
        assert row.naive.ratio is not None
        assert row.naive.ratio > 1
        assert row.underperforms
    assert {row.name for row in table.required} == {"begin_checkout", "add_shipping_info", "add_payment_info"}
