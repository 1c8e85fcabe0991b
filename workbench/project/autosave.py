"""Copies of unsaved journeys, kept in the person's state folder and offered after a crash."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from workbench import paths
from workbench.errors import WorkbenchError
from workbench.journey.journey import Journey
from workbench.project import file

_FOLDER = "autosave"
_MOST = 5


@dataclass(frozen=True, slots=True)
class Recovered:
    """A copy that was left behind, with the file it belongs to, if any."""

    journey: Journey
    path: Path | None
    copy: Path


def _folder() -> Path:
    folder = paths.state() / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def copy_path(path: Path | None) -> Path:
    """Where this process keeps the copy of a journey."""
    name = hashlib.sha256(str(path or "untitled").encode()).hexdigest()[:16]
    return _folder() / f"{os.getpid()}-{name}{file.SUFFIX}"


def keep(journey: Journey, path: Path | None) -> Path:
    """Write a copy of an unsaved journey; remembers the file it belongs to."""
    target = copy_path(path)
    file.save(journey, target)
    target.with_suffix(".origin").write_text(str(path or ""), encoding="utf-8")
    return target


def discard(path: Path | None) -> None:
    """Take the copy away once the journey is saved or let go."""
    _remove(copy_path(path))


def left_behind() -> list[Recovered]:
    """Copies of processes that are gone, newest first; those that cannot be read are left alone."""
    found = []
    for copy in sorted(_folder().glob(f"*{file.SUFFIX}"), key=lambda p: p.stat().st_mtime, reverse=True):
        if _is_running(copy):
            continue
        try:
            journey = file.load(copy)
        except WorkbenchError:
            continue
        origin = copy.with_suffix(".origin")
        known = origin.read_text(encoding="utf-8") if origin.exists() else ""
        found.append(Recovered(journey, Path(known) if known else None, copy))
    return found[:_MOST]


def forget(recovered: Recovered) -> None:
    """Take a recovered or refused copy away."""
    _remove(recovered.copy)


def _remove(copy: Path) -> None:
    copy.unlink(missing_ok=True)
    copy.with_suffix(".origin").unlink(missing_ok=True)


def _is_running(copy: Path) -> bool:
    number = copy.name.split("-")[0]
    if not number.isdigit():
        return True  # not a copy of ours: left alone
    pid = int(number)
    if pid == os.getpid():
        return True
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
