"""The command line as a fixture."""

from __future__ import annotations

import pytest

from tests.cli.running import CommandLine


@pytest.fixture
def breadcrumb(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    return CommandLine(capsys, monkeypatch)
