"""Where the conformance cases are read from: the folders beside this file, or others of the same form."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--funnel-cases", metavar="DIR", default=None, help="folder of funnel cases")
    parser.addoption("--statistics-cases", metavar="DIR", default=None, help="folder of statistics cases")
