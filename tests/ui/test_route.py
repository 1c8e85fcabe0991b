"""Links go around cards, enter from the left, and wrap to the row below."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from workbench.ui.canvas import route

SOURCE, TARGET = QRectF(0, 0, 240, 124), QRectF(1200, 0, 240, 124)


def points(path, count: int = 200):
    return [path.pointAtPercent(n / count) for n in range(count + 1)]


@given(st.integers(300, 900), st.integers(-140, 140))
def test_a_card_in_between_is_gone_around(x, y):
    card = QRectF(x, y, 240, 124)
    boxes = [route.box_of(rect) for rect in (SOURCE, TARGET, card)]
    path = route.forward(SOURCE, TARGET, boxes, 62, 62)
    inner = card.adjusted(14, 14, -14, -14)
    assert not any(inner.contains(point) for point in points(path))


def test_a_free_way_is_taken_straight():
    boxes = [route.box_of(rect) for rect in (SOURCE, TARGET, QRectF(500, 600, 240, 124))]
    path = route.forward(SOURCE, TARGET, boxes, 62, 62)
    assert {round(point.y()) for point in points(path)} == {62}


def test_a_link_to_the_row_below_enters_from_the_left():
    below = QRectF(0, 400, 240, 124)
    path = route.forward(TARGET, below, [], 62, 462)
    *_, before, end = points(path)
    assert (end.x(), end.y()) == (0, 462)
    assert before.x() < end.x()


def test_a_returning_link_runs_below_both_cards():
    path = route.returning(TARGET, SOURCE)
    assert max(point.y() for point in points(path)) > 124
