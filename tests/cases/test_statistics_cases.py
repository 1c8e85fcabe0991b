"""Every statistics case passes through the public functions; a metric that nobody knows is a failure."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cases.statistics_metrics import METRICS
from workbench.errors import WorkbenchError

OWN_CASES = Path(__file__).parent / "statistics"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case_file" in metafunc.fixturenames:
        given = metafunc.config.getoption("--statistics-cases")
        files = sorted(Path(given or OWN_CASES).glob("*.json"))
        assert files, "no case files found"
        metafunc.parametrize("case_file", files, ids=[file.stem for file in files])


def differences(expected: Any, got: Any, tolerance: dict[str, float], at: str = "") -> list[str]:
    """Every leaf of `expected` that `got` misses: numbers within abs + rel x |expected|, all else equal."""
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return [f"{at}: expected keys, got {got!r}"]
        missing = [f"{at}/{key}: missing" for key in expected if key not in got]
        return missing + [
            d for k in expected if k in got for d in differences(expected[k], got[k], tolerance, f"{at}/{k}")
        ]
    if isinstance(expected, list):
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            return [f"{at}: expected {len(expected)} items, got {got!r}"]
        pairs = enumerate(zip(expected, got, strict=True))
        return [d for n, (e, g) in pairs for d in differences(e, g, tolerance, f"{at}[{n}]")]
    if expected is None or isinstance(expected, (bool, str)):
        return [] if type(got) is type(expected) and got == expected else [f"{at}: expected {expected!r}, got {got!r}"]
    if got is None or isinstance(got, (bool, str)):
        return [f"{at}: expected {expected!r}, got {got!r}"]
    room = tolerance.get("abs", 0.0) + tolerance.get("rel", 0.0) * abs(expected)
    if at.endswith("/p"):
        room = max(room, half_last_digit(expected))
    return [] if abs(got - expected) <= room else [f"{at}: expected {expected!r}, got {got!r}, room {room:g}"]


def half_last_digit(printed: float) -> float:
    """Half a unit of the last decimal: a p-value that a page prints as 0.002 cannot be met closer than its rounding."""
    return 0.5 * 10.0**-decimals if (decimals := -int(Decimal(repr(printed)).as_tuple().exponent)) > 0 else 0.0


def test_a_published_or_ruled_figure_is_hit(case_file: Path) -> None:
    case = json.loads(case_file.read_text(encoding="utf-8"))
    assert case["metric"] in METRICS, f"no function answers {case['metric']}"
    try:
        got = METRICS[case["metric"]](case["inputs"])
    except WorkbenchError as error:
        got = {"error": error.message}
    assert not differences(case["expected"], got, case["tolerance"])


def test_the_comparison_can_fail() -> None:
    assert differences({"a": 1.0}, {"a": 1.1}, {"abs": 0.01})
    assert differences({"a": None}, {"a": 0.0}, {})
    assert differences({"a": [1, 2]}, {"a": [1]}, {})
    assert differences({"a": True}, {"a": 1}, {})
    assert not differences({"a": {"b": [1.0, None]}}, {"a": {"b": (1.0, None), "c": 2}}, {"abs": 1e-9})
