"""What is worth knowing about imported data before it is trusted: findings with evidence and a way to mend them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.events.report import Finding, ImportReport
from workbench.events.shaping import Shaper
from workbench.events.store import EventStore


def with_findings(
    report: ImportReport, store: EventStore, shapers: Sequence[Shaper], skipped: Sequence[str]
) -> ImportReport:
    """The report with its quality findings."""
    return replace(report, quality=tuple(findings(report, store, shapers, skipped)))


def findings(
    report: ImportReport, store: EventStore, shapers: Sequence[Shaper], skipped: Sequence[str]
) -> list[Finding]:
    return []
