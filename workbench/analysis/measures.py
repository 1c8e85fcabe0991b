"""What a measure answers: the figures of each element and link, frozen, with the query they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.journey.element import ElementId, LinkId

if TYPE_CHECKING:
    from workbench.analysis.query import Query


class Grade(StrEnum):
    """Where a figure comes from."""

    MEASURED = "measured"
    AGGREGATED = "aggregated"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class ElementFigures:
    """Counts of one element. None where there is no data, never 0.

    people: units whose chosen path has the element (`on_path`; for a seated micro-conversion: `did`).
    before: units at its predecessors (denominator of the rate versus previous; for a seated one: people of its stage).
    came: units that took a link into it (numerator of the rate versus previous; for a seated one: `did`).
    entered / stopped / arrived: paths that begin here / end here without a goal / end here as a goal.
    reached: units with any path to it. went_on_did / went_on_not: for a seated one, how many of those who did it,
    and of those who did not, left the stage by any link. instead: what the stopped did next, most frequent first.
    mature_people / mature_before / mature_came: the same counts with only mature entries allowed.
    money_lost: stopped x mean value-to-go, in the journey's currency; None without a value.
    unseen: share of the rows of its events that name no person and are in no count.
    """

    element_id: ElementId
    people: int | None = None
    before: int | None = None
    came: int | None = None
    entered: int | None = None
    stopped: int | None = None
    arrived: int | None = None
    reached: int | None = None
    went_on_did: int | None = None
    went_on_not: int | None = None
    mature_people: int | None = None
    mature_before: int | None = None
    mature_came: int | None = None
    hits: int | None = None
    money_lost: float | None = None
    unseen: float | None = None
    instead: tuple[tuple[str, int], ...] = ()
    grade: Grade = Grade.ESTIMATED


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """Counts of one link: `took` of `people` at its source went this way; None where there is no data."""

    link_id: LinkId
    took: int | None = None
    people: int | None = None
    eventually: int | None = None
    direct: int | None = None
    median_s: float | None = None
    grade: Grade = Grade.ESTIMATED


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel with its counts; rates are 0..1 or None without data."""

    name: str
    count: int
    rate_step: float | None
    rate_total: float | None


@dataclass(frozen=True, slots=True)
class FunnelFigures:
    """The happy path as a funnel of its own; `immature` is None where it is withheld."""

    steps: tuple[Step, ...] = ()
    element_ids: tuple[ElementId, ...] = ()
    units: int = 0
    mode: str = "ordered"
    window_s: float | None = None
    mature_counts: tuple[int, ...] = ()
    immature: int | None = 0
    median_s: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Measures:
    """All figures of one query. `entered` is the number of units that entered the map at all.

    `is_estimate` marks figures scaled up from a sample of people; `mature_entered` the mature entries among `entered`.
    """

    query: Query | None
    elements: Mapping[ElementId, ElementFigures] = field(default_factory=dict)
    links: Mapping[LinkId, LinkFigures] = field(default_factory=dict)
    funnel: FunnelFigures = FunnelFigures()
    entered: int | None = None
    mature_entered: int | None = None
    units: int | None = None
    is_estimate: bool = False
