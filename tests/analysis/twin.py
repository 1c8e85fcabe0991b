"""A slow twin of the engine: it lists every walk of a unit through a graph and picks the one that the rules choose.

Written from the rules alone, without a thought for speed; logs must be small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import permutations

FOREVER = float("inf")


@dataclass(frozen=True)
class Event:
    """One event of a unit; `at` is its place in the unit's sequence."""

    at: int
    t: int
    name: str


@dataclass(frozen=True)
class Ban:
    """What must not happen between two nodes."""

    names: frozenset[str]
    source: int
    target: int


@dataclass(frozen=True)
class Rules:
    """A graph (nodes as sets of event names, edges with window and strictness) and how matching counts."""

    nodes: tuple[frozenset[str], ...]
    edges: dict[tuple[int, int], tuple[float, bool]]
    entries: frozenset[int]
    goals: frozenset[int]
    window: float = FOREVER
    ties: str = "any"
    entry: str = "any"
    repeats: str = "collapse"
    effect: str = "discard"
    is_strict: bool = False
    is_line: bool = False
    low: float = -FOREVER
    high: float = FOREVER
    bans: tuple[Ban, ...] = field(default=())

    @property
    def ranks(self) -> list[int]:
        def rank(v: int) -> int:
            return max((rank(a) + 1 for a, b in self.edges if b == v), default=0)

        return [rank(v) for v in range(len(self.nodes))]


Walk = tuple[tuple[int, Event], ...]


def line(steps: list[frozenset[str]], step_window: float = FOREVER, **how: object) -> Rules:
    n = len(steps)
    strict = bool(how.get("is_strict"))
    edges = {(k, k + 1): (step_window, strict) for k in range(n - 1)}
    return Rules(tuple(steps), edges, frozenset({0}), frozenset({n - 1}), is_line=True, **how)  # type: ignore[arg-type]


def sequence(rows: list[tuple[str, int, str]], user: str) -> list[Event]:
    ours = sorted((t, i, name) for i, (who, t, name) in enumerate(rows) if who == user)
    return [Event(at, t, name) for at, (t, _, name) in enumerate(ours)]


def canonical(rules: Rules, events: list[Event]) -> dict[Event, int]:
    """Places after each instant was sorted: matching events by their lowest node, then the others."""
    if rules.ties == "file" and not rules.is_strict:
        return {event: event.at for event in events}

    def key(event: Event) -> tuple[int, int, int]:
        lowest = min((v for v, names in enumerate(rules.nodes) if event.name in names), default=len(rules.nodes))
        return event.t, lowest, event.at

    return {event: place for place, event in enumerate(sorted(events, key=key))}


def may_follow(rules: Rules, places: dict[Event, int], edge: tuple[int, int], a: Event, b: Event) -> bool:
    window, strict = rules.edges[edge]
    if b.t - a.t > window:
        return False
    if strict:
        if places[b] <= places[a] or (rules.ties == "increasing" and not rules.is_strict and b.t == a.t):
            return False
        between = [e for e, place in places.items() if places[a] < place < places[b]]
        repeats = all(e.name in rules.nodes[edge[0]] for e in between) and rules.repeats == "collapse"
        return not between or repeats
    if rules.is_strict:
        return places[b] > places[a]
    if rules.ties == "any":
        return b.t >= a.t
    return b.t > a.t if rules.ties == "increasing" else b.at > a.at


def in_range(rules: Rules, event: Event) -> bool:
    return rules.low <= event.t < rules.high


def walks_from(rules: Rules, events: list[Event], node: int, event: Event) -> Iterator[Walk]:
    """Every walk that begins with this event at this node."""
    places = canonical(rules, events)

    def onward(walk: Walk) -> Iterator[Walk]:
        yield walk
        here, last = walk[-1]
        for a, b in rules.edges:
            for following in events if a == here else []:
                used = any(following == e for _, e in walk)
                if used or following.name not in rules.nodes[b] or following.t - event.t > rules.window:
                    continue
                if may_follow(rules, places, (a, b), last, following):
                    yield from onward((*walk, (b, following)))

    yield from onward(((node, event),))


def order_of(rules: Rules, places: dict[Event, int]) -> Callable[[Event], int]:
    return (lambda e: places[e]) if rules.is_strict else (lambda e: e.at)


def entries_of(rules: Rules, events: list[Event]) -> list[tuple[int, Event]]:
    place = order_of(rules, canonical(rules, events))
    ordered = sorted(events, key=place)
    found = [(v, e) for e in ordered for v in sorted(rules.entries) if e.name in rules.nodes[v] and in_range(rules, e)]
    if rules.entry == "first" and found:
        return [pair for pair in found if pair[1] == found[0][1]]
    return found


def preference(rules: Rules, place: Callable[[Event], int], walk: Walk) -> tuple[object, ...]:
    """Smaller is better: goal, rank, arrival, length, (times,) positions, ids."""
    end, last = walk[-1]
    times = tuple(e.t for _, e in walk) if rules.is_line else ()
    positions = tuple(place(e) for _, e in walk)
    ends = end not in rules.goals, -rules.ranks[end], last.t, -len(walk)
    return (*ends, times, positions, tuple(v for v, _ in walk))


def of_entry(rules: Rules, events: list[Event], node: int, event: Event) -> Walk:
    """The walk of one entry: for it alone positions decide before times do."""
    place = order_of(rules, canonical(rules, events))

    def key(walk: Walk) -> tuple[object, ...]:
        goal, rank, arrival, length, _, positions, ids = preference(rules, place, walk)
        return goal, rank, arrival, length, positions, ids

    return min(walks_from(rules, events, node, event), key=key)


def ban_time(rules: Rules, events: list[Event], walk: Walk) -> int | None:
    """The earliest instant at which an exclusion hits the walk."""
    nodes = [v for v, _ in walk]
    times = [e.t for _, e in walk]
    hits = []
    for ban in rules.bans:
        if ban.source not in nodes:
            continue
        a = nodes.index(ban.source)
        b = nodes.index(ban.target) if ban.target in nodes else None
        goes_there = b == a + 1 or a == len(nodes) - 1
        if not rules.is_line and not goes_there:
            continue
        for e in events:
            if e.name in ban.names and e.t > times[a]:
                inside = e.t < times[b] if b is not None else e.t - times[0] <= rules.window
                hits += [e.t] if inside else []
    return min(hits, default=None)


def chosen(rules: Rules, events: list[Event]) -> Walk:
    """The walk that counts, () if there is none."""
    place = order_of(rules, canonical(rules, events))
    left = []
    for node, event in entries_of(rules, events):
        walk = of_entry(rules, events, node, event)
        banned = ban_time(rules, events, walk)
        if banned is not None:
            walk = tuple(step for step in walk if step[1].t <= banned) if rules.effect == "stop" else ()
        left += [walk] if walk else []
    return min(left, key=lambda walk: preference(rules, place, walk), default=())


def attempts(rules: Rules, events: list[Event]) -> list[int]:
    """How far each attempt got, one open at a time."""
    place = order_of(rules, canonical(rules, events))
    ordered = sorted(events, key=place)
    depths, closed, used = [], -FOREVER, -1
    for event in ordered:
        if event.name not in rules.nodes[0] or not in_range(rules, event) or event.t <= closed or place(event) <= used:
            continue
        later = [e for e in ordered if place(e) >= place(event)]
        walk = of_entry(rules, later, 0, event)
        banned = ban_time(rules, events, walk)
        if banned is not None:
            walk = tuple(step for step in walk if step[1].t <= banned)
            closed = banned
        elif len(walk) == len(rules.nodes):
            closed, used = -FOREVER, max(place(e) for _, e in walk)
        else:
            closed = event.t + rules.window
        depths.append(len(walk))
    return depths


def open_chain(rules: Rules, events: list[Event]) -> Walk:
    """The chain of a funnel that may be entered anywhere: most steps, then the earliest positions."""
    found = [
        of_entry(rules, events, v, e)
        for e in events
        for v, names in enumerate(rules.nodes)
        if e.name in names and in_range(rules, e)
    ]
    return min(found, key=lambda w: (-len(w), [e.at for _, e in w], w[0][0]), default=())


def largest_matching(steps: tuple[frozenset[str], ...], names: list[str]) -> int:
    """By trying every assignment of steps to events."""
    best = 0
    for order in permutations(range(len(steps))):
        left = list(names)
        served = 0
        for step in order:
            fitting = next((name for name in left if name in steps[step]), None)
            if fitting is not None:
                left.remove(fitting)
                served += 1
        best = max(best, served)
    return best


def any_order(rules: Rules, events: list[Event], anchor_first: bool = False) -> list[int]:
    """The instants at which one more step was served, of the chosen attempt."""
    opening = [e for e in events if in_range(rules, e) and any(e.name in names for names in rules.nodes)]
    opening = [e for e in opening if not anchor_first or e.name in rules.nodes[0]]
    left = []
    for first in opening[:1] if rules.entry == "first" else opening:
        inside = [e for e in events if e.at >= first.at and e.t - first.t <= rules.window]
        times: list[int] = []
        for k, event in enumerate(inside):
            if largest_matching(rules.nodes, [e.name for e in inside[: k + 1]]) > len(times):
                times.append(event.t)
        is_whole = len(times) == len(rules.nodes)
        hits = [e.t for e in events for ban in rules.bans if e.name in ban.names and e.t > times[0]]
        hits = [t for t in hits if (t < times[-1] if is_whole else t - times[0] <= rules.window)]
        if hits:
            times = [t for t in times if t <= min(hits)] if rules.effect == "stop" else []
        left += [times] if times else []
    return min(left, key=lambda times: (-len(times), times[-1], times), default=[])
