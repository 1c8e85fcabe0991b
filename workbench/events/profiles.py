"""Remembers what a person chose for a kind of file, so that next week's file of the same kind needs no questions."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench import paths
from workbench.events.aggregates import CountKind
from workbench.events.privacy import Privacy
from workbench.events.schema import Mapping
from workbench.events.source import Choices

_NAME = "import-profiles.json"


@dataclass(frozen=True, slots=True)
class Profile:
    """Choices under a name, and the columns of the files that they fit."""

    name: str
    columns: tuple[str, ...]
    choices: Choices

    def fits(self, columns: Iterable[str]) -> bool:
        """Whether a file has just these columns, in any order."""
        return set(self.columns) == set(columns)


def _file() -> Path:
    return paths.state() / _NAME


def profiles() -> tuple[Profile, ...]:
    """All profiles, the latest last; none if there is no file of them or it is damaged."""
    try:
        saved = json.loads(_file().read_text(encoding="utf-8"))
        return tuple(_profile(one) for one in saved)
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def fitting(columns: Iterable[str]) -> Profile | None:
    """The latest profile that fits a file with these columns."""
    names = tuple(columns)
    return next((one for one in reversed(profiles()) if one.fits(names)), None)


def remember(profile: Profile) -> None:
    """Keep a profile; one of the same name is replaced. Only its owner may read the file, since it may hold a salt."""
    _write([*(one for one in profiles() if one.name != profile.name), profile])


def forget(name: str) -> None:
    """Remove a profile."""
    _write([one for one in profiles() if one.name != name])


def _write(kept: Iterable[Profile]) -> None:
    target = _file()
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump([asdict(one) for one in kept], out, ensure_ascii=False, indent=1)
    unfinished.replace(target)


def _profile(saved: dict[str, Any]) -> Profile:
    chosen = dict(saved["choices"])
    chosen["columns"] = tuple((role, column) for role, column in chosen["columns"])
    chosen["privacy"] = Privacy(**chosen["privacy"])
    if chosen["count_kind"] is not None:
        chosen["count_kind"] = CountKind(chosen["count_kind"])
    if chosen["mapping"] is not None:
        chosen["mapping"] = Mapping(**{**chosen["mapping"], "keep": tuple(chosen["mapping"]["keep"])})
    return Profile(saved["name"], tuple(saved["columns"]), Choices(**chosen))
