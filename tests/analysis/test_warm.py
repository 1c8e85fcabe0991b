"""Kernels are compiled aside: until that is done the same calls answer as plain Python."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from workbench.analysis import warm
from workbench.analysis.funnel import FunnelRequest
from workbench.analysis.kernels import compiler
from workbench.analysis.kernels.compiler import Kernel
from workbench.analysis.live import step_counts
from workbench.events.store import EventStore
from workbench.journey.rule import Rule


def test_after_warming_up_everything_is_compiled() -> None:
    warm.warm_up()
    assert warm.are_ready()
    warm.warm_up()


def test_while_others_wait_for_the_compiler_calls_run_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    kernel = Kernel(lambda x: told.append(x) or x + 1)
    waiting = threading.Event()
    waiting.set()
    monkeypatch.setattr(compiler, "_WARMING", waiting)
    assert kernel(1) == 2
    assert told == [1], "a list of Python's cannot be appended to by compiled code"
    assert compiler.is_interpreted()
    log = EventStore.from_rows([("1", 0, "A"), ("1", 1, "B"), ("2", 0, "A")])
    assert step_counts(FunnelRequest.of([Rule(("A",)), Rule(("B",))]), log) == (2, 1)


def test_without_numba_the_figures_are_the_same() -> None:
    program = (
        "import sys; sys.modules['numba'] = None\n"
        "from workbench.analysis.funnel import FunnelRequest, funnel\n"
        "from workbench.analysis.live import step_counts\n"
        "from workbench.analysis.kernels import compiler\n"
        "from workbench.events.store import EventStore\n"
        "from workbench.journey.rule import Rule\n"
        "log = EventStore.from_rows([('1', 0, 'A'), ('1', 1, 'B'), ('2', 0, 'A')])\n"
        "request = FunnelRequest.of([Rule(('A',)), Rule(('B',))])\n"
        "print(funnel(request, log).counts, step_counts(request, log), compiler.are_ready())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "(2, 1) (2, 1) True"
