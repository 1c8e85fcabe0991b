"""Loads small logs onto a desk and waits for their numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.journey.journey import Journey
from workbench.session.desk import Desk


def load(desk: Desk, qtbot: Any, folder: Path, text: str, journey: Journey) -> None:
    """Start a journey and import a CSV log beside it."""
    data = folder / "log.csv"
    data.write_text(text, encoding="utf-8")
    desk.start(journey, folder / "x.journey")
    desk.shelf.load((data,))
    qtbot.waitUntil(lambda: bool(desk.shelf.loaded), timeout=20_000)
    measured(desk, qtbot)


def measured(desk: Desk, qtbot: Any) -> None:
    """Wait until the figures belong to the newest edit."""
    qtbot.waitUntil(lambda: not desk.analyst.is_stale and desk.analyst.measures.entered is not None, timeout=20_000)
