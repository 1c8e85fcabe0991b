"""The form of the journey: zone, pause and counting are set there, and only what matters is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import line
from workbench.journey.journey import Counting
from workbench.journey.rule import Rule


@pytest.fixture
def form(window, desk):
    desk.start(line("a", "b"))
    return window.inspector.journey_form


def shown(form, field) -> bool:
    return field.isVisibleTo(form)


def test_a_zone_is_taken_only_if_there_is_one(form, desk) -> None:
    form.zone.setEditText("Mars/Base")
    form.zone.edit.editingFinished.emit()
    assert (desk.session.journey.time_zone, form.zone.currentText()) == ("UTC", "UTC")
    form.zone.setEditText("Asia/Tokyo")
    form.zone.edit.editingFinished.emit()
    assert desk.session.journey.time_zone == "Asia/Tokyo"
    desk.session.undo_stack.undo()
    assert form.zone.currentText() == "UTC"


def test_the_pause_of_a_visit_shows_where_sessions_are_counted(form, desk) -> None:
    assert not shown(form, form.pause)
    form.unit.setCurrentIndex(form.unit.findData("session"))
    form.unit.activated.emit(0)
    assert shown(form, form.pause)
    form.pause.setText("45")
    form.pause.editingFinished.emit()
    assert desk.session.journey.counting == Counting(count_by="session", session_gap_s=2700.0)


def test_repeats_and_exclusions_show_where_they_matter(form, desk) -> None:
    assert not shown(form, form.repeats)
    assert not shown(form, form.effect)
    form.mode.setCurrentIndex(form.mode.findData("strict"))
    form.mode.activated.emit(0)
    assert shown(form, form.repeats)
    banned = tuple(replace(link, exclusion=Rule(("error",))) for link in desk.session.journey.links)
    desk.session.apply("Exclude", lambda j: j.with_links(banned))
    form.effect.setCurrentIndex(form.effect.findData("stop"))
    form.effect.activated.emit(0)
    assert desk.session.journey.counting.exclusion_effect == "stop"


def test_small_counts_are_withheld_from_a_chosen_number_on(form, desk) -> None:
    form.withhold.setText("10")
    form.withhold.editingFinished.emit()
    assert desk.session.journey.withhold_below == 10
