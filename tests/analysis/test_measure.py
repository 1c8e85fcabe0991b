"""Measuring a map: figures that add up, contraction, loops, seats, maturity and other modes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from workbench.analysis.estimate import estimate, half_width, is_worth_estimating
from workbench.analysis.measure import measure
from workbench.analysis.measures import Grade
from workbench.analysis.query import Query
from workbench.errors import CancelledError, WorkbenchError
from workbench.events.aggregates import StepCount, StepCounts
from workbench.events.source import import_events
from workbench.events.store import EventStore
from workbench.journey.element import DatasetId, Element, ElementId, Link, LinkId
from workbench.journey.journey import Counting, Journey, Shaping
from workbench.journey.rule import Condition, Operator, Rule
from workbench.journey.taxonomy import Kind
from workbench.progress import Progress

DAY = 86_400


def element(name: str, kind: Kind = Kind.STAGE, **more: object) -> Element:
    return Element(ElementId(name), kind, name.title(), **({"rule": Rule((name,))} | more))  # type: ignore[arg-type]


def links(*pairs: str, **more: object) -> tuple[Link, ...]:
    return tuple(Link(LinkId(pair), *map(ElementId, pair.split(">")), **more) for pair in pairs)  # type: ignore[arg-type]


def shop(**more: object) -> Journey:
    """visit > {search | browse} > cart > pay"""
    elements = (*map(element, ("visit", "search", "browse", "cart")), element("pay", Kind.MACRO, value=10.0))
    ways = links("visit>search", "visit>browse", "search>cart", "browse>cart", "cart>pay")
    path = tuple(map(ElementId, ("visit", "browse", "cart", "pay")))
    return replace(Journey(elements=elements, links=ways, happy_path=path, window_s=1000), **more)  # type: ignore[arg-type]


def log(*sequences: str) -> EventStore:
    return EventStore.from_rows(
        [(str(u), t, name) for u, names in enumerate(sequences) for t, name in enumerate(names.split())]
    )


SIX = log(
    "visit search cart pay",
    "visit browse cart",
    "visit search browse cart pay",
    "visit x browse",
    "visit",
    "visit browse search cart x pay",
)


def test_the_example_of_the_rules() -> None:
    found = measure(Query.of(shop()), SIX)
    assert {i: f.people for i, f in found.elements.items()} == {
        "visit": 6,
        "search": 2,
        "browse": 3,
        "cart": 4,
        "pay": 3,
    }
    assert {i: f.stopped for i, f in found.elements.items()} == {
        "visit": 1,
        "search": 0,
        "browse": 1,
        "cart": 1,
        "pay": None,
    }
    assert {i: f.reached for i, f in found.elements.items()} == {
        "visit": 6,
        "search": 3,
        "browse": 4,
        "cart": 4,
        "pay": 3,
    }
    assert [(f.took, f.eventually, f.direct) for f in found.links.values()] == [
        (2, 3, 2),
        (3, 4, 2),
        (2, 3, 2),
        (2, 3, 2),
        (3, 3, 2),
    ]
    assert (found.entered, found.units, found.elements["pay"].arrived) == (6, 6, 3)


def test_rates_and_money_follow_from_the_counts() -> None:
    found = measure(Query.of(shop()), SIX)
    cart = found.elements["cart"]
    assert (cart.before, cart.came) == (5, 4)
    assert cart.money_lost == pytest.approx(10.0), "one stopped, each onward step is worth 10"
    assert found.elements["browse"].money_lost == pytest.approx(1 * 7.5)
    assert found.links["cart>pay"].median_s == 1.0


def test_what_the_stopped_did_instead_looks_through_ambient_events() -> None:
    store = log("visit scroll help", "visit help", "visit")
    found = measure(Query.of(shop()), store, ambient=frozenset({"scroll"}))
    assert found.elements["visit"].instead == (("help", 2), ("(nothing)", 1))
    mapped = measure(Query.of(shop()), log("visit visit"), ambient=frozenset({"visit"}))
    assert mapped.elements["visit"].instead == (("visit", 1),), "events of mapped elements are never ambient"


def test_the_happy_path_is_a_funnel_of_its_own() -> None:
    found = measure(Query.of(shop()), SIX).funnel
    assert [step.count for step in found.steps] == [6, 4, 3, 2]
    assert found.element_ids == ("visit", "browse", "cart", "pay")


@pytest.mark.parametrize(("mode", "counts"), [("any", [6, 5, 4, 2]), ("open", [5, 4, 4, 3]), ("strict", [6, 2, 1, 0])])
def test_other_modes_act_on_the_happy_path(mode: str, counts: list[int]) -> None:
    found = measure(Query.of(shop(counting=Counting(mode=mode))), SIX)
    assert [step.count for step in found.funnel.steps] == counts
    assert found.funnel.mode == mode


def test_an_element_without_rule_is_contracted() -> None:
    note = element("note", rule=None)
    journey = shop()
    ways = links("visit>note", "note>browse", "visit>search", "search>cart", "browse>cart", "cart>pay")
    found = measure(Query.of(replace(journey, elements=(*journey.elements, note), links=ways)), SIX)
    assert found.elements["note"].people is None
    assert found.elements["note"].grade is Grade.ESTIMATED
    assert found.elements["browse"].people == 3
    assert (found.links["note>browse"].took, found.links["note>browse"].people) == (3, None)
    assert found.links["visit>note"].took is None


def test_an_optional_element_may_be_skipped() -> None:
    a, b, c = element("a"), element("b", is_optional=True), element("c", Kind.MACRO)
    journey = Journey(elements=(a, b, c), links=links("a>b", "b>c"))
    found = measure(Query.of(journey), log("a c", "a b c", "a b", "b c"))
    assert {i: f.people for i, f in found.elements.items()} == {"a": 3, "b": 2, "c": 2}
    assert found.links["b>c"].took == 1


def test_loops_are_counted_as_transitions() -> None:
    journey = shop()
    back = links("cart>browse", returns=True)
    found = measure(
        Query.of(replace(journey, links=(*journey.links, *back))), log("visit browse cart browse cart browse x")
    )
    assert found.links["cart>browse"].took == 2
    assert found.elements["cart"].people == 1


def test_what_lies_behind_a_goal_is_a_second_graph() -> None:
    journey = shop()
    after = replace(
        journey, elements=(*journey.elements, element("review")), links=(*journey.links, *links("pay>review"))
    )
    found = measure(Query.of(after), log("visit browse cart pay review", "visit browse cart pay", "pay review"))
    assert found.elements["review"].people == 2
    assert found.links["pay>review"].took == 2
    assert found.elements["pay"].arrived == 2
    assert found.entered == 2


def test_unlinked_elements_show_reached_only() -> None:
    journey = shop()
    found = measure(Query.of(replace(journey, elements=(*journey.elements, element("x")))), SIX)
    assert (found.elements["x"].people, found.elements["x"].reached, found.elements["x"].hits) == (None, 2, 2)


def test_a_micro_conversion_on_a_stage() -> None:
    p, c = element("p"), element("c", Kind.MACRO)
    f = element("f", Kind.MICRO, stage_id=ElementId("p"))
    found = measure(Query.of(Journey(elements=(p, c, f), links=links("p>c"))), log("p f c", "p c", "p f", "p c f"))
    seat = found.elements["f"]
    assert (seat.people, seat.before, seat.came) == (2, 4, 2)
    assert (seat.went_on_did, seat.went_on_not) == (1, 2)


def test_mature_figures_stand_beside() -> None:
    a, b = element("a"), element("b", Kind.MACRO)
    rows = [
        ("1", 0, "a"),
        ("1", DAY, "b"),
        ("2", 2 * DAY, "a"),
        ("3", 8 * DAY, "a"),
        ("3", 9 * DAY, "b"),
        ("4", 9 * DAY, "a"),
    ]
    store = EventStore.from_rows([*rows, ("5", 10 * DAY, "x")])
    found = measure(Query.of(Journey(elements=(a, b), links=links("a>b"), window_s=7 * DAY)), store)
    assert (found.entered, found.mature_entered) == (4, 2)
    assert (found.elements["b"].people, found.elements["b"].mature_people) == (2, 1)
    assert (found.elements["b"].mature_before, found.elements["b"].mature_came) == (2, 1)


def test_limits_of_a_link_reach_the_engine() -> None:
    a, b = element("a"), element("b", Kind.MACRO)
    journey = Journey(elements=(a, b))
    store = log("a x b", "a b", "a x x x b")

    def took(**limit: object) -> int | None:
        return measure(Query.of(replace(journey, links=links("a>b", **limit))), store).links["a>b"].took

    assert took() == 3
    assert took(window_s=2.0) == 2
    assert took(is_strict=True) == 1
    assert took(exclusion=Rule(("x",))) == 1


def test_filters_ranges_and_ignored_days() -> None:
    a, b = element("a"), element("b", Kind.MACRO)
    rows = [
        ("1", 0, "a", {"d": "tv"}),
        ("1", 5, "b", {"d": "tv"}),
        ("2", DAY, "a"),
        ("2", DAY + 1, "b"),
        ("3", 3 * DAY, "a"),
    ]
    store = EventStore.from_rows(rows)
    journey = Journey(elements=(a, b), links=links("a>b"))

    def entered(**shaping: object) -> int | None:
        return measure(Query.of(replace(journey, shaping=Shaping(**shaping))), store).entered  # type: ignore[arg-type]

    assert entered() == 3
    assert entered(filters=(Condition("d", Operator.EQ, "tv"),)) == 1
    assert entered(date_from="1970-01-02", date_to="1970-01-02") == 1
    assert entered(excluded_dates=("1970-01-01", "1970-01-04")) == 1


def test_sessions_are_counted_when_asked_for() -> None:
    a, b = element("a"), element("b", Kind.MACRO)
    store = EventStore.from_rows([("1", 0, "a"), ("1", 10, "b"), ("1", 9000, "a"), ("2", 0, "a"), ("2", 1801, "b")])
    found = measure(
        Query.of(Journey(elements=(a, b), links=links("a>b"), counting=Counting(count_by="session"))), store
    )
    assert (found.entered, found.elements["b"].people, found.units) == (3, 1, 4)


def test_titles_and_places_are_no_part_of_a_query() -> None:
    journey = shop()
    moved = journey.with_elements(replace(e, title="?", x=9, y=9) for e in journey.elements)
    assert Query.of(moved) == Query.of(journey)
    assert hash(Query.of(moved)) == hash(Query.of(journey))
    assert Query.of(replace(journey, window_s=1)) != Query.of(journey)


def test_unknown_ways_of_counting_are_named() -> None:
    with pytest.raises(WorkbenchError, match="sideways"):
        measure(Query.of(shop(counting=Counting(mode="sideways"))), SIX)
    with pytest.raises(WorkbenchError, match="no date"):
        measure(Query.of(shop(shaping=Shaping(date_from="31.1.2021"))), SIX)


def test_step_counts_give_aggregated_figures() -> None:
    rows = tuple(
        StepCount(name, n) for name, n in (("visit", 100.0), ("search", 30.0), ("browse", 20.0), ("cart", 25.0))
    )
    found = measure(Query.of(shop()), StepCounts(("visit", "search", "browse", "cart"), rows))
    visit, cart = found.elements["visit"], found.elements["cart"]
    assert (visit.people, visit.stopped, visit.grade) == (100, 50, Grade.AGGREGATED)
    assert (cart.people, cart.came) == (25, None), "who of the cart's people came which way is not known"
    assert found.links["visit>search"].took == 30
    assert found.elements["pay"].people is None


def test_each_element_is_measured_on_its_own_dataset() -> None:
    a, b = DatasetId("a"), DatasetId("b")
    elements = (element("visit", dataset_id=a), element("pay", Kind.MACRO, dataset_id=b))
    journey = Journey(elements=elements, links=links("visit>pay"))
    found = measure(Query.of(journey), {a: log("visit pay"), b: log("pay", "visit pay")})
    assert found.elements["visit"].hits == 1
    assert found.elements["pay"].hits == 2
    assert found.links["visit>pay"].took is None, "no link is measured between two datasets"


def test_an_empty_map_and_an_empty_log() -> None:
    assert measure(Query.of(Journey()), SIX).entered is None
    nothing = measure(Query.of(shop()), EventStore.from_rows([]))
    assert (nothing.entered, nothing.elements["visit"].people) == (0, 0)
    assert [step.rate_total for step in nothing.funnel.steps] == [None] * 4


def test_a_cancelled_measure_ends() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(CancelledError):
        measure(Query.of(shop()), SIX, progress)


def test_an_estimate_is_marked_and_near() -> None:
    store = log(*(["visit browse cart pay"] * 300 + ["visit"] * 700))
    found = estimate(Query.of(shop()), store, share=0.5)
    assert found.is_estimate
    assert found.entered == 1000
    assert abs(found.elements["pay"].people - 300) <= half_width(300, 0.5) * 1.5  # type: ignore[operator]
    assert not is_worth_estimating(store)


FUNNELS = {
    "ga4_merch_bq_parquet": (
        "session_start view_item add_to_cart begin_checkout purchase",
        [32638, 8614, 1471, 650, 401],
        [23.7, 21.4, 362.7, 198.0],
    ),
    "rete_ecom": (
        "product_view add_to_cart cart shipping_details payment_details purchase",
        [598, 502, 396, 271, 165, 76],
        None,
    ),
    "rete_simple_shop": ("catalog cart payment_done", [3611, 1924, 653], None),
}


@pytest.mark.corpus
@pytest.mark.parametrize("name", FUNNELS)
def test_real_logs_give_their_known_figures(corpus: Path, name: str) -> None:
    names, counts, medians = FUNNELS[name]
    steps = names.split()
    elements = tuple(element(step, Kind.MACRO if step == steps[-1] else Kind.STAGE) for step in steps)
    ways = links(*(f"{a}>{b}" for a, b in pairwise(steps)))
    path = tuple(map(ElementId, steps))
    journey = Journey(elements=elements, links=ways, happy_path=path, window_s=30 * DAY)
    found = measure(Query.of(journey), real_log(corpus, name))
    assert [found.elements[step].people for step in steps] == counts
    assert [step.count for step in found.funnel.steps] == counts
    if medians:
        assert [round(median, 1) for median in found.funnel.median_s[1:] if median is not None] == medians


def real_log(corpus: Path, name: str) -> EventStore:
    """The rows of a data set, read plainly."""
    import duckdb

    source = {
        "ga4_merch_bq_parquet": "select user_pseudo_id, event_timestamp, event_name from '{}/events_*.parquet'",
        "rete_ecom": "select user_id, epoch_us(timestamp::timestamp), event "
        "from read_csv('{}/ecom.csv.gz', all_varchar=true)",
        "rete_simple_shop": "select client_id, epoch_us(timestamp::timestamp), event "
        "from read_csv('{}/simple-onlineshop.csv', all_varchar=true)",
    }[name]
    rows = duckdb.sql(source.format(corpus / name)).fetchall()
    return EventStore.from_rows(rows, us_per_unit=1)


def test_rows_without_a_person_stand_beside_the_count_of_their_element(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    people = "".join(f"u{n},visit,2026-01-01 10:00\nu{n},cart,2026-01-01 10:05\n" for n in range(6))
    log.write_text("user,event,time\n" + people + ",visit,2026-01-01 11:00\n" * 2, encoding="utf-8")
    store, _ = import_events([log], folder=tmp_path / "store")
    found = measure(Query.of(shop()), store)
    assert found.elements[ElementId("visit")].people == 6
    assert found.elements[ElementId("visit")].unseen == pytest.approx(2 / 8)
    assert found.elements[ElementId("cart")].unseen == 0
    assert found.elements[ElementId("pay")].unseen is None


def test_an_estimate_tells_the_share_without_a_person_of_all_rows() -> None:
    rows = [(f"u{n}", 0, "visit") for n in range(60)] + [("", 1, "visit")] * 20
    found = estimate(Query.of(shop()), EventStore.from_rows(rows), share=0.1)
    assert found.elements[ElementId("visit")].unseen == pytest.approx(20 / 80)
