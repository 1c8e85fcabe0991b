"""Files that mean harm, or come from a broken disk, end in a sentence and leave nothing behind."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from workbench.errors import CancelledError, WorkbenchError
from workbench.events.archives import Limits, Staging, members
from workbench.events.disk import sweep
from workbench.events.repairs import Ledger
from workbench.events.source import Sources, import_events
from workbench.progress import Progress

TRAPS = Path(__file__).parent / "traps"
CANON = (TRAPS / "00_canonical.csv").read_bytes()
ROW = b"u9,view,2021-03-01T10:00:00Z,\n"


def zipped(members_by_name: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members_by_name.items():
            archive.writestr(name, content)
    return packed.getvalue()


def refusal(path: Path) -> str:
    with pytest.raises(WorkbenchError) as caught, Sources([path]) as sources:
        sources.import_events(path.parent / "store")
    assert caught.value.hint
    assert not (path.parent / "store").exists()
    return caught.value.message


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    bomb = written(tmp_path, "bomb.zip", zipped({"a.csv": bytes(40 << 20)}))
    assert "unpacks to more than 250 times" in refusal(bomb)


def test_a_packed_stream_is_refused_by_its_ratio(tmp_path: Path) -> None:
    assert "unpacks to more than 250 times" in refusal(written(tmp_path, "a.csv.gz", gzip.compress(bytes(40 << 20))))


def test_many_members_are_refused_by_their_total(tmp_path: Path) -> None:
    path = written(tmp_path, "a.zip", zipped({f"{n}.csv": CANON * 50 for n in range(9)}))
    with (
        pytest.raises(WorkbenchError, match="unpacks to more than"),
        Staging(tmp_path, Limits(total=100_000)) as staging,
    ):
        list(members(path, staging, Ledger()))


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:\\evil.csv"])
def test_a_member_that_leaves_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    assert "unsafe name" in refusal(written(tmp_path, "a.zip", zipped({name: CANON})))
    assert not list(tmp_path.parent.glob("evil.csv"))


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    packed = bytearray(zipped({"a.csv": CANON}))
    packed[6] |= 1
    packed[packed.find(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in refusal(written(tmp_path, "a.zip", bytes(packed)))


def test_archives_nested_too_deep_are_refused(tmp_path: Path) -> None:
    content = CANON
    for _ in range(7):
        content = zipped({"a.zip": content})
    assert "nested" in refusal(written(tmp_path, "a.zip", content))


def test_xml_entities_are_refused(tmp_path: Path) -> None:
    text = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><log><trace><string key="k" value="&a;"/></trace></log>'
    assert "entities" in refusal(written(tmp_path, "a.xes", text))


def test_broken_xml_names_its_line(tmp_path: Path) -> None:
    assert "line 2" in refusal(written(tmp_path, "a.xes", b"<log>\n<trace><event>"))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_a_truncated_parquet_is_damaged(tmp_path: Path, share: float) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = tmp_path / "whole.parquet"
    pq.write_table(pa.table({"user_id": ["u"] * 999, "event": ["view"] * 999, "time": list(range(999))}), whole)
    content = whole.read_bytes()
    assert "damaged Parquet" in refusal(written(tmp_path, "cut.parquet", content[: int(share * len(content))]))


def test_a_truncated_stream_is_damaged(tmp_path: Path) -> None:
    assert "damaged" in refusal(written(tmp_path, "a.csv.gz", gzip.compress(CANON * 200)[:-20]))


def test_a_line_of_many_megabytes_is_left_out_and_the_rest_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", CANON + b"u8,view,2021-03-01T10:00:00Z," + b"x" * (17 << 20) + b"\n" + ROW)
    store, report = import_events([path], folder=tmp_path / "store")
    assert report.rows == 10
    assert [repair.kind for repair in report.repairs] == ["line_too_long"]
    assert store.n_users == 5


def test_ten_thousand_columns_are_read(tmp_path: Path) -> None:
    header = ",".join(["user_id", "event", "timestamp", *(f"c{n}" for n in range(9_997))])
    row = "u1,view,2021-03-01T10:00:00Z," + ",".join("1" for _ in range(9_997))
    path = written(tmp_path, "wide.csv", f"{header}\n{row}\n".encode())
    assert import_events([path], folder=tmp_path / "store")[1].kept == 1


def test_a_picture_is_no_data(tmp_path: Path) -> None:
    assert "picture" in refusal(written(tmp_path, "a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256))))


def test_a_folder_passes_over_what_is_no_data(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    written(folder, "a.csv", CANON)
    written(folder, "b.png", b"\x89PNG\r\n\x1a\n")
    _, report = import_events([folder], folder=tmp_path / "store")
    assert (report.rows, [f.count for f in report.quality if f.kind == "skipped_files"]) == (9, [1])


class Stopping(Progress):
    """Asks to stop at the n-th report."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._left = at

    def step(self, done: float, total: float, rows: int = 0, label: str = "") -> None:
        self._left -= 1
        if self._left <= 0:
            self.cancel()
        super().step(done, total, rows, label)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_cancelled_import_leaves_nothing(tmp_path: Path, at: int) -> None:
    path = written(tmp_path, "a.csv", CANON)
    with pytest.raises(CancelledError):
        import_events([path], progress=Stopping(at), folder=tmp_path / "out" / "store")
    assert not list((tmp_path / "out").iterdir())


def test_a_full_disk_is_said_and_nothing_is_kept(tmp_path: Path) -> None:
    """The limit on the size of a file stands in for the disk's end; it needs a process of its own."""
    lines = b"".join(b"u%d,view,2021-03-01T10:00:00Z,\n" % n for n in range(60_000))
    path = written(tmp_path, "a.csv", b"user_id,event,timestamp,revenue\n" + lines)
    code = f"""
    import resource, signal
    from pathlib import Path
    from workbench.errors import WorkbenchError
    from workbench.events.source import import_events
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        import_events([{str(path)!r}], folder=Path({str(tmp_path / "out" / "store")!r}))
    except WorkbenchError as error:
        print(error.message)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert "disk is full" in done.stdout, done.stderr
    assert not list((tmp_path / "out").iterdir())


def test_what_a_killed_program_left_is_swept_away_after_a_day(tmp_path: Path) -> None:
    for name, age_s in (("breadcrumb-old", 100_000), ("breadcrumb-new", 10)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "000001").write_bytes(b"x")
        os.utime(tmp_path / name, (time.time() - age_s,) * 2)
    sweep(tmp_path, "breadcrumb-*")
    assert [path.name for path in tmp_path.iterdir()] == ["breadcrumb-new"]
    sweep(tmp_path / "nowhere", "*")


def test_a_file_without_events_beside_events_is_passed_over_and_said(tmp_path: Path) -> None:
    events, counts = written(tmp_path, "a.csv", CANON), written(tmp_path, "b.csv", b"step,count\nVisit,3\n")
    _, report = import_events([events, counts], folder=tmp_path / "store")
    skipped = next(one for one in report.quality if one.kind == "skipped_files")
    assert (report.rows, skipped.example) == (9, "b.csv: it holds no events.")


def test_a_file_without_permission_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    path = written(tmp_path, "a.csv", CANON)
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(WorkbenchError, match="may not be read"), Sources([path]) as sources:
        assert sources.kind
