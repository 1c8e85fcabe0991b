"""Ingest: any chunk size gives the same store, nothing remains of a cancelled one, and what is dropped is counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import CancelledError, WorkbenchError
from workbench.events import intake as intake_module
from workbench.events.counts import Drop
from workbench.events.ingest import ingest
from workbench.events.store import EventStore
from workbench.progress import Progress

Row = tuple[str | None, int | None, str | None]


def batch(rows: list[Row], **more: Any) -> pa.RecordBatch:
    columns = {
        "user": pa.array([row[0] for row in rows], pa.string()),
        "time_us": pa.array([row[1] for row in rows], pa.int64()),
        "event": pa.array([row[2] for row in rows], pa.string()),
    }
    return pa.RecordBatch.from_pydict(columns | more)


def content(store: EventStore) -> dict[str, Any]:
    """All that a store holds, as plain values."""
    return {
        "names": store.event_names,
        "users": list(store.user_ids),
        "offset": store.user_offset.tolist(),
        "time": store.time_us.tolist(),
        "event": store.event.tolist(),
        "ordinal": None if store.ordinal is None else store.ordinal.tolist(),
        "postings": [store.postings(code).tolist() for code in range(len(store.event_names))],
        "keys": store.all_postings.keys.tolist(),
        "properties": {
            name: [None if code == 0 else column.values[code - 1] for code in column.codes]
            for name, column in store.properties.items()
        },
        "counts": store.counts,
    }


log = st.lists(
    st.tuples(
        st.sampled_from([None, "", "u", "v", "user with a very long name", "né"]),
        st.sampled_from([None, 0, 1, 2, 3]),
        st.sampled_from([None, "A", "B", "C"]),
    ),
    max_size=40,
)


@settings(max_examples=40)
@given(log, st.integers(1, 9), st.sampled_from([3, 10_000]))
def test_chunk_size_and_spilling_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], size: int, rows_in_memory: int
) -> None:
    folder = tmp_path_factory.mktemp("chunks")
    prop = [i % 3 if i % 4 else None for i in range(len(rows))]

    def pieces(n: int) -> Iterator[pa.RecordBatch]:
        for start in range(0, max(len(rows), 1), n):
            yield batch(rows[start : start + n], p=pa.array(prop[start : start + n], pa.int64()))

    whole = ingest(pieces(max(len(rows), 1)), folder / "whole")
    cut = ingest(pieces(size), folder / "cut", rows_in_memory=rows_in_memory)
    assert content(whole) == content(cut)
    usable = [row for row in rows if row[0] and row[1] is not None and row[2]]
    assert whole.n_events == len(usable)


def test_it_equals_sorting_in_memory(tmp_path: Path) -> None:
    rows: list[Row] = [(f"u{i * 7 % 11}", i * 13 % 17, "ABC"[i % 3]) for i in range(100)]
    stored = content(ingest([batch(rows)], tmp_path / "s", rows_in_memory=30))
    kept = content(EventStore.from_rows(rows, us_per_unit=1))
    assert {**stored, "counts": None} == {**kept, "counts": None}


def test_dropped_rows_are_counted_by_reason_with_their_lines(tmp_path: Path) -> None:
    rows: list[Row] = [("u", 0, "A"), (None, 1, "A"), ("u", None, "A"), ("u", 2, None), ("", 3, "B")]
    lines = pa.array([10, 11, 12, 13, 14], pa.int64())
    counts = ingest([batch(rows, line=lines)], tmp_path / "s").counts
    assert counts is not None
    assert (counts.rows, counts.kept) == (5, 1)
    assert {why: (drop.rows, drop.lines) for why, drop in counts.dropped.items()} == {
        Drop.NO_USER: (2, (11, 14)),
        Drop.NO_TIME: (1, (12,)),
        Drop.NO_EVENT: (1, (13,)),
    }
    assert counts.event_totals == {"A": 3, "B": 1}


def test_totals_are_over_all_rows_also_those_without_user(tmp_path: Path) -> None:
    rows: list[Row] = [("u", 0, "buy"), (None, 1, "buy"), ("u", 2, "see")]
    store = ingest([batch(rows, value=pa.array([2.5, 4.0, None]))], tmp_path / "s")
    assert store.counts is not None
    assert store.counts.event_totals == {"buy": 2, "see": 1}
    assert store.counts.value_totals == {"buy": 6.5}
    assert store.value_property == "value"


@pytest.mark.parametrize("rows_in_memory", [2, 1000])
def test_equal_event_ids_are_one_event(tmp_path: Path, rows_in_memory: int) -> None:
    rows: list[Row] = [("u", 5, "A"), ("v", 1, "A"), ("u", 2, "B"), ("u", 3, "B"), ("v", 4, "B")]
    ids = pa.array(["1", "1", "2", None, None], pa.string())
    pieces = [batch(rows[:2], event_id=ids[:2]), batch(rows[2:], event_id=ids[2:])]
    store = ingest(pieces, tmp_path / "s", rows_in_memory=rows_in_memory)
    assert store.n_events == 4
    assert store.counts is not None
    assert store.counts.dropped[Drop.REPEATED_ID].rows == 1
    assert sorted(store.time_us.tolist()) == [2, 3, 4, 5], "the first row in the input stays"
    assert [len(store.postings(code)) for code in range(2)] == [1, 3]


def test_order_inside_an_instant_comes_before_input_order(tmp_path: Path) -> None:
    rows: list[Row] = [("u", 1, "second"), ("u", 1, "first"), ("u", 0, "zeroth")]
    store = ingest([batch(rows, order=pa.array([2, 1, 9], pa.int64()))], tmp_path / "s")
    assert [store.event_names[code] for code in store.event] == ["zeroth", "first", "second"]


def test_new_columns_may_appear_later(tmp_path: Path) -> None:
    pieces = [
        batch([("u", 0, "A")]),
        batch([("u", 1, "A")], p=pa.array(["x"])),
        batch([("u", 2, "A")], p=pa.array([1.5])),
    ]
    for limit in (1, 100):
        store = ingest(pieces, tmp_path / "s", rows_in_memory=limit)
        column = store.properties["p"]
        assert [None if code == 0 else column.values[code - 1] for code in column.codes] == [None, "x", 1.5]


def test_users_whose_first_hash_is_equal_stay_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def weak(texts: Any, offset: Any) -> Any:
        first, second = strong(texts, offset)
        return np.zeros_like(first), second

    strong = intake_module.hash_texts
    monkeypatch.setattr(intake_module.Intake, "__init__", _with_hash(weak))
    rows: list[Row] = [(f"u{i % 5}", i, "A") for i in range(30)]
    store = ingest([batch(rows[:10]), batch(rows[10:])], tmp_path / "s", rows_in_memory=8)
    assert sorted(store.user_ids) == [f"u{i}" for i in range(5)]
    assert np.diff(store.user_offset).tolist() == [6] * 5


def test_ids_that_no_hash_tells_apart_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(texts: Any, offset: Any) -> Any:
        zeros = np.zeros(len(offset) - 1, np.uint64)
        return zeros, zeros

    monkeypatch.setattr(intake_module.Intake, "__init__", _with_hash(blind))
    with pytest.raises(WorkbenchError, match="cannot be told apart"):
        ingest([batch([("u", 0, "A"), ("vv", 0, "A")])], tmp_path / "s")


def _with_hash(hash_texts: Any) -> Any:
    original = intake_module.Intake.__init__

    def init(self: Any) -> None:
        original(self, hash_texts)

    return init


class _Impatient(Progress):
    """Cancels itself at the n-th report."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.left = n

    def step(self, done: float, total: float, rows: int = 0, label: str = "") -> None:
        self.left -= 1
        if self.left <= 0:
            self.cancel()
        super().step(done, total, rows, label)


@pytest.mark.parametrize("n", [1, 3, 5, 6, 40])
def test_a_cancel_at_any_report_leaves_nothing(tmp_path: Path, n: int) -> None:
    pieces = [batch([(f"u{k}", 0, "A"), ("v", 1, "B")]) for k in range(5)]
    with pytest.raises(CancelledError):
        ingest(pieces, tmp_path / "s", progress=_Impatient(n), rows_in_memory=2)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_the_store_that_was_there(tmp_path: Path) -> None:
    ingest([batch([("u", 0, "A")])], tmp_path / "s")

    def breaking() -> Iterator[pa.RecordBatch]:
        yield batch([("w", 0, "B")])
        raise WorkbenchError("damaged")

    with pytest.raises(WorkbenchError, match="damaged"):
        ingest(breaking(), tmp_path / "s")
    assert [path.name for path in tmp_path.iterdir()] == ["s"]
    assert list(EventStore.open(tmp_path / "s").user_ids) == ["u"]


def test_a_new_store_replaces_the_old_one_whole(tmp_path: Path) -> None:
    ingest([batch([("u", 0, "A")])], tmp_path / "s")
    ingest([batch([("w", 0, "B")])], tmp_path / "s")
    assert [path.name for path in tmp_path.iterdir()] == ["s"]
    assert EventStore.open(tmp_path / "s").event_names == ("B",)


def test_too_many_event_names_are_refused(tmp_path: Path) -> None:
    rows: list[Row] = [("u", i, f"event {i}") for i in range(65_536)]
    with pytest.raises(WorkbenchError, match="event names"):
        ingest([batch(rows)], tmp_path / "s")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="time_us"):
        ingest([pa.RecordBatch.from_pydict({"user": ["u"], "event": ["A"]})], tmp_path / "s")


def test_no_rows_make_an_empty_store(tmp_path: Path) -> None:
    store = ingest([], tmp_path / "s")
    assert (store.n_events, store.n_users, store.data_end_us) == (0, 0, None)
