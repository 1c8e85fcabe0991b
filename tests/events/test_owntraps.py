"""Traps that a file of a few lines shows best: encodings, quoting, ragged rows, newlines, ids and times."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.events.report import ImportReport
from workbench.events.source import Choices, import_events
from workbench.events.store import EventStore

CANON = (Path(__file__).parent / "traps" / "00_canonical.csv").read_text(encoding="utf-8")
HEADER = "user_id,event,timestamp\n"


def imported(folder: Path, content: bytes | str, choices: Choices | None = None) -> tuple[EventStore, ImportReport]:
    path = folder / "given"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_events([path], choices, folder=folder / "store")


def repairs(report: ImportReport) -> dict[str, int]:
    return {str(one.kind): one.count for one in report.repairs}


def is_canonical(report: ImportReport) -> bool:
    return (report.rows, report.users, report.revenue) == (9, 4, 1254.4) and report.event_totals == {
        "view": 4,
        "cart": 3,
        "buy": 2,
    }


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_unicode_in_any_width_is_told_by_its_bytes(tmp_path: Path, encoding: str, separator: str) -> None:
    _, report = imported(tmp_path, CANON.replace(",", separator).encode(encoding))
    assert is_canonical(report)
    assert report.sources[0].separator == separator


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_western_letters_are_told_by_standing_alone(tmp_path: Path, encoding: str) -> None:
    text = "Benutzer;Ereignis;Zeitpunkt\nu1;Seite geöffnet;01.03.2021 10:00\nu1;Käufe für Größe;01.03.2021 11:00\n"
    _, report = imported(tmp_path, text.encode(encoding))
    assert set(report.event_totals) == {"Seite geöffnet", "Käufe für Größe"}


def test_cyrillic_letters_are_told_by_standing_together(tmp_path: Path) -> None:
    text = "Пользователь;Событие;Время\nп1;просмотр;01.03.2021 10:00\nп1;покупка товара;01.03.2021 11:00\n"
    _, report = imported(tmp_path, text.encode("cp1251"))
    assert (report.sources[0].encoding, set(report.event_totals)) == ("cp1251", {"просмотр", "покупка товара"})


@pytest.mark.parametrize(("line", "separator"), [("sep=;\n", ";"), ('"sep=|"\r\n', "|"), ("SEP=\t\n", "\t")])
def test_a_line_that_names_the_separator_is_no_data(tmp_path: Path, line: str, separator: str) -> None:
    _, report = imported(tmp_path, line + CANON.replace(",", separator))
    assert is_canonical(report)
    assert repairs(report)["sep_line"] == 1


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_any_end_of_line_is_one(tmp_path: Path, newline: str) -> None:
    assert is_canonical(imported(tmp_path, CANON.replace("\n", newline))[1])


def test_mixed_ends_of_lines_are_booked(tmp_path: Path) -> None:
    lines = CANON.splitlines()
    _, report = imported(tmp_path, "\r\n".join(lines[:4]) + "\r" + "\r".join(lines[4:7]) + "\n" + "\n".join(lines[7:]))
    assert is_canonical(report)
    assert "newlines_mixed" in repairs(report)


def test_nul_bytes_are_taken_out_and_booked(tmp_path: Path) -> None:
    _, report = imported(tmp_path, CANON.replace("u3,cart", "u3\0,ca\0rt"))
    assert is_canonical(report)
    assert repairs(report)["nul_removed"] == 2


def test_quotes_may_hold_separators_quotes_and_newlines(tmp_path: Path) -> None:
    rows = 'u1,view,2021-03-01T10:00:00Z,"a ""b"", c"\nu1,buy,2021-03-01T10:01:00Z,"two\nlines"\n'
    store, report = imported(tmp_path, "user_id,event,timestamp,note\n" + rows)
    assert (report.rows, repairs(report)) == (2, {})
    assert set(store.properties["note"].values) == {'a "b", c', "two\nlines"}


def test_backslashes_may_escape_quotes(tmp_path: Path) -> None:
    rows = "".join(f'u{n},view,2021-03-01T10:00:00Z,"say \\"hi\\", all"\n' for n in range(3))
    store, _ = imported(tmp_path, "user_id,event,timestamp,note\n" + rows)
    assert set(store.properties["note"].values) == {'say "hi", all'}


def test_a_quote_that_is_never_closed_swallows_no_line(tmp_path: Path) -> None:
    rows = 'u1,view,2021-03-01T10:00:00Z,5" screen\nu1,cart,2021-03-01T10:01:00Z,"open\nu1,buy,2021-03-01T10:02:00Z,x\n'
    _, report = imported(tmp_path, "user_id,event,timestamp,note\n" + rows)
    assert (report.rows, report.event_totals) == (3, {"view": 1, "cart": 1, "buy": 1})
    assert repairs(report)["quote_broken"] == 1


def test_a_ragged_row_stays_if_its_key_cells_do_and_is_listed_if_not(tmp_path: Path) -> None:
    rows = "u1,view,2021-03-01T10:00:00Z\nu2,view,2021-03-01T10:00:00Z,,extra\nu3\nu4,view,2021-03-01T10:00:00Z,,,\n\n"
    _, report = imported(tmp_path, "user_id,event,timestamp,revenue\n" + rows)
    assert (report.rows, report.kept) == (4, 3)
    assert repairs(report) == {"short_row": 2, "long_row": 1, "blank_line": 1}
    assert [place.line for place in report.dropped[0].places] == [4]


def test_ids_are_text_and_none_becomes_another(tmp_path: Path) -> None:
    ids = ["007", "7", "9007199254740993", "9007199254740992", "1000300.3223254230", "1000300.322325423", "1.23E+17"]
    store, report = imported(tmp_path, HEADER + "".join(f"{one},view,2021-03-01T10:00:00Z\n" for one in ids))
    assert sorted(store.user_ids) == sorted(ids)
    assert [one.example for one in report.quality if one.kind == "damaged_ids"] == ["1.23E+17"]


def test_times_that_cannot_be_are_listed_with_their_lines(tmp_path: Path) -> None:
    times = ["2021-03-01T10:00:00Z", "1970-01-01", "9999-12-31", "2021-02-30", "", "soon", "2021-13-01", "1614598200"]
    _, report = imported(tmp_path, HEADER + "".join(f"u{n},view,{time}\n" for n, time in enumerate(times)))
    lost = {str(one.reason): [place.line for place in one.places] for one in report.dropped}
    assert lost == {"no_time": [6], "bad_time": [5, 7, 8], "impossible_time": [3, 4]}
    assert (report.rows, report.kept) == (8, 2)


@pytest.mark.parametrize(
    ("dates", "first", "is_proven"),
    [
        (["03/04/2021", "13/04/2021"], "2021-04-03", True),
        (["03/04/2021", "04/13/2021"], "2021-03-04", True),
        (["03/04/2021", "05/04/2021"], "2021-03-04", False),
        (["03.04.2021", "05.04.2021"], "2021-04-03", True),
    ],
)
def test_the_order_of_day_and_month_is_proven_by_the_column(
    tmp_path: Path, dates: list[str], first: str, is_proven: bool
) -> None:
    store, report = imported(tmp_path, HEADER + "".join(f"u1,view,{date} 10:00\n" for date in dates))
    note = next(one for one in report.repairs if one.kind == "day_order")
    assert str(store.time_us[0].astype("datetime64[us]"))[:10] == first
    assert ("proven" in note.example.split(",")[-1].split(":")[0]) is is_proven


def test_a_person_may_choose_the_order_of_day_and_month(tmp_path: Path) -> None:
    store, _ = imported(tmp_path, HEADER + "u1,view,03/04/2021 10:00\n", Choices(day_first=True))
    assert str(store.time_us[0].astype("datetime64[us]"))[:10] == "2021-04-03"


def test_zones_compare_as_instants(tmp_path: Path) -> None:
    ways = [
        "11:00:00+01:00",
        "05:00:00-0500",
        "10:00:00 UTC",
        "15:30:00+05:30",
        "11:00 Europe/Berlin",
        "10:00Z",
        "5:00 AM EST",
    ]
    store, _ = imported(tmp_path, HEADER + "".join(f"u1,view,2021-03-01 {way}\n" for way in ways))
    assert set(store.time_us.tolist()) == {1_614_592_800_000_000}


def test_clock_changes_are_booked_in_a_zone(tmp_path: Path) -> None:
    times = ["2021-03-28 02:30:00", "2021-03-28 03:30:00", "2021-10-31 02:30:00", "2021-10-31 03:30:00"]
    rows = HEADER + "".join(f"u1,view,{time}\n" for time in times)
    store, report = imported(tmp_path, rows, Choices(zone="Europe/Berlin"))
    seen = [str(one.astype("datetime64[us]"))[5:16] for one in store.time_us]
    assert seen == ["03-28T01:30", "03-28T01:30", "10-31T00:30", "10-31T02:30"]
    assert (repairs(report)["dst_gap"], repairs(report)["dst_fold"]) == (1, 1)


def test_several_epoch_units_in_one_column_are_each_told_by_size(tmp_path: Path) -> None:
    times = ["1614592800", "1614592800000", "1614592800000000", "1614592800000000000"]
    store, report = imported(tmp_path, HEADER + "".join(f"u1,view,{time}\n" for time in times))
    assert set(store.time_us.tolist()) == {1_614_592_800_000_000}
    assert "epoch_mixed" in repairs(report)


def test_money_is_read_by_the_column(tmp_path: Path) -> None:
    amounts = ['"$1,234.50"', "(5.00)", "12 %", "7.5-"]
    rows = "".join(f"u{n},buy,2021-03-01T10:00:00Z,{amount}\n" for n, amount in enumerate(amounts))
    _, report = imported(tmp_path, "user_id,event,timestamp,revenue\n" + rows)
    assert report.revenue == pytest.approx(1234.50 - 5 + 0.12 - 7.5)


def test_other_currencies_are_counted_and_not_added(tmp_path: Path) -> None:
    rows = "u1,buy,2021-03-01,5,EUR\nu2,buy,2021-03-01,7,EUR\nu3,buy,2021-03-01,100,JPY\n"
    _, report = imported(tmp_path, "user_id,event,timestamp,revenue,currency\n" + rows)
    other = next(one for one in report.quality if one.kind == "mixed_currencies")
    assert (report.revenue, other.details["currencies"]) == (12, {"JPY": 1})


def test_broken_json_lines_are_listed_by_their_number(tmp_path: Path) -> None:
    good = json.dumps({"user_id": "u1", "event": "view", "timestamp": "2021-03-01T10:00:00Z"})
    _, report = imported(tmp_path, f'{good}\n{{"user_id": "u1", "ev\n\n{good}\n{{"user_id":')
    broken = next(one for one in report.repairs if one.kind == "broken_record")
    assert (report.rows, [place.line for place in broken.places]) == (2, [2, 5])


@pytest.mark.parametrize("wrap", [{"events": 0}, {"status": "ok", "data": {"count": 2, "events": 0}}, {"rows": 0}])
@pytest.mark.parametrize("indent", [None, 2])
def test_records_inside_an_object_are_found(tmp_path: Path, wrap: dict[str, object], indent: int | None) -> None:
    records = [{"user_id": "u1", "event": name, "timestamp": 1614592800} for name in ("view", "buy")]
    text = json.dumps(wrap, indent=indent).replace(": 0", ": " + json.dumps(records, indent=indent))
    assert imported(tmp_path, text)[1].rows == 2


def test_a_total_and_titles_are_no_rows(tmp_path: Path) -> None:
    _, report = imported(tmp_path, f"Export,,,\nProject: X,,,\n\n{CANON}Total,,,1254.40\n")
    assert is_canonical(report)
    assert repairs(report)["total_row"] == 1


def test_the_same_file_given_twice_counts_once(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(CANON, encoding="utf-8")
    _, report = import_events([tmp_path / "a.csv", tmp_path / "b.csv"], folder=tmp_path / "store")
    assert is_canonical(report)
    assert repairs(report) == {"source_repeated": 1}


def test_a_day_without_rows_and_a_silent_event_are_found(tmp_path: Path) -> None:
    rows = []
    for day in range(1, 11):
        for n in range(40 if day != 4 else 0):
            rows.append(f"u{n},view,2021-03-{day:02}T{n % 24:02}:{n:02}:00Z")
            rows += [f"u{n},cart,2021-03-{day:02}T{n % 24:02}:{n:02}:30Z"] * (day != 7)
    _, report = imported(tmp_path, HEADER + "\n".join(rows) + "\n")
    found = {one.kind: one.details for one in report.quality}
    assert found["missing_days"]["dates"] == ["2021-03-04"]
    assert found["silent_events"]["events"] == {"cart": ["2021-03-07"]}
