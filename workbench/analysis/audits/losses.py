"""Audits of the measures: where people are lost, which asks they refuse, which stages hold nobody."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from workbench.analysis.audits.finding import Evidence, Finding, FindingKind, Severity, percent
from workbench.analysis.drop_offs import DropOff, DropOffs, Ranking, drop_offs
from workbench.analysis.friction import FrictionThreshold, first_choice, friction_threshold
from workbench.analysis.intervals import Interval
from workbench.analysis.loss import NOTHING
from workbench.analysis.measures import Measures
from workbench.analysis.rates import Rate
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind, Role

EVEN = 0.95
MANY_SEATS = 3
ENOUGH_PEOPLE = 100
MOSTLY = 0.5


def loss_audit(journey: Journey, measures: Measures) -> tuple[Finding, ...]:
    """Findings from the counts of a measured or counted map."""
    return (
        *_biggest_drops(journey, drop_offs(measures, journey)),
        *_growing_counts(journey, measures),
        *_hard_abandons(journey, measures),
        *_no_secondary_action(journey, measures),
        *_friction(journey, measures),
        *_even_choice(journey, measures),
    )


def _biggest_drops(journey: Journey, losses: DropOffs) -> Iterator[Finding]:
    """The worst element by rate, by people and by money; one finding per element, naming all its titles."""
    rankings = {"share": losses.by_rate, "people": losses.by_people, "money": losses.by_money}
    worst: dict[ElementId, list[str]] = {}
    for name, ranking in rankings.items():
        if ranking.worst is not None and len(ranking.order) > 1:
            worst.setdefault(ranking.worst.element_id, []).append(name)
    for element_id, names in worst.items():
        row = next(r for r in losses.by_rate.order if r.element_id == element_id)
        doubts = [name for name in names if not rankings[name].is_separable]
        yield Finding(
            f"biggest-drop:{element_id}",
            FindingKind.BIGGEST_DROP,
            Severity.WARNING,
            _drop_sentence(journey, row, names) + _doubt_sentence(journey, rankings, doubts),
            "Of the people whose chosen path has the element, those whose path ends there. Ranked by rate, by people "
            "and by money; the first two are called separable when their 95 % intervals do not overlap.",
            (Evidence.of("left here", row.rate),),
            (element_id,),
            money=row.money,
        )


def _drop_sentence(journey: Journey, row: DropOff, names: list[str]) -> str:
    title = journey.element_by_id[row.element_id].title
    money = f", worth {row.money:,.0f} {journey.currency}" if row.money else ""
    lost = f"{row.rate.k:,} of {row.rate.n:,} people ({percent(row.rate.value)}) stop at {title}{money}"
    return f"{lost}: the biggest loss by {' and by '.join(names)}."


def _doubt_sentence(journey: Journey, rankings: dict[str, Ranking], doubts: list[str]) -> str:
    if not doubts:
        return ""
    seconds = [journey.element_by_id[rankings[name].order[1].element_id].title for name in doubts]
    pairs = " and ".join(f"{second} (by {name})" for name, second in zip(doubts, seconds, strict=True))
    return f" Not separable from {pairs}."


def _growing_counts(journey: Journey, measures: Measures) -> Iterator[Finding]:
    for element in journey.elements:
        figures = measures.elements.get(element.element_id)
        if figures is None or figures.came is None or figures.before is None or figures.came <= figures.before:
            continue
        yield Finding(
            f"growing-count:{element.element_id}",
            FindingKind.GROWING_COUNT,
            Severity.WARNING,
            f"More people reach {element.title} than stood before it ({figures.came:,} of {figures.before:,}).",
            "A count that grows from step to step is no funnel of people: it gets no interval and no forecast.",
            element_ids=(element.element_id,),
        )


def _hard_abandons(journey: Journey, measures: Measures) -> Iterator[Finding]:
    """Of the places where most of the lost do nothing any more, the one that loses most people."""
    rates = {e: rate for e in journey.elements if (rate := _gone(measures, e)) is not None}
    mostly = {e: rate for e, rate in rates.items() if rate.n >= ENOUGH_PEOPLE and (rate.interval.low or 0.0) > MOSTLY}
    if not mostly:
        return
    element, rate = max(mostly.items(), key=lambda pair: pair[1].k)
    yield Finding(
        f"hard-abandon:{element.element_id}",
        FindingKind.HARD_ABANDON,
        Severity.NOTE,
        f"{percent(rate.value)} of the {rate.n:,} people lost at {element.title} do nothing any more: they left.",
        "What the stopped did next; a pause with a later return would be a micro-abandon instead.",
        (Evidence.of("did nothing any more", rate),),
        (element.element_id,),
    )


def _gone(measures: Measures, element: Element) -> Rate | None:
    figures = measures.elements.get(element.element_id)
    gone = dict(figures.instead).get(NOTHING) if figures else None
    if figures is None or gone is None or not figures.stopped or gone > figures.stopped:
        return None
    return Rate.of(gone, figures.stopped)


def _no_secondary_action(journey: Journey, measures: Measures) -> Iterator[Finding]:
    """Stages where hardly anybody did anything or went on: upper bound under half of the median stage's."""
    rates = {s.element_id: rate for s in _leading_stages(journey) if (rate := _did_anything(journey, measures, s))}
    if len(rates) < MANY_SEATS:
        return
    middle = median(rate.value or 0.0 for rate in rates.values())
    for stage_id, rate in rates.items():
        if rate.interval.high is not None and rate.interval.high < middle / 2:
            yield Finding(
                f"no-secondary-action:{stage_id}",
                FindingKind.NO_SECONDARY_ACTION,
                Severity.WARNING,
                f"{journey.element_by_id[stage_id].title} offers nothing that holds people: {percent(rate.value)} did "
                f"anything or went on, less than half of the median stage ({percent(middle)}).",
                "The upper 95 % bound of “did any micro-conversion here or went on” is below half the median stage's.",
                (Evidence.of("did anything or went on", rate, middle),),
                (stage_id,),
            )


def _leading_stages(journey: Journey) -> list[Element]:
    return [e for e in journey.elements if e.kind is Kind.STAGE and journey.outgoing.get(e.element_id)]


def _did_anything(journey: Journey, measures: Measures, stage: Element) -> Rate | None:
    """Went on, or did a micro-conversion without going on (at most; people who did several count more than once)."""
    figures = measures.elements.get(stage.element_id)
    if figures is None or figures.people is None or not figures.people or figures.stopped is None:
        return None
    acted = figures.people - figures.stopped
    for seat in journey.seated.get(stage.element_id, ()):
        did = measures.elements.get(seat.element_id)
        if did is not None and did.people is not None and did.went_on_did is not None:
            acted += did.people - did.went_on_did
    return Rate.of(max(0, min(acted, figures.people)), figures.people)


def _friction(journey: Journey, measures: Measures) -> Iterator[Finding]:
    asks = sorted((e for e in journey.elements if _is_rated_ask(e, measures)), key=lambda e: e.commitment or 0)
    if len(asks) < 2:
        return
    k = [measures.elements[e.element_id].came or 0 for e in asks]
    n = [measures.elements[e.element_id].before or 0 for e in asks]
    found = friction_threshold(k, n)
    if found.threshold is None:
        return
    yield _friction_finding(asks, found, found.threshold)


def _is_rated_ask(element: Element, measures: Measures) -> bool:
    figures = measures.elements.get(element.element_id)
    if figures is None or figures.came is None or not figures.before or figures.came > figures.before:
        return False
    return element.commitment is not None and (element.role is Role.ASK or element.kind is Kind.MICRO)


def _friction_finding(asks: list[Element], found: FrictionThreshold, at: int) -> Finding:
    light, heavy, drop = asks[at], asks[at + 1], found.drops[at]
    before, after = found.rates[at], found.rates[at + 1]
    evidence = Evidence("fall of acceptance", value=drop.difference, interval=Interval(drop.low, drop.high))
    return Finding(
        f"friction:{heavy.element_id}",
        FindingKind.FRICTION,
        Severity.WARNING,
        f"Acceptance falls from {percent(before.value)} ({light.title}) to {percent(after.value)} ({heavy.title}): "
        f"{(drop.difference or 0) * 100:.1f} points ({(drop.low or 0) * 100:.1f} to {(drop.high or 0) * 100:.1f}). "
        "What is asked there outweighs what is given.",
        "Asks in order of commitment; acceptance among the people of the stage (impressions are not recorded); the "
        "threshold is the largest fall whose Newcombe interval lies above 5 points.",
        (evidence, Evidence.of(light.title, before), Evidence.of(heavy.title, after)),
        (light.element_id, heavy.element_id),
    )


def _even_choice(journey: Journey, measures: Measures) -> Iterator[Finding]:
    """Many options, none of them a favourite, and most people take none."""
    for stage_id, seats in journey.seated.items():
        counts = [c for s in seats if (f := measures.elements.get(s.element_id)) and (c := f.people) is not None]
        stage = measures.elements.get(stage_id)
        if len(counts) < MANY_SEATS or stage is None or (stage.people or 0) < ENOUGH_PEOPLE:
            continue
        people = stage.people or 0
        none = max(0, people - sum(counts))
        choice = first_choice(counts, none)
        if choice.entropy is not None and choice.entropy > EVEN and none > people / 2:
            yield Finding(
                f"even-choice:{stage_id}",
                FindingKind.CHOICE_PARALYSIS,
                Severity.NOTE,
                f"{journey.element_by_id[stage_id].title} offers {len(counts)} micro-conversions without a favourite, "
                f"and at least {percent(none / people)} of its people take none.",
                "Evenness of the choice (normalised entropy above 0.95) and the share that takes none; an association, "
                "as stages with more options are other stages.",
                (
                    Evidence("evenness of the choice", value=choice.entropy),
                    Evidence.of("took none", Rate.of(none, people)),
                ),
                (stage_id, *(seat.element_id for seat in seats)),
            )
