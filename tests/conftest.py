"""Options, profiles and fixtures that all rooms share."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTEST_QT_API", "pyside6")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
os.environ.setdefault("QT_SCALE_FACTOR", "1")

from hypothesis import HealthCheck, settings

_QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("ci", max_examples=50, deadline=None, suppress_health_check=_QUIET, derandomize=True)
settings.register_profile("nightly", max_examples=1000, deadline=None, suppress_health_check=_QUIET)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--corpus", metavar="DIR", default=None, help="folder of data sets that may not be shipped")
    parser.addoption("--nightly", action="store_true", help="also run the long tests, with the nightly profile")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("nightly" if config.getoption("--nightly") else "ci")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = set()
    if not config.getoption("--corpus"):
        left_out.add("corpus")
    if not config.getoption("--nightly"):
        left_out.add("nightly")
    dropped = [item for item in items if any(item.get_closest_marker(name) for name in left_out)]
    if dropped:
        items[:] = [item for item in items if item not in set(dropped)]
        config.hook.pytest_deselected(items=dropped)


def pytest_report_header(config: pytest.Config) -> list[str]:
    lines = []
    if not config.getoption("--corpus"):
        lines.append("corpus tests are left out: point --corpus DIR at the data sets to run them")
    if not config.getoption("--nightly"):
        lines.append("nightly tests are left out: add --nightly to run them")
    return lines


@pytest.fixture(scope="session")
def corpus(request: pytest.FixtureRequest) -> Path:
    """Folder of the data sets that may not enter the project."""
    return Path(request.config.getoption("--corpus"))


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches and state of a test never touch those of the person running it."""
    folder = tmp_path_factory.getbasetemp()
    monkeypatch.setenv("BREADCRUMB_CACHE", str(folder / "cache"))
    monkeypatch.setenv("BREADCRUMB_STATE", str(folder / "state"))


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """A test that leaves a non-daemon thread of its own alive fails."""
    before = set(threading.enumerate())
    yield
    left = [
        t for t in set(threading.enumerate()) - before if t.is_alive() and not t.daemon and "ThreadPool" not in t.name
    ]
    assert not left, f"threads left alive: {left}"
