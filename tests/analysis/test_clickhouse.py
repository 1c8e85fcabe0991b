"""A second oracle: ClickHouse's windowFunnel counts the same, where its rules are ours."""

from __future__ import annotations

import random

import pytest

from workbench.analysis.funnel import FunnelRequest, funnel
from workbench.analysis.live import step_counts
from workbench.analysis.options import Mode, Options
from workbench.events.store import EventStore
from workbench.journey.rule import Rule

STEPS = "ABC"
Rows = list[tuple[str, int, str]]


def clickhouse_counts(rows: Rows, steps: list[tuple[str, ...]], window: int, how: str) -> list[int]:
    chdb = pytest.importorskip("chdb", reason="the benchmark extra is not installed")
    values = ", ".join(f"('{user}', {t}, '{name}')" for user, t, name in rows)
    conditions = ", ".join(" or ".join(f"e = '{name}'" for name in step) for step in steps)
    levels = chdb.query(
        f"select level, count() from (select u, windowFunnel({window}, {how})(t, {conditions}) as level from values("
        f"'u String, t UInt32, e String', {values}) group by u) group by level",
        "CSV",
    )
    reached = [tuple(map(int, line.split(","))) for line in str(levels).splitlines()]
    return [sum(n for level, n in reached if level > k) for k in range(len(steps))]


def random_log(rng: random.Random) -> Rows:
    names = "ABCx"
    return [(f"u{rng.randrange(30)}", rng.randrange(25), rng.choice(names)) for _ in range(240)]


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(40))
def test_ordered_funnels_equal_clickhouse(seed: int) -> None:
    rng = random.Random(seed)
    rows = random_log(rng)
    steps = [tuple(rng.sample(STEPS, rng.randint(1, 2))) for _ in range(rng.randint(1, 4))]
    window = rng.choice([0, 2, 5, 100])
    request = FunnelRequest.of([Rule(step) for step in steps], Options(window_s=window))
    counts = funnel(request, EventStore.from_rows(rows)).counts
    assert list(counts) == clickhouse_counts(rows, steps, window, "'strict_once'")


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(40))
def test_plain_counts_equal_clickhouse_by_default(seed: int) -> None:
    rng = random.Random(seed)
    rows = random_log(rng)
    steps = [(name,) for name in rng.sample(STEPS, rng.randint(1, 3))]
    request = FunnelRequest.of([Rule(step) for step in steps], Options(window_s=4))
    counts = step_counts(request, EventStore.from_rows(rows))
    assert list(counts) == clickhouse_counts(rows, steps, 4, "'strict_once'")


def test_the_oracle_is_asked_in_its_own_words() -> None:
    pytest.importorskip("chdb", reason="the benchmark extra is not installed")
    rows = [("u", 0, "A"), ("u", 3, "B"), ("v", 0, "A"), ("v", 9, "B")]
    assert clickhouse_counts(rows, [("A",), ("B",)], 5, "'strict_once'") == [2, 1]
    request = FunnelRequest.of([Rule(("A",)), Rule(("B",))], Options(Mode.ORDERED, 5))
    assert funnel(request, EventStore.from_rows(rows)).counts == (2, 1)
