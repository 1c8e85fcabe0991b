"""Runs the window on a real display and moves a real pointer over it with xdotool; prints what the map holds then.

Started by test_real_pointer.py as a process of its own, since a drag runs a nested event loop.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, QTimer
from PySide6.QtWidgets import QApplication, QTreeWidgetItem

from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.session.desk import Desk
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import prepare

Commands = list[str]


class Story:
    """Steps of pointer and keys; each is one xdotool call that runs beside the event loop."""

    def __init__(self, window: MainWindow, picture: Path | None) -> None:
        self.window, self.picture = window, picture
        self.said: dict[str, object] = {}
        self._steps = self.steps()
        self._running: subprocess.Popen[bytes] | None = None
        self._timer = QTimer(interval=60)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    def steps(self) -> Iterator[Commands]:
        view = self.window.view
        yield ["sleep", "0.8"]
        yield drag(self._entry("Landing page"), view.viewport().mapToGlobal(QPoint(220, 150)))
        yield drag(self._entry("Product page"), view.viewport().mapToGlobal(QPoint(600, 150)))
        ids = [e.element_id for e in self.window.desk.session.journey.elements]
        self.said["dropped"] = list(ids)
        first, second = (ElementId(i) for i in ids)
        yield drag(self._on_card(first, 242, 62), self._on_card(second, 120, 40))
        yield drag(self._entry("Share"), self._on_card(first, 120, 60))
        yield [*move(self._on_card(second, 120, 20)), "click", "1"]
        yield drag(self._on_card(second, 120, 20), self._on_card(second, 120, 180))
        yield ["key", "--delay", "40", "ctrl+z"]
        self.said["undone"] = view.session.journey.element_by_id[second].y
        yield ["key", "--delay", "40", "ctrl+y"]
        self.said["redone"] = view.session.journey.element_by_id[second].y
        yield ["sleep", "0.2"]

    def _entry(self, title: str) -> QPoint:
        tree = self.window.palette_panel.tree
        item = next(i for i in _items(tree.invisibleRootItem()) if i.text(0) == title)
        tree.scrollToItem(item)
        QApplication.processEvents()
        return tree.viewport().mapToGlobal(tree.visualItemRect(item).center())

    def _on_card(self, element_id: ElementId, dx: float, dy: float) -> QPoint:
        view = self.window.view
        return view.global_spot(view.scene_.cards[element_id].pos() + QPointF(dx, dy))

    def _go_on(self) -> None:
        if self._running is not None and self._running.poll() is None:
            return
        try:
            self._running = subprocess.Popen(["xdotool", *next(self._steps)])
        except StopIteration:
            self._timer.stop()
            self._end()

    def _end(self) -> None:
        journey = self.window.desk.session.journey
        self.said["elements"] = [e.element_id for e in journey.elements]
        self.said["links"] = [[k.source_id, k.target_id] for k in journey.links]
        self.said["seats"] = {e.element_id: e.stage_id for e in journey.elements if e.stage_id}
        self.said["steps"] = self.window.desk.session.undo_stack.count()
        if self.picture:
            self.window.grab().save(str(self.picture))
        print(json.dumps(self.said))  # noqa: T201 - the answer to the test that started this
        self.window.desk.session.undo_stack.setClean()
        self.window.close()


def move(spot: QPoint) -> Commands:
    return ["mousemove", "--sync", str(spot.x()), str(spot.y())]


def drag(start: QPoint, end: QPoint) -> Commands:
    """Press, move in small steps so that a drag begins, release."""
    words = [*move(start), "sleep", "0.1", "mousedown", "1", "sleep", "0.1"]
    for part in range(1, 9):
        spot = start + (end - start) * part / 8
        words += ["mousemove", str(spot.x()), str(spot.y()), "sleep", "0.05"]
    return [*words, "sleep", "0.1", "mouseup", "1", "sleep", "0.2"]


def _items(item: QTreeWidgetItem) -> Iterator[QTreeWidgetItem]:
    for row in range(item.childCount()):
        child = item.child(row)
        assert child is not None
        yield child
        yield from _items(child)


def main() -> int:
    application = QApplication([])
    prepare(application)
    window = MainWindow(Desk())
    window.show()
    window.desk.start(Journey())
    window.show_start(False)
    window.activateWindow()
    story = Story(window, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    code = application.exec()
    del story
    return code


if __name__ == "__main__":
    sys.exit(main())
