"""Shaping in the inspector: what is typed changes the numbers, is saved, and can be undone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import line
from tests.ui.loading import load, measured
from workbench.analysis.alerts import NoVerdict
from workbench.analysis.ground import Ground
from workbench.analysis.measures import Measures
from workbench.events.store import EventStore
from workbench.journey import edits
from workbench.journey.element import DatasetId, ElementId
from workbench.journey.journey import Shaping
from workbench.journey.rule import Condition, Operator
from workbench.progress import Progress
from workbench.session.shelf import Loaded
from workbench.session.trend_questions import trend
from workbench.ui.panels.rule_form import ConditionRow
from workbench.ui.panels.shaping_form import days_of, days_words

DATA = """user,event,time,device
u1,a,2026-01-01 10:00:00,mobile
u1,b,2026-01-01 10:01:00,mobile
u1,c,2026-01-01 10:02:00,mobile
u2,a,2026-01-01 11:00:00,desktop
u2,b,2026-01-01 11:01:00,desktop
u3,a,2026-01-02 12:00:00,mobile
u3,x,2026-01-02 12:00:30,mobile
u4,a,2026-01-03 12:00:00,desktop
u4,y,2026-01-03 12:00:10,desktop
"""


@pytest.fixture
def shaped(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, DATA, line("a", "b", "c"))
    return window


def form(window):
    return window.inspector.journey_form.shaping


def people(window) -> list:
    return [window.desk.figures.cards[ElementId(i)].people for i in ("a", "b", "c")]


def type_into(field, text) -> None:
    field.setText(text)
    field.editingFinished.emit()


def test_a_date_range_changes_the_numbers_and_undo_brings_them_back(shaped, qtbot):
    type_into(form(shaped).date_from, "2026-01-02")
    measured(shaped.desk, qtbot)
    assert people(shaped) == [2, 0, 0]
    assert shaped.desk.session.journey.shaping == Shaping(date_from="2026-01-02")
    shaped.actions_["undo"].trigger()
    measured(shaped.desk, qtbot)
    assert people(shaped) == [4, 2, 1]
    assert form(shaped).date_from.text() == ""


@pytest.mark.parametrize("text", ["2026-13-01", "yesterday", "1/2/26"])
def test_a_bad_date_is_told_and_not_taken(shaped, text):
    type_into(form(shaped).date_to, text)
    assert text in form(shaped).told.text()
    assert form(shaped).told.isVisibleTo(form(shaped))
    assert form(shaped).date_to.text() == ""
    assert shaped.desk.session.journey.shaping == Shaping()
    type_into(form(shaped).date_to, "2026-01-02")
    assert not form(shaped).told.isVisibleTo(form(shaped))


def test_a_range_that_ends_before_it_begins_is_told_and_not_taken(shaped):
    type_into(form(shaped).date_from, "2026-01-02")
    type_into(form(shaped).date_to, "2026-01-01")
    assert "holds no day" in form(shaped).told.text()
    assert shaped.desk.session.journey.shaping == Shaping(date_from="2026-01-02")


def test_an_excluded_day_is_not_counted(shaped, qtbot):
    type_into(form(shaped).excluded, "2026-01-02 to 2026-01-03")
    measured(shaped.desk, qtbot)
    assert shaped.desk.session.journey.shaping.excluded_dates == ("2026-01-02", "2026-01-03")
    assert people(shaped) == [2, 2, 1]


def test_a_filter_counts_once_it_has_a_value(shaped, qtbot):
    form(shaped).add_filter.click()
    row = form(shaped).findChildren(ConditionRow)[-1]
    assert shaped.desk.session.journey.shaping == Shaping()
    row.property_box.offer([("device", "device")], "device")
    type_into(row.value, "mobile")
    measured(shaped.desk, qtbot)
    assert shaped.desk.session.journey.shaping.filters == (Condition("device", Operator.EQ, "mobile"),)
    assert people(shaped) == [2, 1, 1]
    form(shaped).findChildren(ConditionRow)[-1].dropped.emit()
    assert shaped.desk.session.journey.shaping == Shaping()


def test_ignored_events_are_not_what_people_did_instead(shaped, qtbot):
    def instead() -> dict:
        return dict(shaped.desk.figures.cards[ElementId("a")].instead)

    assert instead() == {"x": 1, "y": 1}
    type_into(form(shaped).ignored, "x, y")
    measured(shaped.desk, qtbot)
    assert instead() == {"(nothing)": 2}


def test_an_event_of_an_element_cannot_be_ignored(shaped):
    type_into(form(shaped).ignored, "x, b")
    assert "bound to “B”" in form(shaped).told.text()
    assert shaped.desk.session.journey.shaping == Shaping()


def test_shaping_is_saved_in_the_journey(shaped, tmp_path):
    type_into(form(shaped).date_from, "2026-01-02")
    type_into(form(shaped).ignored, "x")
    before = shaped.desk.session.journey.shaping
    path = shaped.desk.save(tmp_path / "kept.journey")
    shaped.desk.open(path)
    assert shaped.desk.session.journey.shaping == before


@given(st.sets(st.dates().map(str), max_size=20))
def test_days_are_read_back_as_they_were_written(days):
    assert days_of(days_words(days)) == tuple(sorted(days))


def test_dead_ends_and_drivers_look_at_the_shaped_data():
    rows = [(f"u{n}", n % 4 * 86_400, "a", {"d": "m" if n % 2 else "w"}) for n in range(400)]
    log = EventStore.from_rows([*rows, ("end", 60 * 86_400, "a", {"d": "m"})])
    journey = line("a", "c")
    mobile = edits.amend_journey(journey, shaping=Shaping(filters=(Condition("d", Operator.EQ, "m"),)))
    without = edits.amend_journey(journey, shaping=Shaping(excluded_dates=("1970-01-01",)))
    assert [Ground.of(j, log).timeline.mature for j in (journey, mobile, without)] == [400, 200, 300]
    nothing = edits.amend_journey(journey, shaping=Shaping(date_to="1960-01-01"))
    assert Ground.of(nothing, log) is None


def test_weeks_with_an_excluded_day_are_no_baseline():
    rows = [(f"u{day}-{n}", day * 86_400 + n * 2000, "c") for day in range(56) for n in range(43)]
    loaded = Loaded(DatasetId("d"), (), EventStore.from_rows(rows))
    journey = line("a", "c")
    days = tuple(f"1970-01-{day:02}" for day in (3, 10, 17, 24))
    cut = edits.amend_journey(journey, shaping=Shaping(excluded_dates=days))
    told = [trend(j, Measures(query=None), loaded, Progress()).week.report.reason for j in (journey, cut)]
    assert told == [None, NoVerdict.HISTORY]
