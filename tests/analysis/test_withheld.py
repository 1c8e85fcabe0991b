"""Small counts are withheld, and nobody can compute them from the counts that are shown."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.test_measure import shop
from workbench.analysis.measure import measure
from workbench.analysis.measures import ElementFigures, Measures
from workbench.analysis.query import Query
from workbench.analysis.withheld import withheld
from workbench.events.store import EventStore
from workbench.journey.element import Element, ElementId, Link, LinkId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind

LEAST = 5
WAYS = (
    ("visit",),
    ("visit", "search"),
    ("visit", "browse"),
    ("visit", "search", "cart"),
    ("visit", "browse", "cart"),
    ("visit", "search", "cart", "pay"),
    ("visit", "browse", "cart", "pay"),
    ("visit", "cart"),
)


def measured(sizes: list[int]) -> Measures:
    """So many people went each of the ways."""
    names, rows = count(), []
    for way, size in zip(WAYS, sizes, strict=True):
        for _ in range(size):
            user = f"u{next(names)}"
            rows += [(user, at, name) for at, name in enumerate(way)]
    return measure(Query.of(shop(window_s=None)), EventStore.from_rows(rows or [("u", 0, "nothing")]))


def shown_counts(found: Measures) -> dict[str, int]:
    """Every count of people that is left to see."""
    counts = {}
    for owner in (*found.elements.values(), *found.links.values()):
        key = owner.element_id if isinstance(owner, ElementFigures) else owner.link_id
        for field in fields(owner):
            value = getattr(owner, field.name)
            if isinstance(value, int) and not isinstance(value, bool) and field.name != "hits":
                counts[f"{key} {field.name}"] = value
    counts |= {f"step {n}": step.count for n, step in enumerate(found.funnel.steps)}
    return counts


def sums() -> list[list[str]]:
    """The total first, then its parts: what an attacker knows of the map."""
    journey = shop()
    found = []
    for element in journey.elements:
        i = element.element_id
        found.append([f"{i} people", f"{i} entered", *(f"{k.link_id} took" for k in journey.incoming.get(i, ()))])
        out = [f"{k.link_id} took" for k in journey.outgoing.get(i, ())]
        found.append([f"{i} people", f"{i} stopped", f"{i} arrived", *out])
    return found


def recovered(shown: dict[str, int], truth: dict[str, int]) -> dict[str, int]:
    """Counts that follow from the shown ones, sum by sum."""
    known = dict(shown)
    is_new = True
    while is_new:
        is_new = False
        for total, *parts in sums():
            cells = [cell for cell in (total, *parts) if cell in truth]
            unknown = [cell for cell in cells if cell not in known]
            if len(unknown) == 1 and total in truth:
                rest = sum(known[cell] for cell in parts if cell in known and cell in truth)
                known[unknown[0]] = rest if unknown[0] == total else known[total] - rest
                is_new = True
    return known


def two_entries() -> Journey:
    """Two ways in, one way on."""
    kinds = {"ad": Kind.STAGE, "mail": Kind.STAGE, "pay": Kind.MACRO}
    elements = tuple(Element(ElementId(i), kind, i.title(), rule=Rule((i,))) for i, kind in kinds.items())
    links = tuple(Link(LinkId(f"{i}>pay"), ElementId(i), ElementId("pay")) for i in ("ad", "mail"))
    return Journey(window_s=None, elements=elements, links=links)


SIZES = st.lists(st.sampled_from((0, 1, 2, 3, 4, 5, 9, 40, 41, 200)), min_size=len(WAYS), max_size=len(WAYS))


@given(SIZES)
def test_no_small_count_is_shown_or_can_be_computed(sizes: list[int]) -> None:
    truth = measured(sizes)
    whole, shown = shown_counts(truth), shown_counts(withheld(shop(), truth, LEAST))
    assert all(n == 0 or n >= LEAST for n in shown.values())
    assert all(whole[cell] == n for cell, n in shown.items() if not cell.startswith("step"))
    small = {
        cell
        for cell, n in whole.items()
        if 0 < n < LEAST and cell.split()[1] in ("people", "entered", "stopped", "took")
    }
    assert not small & recovered(shown, whole).keys()


@given(st.lists(st.sampled_from((0, 20, 40)), min_size=len(WAYS), max_size=len(WAYS)))
def test_large_counts_alone_withhold_nothing(sizes: list[int]) -> None:
    truth = measured(sizes)
    assert shown_counts(withheld(shop(), truth, LEAST)) == shown_counts(truth)


def test_zero_and_one_withhold_nothing() -> None:
    truth = measured([1, 2, 3, 1, 2, 1, 1, 0])
    assert withheld(shop(), truth, 0) is truth
    assert withheld(shop(), truth, 1) is truth


def test_who_did_not_is_as_private_as_who_did() -> None:
    seat = Element(ElementId("quiz"), Kind.MICRO, "Quiz", stage_id=ElementId("visit"), rule=Rule(("quiz",)))
    journey = shop(window_s=None)
    journey = replace(journey, elements=(*journey.elements, seat))
    rows = [(f"u{n}", 0, "visit") for n in range(50)] + [(f"u{n}", 1, "quiz") for n in range(48)]
    found = withheld(journey, measure(Query.of(journey), EventStore.from_rows(rows)), LEAST)
    assert found.elements[ElementId("quiz")].people is None
    assert found.elements[ElementId("visit")].people == 50


def test_the_total_of_two_entries_does_not_tell_a_small_one() -> None:
    journey = two_entries()
    rows = [(f"a{n}", at, name) for n in range(40) for at, name in enumerate(("ad", "pay"))]
    rows += [(f"m{n}", at, name) for n in range(3) for at, name in enumerate(("mail", "pay"))]
    found = withheld(journey, measure(Query.of(journey), EventStore.from_rows(rows)), LEAST)
    told = [found.entered, *(found.elements[ElementId(i)].entered for i in ("ad", "mail"))]
    assert told[2] is None
    assert None in told[:2]


def test_a_withheld_number_of_those_still_running_is_no_zero() -> None:
    journey = shop(window_s=60.0)
    rows = [(f"u{n}", 0, "visit") for n in range(40)] + [(f"v{n}", 100, "visit") for n in range(2)]
    truth = measure(Query.of(journey), EventStore.from_rows(rows))
    assert truth.funnel.immature == 2
    assert withheld(journey, truth, LEAST).funnel.immature is None


def test_rates_and_medians_go_with_their_counts() -> None:
    truth = measured([100, 0, 0, 0, 0, 0, 2, 0])
    found = withheld(shop(), truth, LEAST)
    assert found.links[LinkId("visit>browse")].took is None
    assert found.links[LinkId("visit>browse")].median_s is None
    assert found.elements[ElementId("browse")].came is None
    assert [step.name for step in found.funnel.steps] == ["visit"]
