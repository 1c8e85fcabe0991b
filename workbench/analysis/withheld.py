"""Figures for people outside: counts of fewer than k people are withheld, and those that would give them away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from workbench.analysis.measures import ElementFigures, FunnelFigures, LinkFigures, Measures
from workbench.journey.journey import Journey

_PEOPLE, _ENTERED, _STOPPED, _ARRIVED, _TOOK = "people", "entered", "stopped", "arrived", "took"
_ALL = (_ENTERED, "")
_TINY = 1e-9
_BESIDE = {"reached": None, "mature_people": "people", "mature_before": "before", "mature_came": "came"}
"""Counts beside those that add up, and the whole that each is a part of."""
Cell = tuple[str, str]
"""Name of a count and the element or link that it belongs to."""
Sum = tuple[Cell, ...]
"""A total and the parts that add up to it."""


def withheld(journey: Journey, measures: Measures, least: int) -> Measures:
    """Leave out every count of 1 to `least` - 1 people, and as many others as it takes that none can be computed back.

    Parameters
    ----------
    journey : Journey
        For how the counts of elements and links add up.
    measures : Measures
    least : int
        The smallest count that may be shown; 0 and 1 withhold nothing. Counts of nobody stay.

    Notes
    -----
    People at an element are those who entered there and who took a link into it, and they took a link out of it,
    stopped, or arrived. While these sums, solved as a linear system, still tell a small count, the smallest known
    count beside it is withheld as well, preferably that of those who stopped. Rates follow their counts.
    """
    if least <= 1:
        return measures
    hidden = _hidden(journey, _counts(measures), least)
    elements = {
        i: _element(journey, figures, hidden, least)
        for i, figures in measures.elements.items()
        if i in journey.element_by_id
    }
    links = {i: _link(journey, k, hidden, least) for i, k in measures.links.items() if i in journey.link_by_id}
    return replace(
        measures,
        elements=elements,
        links=links,
        funnel=_funnel(measures.funnel, hidden, least),
        entered=None if _ALL in hidden else measures.entered,
        mature_entered=_if_apart(measures.mature_entered, measures.entered, least),
        units=_whole(measures.units, measures.entered, least),
    )


def _counts(measures: Measures) -> dict[Cell, int]:
    """The counts that add up on the map."""
    found: dict[Cell, int] = {} if measures.entered is None else {_ALL: measures.entered}
    for i, figures in measures.elements.items():
        for name in (_PEOPLE, _ENTERED, _STOPPED, _ARRIVED):
            count = getattr(figures, name)
            if count is not None:
                found[name, i] = count
    for k, link in measures.links.items():
        if link.took is not None:
            found[_TOOK, k] = link.took
    return found


def _hidden(journey: Journey, counts: Mapping[Cell, int], least: int) -> set[Cell]:
    """The small counts, and others until no small one can be computed from what is left."""
    small = {cell for cell, count in counts.items() if 0 < count < least}
    hidden, sums = set(small), tuple(_sums(journey, counts))
    while told := _told(sums, hidden) & small:
        cell = min(told)
        near = [other for one in sums if cell in one for other in one]
        far = [other for one in sums if hidden.intersection(one) for other in one]
        known = next((found for group in (near, far) if (found := _known(group, counts, hidden))), [])
        if not known:
            break
        hidden.add(min(known, key=lambda other: (other[0] != _STOPPED, counts[other], other)))
    return hidden


def _known(cells: Iterable[Cell], counts: Mapping[Cell, int], hidden: set[Cell]) -> list[Cell]:
    """Counts that are shown and not of nobody: hiding a nobody hides nothing."""
    return [cell for cell in cells if cell not in hidden and counts[cell] > 0]


def _told(sums: Sequence[Sum], hidden: set[Cell]) -> set[Cell]:
    """Hidden counts that the sums determine: those without a part in the null space of the system."""
    order = sorted(hidden)
    if not order:
        return set()
    place = {cell: column for column, cell in enumerate(order)}
    rows = np.zeros((len(sums) + 1, len(order)))
    for row, (total, *parts) in enumerate(sums):
        for cell in (total, *parts):
            if cell in place:
                rows[row, place[cell]] = 1.0 if cell == total else -1.0
    _, sizes, directions = np.linalg.svd(rows)
    rank = int((sizes > _TINY).sum())
    free = np.abs(directions[rank:]).max(axis=0, initial=0.0) > _TINY
    return {cell for cell, is_free in zip(order, free, strict=True) if not is_free}


def _sums(journey: Journey, counts: Mapping[Cell, int]) -> Iterator[Sum]:
    entries = [(_ENTERED, i) for i in journey.entry_ids if (_ENTERED, i) in counts]
    if _ALL in counts and sum(counts[cell] for cell in entries) == counts[_ALL]:
        yield (_ALL, *entries)
    for element in journey.elements:
        i = element.element_id
        if element.stage_id is not None or (_PEOPLE, i) not in counts:
            continue
        into = [(_TOOK, link.link_id) for link in journey.incoming.get(i, ())]
        out = [(_TOOK, link.link_id) for link in journey.outgoing.get(i, ())]
        for parts in ([*into, (_ENTERED, i)], [*out, (_STOPPED, i), (_ARRIVED, i)]):
            known = [part for part in parts if part in counts]
            if known:
                yield ((_PEOPLE, i), *known)


def _element(journey: Journey, figures: ElementFigures, hidden: set[Cell], least: int) -> ElementFigures:
    i = figures.element_id
    if journey.element_by_id[i].stage_id is not None:
        return _seated(figures, least, (_PEOPLE, journey.element_by_id[i].stage_id) in hidden)
    shown = {
        name: None if (name, i) in hidden else getattr(figures, name)
        for name in (_PEOPLE, _ENTERED, _STOPPED, _ARRIVED)
    }
    incoming = journey.incoming.get(i, ())
    lacks_came = any((_TOOK, link.link_id) in hidden for link in incoming)
    lacks_before = any((_PEOPLE, link.source_id) in hidden for link in incoming)
    is_whole = shown[_PEOPLE] is not None
    beside = {
        name: _if_apart(getattr(figures, name), getattr(figures, whole) if whole else None, least) if is_whole else None
        for name, whole in _BESIDE.items()
    }
    return replace(
        figures,
        people=shown[_PEOPLE],
        entered=shown[_ENTERED],
        stopped=shown[_STOPPED],
        arrived=shown[_ARRIVED],
        came=None if lacks_came else _if_enough(figures.came, least),
        before=None if lacks_before else _if_enough(figures.before, least),
        hits=figures.hits if is_whole else None,
        money_lost=figures.money_lost if shown[_STOPPED] is not None else None,
        instead=tuple((name, n) for name, n in figures.instead if n >= least) if shown[_STOPPED] is not None else (),
        **beside,  # type: ignore[arg-type]  # the names of whole-number fields
    )


def _seated(figures: ElementFigures, least: int, hides_stage: bool) -> ElementFigures:
    """A micro-conversion on a stage: those who did it and those who did not are both people."""
    before = None if hides_stage else _if_enough(figures.before, least)
    did = _if_apart(figures.people, figures.before, least)
    others = None if figures.before is None or figures.people is None else figures.before - figures.people
    return ElementFigures(
        figures.element_id,
        people=did,
        before=before,
        came=did,
        reached=_if_enough(figures.reached, least),
        went_on_did=_if_apart(figures.went_on_did, figures.people, least) if did is not None else None,
        went_on_not=_if_apart(figures.went_on_not, others, least) if did is not None else None,
        hits=figures.hits if did is not None else None,
        grade=figures.grade,
    )


def _link(journey: Journey, figures: LinkFigures, hidden: set[Cell], least: int) -> LinkFigures:
    source = journey.link_by_id[figures.link_id].source_id
    is_shown = (_TOOK, figures.link_id) not in hidden and _if_enough(figures.took, least) is not None
    return replace(
        figures,
        took=figures.took if is_shown else None,
        people=None if (_PEOPLE, source) in hidden else figures.people,
        eventually=_if_enough(figures.eventually, least) if is_shown else None,
        direct=_if_enough(figures.direct, least) if is_shown else None,
        median_s=figures.median_s if is_shown else None,
    )


def _funnel(funnel: FunnelFigures, hidden: set[Cell], least: int) -> FunnelFigures:
    """Steps are left out that are withheld on the map, or whose people or loss since the last shown one are too few."""
    kept: list[int] = []
    for place, step in enumerate(funnel.steps):
        lost = funnel.steps[kept[-1]].count - step.count if kept else 0
        is_on_map = place >= len(funnel.element_ids) or (_PEOPLE, funnel.element_ids[place]) not in hidden
        if is_on_map and _is_enough(step.count, least) and _is_enough(abs(lost), least):
            kept.append(place)
    if len(kept) == len(funnel.steps):
        return replace(funnel, immature=_if_enough(funnel.immature, least), mature_counts=())
    return replace(
        funnel,
        steps=tuple(replace(funnel.steps[p], rate_step=None) for p in kept),
        element_ids=tuple(funnel.element_ids[p] for p in kept),
        median_s=(),
        mature_counts=(),
        immature=_if_enough(funnel.immature, least),
    )


def _is_enough(count: int, least: int) -> bool:
    return count == 0 or count >= least


def _if_enough(count: int | None, least: int) -> int | None:
    return count if count is not None and _is_enough(count, least) else None


def _if_apart(part: int | None, whole: int | None, least: int) -> int | None:
    """A part of a known whole: neither it nor what is left may be too few."""
    if part is None or not _is_enough(part, least):
        return None
    return part if whole is None or _is_enough(abs(whole - part), least) else None


def _whole(whole: int | None, part: int | None, least: int) -> int | None:
    """A whole beside a part of it: what lies between may not be too few."""
    is_apart = whole is None or part is None or _is_enough(abs(whole - part), least)
    return _if_enough(whole, least) if is_apart else None


def is_withheld(count: float | None, least: int) -> bool:
    """Whether a count of people is too small to be shown.

    Examples
    --------
    >>> is_withheld(3, 10), is_withheld(0, 10), is_withheld(10, 10), is_withheld(None, 10)
    (True, False, False, False)
    """
    return count is not None and 0 < count < least
