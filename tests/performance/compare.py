"""Compares the engine with ClickHouse, DuckDB and polars on one synthetic log, in one process, rounds interleaved.

Run `python -m tests.performance.compare --rows 1e6` (1e7, 1e8), with `--json` for ratios alone. Everybody has two
threads, the same rows loaded as numbers, and gives the same counts, or the run fails. Ratios are CPU seconds, medians.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tests.performance.synthetic import FUNNEL, NAMES, Log, synthetic_log
from workbench.analysis.before import events_before
from workbench.analysis.funnel import FunnelRequest, cached_stream
from workbench.analysis.live import live_counts, step_counts
from workbench.analysis.match import Match
from workbench.analysis.measure import measure
from workbench.analysis.options import Options
from workbench.analysis.query import Query
from workbench.analysis.sequences import transition_matrix
from workbench.analysis.warm import warm_up
from workbench.events.store import EventStore
from workbench.journey.element import Element, ElementId, Link, LinkId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind

WINDOW_S = 7 * 86_400
WINDOW_US = WINDOW_S * 1_000_000
GOAL = len(FUNNEL) - 1
Answer = Callable[[], Any]


@dataclass
class Timing:
    """CPU and wall seconds of the rounds of one question to one engine."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    answer: Any = None

    def ask(self, question: Answer) -> None:
        cpu, wall = time.process_time(), time.perf_counter()
        self.answer = question()
        self.cpu.append(time.process_time() - cpu)
        self.wall.append(time.perf_counter() - wall)

    @property
    def cpu_s(self) -> float:
        return statistics.median(self.cpu)

    @property
    def wall_s(self) -> float:
        return statistics.median(self.wall)


def requests(window_s: float = WINDOW_S, steps: int = len(FUNNEL)) -> FunnelRequest:
    return FunnelRequest.of([Rule((name,)) for name in FUNNEL[:steps]], Options(window_s=window_s))


class Own:
    """The engine; `forget` empties what it remembers."""

    def __init__(self, log: Log) -> None:
        self.store: EventStore = log.store()

    def forget(self) -> None:
        vars(self.store).pop("_answers", None)

    def uncached(self, question: Answer) -> Answer:
        def ask() -> Any:
            self.forget()
            return question()

        return ask

    def funnel(self) -> list[int]:
        return list(step_counts(requests(), self.store))

    def dfg(self) -> list[int]:
        return transition_matrix(cached_stream(self.store, Options())).ravel().tolist()

    def association(self) -> list[int]:
        found = events_before(cached_stream(self.store, Options()), Match.of(Rule((FUNNEL[GOAL],))))
        return [*found.took.tolist()[:GOAL], *found.took_and_converted.tolist()[:GOAL]]

    def branching_map(self) -> Any:
        return measure(Query.of(branching_journey()), self.store).elements

    def window_shown(self) -> Any:
        """All that the window shows but Drivers: the map, its happy path, transitions, where people leave."""
        found = measure(Query.of(branching_journey()), self.store)
        return found, transition_matrix(cached_stream(self.store, Options()))


def branching_journey(only_map: bool = False) -> Journey:
    """12 elements and 16 links around the six steps."""
    sides = ("page_view", "event_01", "event_02", "event_03", "event_04", "event_05")
    names = (*FUNNEL, *sides)
    elements = tuple(
        Element(ElementId(n), Kind.MACRO if n == FUNNEL[GOAL] else Kind.STAGE, n, rule=Rule((n,)), value=None)
        for n in names
    )
    pairs = list(pairwise(FUNNEL))
    pairs += [("landing", "page_view"), ("page_view", "view_item"), ("landing", "event_01"), ("event_01", "view_item")]
    pairs += [("view_item", "event_02"), ("event_02", "add_to_cart"), ("view_item", "event_03")]
    pairs += [("event_03", "add_to_cart"), ("add_to_cart", "event_04"), ("event_04", "begin_checkout")]
    pairs += [("begin_checkout", "event_05")]
    links = tuple(Link(LinkId(f"{a}>{b}"), ElementId(a), ElementId(b)) for a, b in pairs)
    path = () if only_map else tuple(map(ElementId, FUNNEL))
    return Journey(elements=elements, links=links, happy_path=path, window_s=WINDOW_S)


class DuckDb:
    """DuckDB with a table sorted by (user, time)."""

    def __init__(self, log: Log, folder: Path) -> None:
        import duckdb
        import pyarrow as pa

        self.connection = duckdb.connect(str(folder / "duck.db"))
        self.connection.execute("set threads = 2")
        rows = pa.table({"u": log.user, "t": log.time_us, "e": log.event, "n": np.arange(len(log.user))})
        self.connection.register("rows", rows)
        self.connection.execute("create table events as select * from rows order by n")
        self.connection.unregister("rows")

    def funnel(self) -> list[int]:
        """A chain of ASOF joins that carries the latest start; a user counts if any chain fits the window."""
        steps = ["s0 as (select u, t, t as start from events where e = 0)"]
        for k in range(1, len(FUNNEL)):
            steps.append(
                f"s{k} as (select b.u, b.t, a.start from (select u, t from events where e = {k}) b "
                f"asof join s{k - 1} a on a.u = b.u and a.t <= b.t where b.t - a.start <= {WINDOW_US})"
            )
        counts = ", ".join(f"(select count(distinct u) from s{k})" for k in range(len(FUNNEL)))
        return list(self.connection.execute(f"with {', '.join(steps)} select {counts}").fetchone() or ())

    def dfg(self) -> list[int]:
        pairs = self.connection.execute(
            "select e, f, count(*) from (select e, lead(e) over (partition by u order by t, n) f from events) "
            "where f is not null group by all"
        ).fetchall()
        return _matrix(pairs)

    def association(self) -> list[int]:
        rows = self.connection.execute(
            f"with goal as (select u, arg_min(n, (t, n)) as stop from events where e = {GOAL} group by u) "
            "select e, count(*), count(stop) from (select distinct e, events.u, stop from events left join goal "
            "on events.u = goal.u where stop is null or n < stop) group by e"
        ).fetchall()
        return _association(rows)


class Chdb:
    """ClickHouse through chdb, a MergeTree ordered by (user, time)."""

    def __init__(self, log: Log, folder: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq
        from chdb import session

        self.session = session.Session(str(folder / "chdb"))
        file = folder / "rows.parquet"
        rows = pa.table({"u": log.user.astype(np.uint32), "t": log.time_us.astype(np.uint64), "e": log.event})
        rows = rows.append_column("n", pa.array(np.arange(len(log.user), dtype=np.uint64)))
        pq.write_table(rows, file, compression="zstd")
        self.session.query("create database if not exists d")
        self.session.query(
            "create table d.events (u UInt32, t UInt64, e UInt8, n UInt64) engine=MergeTree order by (u, t, n)"
        )
        self.session.query(f"insert into d.events select u, t, e, n from file('{file}', Parquet)")

    def ask(self, sql: str) -> list[tuple[int, ...]]:
        text = str(self.session.query(f"{sql} settings max_threads = 2", "CSV"))
        return [tuple(int(cell) for cell in line.split(",")) for line in text.splitlines()]

    def funnel(self) -> list[int]:
        steps = ", ".join(f"e = {k}" for k in range(len(FUNNEL)))
        rows = self.ask(
            f"select level, count() from (select u, windowFunnel({WINDOW_US})(t, {steps}) level from d.events "
            f"where e < {len(FUNNEL)} group by u) group by level"
        )
        return [sum(n for level, n in rows if level > k) for k in range(len(FUNNEL))]

    def dfg(self) -> list[int]:
        rows = self.ask(
            "select e, f, count() from (select e, leadInFrame(toInt16(e), 1, toInt16(-1)) over (partition by u order "
            "by t, n rows between current row and unbounded following) f from d.events) where f >= 0 group by e, f"
        )
        return _matrix(rows)

    def association(self) -> list[int]:
        rows = self.ask(
            f"select e, uniqExact(events.u), uniqExactIf(events.u, has) from d.events left join (select u, "
            f"argMin(n, (t, n)) stop, 1 has from d.events where e = {GOAL} group by u) goal on events.u = goal.u "
            "where has = 0 or n < stop group by e"
        )
        return _association(rows)


class Polars:
    """polars with a frame sorted by (user, time)."""

    def __init__(self, log: Log, _: Path) -> None:
        import polars as pl

        self.pl = pl
        n = np.arange(len(log.user), dtype=np.uint32)
        self.frame = pl.DataFrame({"u": log.user, "t": log.time_us, "e": log.event, "n": n})

    def funnel(self) -> list[int]:
        pl = self.pl
        front = self.frame.filter(pl.col("e") == 0).select("u", "t", start=pl.col("t"))
        counts = [front["u"].n_unique()]
        for k in range(1, len(FUNNEL)):
            hits = self.frame.filter(pl.col("e") == k).select("u", "t")
            joined = hits.join_asof(front, on="t", by="u", strategy="backward", check_sortedness=False)
            front = joined.filter(pl.col("t") - pl.col("start") <= WINDOW_US)
            counts.append(front["u"].n_unique())
        return counts

    def dfg(self) -> list[int]:
        pl = self.pl
        following = self.frame.select("u", "e", f=pl.col("e").shift(-1), v=pl.col("u").shift(-1))
        pairs = following.filter(pl.col("u") == pl.col("v")).group_by("e", "f").len()
        return _matrix(pairs.rows())

    def association(self) -> list[int]:
        pl = self.pl
        goal = self.frame.filter(pl.col("e") == GOAL).group_by("u").agg(stop=pl.col("n").min())
        before = self.frame.join(goal, on="u", how="left").filter(
            pl.col("stop").is_null() | (pl.col("n") < pl.col("stop"))
        )
        rows = before.unique(["u", "e"]).group_by("e").agg(pl.len(), pl.col("stop").count().alias("won")).rows()
        return _association(rows)


def _matrix(pairs: Any) -> list[int]:
    matrix = np.zeros((len(NAMES), len(NAMES)), np.int64)
    for a, b, n in pairs:
        matrix[a, b] = n
    return matrix.ravel().tolist()


def _association(rows: Any) -> list[int]:
    table = {row[0]: row[1:] for row in rows}
    return [table.get(code, (0, 0))[i] for i in range(2) for code in range(GOAL)]


PEERS = {"chdb": Chdb, "duckdb": DuckDb, "polars": Polars}
QUESTIONS = ("funnel", "dfg", "association")


def compare_peers(own: Own, peers: dict[str, Any], rounds: int) -> dict[tuple[str, str], Timing]:
    """Every question to everybody, round by round; all answers must be equal."""
    timings: dict[tuple[str, str], Timing] = {}
    for question in QUESTIONS:
        gc.collect()
        asked: dict[str, Answer] = {"own": own.uncached(getattr(own, question))}
        asked |= {name: getattr(peer, question) for name, peer in peers.items()}
        for ask in asked.values():
            ask()
        for number in range(rounds):
            for name, ask in asked.items():
                timing = timings.setdefault((question, name), Timing())
                for _ in range(5 if name == "own" else 1):
                    timing.ask(ask)
                if number == 0 and timing.answer != timings[question, "own"].answer:
                    raise SystemExit(f"{name} answers {question} differently: {str(timing.answer)[:200]}")
    return timings


def compare_own(own: Own, rounds: int) -> dict[str, Timing]:
    """What an edit costs against the uncached funnel, and the whole map against it."""
    timings = {name: Timing() for name in ("funnel", "append", "window", "map", "window_shown")}
    map_query = Query.of(branching_journey(only_map=True))
    asked: dict[str, Answer] = {
        "funnel": own.uncached(own.funnel),
        "map": own.uncached(lambda: measure(map_query, own.store)),
        "window_shown": own.uncached(own.window_shown),
    }
    for ask in asked.values():
        ask()
    for _ in range(rounds * 3):
        for name, ask in asked.items():
            timings[name].ask(ask)
        own.forget()
        live_counts(requests(steps=5), own.store)
        timings["append"].ask(lambda: live_counts(requests(), own.store))
        for days in (1, 3, 5):
            timings["window"].ask(lambda days=days: live_counts(requests(days * 86_400), own.store))
    return timings


def bandwidth_gb_s() -> float:
    """Bytes a second that one thread sums."""
    column = np.ones(1 << 25, np.int64)
    column.sum()
    begun = time.perf_counter()
    for _ in range(4):
        column.sum()
    return 4 * column.nbytes / (time.perf_counter() - begun) / 1e9


def bytes_touched(store: EventStore) -> int:
    """What the six-step funnel must read: keys of all steps, and rows of the first two."""
    keys, rows = (sum(store.posting_count(name) for name in FUNNEL[:k]) for k in (len(FUNNEL), 2))
    return 8 * keys + 4 * rows


def report(timings: dict[tuple[str, str], Timing], own: dict[str, Timing]) -> dict[str, float]:
    """Ratios by CPU; peers over us, edits as parts of our own funnel."""
    ratios = {
        f"{question}_vs_{name}": timing.cpu_s / timings[question, "own"].cpu_s
        for (question, name), timing in timings.items()
        if name != "own"
    }
    base = own["funnel"].cpu_s
    ratios |= {f"{name}_vs_funnel": base / own[name].cpu_s for name in ("append", "window")}
    return ratios | {f"{name}_over_funnel": own[name].cpu_s / base for name in ("map", "window_shown")}


def growth(small_rows: float, large: Timing, large_rows: int) -> float:
    """Time per row of the large log over that of a small one."""
    small = Own(synthetic_log(small_rows))
    timing = Timing()
    ask = small.uncached(small.funnel)
    ask()
    for _ in range(15):
        timing.ask(ask)
    return (large.cpu_s / large_rows) / (timing.cpu_s / small.store.n_events)


def print_table(timings: dict[tuple[str, str], Timing], own: dict[str, Timing]) -> None:
    print(f"{'question':14s} {'engine':8s} {'cpu ms':>11s} {'wall ms':>11s} {'x own cpu':>10s}")
    for (question, name), timing in timings.items():
        ratio = timing.cpu_s / timings[question, "own"].cpu_s
        print(f"{question:14s} {name:8s} {timing.cpu_s * 1e3:11.2f} {timing.wall_s * 1e3:11.2f} {ratio:10.1f}")
    for name, timing in own.items():
        part = timing.cpu_s / own["funnel"].cpu_s
        print(f"{name:14s} {'own':8s} {timing.cpu_s * 1e3:11.2f} {timing.wall_s * 1e3:11.2f} {part:9.2f}f")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=1e6)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", default="chdb,duckdb,polars", help="comma separated; none for our own figures only")
    parser.add_argument("--json", action="store_true", help="print the ratios as JSON and nothing else")
    chosen = parser.parse_args()
    warm_up()
    log = synthetic_log(chosen.rows)
    own = Own(log)
    with tempfile.TemporaryDirectory() as folder:
        names = [name for name in chosen.peers.split(",") if name in PEERS]
        peers = {name: PEERS[name](log, Path(folder)) for name in names}
        timings = compare_peers(own, peers, chosen.rounds)
        edits = compare_own(own, chosen.rounds)
    ratios = report(timings, edits)
    if chosen.rows > 2e6:
        ratios["growth"] = growth(1e6, edits["funnel"], own.store.n_events)
    if chosen.json:
        print(json.dumps({"rows": own.store.n_events, "ratios": ratios}))
        return
    print_table(timings, edits)
    touched, speed = bytes_touched(own.store), bandwidth_gb_s()
    bound = touched / speed / 1e6
    cpu_ms = edits["funnel"].cpu_s * 1e3
    print(
        f"funnel touches {touched / 1e6:.0f} MB; at {speed:.0f} GB/s that takes {bound:.1f} ms, we {cpu_ms:.1f} ms: "
        f"{cpu_ms / bound:.1f}x. The gap is branches that are guessed wrongly while two lists are merged."
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB (peers included)")
    print(json.dumps({"ratios": {name: round(value, 2) for name, value in ratios.items()}}))


if __name__ == "__main__":
    gc.disable()  # a collection inside a question would be counted as its work
    main()
