"""Every funnel case passes through the engine; an unknown mode or option is a failure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cases.funnel_case import run

OWN_CASES = Path(__file__).parent / "funnel"
WHOLE = ("transitions", "starts", "ends", "next", "breakdown")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "funnel_case" in metafunc.fixturenames:
        given = metafunc.config.getoption("--funnel-cases", default=None)
        files = sorted(Path(given or OWN_CASES).glob("*.json"))
        assert files, "no case files found"
        cases = [case for file in files for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]
        metafunc.parametrize("funnel_case", cases, ids=[case["id"] for case in cases])


def is_same(expected: Any, got: Any) -> bool:
    """Numbers within 1e-9 relative; of a mapping only the expected keys."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return all(key in got and is_same(value, got[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(got, list | tuple):
        return len(expected) == len(got) and all(map(is_same, expected, got))
    if isinstance(expected, int | float) and isinstance(got, int | float) and not isinstance(expected, bool):
        return abs(expected - got) <= 1e-9 * max(1.0, abs(expected))
    return bool(expected == got)


def test_the_engine_gives_the_case_its_figures(funnel_case: dict[str, Any]) -> None:
    got = run(funnel_case)
    assert funnel_case["expected"], "a case without expectations shows nothing"
    for figure, expected in funnel_case["expected"].items():
        assert figure in got, f"the engine has no figure {figure}"
        assert is_same(expected, got[figure]), f"{figure}: expected {expected}, got {got[figure]}"
        if figure in WHOLE and isinstance(expected, dict):
            assert set(expected) == set(got[figure]), f"{figure}: other keys"


@pytest.mark.parametrize("change", [{"mode": "telepathic"}, {"options": {"tie_breaker": "x"}}])
def test_what_the_engine_does_not_know_is_a_failure(change: dict[str, Any]) -> None:
    case = {"mode": "ordered", "window_s": None, "steps": [{"event": "A"}], "events": [], "options": {}}
    with pytest.raises(AssertionError, match="unknown"):
        run(case | change)
