"""Guards against bindings that lose references: PySide6 6.12.0 aborts after some hundred calls on Python 3.11."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPainter, QPen


class Bell(QObject):
    rung = Signal(bool)


def test_emitting_keeps_the_references_of_true(qapp):
    bell, before = Bell(), sys.getrefcount(True)
    for _ in range(5000):
        bell.rung.emit(True)
    assert abs(sys.getrefcount(True) - before) < 100


def test_painting_keeps_the_references_of_none(qapp):
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter, pen, before = QPainter(image), QPen(), sys.getrefcount(None)
    for _ in range(2000):
        painter.setPen(pen)
    painter.end()
    assert abs(sys.getrefcount(None) - before) < 100
