"""Looking at whole columns finds the same placeholders and blanks as looking at every text by itself."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from workbench.events import letters
from workbench.events.placeholders import placeholders
from workbench.events.schema import MISSING_IDS, is_missing_id
from workbench.events.sorting import sort_part
from workbench.events.spill import Part
from workbench.events.text_list import TextList

ODD = ("00000000-0000-0000-0000-000000000000", "{" + "0" * 32 + "}", "000000001", "nİl", "Ｎull", "unknown1")
AROUND = ("", " ", "\n", "\t", "\x1f", "\x85", "\u00a0", "\u2003", "x", " " * 20)
written = st.builds(
    lambda before, text, after, change: before + change(text) + after,
    st.sampled_from(AROUND),
    st.sampled_from(sorted(MISSING_IDS) + list(ODD)),
    st.sampled_from(AROUND),
    st.sampled_from([str, str.upper, str.title]),
)
ids = st.lists(st.none() | written | st.text(max_size=6), max_size=30)


@given(texts=ids, zero_is_id=st.booleans(), cut=st.integers(0, 5))
def test_columns_hold_the_placeholders_that_their_texts_are(
    texts: list[str | None], zero_is_id: bool, cut: int
) -> None:
    found = placeholders(pa.array(texts, pa.string()).slice(cut), zero_is_id).tolist()
    wanted = [place for place, text in enumerate(texts[cut:]) if text is not None and is_missing_id(text, zero_is_id)]
    assert found == wanted


@given(texts=ids, cut=st.integers(0, 5))
def test_blanks_are_seen_and_cut_off(texts: list[str | None], cut: int) -> None:
    column = pa.array(texts, pa.string()).slice(cut)
    trimmed = letters.trimmed(column).to_pylist()
    assert trimmed == pc.utf8_trim_whitespace(column).to_pylist()
    assert letters.is_blank(column).tolist() == [not text for text in trimmed]


@given(
    users=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 9)), max_size=40),
    is_in_time=st.booleans(),
    high=st.sampled_from([0, 60]),
)
def test_parts_are_sorted_as_by_all_keys_at_once(
    users: list[tuple[int, int, int]], is_in_time: bool, high: int
) -> None:
    users = sorted(users, key=lambda one: one[2]) if is_in_time else users
    first, second, time = (np.array([one[i] for one in users], np.uint64) for i in range(3))
    first <<= np.uint64(high)
    part = Part({"first": first, "second": second, "time": time.astype(np.int64)}, (first, second, TextList.of([])))
    rows = np.lexsort((time, second, first))
    placed = sort_part(part)
    assert placed.rows.tolist() == rows.tolist()
    begins = [i for i, row in enumerate(rows) if i == 0 or users[row][:2] != users[rows[i - 1]][:2]]
    assert placed.offset.tolist() == [*begins, len(rows)]
