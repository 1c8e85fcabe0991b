"""The canvas: shows the scene, hands the mouse to gestures, takes drops and keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QWidget

from workbench.journey import edits
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind
from workbench.project import library
from workbench.session.desk import Desk
from workbench.ui.canvas import gestures
from workbench.ui.canvas.adding import Adding
from workbench.ui.canvas.card import CardItem
from workbench.ui.canvas.scene import MapScene
from workbench.ui.mime import ENTRY_MIME
from workbench.ui.theme import theme

_ZOOM_STEP = 1.18
_SMALLEST, _LARGEST = 0.08, 3.0
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class MapView(QGraphicsView):
    """The map on screen."""

    scale_changed = Signal(float)
    rename_asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self.session = desk, desk.session
        self.scene_ = MapScene()
        self.setScene(self.scene_)
        self.setAccessibleName("Map")
        self.setAccessibleDescription("The journey: stages, micro-conversions and links. The outline lists the same.")
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self._gesture: gestures.Gesture | None = None
        self._is_space_down = False
        self.adding = Adding(self)
        self._user_moved = False
        self.session.journey_changed.connect(self._on_journey_changed)
        self.session.document_replaced.connect(self._on_document_replaced)
        self.session.selection_changed.connect(self._on_selection_changed)
        desk.figures_changed.connect(self._on_figures_changed)
        desk.highlight_changed.connect(self._on_highlight_changed)
        desk.findings_changed.connect(self._on_findings_changed)
        theme().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    # --- what the session says

    def _on_journey_changed(self, change: Any) -> None:
        self.scene_.show_journey(self.session.journey, change)
        if not self._user_moved and change.added:
            self.fit()

    def _on_document_replaced(self) -> None:
        self._user_moved = False

    def _on_selection_changed(self) -> None:
        self.scene_.show_selection(self.session.selection)

    def _on_figures_changed(self) -> None:
        self.scene_.show_figures(self.desk.shown)

    def _on_findings_changed(self) -> None:
        self.scene_.show_findings(self.desk.finding_counts)

    def _on_highlight_changed(self) -> None:
        self.scene_.highlight(self.desk.is_lit)

    def _on_theme_changed(self) -> None:
        colours = theme().colours
        self._dots = QPixmap(24, 24)
        self._dots.fill(QColor(colours.canvas))
        painter = QPainter(self._dots)
        painter.fillRect(11, 11, 2, 2, QColor(colours.dot))
        painter.end()
        self.viewport().update()

    def drawBackground(self, painter: QPainter, rect: QRectF | Any) -> None:
        if self.transform().m11() < 0.4:
            painter.fillRect(rect, QColor(theme().colours.canvas))
        else:
            painter.drawTiledPixmap(rect, self._dots, QPointF(rect.x() % 24, rect.y() % 24))

    # --- camera

    @property
    def scale_now(self) -> float:
        return self.transform().m11()

    def fit(self) -> None:
        """Show the whole map, never larger than life."""
        area = self.scene_.content_rect()
        if area.isEmpty():
            self.resetTransform()
            return
        self.fit_rect(area.adjusted(-40, -40, 40, 40))

    def fit_selection(self) -> None:
        """Show the selected elements."""
        area = QRectF()
        for element in self.session.selected_elements:
            area = area.united(self.scene_.rect_of(element.element_id))
        if not area.isEmpty():
            self.fit_rect(area.adjusted(-120, -120, 120, 120))
            self._user_moved = True

    def fit_rect(self, area: QRectF) -> None:
        self.fitInView(area, Qt.AspectRatioMode.KeepAspectRatio)
        if self.scale_now > 1.0:
            self.resetTransform()
            self.centerOn(area.center())
        self.scale_changed.emit(self.scale_now)

    def zoom(self, factor: float) -> None:
        factor = max(_SMALLEST / self.scale_now, min(_LARGEST / self.scale_now, factor))
        self.scale(factor, factor)
        self._user_moved = True
        self.scale_changed.emit(self.scale_now)

    def zoom_whole(self) -> None:
        self.zoom(1.0 / self.scale_now)

    def reveal(self, item_id: str) -> None:
        """Bring an element or link into view and select it."""
        if item_id in self.scene_.links:
            area = self.scene_.links[item_id].path.boundingRect()  # type: ignore[index]
        elif item_id in self.session.journey.element_by_id:
            area = self.scene_.rect_of(ElementId(item_id))
        else:
            return
        self.session.select([item_id])
        if self.scale_now < 0.6:
            self.zoom(0.8 / self.scale_now)
        self.centerOn(area.center())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._user_moved and self.scene_.cards:
            self.fit()

    # --- mouse

    def cursor_position(self) -> QPointF:
        return QPointF(self.viewport().mapFromGlobal(QCursor.pos()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        self.session.close_merge()
        if self._gesture is not None:
            return
        position = self.mapToScene(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton or self._is_space_down:
            self._user_moved = True
            self._gesture = gestures.Pan(self)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._gesture = self._begin(position, event.modifiers())

    def _begin(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> gestures.Gesture | None:
        adds = bool(modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier))
        card = self.scene_.card_at(position)
        if card is not None:
            return self._begin_on_card(card, position, adds)
        link = self.scene_.link_at(position)
        if link is not None:
            self._pick(link.link_id, adds)
            return None
        keep = self.session.selection if adds else ()
        self.session.select(keep)
        return gestures.RubberBand(self, position, keep)

    def _begin_on_card(self, card: CardItem, position: QPointF, adds: bool) -> gestures.Gesture | None:
        local = position - card.pos()
        if card.is_port(local):
            return gestures.DrawLink(self, card)
        seat = card.seat_at(local)
        if seat is not None:
            self._pick(seat.element_id, adds)
            return gestures.DragSeat(self, seat, position)
        if not card.rect.contains(local):
            return None
        if adds or card.element_id not in self.session.selection:
            self._pick(card.element_id, adds)
        return gestures.DragElements(self, card, position)

    def _pick(self, item_id: str, adds: bool) -> None:
        chosen = self.session.selection
        if not adds:
            self.session.select([item_id])
        elif item_id in chosen:
            self.session.select(i for i in chosen if i != item_id)
        else:
            self.session.select((*chosen, item_id))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None:
            self._gesture.move(self.mapToScene(event.position().toPoint()))
            return
        super().mouseMoveEvent(event)
        card = self.scene_.card_at(self.mapToScene(event.position().toPoint()))
        over_port = card is not None and card.is_port(self.mapToScene(event.position().toPoint()) - card.pos())
        if not self._is_space_down:
            self.viewport().setCursor(Qt.CursorShape.CrossCursor if over_port else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            gesture.finish(self.mapToScene(event.position().toPoint()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        position = self.mapToScene(event.position().toPoint())
        if self.scene_.card_at(position) is not None:
            self.rename_asked.emit()
        elif self.scene_.link_at(position) is None:
            self.adding.ask(position, None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.pixelDelta().isNull() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._user_moved = True
            super().wheelEvent(event)
            return
        steps = event.angleDelta().y() / 120.0
        if steps:
            self.zoom(_ZOOM_STEP**steps)
        event.accept()

    # --- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._on_escape()
        elif event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_down = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif event.key() == Qt.Key.Key_Tab and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().focusNextPrevChild(True)
        elif event.key() == Qt.Key.Key_Tab:
            self.adding.ask_beside_selection()
        elif event.key() in _ARROWS and self.session.selected_elements:
            self._nudge(Qt.Key(event.key()), event.modifiers())
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_down = False
            self.viewport().unsetCursor()
        super().keyReleaseEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab adds an element; Ctrl+Tab and the outline leave the map."""
        return False

    def _on_escape(self) -> None:
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            gesture.cancel()
        else:
            self.session.select(())

    def _nudge(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        dx, dy = _ARROWS[key]
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self._walk(dx + dy)
            return
        step = gestures.GRID * (5 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1)
        ids = [e.element_id for e in self.session.selected_elements if e.stage_id is None]
        self.session.apply("Move", edits.move, ids, dx * step, dy * step, merge=("nudge", tuple(ids)))

    def _walk(self, direction: int) -> None:
        """Select the element that a link leads to, or comes from."""
        here = self.session.selected_elements[-1].element_id
        links = self.session.journey.outgoing if direction > 0 else self.session.journey.incoming
        ends = [link.target_id if direction > 0 else link.source_id for link in links.get(here, ())]
        if ends:
            self.reveal(ends[0])

    def try_edit(self, label: str, edit: Callable[..., Journey], *args: Any) -> None:
        gestures.run_edit(self, label, edit, *args)

    # --- drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._accept_entry(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._accept_entry(event)
        card = self.scene_.card_at(self.mapToScene(event.position().toPoint()))
        for item in self.scene_.cards.values():
            is_target = item is card and item.element.kind is Kind.STAGE
            if item.is_target != is_target:
                item.is_target = is_target
                item.update()

    def _accept_entry(self, event: QDragEnterEvent | QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(ENTRY_MIME):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        for item in self.scene_.cards.values():
            item.is_target = False
        key = bytes(event.mimeData().data(ENTRY_MIME).data()).decode()
        entry = library.entry(key)
        if entry is None:
            event.ignore()
            return
        event.acceptProposedAction()
        position = self.mapToScene(event.position().toPoint())
        as_micro = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        on_card = self.scene_.card_at(position) is not None
        self._user_moved = True
        self.adding.add(entry, position if on_card else position - QPointF(120, 40), None, as_micro)

    def global_spot(self, position: QPointF) -> QPoint:
        return self.viewport().mapToGlobal(self.mapFromScene(position))
