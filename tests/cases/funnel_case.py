"""Runs one funnel case through the engine and names its figures as the case files do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.analysis import breakdown as groups
from workbench.analysis import funnel_correlation as correlation
from workbench.analysis import sequences
from workbench.analysis.choice import choose, walk_on
from workbench.analysis.funnel import Between, Funnel, FunnelRequest, funnel, mature, ratio
from workbench.analysis.graph import count_paths
from workbench.analysis.hits import positions
from workbench.analysis.loss import longest_pauses_us, next_events
from workbench.analysis.match import FirstTime, Match, Predicate
from workbench.analysis.options import (
    US,
    Cleaning,
    CountBy,
    Effect,
    Entry,
    Mode,
    Options,
    Repeats,
    Span,
    Ties,
    Unit,
)
from workbench.analysis.shape import Edge, Shape
from workbench.analysis.stream import Stream, stream_of
from workbench.analysis.timing import Durations, histogram, shared_edges, summarise
from workbench.analysis.trend import trend
from workbench.errors import WorkbenchError
from workbench.events.store import EventStore
from workbench.journey.rule import Condition, Operator

Case = dict[str, Any]

KNOWN_OPTIONS = {
    "ties",
    "entry",
    "step_window_s",
    "strict_repeats",
    "exclusion_effect",
    "count_by",
    "range",
    "clip_to_range",
    "filter",
    "dedupe",
    "anchor_first",
    "data_end",
}


def run(case: Case) -> dict[str, Any]:
    """All figures that the engine has for a case; {"error": ...} if it refuses it."""
    unknown = set(case.get("options", {})) - KNOWN_OPTIONS
    assert not unknown, f"unknown options: {sorted(unknown)}"
    assert case["mode"] in MODES, f"unknown mode: {case['mode']}"
    try:
        return MODES[case["mode"]](case)
    except WorkbenchError as error:
        return {"error": "window" if "window" in error.message else "exclusion_range"}


def us(seconds: float) -> int:
    return round(seconds * US)


def condition(given: Case) -> Condition:
    value = given.get("value")
    return Condition(given["prop"], Operator(given["op"]), tuple(value) if isinstance(value, list) else value)


def match(step: Case) -> Match:
    return Match(tuple(predicate(one, step) for one in step.get("any_of", [step])))


def predicate(one: Case, step: Case) -> Predicate:
    first = one.get("first_time") or step.get("first_time")
    conditions = tuple(map(condition, one.get("where", [])))
    return Predicate(one.get("event"), conditions, FirstTime(first) if first else None)


def unit(given: Case | None) -> Unit:
    if given is None:
        return Unit()
    return Unit(CountBy(given["type"]), given.get("gap_s", 1800), given.get("prop"))


def options(case: Case) -> Options:
    given = case.get("options", {})
    span = Span(us(given["range"]["from"]), us(given["range"]["to"])) if given.get("range") else Span()
    dedupe = given.get("dedupe")
    cleaning = Cleaning(
        dedupe_exact=dedupe == "exact",
        dedupe_within_s=dedupe["within_s"] if isinstance(dedupe, dict) else None,
        filters=tuple(map(condition, given.get("filter") or [])),
        clip=span if given.get("clip_to_range") else None,
    )
    mode = case["mode"]
    return Options(
        Mode(mode) if mode in list(Mode) else Mode.ORDERED,
        case.get("window_s"),
        given.get("step_window_s"),
        Ties(given.get("ties", "any")),
        Entry(given.get("entry", "any")),
        Repeats(given.get("strict_repeats", "collapse")),
        Effect(given.get("exclusion_effect", "discard")),
        given.get("anchor_first", False),
        unit(given.get("count_by")),
        span,
        cleaning,
    )


def request(case: Case) -> FunnelRequest:
    n = len(case["steps"])
    bans = [Between(match(ban), ban.get("from", 1), ban.get("to", n)) for ban in case.get("exclusions", [])]
    return FunnelRequest(tuple(map(match, case["steps"])), tuple(bans), options(case))


def store(case: Case) -> EventStore:
    return EventStore.from_rows([tuple(event) for event in case["events"]])


def labels(stream: Stream) -> list[str]:
    return [stream.label(i) for i in range(stream.n_units)]


def run_funnel(case: Case) -> dict[str, Any]:
    log = store(case)
    counted = funnel(request(case), log)
    names = labels(counted.stream)
    absent = sorted(set(case.get("all_users", [])) - set(names))
    units = len(names) + len(absent)
    found: dict[str, Any] = {
        "counts": list(counted.counts),
        "units": units,
        "share_of_all": list(counted.share_of_all(units)),
        "rate_total": list(counted.rate_total),
        "rate_step": list(counted.rate_step),
        "dropped": list(counted.dropped),
    }
    if counted.request.options.unit.by is CountBy.ATTEMPTS or not counted.n_steps:
        return found | {"depth": dict.fromkeys([*names, *absent], 0)}
    found |= per_unit(counted, names, absent) | times(case, counted)
    found |= losses(case, counted)
    for extra, answer in EXTRAS.items():
        if extra in case:
            found[ANSWERS.get(extra, extra)] = answer(case, counted, log)
    if case.get("options", {}).get("data_end") is not None:
        ripe = mature(counted, us(case["options"]["data_end"]))
        found |= {"counts_mature": list(ripe.counts), "immature": ripe.immature} if ripe else {}
    return found


def per_unit(counted: Funnel, names: list[str], absent: list[str]) -> dict[str, Any]:
    depth = {name: int(d) for name, d in zip(names, counted.depth, strict=True)} | dict.fromkeys(absent, 0)
    paths = counted.paths
    spans = {name: paths.time_us[paths.at[i] : paths.at[i + 1]] / US for i, name in enumerate(names)}
    reached = range(1, counted.n_steps + 1)
    return {
        "depth": depth,
        "units_at": {str(k): sorted(name for name, d in depth.items() if d >= k) for k in reached},
        "times": {name: span.tolist() for name, span in spans.items() if len(span)},
    }


def durations(summary: Durations) -> dict[str, Any]:
    return {name: getattr(summary, name) for name in Durations.__slots__}


def times(case: Case, counted: Funnel) -> dict[str, Any]:
    asked = case.get("ttc", {})
    taken = counted.seconds_between(asked.get("from_step", 1), asked.get("to_step", counted.n_steps))
    steps = range(1, counted.n_steps)
    return {
        "step_s": [None, *(durations(summarise(counted.seconds_between(k, k + 1))) for k in steps)],
        "ttc_s": durations(summarise(taken)),
        "hist": [[bar.left, bar.count] for bar in histogram(taken, asked.get("bins"))],
    }


def losses(case: Case, counted: Funnel) -> dict[str, Any]:
    if case["mode"] == "any":
        return {}
    paths = counted.paths
    lost = {}
    for k in range(1, counted.n_steps):
        last = paths.at[:-1][counted.depth == k] + k - 1
        if len(last):
            position = paths.position[last]
            lost[str(k)] = dict(next_events(counted.stream, position, horizon_s=case.get("horizon_s")))
    return {"next": lost}


def micro_abandon(case: Case, counted: Funnel, _: EventStore) -> list[int]:
    paths = counted.paths
    left = []
    for k in range(1, counted.n_steps):
        begin = paths.at[:-1][counted.depth > k] + k - 1
        pauses = longest_pauses_us(counted.stream, paths.position[begin], paths.position[begin + 1])
        left.append(int((pauses > us(case["micro_gap_s"])).sum()))
    return left


def buckets(case: Case, counted: Funnel, log: EventStore) -> list[list[int]]:
    asked = case["trend"]
    edges = np.arange(asked["from"], asked["to"], asked["bucket_s"])
    spans = [Span(us(edge), us(edge + asked["bucket_s"])) for edge in edges]
    found = trend(counted.request, log, spans, asked.get("from_step", 1), asked.get("to_step"))
    return [[bucket.reached_first, bucket.reached_last] for bucket in found]


def split(case: Case, counted: Funnel, log: EventStore) -> dict[str, Any]:
    asked = case["breakdown"]
    if asked["by"] == "user":
        known = case["user_props"]
        by_unit = [known.get(name, {}).get(asked["prop"], groups.NO_VALUE) for name in labels(counted.stream)]
        found = groups.grouped(counted, list(map(str, by_unit)))
    else:
        by = groups.Attribution(asked["by"])
        found = groups.breakdown(counted.request, log, asked["prop"], by, asked.get("step", 1))
    return {group.name: {"counts": list(group.counts), "avg_s": group.avg_s} for group in found}


def correlate(case: Case, counted: Funnel, _: EventStore) -> dict[str, Any]:
    asked = case["correlate"]
    keep = correlation.Keep(asked.get("min_count", 0), asked.get("min_share", 0), asked.get("min_units", 0))
    prior = asked.get("prior", 1)
    if asked["by"] == "user_props":
        known = case["user_props"]
        names = labels(counted.stream)
        values = {prop: [str(known.get(name, {}).get(prop, "")) for name in names] for prop in asked["props"]}
        found = correlation.with_unit_values(counted, values, keep, prior)
    elif asked["by"] == "event_props":
        skip = asked.get("skip_props", [])
        found = correlation.with_event_values(counted, asked["events"], skip, keep, prior)
    else:
        found = correlation.with_events(counted, asked.get("skip", []), keep, prior)
    rows = sorted(found.rows, key=lambda row: (-row.odds_ratio, row.key))
    return {
        "success_total": found.success_total,
        "failure_total": found.failure_total,
        "rows": [{name: getattr(row, name) for name in correlation.Related.__slots__} for row in rows],
    }


EXTRAS: dict[str, Callable[[Case, Funnel, EventStore], Any]] = {
    "micro_gap_s": micro_abandon,
    "trend": buckets,
    "breakdown": split,
    "correlate": correlate,
}
ANSWERS = {"micro_gap_s": "micro_abandon", "correlate": "correlation"}


def run_open(case: Case) -> dict[str, Any]:
    counted = funnel(request(case), store(case))
    figures = ("counts", "entered", "continued", "dropped")
    return {name: list(getattr(counted, name)) for name in figures}


def run_graph(case: Case) -> dict[str, Any]:
    asked = case["graph"]
    how = options(case)
    edges = [Edge(a, b, how.step_window_us) for a, b in asked["edges"]]
    entries = asked.get("entry") or [v for v in asked["nodes"] if all(v != b for _, b in asked["edges"])]
    goals = asked.get("goal") or [v for v in asked["nodes"] if all(v != a for a, _ in asked["edges"])]
    shape = Shape.of(asked["nodes"], edges, entries, goals)
    stream = stream_of(store(case), how.unit, how.cleaning)
    walk = walk_on(stream, shape, how, [positions(stream, match(asked["nodes"][node])) for node in shape.nodes])
    counts = count_paths(walk, *choose(walk))
    by_node = ("on_path", "reached", "stopped")
    by_edge = ("took", "eventually", "direct")
    ways = [f"{edge.source}>{edge.target}" for edge in shape.edges]
    nodes = {name: dict(zip(shape.nodes, getattr(counts, name).tolist(), strict=True)) for name in by_node}
    links = {name: dict(zip(ways, getattr(counts, name).tolist(), strict=True)) for name in by_edge}
    return nodes | links


def run_path(case: Case) -> dict[str, Any]:
    how = options(case)
    stream = stream_of(store(case), how.unit, how.cleaning)
    rates = sequences.exit_rates(stream)
    found: dict[str, Any] = {
        "transitions": {f"{a}>{b}": n for (a, b), n in sequences.transitions(stream).items()},
        "starts": sequences.starts(stream),
        "ends": sequences.ends(stream),
        "units": stream.n_units,
        "exit_rate": {},
        "sessions": dict(sequences.units_by_owner(stream)) if how.unit.by is CountBy.SESSION else {},
    }
    for name in case.get("exit_rate", []):
        rate = rates.get(name, sequences.ExitRate(0, 0))
        found["exit_rate"][name] = [rate.exits, rate.occurrences, ratio(rate.exits, rate.occurrences)]
    if "step_matrix" in case:
        found["step_matrix"] = sequences.step_matrix(stream, case["step_matrix"])
    if "eventually" in case:
        patterns = case["eventually"]
        found["eventually"] = {">".join(pattern): sequences.eventually(stream, pattern) for pattern in patterns}
    if "next_after" in case:
        found["next_after"] = dict(zip(labels(stream), sequences.next_after(stream, case["next_after"]), strict=True))
    return found


def run_bins(case: Case) -> dict[str, Any]:
    periods = [Durations(p["n"], min=p["min"], max=p["max"]) for p in case["periods"] if p]
    return {"edges": list(shared_edges(periods, case.get("bins")))}


def run_stat(case: Case) -> dict[str, Any]:
    keep = correlation.Keep(case["min_count"], case["min_share"])
    tables = case["tables"]
    return {
        "kept": [
            row["key"]
            for row in tables
            if keep.keeps(row["success"] + row["failure"], row["success_total"] + row["failure_total"])
        ]
    }


MODES: dict[str, Callable[[Case], dict[str, Any]]] = {
    "ordered": run_funnel,
    "strict": run_funnel,
    "any": run_funnel,
    "open": run_open,
    "graph": run_graph,
    "path": run_path,
    "bins": run_bins,
    "stat": run_stat,
}
