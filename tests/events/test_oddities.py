"""Odd spellings of ids, times, JSON and code pages are read for what they are, and each is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.events.repairs import RepairKind
from workbench.events.report import ImportReport
from workbench.events.source import Sources, import_counts, import_events
from workbench.events.store import EventStore

HEADER = "user_id,event,timestamp\n"


def imported(folder: Path, content: str | bytes) -> tuple[EventStore, ImportReport]:
    (folder / "given").write_bytes(content.encode() if isinstance(content, str) else content)
    return import_events([folder / "given"], folder=folder / "store")


def repairs(report: ImportReport) -> dict[str, int]:
    return {str(one.kind): one.count for one in report.repairs}


@pytest.mark.parametrize("nobody", ["-1", "NA", "<nil>", "[object Object]", "{}", "guest", "?", "(blank)"])
def test_more_ways_to_say_nobody(tmp_path: Path, nobody: str) -> None:
    _, report = imported(tmp_path, f"{HEADER}{nobody},view,2021-03-01\nu1,view,2021-03-01\n")
    assert (report.users, repairs(report)["missing_id"]) == (1, 1)


def test_only_times_that_name_no_zone_are_counted_as_such(tmp_path: Path) -> None:
    zoned = ["2021-03-01T10:00:00Z", "2021-03-01T11:00:00+0530", "2021-03-01 10:00:00 PST"]
    rows = "".join(f"u1,view,{time}\n" for time in zoned * 40 + ["2021-03-01 10:00:00"] * 7)
    assert repairs(imported(tmp_path, HEADER + rows)[1])["zone_assumed"] == 7


@pytest.mark.parametrize(
    ("written", "us"),
    [
        ("2021030110", 1_614_592_800_000_000),
        ("202103011000", 1_614_592_800_000_000),
        ("20210301100000", 1_614_592_800_000_000),
        ("1614592800", 1_614_592_800_000_000),
        ("1614592800000", 1_614_592_800_000_000),
    ],
)
def test_hours_written_as_digits_are_no_seconds(tmp_path: Path, written: str, us: int) -> None:
    assert imported(tmp_path, f"{HEADER}u1,view,{written}\n")[0].time_us.tolist() == [us]


def test_hours_and_months_of_a_report_are_dates(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("dateHour,eventName,totalUsers\n2021030110,buy,2\n2021030111,buy,3\n")
    assert str(import_counts([tmp_path / "given"]).first) == "2021-03-01"
    (tmp_path / "given").write_text("yearMonth,eventName,totalUsers\n202103,buy,2\n202104,buy,3\n")
    assert str(import_counts([tmp_path / "given"]).last) == "2021-04-01"


def test_ids_too_long_for_64_bits_stay_apart(tmp_path: Path) -> None:
    lines = "".join(
        f'{{"user_id":{12345678901234567890 + n},"event":"view","timestamp":1614592800}}\n' for n in range(3)
    )
    assert set(imported(tmp_path, lines)[0].user_ids) == {str(12345678901234567890 + n) for n in range(3)}


def test_types_that_a_database_wraps_its_values_in_are_taken_off(tmp_path: Path) -> None:
    lines = (
        '{"_id":{"$oid":"5f"},"user_id":{"$numberLong":"12"},"event":"view","ts":{"$date":"2021-03-01T10:00:00Z"}}\n'
        '{"_id":{"$oid":"60"},"user_id":{"$numberLong":"13"},"event":"buy",'
        '"ts":{"$date":{"$numberLong":"1614592800000"}}}\n'
    )
    store, report = imported(tmp_path, lines)
    assert (set(store.user_ids), report.event_totals) == ({"12", "13"}, {"view": 1, "buy": 1})
    assert store.time_us.tolist() == [1_614_592_800_000_000] * 2


def test_lines_that_python_wrote_are_read_and_counted(tmp_path: Path) -> None:
    lines = "".join(f"{{'user_id': 'u{n}', 'event': 'view', 'timestamp': '2021-03-01', 'ok': True}}\n" for n in (1, 2))
    _, report = imported(tmp_path, lines)
    assert (report.users, repairs(report)["json_repr"]) == (2, 2)


@pytest.mark.parametrize(
    ("encoding", "names"),
    [("cp850", {"Größe", "Käufe"}), ("cp932", {"購入", "閲覧する"}), ("cp1252", {"Größe", "Käufe"})],
)
def test_code_pages_of_old_systems_are_told(tmp_path: Path, encoding: str, names: set[str]) -> None:
    header = "ユーザーID,イベント,日時\n" if encoding == "cp932" else "user,event,time\n"
    text = header + "".join(f"u{n},{name},2021-03-01 10:00\n" for n, name in enumerate(sorted(names)))
    assert set(imported(tmp_path, text.encode(encoding))[1].event_totals) == names


def test_a_currency_is_the_same_in_small_letters(tmp_path: Path) -> None:
    header = "user_id,event,timestamp,revenue,currency\n"
    rows = "".join(f"u{n},purchase,2021-03-01,{n},{c}\n" for n, c in enumerate(["USD", "usd", "EUR", "", "USD "], 1))
    _, report = imported(tmp_path, header + rows)
    mixed = next(one for one in report.quality if one.kind == "mixed_currencies")
    assert (report.revenue, mixed.count) == (12, 1)


@pytest.mark.parametrize(("zeros", "people"), [(3, 5_000), (400, 4_999)])
def test_the_person_numbered_zero_far_down_is_one_and_a_flood_of_zeros_is_nobody(
    tmp_path: Path, zeros: int, people: int
) -> None:
    ids = [*range(4_999, 0, -1), *[0] * zeros]
    rows = "".join(f"{1433221332117 + n},{one},view\n" for n, one in enumerate(ids))
    _, report = imported(tmp_path, f"timestamp,visitorid,event\n{rows}")
    assert (report.rows, report.users) == (len(ids), people)


def test_control_signs_at_the_end_of_a_number_are_refused_and_no_bug(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("step,users\nVisit,29\x1f\nBuy,3\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match="neither events nor step counts"):
        import_counts([tmp_path / "given"])


@pytest.mark.parametrize("shape", ["lines", "broken", "array", "wrapped"])
def test_decimal_ids_in_json_stay_as_they_are_written(tmp_path: Path, shape: str) -> None:
    ids = ("1000300.3223254230", "1000300.32232542301", "22.10", "7")
    records = [
        f'{{"event_timestamp":"1612069510766593","event_name":"view","user_pseudo_id":{one},"price":9.50}}'
        for one in ids
    ]
    texts = {
        "lines": "\n".join(records),
        "broken": "\n".join([*records, '{"event_name":']),
        "array": f"[{','.join(records)}]",
        "wrapped": f'{{"data":[{",".join(records)}]}}',
    }
    (tmp_path / "given").write_text(texts[shape], encoding="utf-8")
    store, _ = import_events([tmp_path / "given"], folder=tmp_path / "store")
    assert sorted(store.user_ids) == sorted(ids)
    assert list(store.properties["price"].values) == [9.5]


def test_counts_of_a_sample_may_have_fractions(tmp_path: Path) -> None:
    for text in ("Step,Users\nVisit,1000.4\nBuy,20.5\n", "Date,Visit,Buy\n2026-01-01,600.3,20\n2026-01-02,400.1,0.5\n"):
        (tmp_path / "given").write_text(text, encoding="utf-8")
        with Sources([tmp_path / "given"]) as sources:
            counts = sources.step_counts()
            assert [counts.count(step) for step in counts.steps] == [1000.4, 20.5]
            assert sources.ledger.count(RepairKind.COUNT_FRACTION) in (2, 3)


def test_shares_are_no_counts(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("Step,Users,Share\nVisit,1000,0.5\nBuy,200,1.25\n", encoding="utf-8")
    with Sources([tmp_path / "given"]) as sources:
        assert sources.step_counts().columns == ("Users",)
