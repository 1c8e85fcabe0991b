"""What an event must be to serve a step: the engine's form of a rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.journey.rule import Condition, Rule


class FirstTime(StrEnum):
    """Which first event counts: the first of that name at all, or the first that passes the whole predicate."""

    EVENT = "event"
    FILTERED = "filtered"


@dataclass(frozen=True, slots=True)
class Predicate:
    """An event name (None: any event) with conditions that must all hold."""

    event: str | None = None
    conditions: tuple[Condition, ...] = ()
    first_time: FirstTime | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Any of the predicates, then limited by what the person did before.

    `within_s` keeps events that many seconds after the person's first; `nth` the n-th of those left; `sum_at_least`
    the one at which the running sum of `sum_property` reaches the amount; both begin anew in every session if
    `per_session` (sessions as the source maps them, else cut at the pauses of the journey).
    """

    any_of: tuple[Predicate, ...] = ()
    within_s: float | None = None
    nth: int | None = None
    sum_property: str | None = None
    sum_at_least: float | None = None
    per_session: bool = False

    @classmethod
    def of(cls, rule: Rule) -> Match:
        """The match of a rule; completing a count means being the n-th.

        Examples
        --------
        >>> Match.of(Rule(("page_view",), count_at_least=3)).nth
        3
        """
        predicates = tuple(Predicate(name, rule.conditions) for name in rule.events)
        nth = rule.nth or rule.count_at_least
        return cls(predicates, rule.within_s, nth, rule.sum_property, rule.sum_at_least, rule.per_session)

    @property
    def is_plain(self) -> bool:
        """Whether event names alone decide."""
        limits = (self.within_s, self.nth, self.sum_property)
        simple = all(p.event is not None and not p.conditions and p.first_time is None for p in self.any_of)
        return simple and all(limit is None for limit in limits)

    @property
    def event_names(self) -> tuple[str, ...]:
        return tuple(p.event for p in self.any_of if p.event is not None)
