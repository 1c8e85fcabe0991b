"""The journey: everything a person drew and decided, as one frozen value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS, Assumptions
from workbench.journey.element import DatasetId, Element, ElementId, Link, LinkId
from workbench.journey.rule import Condition, Rule
from workbench.journey.taxonomy import Kind

DAY_S = 86_400
DEFAULT_WINDOW_S = 30 * DAY_S


@dataclass(frozen=True, slots=True)
class Counting:
    """How matching counts: the options of the funnel rules, with their defaults."""

    mode: str = "ordered"
    ties: str = "any"
    entry: str = "any"
    count_by: str = "user"
    session_gap_s: float = 1800.0
    strict_repeats: str = "collapse"
    exclusion_effect: str = "discard"


@dataclass(frozen=True, slots=True)
class Shaping:
    """Which part of the data is looked at: range in ISO dates of the journey's zone, filters, ignored events.

    `without_repeats` leaves out events equal to an earlier one in every property; `once_per` names a property, such as
    the transaction id, that a person can have only once on events of one name.
    """

    date_from: str | None = None
    date_to: str | None = None
    filters: tuple[Condition, ...] = ()
    ignored_events: tuple[str, ...] = ()
    excluded_dates: tuple[str, ...] = ()
    without_repeats: bool = False
    once_per: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A reference to imported data: paths relative to the journey file, fingerprint, mapping and import summary."""

    dataset_id: DatasetId
    paths: tuple[str, ...]
    fingerprint: str = ""
    mapping: tuple[tuple[str, str], ...] = ()
    zone: str = ""
    summary: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A named set of people: those who did every `did` rule and none of the `did_not` rules.

    `in_order` are rules met one after the other, others between, the last at most `in_order_within_s` after the first.
    """

    name: str
    did: tuple[Rule, ...] = ()
    did_not: tuple[Rule, ...] = ()
    filters: tuple[Condition, ...] = ()
    in_order: tuple[Rule, ...] = ()
    in_order_within_s: float | None = None
    unknown: tuple[tuple[str, Any], ...] = field(default=(), hash=False)


@dataclass(frozen=True, slots=True)
class Lever:
    """A changed rate (of a link or of a micro-conversion on a stage) or a changed entry volume."""

    target_id: str
    value: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of levers, with what they take for granted."""

    name: str
    levers: tuple[Lever, ...] = ()
    note: str = ""
    assumptions: Assumptions = DEFAULT_ASSUMPTIONS
    unknown: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A finding that a person put aside, with the reason."""

    finding_id: str
    reason: str


@dataclass(frozen=True)
class Journey:
    """The map and all that belongs to it; edits return a new one and share what did not change.

    `withhold_below` is the smallest count of people that an export shows; 0 shows all.
    """

    name: str = "Untitled journey"
    currency: str = "USD"
    time_zone: str = "UTC"
    window_s: float | None = DEFAULT_WINDOW_S
    seed: int = 1
    withhold_below: int = 0
    counting: Counting = field(default_factory=Counting)
    shaping: Shaping = field(default_factory=Shaping)
    happy_path: tuple[ElementId, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    elements: tuple[Element, ...] = ()
    links: tuple[Link, ...] = ()
    segments: tuple[Segment, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    presentation: tuple[tuple[str, Any], ...] = ()
    dismissed: tuple[Dismissal, ...] = ()
    measured: tuple[tuple[str, Any], ...] = ()
    unknown: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def element_by_id(self) -> dict[ElementId, Element]:
        return {element.element_id: element for element in self.elements}

    @cached_property
    def link_by_id(self) -> dict[LinkId, Link]:
        return {link.link_id: link for link in self.links}

    @cached_property
    def outgoing(self) -> dict[ElementId, tuple[Link, ...]]:
        """Forward links (those that do not return) by source, in creation order."""
        return _grouped((link.source_id, link) for link in self.links if not link.returns)

    @cached_property
    def incoming(self) -> dict[ElementId, tuple[Link, ...]]:
        """Forward links (those that do not return) by target, in creation order."""
        return _grouped((link.target_id, link) for link in self.links if not link.returns)

    @cached_property
    def seated(self) -> dict[ElementId, tuple[Element, ...]]:
        """Micro-conversions by the stage they sit on, in creation order."""
        pairs: dict[ElementId, list[Element]] = {}
        for element in self.elements:
            if element.stage_id is not None:
                pairs.setdefault(element.stage_id, []).append(element)
        return {stage_id: tuple(seats) for stage_id, seats in pairs.items()}

    @cached_property
    def macros(self) -> tuple[Element, ...]:
        return tuple(element for element in self.elements if element.kind is Kind.MACRO)

    @cached_property
    def entry_ids(self) -> tuple[ElementId, ...]:
        """Elements marked as entry, or with outgoing and no incoming links (decision: loops are ignored)."""
        return tuple(
            e.element_id
            for e in self.elements
            if e.stage_id is None
            and (e.is_entry or (self.outgoing.get(e.element_id) and not self.incoming.get(e.element_id)))
        )

    @cached_property
    def goal_ids(self) -> tuple[ElementId, ...]:
        """Macro-conversions from which no other macro-conversion can be reached."""
        macro_ids = {macro.element_id for macro in self.macros}
        return tuple(m.element_id for m in self.macros if not (self.reachable(m.element_id) & macro_ids))

    @cached_property
    def headline_macro(self) -> Element | None:
        """The last macro-conversion on the happy path, else the first goal, else None."""
        on_path = [self.element_by_id[i] for i in self.happy_path if i in self.element_by_id]
        macros = [element for element in on_path if element.kind is Kind.MACRO]
        if macros:
            return macros[-1]
        return self.element_by_id[self.goal_ids[0]] if self.goal_ids else None

    def name_of(self, target_id: str) -> str:
        """Title of an element, "from → to" of a link, the id itself of neither."""
        titles: dict[str, str] = {i: element.title for i, element in self.element_by_id.items()}
        link = next((k for k in self.links if k.link_id == target_id), None)
        return f"{titles[link.source_id]} → {titles[link.target_id]}" if link else titles.get(target_id, target_id)

    def reachable(self, element_id: ElementId) -> set[ElementId]:
        """Elements that forward links lead to from here, without the element itself."""
        return self.reachable_again(element_id) - {element_id}

    def reachable_again(self, element_id: ElementId) -> set[ElementId]:
        """Elements that forward links lead to from here, the element itself if they lead back."""
        seen: set[ElementId] = set()
        waiting = [element_id]
        while waiting:
            for link in self.outgoing.get(waiting.pop(), ()):
                if link.target_id not in seen:
                    seen.add(link.target_id)
                    waiting.append(link.target_id)
        return seen

    def with_elements(self, elements: Iterable[Element]) -> Journey:
        return replace(self, elements=tuple(elements))

    def with_links(self, links: Iterable[Link]) -> Journey:
        return replace(self, links=tuple(links))


def _grouped(pairs: Iterable[tuple[ElementId, Link]]) -> dict[ElementId, tuple[Link, ...]]:
    groups: dict[ElementId, list[Link]] = {}
    for key, link in pairs:
        groups.setdefault(key, []).append(link)
    return {key: tuple(links) for key, links in groups.items()}
