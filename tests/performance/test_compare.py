"""The benchmark's peers are oracles too: on a small log DuckDB answers every question as the engine does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.performance import compare
from tests.performance.compare import QUESTIONS, DuckDb, Own, compare_own, compare_peers, report
from tests.performance.synthetic import FUNNEL, NAMES, synthetic_log


def test_duckdb_gives_the_same_answers(tmp_path: Path) -> None:
    log = synthetic_log(20_000, seed=3)
    own = Own(log)
    timings = compare_peers(own, {"duckdb": DuckDb(log, tmp_path)}, rounds=1)
    answers = [timings[question, "own"].answer for question in QUESTIONS]
    assert all(sum(answer) > 0 for answer in answers)
    ratios = report(timings, compare_own(own, 1))
    assert {f"{question}_vs_duckdb" for question in QUESTIONS} <= set(ratios)
    assert {"append_vs_funnel", "window_vs_funnel", "map_over_funnel", "window_shown_over_funnel"} <= set(ratios)


def test_a_peer_that_answers_otherwise_ends_the_run(tmp_path: Path) -> None:
    log = synthetic_log(5_000, seed=4)
    peer = DuckDb(log, tmp_path)
    peer.funnel = lambda: [0]  # type: ignore[method-assign]
    with pytest.raises(SystemExit, match="duckdb answers funnel differently"):
        compare_peers(Own(log), {"duckdb": peer}, rounds=1)


def test_ratios_are_printed_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["compare", "--rows", "2e4", "--rounds", "1", "--peers", "none", "--json"])
    compare.main()
    printed = json.loads(capsys.readouterr().out)
    assert printed["rows"] > 10_000
    assert printed["ratios"]["map_over_funnel"] > 0


def test_the_synthetic_log_is_what_it_says() -> None:
    log = synthetic_log(30_000, seed=5)
    store = log.store()
    assert store.event_names == NAMES
    assert store.posting_count(FUNNEL[0]) > store.posting_count(FUNNEL[5]) > 0
    assert store.last_us is not None
    assert store.first_us is not None
    assert (store.last_us - store.first_us) / 86_400e6 <= 91
    assert synthetic_log(30_000, seed=5).event.tolist() == log.event.tolist()
