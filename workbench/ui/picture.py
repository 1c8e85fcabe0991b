"""The map as a picture: PNG or SVG bytes, painted off screen by the same items as on screen."""

from __future__ import annotations

import os

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSizeF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from workbench.errors import WorkbenchError
from workbench.forecast.figures import MapFigures
from workbench.journey.change import Change
from workbench.journey.journey import Journey
from workbench.ui.canvas.scene import MapScene
from workbench.ui.theme import prepare, theme

_MARGIN = 40
_SCALE = 2.0
_MOST_PIXELS = 12_000


def paint(journey: Journey, figures: MapFigures, kind: str) -> bytes:
    """Bytes of the whole map as "png" or "svg".

    Raises
    ------
    WorkbenchError
        If there is nothing to paint.
    """
    if not journey.elements:
        raise WorkbenchError(f"“{journey.name}” has no elements to draw.", "Add some, then export the picture.")
    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        prepare(QApplication([]))
    scene = MapScene(full_detail=True)
    scene.show_journey(journey, Change.between(Journey(), journey))
    scene.show_figures(figures)
    area = scene.content_rect().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
    return _svg(scene, area, journey.name) if kind == "svg" else _png(scene, area)


def _png(scene: MapScene, area: QRectF) -> bytes:
    scale = min(_SCALE, _MOST_PIXELS / area.width(), _MOST_PIXELS / area.height())
    image = QImage(round(area.width() * scale), round(area.height() * scale), QImage.Format.Format_RGB32)
    image.fill(QColor(theme().colours.canvas))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scene.render(painter, QRectF(image.rect()), area)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def _svg(scene: MapScene, area: QRectF, name: str) -> bytes:
    drawn = QByteArray()
    buffer = QBuffer(drawn)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setResolution(96)  # without it text and shapes scale differently
    generator.setOutputDevice(buffer)
    generator.setSize(QSizeF(area.width(), area.height()).toSize())
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    generator.setTitle(name)
    painter = QPainter(generator)
    painter.fillRect(QRectF(0, 0, area.width(), area.height()), QColor(theme().colours.canvas))
    scene.render(painter, QRectF(0, 0, area.width(), area.height()), area)
    painter.end()
    return bytes(drawn.data())
