"""The views of the forecast: what they show, what their buttons move, and what they say when there is nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import line
from tests.ui.loading import load, measured
from workbench import paths
from workbench.journey import edits
from workbench.journey.assumptions import Assumptions, LiftRange, Source
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey, Lever
from workbench.journey.rule import Rule
from workbench.ui.canvas.words import card_tip


def typed(volume: float = 50_000.0) -> Journey:
    """a > b > c, 8 % then 50 %, an order being worth 80."""
    journey = edits.amend(line("a", "b", "c"), [ElementId("a")], volume=volume)
    journey = edits.amend(journey, [ElementId("c")], value=80.0)
    journey = edits.amend_links(journey, [LinkId("a-to-b")], rate=0.08)
    return edits.amend_links(journey, [LinkId("b-to-c")], rate=0.5)


@pytest.fixture
def panel(window):
    window.desk.start(typed())
    window.results.show_panel(window.results.forecast)
    return window.results.forecast


def commit(field, words: str) -> None:
    field.setText(words)
    field.editingFinished.emit()


def test_a_lift_range_moves_the_outcome_and_its_band(panel, qtbot):
    panel.rows["a-to-b"].lift.click()
    form = panel.lift_form
    assert not form.use.isEnabled()
    commit(form.low, "5.79 %")
    commit(form.high, "34.46 %")
    assert "+5.8 % to +34.5 %" in form.says.text()
    form.use.click()
    assert "+19.27 %" in panel.macro.difference.text()
    assert panel.rows["a-to-b"].base.text() == "+5.8 % to +34.5 %"
    qtbot.waitUntil(lambda: "Against as-is: +5." in panel.macro.band.toolTip(), timeout=10_000)


def test_an_ab_result_becomes_a_lift_and_can_be_taken_off(panel):
    panel.rows["a-to-b"].lift.click()
    form = panel.lift_form
    form.is_trial.setChecked(True)
    for field, words in zip(form.counts, ("5000", "0", "5000", "475"), strict=True):
        commit(field, words)
    assert not form.use.isEnabled()
    assert "nobody went on" in form.says.text()
    commit(form.counts[1], "400")
    form.use.click()
    lift = panel.desk.forecaster.assumptions.lift_of("a-to-b")
    assert (lift.trial.control_k, lift.trial.treatment_k) == (400, 475)
    panel.rows["a-to-b"].lift.click()
    panel.lift_form.take_off.click()
    assert not panel.desk.forecaster.is_moved


def test_a_moved_lever_takes_the_place_of_a_lift(panel):
    forecaster = panel.desk.forecaster
    forecaster.set_lift("a-to-b", LiftRange("a-to-b", 1.1, 1.2))
    forecaster.set_lever("a-to-b", 0.1)
    assert forecaster.assumptions.lifts == ()
    forecaster.set_lift("a-to-b", LiftRange("a-to-b", 1.1, 1.2))
    assert forecaster.levers == ()


def test_assumptions_change_the_outcome_and_come_back_with_their_scenario(panel, monkeypatch):
    from PySide6.QtWidgets import QInputDialog

    forecaster = panel.desk.forecaster
    forecaster.set_lever("a-to-b", 0.16)
    assert panel.macro.number.text() == "4,000"
    commit(panel.assumptions.decay, "50 %")
    assert panel.macro.number.text() == "3,000"
    assert "50 % worse later" in panel.taken.text()
    panel.assumptions.source.committed.emit(Source.SIBLINGS)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("Careful", True))
    panel.save.click()
    panel.reset.click()
    assert (panel.macro.number.text(), panel.scenario.currentText()) == ("2,000", "As-is")
    panel.scenario.activated.emit(1)
    assert (panel.macro.number.text(), panel.scenario.currentText()) == ("3,000", "Careful")
    assert forecaster.assumptions.source is Source.SIBLINGS


def test_a_decay_on_a_map_with_loops_says_why_there_is_no_forecast(window):
    journey = edits.connect(typed(), ElementId("b"), ElementId("a"))
    window.desk.start(edits.amend_links(journey, [journey.links[-1].link_id], rate=0.2))
    panel = window.results.forecast
    window.results.show_panel(panel)
    window.desk.forecaster.set_lever("a-to-b", 0.1)
    commit(panel.assumptions.decay, "10 %")
    assert "without loops" in panel.hint.text()
    commit(panel.assumptions.decay, "")
    assert not panel.hint.isVisible()


def test_the_ranking_says_that_one_line_counts_alike_and_jumps_to_the_link(window, qtbot):
    window.desk.start(typed())
    panel = window.results.sensitivity
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=10_000)
    assert panel.title.text().startswith("+1 point brings most on A → B: $20,000")
    assert "On one line" in panel.note.text()
    assert "(" in panel.table.item(0, 4).text()
    panel.table.cellClicked.emit(0, 0)
    assert window.desk.session.selection == ("a-to-b",)


def test_a_target_is_put_on_the_lever(window, qtbot):
    window.desk.start(typed())
    panel = window.results.target
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 3, timeout=10_000)
    assert panel.goal.text() == "2200"
    commit(panel.goal, "5000")
    by_name = {panel.table.item(row, 0).text(): row for row in range(3)}
    assert panel.table.item(by_name["A → B"], 2).text() == "20.0 %"
    assert "+12.00 points (+150.00 %)" in panel.table.item(by_name["A → B"], 3).text()
    assert "at most 4,000 conversions" in panel.table.item(by_name["B → C"], 5).text()
    panel.table.selectRow(by_name["B → C"])
    assert not panel.use.isEnabled()
    panel.table.selectRow(by_name["A → B"])
    panel.use.click()
    assert window.desk.forecaster.lever("a-to-b") == pytest.approx(0.2)
    assert window.desk.forecaster.outcome.headline.value == pytest.approx(5000)


def test_a_target_in_money_and_a_map_without_figures(window, qtbot):
    window.desk.start(typed())
    panel = window.results.target
    window.results.show_panel(panel)
    panel.unit.setCurrentIndex(1)
    panel.unit.activated.emit(1)
    assert panel.goal.text() == "176000"
    assert panel.title.text().startswith("$176,000: 3 of 3")
    window.desk.start(Journey())
    qtbot.waitUntil(lambda: panel.title.text() == "What a target takes", timeout=10_000)
    assert not panel.table.isVisible()


def shop(tmp_path, desk, qtbot, with_value: bool = True) -> None:
    """20 people fill carts of 10, 20 .. 200; every fourth buys; a year later somebody comes by."""
    rows = ["user,time,event,cart_value"]
    for n in range(20):
        rows.append(f"u{n},2026-01-01T00:{n:02d}:00Z,add_to_cart,{10 * (n + 1) if with_value else ''}")
        if n % 4 == 0:
            rows.append(f"u{n},2026-01-01T01:{n:02d}:00Z,purchase,")
    rows.append("z,2026-12-31T00:00:00Z,visit,")
    journey = edits.amend(line("cart", "order"), [ElementId("cart")], rule=Rule(("add_to_cart",)))
    journey = edits.amend(journey, [ElementId("order")], rule=Rule(("purchase",)))
    load(desk, qtbot, tmp_path, "\n".join(rows) + "\n", journey)


def test_carts_above_a_threshold_are_counted_and_won_back(window, desk, qtbot, tmp_path):
    shop(tmp_path, desk, qtbot)
    panel = window.results.recovery
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() > 0, timeout=20_000)
    assert panel.cart.currentText() == "Cart"
    assert "15 carts were abandoned" in panel.note.text()
    assert "“cart_value”" in panel.note.text()
    commit(panel.threshold, "150")
    assert panel.title.text() == "4 carts above $150: 15.0 % won back is $110 ($73.00 to $146)"
    commit(panel.rate, "30 %")
    assert "rate" in panel.title.text()
    commit(panel.high, "40 %")
    assert "30.0 % won back is $219" in panel.title.text()
    panel.table.cellClicked.emit(0, 0)
    assert panel.threshold.value == 0


def test_without_a_cart_value_it_says_so_and_takes_typed_ones(window, desk, qtbot, tmp_path):
    shop(tmp_path, desk, qtbot, with_value=False)
    panel = window.results.recovery
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: "tells what it is worth" in panel.note.text(), timeout=20_000)
    assert not panel.table.isVisible()
    commit(panel.carts, "300")
    commit(panel.value, "620")
    assert panel.title.text() == "300 carts at $620 (typed): 15.0 % won back is $27,900 ($18,600 to $37,200)"
    assert "45.0 orders (30.0 to 60.0)" in panel.note.text()


def test_without_events_of_the_macro_no_cart_counts_as_abandoned(window, desk, qtbot, tmp_path):
    shop(tmp_path, desk, qtbot)
    panel = window.results.recovery
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() > 0, timeout=20_000)
    desk.session.apply("Take the rule off", edits.amend, [ElementId("order")], rule=Rule())
    qtbot.waitUntil(lambda: "Bind a rule" in panel.note.text(), timeout=20_000)
    assert not panel.table.isVisible()


def test_without_events_carts_may_be_typed(window):
    window.desk.start(typed())
    panel = window.results.recovery
    window.results.show_panel(panel)
    assert "No events are loaded" in panel.note.text()


def club(tmp_path, desk, qtbot) -> None:
    """120 members join on one day and pay every 30 days; a fifth of those left leaves each time."""
    rows = ["user,time,event"]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    left = 120
    for month in range(7):
        rows += [f"u{n},{start + timedelta(days=30 * month):%Y-%m-%dT%H:%M:%SZ},pay" for n in range(left)]
        left -= left // 5
    rows.append(f"z,{start + timedelta(days=215):%Y-%m-%dT%H:%M:%SZ},visit")
    journey = edits.amend(line("visit", "pay"), [ElementId("pay")], value=10.0, rule=Rule(("pay",)))
    journey = edits.amend(journey, [ElementId("visit")], rule=Rule(("visit",)))
    load(desk, qtbot, tmp_path, "\n".join(rows) + "\n", journey)


def test_days_are_counted_and_a_period_gives_a_lifetime(window, desk, qtbot, tmp_path):
    club(tmp_path, desk, qtbot)
    panel = window.results.retention
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() > 0, timeout=20_000)
    days = {panel.table.item(row, 0).text(): row for row in range(panel.table.rowCount())}
    assert panel.table.item(days["30"], 1).text().startswith("80.0 % (")
    assert "96 of 120" in panel.table.item(days["30"], 1).toolTip()
    assert panel.table.item(days["30"], 3).text().startswith("80.0 % (")
    assert "only then" in panel.note.text()
    commit(panel.period, "30")
    qtbot.waitUntil(lambda: "A customer is worth $" in panel.title.text(), timeout=30_000)
    assert "120 people over 6 periods, measured" in panel.note.text()
    commit(panel.value, "20")
    ten, twenty = panel.title.text(), None
    commit(panel.discount, "10 %")
    twenty = panel.title.text()
    assert ten != twenty
    commit(panel.period, "100")
    qtbot.waitUntil(lambda: panel.note.text().startswith("No curve:"), timeout=30_000)


def test_retention_without_events_says_what_to_load(window):
    window.desk.start(typed())
    window.results.show_panel(window.results.retention)
    assert "Load event data" in window.results.retention.note.text()


def test_the_map_shows_ghosts_and_what_a_person_brings(window):
    window.desk.start(typed())
    window.view.zoom_whole()
    cards = window.view.scene_.cards
    before = window.view.grab().toImage()
    window.actions_["worth"].trigger()
    with_worth = window.view.grab().toImage()
    assert window.view.scene_.shows_worth
    assert with_worth != before
    tip = card_tip(window.desk.session.journey, cards["a"].element, window.desk.figures.cards["a"])
    assert "Brings per person standing here, on average: $3.20 (estimated)" in tip
    window.desk.forecaster.set_lever("a-to-b", 0.16)
    tip = card_tip(window.desk.session.journey, cards["b"].element, window.desk.figures.cards["b"])
    assert "Without the levers: 4,000 people, 8.0 % of previous (dashed)" in tip
    moved = window.view.grab().toImage()
    window.actions_["worth"].trigger()
    assert window.view.grab().toImage() != moved


def cells(panel) -> dict[str, list[str]]:
    table = panel.table
    return {
        table.item(row, 0).text(): [table.item(row, column).text() for column in range(1, table.columnCount())]
        for row in range(table.rowCount())
    }


def test_as_is_and_the_levers_stand_side_by_side_and_follow_them(window, qtbot):
    window.desk.start(typed())
    panel, forecaster = window.results.compare, window.desk.forecaster
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: "Move a lever" in panel.title.text(), timeout=10_000)
    forecaster.set_lever("a-to-b", 0.16)
    qtbot.waitUntil(lambda: panel.title.text().startswith("Levers now: +$160,000"), timeout=10_000)
    shown = cells(panel)
    assert shown["Conversions: C"][0].startswith("2,000 (")
    assert shown["People at B"][:4] == ["4,000", "8,000", "+4,000", "+100.00 %"]
    assert shown["A → B"][2] == "+8.00 points"
    assert "People at A" not in shown
    panel.only.setChecked(False)
    assert cells(panel)["People at A"][2] == "0"
    panel.table.cellClicked.emit(list(cells(panel)).index("People at B"), 0)
    assert window.desk.session.selection == ("b",)


def test_two_saved_scenarios_are_compared(window, qtbot):
    journey = edits.save_scenario(typed(), "One", (Lever("a-to-b", 0.16),))
    window.desk.start(edits.save_scenario(journey, "Two", (Lever("b-to-c", 0.6),)))
    panel = window.results.compare
    window.results.show_panel(panel)
    panel.left.setCurrentIndex(1)
    panel.left.activated.emit(1)
    qtbot.waitUntil(lambda: panel.title.text().endswith("against One"), timeout=10_000)
    assert panel.title.text().startswith("Two: −$128,000")


def test_comparing_an_empty_map_says_what_is_missing(window, qtbot):
    window.desk.start(Journey())
    panel = window.results.compare
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: "to compare scenarios" in panel.note.text(), timeout=10_000)


def test_the_teams_work_makes_a_gain_per_day(window, qtbot):
    window.desk.start(edits.amend_details(typed(), [ElementId("a")], work_days=4.0))
    panel = window.results.sensitivity
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=10_000)
    assert cells(panel)["A → B"][-1] == "$5,000"
    assert cells(panel)["B → C"][-1] == "–"


def test_every_view_shows_the_sample_with_its_figures(window, desk, qtbot):
    desk.open(paths.sample_data() / "shop.journey")
    measured(desk, qtbot)
    results = window.results
    results.show_panel(results.sensitivity)
    qtbot.waitUntil(lambda: bool(desk.forecaster.headrooms) and "own better self" in results.sensitivity.title.text())
    assert any("(desktop)" in row[1] for row in cells(results.sensitivity).values())
    results.show_panel(results.target)
    qtbot.waitUntil(lambda: any(row[3] != "–" for row in cells(results.target).values()), timeout=10_000)
    results.show_panel(results.recovery)
    qtbot.waitUntil(lambda: "carts above" in results.recovery.title.text(), timeout=20_000)
    results.show_panel(results.retention)
    qtbot.waitUntil(lambda: "are active on day 7 or later" in results.retention.title.text(), timeout=20_000)
    desk.session.apply("Window", edits.amend_journey, window_s=86_400.0)
    assert desk.forecaster.headrooms
    measured(desk, qtbot)
    assert desk.forecaster.headrooms == {}


def test_where_nothing_is_known_no_view_claims_a_figure(window, qtbot):
    window.desk.start(line("a", "b"))
    ranking, target = window.results.sensitivity, window.results.target
    window.results.show_panel(ranking)
    qtbot.waitUntil(lambda: ranking.title.text().startswith("No rate moves the outcome"), timeout=10_000)
    window.results.show_panel(target)
    qtbot.waitUntil(lambda: target.ways != {} or target.goal.value is None, timeout=10_000)
    assert target.goal.text() == ""
    commit(target.goal, "10")
    assert "not known" in target.note.text()


def test_another_document_brings_its_own_target(window, qtbot):
    window.desk.start(typed())
    panel = window.results.target
    window.results.show_panel(panel)
    assert panel.goal.text() == "2200"
    window.desk.start(typed(volume=100_000.0))
    assert panel.goal.text() == "4400"


def test_scenarios_that_cannot_be_forecast_say_why_and_show_no_older_figures(window, qtbot):
    journey = edits.connect(typed(), ElementId("b"), ElementId("a"))
    window.desk.start(edits.amend_links(journey, [journey.links[-1].link_id], rate=0.2))
    panel, forecaster, told = window.results.compare, window.desk.forecaster, []
    window.desk.failed.connect(told.append)
    window.results.show_panel(panel)
    forecaster.set_lever("a-to-b", 0.1)
    qtbot.waitUntil(panel.table.isVisible, timeout=10_000)
    forecaster.assume(Assumptions(quality_decay=0.1))
    qtbot.waitUntil(lambda: "without loops" in panel.note.text(), timeout=10_000)
    assert panel.table.isHidden()
    assert told == []
