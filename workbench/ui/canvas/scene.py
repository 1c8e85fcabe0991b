"""The scene mirrors the journey: one item per element on the trail and per link, updated by what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from workbench.forecast.figures import MapFigures
from workbench.journey.change import Change
from workbench.journey.element import Element, ElementId, Link, LinkId
from workbench.journey.journey import Journey
from workbench.ui.canvas import route
from workbench.ui.canvas.card import HEIGHT, CardItem, card_size
from workbench.ui.canvas.link_item import LinkItem

_MARGIN = 400.0


class MapScene(QGraphicsScene):
    """Items by id, what they show, and what is selected or dimmed. Knows no session, so that files can be painted."""

    def __init__(self, full_detail: bool = False) -> None:
        super().__init__()
        self.journey = Journey()
        self.figures = MapFigures()
        self.full_detail = full_detail
        self.shows_worth = False
        self.cards: dict[ElementId, CardItem] = {}
        self.links: dict[LinkId, LinkItem] = {}
        self.findings: Mapping[str, int] = {}
        self._selected: frozenset[str] = frozenset()
        self._is_lit: Callable[[Element], bool] | None = None

    def show_journey(self, journey: Journey, change: Change) -> None:
        """Add, remove and update just the items in the change."""
        self.journey = journey
        for link_id in change.links_removed:
            self.removeItem(self.links.pop(link_id))
        for element_id in change.removed:
            if element_id in self.cards:
                self.removeItem(self.cards.pop(element_id))
        self._update_cards(change)
        for link_id in change.links_added:
            self.links[link_id] = LinkItem(self, journey.link_by_id[link_id])
            self.addItem(self.links[link_id])
        self.reroute()
        self._fit_scene_rect()

    def _update_cards(self, change: Change) -> None:
        for element_id in change.added | change.updated:
            element = self.journey.element_by_id[element_id]
            on_trail = element.stage_id is None
            if on_trail and element_id not in self.cards:
                self.cards[element_id] = CardItem(self, element)
                self.addItem(self.cards[element_id])
            elif not on_trail and element_id in self.cards:
                self.removeItem(self.cards.pop(element_id))
        for card in self.cards.values():
            card.refresh()

    def show_figures(self, figures: MapFigures) -> None:
        """Show new numbers: data is swapped and the scene repainted once."""
        self.figures = figures
        self.update()

    def show_worth(self, is_on: bool) -> None:
        """Show or hide what a person standing at each element goes on to bring."""
        self.shows_worth = is_on
        self.update()

    def show_findings(self, findings: Mapping[str, int]) -> None:
        self.findings = findings
        self.update()

    def show_selection(self, ids: Iterable[str]) -> None:
        self._selected = frozenset(ids)
        self.update()

    def highlight(self, is_lit: Callable[[Element], bool] | None) -> None:
        """Dim all elements but those that are lit; None lights everything."""
        self._is_lit = is_lit
        self.update()

    def is_selected(self, item_id: str) -> bool:
        return item_id in self._selected

    def is_dimmed(self, element_id: ElementId) -> bool:
        if self._is_lit is None:
            return False
        element = self.journey.element_by_id[element_id]
        members = (element, *self.journey.seated.get(element_id, ()))
        return not any(self._is_lit(member) for member in members)

    def is_happy(self, link: Link) -> bool:
        path = self.journey.happy_path
        return any(pair == (link.source_id, link.target_id) for pair in pairwise(path))

    def finding_count(self, element_id: ElementId) -> int:
        members = (element_id, *(seat.element_id for seat in self.journey.seated.get(element_id, ())))
        return sum(self.findings.get(member, 0) for member in members)

    def card_at(self, position: QPointF) -> CardItem | None:
        """The topmost card under a point, with its port."""
        found = [card for card in self.cards.values() if card.boundingRect().contains(position - card.pos())]
        inside = [card for card in found if card.rect.contains(position - card.pos())]
        candidates = inside or found
        return candidates[-1] if candidates else None

    def link_at(self, position: QPointF) -> LinkItem | None:
        return next((item for item in self.links.values() if item.shape().contains(position)), None)

    def rect_of(self, element_id: ElementId) -> QRectF:
        """Scene rectangle of an element; of its stage where it sits on one."""
        element = self.journey.element_by_id[element_id]
        card = self.cards[element.stage_id or element_id]
        return QRectF(card.pos(), card.rect.size())

    def content_rect(self) -> QRectF:
        """What a picture or a fit must hold."""
        area = QRectF()
        for card in self.cards.values():
            area = area.united(QRectF(card.pos(), card.rect.size()))
        for item in self.links.values():
            area = area.united(item.path.boundingRect())
        return area

    def reroute(self, only: Iterable[ElementId] | None = None) -> None:
        """Give links their paths anew; `only` those at these elements, while they are dragged."""
        rects = {i: QRectF(card.pos(), card.rect.size()) for i, card in self.cards.items()}
        wanted = set(only) if only is not None else None
        slots = _slots(self.journey, rects)
        boxes = [route.box_of(rect) for rect in rects.values()]
        for item in self.links.values():
            link = item.link
            if wanted is not None and link.source_id not in wanted and link.target_id not in wanted:
                continue
            source, target = rects[link.source_id], rects[link.target_id]
            if link.returns:
                item.set_path(route.returning(source, target))
                continue
            item.set_path(route.forward(source, target, boxes, *slots[link.link_id]))

    def _fit_scene_rect(self) -> None:
        area = self.content_rect()
        self.setSceneRect(area.adjusted(-_MARGIN * 2, -_MARGIN * 2, _MARGIN * 2, _MARGIN * 2))


def _slots(journey: Journey, rects: Mapping[ElementId, QRectF]) -> dict[LinkId, tuple[float, float]]:
    """Heights at which links leave and enter, spread over the edge in the order of the other ends."""
    starts: dict[LinkId, float] = {}
    ends: dict[LinkId, float] = {}
    for side, groups, other in ((starts, journey.outgoing, "target_id"), (ends, journey.incoming, "source_id")):
        for element_id, links in groups.items():
            rect = rects[element_id]
            ordered = sorted(links, key=lambda link: rects[getattr(link, other)].center().y())
            for index, link in enumerate(ordered):
                side[link.link_id] = rect.top() + HEIGHT * (index + 1) / (len(ordered) + 1)
    return {link_id: (starts[link_id], ends[link_id]) for link_id in starts}


def sizes(journey: Journey) -> dict[ElementId, tuple[int, int]]:
    """Card sizes for the layout."""
    return {e.element_id: card_size(journey, e.element_id) for e in journey.elements}
