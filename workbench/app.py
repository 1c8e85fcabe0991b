"""Composition root of the window: makes the application, the desk and the window, and opens what was asked for."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from workbench import paths
from workbench.errors import WorkbenchError
from workbench.journey.journey import Journey
from workbench.session.desk import Desk
from workbench.session.recent import recall
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import prepare

_CHARTS_AFTER_MS = 300


def run(journey: Path | None, data: tuple[Path, ...], is_sample: bool = False) -> int:
    """Open the window and return its exit code."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Breadcrumb")
    _log_to_file()
    prepare(application, is_dark=recall("dark", "false") in (True, "true"))
    desk = Desk()
    window = MainWindow(desk)
    window.restore_place()
    sys.excepthook = _hook(window)
    window.show()
    QTimer.singleShot(0, lambda: _open(window, journey, data, is_sample))
    QTimer.singleShot(_CHARTS_AFTER_MS, _load_charts)
    desk.analyst.first_measured.connect(_compile_kernels)
    return application.exec()


def _open(window: MainWindow, journey: Path | None, data: tuple[Path, ...], is_sample: bool) -> None:
    commands = window.commands
    if is_sample:
        commands.open_sample()
    elif journey is not None:
        commands.open_path(journey)
    elif data:
        window.desk.start(Journey())
        window.show_start(False)
    else:
        commands.offer_recovery()
    if data:
        first = next((d.dataset_id for d in window.desk.session.journey.datasets), None)
        window.desk.shelf.load(data, replaces=first)


def _compile_kernels() -> None:
    """Compile what the first measure did not need; that one compiled its own, which is sooner than waiting for all."""
    from workbench.analysis.warm import warm_up

    threading.Thread(target=warm_up, name="kernels", daemon=True).start()


def _load_charts() -> None:
    """Load the chart library after the first paint."""
    import pyqtgraph

    pyqtgraph.setConfigOptions(antialias=True)


def _log_to_file() -> None:
    folder = paths.state()
    folder.mkdir(parents=True, exist_ok=True)
    level = os.environ.get("BREADCRUMB_LOG", "WARNING")
    logging.basicConfig(filename=folder / "breadcrumb.log", level=level, format="%(asctime)s %(name)s %(message)s")


def _hook(window: MainWindow) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """What happens to an error that nobody caught: it is logged and told, the journey is kept, the window stays."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logging.getLogger(__name__).error("uncaught", exc_info=(kind, error, trace))
        window.commands.keep_copy()
        if isinstance(error, Exception):
            window.commands.show_error(
                error
                if isinstance(error, WorkbenchError)
                else WorkbenchError(
                    "Something went wrong inside Breadcrumb.",
                    f"{kind.__name__}: {error}. A copy of the journey was kept; details are in {paths.state()}.",
                )
            )

    return tell
