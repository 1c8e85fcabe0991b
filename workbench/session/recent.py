"""What the program remembers about a person's view: recent files, theme, window places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings

from workbench import paths

_MOST_RECENT = 10


def settings() -> QSettings:
    """View state, kept apart from journeys."""
    folder = paths.state()
    folder.mkdir(parents=True, exist_ok=True)
    return QSettings(str(folder / "view.ini"), QSettings.Format.IniFormat)


def recent_files() -> list[Path]:
    """Journeys opened or saved last, newest first, as far as they still exist."""
    stored: Any = settings().value("recent", [])
    listed = [stored] if isinstance(stored, str) else list(stored or [])
    return [Path(text) for text in listed if Path(text).exists()]


def remember_file(path: Path) -> None:
    """Put a journey at the top of the recent ones."""
    path = path.resolve()
    others = [known for known in recent_files() if known != path]
    settings().setValue("recent", [str(p) for p in [path, *others][:_MOST_RECENT]])


def remember(key: str, value: Any) -> None:
    settings().setValue(key, value)


def recall(key: str, default: Any = None) -> Any:
    return settings().value(key, default)
