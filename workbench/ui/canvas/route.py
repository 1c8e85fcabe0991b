"""Where links run: curves from card to card that go around the cards in between. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

_CLEARANCE = 22.0
_SAMPLES = 24


def forward(source: QRectF, target: QRectF, obstacles: Sequence[QRectF], start_y: float, end_y: float) -> QPainterPath:
    """Curve from the right edge of `source` to the left edge of `target`, at the given heights."""
    start, end = QPointF(source.right(), start_y), QPointF(target.left(), end_y)
    if end.x() < start.x() - 40:
        return _wrap(source, target, start, end)
    direct = _curve(start, end)
    blocking = [r for r in obstacles if _hits(direct, r.adjusted(-6, -6, 6, 6))]
    if not blocking or end.x() < start.x() + 20:
        return direct
    return _around(start, end, blocking, obstacles)


def returning(source: QRectF, target: QRectF) -> QPainterPath:
    """Arc below both cards, from the bottom of `source` back to the bottom of `target`."""
    start = QPointF(source.center().x() - 20, source.bottom())
    end = QPointF(target.center().x() + 20, target.bottom())
    depth = max(start.y(), end.y()) + 70 + abs(start.x() - end.x()) * 0.08
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x(), depth), QPointF(end.x(), depth), end)
    return path


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
    here, radius = path.currentPosition(), 22.0
    before = _stepped(corner, here, radius)
    path.lineTo(before)
    path.quadTo(corner, _stepped(corner, towards, radius))


def _stepped(origin: QPointF, towards: QPointF, distance: float) -> QPointF:
    delta = towards - origin
    length = max(1e-6, (delta.x() ** 2 + delta.y() ** 2) ** 0.5)
    step = min(distance, length / 2) / length
    return QPointF(origin.x() + delta.x() * step, origin.y() + delta.y() * step)


def _curve(start: QPointF, end: QPointF) -> QPainterPath:
    reach = max(40.0, abs(end.x() - start.x()) * 0.5)
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x() + reach, start.y()), QPointF(end.x() - reach, end.y()), end)
    return path


def _hits(path: QPainterPath, rect: QRectF) -> bool:
    return any(rect.contains(path.pointAtPercent(i / _SAMPLES)) for i in range(1, _SAMPLES))


def _around(start: QPointF, end: QPointF, blocking: Sequence[QRectF], obstacles: Sequence[QRectF]) -> QPainterPath:
    above = min(r.top() for r in blocking) - _CLEARANCE
    below = max(r.bottom() for r in blocking) + _CLEARANCE
    middle = (start.y() + end.y()) / 2
    lanes = sorted((above, below), key=lambda lane: abs(lane - middle))
    left, right = min(r.left() for r in blocking) - 10, max(r.right() for r in blocking) + 10
    candidates = [_lane(start, end, lane, left, right) for lane in lanes]
    return min(candidates, key=lambda path: sum(_hits(path, r) for r in obstacles))


def _lane(start: QPointF, end: QPointF, lane: float, left: float, right: float) -> QPainterPath:
    left, right = max(left, start.x() + 30), min(right, end.x() - 30)
    path = QPainterPath(start)
    reach = max(30.0, (left - start.x()) * 0.6)
    path.cubicTo(QPointF(start.x() + reach, start.y()), QPointF(left - reach, lane), QPointF(left, lane))
    path.lineTo(QPointF(max(left, right), lane))
    reach = max(30.0, (end.x() - right) * 0.6)
    path.cubicTo(QPointF(right + reach, lane), QPointF(end.x() - reach, end.y()), end)
    return path
