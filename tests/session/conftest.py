"""A desk per test, shut down at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from workbench.session.desk import Desk


@pytest.fixture
def desk(qapp: QApplication) -> Iterator[Desk]:
    made = Desk()
    yield made
    made.session.undo_stack.clear()
    made.shutdown()
