"""What is worth knowing about imported data before it is trusted: findings with evidence and a way to mend them.

====================  =================================================================================================
kind                  what it says
====================  =================================================================================================
missing_ids           rows whose user id is missing or a placeholder; they are in event totals, not in user funnels
no_consent            rows sent without consent, which carry no user
dominant_id           one user id stands on a large part of all rows: a placeholder, a kiosk or a bot
damaged_ids           ids that a spreadsheet rounded: written as 1.23E+17, or numbers of more than 15 digits
bad_times             rows without a time that can be read, or with an impossible one
future_times          events later than the import
clock_skew            rows on which the device's clock and the server's are more than a day apart
naive_times           times that name no zone
out_of_order          rows earlier than the row above them
equal_timestamps      events that share their instant with another event of the same person
exact_duplicates      rows equal in every column
duplicate_ids         events whose id was seen before; the first one stays
duplicate_transactions purchases whose transaction id was seen before; revenue without them stands in the details
purchases_without_value purchases with no value or 0
mixed_currencies      values in another currency than the main one; they are not added
bots                  people whose browser says it is a robot, who are marked as one, or are too fast for a person
before_prerequisite   people who have a purchase before or without a begin_checkout, and the like
silent_events         an event that stops for whole days while the rest goes on
missing_days          days without any row between the first and the last
partial_days          the first or last day is only partly covered
naming_drift          event names that differ only in case, blanks, hyphens or underscores
polymorphic           properties that hold both numbers and text
json_cells            cells of JSON text: read, unread and empty
pii_*                 personal data: email_as_user_id, email_in_url, email, phone, ip, card or token
skipped_files         files of a folder or archive that are no data
row_limit             a sheet with exactly as many rows as a sheet can hold: the rest was probably cut off
====================  =================================================================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from workbench.events import crowd, ladder, personal_findings, timeline
from workbench.events.counts import Drop
from workbench.events.repairs import Dropped, DropReason, Place, Repair, RepairKind
from workbench.events.report import Finding, ImportReport
from workbench.events.shaping import Seen, Shaper
from workbench.events.sheets import MAX_ROWS
from workbench.events.store import EventStore


def with_findings(
    report: ImportReport, store: EventStore, shapers: Sequence[Shaper], skipped: Sequence[str]
) -> ImportReport:
    """The report with its quality findings, and with the duplicates that the store left out."""
    report = _with_repeated_ids(report, store)
    return replace(report, quality=tuple(findings(report, store, [shaper.seen for shaper in shapers], skipped)))


def _with_repeated_ids(report: ImportReport, store: EventStore) -> ImportReport:
    repeated = store.counts.dropped.get(Drop.REPEATED_ID) if store.counts else None
    if repeated is None or not repeated.rows:
        return report
    source = report.sources[0].name if report.sources else ""
    places = tuple(Place(source, line) for line in repeated.lines)
    text = "an event id that was seen before"
    return replace(
        report,
        dropped=(*report.dropped, Dropped(DropReason.DUPLICATE_ID, repeated.rows, text, places)),
        repairs=(*report.repairs, Repair(RepairKind.DUPLICATE_ID, repeated.rows, text, places)),
    )


def findings(
    report: ImportReport, store: EventStore, seen: Sequence[Seen], skipped: Sequence[str]
) -> Iterator[Finding]:
    """All findings about one import, in the order of the table above."""
    yield from _ids(report, seen)
    yield from crowd.dominant_ids(store, report.rows)
    yield from crowd.damaged_ids(store, report.repairs)
    yield from _times(report, seen)
    yield from timeline.order_findings(store)
    yield from _duplicates(report, seen)
    yield from crowd.money_findings(store, report)
    yield from _currencies(seen)
    yield from crowd.bots(store)
    yield from ladder.prerequisite_findings(store)
    yield from timeline.day_findings(store)
    yield from crowd.naming_drift(list(report.event_totals.items()))
    yield from crowd.polymorphic(store)
    yield from _cells(seen)
    yield from personal_findings.personal_data(store)
    yield from _files(report, skipped)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _ids(report: ImportReport, seen: Sequence[Seen]) -> Iterator[Finding]:
    placeholders: Counter[str] = sum((one.placeholders for one in seen), Counter())
    missing, denied = sum(placeholders.values()), sum(one.denied for one in seen)
    if missing:
        shown = ", ".join(f"{text!r}: {count:,}" for text, count in placeholders.most_common(5))
        yield Finding(
            "missing_ids",
            missing,
            f"{missing:,} rows name no user; they are in event totals and in no user funnel.",
            shown,
            _share(missing, report.rows),
            details={"placeholders": dict(placeholders.most_common(50))},
        )
    if denied:
        text = f"{denied:,} rows were sent without consent; they carry no user."
        yield Finding("no_consent", denied, text, "", _share(denied, report.rows))


def _times(report: ImportReport, seen: Sequence[Seen]) -> Iterator[Finding]:
    lost = [
        d for d in report.dropped if d.reason in (DropReason.NO_TIME, DropReason.BAD_TIME, DropReason.IMPOSSIBLE_TIME)
    ]
    if lost:
        count = sum(one.count for one in lost)
        lines = [place.line for one in lost for place in one.places][:20]
        text = f"{count:,} rows have no time that can be used, and are left out."
        details = {"lines": lines, "reasons": {str(one.reason): one.count for one in lost}}
        yield Finding("bad_times", count, text, lost[0].example, _share(count, report.rows), details=details)
    naive = sum(one.naive_times for one in seen)
    if naive:
        text = f"{naive:,} times name no zone and were read as {report.zone}."
        yield Finding(
            "naive_times", naive, text, "", _share(naive, report.rows), "Choose the zone the times were written in."
        )
    skewed = sum(one.skewed for one in seen)
    if skewed:
        text = f"{skewed:,} rows were sent by a device whose clock is more than a day off, or arrived days late."
        yield Finding("clock_skew", skewed, text, "", _share(skewed, report.rows))
    late = sum(one.out_of_order for one in seen)
    if late:
        text = f"{late:,} rows are earlier than the row above them; all rows were sorted by time."
        yield Finding("out_of_order", late, text, "", _share(late, report.rows))


def _duplicates(report: ImportReport, seen: Sequence[Seen]) -> Iterator[Finding]:
    exact = sum(one.exact_duplicates for one in seen)
    if exact:
        value = sum(one.duplicate_value for one in seen)
        text = f"{exact:,} rows equal an earlier row in every column. They count unless you drop them."
        revenue = None if report.revenue is None else report.revenue - value
        details = {"rows_after": report.rows - exact, "value_of_duplicates": value, "revenue_after": revenue}
        yield Finding(
            "exact_duplicates", exact, text, "", _share(exact, report.rows), "Drop exact duplicates.", details
        )
    repeated = sum(one.count for one in report.dropped if one.reason is DropReason.DUPLICATE_ID)
    if repeated:
        text = f"{repeated:,} events carry an id that was seen before; the first one stays."
        column = report.mapping.event_id or ""
        after = {"column": column, "rows_after": report.rows - repeated, "revenue_after": report.revenue_kept}
        yield Finding("duplicate_ids", repeated, text, column, _share(repeated, report.rows), details=after)


def _currencies(seen: Sequence[Seen]) -> Iterator[Finding]:
    other: Counter[str] = sum((one.other_currency for one in seen), Counter())
    if other:
        count = sum(other.values())
        text = f"{count:,} values are in another currency and were left out of revenue: nothing is converted."
        yield Finding("mixed_currencies", count, text, ", ".join(other), details={"currencies": dict(other)})


def _cells(seen: Sequence[Seen]) -> Iterator[Finding]:
    read, unread, empty = (sum(getattr(one.json_cells, field) for one in seen) for field in ("read", "unread", "empty"))
    if unread:
        text = f"{unread:,} cells look like JSON and are broken; their text is kept."
        yield Finding("json_cells", unread, text, details={"parsed": read, "unparsable": unread, "empty": empty})


def _files(report: ImportReport, skipped: Sequence[str]) -> Iterator[Finding]:
    if skipped:
        yield Finding("skipped_files", len(skipped), "Files that hold no data were passed over.", skipped[0])
    full = [source for source in report.sources if source.sheet is not None and source.rows >= MAX_ROWS - 1]
    if full:
        text = "The sheet is as long as a sheet can be; what came after was probably cut off."
        yield Finding("row_limit", full[0].rows, text, full[0].name, fix="Export as CSV instead.")
