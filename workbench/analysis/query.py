"""The part of a journey that its numbers depend on: frozen, hashable, the key of every cache."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from workbench.analysis.options import (
    US,
    Cleaning,
    CountBy,
    Effect,
    Entry,
    Mode,
    Options,
    Repeats,
    Span,
    Ties,
    Unit,
)
from workbench.errors import WorkbenchError
from workbench.journey.element import DatasetId, Element, ElementId, Link, LinkId
from workbench.journey.journey import Counting, Journey, Shaping
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind


@dataclass(frozen=True, slots=True)
class QueryElement:
    """What of an element the numbers depend on; `rule` is None without a bound one."""

    element_id: ElementId
    kind: Kind
    rule: Rule | None = None
    dataset_id: DatasetId | None = None
    stage_id: ElementId | None = None
    is_entry: bool = False
    is_optional: bool = False
    value: float | None = None

    @classmethod
    def of(cls, element: Element) -> QueryElement:
        return cls(
            element.element_id,
            element.kind,
            element.rule if element.is_bound else None,
            element.dataset_id,
            element.stage_id,
            element.is_entry,
            element.is_optional,
            element.value,
        )


@dataclass(frozen=True, slots=True)
class QueryLink:
    """What of a link the numbers depend on."""

    link_id: LinkId
    source_id: ElementId
    target_id: ElementId
    returns: bool = False
    window_s: float | None = None
    is_strict: bool = False
    exclusion: Rule | None = None

    @classmethod
    def of(cls, link: Link) -> QueryLink:
        exclusion = link.exclusion if link.exclusion is not None and link.exclusion.is_bound else None
        ends = link.source_id, link.target_id
        return cls(link.link_id, *ends, link.returns, link.window_s, link.is_strict, exclusion)


@dataclass(frozen=True)
class Query:
    """Elements, links and options in creation order; titles, places, colours and typed rates play no part.

    Examples
    --------
    >>> Query.of(Journey(name="a")) == Query.of(Journey(name="b"))
    True
    """

    elements: tuple[QueryElement, ...] = ()
    links: tuple[QueryLink, ...] = ()
    entry_ids: tuple[ElementId, ...] = ()
    goal_ids: tuple[ElementId, ...] = ()
    happy_path: tuple[ElementId, ...] = ()
    window_s: float | None = None
    counting: Counting = field(default_factory=Counting)
    shaping: Shaping = field(default_factory=Shaping)
    time_zone: str = "UTC"
    dataset_ids: tuple[tuple[DatasetId, str], ...] = ()

    @classmethod
    def of(cls, journey: Journey) -> Query:
        return cls(
            tuple(QueryElement.of(element) for element in journey.elements),
            tuple(QueryLink.of(link) for link in journey.links),
            journey.entry_ids,
            journey.goal_ids,
            tuple(i for i in journey.happy_path if i in journey.element_by_id),
            journey.window_s,
            journey.counting,
            journey.shaping,
            journey.time_zone,
            tuple((dataset.dataset_id, dataset.fingerprint) for dataset in journey.datasets),
        )

    @cached_property
    def element_by_id(self) -> dict[ElementId, QueryElement]:
        return {element.element_id: element for element in self.elements}

    @cached_property
    def _hash(self) -> int:
        return hash((self.elements, self.links, self.happy_path, self.window_s, self.counting, self.shaping))

    def __hash__(self) -> int:
        return self._hash

    def options(self, session_property: str | None = None) -> Options:
        """The engine's options; sessions follow the mapped session id where there is one.

        Raises
        ------
        WorkbenchError
            If an option, a date or the time zone is not known.
        """
        counting = self.counting
        try:
            return Options(
                mode=Mode(counting.mode),
                window_s=self.window_s,
                ties=Ties(counting.ties),
                entry=Entry(counting.entry),
                strict_repeats=Repeats(counting.strict_repeats),
                exclusion_effect=Effect(counting.exclusion_effect),
                unit=unit_of(counting, session_property),
                span=self.span(),
                cleaning=self._cleaning(),
            )
        except ValueError as error:
            raise WorkbenchError(f"The journey asks for a way of counting that is not known: {error}.") from None

    def _cleaning(self) -> Cleaning:
        days = tuple(_span(day, day, self.time_zone) for day in self.shaping.excluded_dates)
        shaping = self.shaping
        return Cleaning(
            dedupe_exact=shaping.without_repeats,
            filters=shaping.filters,
            without=days,
            ignored_events=shaping.ignored_events,
            once_per=shaping.once_per or None,
        )

    def span(self) -> Span:
        """The entries' range: whole days of the journey's zone, the last day included."""
        return _span(self.shaping.date_from, self.shaping.date_to, self.time_zone)


def unit_of(counting: Counting, session_property: str | None) -> Unit:
    """What is counted; "prop:NAME" counts the values of a property."""
    if counting.count_by.startswith("prop:"):
        return Unit(CountBy.PROPERTY, counting.session_gap_s, counting.count_by.removeprefix("prop:"))
    by = CountBy(counting.count_by)
    return Unit(by, counting.session_gap_s, session_property=session_property if by is CountBy.SESSION else None)


def _span(first_day: str | None, last_day: str | None, zone: str) -> Span:
    first, after, default = _midnight(first_day, zone, 0), _midnight(last_day, zone, 1), Span()
    return Span(default.from_us if first is None else first, default.to_us if after is None else after)


def _midnight(day: str | None, zone: str, days_after: int) -> int | None:
    if not day:
        return None
    try:
        start = datetime.combine(date.fromisoformat(day) + timedelta(days_after), time(), ZoneInfo(zone))
    except (ValueError, OSError, KeyError):
        raise WorkbenchError(
            f"“{day}” in zone “{zone}” is no date.", "Write YYYY-MM-DD and a zone such as Europe/Berlin."
        ) from None
    return round(start.timestamp() * US)
