"""Findings about people, names, values and properties of a store."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.events.repairs import Repair, RepairKind
from workbench.events.report import Finding, ImportReport
from workbench.events.store import Column, EventStore, Scalar
from workbench.events.text_list import TextList
from workbench.events.transactions import real_ids
from workbench.events.vocabulary import is_purchase

_DOMINANT = 0.2
_DOMINANT_ROWS = 100
_DAMAGED = re.compile(r"^\d(?:[.,]\d+)?[eE]\+\d{1,3}$")
_AGENT = re.compile(r"user_?agent|^ua$|^browser_?agent$", re.I)
_ROBOT = re.compile(
    r"bot\b|bot/|crawl|spider|headless|phantomjs|slurp|python-requests|curl/|wget|httpclient|lighthouse|puppeteer|"
    r"playwright|selenium|scrapy|facebookexternalhit|monitor|pingdom|gtmetrix|preview",
    re.I,
)
_MARK = re.compile(r"(?:^|[._])(?:is_?)?(?:ro)?bot$|(?:^|[._])is_?(?:crawler|spider)$", re.I)
_NO_BOT = frozenset(("", "0", "0.0", "false", "no", "n", "none", "null", "human", "(not set)"))
_MINUTE_US = 60_000_000
_SECOND_US = 1_000_000
_PER_MINUTE = 60


def dominant_ids(store: EventStore, rows: int) -> Iterator[Finding]:
    """A single id on more than a fifth of all rows."""
    if store.n_users < 3 or rows < _DOMINANT_ROWS:
        return
    sizes = np.diff(store.user_offset)
    largest = int(sizes.argmax())
    share = float(sizes[largest] / rows)
    if share > _DOMINANT:
        text = f"One user id stands on {100 * share:.0f} % of all rows: a placeholder, a shared device or a bot?"
        yield Finding(
            "dominant_id", int(sizes[largest]), text, str(store.user_ids[largest]), share, "Leave this id out."
        )


def damaged_ids(store: EventStore, repairs: Sequence[Repair] = ()) -> Iterator[Finding]:
    """Ids in the notation that a spreadsheet gives to long numbers, and long numbers out of a spreadsheet."""
    is_rounded = any(one.kind is RepairKind.NUMBER_ROUNDED for one in repairs)
    looked_at = _texts(store.user_ids) if is_rounded else _texts_with_plus(store.user_ids)
    damaged = [t for t in looked_at if _DAMAGED.match(t) or (is_rounded and _is_too_long(t))]
    if damaged:
        text = "Ids were turned into rounded numbers by a spreadsheet; different people may have become one."
        yield Finding(
            "damaged_ids", len(damaged), text, damaged[0], fix="Export again and open the file here directly."
        )


def _is_too_long(text: str) -> bool:
    return text.isdecimal() and int(text) >= 1 << 53


def _texts(ids: Sequence[str], most: int = 2_000_000) -> Iterator[str]:
    return (str(ids[place]) for place in range(min(len(ids), most)))


def _texts_with_plus(ids: Sequence[str]) -> Iterator[str]:
    """Ids that hold a plus sign: without one no id was rounded by a spreadsheet."""
    if not isinstance(ids, TextList):
        return (text for text in _texts(ids) if "+" in text)
    return (ids[int(place)] for place in ids.holding("+"))


def bots(store: EventStore) -> Iterator[Finding]:
    """People whose browser says it is a robot, whom the export marks as one, or who are too fast for a person."""
    if not store.n_users:
        return
    robots, marked, floods = _robots(store, _AGENT, _is_robot), _robots(store, _MARK, _is_marked), _floods(store)
    suspects = robots | marked | floods
    if not suspects.any():
        return
    rows = int(np.diff(store.user_offset)[suspects].sum())
    people = int(suspects.sum())
    example = str(store.user_ids[int(np.flatnonzero(suspects)[0])])
    text = f"{people:,} people with {rows:,} rows look like bots; nothing was left out."
    details = {
        "users": people,
        "rows": rows,
        "by_user_agent": int(robots.sum()),
        "by_mark": int(marked.sum()),
        "by_speed": int(floods.sum()),
        "users_without": store.n_users - people,
        "ids": [str(store.user_ids[int(place)]) for place in np.flatnonzero(suspects)[:1000]],
    }
    yield Finding("bots", people, text, example, rows / max(1, store.n_events), "Leave these people out.", details)


def _robots(store: EventStore, named: re.Pattern[str], tells: Callable[[Scalar], bool]) -> NDArray[np.bool_]:
    """People with a value that tells of a bot, in properties of some name."""
    found = np.zeros(store.n_users, bool)
    for name, column in store.properties.items():
        hits = [place + 1 for place, value in enumerate(column.values) if tells(value)] if named.search(name) else []
        if hits:
            found[store.user_of(np.flatnonzero(np.isin(column.codes, hits)))] = True
    return found


def _is_robot(agent: Scalar) -> bool:
    return isinstance(agent, str) and _ROBOT.search(agent) is not None


def _is_marked(mark: Scalar) -> bool:
    """Whether a mark in a column of bots says yes, or gives the number of a reason."""
    return str(mark).strip().lower() not in _NO_BOT


def _floods(store: EventStore) -> NDArray[np.bool_]:
    """People with more than 60 separate instants in one minute: one hit may carry a batch of events.

    Where times are whole seconds a minute has no more than 60 of them, and two events a second are too many.
    """
    found = np.zeros(store.n_users, bool)
    busy = np.flatnonzero(np.diff(store.user_offset) > _PER_MINUTE)
    for user in busy[:200_000]:
        times = store.time_us[store.user_offset[user] : store.user_offset[user + 1]]
        instants = times[np.flatnonzero(np.diff(times, prepend=times[0] - 1))]
        is_coarse = not (times % _SECOND_US).any()
        found[user] = _is_dense(instants, _PER_MINUTE) or (is_coarse and _is_dense(times, 2 * _PER_MINUTE))
    return found


def _is_dense(times: NDArray[np.int64], most: int) -> bool:
    """Whether any minute holds more than so many of the times."""
    return bool((times[most:] - times[:-most] < _MINUTE_US).any())


def spelled(name: str) -> str:
    """An event name without what people vary: case, blanks, hyphens, underscores, accents' form.

    Examples
    --------
    >>> spelled("Add to Cart") == spelled("add_to_cart ") == spelled("ADD-TO-CART")
    True
    """
    plain = unicodedata.normalize("NFC", name).casefold()
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain)
    return re.sub(r"[\s_\-.\u00a0\u202f]+", " ", spaced).strip()


def naming_drift(totals: Sequence[tuple[str, int]]) -> Iterator[Finding]:
    """Event names that differ only in spelling, with the most frequent one as the proposed name."""
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name, count in totals:
        groups[spelled(name)].append((name, count))
    merges = {max(g, key=lambda one: one[1])[0]: [name for name, _ in g] for g in groups.values() if len(g) > 1}
    if merges:
        count = sum(len(names) for names in merges.values())
        text = f"{count} event names differ only in spelling; nothing was merged."
        first = next(iter(merges.values()))
        yield Finding(
            "naming_drift",
            count,
            text,
            " = ".join(map(repr, first)),
            fix="Bind them to one element.",
            details={"merges": merges},
        )


def polymorphic(store: EventStore) -> Iterator[Finding]:
    """Properties that hold both text and numbers."""
    mixed = [name for name, column in store.properties.items() if _has_text_and_numbers(column)]
    if mixed:
        text = (
            f"{len(mixed)} properties hold numbers on some rows and text on others; they are compared by what they say."
        )
        yield Finding("polymorphic", len(mixed), text, mixed[0], details={"properties": mixed})


def _has_text_and_numbers(column: Column) -> bool:
    kinds = {isinstance(value, str) for value in column.values[:10_000]}
    return len(kinds) > 1


def money_findings(store: EventStore, report: ImportReport) -> Iterator[Finding]:
    """Purchases without value, and transactions that came twice."""
    if store.value_property is None or not store.n_events:
        return
    value = _numbers(store.properties[store.value_property])
    yield from _valueless(store, value)
    name = report.mapping.transaction
    if name is not None and name in store.properties:
        yield from _repeated_transactions(store, name, value)


def _numbers(column: Column) -> NDArray[np.float64]:
    """The value of each row, NaN where there is none."""
    known = [float(v) if isinstance(v, int | float) else float("nan") for v in column.values]
    return np.array([float("nan"), *known])[column.codes]


def _valueless(store: EventStore, value: NDArray[np.float64]) -> Iterator[Finding]:
    codes = [code for code, name in enumerate(store.event_names) if is_purchase(name)]
    codes = [code for code in codes if np.isfinite(value[store.postings(code)]).any()]
    if not codes:
        return
    rows = np.concatenate([store.postings(code) for code in codes])
    empty = int((~(np.nan_to_num(value[rows]) != 0)).sum())
    if empty:
        text = f"{empty:,} of {len(rows):,} purchases carry no value or 0."
        yield Finding("purchases_without_value", empty, text, store.event_names[codes[0]], empty / len(rows))


def _repeated_transactions(store: EventStore, name: str, value: NDArray[np.float64]) -> Iterator[Finding]:
    column = store.properties[name]
    rows = np.flatnonzero(real_ids(column.values)[column.codes] & np.isfinite(value))
    if not len(rows):
        return
    key = store.user_of(rows) * (len(column.values) + 1) + column.codes[rows].astype(np.int64)
    _, first = np.unique(key, return_index=True)
    repeats = len(rows) - len(first)
    if repeats:
        again = np.ones(len(rows), bool)
        again[first] = False
        lost = float(np.nansum(value[rows[again]]))
        total = float(np.nansum(value))
        text = f"{repeats:,} purchases repeat a transaction of the same person; revenue without: {total - lost:,.2f}."
        details: dict[str, Any] = {"property": name, "value_of_repeats": lost, "revenue_deduplicated": total - lost}
        yield Finding(
            "duplicate_transactions",
            repeats,
            text,
            str(column.values[int(column.codes[rows[again]][0]) - 1]),
            fix="Count each transaction once.",
            details=details,
        )
