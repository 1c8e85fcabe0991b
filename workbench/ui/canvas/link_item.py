"""The line of one link: its width is the flow, its label the people who took it."""

from __future__ import annotations

from math import atan2, cos, sin
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPainterPathStroker, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneHoverEvent, QStyleOptionGraphicsItem, QWidget

from workbench.analysis.gaps import Gap
from workbench.analysis.measures import Grade
from workbench.forecast.figures import CardFigures, LinkShown
from workbench.journey.element import Link
from workbench.ui import numbers
from workbench.ui.canvas import gap_parts
from workbench.ui.canvas.words import link_tip
from workbench.ui.theme import Colours, font, theme

if TYPE_CHECKING:
    from workbench.ui.canvas.scene import MapScene

THINNEST = 1.6
WIDEST = 18.0
_PAD = 48.0
_LABEL_SCALE = 0.6
_FAR_LABEL_SCALE = 0.3


class LinkItem(QGraphicsItem):
    """Draws one link; the scene gives it its path, so that all links of a card share its edge."""

    def __init__(self, scene: MapScene, link: Link) -> None:
        super().__init__()
        self._map = scene
        self.link_id = link.link_id
        self.path = QPainterPath()
        self.setAcceptHoverEvents(True)
        self.setZValue(1)
        self.is_hovered = False

    @property
    def link(self) -> Link:
        return self._map.journey.link_by_id[self.link_id]

    @property
    def shown(self) -> LinkShown:
        return self._map.figures.links.get(self.link_id, LinkShown())

    @property
    def gap(self) -> Gap | None:
        """The difference to other people, where the map shows one."""
        return self._map.figures.gaps.get(self.link_id)

    def set_path(self, path: QPainterPath) -> None:
        self.prepareGeometryChange()
        self.path = path

    def boundingRect(self) -> QRectF:
        # Padded for the widest flow, so that new numbers never need prepareGeometryChange (measured: 4 s at 25k items).
        return self.path.boundingRect().adjusted(-_PAD, -_PAD, _PAD, _PAD)

    def shape(self) -> QPainterPath:
        stroker = QPainterPathStroker()
        stroker.setWidth(max(self._width(), 12.0))
        return stroker.createStroke(self.path)

    def _width(self) -> float:
        return THINNEST + (WIDEST - THINNEST) * self.shown.share_of_widest

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.is_hovered = True
        card = self._map.figures.cards.get(self.link.source_id, CardFigures())
        self.setToolTip(link_tip(self._map.journey, self.link, self.shown, card.instead, self.gap))
        self.setZValue(1.5)
        self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.is_hovered = False
        self.setZValue(1)
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scale = 1.0 if self._map.full_detail else option.levelOfDetailFromTransform(painter.worldTransform())
        c = theme().colours
        dim = self._map.is_dimmed(self.link.source_id) or self._map.is_dimmed(self.link.target_id)
        painter.setOpacity(0.2 if dim else 1.0)
        self._paint_line(painter, c)
        if scale >= _LABEL_SCALE:
            self._paint_label(painter, c)
        elif scale >= _FAR_LABEL_SCALE:
            self._paint_far_label(painter, c)

    def _colour(self, c: Colours) -> QColor:
        if self._map.is_selected(self.link_id) or self.is_hovered:
            return QColor(c.accent)
        colour = QColor(c.happy if self._map.is_happy(self.link) else c.link)
        if not self.link.returns:
            colour.setAlpha(190)
        return colour

    def _paint_line(self, painter: QPainter, c: Colours) -> None:
        pen = QPen(self._colour(c), THINNEST if self.link.returns else self._width())
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if self.link.returns or (self.shown.grade is Grade.ESTIMATED and self.shown.people is None):
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.path)
        self._paint_head(painter, c)

    def _paint_head(self, painter: QPainter, c: Colours) -> None:
        tip, before = self.path.pointAtPercent(1.0), self.path.pointAtPercent(0.97)
        angle = atan2(tip.y() - before.y(), tip.x() - before.x()) if not self.link.returns else -1.5708
        size = 7.0 + self._width() * 0.35 if not self.link.returns else 7.0
        points = [
            tip,
            tip - QPointF(cos(angle - 0.5) * size * 1.3, sin(angle - 0.5) * size * 1.3),
            tip - QPointF(cos(angle + 0.5) * size * 1.3, sin(angle + 0.5) * size * 1.3),
        ]
        head = self._colour(c)
        head.setAlpha(255)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(head)
        painter.drawPolygon(QPolygonF(points))

    def label(self) -> tuple[str, str]:
        """What took this way, and what was lost where it is the only way."""
        shown = self.shown
        if shown.people is None and shown.rate is None:
            return "", ""
        if self.link.returns:
            return (f"↩ {numbers.count(shown.people)}" if shown.people else ""), ""
        took = numbers.count(shown.people) if shown.people is not None else ""
        share = numbers.rate(shown.rate) if shown.rate is not None else ""
        words = " · ".join(part for part in (took, share) if part)
        if self.gap is not None and self.gap.value is not None:
            return words, gap_parts.short(self.gap)
        if shown.is_sole and shown.rate is not None and shown.rate < 1:
            return words, f"−{numbers.rate(1 - shown.rate)}"
        return words, ""

    def _paint_far_label(self, painter: QPainter, c: Colours) -> None:
        """One figure, large: the loss where this is the only way, else the share."""
        if self.link.returns or self.shown.rate is None:
            return
        lost = self.label()[1]
        words = lost or numbers.rate(self.shown.rate)
        chosen = font(20, 600)
        width = QFontMetricsF(chosen).horizontalAdvance(words) + 14
        if self.path.length() < width:
            return  # the cards are too near: theirs is the rate that counts
        centre = self.path.pointAtPercent(0.5)
        pill = QRectF(centre.x() - width / 2, centre.y() - 15, width, 30)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.canvas))
        painter.drawRoundedRect(pill, 12, 12)
        painter.setFont(chosen)
        painter.setPen(QColor(gap_parts.colour(c, self.gap) if self.gap else c.loss if lost else c.muted))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_label(self, painter: QPainter, c: Colours) -> None:
        words, lost = self.label()
        if not words:
            return
        plain, strong = QFontMetricsF(font(11, 500)), QFontMetricsF(font(11, 600))
        width = max(plain.horizontalAdvance(words), strong.horizontalAdvance(lost)) + 16
        height = 36 if lost else 20
        centre = self.path.pointAtPercent(0.5)
        pill = QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height)
        painter.setPen(QPen(QColor(c.border), 1))
        painter.setBrush(QColor(c.surface))
        painter.drawRoundedRect(pill, 9, 9)
        painter.setFont(font(11, 500))
        painter.setPen(QColor(c.text))
        line = QRectF(pill.left(), pill.top() + (2 if lost else 0), width, 17 if lost else height)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, words)
        if lost:
            painter.setFont(font(11, 600))
            painter.setPen(QColor(c.loss if self.gap is None else gap_parts.colour(c, self.gap)))
            painter.drawText(line.translated(0, 16), Qt.AlignmentFlag.AlignCenter, lost)
