"""Where links run: curves from card to card that go around the cards in between. Pure geometry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

_CLEARANCE = 22.0
_TOUCH = 6.0
_SAMPLES = 10
_RADIUS = 22.0

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Cubic = tuple[Point, Point, Point, Point]


@dataclass(frozen=True)
class Track:
    """Curves one after the other, as plain numbers: sampled by the hundred thousand on a large map."""

    curves: tuple[Cubic, ...]

    @cached_property
    def points(self) -> list[Point]:
        return [_at(curve, step / _SAMPLES) for curve in self.curves for step in range(_SAMPLES + 1)]

    @cached_property
    def box(self) -> Box:
        """Left, top, right, bottom of all control points."""
        xs = [p[0] for curve in self.curves for p in curve]
        ys = [p[1] for curve in self.curves for p in curve]
        return min(xs), min(ys), max(xs), max(ys)

    def blocked_by(self, boxes: Iterable[Box]) -> list[Box]:
        """The boxes that the track runs through."""
        left, top, right, bottom = self.box
        near = [b for b in boxes if b[0] <= right and b[2] >= left and b[1] <= bottom and b[3] >= top]
        return [b for b in near if any(b[0] < x < b[2] and b[1] < y < b[3] for x, y in self.points)]

    def path(self) -> QPainterPath:
        path = QPainterPath(QPointF(*self.curves[0][0]))
        for _, first, second, end in self.curves:
            path.cubicTo(QPointF(*first), QPointF(*second), QPointF(*end))
        return path


def box_of(rect: QRectF) -> Box:
    """A card's rectangle with the little room that a line keeps from it."""
    return rect.left() - _TOUCH, rect.top() - _TOUCH, rect.right() + _TOUCH, rect.bottom() + _TOUCH


def forward(source: QRectF, target: QRectF, obstacles: Sequence[Box], start_y: float, end_y: float) -> QPainterPath:
    """Curve from the right edge of `source` to the left edge of `target`, at the given heights."""
    start, end = (source.right(), start_y), (target.left(), end_y)
    if end[0] < start[0] - 40:
        return _wrap(source, target, QPointF(*start), QPointF(*end))
    direct = Track((_curve(start, end),))
    own = (box_of(source), box_of(target))
    blocking = [box for box in direct.blocked_by(obstacles) if box not in own]
    if not blocking or end[0] < start[0] + 20:
        return direct.path()
    return _around(start, end, blocking, [box for box in obstacles if box not in own]).path()


def returning(source: QRectF, target: QRectF) -> QPainterPath:
    """Arc below both cards, from the bottom of `source` back to the bottom of `target`."""
    start = QPointF(source.center().x() - 20, source.bottom())
    end = QPointF(target.center().x() + 20, target.bottom())
    depth = max(start.y(), end.y()) + 70 + abs(start.x() - end.x()) * 0.08
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x(), depth), QPointF(end.x(), depth), end)
    return path


def _at(curve: Cubic, t: float) -> Point:
    s = 1.0 - t
    a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve
    return a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def _curve(start: Point, end: Point) -> Cubic:
    reach = max(40.0, abs(end[0] - start[0]) * 0.5)
    return start, (start[0] + reach, start[1]), (end[0] - reach, end[1]), end


def _straight(start: Point, end: Point) -> Cubic:
    return start, start, end, end


def _around(start: Point, end: Point, blocking: Sequence[Box], obstacles: Sequence[Box]) -> Track:
    above = min(box[1] for box in blocking) - _CLEARANCE
    below = max(box[3] for box in blocking) + _CLEARANCE
    middle = (start[1] + end[1]) / 2
    lanes = sorted((above, below), key=lambda lane: abs(lane - middle))
    left, right = min(box[0] for box in blocking), max(box[2] for box in blocking)
    candidates = [_lane(start, end, lane, left, right) for lane in lanes]
    return min(candidates, key=lambda track: len(track.blocked_by(obstacles)))


def _lane(start: Point, end: Point, lane: float, left: float, right: float) -> Track:
    left, right = max(left, start[0] + 30), min(right, end[0] - 30)
    enter, leave = (left, lane), (max(left, right), lane)
    out = max(30.0, (left - start[0]) * 0.6)
    into = max(30.0, (end[0] - right) * 0.6)
    return Track(
        (
            (start, (start[0] + out, start[1]), (left - out, lane), enter),
            _straight(enter, leave),
            (leave, (right + into, lane), (end[0] - into, end[1]), end),
        )
    )


def _wrap(source: QRectF, target: QRectF, start: QPointF, end: QPointF) -> QPainterPath:
    """Out to the right, along the lane between the two rows, and in from the left."""
    goes_down = target.center().y() > source.center().y()
    apart = target.top() - source.bottom() if goes_down else source.top() - target.bottom()
    lane = (source.bottom() + apart / 2) if goes_down else (source.top() - apart / 2)
    if apart < 20:
        lane = max(source.bottom(), target.bottom()) + 36
    out, into = start.x() + 46, end.x() - 46
    path = QPainterPath(start)
    _corner(path, QPointF(out, start.y()), QPointF(out, lane))
    _corner(path, QPointF(out, lane), QPointF(into, lane))
    _corner(path, QPointF(into, lane), QPointF(into, end.y()))
    _corner(path, QPointF(into, end.y()), end)
    path.lineTo(end)
    return path


def _corner(path: QPainterPath, corner: QPointF, towards: QPointF) -> None:
    """Straight to the corner, and round it towards the next one."""
    here = path.currentPosition()
    path.lineTo(_stepped(corner, here))
    path.quadTo(corner, _stepped(corner, towards))


def _stepped(origin: QPointF, towards: QPointF) -> QPointF:
    delta = towards - origin
    length = max(1e-6, (delta.x() ** 2 + delta.y() ** 2) ** 0.5)
    step = min(_RADIUS, length / 2) / length
    return QPointF(origin.x() + delta.x() * step, origin.y() + delta.y() * step)
