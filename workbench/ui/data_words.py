"""Loaded data in words: one line for the status bar, tables for the summary."""

from __future__ import annotations

import datetime

from workbench.session.shelf import Loaded
from workbench.ui import numbers


def instant(time_us: int | None) -> str:
    """Microseconds since 1970 as a UTC date and time."""
    if time_us is None:
        return numbers.NO_DATA
    at = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(microseconds=time_us)
    return at.strftime("%Y-%m-%d %H:%M")


def one_line(loaded: Loaded) -> str:
    """File, events, people and period."""
    names = loaded.paths[0].name + (f" and {len(loaded.paths) - 1} more" if len(loaded.paths) > 1 else "")
    if loaded.report is None:
        steps = len(loaded.counts.steps) if loaded.counts is not None else 0
        return f"{names}: {steps} steps with counts (aggregated)"
    report = loaded.report
    period = f"{instant(report.first_us)[:10]} to {instant(report.last_us)[:10]}"
    return f"{names}: {numbers.count(report.kept)} events of {numbers.count(report.users)} people, {period}"


def event_totals(loaded: Loaded) -> dict[str, int]:
    """Counts by event name, or by step for aggregates."""
    if loaded.report is not None:
        return loaded.report.event_totals
    counts = loaded.counts
    return {} if counts is None else {step: int(counts.count(step) or 0) for step in counts.steps}


def unseen_words(share: float) -> str:
    """What the counts of an element cannot hold."""
    rows = numbers.rate(share)
    return f"Not in these counts: {rows} of its rows, which name no person (no consent or id) or no time."
