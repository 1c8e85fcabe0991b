"""Event stores that the statistics tests build by hand, by seed or from the shop's eleven days."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from workbench.events.store import Column, EventStore

DAY_S = 86_400


def store_of(rows: Sequence[tuple[str, float, str]], ends_s: float | None = None) -> EventStore:
    """A store of (user, seconds, event) in input order."""
    users = {name: i for i, name in enumerate(sorted({r[0] for r in rows}))}
    names = sorted({r[2] for r in rows})
    user = np.array([users[r[0]] for r in rows], dtype=np.int64)
    time = np.array([round(r[1] * 1e6) for r in rows], dtype=np.int64)
    code = np.array([names.index(r[2]) for r in rows], dtype=np.uint16)
    return sorted_store(user, time, code, tuple(names), len(users), ends_s)


def sorted_store(
    user: np.ndarray[Any, Any],
    time_us: np.ndarray[Any, Any],
    code: np.ndarray[Any, Any],
    names: tuple[str, ...],
    n_users: int,
    ends_s: float | None = None,
) -> EventStore:
    order = np.lexsort((np.arange(len(user)), time_us, user))
    offset = np.concatenate([[0], np.cumsum(np.bincount(user, minlength=n_users))]).astype(np.int64)
    ends = None if ends_s is None else round(ends_s * 1e6)
    return EventStore(names, offset, time_us[order], code[order].astype(np.uint16), ends_us=ends)


def random_log(seed: int, users: int = 300, effect: float = 0.0, days: int = 20) -> EventStore:
    """People of uneven activity; `micro` adds `effect` to the chance of a purchase after each later event."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, float, str]] = []
    for u in range(users):
        at, took = rng.uniform(0, days * DAY_S), False
        for _ in range(rng.geometric(rng.uniform(0.1, 0.5))):
            at += rng.exponential(600)
            name = str(rng.choice(["view", "search", "scroll", "micro"], p=[0.4, 0.25, 0.2, 0.15]))
            rows.append((f"u{u}", at, name))
            took = took or name == "micro"
            if rng.uniform() < 0.04 * (1 + effect * took):
                rows.append((f"u{u}", at + 1, "purchase"))
                break
    return store_of(rows, (days + 15) * DAY_S)


def null_log(seed: int, users: int = 2_000, events: int = 12) -> EventStore:
    """Many events without any tie to the purchase: every event ends in one with the same chance."""
    rng = np.random.default_rng(seed)
    names = (*(f"event_{i:02d}" for i in range(events)), "purchase")
    popularity = rng.dirichlet(np.full(events, 2.0))
    length = rng.geometric(rng.beta(2, 6, users).clip(0.03, 0.9))
    user = np.repeat(np.arange(users), length)
    code = rng.choice(events, len(user), p=popularity)
    buys = rng.uniform(size=len(user)) < 0.01
    first = np.full(users, len(user))
    np.minimum.at(first, user[buys], np.flatnonzero(buys))
    place = np.arange(len(user))
    code = np.where(place == first[user], events, code)
    kept = place <= first[user]
    start = rng.uniform(0, 10 * DAY_S, users)
    depth = place - np.concatenate([[0], np.cumsum(length)[:-1]])[user]
    time = ((start[user] + depth * 60.0) * 1e6).astype(np.int64)
    return sorted_store(user[kept], time[kept], code[kept], names, users, 40 * DAY_S)


def shop_store(corpus: Path) -> EventStore:
    """The shop's days of the corpus, users and times as exported, file order within an instant."""
    files = sorted((corpus / "ga4_merch_bq_parquet").glob("events_*.parquet"))
    tables = [pq.read_table(f, columns=["user_pseudo_id", "event_timestamp", "event_name"]) for f in files]
    users = np.concatenate([t["user_pseudo_id"].to_numpy(zero_copy_only=False) for t in tables]).astype(str)
    time = np.concatenate([t["event_timestamp"].to_numpy(zero_copy_only=False) for t in tables]).astype(np.int64)
    events = np.concatenate([t["event_name"].to_numpy(zero_copy_only=False) for t in tables]).astype(str)
    known, user = np.unique(users, return_inverse=True)
    names, code = np.unique(events, return_inverse=True)
    return sorted_store(user, time, code, tuple(names.tolist()), len(known))


def with_property(store: EventStore, name: str, codes: Sequence[int], values: Sequence[Any]) -> EventStore:
    column = Column(np.asarray(codes, dtype=np.uint16), tuple(values))
    properties = {**store.properties, name: column}
    return EventStore(
        store.event_names, store.user_offset, store.time_us, store.event, properties, ends_us=store.ends_us
    )
