"""The card of one element: title, tags, the big number, its rates and what was lost there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneHoverEvent, QStyleOptionGraphicsItem, QWidget

from workbench.forecast.figures import CardFigures
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.ui import icons, numbers
from workbench.ui.canvas import card_parts as parts
from workbench.ui.canvas import gap_parts
from workbench.ui.canvas.words import card_tip
from workbench.ui.theme import Colours, theme

if TYPE_CHECKING:
    from workbench.ui.canvas.scene import MapScene

WIDTH = 240
HEIGHT = 124
SEAT_HEIGHT = 27
SEAT_PAD = 8
PORT_REACH = 16
MID_SCALE = 0.6
FAR_SCALE = 0.25


def card_size(journey: Journey, element_id: ElementId) -> tuple[int, int]:
    """Width and height of a card with the micro-conversions that sit on it."""
    seats = len(journey.seated.get(element_id, ()))
    return WIDTH, HEIGHT + (SEAT_PAD + SEAT_HEIGHT * seats if seats else 0)


class CardItem(QGraphicsItem):
    """Draws one element; holds its id and reads everything else from the scene."""

    def __init__(self, scene: MapScene, element: Element) -> None:
        super().__init__()
        self._map = scene
        self.element_id = element.element_id
        self._size = card_size(scene.journey, element.element_id)
        self.setPos(element.x, element.y)
        self.setAcceptHoverEvents(True)
        self.setZValue(2)
        self.is_hovered = False
        self.is_target = False

    @property
    def element(self) -> Element:
        return self._map.journey.element_by_id[self.element_id]

    @property
    def seats(self) -> tuple[Element, ...]:
        return self._map.journey.seated.get(self.element_id, ())

    @property
    def rect(self) -> QRectF:
        return QRectF(0, 0, *self._size)

    def refresh(self) -> None:
        """Take over position and size from the journey."""
        size = card_size(self._map.journey, self.element_id)
        if size != self._size:
            self.prepareGeometryChange()
            self._size = size
        self.setPos(self.element.x, self.element.y)
        self.update()

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-PORT_REACH, -12, PORT_REACH, 12)

    def seat_rect(self, index: int) -> QRectF:
        return QRectF(14, HEIGHT + index * SEAT_HEIGHT, WIDTH - 22, SEAT_HEIGHT - 3)

    def seat_at(self, position: QPointF) -> Element | None:
        """The seated micro-conversion under a point in item coordinates."""
        for index, seat in enumerate(self.seats):
            if self.seat_rect(index).contains(position):
                return seat
        return None

    def is_port(self, position: QPointF) -> bool:
        """Whether a link is dragged from here: the right edge of the card."""
        return self._size[0] - 12 <= position.x() <= self._size[0] + PORT_REACH and 0 <= position.y() <= self._size[1]

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.is_hovered = True
        self.update()

    def hoverMoveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        seat = self.seat_at(event.pos())
        element = seat or self.element
        figures = self._map.figures.cards.get(element.element_id, CardFigures())
        self.setToolTip(card_tip(self._map.journey, element, figures, self._map.figures.gaps.get(element.element_id)))

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.is_hovered = False
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scale = 1.0 if self._map.full_detail else option.levelOfDetailFromTransform(painter.worldTransform())
        colours = theme().colours
        painter.setOpacity(0.25 if self._map.is_dimmed(self.element_id) else 1.0)
        if scale < FAR_SCALE:
            painter.fillRect(self.rect, QColor(theme().kind_colour(self.element.kind)))
            return
        self._paint_ground(painter, colours)
        if scale < MID_SCALE:
            self._paint_from_afar(painter, colours)
        else:
            self._paint_whole(painter, colours)

    def _paint_ground(self, painter: QPainter, c: Colours) -> None:
        is_selected = self._map.is_selected(self.element_id)
        is_marked = is_selected or self.is_target
        painter.setPen(QPen(QColor(c.accent if is_marked else c.border), 2.2 if is_marked else 1))
        painter.setBrush(QColor(c.surface))
        painter.drawRoundedRect(self.rect, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme().kind_colour(self.element.kind)))
        painter.drawRoundedRect(QRectF(1.2, 1.2, 6, self._size[1] - 2.4), 3, 3)
        if (self.is_hovered or is_selected) and not self._map.full_detail:
            self._paint_port(painter, c)

    def _paint_port(self, painter: QPainter, c: Colours) -> None:
        centre = QPointF(self._size[0], HEIGHT / 2)
        painter.setPen(QPen(QColor(c.accent), 1.6))
        painter.setBrush(QColor(c.surface))
        painter.drawEllipse(centre, 7, 7)
        painter.drawLine(centre - QPointF(3, 0), centre + QPointF(3, 0))
        painter.drawLine(centre - QPointF(0, 3), centre + QPointF(0, 3))

    def _paint_whole(self, painter: QPainter, c: Colours) -> None:
        element, figures = self.element, self._map.figures.cards.get(self.element_id, CardFigures())
        findings = self._map.finding_count(self.element_id)
        parts.title(painter, c, element, WIDTH, findings)
        if self._map.shows_worth:
            parts.worth(painter, c, figures, self._map.journey.currency, WIDTH)
        parts.chips(painter, c, element, WIDTH)
        parts.big_number(painter, c, element, figures, self._map.journey)
        gap = self._map.figures.gaps.get(self.element_id)
        if gap is not None and gap.value is not None:
            gap_parts.rates(painter, c, gap, WIDTH)
            gap_parts.bar(painter, c, gap, figures, QRectF(18, 91, WIDTH - 32, 6))
            gap_parts.verdict(painter, c, gap, WIDTH)
        else:
            parts.rates(painter, c, figures, WIDTH, is_entry=self.element_id in self._map.journey.entry_ids)
            parts.bar(painter, c, figures, QRectF(18, 91, WIDTH - 32, 6))
            parts.loss(painter, c, figures, WIDTH)
        for index, seat in enumerate(self.seats):
            seat_figures = self._map.figures.cards.get(seat.element_id, CardFigures())
            selected = self._map.is_selected(seat.element_id)
            seat_gap = self._map.figures.gaps.get(seat.element_id)
            if seat_gap is not None and seat_gap.value is not None:
                gap_parts.seat(painter, c, seat, seat_gap, self.seat_rect(index), selected)
                continue
            parts.seat(painter, c, seat, seat_figures, self.seat_rect(index), selected)

    def _paint_from_afar(self, painter: QPainter, c: Colours) -> None:
        figures = self._map.figures.cards.get(self.element_id, CardFigures())
        room = WIDTH - 34 - (38 if figures.leaks else 0)
        parts.text(painter, QRectF(20, 8, room, 36), self.element.title, c.text, 25, 600)
        if figures.leaks:
            parts.pill(painter, QRectF(WIDTH - 44, 10, 34, 32), "▼", c.loss, c.loss_soft, 20)
        parts.text(painter, QRectF(20, 46, 150, 46), numbers.short_count(figures.people), c.text, 34, 700)
        beside = QRectF(124, 48, WIDTH - 138, 44)
        gap = self._map.figures.gaps.get(self.element_id)
        if gap is not None and gap.value is not None:
            parts.text(painter, beside, gap_parts.short(gap), gap_parts.colour(c, gap), 19, 600, right=True)
        elif self._map.shows_worth and figures.worth is not None and figures.worth.value is not None:
            words = numbers.money(figures.worth.value, self._map.journey.currency)
            parts.text(painter, beside, words, c.macro, 18, 600, right=True)  # "each" has no room from afar
        elif figures.lift is not None:
            colour = c.gain if figures.lift > 0 else c.loss
            parts.text(painter, beside, numbers.signed_rate(figures.lift), colour, 18, 600, right=True)
        elif figures.previous.value is not None:
            parts.text(painter, beside, numbers.rate(figures.previous.value), c.muted, 22, 500, right=True)
        parts.bar(painter, c, figures, QRectF(20, 100, WIDTH - 34, 12))
        for index, seat in enumerate(self.seats):
            rect = self.seat_rect(index)
            icons.renderer("zap", c.micro).render(painter, QRectF(rect.left() + 6, rect.top() + 2, 20, 20))
            parts.text(painter, rect.adjusted(32, 0, 0, 0), seat.title, c.text, 19, 500)
