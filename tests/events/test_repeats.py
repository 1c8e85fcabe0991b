"""A day that was exported again replaces the older export; shards of one day add up."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from workbench.events.report import ImportReport
from workbench.events.source import import_events

START_US = 1_614_592_800_000_000


def hits(first: int, count: int, day: int = 1) -> list[dict[str, Any]]:
    return [
        {
            "event_date": f"2021030{day}",
            "event_timestamp": str(START_US + (day - 1) * 86_400_000_000 + n * 1_000),
            "event_name": "page_view",
            "event_params": [{"key": "n", "value": {"int_value": str(n)}}],
            "user_pseudo_id": f"1.{n}",
        }
        for n in range(first, first + count)
    ]


def written(folder: Path, name: str, records: list[dict[str, Any]], age_s: int = 0) -> Path:
    path = folder / name
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    os.utime(path, (1_700_000_000 - age_s, 1_700_000_000 - age_s))
    return path


def imported(folder: Path, *paths: Path) -> ImportReport:
    return import_events(list(paths), folder=folder / "store")[1]


def replaced(report: ImportReport) -> list[str]:
    return [one.example for one in report.repairs if one.kind == "source_replaced"]


def test_the_newer_export_of_a_day_counts(tmp_path: Path) -> None:
    old = written(tmp_path, "a.json", hits(0, 1_000), age_s=100)
    new = written(tmp_path, "b.json", hits(0, 1_300))
    report = imported(tmp_path, old, new)
    assert (report.rows, replaced(report)) == (1_300, ["20210301 of a.json by b.json"])


def test_a_daily_export_outranks_the_intraday_one(tmp_path: Path) -> None:
    intraday = written(tmp_path, "events_intraday_20210301.json", hits(0, 900))
    daily = written(tmp_path, "events_20210301.json", hits(0, 1_000), age_s=100)
    report = imported(tmp_path, intraday, daily)
    assert (report.rows, len(replaced(report))) == (1_000, 1)


def test_only_the_days_that_came_again_are_replaced(tmp_path: Path) -> None:
    old = written(tmp_path, "a.json", hits(0, 1_000, day=2) + hits(0, 700, day=1), age_s=100)
    new = written(tmp_path, "b.json", hits(0, 1_100, day=2))
    assert imported(tmp_path, old, new).rows == 1_800


def test_shards_of_one_day_add_up(tmp_path: Path) -> None:
    first = written(tmp_path, "part-0.json", hits(0, 1_000), age_s=100)
    second = written(tmp_path, "part-1.json", hits(1_000, 1_000))
    report = imported(tmp_path, first, second)
    assert (report.rows, replaced(report)) == (2_000, [])


def test_a_part_of_a_day_never_replaces_the_whole(tmp_path: Path) -> None:
    whole = written(tmp_path, "a.json", hits(0, 1_000), age_s=100)
    part = written(tmp_path, "b.json", hits(0, 200))
    report = imported(tmp_path, whole, part)
    assert (report.rows, replaced(report)) == (1_000, ["20210301 of b.json by a.json"])
