"""The quick and the careful road, and any cutting into batches, give the same rows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.events import delimited, jsonlines
from workbench.events.archives import Member, Staging
from workbench.events.delimited import DelimitedReading, open_delimited
from workbench.events.jsonlines import JsonLinesReading, careful_rows
from workbench.events.nested import flat_columns
from workbench.events.reading import Reading
from workbench.events.repairs import Ledger
from workbench.events.text import read_text

CELLS = st.text(alphabet=st.sampled_from('ab ,;"\n01.é'), max_size=6)
TABLES = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=30)


def rows_of(reading: Reading) -> list[tuple[Any, ...]]:
    """All rows; an empty cell and none are the same."""
    found: list[tuple[Any, ...]] = []
    for rows in reading.batches(Ledger()):
        columns = [[value or None for value in column.to_pylist()] for _, column in flat_columns(rows.batch)]
        found += zip(*columns, strict=True)
    return found


def opened(folder: Path, content: str, staging: Staging) -> DelimitedReading:
    path = folder / "given.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return open_delimited(Member("given.csv", path, path), read_text(path, staging, Ledger()), staging)


@given(rows=TABLES, newline=st.sampled_from(["\n", "\r\n"]), note=st.sampled_from(["note", "a\nnote", 'a "note"']))
def test_both_roads_through_a_table_agree(
    rows: list[tuple[str, ...]], newline: str, note: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = io.StringIO()
    header = ("user_id", "event", note)
    csv.writer(out, lineterminator=newline).writerows([header, *(("x" + a, b, c) for a, b, c in rows)])
    with Staging() as staging, pytest.MonkeyPatch.context() as patch:
        careful = rows_of(opened(tmp_path_factory.mktemp("t"), out.getvalue(), staging))
        patch.setattr(delimited, "QUICK_FROM", 0)
        reading = opened(tmp_path_factory.mktemp("t"), out.getvalue(), staging)
        assert rows_of(reading) == careful
    assert len(careful) == len(rows)


def test_a_clean_file_takes_the_quick_road_and_a_broken_line_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "QUICK_FROM", 0)
    text = "user_id,event,note\n" + "u1,view,x\n" * 5_000
    with Staging() as staging:
        clean = opened(tmp_path, text, staging)
        assert (len(rows_of(clean)), clean.was_quick) == (5_000, True)
        ragged = opened(tmp_path, text + "u1,view\n", staging)
        assert (len(rows_of(ragged)), ragged.was_quick) == (5_001, False)


RECORDS = st.lists(
    st.dictionaries(
        st.sampled_from(["a", "b", "c d"]),
        st.none()
        | st.booleans()
        | st.integers(-(2**40), 2**40)
        | st.text(max_size=5)
        | st.dictionaries(st.just("x"), st.integers(0, 9)),
        min_size=1,
    ),
    min_size=1,
    max_size=12,
)


@given(records=RECORDS)
def test_both_roads_through_json_lines_agree(
    records: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("j") / "given.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    with Staging() as staging:
        reading = JsonLinesReading(Member("given", path, path), read_text(path, staging, Ledger()))
        quick = by_name(list(reading.batches(Ledger())))
    assert quick == by_name(list(careful_rows(path.read_bytes().splitlines(), 1, Ledger())))


def by_name(batches: list[Any]) -> dict[str, list[Any]]:
    """Values by column, without columns that hold nothing."""
    assert len(batches) == 1
    columns = {name: column.to_pylist() for name, column in flat_columns(batches[0].batch)}
    return {name: values for name, values in columns.items() if any(value is not None for value in values)}


@pytest.mark.parametrize("chunk", [64, 300, 1 << 20])
def test_lines_are_numbered_through_whatever_the_cutting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(jsonlines, "_CHUNK", chunk)
    path = tmp_path / "given.jsonl"
    good = json.dumps({"user": "u", "event": "view", "n": 1})
    path.write_text("\n".join([good, "{broken", "", good, good, good, good]), encoding="utf-8")
    with Staging() as staging:
        reading = JsonLinesReading(Member("given", path, path), read_text(path, staging, Ledger()))
        found = [line for rows in reading.batches(Ledger()) for line in rows.lines.to_pylist()]
    assert found == [1, 4, 5, 6, 7]
