"""The map under a real mouse: gestures change the journey once, at their end."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.builders import element, line
from workbench.journey import edits
from workbench.journey.element import ElementId
from workbench.journey.taxonomy import Kind
from workbench.ui.canvas.card import HEIGHT, WIDTH
from workbench.ui.mime import ENTRY_MIME

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(window):
    journey = edits.add(line("a", "b"), [element("m", Kind.MICRO, x=300, y=300)])
    window.desk.start(journey)
    QApplication.processEvents()
    window.view.zoom_whole()
    window.view.centerOn(300, 200)
    return window.view


def spot(view, element_id: str, dx: float = WIDTH / 2, dy: float = 20) -> QPoint:
    card = view.scene_.cards[ElementId(element_id)]
    return view.mapFromScene(card.pos() + QPointF(dx, dy))


def drag(view, start: QPoint, end: QPoint, steps: int = 4) -> None:
    port = view.viewport()
    QTest.mousePress(port, LEFT, pos=start)
    for step in range(1, steps + 1):
        QTest.mouseMove(port, start + (end - start) * step / steps)
    QTest.mouseRelease(port, LEFT, pos=end)


def at(view, element_id: str) -> tuple[int, int]:
    found = view.session.journey.element_by_id[ElementId(element_id)]
    return found.x, found.y


def test_dragging_a_card_moves_it_in_one_step(view):
    x, y = at(view, "a")
    drag(view, spot(view, "a"), spot(view, "a") + QPoint(60, 40))
    assert at(view, "a") == (x + 60, y + 40)
    assert view.session.undo_stack.count() == 1


def test_escape_puts_a_dragged_card_back(view):
    start = spot(view, "a")
    QTest.mousePress(view.viewport(), LEFT, pos=start)
    QTest.mouseMove(view.viewport(), start + QPoint(80, 0))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.scene_.cards[ElementId("a")].pos() == QPointF(*at(view, "a"))
    assert view.session.undo_stack.count() == 0


def test_dragging_from_the_right_edge_links(view):
    drag(view, spot(view, "b", WIDTH + 2, HEIGHT / 2), spot(view, "m"))
    assert any(k.source_id == "b" and k.target_id == "m" for k in view.session.journey.links)


def test_dropping_a_micro_conversion_on_a_stage_seats_it(view):
    drag(view, spot(view, "m"), spot(view, "a"))
    assert view.session.journey.element_by_id[ElementId("m")].stage_id == "a"
    assert ElementId("m") not in view.scene_.cards


def test_dragging_a_seat_off_its_stage_puts_it_on_the_map(view):
    view.session.apply("Seat", edits.seat, ElementId("m"), ElementId("a"))
    start = spot(view, "a", WIDTH / 2, HEIGHT + 12)
    drag(view, start, start + QPoint(0, 220))
    assert view.session.journey.element_by_id[ElementId("m")].stage_id is None


def test_a_rubber_band_selects_what_it_touches(view):
    drag(view, view.mapFromScene(QPointF(-40, -60)), view.mapFromScene(QPointF(420, 60)))
    assert set(view.session.selection) == {"a", "b"}


def test_shift_click_adds_to_the_selection(view):
    QTest.mouseClick(view.viewport(), LEFT, pos=spot(view, "a"))
    QTest.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier, spot(view, "b"))
    assert set(view.session.selection) == {"a", "b"}


def test_arrow_keys_nudge_in_one_step(view):
    QTest.mouseClick(view.viewport(), LEFT, pos=spot(view, "a"))
    x, y = at(view, "a")
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert at(view, "a") == (x + 30, y + 50)
    assert view.session.undo_stack.count() == 1


def drop(view, key: str, position: QPoint, shift: bool = False) -> None:
    carried = QMimeData()
    carried.setData(ENTRY_MIME, key.encode())
    keys = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(view.viewport(), QDragEnterEvent(position, copy, carried, LEFT, keys))
    QApplication.sendEvent(view.viewport(), QDragMoveEvent(position, copy, carried, LEFT, keys))
    QApplication.sendEvent(view.viewport(), QDropEvent(QPointF(position), copy, carried, LEFT, keys))


def test_dropping_a_palette_entry_adds_an_element_there(view):
    drop(view, "order", view.mapFromScene(QPointF(700, 400)))
    assert view.session.journey.elements[-1].kind is Kind.MACRO


def test_dropping_a_palette_micro_conversion_on_a_stage_seats_it(view):
    drop(view, "reviews", spot(view, "a"))
    assert view.session.journey.elements[-1].stage_id == "a"
    assert view.session.undo_stack.count() == 1


def test_a_destination_drops_as_a_stage_and_with_shift_as_a_micro_conversion(view):
    drop(view, "pricing", view.mapFromScene(QPointF(700, 400)))
    drop(view, "pricing", view.mapFromScene(QPointF(700, 700)), shift=True)
    assert [e.kind for e in view.session.journey.elements[-2:]] == [Kind.STAGE, Kind.MICRO]


def test_the_scene_mirrors_the_journey_through_undo_and_redo(view):
    view.session.apply("Delete", edits.remove, [ElementId("b")])
    assert set(view.scene_.cards) == {"a", "m"}
    assert not view.scene_.links
    view.session.undo_stack.undo()
    assert set(view.scene_.cards) == {"a", "b", "m"}
    assert set(view.scene_.links) == {"a-to-b"}


def test_a_refused_link_is_told_and_changes_nothing(view, qtbot):
    view.session.apply("Seat", edits.seat, ElementId("m"), ElementId("a"))
    with qtbot.waitSignal(view.session.said):
        view.try_edit("Link", edits.connect, ElementId("b"), ElementId("m"))
    assert len(view.session.journey.links) == 1
