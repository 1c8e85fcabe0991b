"""Elements and links of a journey."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NewType

from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind, Mechanism, Phase, Popup, Role, Signal

ElementId = NewType("ElementId", str)
LinkId = NewType("LinkId", str)
DatasetId = NewType("DatasetId", str)


@dataclass(frozen=True, slots=True)
class Details:
    """What a team notes about an element; audits read effort, fields, reward, popup and tags.

    `effort_s` is the visitor's, in seconds; `work_days` the team's, for a change of this element.
    """

    kpi: str = ""
    owner: str = ""
    effort_s: float | None = None
    field_count: int | None = None
    reward: str = ""
    popup: Popup | None = None
    tag_count: int | None = None
    notes: str = ""
    work_days: float | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """A stage, micro-conversion or macro-conversion on the map.

    `stage_id` is set on a micro-conversion that sits on a stage. `value` is money per macro-conversion.
    `volume` is a typed number of people entering here; `typed_rate` is, for a micro-conversion on a stage, the
    typed share of the stage's people who do it; `typed_macro_rate` the typed share of its doers who convert.
    """

    element_id: ElementId
    kind: Kind
    title: str
    x: int = 0
    y: int = 0
    stage_id: ElementId | None = None
    mechanism: Mechanism | None = None
    phase: Phase | None = None
    signal: Signal | None = None
    rule: Rule | None = None
    dataset_id: DatasetId | None = None
    value: float | None = None
    volume: float | None = None
    typed_rate: float | None = None
    typed_macro_rate: float | None = None
    role: Role | None = None
    commitment: int | None = None
    is_entry: bool = False
    is_optional: bool = False
    is_primary: bool = False
    details: Details = field(default_factory=Details)
    unknown: tuple[tuple[str, Any], ...] = ()

    @property
    def is_bound(self) -> bool:
        return self.rule is not None and self.rule.is_bound


@dataclass(frozen=True, slots=True)
class Link:
    """May lead from one element to the next; `returns` marks one that closes a cycle; `rate` is a typed share 0..1.

    `rate_low` / `rate_high` is the range that a person guessed for a typed rate; `based_on` about how many people.
    """

    link_id: LinkId
    source_id: ElementId
    target_id: ElementId
    returns: bool = False
    rate: float | None = None
    rate_low: float | None = None
    rate_high: float | None = None
    based_on: float | None = None
    window_s: float | None = None
    is_strict: bool = False
    exclusion: Rule | None = None
    unknown: tuple[tuple[str, Any], ...] = ()
