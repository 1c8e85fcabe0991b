"""Adding elements to the map: asked for at a place, beside the selection, or dropped; one undo step each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF

from workbench.journey import edits
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind
from workbench.project import library
from workbench.ui.canvas.card import HEIGHT, WIDTH
from workbench.ui.canvas.quick_add import QuickAdd

if TYPE_CHECKING:
    from workbench.ui.canvas.view import MapView

_BESIDE = 110
_GRID = 10


class Adding(QObject):
    """Knows where a new element is wanted and what it is to be linked from."""

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view = view
        self._list = QuickAdd(view)
        self._list.chosen.connect(self._on_chosen)
        self._at = QPointF()
        self._source_id: ElementId | None = None

    def ask(self, position: QPointF, source_id: ElementId | None) -> None:
        """Open the search list; what is chosen stands at the position, linked from the source."""
        self._at, self._source_id = position, source_id
        self._list.open_at(self._view.global_spot(position))

    def ask_beside_selection(self) -> None:
        """Ask for an element to the right of the selected one, or in the middle of the view."""
        self.ask(*self._beside_selection())

    def add_beside(self, entry: library.LibraryEntry) -> None:
        """Add a palette entry right of the selection, linked from it."""
        self.add(entry, *self._beside_selection(), as_micro=False)

    def _beside_selection(self) -> tuple[QPointF, ElementId | None]:
        chosen = self._view.session.selected_elements
        if not chosen:
            return self._view.mapToScene(self._view.viewport().rect().center()), None
        rect = self._view.scene_.rect_of(chosen[-1].element_id)
        return QPointF(rect.right() + _BESIDE, rect.top()), chosen[-1].stage_id or chosen[-1].element_id

    def _on_chosen(self, key: str) -> None:
        entry = library.entry(key)
        if entry is not None:
            self.add(entry, self._at, self._source_id, as_micro=False)

    def add(self, entry: library.LibraryEntry, position: QPointF, source_id: ElementId | None, as_micro: bool) -> None:
        """A new element, seated where a micro-conversion lands on a stage, linked from a source."""
        spot = self._free_spot(position)
        element = entry.element(self._view.session.journey, round(spot.x()), round(spot.y()), as_micro)
        stage = self._view.scene_.card_at(position)
        seats = element.kind is Kind.MICRO and stage is not None and stage.element.kind is Kind.STAGE

        def grow(before: Journey) -> Journey:
            after = edits.add(before, [element])
            if seats and stage is not None:
                return edits.seat(after, element.element_id, stage.element_id)
            return edits.connect(after, source_id, element.element_id) if source_id else after

        self._view.try_edit(f"Add {entry.title}", grow)
        self._view.session.select([element.element_id])

    def _free_spot(self, position: QPointF) -> QPointF:
        taken = [QRectF(card.pos(), card.rect.size()) for card in self._view.scene_.cards.values()]
        x, y = round(position.x() / _GRID) * _GRID, round(position.y() / _GRID) * _GRID
        area = QRectF(x, y, WIDTH, HEIGHT)
        while any(rect.intersects(area) for rect in taken):
            area.translate(0, 3 * _GRID)
        return area.topLeft()
