"""Gestures: objects with a beginning, an end and a cancel; the journey changes once, at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsRectItem

from workbench.errors import WorkbenchError
from workbench.journey import edits
from workbench.journey.element import Element, ElementId
from workbench.journey.taxonomy import Kind
from workbench.ui.canvas.card import CardItem
from workbench.ui.theme import theme

if TYPE_CHECKING:
    from workbench.ui.canvas.view import MapView

GRID = 10
_START_DISTANCE = 4.0


class Gesture(Protocol):
    """What a pressed mouse button does until it is released or Esc is pressed."""

    def move(self, position: QPointF) -> None: ...

    def finish(self, position: QPointF) -> None: ...

    def cancel(self) -> None: ...


class DragElements:
    """Move the selected cards; a single micro-conversion dropped on a stage sits down there."""

    def __init__(self, view: MapView, card: CardItem, start: QPointF) -> None:
        self._view, self._start, self._card = view, start, card
        ids = [i for i in view.session.selection if i in view.scene_.cards]
        self._cards = [view.scene_.cards[ElementId(i)] for i in ids] or [card]
        self._homes = [item.pos() for item in self._cards]
        self._has_moved = False
        self._stage: CardItem | None = None

    def move(self, position: QPointF) -> None:
        delta = position - self._start
        if not self._has_moved and delta.manhattanLength() < _START_DISTANCE:
            return
        self._has_moved = True
        for item, home in zip(self._cards, self._homes, strict=True):
            item.setPos(_snapped(home + delta))
            item.setZValue(5)
        self._view.scene_.reroute([item.element_id for item in self._cards])
        self._stage = _marked(self._stage, self._stage_under(position))

    def _stage_under(self, position: QPointF) -> CardItem | None:
        if len(self._cards) != 1 or self._card.element.kind is not Kind.MICRO:
            return None
        for item in self._view.scene_.cards.values():
            inside = item.rect.contains(position - item.pos())
            if item is not self._card and inside and item.element.kind is Kind.STAGE:
                return item
        return None

    def finish(self, position: QPointF) -> None:
        stage = self._stage
        self._settle()
        if not self._has_moved:
            return
        if stage is not None:
            self._view.session.apply("Seat on stage", edits.seat, self._card.element_id, stage.element_id)
            return
        delta = _snapped(self._homes[0] + position - self._start) - self._homes[0]
        ids = [item.element_id for item in self._cards]
        self._view.session.apply("Move", edits.move, ids, round(delta.x()), round(delta.y()))
        self._view.scene_.reroute()

    def cancel(self) -> None:
        self._settle()
        for item, home in zip(self._cards, self._homes, strict=True):
            item.setPos(home)
        self._view.scene_.reroute()

    def _settle(self) -> None:
        self._stage = _marked(self._stage, None)
        for item in self._cards:
            item.setZValue(2)


class DragSeat:
    """Drag a micro-conversion from its stage to another stage, or onto the trail."""

    def __init__(self, view: MapView, seat: Element, start: QPointF) -> None:
        self._view, self._seat, self._start = view, seat, start
        self._ghost: QGraphicsRectItem | None = None
        self._stage: CardItem | None = None

    def move(self, position: QPointF) -> None:
        if self._ghost is None:
            if (position - self._start).manhattanLength() < _START_DISTANCE:
                return
            self._ghost = _ghost(self._view)
        self._ghost.setRect(QRectF(position.x() - 110, position.y() - 14, 220, 27))
        under = self._view.scene_.card_at(position)
        is_stage = under is not None and under.element.kind is Kind.STAGE
        self._stage = _marked(self._stage, under if is_stage else None)

    def finish(self, position: QPointF) -> None:
        stage, was_dragged = self._stage, self._ghost is not None
        self.cancel()
        if not was_dragged:
            return
        session, seat_id = self._view.session, self._seat.element_id
        if stage is None:
            spot = _snapped(position - QPointF(120, 20))
            session.apply("Take off stage", edits.unseat, seat_id, round(spot.x()), round(spot.y()))
        elif stage.element_id != self._seat.stage_id:
            session.apply("Seat on stage", edits.seat, seat_id, stage.element_id)

    def cancel(self) -> None:
        self._stage = _marked(self._stage, None)
        if self._ghost is not None:
            self._view.scene_.removeItem(self._ghost)
            self._ghost = None


class DrawLink:
    """Drag from a card's right edge to another card, or to an empty place, where a new element is asked for."""

    def __init__(self, view: MapView, source: CardItem) -> None:
        self._view, self._source = view, source
        self._line = QGraphicsPathItem()
        self._line.setPen(QPen(QColor(theme().colours.accent), 2, Qt.PenStyle.DashLine))
        self._line.setZValue(6)
        view.scene_.addItem(self._line)
        self._target: CardItem | None = None

    def move(self, position: QPointF) -> None:
        start = self._source.pos() + QPointF(self._source.rect.width(), 62)
        path = QPainterPath(start)
        reach = max(40.0, abs(position.x() - start.x()) / 2)
        path.cubicTo(start + QPointF(reach, 0), position - QPointF(reach, 0), position)
        self._line.setPath(path)
        under = self._view.scene_.card_at(position)
        self._target = _marked(self._target, under if under is not self._source else None)

    def finish(self, position: QPointF) -> None:
        target = self._target
        self.cancel()
        if target is not None:
            self._view.try_edit("Link", edits.connect, self._source.element_id, target.element_id)
        elif self._view.scene_.card_at(position) is None:
            self._view.adding.ask(position, self._source.element_id)

    def cancel(self) -> None:
        self._target = _marked(self._target, None)
        self._view.scene_.removeItem(self._line)


class RubberBand:
    """Select what a rectangle touches."""

    def __init__(self, view: MapView, start: QPointF, keep: tuple[str, ...]) -> None:
        self._view, self._start, self._keep = view, start, keep
        self._ghost = _ghost(view)

    def move(self, position: QPointF) -> None:
        area = QRectF(self._start, position).normalized()
        self._ghost.setRect(area)
        cards = self._view.scene_.cards.items()
        touched = [i for i, card in cards if area.intersects(QRectF(card.pos(), card.rect.size()))]
        self._view.session.select((*self._keep, *touched))

    def finish(self, position: QPointF) -> None:
        self._remove()

    def cancel(self) -> None:
        self._remove()
        self._view.session.select(self._keep)

    def _remove(self) -> None:
        self._view.scene_.removeItem(self._ghost)


class Pan:
    """Move the map under the hand."""

    def __init__(self, view: MapView) -> None:
        self._view = view
        self._last = view.cursor_position()
        view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, position: QPointF) -> None:
        now = self._view.cursor_position()
        step, self._last = now - self._last, now
        for bar, amount in (
            (self._view.horizontalScrollBar(), step.x()),
            (self._view.verticalScrollBar(), step.y()),
        ):
            bar.setValue(bar.value() - round(amount))

    def finish(self, position: QPointF) -> None:
        self._view.viewport().unsetCursor()

    def cancel(self) -> None:
        self._view.viewport().unsetCursor()


def run_edit(view: MapView, label: str, *args: object) -> None:
    """Apply an edit; what cannot be done is said in the status bar instead of failing."""
    try:
        view.session.apply(label, *args)  # type: ignore[arg-type]
    except WorkbenchError as error:
        view.session.said.emit(f"{error.message} {error.hint}")


def _marked(before: CardItem | None, target: CardItem | None) -> CardItem | None:
    """Show the card that a drop would land on, instead of the one before it."""
    for item in (before, target):
        if item is not None:
            item.is_target = item is target
            item.update()
    return target


def _ghost(view: MapView) -> QGraphicsRectItem:
    accent = QColor(theme().colours.accent)
    ghost = QGraphicsRectItem()
    ghost.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
    accent.setAlpha(30)
    ghost.setBrush(accent)
    ghost.setZValue(10)
    view.scene_.addItem(ghost)
    return ghost


def _snapped(point: QPointF) -> QPointF:
    return QPointF(round(point.x() / GRID) * GRID, round(point.y() / GRID) * GRID)
