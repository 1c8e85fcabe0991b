"""Separators of any sign or signs are told, and a quotation mark that is never closed costs its own line only."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.events.report import ImportReport
from workbench.events.source import import_events
from workbench.events.store import EventStore

HEADER = "user_id,event,timestamp,url\n"


def imported(folder: Path, content: str) -> tuple[EventStore, ImportReport]:
    (folder / "given").write_text(content, encoding="utf-8", newline="")
    return import_events([folder / "given"], folder=folder / "store")


def views(count: int, first: int = 0) -> str:
    return "".join(f"u{n % 7},view,2021-03-01T10:{n // 60 % 60:02}:{n % 60:02}Z,/p{n}\n" for n in range(first, count))


@pytest.mark.parametrize("sign", ["^", "~", "\x1f", "||", "|~|", "::", "^|^", "~~"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_separator_gives_the_same_rows(tmp_path: Path, sign: str, newline: str) -> None:
    text = (HEADER + views(12)).replace(",", sign).replace("\n", newline)
    _, report = imported(tmp_path, text)
    assert (report.rows, report.users, report.event_totals) == (12, 7, {"view": 12})
    assert report.sources[0].separator == sign


def test_signs_between_quotation_marks_stay(tmp_path: Path) -> None:
    text = (HEADER + views(12)).replace(",", "||") + 'u9||"a||b"||2021-03-01T11:00:00Z||/x\n'
    assert imported(tmp_path, text)[1].event_totals == {"view": 12, "a||b": 1}


@pytest.mark.parametrize("line", ["sep=||\n", '"sep=||"\n'])
def test_a_line_may_name_several_signs(tmp_path: Path, line: str) -> None:
    _, report = imported(tmp_path, line + (HEADER + views(3)).replace(",", "||"))
    assert (report.rows, [one.example for one in report.repairs if one.kind == "sep_line"]) == (3, ["sep=||"])


def test_signs_inside_values_separate_nothing(tmp_path: Path) -> None:
    text = HEADER + views(5).replace("view", "App::View||now").replace("/p", "~/p^")
    assert imported(tmp_path, text)[1].event_totals == {"App::View||now": 5}


@pytest.mark.parametrize(
    "broken",
    [
        'u1,"buy,2021-03-01T11:00:00Z,/x\n',
        'u1,buy,2021-03-01T11:00:00Z,"/x\n',
        '"u1,buy,2021-03-01T11:00:00Z,/x\n',
        '"u1","buy,"2021-03-01T11:00:00Z","/x"\n',
    ],
)
@pytest.mark.parametrize("after", [5, 9_000])
def test_a_quotation_mark_that_is_never_closed_is_taken_off_its_line(tmp_path: Path, broken: str, after: int) -> None:
    store, report = imported(tmp_path, HEADER + views(5) + broken + views(after + 100, 100))
    assert (report.rows, report.event_totals) == (6 + after, {"view": 5 + after, "buy": 1})
    assert "u1" in set(store.user_ids)
    assert len(set(store.user_ids)) == 7
    assert {str(one.kind): one.count for one in report.repairs}["quote_broken"] == 1


def test_two_lines_that_each_open_a_quotation_mark_do_not_become_one(tmp_path: Path) -> None:
    broken = 'u1,"buy,2021-03-01T11:00:00Z,/x\n'
    _, report = imported(tmp_path, HEADER + views(5) + broken + views(60, 10) + broken + views(80, 70))
    assert report.event_totals == {"view": 65, "buy": 2}


def test_a_header_that_opens_a_quotation_mark_is_still_one(tmp_path: Path) -> None:
    _, report = imported(tmp_path, HEADER.replace("event", '"event') + views(10))
    assert (report.rows, report.event_totals) == (10, {"view": 10})


def test_tabs_and_ends_of_line_that_a_feed_marks_are_part_of_the_value(tmp_path: Path) -> None:
    rows = ["u1\tview\t2021-03-01\tplain\tno"] * 4
    rows += ["u2\tview\t2021-03-01\ta\\\ttab\tyes", "u3\tview\t2021-03-01\ttwo\\\nlines\tyes", *rows]
    store, report = imported(tmp_path, "user_id\tevent\ttimestamp\ttitle\tflag\n" + "\n".join(rows) + "\n")
    assert (report.rows, report.users) == (10, 3)
    assert set(store.properties["title"].values) == {"plain", "a\ttab", "two\nlines"}
    assert set(store.properties["flag"].values) == {"yes", "no"}


@pytest.mark.parametrize(
    "content",
    [
        'user_id, event, timestamp\nu1, "buy, now", 2021-03-01 10:00\nu2, view, 2021-03-01 10:00\n',
        " user_id |  event   | timestamp\n---------+----------+-----------\n u1      | buy, now | 2021-03-01\n"
        " u2      | view     | 2021-03-02\n",
        "| user_id | event | timestamp |\n|---|---|---|\n| u1 | buy, now | 2021-03-01 |\n| u2 | view | 2021-03-02 |\n",
        "+----+-----+----+\n| user_id | event | timestamp |\n+----+-----+----+\n| u1 | buy, now | 2021-03-01 |\n"
        "| u2 | view | 2021-03-02 |\n+----+-----+----+\n",
    ],
)
def test_blanks_and_lines_of_a_printed_table_are_no_part_of_its_values(tmp_path: Path, content: str) -> None:
    store, report = imported(tmp_path, content)
    assert (report.rows, report.event_totals) == (2, {"buy, now": 1, "view": 1})
    assert set(store.user_ids) == {"u1", "u2"}
    assert "cells_trimmed" in {str(one.kind) for one in report.repairs}
