"""Findings point at what is wrong with evidence, and say nothing where nothing is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from workbench.events import crowd, ladder, personal_findings, quality, repairs, timeline
from workbench.events.repairs import DropReason, RepairKind
from workbench.events.report import Finding, ImportReport
from workbench.events.source import import_events

HEADER = "user_id,event,timestamp\n"


def found(folder: Path, content: str) -> dict[str, Finding]:
    path = folder / "given"
    path.write_text(content, encoding="utf-8")
    report = import_events([path], folder=folder / "store")[1]
    assert ImportReport.load(folder / "store") == report
    return {one.kind: one for one in report.quality}


def test_a_clean_log_has_no_finding(tmp_path: Path) -> None:
    rows = "".join(f"u{n},view,2021-03-01T{n:02}:00:00Z\n" for n in range(24))
    assert found(tmp_path, HEADER + rows) == {}


def test_one_id_on_most_rows_is_pointed_at(tmp_path: Path) -> None:
    rows = "".join(f"{'kiosk' if n % 3 else n},view,2021-03-01T10:{n % 60:02}:00Z\n" for n in range(300))
    assert found(tmp_path, HEADER + rows)["dominant_id"].example == "kiosk"


def test_people_faster_than_a_hand_are_bots(tmp_path: Path) -> None:
    fast = "".join(f"fast,view,2021-03-01T10:00:{n % 60:02}.{n:03}Z\n" for n in range(120))
    slow = "".join(f"slow,view,2021-03-01T{n // 60:02}:{n % 60:02}:00Z\n" for n in range(600))
    bots = found(tmp_path, HEADER + fast + slow)["bots"]
    assert (bots.count, bots.details["ids"]) == (1, ["fast"])


def test_a_purchase_before_its_checkout_is_pointed_at(tmp_path: Path) -> None:
    rows = [f"u{n},begin_checkout,2021-03-01T10:00:00Z\nu{n},purchase,2021-03-01T11:00:00Z\n" for n in range(30)]
    rows += [f"x{n},purchase,2021-03-01T11:00:00Z\n" for n in range(3)]
    early = found(tmp_path, HEADER + "".join(rows))["before_prerequisite"]
    assert (early.count, early.details) == (3, {"event": "purchase", "needs": "begin_checkout"})


def test_transactions_that_came_twice_are_valued(tmp_path: Path) -> None:
    rows = "u1,purchase,2021-03-01,10,T1\nu1,purchase,2021-03-02,10,T1\nu1,purchase,2021-03-03,7,(not set)\n"
    rows += "u2,purchase,2021-03-03,,\n"
    findings = found(tmp_path, "user_id,event,timestamp,revenue,transaction_id\n" + rows)
    assert findings["duplicate_transactions"].details == {
        "property": "transaction_id",
        "value_of_repeats": 10.0,
        "revenue_deduplicated": 17.0,
    }
    assert findings["purchases_without_value"].count == 1


def test_a_property_of_numbers_and_texts_is_pointed_at(tmp_path: Path) -> None:
    records = [{"user_id": "u", "event": "view", "timestamp": 1614592800, "n": value} for value in (1, "one")]
    content = json.dumps(records[0]) + "\n" * (1 << 10) + json.dumps(records[1])
    path = tmp_path / "given"
    path.write_text(json.dumps(records[0]), encoding="utf-8")
    (tmp_path / "other").write_text(json.dumps(records[1]), encoding="utf-8")
    report = import_events([path, tmp_path / "other"], folder=tmp_path / "both")[1]
    assert [one.details["properties"] for one in report.quality if one.kind == "polymorphic"] == [["n"]]
    assert "polymorphic" not in found(tmp_path, content)


def test_a_clock_that_is_days_off_is_counted(tmp_path: Path) -> None:
    base = {"type": "track", "event": "a", "userId": "u", "messageId": "1", "timestamp": "2021-03-01T10:00:00Z"}
    good = base | {"originalTimestamp": "2021-03-01T10:00:00Z", "receivedAt": "2021-03-01T10:00:02Z"}
    late = base | {"messageId": "2", "originalTimestamp": "2021-02-20T10:00:00Z", "receivedAt": "2021-03-01T10:00:02Z"}
    assert found(tmp_path, f"{json.dumps(good)}\n{json.dumps(late)}")["clock_skew"].count == 1


def test_the_first_and_last_day_may_be_partial(tmp_path: Path) -> None:
    hours = [(day, hour) for day in range(1, 5) for hour in range(24 if day < 4 else 9) for _ in range(2)]
    rows = [f"u{n},view,2021-03-{day:02}T{hour:02}:00:00Z\n" for n, (day, hour) in enumerate(hours)]
    assert found(tmp_path, HEADER + "".join(rows))["partial_days"].details == {"dates": ["2021-03-04"]}


@pytest.mark.parametrize("kind", [*RepairKind, *DropReason])
def test_every_kind_of_repair_and_loss_is_documented(kind: str) -> None:
    assert kind in (repairs.__doc__ or "").replace(",", " ").replace(".", " ").split()


def test_every_kind_of_finding_is_documented() -> None:
    modules = (quality, crowd, timeline, ladder, personal_findings)
    sources = [Path(module.__file__ or "").read_text(encoding="utf-8") for module in modules]
    kinds = {kind for source in sources for kind in re.findall(r"Finding\(\s*\"([a-z_]+)\"", source)}
    assert len(kinds) > 20
    assert kinds <= set((quality.__doc__ or "").split())
