"""The parts of a card, each painted by one function in the card's coordinates."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen

from workbench.analysis.measures import Grade
from workbench.forecast.figures import CardFigures, RateFigure
from workbench.journey.element import Element
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind
from workbench.ui import icons, numbers
from workbench.ui.theme import FACET_ICONS, KIND_ICONS, Colours, font, theme

_LEFT = 18
_CENTRE = Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def text(
    painter: QPainter, rect: QRectF, words: str, colour: str, size: int, weight: int = 400, right: bool = False
) -> float:
    """Draw one elided line and return its width."""
    chosen = font(size, weight)
    metrics = QFontMetricsF(chosen)
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(chosen)
    painter.setPen(QColor(colour))
    painter.drawText(rect, _RIGHT if right else _CENTRE, shown)
    return metrics.horizontalAdvance(shown)


def pill(painter: QPainter, rect: QRectF, words: str, colour: str, ground: str, size: int) -> None:
    """A word on a rounded ground."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    text(painter, rect.adjusted(6, 0, -4, 0), words, colour, size, 600)


def title(painter: QPainter, c: Colours, element: Element, width: float, findings: int) -> None:
    """Icon of the kind, name, and the number of findings."""
    icons.renderer(KIND_ICONS[element.kind], theme().kind_colour(element.kind)).render(
        painter, QRectF(_LEFT, 11, 16, 16)
    )
    room = width - _LEFT - 22 - (34 if findings else 10)
    text(painter, QRectF(_LEFT + 22, 8, room, 22), element.title, c.text, 14, 600)
    if findings:
        badge = QRectF(width - 38, 10, 28, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.loss_soft))
        painter.drawRoundedRect(badge, 9, 9)
        icons.renderer("triangle-alert", c.loss).render(painter, QRectF(badge.left() + 4, badge.top() + 3, 12, 12))
        text(painter, badge.adjusted(17, 0, -3, 0), str(findings), c.loss, 11, 600)


def chips(painter: QPainter, c: Colours, element: Element, width: float) -> None:
    """Facets as icon and word; what does not fit shows its icon only."""
    facets = [facet for facet in (element.mechanism, element.phase, element.signal) if facet is not None]
    chosen = font(11)
    metrics = QFontMetricsF(chosen)
    words = [facet.value for facet in facets]
    room = width - _LEFT - 12
    wide = [metrics.horizontalAdvance(word) + 27 for word in words]
    while sum(wide) + 4 * len(wide) > room and any(words):
        longest = max(range(len(words)), key=lambda i: wide[i])
        words[longest], wide[longest] = "", 22.0
    x = float(_LEFT)
    for facet, word, chip_width in zip(facets, words, wide, strict=True):
        pill = QRectF(x, 34, chip_width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.chip))
        painter.drawRoundedRect(pill, 9, 9)
        icons.renderer(FACET_ICONS[facet], c.muted).render(painter, QRectF(x + 5, 37, 12, 12))
        if word:
            text(painter, pill.adjusted(20, 0, 0, 0), word, c.muted, 11)
        x += chip_width + 4


def big_number(painter: QPainter, c: Colours, element: Element, figures: CardFigures, journey: Journey) -> None:
    """People here, and how far the levers moved them."""
    if figures.people is None and figures.reached is not None:
        width = text(painter, QRectF(_LEFT, 56, 130, 30), numbers.count(figures.reached), c.text, 22, 700)
        text(painter, QRectF(_LEFT + width + 6, 61, 100, 22), "reached it", c.muted, 11)
        return
    if figures.people is None:
        words = "no data" if element.is_bound else "no rule yet"
        text(painter, QRectF(_LEFT, 58, 110, 28), words, c.muted, 14, 500)
        return
    is_own = figures.grade is not Grade.ESTIMATED
    width = text(painter, QRectF(_LEFT, 56, 130, 30), numbers.count(figures.people), c.text, 22, 700)
    if figures.lift is not None:
        colour = c.gain if figures.lift > 0 else c.loss
        text(painter, QRectF(_LEFT + width + 6, 60, 80, 24), numbers.signed_rate(figures.lift), colour, 11, 600)
    elif not is_own:
        text(painter, QRectF(_LEFT + width + 6, 61, 60, 22), "estimated", c.muted, 11)


def rates(painter: QPainter, c: Colours, figures: CardFigures, width: float, is_entry: bool) -> None:
    """Rate versus previous above rate versus first."""
    area = QRectF(width - 122, 54, 108, 17)
    if is_entry:
        text(painter, area, "entry", c.muted, 12, 500, right=True)
    elif figures.previous.value is not None:
        colour = c.muted if figures.previous.is_thin else c.text
        running = " …" if figures.previous.is_running else ""
        text(painter, area, f"{numbers.rate(figures.previous.value)} of prev.{running}", colour, 12, 600, right=True)
    if figures.lift is not None and figures.base_people is not None and figures.people is not None:
        change = figures.people - figures.base_people
        words = f"was {numbers.short_count(figures.base_people)}, {'+' * (change > 0)}{numbers.short_count(change)}"
        text(painter, area.translated(0, 17), words.replace("-", "−"), c.muted, 11, right=True)
    elif figures.first is not None and not is_entry:
        text(painter, area.translated(0, 17), f"{numbers.rate(figures.first)} of first", c.muted, 11, right=True)


def bar(painter: QPainter, c: Colours, figures: CardFigures, rect: QRectF) -> None:
    """Rate versus previous with its interval as a whisker; the texture tells the grade."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(c.bar_ground))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    value = figures.previous.value
    if value is None:
        return
    filled = QRectF(rect.left(), rect.top(), max(2.0, rect.width() * min(value, 1.0)), rect.height())
    colour = QColor(c.macro if not c.is_dark else c.gain)
    if figures.grade is Grade.MEASURED:
        painter.setBrush(colour)
    elif figures.grade is Grade.AGGREGATED:
        painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
        painter.setPen(QPen(colour, 1))
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.2))
    painter.drawRoundedRect(filled, rect.height() / 2, rect.height() / 2)
    _ghost(painter, c, figures.base_rate, rect)
    _whisker(painter, c, figures.previous, rect)


def _ghost(painter: QPainter, c: Colours, base: float | None, rect: QRectF) -> None:
    """Where the rate was without the levers: a thin dashed outline around the bar."""
    if base is None:
        return
    outline = QRectF(rect.left(), rect.top() - 2.5, max(2.0, rect.width() * min(base, 1.0)), rect.height() + 5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(c.text), 1, Qt.PenStyle.DashLine))
    painter.drawRoundedRect(outline, 2, 2)


def worth(painter: QPainter, c: Colours, figures: CardFigures, currency: str, width: float) -> None:
    """Money that a person standing here goes on to bring, on the upper edge of the card; a hollow pill is estimated."""
    found = figures.worth
    if found is None or found.value is None:
        return
    words = f"{numbers.money(found.value, currency)} each"
    room = QFontMetricsF(font(11, 600)).horizontalAdvance(words) + 14
    area = QRectF(width - room - 10, -10, room, 18)
    painter.setPen(QPen(QColor(c.macro), 1))
    painter.setBrush(QColor(c.surface if found.grade is Grade.ESTIMATED else c.accent_soft))
    painter.drawRoundedRect(area, 9, 9)
    text(painter, area.adjusted(7, 0, -4, 0), words, c.macro, 11, 600)


def _whisker(painter: QPainter, c: Colours, figure: RateFigure, rect: QRectF) -> None:
    if figure.low is None or figure.high is None:
        return
    left, right = rect.left() + rect.width() * figure.low, rect.left() + rect.width() * min(figure.high, 1.0)
    middle, tall = rect.center().y(), rect.height() / 2 + 2
    painter.setPen(QPen(QColor(c.text), 1.2))
    painter.drawLine(QPointF(left, middle), QPointF(right, middle))
    for x in (left, right):
        painter.drawLine(QPointF(x, middle - tall), QPointF(x, middle + tall))


def loss(painter: QPainter, c: Colours, figures: CardFigures, width: float) -> None:
    """How many left here, and whether this is the biggest leak."""
    if figures.stopped is None or figures.people is None:
        return
    area = QRectF(_LEFT, 102, width - _LEFT - 12, 18)
    words = f"{numbers.count(figures.stopped)} left · −{numbers.rate(figures.stopped_rate)}"
    if not figures.leaks:
        text(painter, area, words, c.muted, 11)
        return
    metrics = QFontMetricsF(font(11, 600))
    pill_words = "leak: " + ", ".join(figures.leaks)
    pill_width = min(metrics.horizontalAdvance("▼ " + pill_words) + 12, area.width() * 0.62)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(c.loss_soft))
    pill = QRectF(area.right() - pill_width, area.top(), pill_width, 18)
    painter.drawRoundedRect(pill, 9, 9)
    text(painter, pill.adjusted(6, 0, -4, 0), "▼ " + pill_words, c.loss, 11, 600)
    short = f"{numbers.count(figures.stopped)} left"
    text(painter, QRectF(area.left(), area.top(), area.width() - pill_width - 4, 18), short, c.loss, 11, 600)


def seat(
    painter: QPainter, c: Colours, element: Element, figures: CardFigures, rect: QRectF, is_selected: bool
) -> None:
    """Compact row of a micro-conversion that sits on the card."""
    painter.setPen(QPen(QColor(c.accent if is_selected else c.border), 1.6 if is_selected else 1))
    painter.setBrush(QColor(c.raised))
    painter.drawRoundedRect(rect, 5, 5)
    icons.renderer(KIND_ICONS[Kind.MICRO], c.micro).render(painter, QRectF(rect.left() + 6, rect.top() + 5, 14, 14))
    shown = "no rule yet" if not element.is_bound and figures.people is None else numbers.rate(figures.previous.value)
    width = text(painter, rect.adjusted(26, 0, -24, 0), shown, c.text, 12, 600, right=True)
    text(painter, rect.adjusted(26, 0, -width - 32, 0), element.title, c.text, 12)
    _seat_mark(painter, c, figures, QRectF(rect.right() - 20, rect.top() + 4, 16, 16))


def _seat_mark(painter: QPainter, c: Colours, figures: CardFigures, rect: QRectF) -> None:
    """Arrow up or down where those who did it went on clearly more or less often, a dot where undecided."""
    did, others = figures.went_on_did, figures.went_on_not
    mark, colour = "·", c.muted
    if None not in (did.low, did.high, others.low, others.high):
        if did.low > others.high:  # type: ignore[operator]
            mark, colour = "↑", c.gain
        elif did.high < others.low:  # type: ignore[operator]
            mark, colour = "↓", c.loss
    text(painter, rect, mark, colour, 13, 700)
