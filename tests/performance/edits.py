"""How long an edit takes to show its numbers, and a lever to move the map.

`python -m tests.performance.edits [DATA ...]`

Without data it uses the sample journey; with GA4 files it measures a journey of their five usual steps. Prints medians
of wall milliseconds, off screen, from the edit until the figures are on the cards and the map is repainted.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from workbench import paths
from workbench.journey import edits
from workbench.journey.element import Element, ElementId, LinkId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind
from workbench.session.desk import Desk
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import prepare

ROUNDS = 15
GA4 = ("session_start", "view_item", "add_to_cart", "begin_checkout", "purchase")


def ga4_journey() -> Journey:
    """The five usual steps of a GA4 shop."""
    made = [
        Element(ElementId(n), Kind.MACRO if n == GA4[-1] else Kind.STAGE, n, 300 * i, 0, rule=Rule((n,)))
        for i, n in enumerate(GA4)
    ]
    journey = edits.add(Journey(), made)
    for source, target in pairwise(GA4):
        journey = edits.connect(journey, ElementId(source), ElementId(target))
    return journey


def waited(application: QApplication, is_done: Callable[[], bool], limit_s: float = 120) -> None:
    end = time.perf_counter() + limit_s
    while not is_done():
        application.processEvents()
        if time.perf_counter() > end:
            raise TimeoutError("no answer came")


def main() -> None:
    application = QApplication([])
    prepare(application)
    desk = Desk()
    window = MainWindow(desk)
    window.show()
    data = tuple(Path(name) for name in sys.argv[1:])
    if data:
        desk.start(ga4_journey())
        desk.shelf.load(data)
    else:
        desk.open(paths.sample_data() / "shop.journey")
    window.show_start(False)
    waited(application, lambda: desk.analyst.measures.entered is not None and not desk.analyst.is_stale)
    loaded = desk.shelf.first
    print(f"{loaded.store.n_events:,} events, {len(desk.session.journey.elements)} elements")
    link = desk.session.journey.links[1]

    def edit() -> None:
        desk.session.apply("Delete", edits.remove, (), [LinkId(link.link_id)])
        waited(application, lambda: not desk.analyst.is_stale)
        window.view.viewport().repaint()

    def undo() -> None:
        desk.session.undo_stack.undo()
        waited(application, lambda: not desk.analyst.is_stale)
        window.view.viewport().repaint()

    def change_window() -> None:
        hours = 24 + len(times["change the window"])
        desk.session.apply("Window", edits.amend_journey, window_s=hours * 3600.0)
        waited(application, lambda: not desk.analyst.is_stale)
        window.view.viewport().repaint()

    def lever() -> None:
        share = 0.2 + 0.01 * len(times["move a lever"])
        desk.forecaster.set_lever(desk.session.journey.links[0].link_id, share)
        window.view.viewport().repaint()

    times: dict[str, list[float]] = {"remove a link": [], "undo": [], "change the window": [], "move a lever": []}
    for _ in range(ROUNDS):
        for name, run in zip(times, (edit, undo, change_window, lever), strict=True):
            start = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - start) * 1000)
        desk.forecaster.use(())
    for name, spent in times.items():
        print(f"{name:20s} median {statistics.median(spent):7.1f} ms   worst {max(spent):7.1f} ms")
    desk.session.undo_stack.setClean()
    desk.shutdown()


if __name__ == "__main__":
    main()
