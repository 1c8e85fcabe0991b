"""What opens a window says what is missing instead of failing with a traceback."""

from __future__ import annotations

import pytest

from workbench import cli, display
from workbench.errors import WorkbenchError


@pytest.fixture
def on_a_display(monkeypatch):
    monkeypatch.setattr(display.sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":1")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)


def test_a_missing_system_library_is_named_with_the_line_that_installs_it(on_a_display, monkeypatch):
    def refuse(name):
        raise OSError(name)

    monkeypatch.setattr(display.ctypes, "CDLL", refuse)
    with pytest.raises(WorkbenchError, match=r"libxcb-cursor\.so\.0") as caught:
        cli.run_window(None, ())
    assert "apt-get install" in caught.value.hint


def test_without_a_display_the_window_says_so(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(display.sys, "platform", "linux")
    with pytest.raises(WorkbenchError, match="no display"):
        cli.run_window(None, ())


def test_a_missing_shared_object_becomes_a_message():
    with pytest.raises(WorkbenchError, match="Qt cannot start"), display.qt_libraries():
        raise ImportError("libGL.so.1: cannot open shared object file")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ["open"]),
        (["x.journey"], ["open", "x.journey"]),
        (["inspect", "x"], ["inspect", "x"]),
        (["--help"], ["--help"]),
    ],
)
def test_what_names_no_command_opens_the_window(given, expected):
    assert cli.with_command(given) == expected
