"""The session: one road for edits, undo as data, selection that follows what exists."""

from __future__ import annotations

from hypothesis import given

from tests.builders import line
from tests.journey.test_edits import played, stories
from workbench.journey import edits
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.session.session import Session


def heard(session: Session) -> list:
    changes: list = []
    session.journey_changed.connect(changes.append)
    return changes


def test_an_edit_that_changes_nothing_leaves_no_step(qapp):
    session = Session()
    session.start(line("a", "b"))
    changes = heard(session)
    session.apply("Move", edits.move, [ElementId("a")], 0, 0)
    assert not changes
    assert session.undo_stack.count() == 0


def test_one_gesture_is_one_step(qapp):
    session = Session()
    session.start(line("a", "b"))
    for _ in range(5):
        session.apply("Move", edits.move, [ElementId("a")], 10, 0, merge="nudge")
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert session.journey == line("a", "b")


def test_a_closed_merge_begins_a_step_of_its_own(qapp):
    session = Session()
    session.start(line("a", "b"))
    session.apply("Move", edits.move, [ElementId("a")], 10, 0, merge="nudge")
    session.close_merge()
    session.apply("Move", edits.move, [ElementId("a")], 10, 0, merge="nudge")
    assert session.undo_stack.count() == 2


def test_a_merge_that_returns_to_the_start_leaves_no_step(qapp):
    session = Session()
    session.start(line("a", "b"))
    session.apply("Move", edits.move, [ElementId("a")], 10, 0, merge="nudge")
    session.apply("Move", edits.move, [ElementId("a")], -10, 0, merge="nudge")
    assert session.undo_stack.count() == 0


def test_the_selection_forgets_what_is_gone(qapp):
    session = Session()
    session.start(line("a", "b"))
    session.select(["a", "b"])
    session.apply("Delete", edits.remove, [ElementId("a")])
    assert session.selection == ("b",)


def test_saving_makes_the_document_clean(qapp, tmp_path):
    session = Session()
    session.start(line("a", "b"))
    session.apply("Rename", edits.rename, ElementId("a"), "New")
    assert session.is_dirty
    session.save(tmp_path / "x.journey")
    assert not session.is_dirty


@given(stories())
def test_undo_comes_home_and_redo_returns(qapp, story):
    session = Session()
    session.start(Journey())
    for step in story:
        session.apply(step[0], played, step)
    end = session.journey
    while session.undo_stack.canUndo():
        session.undo_stack.undo()
    assert session.journey == Journey()
    while session.undo_stack.canRedo():
        session.undo_stack.redo()
    assert session.journey == end
    session.undo_stack.clear()
