"""A funnel asked for in words: its steps, options and range read from text, and its figures under stable names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import numpy as np

from workbench.analysis.funnel import FunnelRequest, funnel, funnel_figures
from workbench.analysis.measures import FunnelFigures
from workbench.analysis.options import Cleaning, CountBy, Entry, Mode, Options, Span, Ties, Unit
from workbench.errors import WorkbenchError
from workbench.events import clock, zones
from workbench.events.aggregates import StepCounts
from workbench.events.store import EventStore
from workbench.events.summary import whole
from workbench.journey.rule import Condition, Rule

_UNITS_S = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$", re.IGNORECASE)
_LIMIT = re.compile(
    r"^(?:(?P<first>first)|nth (?P<nth>\d+)|at least (?P<least>\d+)|within (?P<within>\d\S*))(?P<per> in session)?$"
)
_HOW = "See --help for the words that are known."


def wrong(message: str) -> WorkbenchError:
    """An error in what was asked."""
    return WorkbenchError(message, _HOW)


def parse_steps(text: str) -> list[Rule]:
    """Read "view_item > add_to_cart|add_to_wishlist > purchase".

    A name with blanks or signs is quoted; a step may end in conditions and limits, with commas between them:
    `scroll[percent_scrolled >= 90]`, `view[first in session]`, `view[nth 2]`, `view[at least 3, within 7d]`.

    Examples
    --------
    >>> [str(rule) for rule in parse_steps('a > "b > c"|d > scroll[percent >= 90]')]
    ['a', 'b > c or d', 'scroll and percent >= 90']
    >>> [str(rule) for rule in parse_steps("view[first in session] > view[at least 3, within 7d]")]
    ['view and the 1. time in the session', 'view and at least 3 times and within 604800 s of the first event']
    """
    rules = [_step(part) for part in _split(text, ">")]
    if not rules:
        raise wrong("Name at least one step, for example --steps 'view > buy'.")
    return rules


def _split(text: str, sign: str) -> list[str]:
    """Parts between signs that stand outside of quotes and brackets."""
    parts, depth, quote, start = [], 0, "", 0
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and text[start:place].rstrip()[-1:] in ("", "|"):
            quote = character
        elif character in "[]":
            depth += 1 if character == "[" else -1
        elif character == sign and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def _step(text: str) -> Rule:
    found = re.match(r"^(?P<names>.*?)\s*(?:\[(?P<where>[^\]]*)\])?$", text, re.DOTALL)
    names = _split(found["names"], "|") if found else []
    plain = tuple(
        name[1:-1] if name[:1] in "\"'" and name[-1:] == name[:1] and len(name) > 1 else name for name in names
    )
    if not plain:
        raise wrong(f"“{text}” names no event.")
    parts = _split(found["where"] or "", ",") if found else []
    rule, conditions = Rule(plain), []
    for part in parts:
        limit = _LIMIT.match(part)
        if limit is None:
            conditions.append(Condition.parse(part))
        else:
            rule = _limited(rule, limit)
    return replace(rule, conditions=tuple(conditions))


def _limited(rule: Rule, limit: re.Match[str]) -> Rule:
    if limit["within"] and limit["per"]:
        raise wrong(f"“{limit[0]}”: the time runs from a person's first event, not from a session's.")
    if limit["within"]:
        return replace(rule, within_s=seconds_of(limit["within"]))
    nth = 1 if limit["first"] else int(limit["nth"]) if limit["nth"] else None
    least = int(limit["least"]) if limit["least"] else None
    if 0 in (nth, least):
        raise wrong(f"“{limit[0]}” counts from 1.")
    if rule.nth is not None or rule.count_at_least is not None:
        raise wrong(f"“{limit[0]}” is a second count of one step.")
    return replace(rule, nth=nth, count_at_least=least, per_session=bool(limit["per"]))


def seconds_of(text: str) -> float | None:
    """Seconds of a duration such as 30d, 12h, 90m or 45s; None for "none".

    Examples
    --------
    >>> seconds_of("30d"), seconds_of("90m"), seconds_of("none")
    (2592000.0, 5400.0, None)
    """
    if text.strip().lower() in ("none", "", "inf", "unlimited"):
        return None
    found = _DURATION.match(text)
    if not found or found[2].lower() not in ("", *_UNITS_S):
        raise wrong(f"“{text}” is no duration; write 30d, 12h, 90m, 45s or none.")
    return float(found[1]) * _UNITS_S[found[2].lower() or "s"]


def options_of(given: dict[str, str]) -> Options:
    """The engine's options for the words of the command line."""
    try:
        return Options(
            mode=Mode(given["mode"]),
            window_s=seconds_of(given["window"]),
            ties=Ties(given["ties"]),
            entry=Entry(given["entry"]),
            unit=Unit(CountBy(given["count_by"])),
        )
    except ValueError as error:
        raise wrong(str(error)) from None


def span_of(first: str | None, last: str | None, zone: str) -> Span:
    """Entries from the first day or instant up to and with the last day, or up to an instant."""
    whole = Span()
    start = whole.from_us if first is None else _instant_us(first, zone, 0)
    end = whole.to_us if last is None else _instant_us(last, zone, 1)
    return Span(start, end)


def _instant_us(text: str, zone: str, days_after: int) -> int:
    """A day is taken at its midnight in the zone, `days_after` days later; an instant as it is."""
    read = clock.read(text, True)
    if read is None:
        raise wrong(f"“{text}” is no day or time; write 2021-01-31 or 2021-01-31T12:00:00Z.")
    is_day = re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text.strip()) is not None
    us = read.us + days_after * 86_400_000_000 * is_day
    if read.offset_us is not None:
        return us - read.offset_us
    return int(zones.to_utc(np.array([us]), zone)[0][0])


def cleaning_of(where: Sequence[str], without_repeats: bool = False, once_per: str | None = None) -> Cleaning:
    """Filters that every event of the funnel must pass."""
    filters = tuple(Condition.parse(text) for text in where)
    return Cleaning(dedupe_exact=without_repeats, filters=filters, once_per=once_per)


def measured_events(store: EventStore, rules: Sequence[Rule], options: Options) -> dict[str, Any]:
    """A funnel of events, as JSON prints it."""
    if options.unit.by is CountBy.SESSION:
        options = replace(options, unit=replace(options.unit, session_property=store.session_property))
    names = [" | ".join(rule.events) for rule in rules]
    counted = funnel(FunnelRequest.of(rules, options), store)
    return funnel_json(funnel_figures(counted, names, store.data_end_us), options, unknown_events(store, rules))


def unknown_events(store: EventStore, rules: Sequence[Rule]) -> list[str]:
    """Names in the steps that the data do not hold."""
    return [name for rule in rules for name in rule.events if name not in store.code_by_name]


def funnel_json(figures: FunnelFigures, options: Options, unknown: Sequence[str]) -> dict[str, Any]:
    """Figures and options of a funnel under the names of the contract."""
    return {
        "steps": [asdict(step) for step in figures.steps],
        "units": figures.units,
        "window_s": options.window_s,
        "mode": str(options.mode),
        "ties": str(options.ties),
        "entry": str(options.entry),
        "count_by": str(options.unit.by),
        "sessions_by": options.unit.session_property or f"gap of {options.unit.gap_s:g} s",
        "where": [str(condition) for condition in options.cleaning.filters],
        "without_repeats": options.cleaning.dedupe_exact,
        "once_per": options.cleaning.once_per,
        "mature_counts": list(figures.mature_counts),
        "immature": figures.immature,
        "median_s": list(figures.median_s),
        "grade": "measured",
        "warnings": [f"No event is named “{name}”." for name in unknown],
    }


def measured_counts(
    counts: StepCounts, rules: Sequence[Rule], segment: str | None, days: tuple[str | None, str | None]
) -> dict[str, Any]:
    """A funnel read off step counts, matched by name."""
    dates = _days_between(counts, days)
    steps: list[dict[str, Any]] = []
    for rule in rules:
        found = [counts.count(counts.named(name), segment, dates) for name in rule.events]
        count = sum(one or 0 for one in found)
        before, first = (steps[-1]["count"], steps[0]["count"]) if steps else (None, count)
        steps.append(
            {
                "name": " | ".join(rule.events),
                "count": whole(count),
                "rate_step": count / before if before else None,
                "rate_total": count / first if first else None,
            }
        )
    return {
        "steps": steps,
        "units": steps[0]["count"],
        "window_s": None,
        "mode": "counts",
        "kind": str(counts.kind),
        "counted": counts.counted,
        "segment": segment,
        "grade": "aggregated",
        "warnings": _count_warnings(counts, steps, dates),
    }


def _days_between(counts: StepCounts, days: tuple[str | None, str | None]) -> list[date] | None:
    if days == (None, None):
        return None
    first, last = (date.fromisoformat(day[:10]) if day else None for day in days)
    return [day for day in counts.dates if (first is None or day >= first) and (last is None or day <= last)]


def _count_warnings(counts: StepCounts, steps: Sequence[dict[str, Any]], dates: Sequence[date] | None) -> list[str]:
    found = []
    for step in steps:
        if step["rate_step"] is not None and step["rate_step"] > 1:
            found.append(
                f"{step['name']} counts more than the step before ({step['rate_step']:.1%}): open counts or a gap."
            )
    if counts.sums_uniques and (dates is None or len(dates) > 1):
        found.append("These are unique people per day; summed over days the same person counts more than once.")
    return found
