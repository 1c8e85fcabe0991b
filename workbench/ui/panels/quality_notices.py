"""Notices of the data quality panel: what an import report and the map say, with evidence and a remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from workbench.analysis.audits.finding import Severity
from workbench.events.repairs import Dropped, Place, Repair
from workbench.events.report import Finding, ImportReport
from workbench.events.store import EventStore
from workbench.journey.element import Element
from workbench.journey.journey import Journey, Shaping
from workbench.journey.rule import Condition
from workbench.session.shelf import Loaded
from workbench.ui import numbers
from workbench.ui.panels.shaping_form import days_words
from workbench.ui.quality_words import MENDED, REASONS, advice_of, severity_of

_DAY = timedelta(days=1)
_MOST_NAMED = 5
_MOST_LINES = 8
_ORDER = {Severity.BLOCKING: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True)
class Remedy:
    """An edit of the shaping, or of rules, that mends something; `is_match` asks for the matching of events instead.

    `spellings` are names of one event: elements bound to one of them take all.
    """

    label: str
    dates: tuple[str, ...] = ()
    date_from: str | None = None
    date_to: str | None = None
    filters: tuple[Condition, ...] = ()
    ignored: tuple[str, ...] = ()
    spellings: tuple[tuple[str, ...], ...] = ()
    without_repeats: bool = False
    once_per: str = ""
    is_match: bool = False

    def mend(self, journey: Journey) -> Journey:
        """The journey with the remedy."""
        mended = replace(journey, shaping=self.shape(journey.shaping))
        return mended.with_elements(map(self._respelled, journey.elements)) if self.spellings else mended

    def _respelled(self, element: Element) -> Element:
        if element.rule is None:
            return element
        own = element.rule.events
        more = [name for names in self.spellings if set(names) & set(own) for name in names]
        return replace(element, rule=replace(element.rule, events=tuple(dict.fromkeys((*own, *more)))))

    def shape(self, shaping: Shaping) -> Shaping:
        """The shaping with the remedy; a narrower range that is set already stays."""
        starts = [day for day in (shaping.date_from, self.date_from) if day]
        ends = [day for day in (shaping.date_to, self.date_to) if day]
        return replace(
            shaping,
            date_from=max(starts, default=None),
            date_to=min(ends, default=None),
            filters=tuple(dict.fromkeys((*shaping.filters, *self.filters))),
            ignored_events=tuple(dict.fromkeys((*shaping.ignored_events, *self.ignored))),
            excluded_dates=tuple(sorted({*shaping.excluded_dates, *self.dates}))
            if self.dates
            else shaping.excluded_dates,
            without_repeats=shaping.without_repeats or self.without_repeats,
            once_per=self.once_per or shaping.once_per,
        )

    def is_done(self, journey: Journey) -> bool:
        return not self.is_match and self.mend(journey) == journey


_MATCH = Remedy("Match events…", is_match=True)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know about the data; `event` can be looked at on the time axis."""

    kind: str
    severity: Severity
    sentence: str
    evidence: str = ""
    advice: str = ""
    remedy: Remedy | None = None
    event: str = ""
    weight: float = 0.0
    source: str = ""


def notices(loaded: Iterable[Loaded], journey: Journey, telling: tuple[Condition, ...] = ()) -> tuple[Notice, ...]:
    """All notices of all datasets, the worst first; `telling` are filters that leave suspected bots out."""
    items = list(loaded)
    found: list[Notice] = []
    for item in items:
        if item.report is not None:
            of_one = (*_of_report(item, journey, telling), *_technical(item.report, journey))
            found += [replace(n, source=item.paths[0].name if len(items) > 1 else "") for n in of_one]
    found += _of_map([item.report for item in items if item.report is not None], journey)
    return tuple(sorted(found, key=lambda n: (_ORDER[n.severity], -n.weight)))


def _of_report(item: Loaded, journey: Journey, telling: tuple[Condition, ...]) -> Iterator[Notice]:
    report = item.report
    if report is None:
        return
    for finding in report.quality:
        remedy = _naming(finding, journey) if finding.kind == "naming_drift" else _remedy(finding, item.store, telling)
        yield _of_finding(finding, remedy)
    for dropped in report.dropped:
        yield _of_dropped(dropped, report.rows)
    for repair in report.repairs:
        yield _of_repair(repair)


def _of_finding(finding: Finding, remedy: Remedy | None) -> Notice:
    parts = [f"share {numbers.rate(finding.share)}" if finding.share is not None else "", _particulars(finding)]
    events = finding.details.get("events")
    return Notice(
        finding.kind,
        severity_of(finding.kind),
        finding.text,
        "  ·  ".join(filter(None, parts)),
        "" if remedy is not None else advice_of(finding.kind, finding.fix),
        remedy,
        next(iter(events), "") if isinstance(events, dict) else "",
        finding.share or 0.0,
    )


def _particulars(finding: Finding) -> str:
    """Dates by event, dates, merges, or the example."""
    details = finding.details
    if isinstance(details.get("events"), dict):
        pairs = list(details["events"].items())
        shown = "; ".join(f"{name}: {days_words(days)}" for name, days in pairs[:_MOST_NAMED])
        return shown + (f" and {len(pairs) - _MOST_NAMED} more" if len(pairs) > _MOST_NAMED else "")
    if details.get("dates"):
        words = days_words(details["dates"])
        return words if len(words) <= 160 else f"{words[:150].rsplit(',', 1)[0]}, …"
    if isinstance(details.get("merges"), dict):
        return "; ".join(" = ".join(names) for names in list(details["merges"].values())[:_MOST_NAMED])
    return f"for example {finding.example}" if finding.example else ""


def _remedy(finding: Finding, store: EventStore | None, telling: tuple[Condition, ...]) -> Remedy | None:
    dates = tuple(finding.details.get("dates") or ())
    if finding.kind in ("silent_events", "missing_days") and dates:
        return Remedy("Exclude these dates", dates=dates)
    if finding.kind == "partial_days" and store is not None:
        return _whole_range(store, dates)
    if finding.kind == "exact_duplicates":
        return Remedy("Leave the repeats out", without_repeats=True)
    if finding.kind == "duplicate_transactions" and finding.details.get("property"):
        return Remedy("Count each transaction once", once_per=finding.details["property"])
    if finding.kind == "bots" and telling:
        return Remedy("Filter them out", filters=telling)
    return None


def _naming(finding: Finding, journey: Journey) -> Remedy:
    """Elements take all spellings of their events; where none is bound yet, the matching is asked for."""
    bound = _bound_events(journey)
    groups = tuple(tuple(names) for names in (finding.details.get("merges") or {}).values() if bound & set(names))
    return Remedy("Bind all spellings", spellings=groups) if groups else _MATCH


def _whole_range(store: EventStore, dates: tuple[str, ...]) -> Remedy | None:
    """The range without its partly covered ends; None if nothing would be left."""
    if store.first_us is None or store.last_us is None:
        return None
    first, last = _day(store.first_us), _day(store.last_us)
    begin = (first + _DAY).isoformat() if first.isoformat() in dates else None
    end = (last - _DAY).isoformat() if last.isoformat() in dates else None
    if (begin is None and end is None) or (begin or first.isoformat()) > (end or last.isoformat()):
        return None
    words = " ".join(filter(None, (f"from {begin}" if begin else "", f"to {end}" if end else "")))
    return Remedy(f"Look {words}", date_from=begin, date_to=end)


def _day(time_us: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).date()


def _of_dropped(dropped: Dropped, rows: int) -> Notice:
    share = dropped.count / rows if rows else 0.0
    sentence = f"{dropped.count:,} rows were left out: {REASONS.get(dropped.reason, str(dropped.reason))}."
    parts = [f"share {numbers.rate(share)}", _example(dropped.example), _lines(dropped.places)]
    severity = Severity.WARNING if share >= 0.01 else Severity.NOTE
    return Notice("left out", severity, sentence, "  ·  ".join(filter(None, parts)), weight=share)


def _of_repair(repair: Repair) -> Notice:
    often = "once" if repair.count == 1 else f"{repair.count:,} times"
    words = MENDED.get(repair.kind, repair.kind.replace("_", " "))
    sentence = f"Mended {often}: {words}."
    parts = [_example(repair.example), _lines(repair.places)]
    # Repairs are done and stand below all else.
    return Notice("mended", Severity.NOTE, sentence, "  ·  ".join(filter(None, parts)), weight=-1.0)


def _example(words: str) -> str:
    return f"for example {words[:120]}" if words else ""


def _lines(places: tuple[Place, ...]) -> str:
    if not places:
        return ""
    shown = ", ".join(f"{place.line:,}" for place in places[:_MOST_LINES])
    more = " …" if len(places) > _MOST_LINES else ""
    return f"line{'s' * (len(places) > 1)} {shown}{more} of {places[0].source}"


def _technical(report: ImportReport, journey: Journey) -> Iterator[Notice]:
    bound = _bound_events(journey)
    held = [name for name in report.technical if name in report.event_totals and name not in bound]
    if not held:
        return
    count, share = _count_and_share(report, held)
    sentence = f"{count:,} events are technical: nobody chose to do them."
    remedy = Remedy("Ignore them in paths", ignored=tuple(held))
    evidence = f"share {numbers.rate(share)}  ·  {_named(report, held)}"
    yield Notice("technical events", Severity.NOTE, sentence, evidence, remedy=remedy, weight=share)


def _of_map(reports: list[ImportReport], journey: Journey) -> Iterator[Notice]:
    """What the map and the data do not have in common."""
    if not reports or not journey.elements:
        return
    known = {name for report in reports for name in report.event_totals}
    empty = [e for e in journey.elements if e.rule is not None and e.is_bound and not known & set(e.rule.events)]
    if empty:
        sentence = f"{len(empty)} of {len(journey.elements)} elements wait for events that the data does not hold."
        names = "; ".join(f"{e.title}: {', '.join(e.rule.events if e.rule else ())}" for e in empty[:_MOST_NAMED])
        yield Notice("events not in data", Severity.WARNING, sentence, names, remedy=_MATCH, weight=1.0)
    passed_over = _bound_events(journey) | set(journey.shaping.ignored_events)
    for report in reports:
        loose = [n for n in report.event_totals if n not in passed_over and n not in report.technical]
        if loose:
            count, share = _count_and_share(report, loose)
            sentence = f"{len(loose)} kinds of event are on no element of the map: {count:,} events."
            evidence = f"share {numbers.rate(share)}  ·  {_named(report, loose)}"
            yield Notice("unmapped events", Severity.NOTE, sentence, evidence, remedy=_MATCH, weight=share)


def _bound_events(journey: Journey) -> set[str]:
    return {name for element in journey.elements if element.rule is not None for name in element.rule.events}


def _count_and_share(report: ImportReport, names: list[str]) -> tuple[int, float]:
    count, total = sum(report.event_totals[name] for name in names), sum(report.event_totals.values())
    return count, count / total if total else 0.0


def _named(report: ImportReport, names: list[str]) -> str:
    most = sorted(names, key=lambda name: -report.event_totals[name])
    shown = ", ".join(f"{name} {report.event_totals[name]:,}" for name in most[:_MOST_NAMED])
    return shown + (f" and {len(most) - _MOST_NAMED} more" if len(most) > _MOST_NAMED else "")
