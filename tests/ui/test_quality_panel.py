"""Data quality: every finding, dropped row and repair has a card; remedies are edits that change the numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.builders import element, line
from tests.ui.loading import load, measured
from workbench.analysis.audits.finding import Severity
from workbench.events.repairs import Dropped, DropReason, Place, Repair, RepairKind
from workbench.events.report import Finding, ImportReport
from workbench.events.schema import Mapping
from workbench.events.store import EventStore
from workbench.journey import edits
from workbench.journey.element import DatasetId, ElementId
from workbench.journey.journey import Journey, Shaping
from workbench.journey.rule import Condition, Operator
from workbench.session.shelf import Loaded
from workbench.ui.panels.quality_notices import notices
from workbench.ui.quality_words import MENDED, REASONS

DAYS = 8
SILENT = 4


def log() -> str:
    """Forty people a day do a, b and c; on one day b was not recorded; one robot comes every day."""
    rows = ["user,event,time,user_agent"]
    for day in range(1, DAYS + 1):
        for person in range(40):
            names = "ac" if day == SILENT else "abc"
            rows += [
                f"p{day}-{person},{n},2026-01-{day:02} {person // 2:02}:{i:02}:00,Firefox" for i, n in enumerate(names)
            ]
        rows.append(f"robot,a,2026-01-{day:02} 23:59:00,Googlebot/2.1")
    rows.append("p1-1,d,never,Firefox")
    return "\n".join(rows) + "\n"


@pytest.fixture
def checked(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), line("a", "b", "c"))
    window.results.show_panel(window.results.quality)
    qtbot.waitUntil(lambda: bool(window.results.quality.axis.days), timeout=20_000)
    return window


def card(window, kind: str):
    return next(c for c in window.results.quality.cards if c.notice.kind == kind)


def people(window) -> list:
    return [window.desk.figures.cards[ElementId(i)].people for i in ("a", "b", "c")]


def test_every_finding_dropped_reason_and_repair_has_a_card(checked):
    report = next(iter(checked.desk.shelf.loaded.values())).report
    kinds = [c.notice.kind for c in checked.results.quality.cards]
    assert {f.kind for f in report.quality} <= set(kinds)
    assert kinds.count("left out") == len(report.dropped) == 1
    assert kinds.count("mended") == len(report.repairs)
    last = log().count("\n")
    assert f"line {last:,} of log.csv" in card(checked, "left out").notice.evidence


def test_the_worst_comes_first(checked):
    order = [Severity.BLOCKING, Severity.WARNING, Severity.NOTE]
    ranks = [order.index(c.notice.severity) for c in checked.results.quality.cards]
    assert ranks == sorted(ranks)
    assert checked.results.quality.cards[0].notice.severity is Severity.WARNING


def test_excluding_silent_days_is_one_edit_that_changes_the_numbers(checked, qtbot):
    before = people(checked)
    found = card(checked, "silent_events")
    assert "b: 2026-01-04" in found.notice.evidence
    found.fix.click()
    measured(checked.desk, qtbot)
    assert checked.desk.session.journey.shaping.excluded_dates == ("2026-01-04",)
    assert people(checked)[1] == before[1]
    assert people(checked)[0] == before[0] - 40
    assert checked.results.quality.axis.hatched == ("2026-01-04",)
    assert not card(checked, "silent_events").fix.isEnabled()
    checked.actions_["undo"].trigger()
    measured(checked.desk, qtbot)
    assert people(checked) == before
    assert checked.results.quality.axis.hatched == ()


def test_robots_are_filtered_by_the_property_that_tells_them(checked, qtbot):
    before = people(checked)
    qtbot.waitUntil(lambda: card(checked, "bots").fix is not None, timeout=20_000)
    card(checked, "bots").fix.click()
    measured(checked.desk, qtbot)
    assert checked.desk.session.journey.shaping.filters == (Condition("user_agent", Operator.NEQ, "Googlebot/2.1"),)
    assert people(checked)[0] == before[0] - 1


def test_a_day_on_the_axis_is_taken_out_and_back(checked):
    checked.results.quality._on_day("2026-01-02")
    assert checked.desk.session.journey.shaping.excluded_dates == ("2026-01-02",)
    assert checked.results.quality.axis.hatched == ("2026-01-02",)
    checked.results.quality._on_day("2026-01-02")
    assert checked.desk.session.journey.shaping == Shaping()


def test_the_axis_shows_one_event_by_day(checked):
    card(checked, "silent_events").look_asked.emit("b")
    assert checked.results.quality.event_box.currentText() == "b"
    assert list(checked.results.quality.axis._counts) == [0 if day == SILENT else 40 for day in range(1, DAYS + 1)]


def test_drifting_names_lead_to_the_matching(checked, monkeypatch):
    asked = []
    checked.results.quality.match_asked.connect(lambda: asked.append(True))
    monkeypatch.setattr("workbench.ui.dialogs.match_events.MatchDialog.open", lambda _: None)
    checked.desk.session.apply("Add", edits.add, [element("zebra")])
    card(checked, "events not in data").fix.click()
    assert asked == [True]


def test_without_data_the_panel_says_what_to_do(window):
    window.desk.start(line("a", "b"))
    window.results.show_panel(window.results.quality)
    assert "Ctrl+I" in window.results.quality.note.text()
    assert window.results.quality.cards == []


def report(*, quality=(), dropped=(), repairs=(), technical=(), totals=None) -> Loaded:
    made = ImportReport(
        *("generic", "Table", (), "UTC", Mapping(), 1000, 990, 50, None, None, totals or {"a": 900, "ping": 90}),
        *(None, None, dropped, repairs, quality, (), technical),
    )
    day = 86_400_000_000
    store = EventStore.from_rows([("u", 3 * day, "a"), ("u", 9 * day, "ping")], us_per_unit=1)
    return Loaded(DatasetId("d"), (Path("x.csv"),), store, None, made)


def test_partly_covered_ends_set_the_range_and_keep_a_narrower_one():
    found = Finding("partial_days", 2, "t", details={"dates": ["1970-01-04", "1970-01-10"]})
    remedy = notices([report(quality=(found,))], Journey())[0].remedy
    assert remedy.label == "Look from 1970-01-05 to 1970-01-09"
    assert remedy.shape(Shaping()) == Shaping(date_from="1970-01-05", date_to="1970-01-09")
    assert remedy.shape(Shaping(date_from="1970-01-07")).date_from == "1970-01-07"


def test_technical_events_that_no_element_uses_can_be_ignored():
    loaded = report(technical=("ping", "absent"))
    found = next(n for n in notices([loaded], Journey()) if n.kind == "technical events")
    assert found.remedy.ignored == ("ping",)
    used = edits.add(Journey(), [element("ping")])
    assert all(n.kind != "technical events" for n in notices([loaded], used))


def test_events_on_no_element_are_counted():
    journey = edits.add(Journey(), [element("a")])
    found = next(n for n in notices([report()], journey) if n.kind == "unmapped events")
    assert "1 kinds of event" in found.sentence
    assert "9.1 %" in found.evidence


def test_dropped_rows_are_named_with_their_lines():
    places = tuple(Place("x.csv", n) for n in range(1, 12))
    found = notices([report(dropped=(Dropped(DropReason.BAD_TIME, 11, "never", places),))], Journey())[0]
    assert found.severity is Severity.WARNING
    assert found.sentence == "11 rows were left out: their time cannot be read."
    assert "lines 1, 2, 3, 4, 5, 6, 7, 8 … of x.csv" in found.evidence


def test_every_repair_and_reason_has_words():
    assert set(RepairKind) <= set(MENDED)
    assert set(DropReason) <= set(REASONS)
    repaired = tuple(Repair(kind, 3, "") for kind in RepairKind)
    assert len(notices([report(repairs=repaired)], Journey())) == len(RepairKind)


def test_days_are_those_of_the_zone():
    from workbench.analysis.day_counts import day_counts

    store = EventStore.from_rows([("u", 23 * 3600, "a"), ("u", 30 * 3600, "a")])
    assert day_counts(store).counts.tolist() == [[1, 1]]
    assert day_counts(store, "Asia/Tokyo").counts.tolist() == [[2]]
    assert int(np.sum(day_counts(store, "America/New_York").counts)) == 2


def test_a_property_that_others_share_tells_nobody():
    from workbench.analysis.telling import telling_conditions

    rows = [("bot", 0, "a", {"ua": "x", "ip": "1"}), ("bot", 1, "a", {"ua": "x"}), ("ann", 0, "a", {"ua": "x"})]
    assert telling_conditions(EventStore.from_rows(rows), ["bot"]) == ()


def test_drifting_names_are_bound_to_the_element_that_has_one_of_them():
    merges = {"Add": ["Add", "add ", "ADD"], "Pay": ["Pay", "pay"]}
    found = Finding("naming_drift", 5, "t", details={"merges": merges})
    journey = edits.add(Journey(), [element("ADD"), element("other")])
    remedy = next(n.remedy for n in notices([report(quality=(found,))], journey) if n.kind == "naming_drift")
    assert remedy.label == "Bind all spellings"
    mended = remedy.mend(journey)
    assert [e.rule.events for e in mended.elements] == [("ADD", "Add", "add "), ("other",)]
    assert remedy.is_done(mended)
    assert not remedy.is_done(journey)
    assert notices([report(quality=(found,))], Journey())[0].remedy.is_match


def test_exact_repeats_are_left_out_by_one_undoable_edit(window, desk, qtbot, tmp_path):
    text = "user,event,time\n" + "u1,a,2026-01-01 10:00\n" * 2 + "u2,a,2026-01-01 10:00\nu2,b,2026-01-01 11:00\n"
    load(desk, qtbot, tmp_path, text, line("a", "b"))
    window.results.show_panel(window.results.quality)
    shown = next(c for c in window.results.quality.cards if c.notice.kind == "exact_duplicates")
    assert shown.notice.remedy.label == "Leave the repeats out"
    desk.session.apply("Mend", shown.notice.remedy.mend)
    assert desk.session.journey.shaping.without_repeats
    measured(desk, qtbot)
    assert desk.analyst.measures.elements[ElementId("a")].hits == 2
    desk.session.undo_stack.undo()
    measured(desk, qtbot)
    assert desk.analyst.measures.elements[ElementId("a")].hits == 3
