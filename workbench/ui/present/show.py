"""The presentation: full screen, one element at a time along the happy path, with large numbers."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEasingCurve, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QCloseEvent, QColor, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QGraphicsView, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.forecast.figures import CardFigures
from workbench.journey.change import Change
from workbench.journey.element import ElementId
from workbench.journey.happy_path import ordered_path
from workbench.journey.journey import Journey
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.canvas.lens_chip import words
from workbench.ui.canvas.scene import MapScene
from workbench.ui.theme import theme

_FLIGHT_MS = 350
_NEXT = (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_PageDown, Qt.Key.Key_Down, Qt.Key.Key_Return)
_BACK = (Qt.Key.Key_Left, Qt.Key.Key_PageUp, Qt.Key.Key_Up, Qt.Key.Key_Backspace)


class Show(QWidget):
    """Reads the desk and changes nothing on it; Esc leaves."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Breadcrumb presentation")
        self._desk = desk
        self._scene = MapScene(full_detail=True)
        self._steps: tuple[ElementId | None, ...] = (None, *_steps(desk.session.journey))
        self.place = 0
        self._view = QGraphicsView(self._scene)
        self._view.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._view.setFrameShape(QGraphicsView.Shape.NoFrame)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setInteractive(False)
        self._flight = QVariantAnimation(self, duration=_FLIGHT_MS)
        self._flight.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._flight.valueChanged.connect(self._on_flight)
        self._camera = QRectF()
        self._build()
        desk.figures_changed.connect(self._show_figures)
        self._scene.show_journey(desk.session.journey, Change.between(Journey(), desk.session.journey))
        self._show_figures()

    def _build(self) -> None:
        c = theme().colours
        self.setStyleSheet(f"Show {{ background: {c.canvas}; }}")
        self._view.setBackgroundBrush(QColor(c.canvas))
        self.title, self.number, self.words = QLabel(), QLabel(), QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setStyleSheet("font-size: 40px; font-weight: 700;")
        self.number.setStyleSheet(f"font-size: 104px; font-weight: 700; color: {c.accent};")
        self.words.setStyleSheet("font-size: 30px;")
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.dots = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.dots.setTextFormat(Qt.TextFormat.PlainText)
        self.dots.setStyleSheet(f"font-size: 18px; color: {c.muted};")
        caption = QHBoxLayout()
        caption.setContentsMargins(60, 0, 60, 0)
        caption.setSpacing(48)
        beside = QVBoxLayout()
        beside.setSpacing(8)  # else it takes over the spacing of the row it stands in
        beside.addStretch(1)
        beside.addWidget(self.title)
        beside.addWidget(self.words)
        beside.addStretch(1)
        caption.addWidget(self.number)
        caption.addLayout(beside, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 24)
        layout.addWidget(self._view, 1)
        layout.addLayout(caption)
        layout.addWidget(self.dots)

    def begin(self) -> None:
        """Take the whole screen, at the overview."""
        self.showFullScreen()
        self.activateWindow()
        self.go(0)

    def go(self, place: int) -> None:
        """Show the step at a place; 0 is the overview."""
        self.place = max(0, min(len(self._steps) - 1, place))
        step = self._steps[self.place]
        self._scene.highlight(None if step is None else lambda element: step in (element.element_id, element.stage_id))
        self._say(step)
        goal = self._scene.content_rect().adjusted(-60, -60, 60, 60)
        if step is not None:
            goal = self._scene.rect_of(step).adjusted(-380, -120, 380, 120)
        self._flight.stop()
        self._flight.setStartValue(self._camera if not self._camera.isEmpty() else goal)
        self._flight.setEndValue(goal)
        self._flight.start()

    def _on_flight(self, area: QRectF) -> None:
        self._camera = area
        self._view.fitInView(area, Qt.AspectRatioMode.KeepAspectRatio)

    def _show_figures(self) -> None:
        self._scene.show_figures(self._desk.shown)
        self._say(self._steps[self.place])

    def _say(self, step: ElementId | None) -> None:
        marks = ["●" if i == self.place else "○" for i in range(len(self._steps))]
        whose = words(self._desk.lens, self._desk.forecaster.is_moved)
        place = f"{' '.join(marks)}     {self.place + 1}/{len(self._steps)}"
        self.dots.setText(f"{place}     {whose}".rstrip())
        if step is None:
            self._say_overview()
            return
        element = self._desk.session.journey.element_by_id[step]
        figures = self._desk.shown.cards.get(step, CardFigures())
        self.title.setText(element.title)
        self.number.setText(numbers.count(figures.people))
        self.words.setText(" &nbsp;·&nbsp; ".join(_sentences(self._desk.session.journey, step, figures)))

    def _say_overview(self) -> None:
        journey = self._desk.session.journey
        macro = journey.headline_macro
        figures = self._desk.shown.cards.get(macro.element_id, CardFigures()) if macro else CardFigures()
        self.title.setText(journey.name)
        self.number.setText(numbers.rate(figures.first) if figures.first is not None else numbers.count(figures.people))
        self.words.setText(
            f"of all who enter reach “{escape(macro.title)}”" if macro and figures.first is not None else ""
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.close()
        elif key in _NEXT:
            self.go(self.place + 1)
        elif key in _BACK:
            self.go(self.place - 1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go(0 if key == Qt.Key.Key_Home else len(self._steps) - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.go(self.place + (1 if event.button() == Qt.MouseButton.LeftButton else -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._camera.isEmpty():
            self._view.fitInView(self._camera, Qt.AspectRatioMode.KeepAspectRatio)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._flight.stop()
        self._desk.figures_changed.disconnect(self._show_figures)
        super().closeEvent(event)


def _steps(journey: Journey) -> tuple[ElementId, ...]:
    return (
        journey.happy_path
        or ordered_path(journey, (), {})
        or tuple(e.element_id for e in journey.elements if e.stage_id is None)
    )


def _sentences(journey: Journey, step: ElementId, figures: CardFigures) -> list[str]:
    c = theme().colours
    said = []
    if figures.lift is not None:
        said.append(f"<b>{numbers.signed_rate(figures.lift)}</b> in this scenario")
    if step in journey.entry_ids:
        said.append("enter here")
    elif figures.previous.value is not None:
        said.append(f"<b>{numbers.rate(figures.previous.value)}</b> of those before")
    if figures.first is not None and step not in journey.entry_ids:
        said.append(f"<b>{numbers.rate(figures.first)}</b> of all")
    if figures.stopped:
        left = f"{numbers.count(figures.stopped)} leave here (−{numbers.rate(figures.stopped_rate)})"
        said.append(f"<span style='color:{c.loss}'>▼ {left}</span>" if figures.leaks else left)
    return said or ["no data yet"]
