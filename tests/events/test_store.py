"""The store: users in hash order, rows in sequence order, posting lists, and samples of people."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.events.hashing import hash_texts
from workbench.events.ingest import ingest
from workbench.events.postings import KeyLayout, postings_of
from workbench.events.sorting import first_unsorted
from workbench.events.store import EventStore
from workbench.events.text_list import TextList

ROWS = [("b", 5, "pay"), ("b", 0, "visit"), ("a", 2, "visit", {"device": "mobile", "n": 3}), ("b", 0, "chat")]


def test_rows_stand_by_user_then_time_then_input_order() -> None:
    store = EventStore.from_rows(ROWS)
    b = list(store.user_ids).index("b")
    part = slice(store.user_offset[b], store.user_offset[b + 1])
    assert [store.event_names[code] for code in store.event[part]] == ["visit", "chat", "pay"]
    assert store.time_us[part].tolist() == [0, 0, 5_000_000]


def test_properties_keep_their_types_and_missing_is_code_0() -> None:
    store = EventStore.from_rows(
        [("u", 0, "A", {"p": 1}), ("u", 1, "A", {"p": True}), ("u", 2, "A", {"p": "1"}), ("u", 3, "A")]
    )
    column = store.properties["p"]
    values = [None if code == 0 else column.values[code - 1] for code in column.codes]
    assert values == [1, True, "1", None]
    assert [type(value) for value in values[:3]] == [int, bool, str]


def test_the_first_users_are_a_store_of_their_own() -> None:
    whole = EventStore.from_rows([(f"user {i % 40}", i, "AB"[i % 2]) for i in range(200)])
    head = whole.first_users(10)
    assert head.n_users == 10
    assert head.n_events == int(whole.user_offset[10])
    rebuilt = postings_of(head.event, head.time_us, head.user_offset, 2)
    assert head.postings(1).tolist() == rebuilt.of(1).tolist()
    assert list(head.user_ids) == list(whole.user_ids)[:10]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(-(10**15), 10**15), st.integers(0, 2)), min_size=1, max_size=40)
)
def test_keys_hold_user_and_exact_time(rows: list[tuple[int, int, int]]) -> None:
    store = EventStore.from_rows([(f"u{u}", t, "abc"[e]) for u, t, e in rows], us_per_unit=1)
    postings = store.all_postings
    mask = np.uint64((1 << postings.layout.time_bits) - 1)
    time_us = (postings.keys & mask).astype(np.int64) + postings.layout.origin_us
    assert time_us.tolist() == store.time_us[postings.rows].tolist()
    user = postings.keys >> np.uint64(postings.layout.time_bits)
    assert user.tolist() == store.user_of(postings.rows).tolist()


def test_users_beyond_a_block_are_counted_anew() -> None:
    layout = KeyLayout(0, 62)
    assert layout.block_bits == 2
    keys = layout.keys(np.array([3, 4, 5]), np.array([7, 7, 7]))
    assert (keys >> np.uint64(62)).tolist() == [3, 0, 1]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=30))
def test_equal_texts_have_equal_hashes_and_others_do_not(texts: list[str]) -> None:
    pool = TextList.of(texts)
    first, second = hash_texts(pool.content, pool.offset)
    assert len({*zip(first.tolist(), second.tolist(), strict=True)}) == len(set(texts))
    alone = TextList.of(texts[:1])
    assert hash_texts(alone.content, alone.offset)[0][0] == first[0]


def test_hashes_spread_over_partitions() -> None:
    pool = TextList.of([f"100{i}.{i * 7919}" for i in range(20_000)])
    first, _ = hash_texts(pool.content, pool.offset)
    share = np.bincount((first >> np.uint64(56)).astype(np.int64), minlength=256)
    assert share.min() > 40
    assert share.max() < 130


def test_a_row_out_of_order_is_found() -> None:
    def first(times: list[int]) -> int | None:
        column = np.array(times)
        return first_unsorted(np.array([0, 3, 5]), lambda start, end: column[start:end], 5, at_once=2)

    assert first([1, 2, 3, 0, 9]) is None
    assert first([1, 3, 2, 0, 9]) == 2
    assert first([1, 2, 3, 9, 0]) == 4


def test_a_folder_without_a_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no whole event store"):
        EventStore.open(tmp_path)
    (tmp_path / "meta.json").write_text('{"format": 0}', encoding="utf-8")
    with pytest.raises(WorkbenchError, match="another version"):
        EventStore.open(tmp_path)


def test_opening_reads_no_columns(tmp_path: Path) -> None:
    n = 300_000
    columns = {
        "user": [f"u{i % 5000}" for i in range(n)],
        "time_us": np.arange(n),
        "event": ["a"] * n,
        "p": np.arange(n),
    }
    ingest([pa.RecordBatch.from_pydict(columns)], tmp_path / "store")
    durations = []
    for _ in range(5):
        begun = time.perf_counter()
        store = EventStore.open(tmp_path / "store")
        durations.append(time.perf_counter() - begun)
    assert store.n_events == n
    assert min(durations) < 0.05
    assert isinstance(store.time_us.base, np.memmap)


def test_texts_are_read_one_by_one() -> None:
    texts = TextList.of(["a", "", "né"])
    assert texts[-1] == "né"
    assert texts[0:2] == ["a", ""]
    assert texts == ["a", "", "né"]
    with pytest.raises(IndexError):
        texts[3]
