"""The engine equals the slow twin on random logs with heavy ties, repeats and branches."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analysis import twin
from workbench.analysis.choice import Exclusion, Paths, Walk, choose, walk_on
from workbench.analysis.funnel import Between, Funnel, FunnelRequest, funnel
from workbench.analysis.graph import count_paths
from workbench.analysis.hits import positions
from workbench.analysis.lists import Course
from workbench.analysis.match import Match, Predicate
from workbench.analysis.options import (
    FOREVER_US,
    US,
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
from workbench.analysis.plain_walk import is_plain, tally, walk
from workbench.analysis.plain_walk import paths as paths_of
from workbench.analysis.shape import Edge, Shape
from workbench.analysis.stream import Stream, stream_of
from workbench.analysis.tally import Places, Tally, exact_tally
from workbench.events.store import EventStore

LOGS = 5000 if settings().max_examples > 100 else 300
some = settings(max_examples=LOGS // 3, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=LOGS, deadline=None, suppress_health_check=list(HealthCheck))

names = st.sampled_from("ABCx")
rows = st.lists(st.tuples(st.sampled_from("uv"), st.integers(0, 5), names), max_size=11)
step = st.frozensets(st.sampled_from("ABC"), min_size=1, max_size=2)
windows = st.sampled_from([None, 0, 2, 4])


@st.composite
def ways(draw: st.DrawFn) -> dict[str, object]:
    """Options that every mode has."""
    return {
        "ties": draw(st.sampled_from(["any", "any", "increasing", "file"])),
        "entry": draw(st.sampled_from(["any", "any", "first"])),
        "effect": draw(st.sampled_from(["discard", "stop"])),
        "repeats": draw(st.sampled_from(["collapse", "break"])),
        "low": draw(st.sampled_from([-np.inf, 1])),
        "high": draw(st.sampled_from([np.inf, 4])),
        "window": draw(windows),
    }


@st.composite
def graphs(draw: st.DrawFn) -> twin.Rules:
    n = draw(st.integers(1, 5))
    pairs = [(a, b) for a in range(n) for b in range(a + 1, n)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    limits = {edge: (seconds(draw(st.sampled_from([None, None, 1]))), draw(st.integers(0, 5)) == 0) for edge in edges}
    how = draw(ways())
    bans = (
        [twin.Ban(frozenset("x"), *edge) for edge in draw(st.lists(st.sampled_from(edges), max_size=2))]
        if edges
        else []
    )
    nodes = tuple(draw(step) for _ in range(n))
    some = st.frozensets(st.integers(0, n - 1), min_size=1)
    return twin.Rules(
        nodes, limits, draw(some), draw(some), **(how | {"window": seconds(how["window"])}), bans=tuple(bans)
    )


def seconds(window: object) -> float:
    return np.inf if window is None else float(window)  # type: ignore[arg-type]


def us(window: float) -> int:
    return FOREVER_US if window == np.inf else round(window * US)


def match(step: frozenset[str]) -> Match:
    return Match(tuple(Predicate(name) for name in sorted(step)))


def options(how: dict[str, object], mode: Mode = Mode.ORDERED, **more: object) -> Options:
    low, high = how["low"], how["high"]
    span = Span(-FOREVER_US if low == -np.inf else us(low), FOREVER_US if high == np.inf else us(high))  # type: ignore[arg-type]
    return Options(
        mode,
        how["window"],  # type: ignore[arg-type]
        ties=Ties(how["ties"]),
        entry=Entry(how["entry"]),
        strict_repeats=Repeats(how["repeats"]),
        exclusion_effect=Effect(how["effect"]),
        span=span,
        **more,  # type: ignore[arg-type]
    )


def walks(paths: Paths, stream: Stream) -> dict[str, list[tuple[int, int]]]:
    """By user the (node, place in the user's sequence) of the chosen path."""
    users, offset = stream.store.user_ids, stream.offset
    found = {}
    for u in range(len(users)):
        part = slice(paths.at[u], paths.at[u + 1])
        found[users[u]] = list(zip(paths.node[part].tolist(), (paths.position[part] - offset[u]).tolist(), strict=True))
    return found


def expected(rules: twin.Rules, log: list[tuple[str, int, str]]) -> dict[str, list[tuple[int, int]]]:
    users = sorted({user for user, _, _ in log})
    return {user: [(v, e.at) for v, e in twin.chosen(rules, twin.sequence(log, user))] for user in users}


def engine_walk(rules: twin.Rules, log: list[tuple[str, int, str]]) -> Walk:
    how = {name: getattr(rules, name) for name in ("ties", "entry", "repeats", "effect", "low", "high")}
    how["window"] = None if rules.window == np.inf else rules.window
    edges = [Edge(str(a), str(b), us(window), strict) for (a, b), (window, strict) in rules.edges.items()]
    ids = [str(v) for v in range(len(rules.nodes))]
    shape = Shape.of(ids, edges, map(str, rules.entries), map(str, rules.goals))
    stream = stream_of(EventStore.from_rows(log))
    return walk_on(stream, shape, options(how), [positions(stream, match(rules.nodes[int(v)])) for v in shape.nodes])


def renumbered(rules: twin.Rules, order: list[int]) -> twin.Rules:
    """The rules with nodes in the engine's topological order, which decides canonical order inside an instant."""
    at = {v: i for i, v in enumerate(order)}
    return twin.Rules(
        tuple(rules.nodes[v] for v in order),
        {(at[a], at[b]): limits for (a, b), limits in rules.edges.items()},
        frozenset(at[v] for v in rules.entries),
        frozenset(at[v] for v in rules.goals),
        *(getattr(rules, name) for name in ("window", "ties", "entry", "repeats", "effect")),
        low=rules.low,
        high=rules.high,
        bans=tuple(twin.Ban(ban.names, at[ban.source], at[ban.target]) for ban in rules.bans),
    )


@many
@given(rows, graphs())
def test_chosen_paths_equal_the_twin(log: list[tuple[str, int, str]], rules: twin.Rules) -> None:
    ground = engine_walk(rules, log)
    rules = renumbered(rules, [int(v) for v in ground.shape.nodes])
    banned = positions(ground.stream, match(frozenset("x")))
    paths, _ = choose(ground, [Exclusion(ban.source, ban.target, banned) for ban in rules.bans])
    got = walks(paths, ground.stream)
    ids = [ground.shape.nodes[v] for v in range(len(ground.shape.nodes))]
    if ids == sorted(ids):
        assert got == expected(rules, log)
    else:
        lengths = {user: len(path) for user, path in got.items()}
        assert lengths == {user: len(path) for user, path in expected(rules, log).items()}


@many
@given(rows, graphs())
def test_what_is_reached_equals_the_twin(log: list[tuple[str, int, str]], rules: twin.Rules) -> None:
    check_reached(log, rules)


def check_reached(log: list[tuple[str, int, str]], rules: twin.Rules) -> None:
    ground = engine_walk(rules, log)
    rules = renumbered(rules, [int(v) for v in ground.shape.nodes])
    counts = count_paths(ground, *choose(ground))
    reached = dict.fromkeys(range(len(rules.nodes)), 0)
    eventually, direct = (dict.fromkeys(rules.edges, 0) for _ in range(2))
    for user in {user for user, _, _ in log}:
        events = twin.sequence(log, user)
        every = [w for v, e in twin.entries_of(rules, events) for w in twin.walks_from(rules, events, v, e)]
        for v in {w[-1][0] for w in every}:
            reached[v] += 1
        for edge in {(w[-2][0], w[-1][0]) for w in every if len(w) > 1}:
            eventually[edge] += 1
        for edge in {(w[-2][0], w[-1][0]) for w in every if len(w) > 1 and w[-1][1].at == w[-2][1].at + 1}:
            direct[edge] += 1
    ways_of = [(ground.shape.index[edge.source], ground.shape.index[edge.target]) for edge in ground.shape.edges]
    assert counts.reached.tolist() == list(reached.values())
    assert dict(zip(ways_of, counts.eventually.tolist(), strict=True)) == eventually
    assert dict(zip(ways_of, counts.direct.tolist(), strict=True)) == direct


@many
@given(rows, graphs())
def test_flows_balance(log: list[tuple[str, int, str]], rules: twin.Rules) -> None:
    ground = engine_walk(rules, log)
    counts = count_paths(ground, *choose(ground))
    n = len(ground.shape.nodes)
    into, out = np.zeros(n, int), np.zeros(n, int)
    for k, edge in enumerate(ground.shape.edges):
        out[ground.shape.index[edge.source]] += counts.took[k]
        into[ground.shape.index[edge.target]] += counts.took[k]
    assert (counts.on_path == counts.entered + into).all()
    assert (counts.on_path == out + counts.stopped + counts.arrived).all()
    assert (counts.on_path <= counts.reached).all()
    assert (counts.took <= counts.eventually).all()
    assert (counts.direct <= counts.eventually).all()


@st.composite
def plain_graphs(draw: st.DrawFn) -> twin.Rules:
    rules = draw(graphs())
    return replace(rules, edges=dict.fromkeys(rules.edges, (np.inf, False)), ties="any", bans=())


@many
@given(rows, plain_graphs(), st.integers(0, 5), st.lists(st.tuples(st.integers(0, 4), step), max_size=2))
def test_the_swift_walk_equals_the_general_one(log, rules, limit, seats) -> None:  # type: ignore[no-untyped-def]
    ground = engine_walk(rules, log)
    stream, shape = ground.stream, ground.shape
    matches = tuple(match(rules.nodes[int(v)]) for v in shape.nodes)
    sits = tuple((node, match(names)) for node, names in seats if node < len(matches))
    course = Course(stream, shape, ground.options, matches, sits)
    assert is_plain(course)
    hits = tuple((node, positions(stream, one)) for node, one in sits)
    places = Places(hits, frozenset("B"), limit * US)
    walked = walk(course, places)
    quick, exact = tally(walked, places), exact_tally(ground, (), places)
    for figure in fields(Tally):
        if figure.name not in ("edge_taken", "duration_us"):
            assert getattr(quick, figure.name).tolist() == getattr(exact, figure.name).tolist(), figure.name
    assert quick.medians_s() == exact.medians_s()
    found, chosen = paths_of(walked), choose(ground)[0]
    for column in fields(Paths):
        assert getattr(found, column.name).tolist() == getattr(chosen, column.name).tolist(), column.name


@many
@given(st.permutations("ABCxABCABxC"), st.integers(0, 11), graphs(), st.integers(0, 11))
def test_the_scan_equals_the_twin_where_instants_differ(order, border, rules, limit) -> None:  # type: ignore[no-untyped-def]
    log = [("u" if t < border else "v", t, name) for t, name in enumerate(order)]
    n = min(3, len(rules.nodes))
    edges = {pair: (np.inf, False) for pair in rules.edges if max(pair) < n}
    entries, goals = (frozenset(v for v in some if v < n) or frozenset({0}) for some in (rules.entries, rules.goals))
    rules = replace(rules, nodes=tuple(map(frozenset, "ABC"[:n])), edges=edges, ties="any", bans=())
    ground = engine_walk(replace(rules, entries=entries, goals=goals), log)
    rules = renumbered(replace(rules, entries=entries, goals=goals), [int(v) for v in ground.shape.nodes])
    matches = tuple(match(names) for names in rules.nodes)
    seat = match(frozenset("x"))
    course = Course(ground.stream, ground.shape, ground.options, matches, ((0, seat),))
    places = Places(((0, positions(ground.stream, seat)),), frozenset("B"), limit * US)
    walked = walk(course, places)
    assert not len(walked.tangled)
    quick, exact = tally(walked, places), exact_tally(ground, (), places)
    for figure in fields(Tally):
        if figure.name not in ("edge_taken", "duration_us"):
            assert getattr(quick, figure.name).tolist() == getattr(exact, figure.name).tolist(), figure.name
    if ground.shape.nodes == tuple(sorted(ground.shape.nodes)):
        assert walks(paths_of(walked), ground.stream) == expected(rules, log)


steps_of = st.lists(step, min_size=1, max_size=5)


def request(steps: list[frozenset[str]], how: Options, bans: list[tuple[int, int]]) -> FunnelRequest:
    banned = match(frozenset("x"))
    return FunnelRequest(tuple(map(match, steps)), tuple(Between(banned, a + 1, b + 1) for a, b in bans), how)


Line = tuple[list[frozenset[str]], dict[str, object], float | None, list[tuple[int, int]]]


@st.composite
def lines(draw: st.DrawFn) -> Line:
    steps = draw(steps_of)
    pairs = [(a, b) for a in range(len(steps)) for b in range(a + 1, len(steps))]
    bans = draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else []
    return steps, draw(ways()), draw(st.sampled_from([None, None, 1])), bans


def twin_line(
    line: tuple[list[frozenset[str]], dict[str, object], float | None, list[tuple[int, int]]], **more: object
) -> twin.Rules:
    steps, how, step_window, bans = line
    how = how | {"window": seconds(how["window"])} | more
    return twin.line(steps, seconds(step_window), bans=tuple(twin.Ban(frozenset("x"), *pair) for pair in bans), **how)


def path_places(counted: Funnel) -> dict[str, list[tuple[int, int]]]:
    return walks(counted.paths, counted.stream)


@many
@given(rows, lines(), st.booleans())
def test_ordered_and_strict_funnels_equal_the_twin(log, line, is_strict) -> None:  # type: ignore[no-untyped-def]
    steps, how, step_window, bans = line
    mode = Mode.STRICT if is_strict else Mode.ORDERED
    counted = funnel(request(steps, options(how, mode, step_window_s=step_window), bans), EventStore.from_rows(log))
    assert path_places(counted) == expected(twin_line(line, is_strict=is_strict), log)


@many
@given(rows, lines())
def test_attempts_equal_the_twin(log, line) -> None:  # type: ignore[no-untyped-def]
    steps, how, step_window, bans = line
    asked = options(how, step_window_s=step_window, unit=Unit(CountBy.ATTEMPTS))
    counted = funnel(request(steps, asked, bans), EventStore.from_rows(log))
    users = {user for user, _, _ in log}
    depths = [depth for user in users for depth in twin.attempts(twin_line(line), twin.sequence(log, user))]
    assert counted.counts == tuple(sum(depth > k for depth in depths) for k in range(len(steps)))


@many
@given(rows, lines())
def test_open_funnels_equal_the_twin(log, line) -> None:  # type: ignore[no-untyped-def]
    steps, how, step_window, _ = line
    asked = options(how, Mode.OPEN, step_window_s=step_window)
    counted = funnel(request(steps, asked, []), EventStore.from_rows(log))
    rules = twin_line(line)
    users = sorted({user for user, _, _ in log})
    chains = {user: twin.open_chain(rules, twin.sequence(log, user)) for user in users}
    assert path_places(counted) == {user: [(v, e.at) for v, e in chain] for user, chain in chains.items()}


@many
@given(rows, lines(), st.booleans(), st.booleans())
def test_any_order_equals_the_twin(log, line, anchor_first, is_banned) -> None:  # type: ignore[no-untyped-def]
    steps, how, _, _ = line
    bans = [(0, len(steps) - 1)] if is_banned and len(steps) > 1 else []
    asked = options(how, Mode.ANY, anchor_first=anchor_first)
    counted = funnel(request(steps, asked, bans), EventStore.from_rows(log))
    rules = twin_line((steps, how, None, bans))
    for u, user in enumerate(counted.stream.store.user_ids):
        times = twin.any_order(rules, twin.sequence(log, user), anchor_first)
        part = slice(counted.paths.at[u], counted.paths.at[u + 1])
        assert (counted.paths.time_us[part] / US).tolist() == times


def test_events_of_one_instant_differ_at_a_strict_link() -> None:
    """Found by search: of two equal events only the later one stands directly before a third on a strict link."""
    any_time = float("inf")
    edges = {(0, 1): (any_time, True), (0, 2): (any_time, True), (0, 3): (any_time, True), (1, 2): (any_time, True)}
    nodes = (frozenset("A"), frozenset("A"), frozenset("A"), frozenset("AB"))
    rules = twin.Rules(nodes, {**edges, (1, 3): (any_time, False)}, frozenset({0}), frozenset({0}))
    log = [("u", 0, "A"), ("u", 0, "B"), ("u", 0, "A")]
    check_reached(log, rules)
