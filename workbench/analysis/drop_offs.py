"""Where people are lost: ranked by rate, by people and by money, with what can and cannot be told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.analysis.intervals import Interval
from workbench.analysis.measures import Measures
from workbench.analysis.rates import Rate
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey


@dataclass(frozen=True, slots=True)
class DropOff:
    """Loss at one element: share of its people who stopped, how many, and the money that left with them.

    `people_interval` and `money_interval` scale the interval of the rate. Money is None without a value.
    """

    element_id: ElementId
    rate: Rate
    people_interval: Interval
    money: float | None
    money_interval: Interval


@dataclass(frozen=True, slots=True)
class Ranking:
    """Elements by one kind of loss, the largest first; `is_separable`: the first is surely ahead of the second."""

    order: tuple[DropOff, ...]
    is_separable: bool

    @property
    def worst(self) -> DropOff | None:
        return self.order[0] if self.order else None


@dataclass(frozen=True, slots=True)
class DropOffs:
    """The same losses ranked three ways."""

    by_rate: Ranking
    by_people: Ranking
    by_money: Ranking


def drop_offs(measures: Measures, journey: Journey, level: float = 0.95) -> DropOffs:
    """Rank the losses of a measured map.

    Parameters
    ----------
    measures : Measures
        `stopped` and `people` of each element; goals, leaves and elements without data are left out.
    journey : Journey
        Tells which elements lead on.

    Examples
    --------
    >>> from workbench.analysis.measures import ElementFigures
    >>> from workbench.journey.element import Element, Link, LinkId
    >>> from workbench.journey.taxonomy import Kind
    >>> a, b = ElementId("a"), ElementId("b")
    >>> journey = Journey(elements=(Element(a, Kind.STAGE, "A"), Element(b, Kind.MACRO, "B")),
    ...     links=(Link(LinkId("l"), a, b),))
    >>> found = drop_offs(Measures(None, {a: ElementFigures(a, people=100, stopped=90)}), journey)
    >>> found.by_rate.worst.rate.value, found.by_people.worst.rate.k
    (0.9, 90)
    """
    rows = [row for i in journey.outgoing if (row := _drop_off(measures, i, level)) is not None]
    return DropOffs(
        by_rate=_ranking(rows, lambda row: row.rate.value, lambda row: row.rate.interval),
        by_people=_ranking(rows, lambda row: float(row.rate.k), lambda row: row.people_interval),
        by_money=_ranking(rows, lambda row: row.money, lambda row: row.money_interval),
    )


def _drop_off(measures: Measures, element_id: ElementId, level: float) -> DropOff | None:
    figures = measures.elements.get(element_id)
    if figures is None or figures.people is None or not figures.people or figures.stopped is None:
        return None
    if figures.stopped > figures.people:
        return None
    rate = Rate.of(figures.stopped, figures.people, level)
    per_person = figures.money_lost / figures.stopped if figures.money_lost is not None and figures.stopped else None
    return DropOff(
        element_id,
        rate,
        _scaled(rate.interval, figures.people),
        figures.money_lost,
        Interval() if per_person is None else _scaled(rate.interval, figures.people * per_person),
    )


def _scaled(interval: Interval, factor: float) -> Interval:
    """Bounds of a rate that has people, in people or money."""
    return Interval((interval.low or 0.0) * factor, (interval.high or 0.0) * factor)


def _ranking(
    rows: list[DropOff], size: Callable[[DropOff], float | None], interval: Callable[[DropOff], Interval]
) -> Ranking:
    known = sorted((row for row in rows if size(row)), key=lambda row: (-(size(row) or 0.0), row.element_id))
    alone = len(known) < 2
    return Ranking(tuple(known), alone or not interval(known[0]).overlaps(interval(known[1])))
