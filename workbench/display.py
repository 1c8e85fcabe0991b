"""Whether a window can open here, and what is missing if not."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import WorkbenchError

QT_APT_LINE = (
    "apt-get install -y --no-install-recommends libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0 libxkbcommon0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0"
)
WINDOW_LIBRARIES = (
    *("libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-keysyms.so.1", "libxcb-shape.so.0"),
    *("libxcb-xkb.so.1", "libxkbcommon-x11.so.0"),
)


def has_display() -> bool:
    """Whether a window could open here."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_window_libraries() -> list[str]:
    """X11 libraries that Qt needs and would abort without, if a window is to open on an X display."""
    if sys.platform != "linux" or not os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM"):
        return []
    missing = []
    for name in WINDOW_LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


@contextmanager
def qt_libraries() -> Iterator[None]:
    """Turn a missing system library into the line that installs it."""
    try:
        yield
    except ImportError as error:
        if "PySide6" not in str(error) and ".so" not in str(error):
            raise
        raise WorkbenchError(f"Qt cannot start: {error}.", f"Install its system libraries:\n  {QT_APT_LINE}") from error
