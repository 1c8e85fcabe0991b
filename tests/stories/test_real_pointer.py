"""A real window on a real (virtual) display, driven by a real pointer: drag from the palette, link, seat, undo."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

STORY = Path(__file__).with_name("pointer_story.py")
NEEDED = ("Xvfb", "xdotool", "openbox")


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"a real pointer needs {', '.join(missing)}")
    number = next(n for n in range(90, 190) if not Path(f"/tmp/.X11-unix/X{n}").exists())
    name = f":{number}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(["Xvfb", name, "-screen", "0", "1440x900x24", "-nolisten", "tcp"], **quiet)
    _wait_for(lambda: Path(f"/tmp/.X11-unix/X{number}").exists())
    desktop = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": name}, **quiet)
    yield name
    desktop.terminate()
    server.terminate()
    desktop.wait()
    server.wait()


def _wait_for(is_so, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "the virtual display did not start"
        time.sleep(0.05)


@pytest.mark.xvfb
def test_a_journey_is_drawn_with_a_real_pointer(display, tmp_path):
    env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(STORY.parents[2])}
    command = [sys.executable, str(STORY), str(tmp_path / "end.png")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.strip().splitlines()[-1])
    assert said["dropped"] == ["landing-page", "product-page"]
    assert said["links"] == [["landing-page", "product-page"]]
    assert said["seats"] == {"share": "landing-page"}
    assert said["undone"] != said["redone"]
    assert said["steps"] == 5
