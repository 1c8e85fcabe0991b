"""All audits of a journey as one list of findings, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workbench.analysis.audits.checklist import Knowledge, checklist_findings, pitfalls
from workbench.analysis.audits.finding import Finding, percent, sort_key
from workbench.analysis.audits.losses import loss_audit
from workbench.analysis.audits.structure import structural_audit
from workbench.analysis.ground import Ground
from workbench.analysis.measures import Measures
from workbench.analysis.timeline import DEFAULT_AMBIENT
from workbench.events.store import EventStore
from workbench.journey.journey import Journey


def audit(
    journey: Journey,
    measures: Measures | None = None,
    store: EventStore | None = None,
    ambient: Iterable[str] = DEFAULT_AMBIENT,
) -> tuple[Finding, ...]:
    """Audit a journey: the drawing always, the counts where there are measures, the events where there is a store.

    Parameters
    ----------
    journey : Journey
    measures : Measures, optional
        Biggest drops, friction, stages that hold nobody.
    store : EventStore, optional
        Dead ends, peers, exits, pauses, forms, errors; takes about a second per million events, so run it on a
        worker and the rest live.
    ambient : names of events that say nothing about a choice

    Returns
    -------
    tuple of Finding
        Severe first, then by money; dismissed ones are left in (`open_findings` takes them out).
    """
    return audit_on(journey, measures, store, Ground.of(journey, store, ambient) if store is not None else None)


def audit_on(
    journey: Journey, measures: Measures | None, store: EventStore | None, ground: Ground | None
) -> tuple[Finding, ...]:
    """The same on a ground that was prepared before (its drivers and dead ends are not computed again)."""
    knowledge = Knowledge(store=store)
    if ground is not None:
        knowledge = Knowledge(ground.drivers, ground.top, bool(ground.timeline.mature and ground.actions), store)
    found = [
        *structural_audit(journey, measures),
        *(loss_audit(journey, measures) if measures is not None else ()),
        *(_event_audit(ground) if ground else ()),
        *checklist_findings(journey, knowledge),
        *pitfalls(journey, knowledge),
    ]
    return tuple(sorted(found, key=sort_key))


def _event_audit(ground: Ground) -> tuple[Finding, ...]:
    # Imported here: they compile and load what the live audits, and the window's start, do without.
    from workbench.analysis.audits.behaviour import behaviour_audit
    from workbench.analysis.audits.forms import form_audit
    from workbench.analysis.audits.leaks import step_audit
    from workbench.analysis.audits.trends import trend_audit

    found = (*behaviour_audit(ground), *form_audit(ground), *step_audit(ground), *trend_audit(ground))
    if ground.sample_share >= 1.0:
        return found
    sampled = f" Counted on a sample of {percent(ground.sample_share)} of the people."
    return tuple(replace(finding, why=finding.why + sampled) for finding in found)


def live_audit(journey: Journey, measures: Measures | None = None) -> tuple[Finding, ...]:
    """What needs no events: cheap enough for every change of the journey."""
    return audit_on(journey, measures, None, None)


def open_findings(journey: Journey, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings that were not dismissed."""
    dismissed = {dismissal.finding_id for dismissal in journey.dismissed}
    return tuple(finding for finding in findings if finding.finding_id not in dismissed)
