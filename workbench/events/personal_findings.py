"""Findings of personal data in the ids and properties of a store."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from workbench.events.privacy import Personal, counted
from workbench.events.report import Finding
from workbench.events.store import Column, EventStore

_MOST = 50_000
_MOST_IDS = 20_000  # people stand in the order of a hash, so that the first are a fair sample
_URL = re.compile(r"^(?:https?:)?//|^/|url|location|referrer|path|href", re.I)
_FIX = "Mask personal data and hash ids at import."


def personal_data(store: EventStore) -> Iterator[Finding]:
    """E-mail addresses, phone numbers, IP addresses, cards and tokens, by where they stand."""
    found: dict[str, tuple[int, str, list[str]]] = {}
    texts = map(str, store.user_ids[:_MOST_IDS])
    ids = list(zip(texts, np.diff(store.user_offset[: _MOST_IDS + 1]).tolist(), strict=True))
    for kind, (count, example) in counted(ids, "user").items():
        if kind in (Personal.EMAIL, Personal.PHONE, Personal.CARD):
            _add(found, f"pii_{kind}_as_user_id", count, example, "user")
    for name, column in store.properties.items():
        if name == "session":
            continue
        for kind, (count, example) in counted(_text_rows(column), name).items():
            in_url = kind is Personal.EMAIL and bool(_URL.search(name) or _URL.search(example))
            _add(found, f"pii_{kind}_in_url" if in_url else f"pii_{kind}", count, example, name)
    for key, (count, example, columns) in found.items():
        what = key.removeprefix("pii_").replace("_", " ")
        yield Finding(
            key,
            count,
            f"{count:,} rows hold personal data: {what}, in {', '.join(columns[:5])}.",
            example,
            count / max(1, store.n_events),
            _FIX,
            {"columns": columns},
        )


def _add(found: dict[str, tuple[int, str, list[str]]], key: str, count: int, example: str, column: str) -> None:
    before = found.get(key, (0, example, []))
    found[key] = (before[0] + count, before[1], [*before[2], column])


def _text_rows(column: Column) -> list[tuple[str, int]]:
    """Distinct texts of a property with the rows of each."""
    texts = [(place + 1, value) for place, value in enumerate(column.values[:_MOST]) if isinstance(value, str)]
    if not texts:
        return []
    rows = np.bincount(column.codes, minlength=len(column.values) + 1)
    return [(text, int(rows[code])) for code, text in texts]
