"""The figures that the map shows on each card and link: measures and the live forecast, joined for reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from workbench.analysis.gaps import Gap
from workbench.analysis.intervals import wilson
from workbench.analysis.measures import ElementFigures, Grade, LinkFigures, Measures
from workbench.forecast.what_if import Outcome, Projection
from workbench.journey.element import Element, ElementId, LinkId
from workbench.journey.journey import Journey

ENOUGH_MATURE = 100
"""From this many mature entries on the mature rate is the headline; below it the rate is marked as still running."""
FEW_PEOPLE = 30
FEW_CONVERSIONS = 5


@dataclass(frozen=True, slots=True)
class RateFigure:
    """A rate k/n with its 95 % Wilson interval; None where n is 0 or unknown."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    k: int | None = None
    n: int | None = None
    is_running: bool = False
    is_mature: bool = False

    @property
    def is_thin(self) -> bool:
        """Fewer than 30 people or 5 conversions: shown in grey with "few data"."""
        return self.n is not None and self.k is not None and (self.n < FEW_PEOPLE or self.k < FEW_CONVERSIONS)


@dataclass(frozen=True, slots=True)
class CardFigures:
    """What one card shows. `people` moves with the levers, `base_people` is without them.

    `base_rate` is the rate versus previous without levers, where they move it. `worth` is the value-to-go: money that
    a person standing here goes on to bring on average.
    """

    people: float | None = None
    base_people: float | None = None
    previous: RateFigure = RateFigure()
    first: float | None = None
    stopped: float | None = None
    stopped_rate: float | None = None
    money_lost: float | None = None
    instead: tuple[tuple[str, int], ...] = ()
    leaks: tuple[str, ...] = ()
    hits: int | None = None
    unseen: float | None = None
    reached: int | None = None
    grade: Grade = Grade.ESTIMATED
    went_on_did: RateFigure = RateFigure()
    went_on_not: RateFigure = RateFigure()
    base_rate: float | None = None
    worth: Projection | None = None

    @property
    def lift(self) -> float | None:
        """Relative difference to the base; None without levers or data."""
        if self.people is None or not self.base_people or self.people == self.base_people:
            return None
        return self.people / self.base_people - 1.0


@dataclass(frozen=True, slots=True)
class LinkShown:
    """What one link shows: people who took it and their share of those at its source."""

    people: float | None = None
    base_people: float | None = None
    rate: float | None = None
    share_of_widest: float = 0.0
    dropped: float | None = None
    is_sole: bool = False
    median_s: float | None = None
    eventually: int | None = None
    direct: int | None = None
    grade: Grade = Grade.ESTIMATED


@dataclass(frozen=True, slots=True)
class MapFigures:
    """Figures by element and link id; `gaps` to other people where the map shows a difference."""

    cards: Mapping[ElementId, CardFigures] = field(default_factory=dict)
    links: Mapping[LinkId, LinkShown] = field(default_factory=dict)
    is_estimate: bool = False
    has_levers: bool = False
    gaps: Mapping[str, Gap] = field(default_factory=dict)


def map_figures(journey: Journey, measures: Measures, outcome: Outcome | None) -> MapFigures:
    """Join measures and forecast into what the map shows.

    Counts come from the data where there are any and no lever moves them; else from the forecast.
    """
    has_levers = bool(outcome and outcome.is_moved)
    use_mature = (measures.mature_entered or 0) >= ENOUGH_MATURE
    running = (
        not use_mature and measures.mature_entered is not None and measures.mature_entered < (measures.entered or 0)
    )
    entered = _entered(journey, measures, outcome)
    cards = {
        e.element_id: _card(
            journey,
            e,
            measures.elements.get(e.element_id),
            outcome,
            entered,
            use_mature,
            running,
        )
        for e in journey.elements
    }
    marked = _with_leaks(journey, cards)
    return MapFigures(marked, _links(journey, measures, outcome, marked), measures.is_estimate, has_levers)


def _entered(journey: Journey, measures: Measures, outcome: Outcome | None) -> float | None:
    """All who entered the map: counted without levers, else the entries of the forecast."""
    if measures.entered and not (outcome and outcome.is_moved):
        return float(measures.entered)
    if outcome is None:
        return None
    entries = [outcome.reach[i].value for i in journey.entry_ids if i in outcome.reach]
    known = [value for value in entries if value is not None]
    return sum(known) if known else None


def _card(
    journey: Journey,
    element: Element,
    figures: ElementFigures | None,
    outcome: Outcome | None,
    entered: float | None,
    use_mature: bool,
    running: bool,
) -> CardFigures:
    figures = figures or ElementFigures(element.element_id)
    people, base = _people(element, figures, outcome)
    is_counted = figures.people is not None
    stopped = _moved(outcome, "stopped", element.element_id, figures.stopped, is_counted)
    is_mature = use_mature and figures.mature_came is not None
    k, n = (figures.mature_came, figures.mature_before) if is_mature else (figures.came, figures.before)
    doers_n = figures.people
    others_n = None if figures.before is None or doers_n is None else figures.before - doers_n
    seated = element.stage_id is not None
    leads_on = bool(journey.outgoing.get(element.element_id))
    counted = rate_figure(k, n, running, is_mature) if k is not None else None
    previous = _previous(journey, element, outcome, counted)
    return CardFigures(
        people=people,
        base_people=base,
        previous=previous,
        base_rate=_base_rate(journey, element, outcome, counted, previous),
        worth=outcome.value_to_go.get(element.element_id) if outcome is not None else None,
        first=_share(people, entered),
        stopped=stopped if leads_on else None,
        stopped_rate=_share(stopped, people) if leads_on else None,
        money_lost=_moved(outcome, "money_lost", element.element_id, figures.money_lost, is_counted),
        instead=figures.instead,
        hits=figures.hits,
        unseen=figures.unseen,
        reached=figures.reached,
        grade=_grade(figures, outcome, element),
        went_on_did=rate_figure(figures.went_on_did, doers_n) if seated else RateFigure(),
        went_on_not=rate_figure(figures.went_on_not, others_n) if seated else RateFigure(),
    )


def _previous(journey: Journey, element: Element, outcome: Outcome | None, counted: RateFigure | None) -> RateFigure:
    """The counted rate, unless a lever moves it or nothing was counted."""
    if counted is None:
        return RateFigure(_estimated_previous(journey, element, outcome))
    if outcome is None or not outcome.is_moved or element.stage_id is not None or counted.value is None:
        return counted
    links = journey.incoming.get(element.element_id, ())
    rates = [outcome.rate[k.link_id] for k in links if k.link_id in outcome.rate]
    moved = any(rate.value != rate.base for rate in rates)
    return RateFigure(_estimated_previous(journey, element, outcome)) if moved else counted


def _base_rate(
    journey: Journey, element: Element, outcome: Outcome | None, counted: RateFigure | None, now: RateFigure
) -> float | None:
    """The rate without levers, where they move it."""
    if outcome is None or not outcome.is_moved or element.stage_id is not None:
        return None
    base = counted.value if counted is not None else _estimated_previous(journey, element, outcome, is_base=True)
    is_same = base is None or now.value is None or abs(base - now.value) < 1e-9
    return None if is_same else base


def _estimated_previous(
    journey: Journey, element: Element, outcome: Outcome | None, is_base: bool = False
) -> float | None:
    """Typed or forecast rate versus previous, where nothing was counted: no interval."""
    if element.stage_id is not None:
        return element.typed_rate
    if outcome is None:
        return None
    links = journey.incoming.get(element.element_id, ())
    projected = [outcome.people[k.link_id] for k in links if k.link_id in outcome.people]
    sources = [outcome.reach[k.source_id] for k in links if k.source_id in outcome.reach]
    came, before = ([p.base if is_base else p.value for p in found] for found in (projected, sources))
    if not came or None in came or None in before:
        return None
    total = sum(value for value in before if value is not None)
    return sum(value for value in came if value is not None) / total if total else None


def _people(element: Element, figures: ElementFigures, outcome: Outcome | None) -> tuple[float | None, float | None]:
    by_id = {} if outcome is None else (outcome.did if element.stage_id is not None else outcome.reach)
    projected = by_id.get(element.element_id)
    if figures.people is None and figures.reached is not None:
        return None, None  # not linked: only `reached` is known, a flow of 0 would be a claim
    if figures.people is not None:
        base = float(figures.people)
        if outcome is None or not outcome.is_moved or projected is None or projected.lift is None:
            return base, base
        return base * (1.0 + projected.lift), base
    return (projected.value, projected.base) if projected else (None, None)


def _moved(
    outcome: Outcome | None, name: str, element_id: ElementId, counted: float | None, is_counted: bool
) -> float | None:
    """What was counted, moved by the levers; the forecast alone where nothing was counted."""
    projected: Projection | None = getattr(outcome, name).get(element_id) if outcome else None
    if not is_counted:
        return projected.value if projected else None
    if counted is None or outcome is None or not outcome.is_moved or projected is None or projected.lift is None:
        return None if counted is None else float(counted)
    return float(counted) * (1.0 + projected.lift)


def _grade(figures: ElementFigures, outcome: Outcome | None, element: Element) -> Grade:
    if outcome is not None and outcome.is_moved:
        projected = outcome.reach.get(element.element_id) or outcome.did.get(element.element_id)
        if projected is not None and projected.lift:
            return Grade.ESTIMATED
    return figures.grade


def rate_figure(k: int | None, n: int | None, running: bool = False, is_mature: bool = False) -> RateFigure:
    """k/n with its interval; None on no data, and without interval where a count grew from step to step."""
    if k is None or not n:
        return RateFigure(k=k, n=n, is_running=running, is_mature=is_mature)
    low, high = (float(v) for v in wilson(k, n)) if k <= n else (None, None)
    return RateFigure(k / n, low, high, k, n, running, is_mature)


def _share(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole


def _with_leaks(journey: Journey, cards: Mapping[ElementId, CardFigures]) -> dict[ElementId, CardFigures]:
    """Mark the largest loss by people, by rate and by money among elements that lead on."""
    leading = [i for i in cards if journey.outgoing.get(i)]
    marked = dict(cards)
    for word, key in (("people", "stopped"), ("rate", "stopped_rate"), ("money", "money_lost")):
        known = [(getattr(cards[i], key), i) for i in leading if getattr(cards[i], key)]
        if known and len(leading) > 1:
            worst = max(known, key=lambda pair: pair[0])[1]
            marked[worst] = replace(marked[worst], leaks=(*marked[worst].leaks, word))
    return marked


def _links(
    journey: Journey, measures: Measures, outcome: Outcome | None, cards: Mapping[ElementId, CardFigures]
) -> dict[LinkId, LinkShown]:
    shown = {}
    for link in journey.links:
        figures = measures.links.get(link.link_id) or LinkFigures(link.link_id)
        people, base, rate = _flow(figures, outcome, link.link_id)
        sole = not link.returns and len(journey.outgoing.get(link.source_id, ())) == 1
        card = cards.get(link.source_id)
        shown[link.link_id] = LinkShown(
            people=people,
            base_people=base,
            rate=rate,
            dropped=card.stopped if card and sole else None,
            is_sole=sole,
            median_s=figures.median_s,
            eventually=figures.eventually,
            direct=figures.direct,
            grade=_link_grade(figures, outcome, link.link_id),
        )
    widest = max((item.people for item in shown.values() if item.people), default=0.0)
    return {
        i: replace(item, share_of_widest=(item.people or 0.0) / widest if widest else 0.0) for i, item in shown.items()
    }


def _flow(
    figures: LinkFigures, outcome: Outcome | None, link_id: LinkId
) -> tuple[float | None, float | None, float | None]:
    people = outcome.people.get(link_id) if outcome else None
    rate = outcome.rate.get(link_id) if outcome else None
    if figures.took is not None:
        base = float(figures.took)
        moved = base
        if outcome and outcome.is_moved and people is not None and people.lift is not None:
            moved = base * (1.0 + people.lift)
        measured = figures.took / figures.people if figures.people else None
        live = rate.value if outcome and outcome.is_moved and rate else measured
        return moved, base, live
    return (
        people.value if people else None,
        people.base if people else None,
        rate.value if rate else None,
    )


def _link_grade(figures: LinkFigures, outcome: Outcome | None, link_id: LinkId) -> Grade:
    if outcome is not None and outcome.is_moved:
        rate = outcome.rate.get(link_id)
        if rate is not None and rate.lift:
            return Grade.ESTIMATED
    return figures.grade
