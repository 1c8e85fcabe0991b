"""Runs the command line inside the test's process."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from workbench.cli import main


class CommandLine:
    """Runs commands and keeps what they printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self.out = ""
        self.err = ""

    def __call__(self, *arguments: object) -> int:
        self._monkeypatch.setattr(sys, "argv", ["breadcrumb", *map(str, arguments)])
        code = main()
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, *arguments: object) -> dict[str, Any]:
        """What a command that succeeds prints as JSON."""
        code = self(*arguments, "--json")
        assert code == 0, self.err
        shown: dict[str, Any] = json.loads(self.out)
        return shown

    def counts(self, *arguments: object) -> list[int]:
        """Counts of the steps of a measured funnel."""
        return [step["count"] for step in self.json("measure", *arguments)["steps"]]
