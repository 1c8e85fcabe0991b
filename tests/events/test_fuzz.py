"""Whatever bytes come in, a person gets data or a sentence: no crash, no long run, nothing half-written."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.events.source import DataKind, Sources

TRAPS = Path(__file__).parent / "traps"
REAL = sorted(path for path in TRAPS.iterdir() if path.suffix not in (".txt", "") and path.name != "expected.json")
SIGNS = [b",", b";", b"\t", b"\n", b"\r\n", b"\r", b'"', b"\0", b"{", b"}", b"[", b"]", b"=", b"#", b"\xff"]
WORDS = [b"user_id", b"event", b"timestamp", b"u1", b"view", b"2021-03-01", b"1614592800", b"1,5", b"NaN", b"<log>"]
MARKS = [b"PAR1", b"PK\x03\x04", b"\xef\xbb\xbf", b"\x1f\x8b", b"\xff\xfe"]
PARTS = st.sampled_from([*SIGNS, *WORDS, *MARKS])
BYTES = st.one_of(st.binary(max_size=600), st.lists(PARTS, max_size=80).map(b"".join))
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(["cut", "flip", "put", "twice"]), st.binary(max_size=6)), max_size=6
)


def mutated(data: bytes, edits: list[tuple[float, str, bytes]]) -> bytes:
    """The data with some bytes cut, changed, put in or repeated."""
    for share, kind, put in edits:
        place = int(share * len(data))
        if kind == "cut":
            data = data[:place] + data[place + len(put) + 1 :]
        elif kind == "flip":
            data = data[:place] + bytes(byte ^ 0x55 for byte in data[place : place + 2]) + data[place + 2 :]
        elif kind == "put":
            data = data[:place] + put + data[place:]
        else:
            data = data[:place] + data[place : place + 40] * 2 + data[place + 40 :]
    return data


def swallow(data: bytes, folder: Path) -> None:
    """Read the bytes as a person's file; everything but a message for that person is a failure."""
    file, store = folder / "given", folder / "store"
    file.write_bytes(data)
    started = time.process_time()
    with contextlib.suppress(WorkbenchError), Sources([file]) as sources:
        if sources.kind is DataKind.EVENTS:
            sources.import_events(store)
        else:
            sources.step_counts()
    assert time.process_time() - started < 10
    assert {path.name for path in folder.iterdir()} <= {"given", "store"}
    assert not store.exists() or (store / "report.json").exists()


@given(data=BYTES)
def test_any_bytes_give_data_or_a_sentence(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    swallow(data, tmp_path_factory.mktemp("fuzz"))


@given(real=st.sampled_from(REAL), edits=EDITS)
def test_a_damaged_real_file_gives_data_or_a_sentence(
    real: Path, edits: list[tuple[float, str, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    swallow(mutated(real.read_bytes(), edits), tmp_path_factory.mktemp("fuzz"))


@pytest.mark.nightly
@settings(max_examples=5_000)
@given(data=BYTES)
def test_any_bytes_many_times(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    swallow(data, tmp_path_factory.mktemp("fuzz"))


@pytest.mark.nightly
@settings(max_examples=5_000)
@given(real=st.sampled_from(REAL), edits=EDITS)
def test_a_damaged_real_file_many_times(
    real: Path, edits: list[tuple[float, str, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    swallow(mutated(real.read_bytes(), edits), tmp_path_factory.mktemp("fuzz"))
