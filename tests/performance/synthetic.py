"""A synthetic log of any size: 60 event names, long-tailed users, 90 days, a six-step funnel planted in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.events.postings import postings_of
from workbench.events.store import EventStore

FUNNEL = ("landing", "view_item", "add_to_cart", "begin_checkout", "add_payment_info", "purchase")
NOISE = ("page_view", *(f"event_{i:02d}" for i in range(1, 54)))
NAMES = (*FUNNEL, *NOISE)
DAYS = 90
_DAY_US = 86_400_000_000
_START_US = 1_700_000_000_000_000


@dataclass(frozen=True)
class Log:
    """Rows by (user, time)."""

    user: NDArray[np.int32]
    time_us: NDArray[np.int64]
    event: NDArray[np.uint8]
    offset: NDArray[np.int64]

    def store(self) -> EventStore:
        postings = postings_of(self.event, self.time_us, self.offset, len(NAMES))
        return EventStore(NAMES, self.offset, self.time_us, self.event, user_ids=(), stored_postings=postings)


def synthetic_log(rows: int, seed: int = 1) -> Log:
    """About `rows` rows: lognormal events per user (median 8, mean 17), sessions of minutes, days apart."""
    rng = np.random.default_rng(seed)
    parts = [_users(rng, 200_000) for _ in range(max(1, round(rows / (200_000 * 16.9))))] if rows > 3e6 else []
    parts = parts or [_users(rng, max(10, round(rows / 16.9)))]
    length = np.concatenate([part[0] for part in parts])
    offset = np.zeros(len(length) + 1, np.int64)
    np.cumsum(length, out=offset[1:])
    time_us = np.concatenate([part[1] for part in parts])
    event = np.concatenate([part[2] for part in parts])
    return Log(np.repeat(np.arange(len(length), dtype=np.int32), length), time_us, event, offset)


def _users(rng: np.random.Generator, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    length = np.clip(rng.lognormal(np.log(8), 1.22, n), 1, 5174).astype(np.int64)
    offset = np.cumsum(length) - length
    total = int(length.sum())
    is_far = rng.random(total) < 0.12
    gap = np.where(is_far, rng.exponential(3 * _DAY_US, total), rng.exponential(60e6, total)).astype(np.int64)
    gap[offset] = rng.integers(0, DAYS * _DAY_US * 7 // 10, n)
    elapsed = np.cumsum(gap)
    elapsed -= np.repeat(elapsed[offset] - gap[offset], length)
    last = elapsed[offset + length - 1]
    squeezed = np.minimum(1.0, (DAYS * _DAY_US) / np.maximum(last, 1))
    elapsed = (elapsed * np.repeat(squeezed, length)).astype(np.int64) // 1000 * 1000
    weight = 1 / np.arange(1, len(NOISE) + 1) ** 1.1
    event = (len(FUNNEL) + rng.choice(len(NOISE), total, p=weight / weight.sum())).astype(np.uint8)
    event[rng.random(total) < 0.09] = 0
    event[rng.random(total) < 0.055] = 1
    _plant(rng, event, offset, length)
    return length, _START_US + elapsed, event


def _plant(
    rng: np.random.Generator, event: NDArray[np.uint8], offset: NDArray[np.int64], length: NDArray[np.int64]
) -> None:
    """Let users go through the funnel to a depth of their own."""
    alive = np.arange(len(length))
    at = np.zeros(len(length), np.int64)
    for step, share in enumerate((0.9, 0.58, 0.31, 0.48, 0.6, 0.69)):
        alive = alive[(rng.random(len(alive)) < share) & (at[alive] < length[alive])]
        event[offset[alive] + at[alive]] = step
        left = (length[alive] - at[alive]) // 4
        at[alive] += 1 + (rng.random(len(alive)) * np.minimum(left, 6)).astype(np.int64)
