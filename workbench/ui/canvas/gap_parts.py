"""The parts of a card that tell how far a segment is from other people: sign and word, colour only beside them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.analysis.gaps import Gap
from workbench.forecast.figures import CardFigures
from workbench.journey.element import Element
from workbench.ui import icons, numbers
from workbench.ui.canvas import card_parts as parts
from workbench.ui.gap_words import gap_verdict
from workbench.ui.theme import Colours

_LEFT = 18


def short(gap: Gap) -> str:
    """ "▲ +12.3 pp" where it is marked, "+0.4 pp" where it is not."""
    if gap.value is None:
        return numbers.NO_DATA
    sign = ("▲ " if gap.value > 0 else "▼ ") if gap.is_marked else ""
    return sign + numbers.points(gap.value)


def colour(c: Colours, gap: Gap) -> str:
    if not gap.is_marked:
        return c.muted
    return c.gain if (gap.value or 0.0) > 0 else c.loss


def rates(painter: QPainter, c: Colours, gap: Gap, width: float) -> None:
    """The gap in points above both rates."""
    area = QRectF(width - 132, 54, 118, 17)
    parts.text(painter, area, short(gap), colour(c, gap), 12, 600, right=True)
    if gap.value is not None:
        both = f"{numbers.rate(gap.own.value)} vs {numbers.rate(gap.others.value)}"
        parts.text(painter, area.translated(0, 17), both, c.muted, 11, right=True)


def bar(painter: QPainter, c: Colours, gap: Gap, figures: CardFigures, rect: QRectF) -> None:
    """The bar of the segment with a notch where the others stand."""
    parts.bar(painter, c, figures, rect)
    others = gap.others.value
    if others is None:
        return
    x = rect.left() + rect.width() * min(others, 1.0)
    painter.setPen(QPen(QColor(c.text), 2))
    painter.drawLine(QPointF(x, rect.top() - 4), QPointF(x, rect.bottom() + 4))


def verdict(painter: QPainter, c: Colours, gap: Gap, width: float) -> None:
    """Word and interval at the foot of the card."""
    area = QRectF(_LEFT, 102, width - _LEFT - 12, 18)
    low, high = gap.interval.low, gap.interval.high
    span = "" if low is None or high is None else f" · {low * 100:+.1f} to {high * 100:+.1f}".replace("-", "−")
    words = gap_verdict(gap) + span
    if gap.differs and not gap.is_material:
        words = "too small to matter" + span
    parts.text(painter, area, words, colour(c, gap), 11, 600 if gap.is_marked else 400)


def seat(painter: QPainter, c: Colours, element: Element, gap: Gap, rect: QRectF, is_selected: bool) -> None:
    """Compact row of a micro-conversion with the gap in how many did it."""
    painter.setPen(QPen(QColor(c.accent if is_selected else c.border), 1.6 if is_selected else 1))
    painter.setBrush(QColor(c.raised))
    painter.drawRoundedRect(rect, 5, 5)
    icons.renderer("zap", c.micro).render(painter, QRectF(rect.left() + 6, rect.top() + 5, 14, 14))
    width = parts.text(painter, rect.adjusted(26, 0, -8, 0), short(gap), colour(c, gap), 12, 600, right=True)
    parts.text(painter, rect.adjusted(26, 0, -width - 16, 0), element.title, c.text, 12)
