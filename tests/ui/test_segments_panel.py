"""Segments: defined in the panel, kept in the journey, compared on the shaped data."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builders import line
from tests.ui.loading import load
from workbench.analysis.options import Cleaning, Options, Span
from workbench.analysis.segment_choice import SegmentChoice
from workbench.analysis.segment_steps import people_in
from workbench.analysis.segment_study import NOT_SET, OTHER, compare_values, segment_study
from workbench.analysis.segments import compare_with_rest
from workbench.analysis.shaped import people_store, shaped_store
from workbench.events.store import EventStore
from workbench.journey import edits
from workbench.journey.journey import Segment, Shaping
from workbench.journey.rule import Condition, Operator, Rule
from workbench.ui.panels.segment_form import RuleRow
from workbench.ui.panels.segment_words import says

PEOPLE = 200
GUIDE, CHAT = Segment("Guide", (Rule(("guide",)),)), Segment("Chat", (Rule(("chat",)),))


def log() -> str:
    """Half use the guide and buy in 60 of 100 cases, the others in 20 of 100; ten also chat; odd ones are mobile."""
    rows = ["user,event,time,device"]
    for n in range(PEOPLE):
        is_guided = n < PEOPLE // 2
        device = "mobile" if n % 2 else "desktop"
        rows.append(f"u{n},a,2026-01-01 10:00:00,{device}")
        if is_guided:
            rows.append(f"u{n},guide,2026-01-01 10:05:00,{device}")
        if n % 20 == 0:
            rows.append(f"u{n},chat,2026-01-01 10:06:00,{device}")
        if n % 10 < (6 if is_guided else 2):
            rows.append(f"u{n},b,2026-01-03 10:00:00,{device}")
    rows.append("last,a,2026-03-30 10:00:00,desktop")
    return "\n".join(rows) + "\n"


@pytest.fixture
def panel(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), line("a", "b"))
    window.results.show_panel(window.results.segments)
    return window.results.segments


def table(panel) -> dict[str, list[str]]:
    t = panel.table
    return {t.item(r, 0).text(): [t.item(r, c).text() for c in range(1, 8)] for r in range(t.rowCount())}


def compared(panel, qtbot) -> dict[str, list[str]]:
    qtbot.waitUntil(lambda: panel._asked is not None and panel.desk.analyst.is_current(panel._asked), timeout=20_000)
    qtbot.waitUntil(lambda: any(row[1] for row in table(panel).values()), timeout=20_000)
    return table(panel)


def test_a_segment_is_defined_in_the_panel_and_compared_with_the_rest(panel, qtbot):
    panel.new.click()
    assert table(panel)["Segment 1"][0] == "no rule yet"
    panel.form.new_did.committed.emit("guide")
    row = compared(panel, qtbot)["Segment 1"]
    assert row[:3] == ["▲ more", "60 of 100", "60.0 %"]
    assert row[4].startswith("+40.0 pp (+26.")
    assert "associated with converting more often: 40.0 points above the rest" in panel.title.text()
    assert panel.desk.session.journey.segments == (Segment("Segment 1", (Rule(("guide",)),)),)


def test_every_step_of_defining_can_be_undone(panel):
    panel.new.click()
    panel.form.new_did.committed.emit("guide")
    panel.form.new_did_not.committed.emit("chat")
    panel.form.name.committed.emit("Guided")
    assert panel.desk.session.journey.segments == (Segment("Guided", (Rule(("guide",)),), (Rule(("chat",)),)),)
    for _ in range(4):
        panel.desk.session.undo_stack.undo()
    assert panel.desk.session.journey.segments == ()
    assert table(panel) == {}


def test_a_rule_asks_how_often_at_least(panel):
    panel.desk.session.apply("s", edits.save_segment, GUIDE)
    panel.form.findChildren(RuleRow)[-1].times.committed.emit(3.0)
    assert panel.desk.session.journey.segments[0].did == (Rule(("guide",), count_at_least=3),)


def test_a_rule_asks_how_soon_after_the_first_event(panel):
    panel.desk.session.apply("s", edits.save_segment, GUIDE)
    panel.form.findChildren(RuleRow)[-1].hours.committed.emit(2.0)
    assert panel.desk.session.journey.segments[0].did == (Rule(("guide",), within_s=7200.0),)
    assert panel.form.findChildren(RuleRow)[-1].hours.text() == "2"
    panel.form.findChildren(RuleRow)[-1].hours.committed.emit(None)
    assert panel.desk.session.journey.segments[0].did == (Rule(("guide",)),)


def test_an_order_is_defined_in_the_panel_and_undone(panel, qtbot):
    panel.new.click()
    assert panel.form.hours.isHidden() or not panel.form.hours.isVisibleTo(panel.form)
    panel.form.new_in_order.committed.emit("chat")
    panel.form.new_in_order.committed.emit("guide")
    assert compared(panel, qtbot)["Segment 1"][1] == "0 of 0"
    panel.form.findChildren(RuleRow)[0].committed.emit(Rule(("a",)))
    panel.form.hours.committed.emit(1.0)
    wanted = Segment("Segment 1", in_order=(Rule(("a",)), Rule(("guide",))), in_order_within_s=3600.0)
    assert panel.desk.session.journey.segments == (wanted,)
    qtbot.waitUntil(lambda: table(panel)["Segment 1"][1] == "60 of 100", timeout=20_000)
    panel.desk.session.undo_stack.undo()
    assert panel.desk.session.journey.segments[0].in_order_within_s is None


def test_a_name_that_is_taken_is_told_and_not_taken(panel):
    panel.desk.session.apply("s", edits.save_segment, GUIDE)
    panel.desk.session.apply("s", edits.save_segment, CHAT)
    panel.form.name.committed.emit("Chat")
    assert "“Chat” already" in panel.form.told.text()
    assert [s.name for s in panel.desk.session.journey.segments] == ["Guide", "Chat"]


def test_small_segments_are_never_judged(panel, qtbot):
    panel.desk.session.apply("s", edits.save_segment, CHAT)
    assert compared(panel, qtbot)["Chat"][0] == "few data"


def test_overlapping_segments_say_that_no_joint_test_is_made(panel, qtbot):
    panel.desk.session.apply("s", edits.save_segment, GUIDE)
    panel.desk.session.apply("s", edits.save_segment, CHAT)
    compared(panel, qtbot)
    assert "overlap" in panel.note.text()


def test_values_of_a_property_are_compared(panel, qtbot):
    panel.by.setCurrentIndex(panel.by.findData("device"))
    panel.by.activated.emit(panel.by.currentIndex())
    found = compared(panel, qtbot)
    assert {name: row[1] for name, row in found.items()} == {"mobile": "40 of 100", "desktop": "40 of 100"}
    assert "chi-square" in panel.note.text()
    assert not panel.new.isVisibleTo(panel)


def test_deleting_a_segment_takes_its_row_away(panel):
    panel.desk.session.apply("s", edits.save_segment, GUIDE)
    panel.delete.click()
    assert table(panel) == {}
    assert panel.desk.session.journey.segments == ()


def test_without_a_macro_conversion_the_panel_says_what_it_needs(window):
    window.desk.start(edits.remove(line("a", "b"), ["b"]))
    window.results.show_panel(window.results.segments)
    assert "macro-conversion" in window.results.segments.note.text()


def test_words_follow_the_adjusted_p():
    sure, unsure = compare_with_rest(["x", "y"], [400, 52], [1000, 200], (2500, 10_000)).rows
    assert says(sure) == "▲ more"
    assert says(unsure) == "no difference shown"


def store() -> EventStore:
    day = 86_400
    rows = [("a", 0, "view", {"d": "x"}), ("a", 10, "view", {"d": "y"}), ("a", 2 * day, "pay", {"d": "y"})]
    rows += [("b", 0, "view"), ("b", 5, "pay", {"d": "z"}), ("c", 40 * day, "view", {"d": "x"})]
    return EventStore.from_rows(rows)


def test_the_value_that_people_begin_with_counts_and_none_from_the_conversion():
    log = store()
    found = compare_values(log, "d", log.postings(log.code_by_name["pay"]), 14 * 86_400.0)
    assert [(r.name, r.rate.k, r.rate.n) for r in found.comparison.rows] == [("x", 1, 1), (NOT_SET, 1, 1)]
    assert found.immature == 1


def test_rare_values_become_one_group():
    rows = [(f"u{n}", 0, "view", {"d": f"v{min(n % 10, 4)}"}) for n in range(100)]
    log = EventStore.from_rows([*rows, ("end", 99, "view")])
    found = compare_values(log, "d", np.zeros(0, np.int64), 50.0, most=2)
    assert [row.name for row in found.comparison.rows] == ["v4", "v0", OTHER]
    assert [row.rate.n for row in found.comparison.rows] == [60, 10, 30]


def test_segments_are_compared_on_the_shaped_data():
    rows = [(f"u{n}", 0, "a", {"d": "m" if n % 4 else "w"}) for n in range(40)]
    rows += [(f"u{n}", 90_000, "b", {"d": "m" if n % 4 else "w"}) for n in range(0, 40, 2)]
    log = EventStore.from_rows([*rows, ("end", 4_000_000, "a", {"d": "m"})])
    shaping = Shaping(filters=(Condition("d", Operator.EQ, "m"),))
    journey = edits.amend_journey(line("a", "b"), shaping=shaping)
    everybody = SegmentChoice((Segment("A", (Rule(("a",)),)),))
    assert segment_study(journey, log, everybody).people == 30
    assert segment_study(edits.amend_journey(journey, shaping=Shaping()), log, everybody).people == 40


def test_a_shaped_store_keeps_people_with_their_events_in_order():
    log = store()
    left = shaped_store(log, Options(span=Span(to_us=86_400_000_000), cleaning=Cleaning(ignored_events=("none",))))
    assert sorted(left.user_ids) == ["a", "b"]
    assert left.n_events == 4
    assert left.data_end_us == 86_400_000_000
    assert shaped_store(log, Options()) is log
    place = list(left.user_ids).index("a")
    own = slice(left.user_offset[place], left.user_offset[place + 1])
    assert left.time_us[own].tolist() == [0, 10_000_000]
    assert [left.properties["d"].values[c - 1] for c in left.properties["d"].codes[own]] == ["x", "y"]


def test_people_are_taken_with_all_their_events():
    log = store()
    left = people_store(log, np.array([user == "b" for user in log.user_ids]))
    assert list(left.user_ids) == ["b"]
    assert (left.n_events, left.data_end_us) == (2, log.data_end_us)


def test_the_steps_of_a_segment_are_the_map_for_its_people(panel, qtbot):
    panel.desk.session.apply("s", edits.save_segment, GUIDE)
    panel.wants_steps.click()
    steps = panel.steps.table
    qtbot.waitUntil(lambda: steps.rowCount() == 2 and not steps.isHidden(), timeout=20_000)
    rows = {steps.item(r, 0).text(): [steps.item(r, c).text() for c in range(1, 6)] for r in range(2)}
    assert rows["A"][1] == "100"
    assert rows["B"][:4] == ["▲ more", "60", "60.0 %", "19.8 %"]
    assert rows["B"][4].startswith("+40.2 pp")
    assert "Widest apart at “B”" in panel.steps.note.text()
    panel.wants_steps.click()
    assert panel.steps.isHidden()
    assert not panel.table.isHidden()


def test_people_of_a_segment_are_told_by_the_shaped_data():
    log = store()
    viewers = Segment("Y", filters=(Condition("d", Operator.EQ, "y"),))
    found = people_in(log, viewers, Options(), 86_400.0)
    assert [u for u, is_in in zip(log.user_ids, found, strict=True) if is_in] == ["a"]
    early = Options(span=Span(to_us=5_000_000))
    assert not people_in(log, viewers, early, 86_400.0).any()
    late = Options(span=Span(from_us=5_000_000))
    found = people_in(log, Segment("Seen", (Rule(("view",)),)), late, 86_400.0)
    assert sorted(u for u, is_in in zip(log.user_ids, found, strict=True) if is_in) == ["a", "c"]
