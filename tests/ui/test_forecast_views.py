"""The views of the forecast: what they show, what their buttons move, and what they say when there is nothing."""

from __future__ import annotations

import pytest

from tests.builders import line
from workbench.journey import edits
from workbench.journey.assumptions import LiftRange, Source
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey


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
    assert (lift.trial.control_k, lift.trial.variant_k) == (400, 475)
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
