"""What `inspect` says of a dataset, under the names that scripts rely on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workbench.events.aggregates import StepCounts
from workbench.events.count_roles import numeric_columns
from workbench.events.report import ImportReport
from workbench.events.source import (
    Choices,
    DataKind,
    Sources,
    reopened,
    store_folder,
)
from workbench.events.store import EventStore
from workbench.progress import Progress


def whole(value: float | None) -> float | int | None:
    """A number without a fraction as a whole one, as JSON should show it."""
    return int(value) if value is not None and float(value).is_integer() else value


def iso(us: int | None) -> str | None:
    """An instant in ISO form, UTC, with a fraction only where there is one.

    Examples
    --------
    >>> iso(1614592800000000), iso(None)
    ('2021-03-01T10:00:00Z', None)
    """
    if us is None:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    return moment.replace(tzinfo=None).isoformat() + "Z"


def summary_of(paths: Sequence[Path], choices: Choices, progress: Progress | None = None) -> dict[str, Any]:
    """What files hold: events, or step counts."""
    target = store_folder(paths, choices)
    known = reopened(target)
    if known is None:
        with Sources(paths, choices, progress) as sources:
            if sources.kind is DataKind.AGGREGATES:
                return counts_summary(sources)
            known = sources.import_events(target)
    return events_summary(known[1], known[0])


def events_summary(report: ImportReport, store: EventStore) -> dict[str, Any]:
    """What `inspect` prints of a dataset of events."""
    return {
        **main_source_summary(report),
        "kind": "events",
        "title": report.title,
        "rows": report.rows,
        "events": report.kept,
        "users": report.users,
        "first": iso(report.first_us),
        "last": iso(report.last_us),
        "event_names": dict(sorted(report.event_totals.items(), key=lambda item: (-item[1], item[0]))),
        "revenue": None if report.revenue is None else whole(round(report.revenue, 6)),
        "revenue_kept": None if report.revenue_kept is None else whole(round(report.revenue_kept, 6)),
        "zone": report.zone,
        "mapping": report.mapping.columns(),
        "properties": sorted(store.properties),
        "left_out": list(report.left_out),
        "dropped": [asdict(one) for one in report.dropped],
        "repairs": [
            {"kind": r.kind, "count": r.count, "example": r.example, "places": [asdict(p) for p in r.places]}
            for r in report.repairs
        ],
        "quality": [asdict(finding) for finding in report.quality],
        "sources": [asdict(source) for source in report.sources],
    }


def counts_summary(sources: Sources) -> dict[str, Any]:
    """What `inspect` prints of step counts."""
    found, recognition = sources.tables, sources.recognition
    counts = sources.step_counts()
    main = recognition.main
    return {
        "format": recognition.format,
        "container": main.container,
        "encoding": main.encoding,
        "separator": main.separator,
        "kind": "aggregates",
        "title": recognition.title,
        "rows": sum(len(table.rows) for _, table in found),
        "tables": [
            {"columns": list(table.columns), "rows": len(table.rows), "totals": list(table.totals)}
            for _, table in found
        ],
        "events": None,
        "users": None,
        "first": counts.first and counts.first.isoformat(),
        "last": counts.last and counts.last.isoformat(),
        "start": counts.first and counts.first.isoformat(),
        "end": counts.last and counts.last.isoformat(),
        "event_names": {step: whole(counts.count(step)) for step in counts.steps},
        "steps": [{"name": step, "count": whole(counts.count(step))} for step in counts.steps],
        "counts": column_counts(found),
        "counted": counts.counted,
        "count_kind": str(counts.kind),
        "segments": list(counts.segments),
        "by_segment": {s: {step: whole(counts.count(step, s)) for step in counts.steps} for s in counts.segments[:100]},
        "days": len(counts.dates),
        "totals": {name: whole(value) for name, value in counts.totals.items()},
        "growing": list(counts.growing()),
        "revenue": None,
        "repairs": [{"kind": r.kind, "count": r.count, "example": r.example} for r in sources.ledger.repairs],
        "quality": count_findings(counts),
    }


def column_counts(found: Sequence[Any]) -> dict[str, list[float | int | None]]:
    """The whole-number columns of short tables, as numbers."""
    return {
        name: [whole(value) for value in values[:1000]]
        for _, table in found
        for name, values in numeric_columns(table).items()
    }


def count_findings(counts: StepCounts) -> list[dict[str, Any]]:
    """What is worth knowing about step counts."""
    found = []
    if counts.growing():
        text = (
            "A step counts more than the one before: open-funnel counts, or a gap in tracking. It is shown above 100 %."
        )
        found.append(
            {"kind": "growing_steps", "count": len(counts.growing()), "text": text, "example": counts.growing()[0]}
        )
    below = [row for row in counts.rows if row.count < 0]
    if below:
        text = "Counts below zero: corrections, or a column that counts nothing."
        found.append({"kind": "negative_counts", "count": len(below), "text": text, "example": below[0].step})
    again = Counter((row.step, row.date, row.segment) for row in counts.rows)
    repeated = [step for (step, _, _), rows in again.items() if rows > 1]
    if repeated:
        text = "Steps stand on several rows of the same date and segment; their counts were added."
        found.append({"kind": "repeated_steps", "count": len(repeated), "text": text, "example": repeated[0]})
    if counts.sums_uniques:
        text = "Unique people per day do not add up to unique people of the period."
        found.append({"kind": "uniques_summed", "count": len(counts.dates), "text": text, "example": counts.counted})
    return found


def main_source_summary(report: ImportReport) -> dict[str, Any]:
    """Format, encoding and separator of the first source, as `inspect` prints them."""
    first = report.sources[0]
    return {
        "format": report.format,
        "container": first.container,
        "encoding": first.encoding,
        "separator": first.separator,
    }
