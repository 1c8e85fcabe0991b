"""Audits over time: broken tags first, then weeks that are off beyond noise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from workbench.analysis.alerts import MetricWeek
from workbench.analysis.audits.finding import Evidence, Finding, FindingKind, Severity, percent
from workbench.analysis.ground import Ground
from workbench.analysis.intervals import Interval
from workbench.analysis.weeks import TrackingBreak, tracking_breaks, week_over_week
from workbench.journey.element import Element


def trend_audit(ground: Ground) -> tuple[Finding, ...]:
    """Findings about days and weeks, in the journey's zone."""
    return (*_breaks(ground), *_alerts(ground))


def _breaks(ground: Ground) -> Iterator[Finding]:
    """Days on which an event was not recorded: they would else read as lost conversions."""
    by_event = {name: e for e in ground.journey.elements if e.rule for name in e.rule.events}
    for gap in tracking_breaks(ground.store, ground.journey.time_zone):
        yield _break(gap, by_event.get(gap.name))


def _break(gap: TrackingBreak, element: Element | None) -> Finding:
    when = f"on {gap.first}" if gap.days == 1 else f"from {gap.first} to {gap.last}"
    return Finding(
        f"tracking-break:{gap.name}:{gap.first}",
        FindingKind.TRACKING_BREAK,
        Severity.WARNING,
        f"{gap.name} was not recorded {when} although people came as usual: a broken tag, no change of behaviour.",
        f"Usually {gap.usual:,.0f} a day; none on these days, with at least half the usual number of all events.",
        (Evidence("events on these days", k=0, n=gap.days, compared_with=gap.usual),),
        (element.element_id,) if element else (),
        event_name=gap.name,
    )


def _alerts(ground: Ground) -> Iterator[Finding]:
    """Elements whose newest complete week is off, as one family."""
    known = ground.journey.element_by_id
    things = {str(i): rows for i, rows in ground.mapped.items()}
    things[str(ground.macro.element_id)] = ground.timeline.macro_rows
    incidents = [date.fromisoformat(day) for day in ground.journey.shaping.excluded_dates]
    found = week_over_week(ground.store, things, ground.journey.time_zone, incidents=incidents)
    for name, metric in zip(found.names, found.report.metrics, strict=False):
        if metric.is_alert:
            element = next(e for i, e in known.items() if i == name)
            yield _alert(element, metric, str(found.week_ends))


def _alert(element: Element, metric: MetricWeek, week_ends: str) -> Finding:
    usual = Interval(metric.low, metric.high)
    evidence = Evidence("people this week", metric.current, None, metric.current, usual, metric.expected)
    change = percent(metric.current / metric.expected - 1) if metric.expected else "no data"
    return Finding(
        f"week:{element.element_id}:{week_ends}",
        FindingKind.ALERT,
        Severity.WARNING,
        f"{element.title}: {metric.current:,.0f} people in the week to {week_ends}, expected {metric.expected:,.0f} "
        f"(usual range {metric.low:,.0f} to {metric.high:,.0f}), {change}.",
        "Smoothed level of the previous weeks with their own noise, adjusted for all elements of the map; at least a "
        "tenth off. Weeks with a broken tag are left out.",
        (evidence,),
        (element.element_id,),
    )
