"""Compiles every kernel by measuring a tiny log in every way there is."""

from __future__ import annotations

from dataclasses import replace

from workbench.analysis.before import events_before
from workbench.analysis.choice import Exclusion, attempts_reaching, choose, choose_in_any_order, choose_in_open_order
from workbench.analysis.funnel import FunnelRequest, funnel_on, line_walk
from workbench.analysis.hits import found_positions
from workbench.analysis.kernels import compiler
from workbench.analysis.live import live_counts, step_counts
from workbench.analysis.match import Match
from workbench.analysis.options import Options
from workbench.analysis.sequences import transition_matrix
from workbench.analysis.stream import stream_of
from workbench.events.store import EventStore
from workbench.journey.rule import Rule

_ROWS = [("1", 0, "A"), ("1", 5, "B"), ("1", 9, "C"), ("2", 0, "A"), ("2", 1, "A"), ("2", 1, "B")]


def warm_up() -> None:
    """Compile all kernels, or read them from the cache; for a worker thread, returns when it is done."""
    compiler.warm_up(_exercise)


def are_ready() -> bool:
    """Whether calls run compiled; before that they give the same answers, slowly."""
    return compiler.are_ready()


def _exercise() -> None:
    for names in (1, 300):
        store = EventStore.from_rows([*_ROWS, *(("3", i, f"event {i}") for i in range(names))])
        _every_way(store)


def _every_way(store: EventStore) -> None:
    request = FunnelRequest.of([Rule(("A",)), Rule(("B",)), Rule(("C",))], Options(window_s=60))
    shared = replace(request, steps=(request.steps[0], Match.of(Rule(("A", "B")))))
    step_counts(request, store)
    live_counts(request, store)
    stream = stream_of(store)
    funnel_on(request, stream)
    funnel_on(shared, stream)
    walk = line_walk(request, stream)
    bans = [Exclusion(0, 1, found_positions(stream, request.steps[2]))]
    choose(walk, bans)
    choose_in_any_order(walk, bans)
    choose_in_open_order(walk)
    attempts_reaching(walk, bans)
    transition_matrix(stream)
    events_before(stream, request.steps[2])
