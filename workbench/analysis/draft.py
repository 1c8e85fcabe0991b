"""A first map out of the data: which events matter, in which order people first do them, and who goes on to what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.timeline import DEFAULT_AMBIENT
from workbench.events.store import EventStore
from workbench.events.vocabulary import is_purchase

MOST_EVENTS = 10
FEWEST_PEOPLE = 0.005
WIDE_LINK = 0.08
MOST_LINKS = 3
ENTRY = "session_start"
NEVER = -(1 << 62)
EVEN = 0.05

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Draft:
    """Events in the order of their first times; `links` are (source, target, people); `macro` is the outcome."""

    events: tuple[str, ...]
    macro: str
    links: tuple[tuple[str, str, int], ...]


def draft(store: EventStore, technical: Iterable[str] = (), most: int = MOST_EVENTS) -> Draft | None:
    """Propose a map: it is meant to be mended by a person, who knows what the events mean.

    Parameters
    ----------
    store : EventStore
    technical : names of events that nobody chose to do
    most : int
        Elements at most.

    Returns
    -------
    Draft or None
        None where fewer than two events of enough people are left.

    Notes
    -----
    Every person counts by the first time of each event. Events stand in the order in which most people do them first;
    a link is drawn where at least 8 % of those at its start go on to its end as their next new event, and every event
    has at least the way that most people came by. The outcome is the most frequent purchase, else the last event.

    Examples
    --------
    >>> people = [(f"u{n}", at, name) for n in range(9) for at, name in enumerate(("view", "cart", "buy"))]
    >>> found = draft(EventStore.from_rows(people))
    >>> found.events, found.macro, found.links[0]
    (('view', 'cart', 'buy'), 'buy', ('view', 'cart', 9))
    """
    first = {name: _first_rows(store, name) for name in store.event_names}
    chosen = _chosen(store, first, set(technical) | set(DEFAULT_AMBIENT), most)
    if len(chosen) < 2:
        return None
    purchases = [name for name in chosen if is_purchase(name)]
    order = _ordered(store, first, chosen)
    macro = max(purchases, key=lambda name: len(first[name])) if purchases else order[-1]
    return Draft(tuple(order), macro, _links(_moves(store, first, order), order, macro))


def _first_rows(store: EventStore, name: str) -> Ints:
    """Row of the first time of each person who did it."""
    rows = np.asarray(store.postings(store.code_by_name[name]), np.int64)
    owner = store.user_of(rows)
    return rows[np.flatnonzero(np.diff(owner, prepend=-1))]


def _chosen(store: EventStore, first: dict[str, Ints], left_out: set[str], most: int) -> list[str]:
    fewest = max(2.0, FEWEST_PEOPLE * store.n_users)
    able = [name for name, rows in first.items() if name not in left_out and len(rows) >= fewest]
    if len(able) < 2:  # a log of pages alone: better a map of these than none
        able = [name for name, rows in first.items() if len(rows) >= fewest]
    able.sort(key=lambda name: (not is_purchase(name), -len(first[name]), name))
    entry = [ENTRY] if ENTRY in first and ENTRY not in able else []
    return [*entry, *able[: most - len(entry)]]


def _ordered(store: EventStore, first: dict[str, Ints], chosen: list[str]) -> list[str]:
    """Always the event that waits for the fewest of those left: which most people do earlier; then the most frequent.

    Exports batch the events of one page load, in no order that means anything.
    """
    time_of = _time_of(store, first, chosen)
    size = len(chosen)
    comes_before = np.zeros((size, size), np.bool_)
    for a in range(size):
        for b in range(size):
            both = (time_of[a] > NEVER) & (time_of[b] > NEVER)
            gap = time_of[b][both] - time_of[a][both]
            comes_before[a, b] = len(gap) > 0 and np.mean(gap > 0) + np.mean(gap == 0) / 2 > 0.5 + EVEN
    left, order = list(range(size)), list[str]()
    while left:
        waits_for = {b: int(comes_before[left, b].sum()) for b in left}
        here = min(left, key=lambda b: (chosen[b] != ENTRY, waits_for[b], -len(first[chosen[b]]), chosen[b]))
        order.append(chosen[here])
        left.remove(here)
    return order


def _time_of(store: EventStore, first: dict[str, Ints], names: list[str]) -> Ints:
    """(events, people) instant of the first time, NEVER for none."""
    found = np.full((len(names), store.n_users), NEVER, np.int64)
    for place, name in enumerate(names):
        found[place, store.user_of(first[name])] = store.time_us[first[name]]
    return found


def _moves(store: EventStore, first: dict[str, Ints], order: list[str]) -> Ints:
    """(events, events) people whose next new event after one is the other."""
    rows = np.concatenate([first[name] for name in order])
    event = np.repeat(np.arange(len(order)), [len(first[name]) for name in order])
    owner = store.user_of(rows)
    in_turn = np.lexsort((event, store.time_us[rows], owner))
    owner, event = owner[in_turn], event[in_turn]
    is_same = owner[1:] == owner[:-1]
    counts = np.bincount(event[:-1][is_same] * len(order) + event[1:][is_same], minlength=len(order) ** 2)
    return counts.reshape(len(order), len(order)).astype(np.int64)


def _links(moves: Ints, order: list[str], macro: str) -> tuple[tuple[str, str, int], ...]:
    size, chosen = len(order), set[tuple[int, int]]()
    leaving = moves.sum(axis=1)
    for a in range(size - 1):
        wide = [b for b in range(a + 1, size) if moves[a, b] >= max(2, WIDE_LINK * leaving[a])]
        chosen |= {(a, b) for b in sorted(wide, key=lambda b: -int(moves[a, b]))[:MOST_LINKS]}
    for b in range(1, size):
        if not any(target == b for _, target in chosen):
            chosen.add((int(np.argmax(moves[:b, b])), b))
    goal = order.index(macro)
    for a in range(goal):  # nothing before the outcome ends blind
        if not any(source == a for source, _ in chosen):
            after = moves[a, a + 1 : goal + 1]
            chosen.add((a, a + 1 + int(np.argmax(after)) if after.any() else goal))
    return tuple((order[a], order[b], int(moves[a, b])) for a, b in sorted(chosen))
