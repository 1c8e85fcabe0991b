"""A desk and a window per test, shut down at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from workbench.session.desk import Desk
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import prepare


@pytest.fixture(scope="session", autouse=True)
def _prepared(qapp: QApplication) -> None:
    prepare(qapp)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.session.undo_stack.clear()
    made.shutdown()


@pytest.fixture
def window(desk: Desk, qtbot) -> Iterator[MainWindow]:
    made = MainWindow(desk)
    qtbot.addWidget(made)
    made.show()
    made.show_start(False)
    qtbot.waitExposed(made)
    yield made
    desk.session.undo_stack.setClean()
