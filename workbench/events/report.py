"""The import report: what was read, how, what was dropped and mended, and what was noticed; kept beside the store."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from workbench.events.repairs import Dropped, DropReason, Place, Repair, RepairKind
from workbench.events.schema import Mapping

_NAME = "report.json"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One file as it was read: how it was recognised, and how many rows it gave."""

    name: str
    size: int
    sha256: str
    format: str
    container: str
    encoding: str | None
    separator: str | None
    sheet: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know about the data: how many it concerns, the evidence, and a fix if there is one."""

    kind: str
    count: int
    text: str
    example: str = ""
    share: float | None = None
    fix: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import did. `rows` were read, `kept` are events of the store; `event_totals`, `revenue`, `first_us` and
    `last_us` are over all rows that have a name or a time, also those without a user; `revenue_kept` is over the
    events of the store."""

    format: str
    title: str
    sources: tuple[SourceReport, ...]
    zone: str
    mapping: Mapping
    rows: int
    kept: int
    users: int
    first_us: int | None
    last_us: int | None
    event_totals: dict[str, int]
    revenue: float | None
    revenue_kept: float | None
    dropped: tuple[Dropped, ...] = ()
    repairs: tuple[Repair, ...] = ()
    quality: tuple[Finding, ...] = ()
    left_out: tuple[str, ...] = ()
    technical: tuple[str, ...] = ()

    def save(self, folder: Path) -> None:
        """Write the report beside the store, whole or not at all."""
        unfinished = folder / f"{_NAME}.part"
        unfinished.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")
        unfinished.replace(folder / _NAME)

    @classmethod
    def load(cls, folder: Path) -> ImportReport | None:
        """The report beside a store, or None if there is none or it was written by another version."""
        try:
            saved = json.loads((folder / _NAME).read_text(encoding="utf-8"))
            return _report(saved)
        except (OSError, ValueError, TypeError, KeyError):
            return None


def _report(saved: dict[str, Any]) -> ImportReport:
    saved["sources"] = tuple(SourceReport(**one) for one in saved["sources"])
    saved["mapping"] = Mapping(**{**saved["mapping"], "keep": tuple(saved["mapping"]["keep"])})
    saved["repairs"] = tuple(
        Repair(RepairKind(o["kind"]), o["count"], o["example"], _places(o)) for o in saved["repairs"]
    )
    saved["dropped"] = tuple(
        Dropped(DropReason(o["reason"]), o["count"], o["example"], _places(o)) for o in saved["dropped"]
    )
    saved["quality"] = tuple(Finding(**one) for one in saved["quality"])
    saved["left_out"], saved["technical"] = tuple(saved["left_out"]), tuple(saved["technical"])
    return ImportReport(**saved)


def _places(one: dict[str, Any]) -> tuple[Place, ...]:
    return tuple(Place(place["source"], place["line"]) for place in one["places"])
