"""Files of columns and Avro open like text does, and broken ones say so."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather, orc

from workbench.errors import WorkbenchError
from workbench.events.source import import_events

TABLE = pa.table(
    {
        "user_id": ["u1", "u1", "u2"],
        "event": ["view", "buy", "view"],
        "timestamp": pa.array([dt.datetime(2021, 3, 1, 10, n) for n in range(3)], pa.timestamp("us", "UTC")),
        "revenue": [None, 12.5, None],
    }
)
HEAP: dict[str, Any] = {
    "type": "record",
    "name": "all_events",
    "fields": [
        {"name": "event_id", "type": "long"},
        {"name": "user_id", "type": "long"},
        {"name": "time", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "event_table_name", "type": ["null", "string"]},
    ],
}
CLICKS = [
    {
        "event_id": n,
        "user_id": (1 << 53) + 1,
        "time": dt.datetime(2021, 3, 1, 10, n, tzinfo=dt.UTC),
        "event_table_name": name,
    }
    for n, name in enumerate(("view", "buy"))
]


def arrow_file(path: Path) -> None:
    feather.write_feather(TABLE, path, compression="zstd")


def arrow_stream(path: Path) -> None:
    with pa.ipc.new_stream(str(path), TABLE.schema) as out:
        out.write_table(TABLE)


def orc_file(path: Path) -> None:
    orc.write_table(TABLE, str(path))


@pytest.mark.parametrize("write", [arrow_file, arrow_stream, orc_file])
def test_every_file_of_columns_gives_the_same_events(tmp_path: Path, write: Any) -> None:
    write(tmp_path / "given.bin")
    store, report = import_events([tmp_path / "given.bin"], folder=tmp_path / "store")
    assert (report.rows, store.n_users, report.event_totals, report.revenue) == (3, 2, {"view": 2, "buy": 1}, 12.5)
    assert (report.last_us or 0) - (report.first_us or 0) == 120_000_000


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy", "zstandard", "bzip2"])
def test_avro_keeps_ids_exact_and_times_as_they_are(tmp_path: Path, codec: str) -> None:
    with (tmp_path / "given").open("wb") as file:
        fastavro.writer(file, HEAP, CLICKS, codec=codec)
    store, report = import_events([tmp_path / "given"], folder=tmp_path / "store")
    assert (report.format, report.sources[0].container) == ("heap", "avro")
    assert list(store.user_ids) == [str((1 << 53) + 1)]
    assert store.time_us.tolist() == [1_614_592_800_000_000, 1_614_592_860_000_000]


@pytest.mark.parametrize("write", [arrow_file, orc_file])
def test_a_file_of_columns_that_is_cut_off_is_called_damaged(tmp_path: Path, write: Any) -> None:
    write(tmp_path / "given")
    whole = (tmp_path / "given").read_bytes()
    (tmp_path / "given").write_bytes(whole[:-40])
    with pytest.raises(WorkbenchError, match="damaged"):
        import_events([tmp_path / "given"], folder=tmp_path / "store")


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy", "zstandard", "bzip2"])
@pytest.mark.parametrize("is_cut", [True, False])
def test_broken_avro_is_called_damaged(tmp_path: Path, codec: str, is_cut: bool) -> None:
    with (tmp_path / "given").open("wb") as file:
        fastavro.writer(file, HEAP, CLICKS * 20, codec=codec)
    whole = bytearray((tmp_path / "given").read_bytes())
    whole[-40:-20] = b"\xff" * 20
    (tmp_path / "given").write_bytes(whole[:-30] if is_cut else whole)
    with pytest.raises(WorkbenchError, match="damaged Avro"):
        import_events([tmp_path / "given"], folder=tmp_path / "store")


def test_text_of_another_encoding_in_parquet_is_replaced_and_counted(tmp_path: Path) -> None:
    raw = pa.array([b"K\xe4ufe", b"view"], pa.binary())
    event = pa.StringArray.from_buffers(2, raw.buffers()[1], raw.buffers()[2])
    table = pa.table({"user_id": ["u1", "u2"], "event": event, "timestamp": ["2021-03-01", "2021-03-02"]})
    pq.write_table(table, tmp_path / "given")
    _, report = import_events([tmp_path / "given"], folder=tmp_path / "store")
    assert report.event_totals == {"K\ufffdufe": 1, "view": 1}
    assert {str(one.kind): one.count for one in report.repairs}["undecodable"] == 1
