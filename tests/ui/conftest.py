"""A desk and a window per test, shut down at its end; no test meets a modal question it did not answer itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from workbench.session.desk import Desk
from workbench.ui.dialogs import ask
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import prepare


@pytest.fixture(scope="session", autouse=True)
def _prepared(qapp: QApplication) -> None:
    prepare(qapp)


@pytest.fixture(autouse=True)
def _no_modal_question(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("a question was asked that the test did not expect")

    for name in ("keep_changes", "confirm", "tell", "file_to_open", "files_to_open", "file_to_save"):
        monkeypatch.setattr(ask, name, refuse)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.session.undo_stack.clear()
    made.shutdown()


@pytest.fixture
def window(desk: Desk, qtbot) -> Iterator[MainWindow]:
    made = MainWindow(desk)
    made.show()
    made.show_start(False)
    qtbot.waitExposed(made)
    QApplication.processEvents()
    yield made
    desk.session.undo_stack.setClean()
    made.close()
    made.deleteLater()
    QApplication.processEvents()
