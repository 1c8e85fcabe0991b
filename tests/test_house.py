"""The house itself: rooms without Qt, no network, words and commands that belong together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QT_FREE = ("errors", "progress", "paths", "journey", "events", "analysis", "forecast", "project", "export")


def run(script: str, *arguments: str, timeout: int = 120) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def test_the_rooms_below_the_session_work_without_qt():
    script = (
        "import sys, importlib, pkgutil; sys.modules['PySide6'] = None; sys.modules['pyqtgraph'] = None\n"
        "for name in sys.argv[1:]:\n"
        "    room = importlib.import_module('workbench.' + name)\n"
        "    for part in pkgutil.walk_packages(getattr(room, '__path__', []), room.__name__ + '.'):\n"
        "        importlib.import_module(part.name)\n"
        "print('ok')"
    )
    done = run(script, *QT_FREE)
    assert done.stdout.strip() == "ok", done.stderr


def test_import_measure_and_export_open_no_internet_socket(tmp_path):
    script = (
        "import socket, sys\n"
        "real = socket.socket\n"
        "class Guard(real):\n"
        "    def __init__(self, family=socket.AF_INET, *rest, **more):\n"
        "        if family in (socket.AF_INET, socket.AF_INET6):\n"
        "            raise RuntimeError('an internet socket was opened')\n"
        "        super().__init__(family, *rest, **more)\n"
        "socket.socket = Guard\n"
        "sys.argv = ['breadcrumb', 'demo', '--out', sys.argv[1]]\n"
        "from workbench.cli import main\n"
        "sys.exit(main())"
    )
    done = run(script, str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"map.png", "summary.xlsx", "report.json"}


def test_ci_runs_the_command_that_the_readme_names():
    command = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest"
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_each_room_says_what_lives_there():
    for init in (ROOT / "workbench").rglob("__init__.py"):
        text = init.read_text(encoding="utf-8")
        assert text.startswith('"""'), init
        assert text.split('"""')[1].count("\n") <= 12, init


def test_no_lock_file_is_kept():
    names = {path.name for path in ROOT.iterdir()}
    assert not names & {"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "package-lock.json"}
