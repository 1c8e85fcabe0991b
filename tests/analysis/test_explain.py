"""Why this number: sentences made from the options, the trace of one person, the path counted by every rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.analysis.test_measure import SIX, element, links, log, shop
from workbench.analysis.explain import Figure, explain_element, explain_link
from workbench.analysis.measure import measure
from workbench.analysis.query import Query
from workbench.analysis.reconcile import reconcile
from workbench.analysis.trace import trace, units_stopped_at
from workbench.errors import WorkbenchError
from workbench.events.store import EventStore
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Counting, Journey
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind

TITLES = {ElementId(name): name.title() for name in ("visit", "search", "browse", "cart", "pay")}


def sentence(figure: Figure = Figure.PEOPLE, **counting: object) -> str:
    journey = shop(window_s=7 * 86_400, counting=Counting(**counting))  # type: ignore[arg-type]
    return explain_element(Query.of(journey), ElementId("cart"), TITLES, figure)


def test_a_definition_names_unit_element_and_window() -> None:
    assert sentence().startswith("People whose chosen path has “Cart”: within 7 days of entering")
    assert sentence(count_by="session").startswith("Sessions")
    assert sentence(count_by="prop:account").startswith("Values of account")


@pytest.mark.parametrize(
    ("counting", "words"),
    [
        ({"ties": "increasing"}, "each later than the one before"),
        ({"ties": "file"}, "in file order"),
        ({"entry": "first"}, "from the first entry only"),
        ({"mode": "strict"}, "with no other event between"),
        ({"mode": "strict", "strict_repeats": "break"}, "repeats interrupt"),
        ({"exclusion_effect": "stop"}, "an exclusion ends the attempt"),
    ],
)
def test_every_option_changes_the_sentence(counting: dict[str, str], words: str) -> None:
    assert words in sentence(**counting)
    assert words not in sentence()


def test_every_figure_has_its_own_sentence() -> None:
    assert len({sentence(figure) for figure in Figure}) == len(Figure)


def test_a_link_tells_its_limits() -> None:
    ways = links("visit>cart", window_s=60.0, is_strict=True, exclusion=Rule(("chat",)))
    query = Query.of(Journey(elements=(element("visit"), element("cart")), links=ways))
    text = explain_link(query, LinkId("visit>cart"), TITLES)
    for words in ("from “Visit” straight on to “Cart”", "within 1 minute", "no other event between", "without chat"):
        assert words in text
    back = Query.of(Journey(elements=query_elements(), links=links("visit>cart", returns=True)))
    assert "directly follow" in explain_link(back, LinkId("visit>cart"), TITLES)


def query_elements() -> tuple:  # type: ignore[type-arg]
    return (element("visit"), element("cart"))


def test_a_trace_marks_the_events_of_the_chosen_path() -> None:
    found = trace(Query.of(shop()), SIX, "2")
    assert [(event.event, event.element_id) for event in found.events] == [
        ("visit", "visit"),
        ("search", "search"),
        ("browse", None),
        ("cart", "cart"),
        ("pay", "pay"),
    ]
    assert [event.line for event in found.events] == [8, 9, 10, 11, 12]


def test_traces_add_up_to_the_measure() -> None:
    query = Query.of(shop())
    people = measure(query, SIX).elements
    paths = [trace(query, SIX, str(unit)).path for unit in range(6)]
    for element_id, figures in people.items():
        assert figures.people == sum(element_id in path for path in paths)


def test_a_session_is_traced_by_its_number() -> None:
    a, b = element("a"), element("b", Kind.MACRO)
    store = EventStore.from_rows([("1", 0, "a"), ("1", 9000, "a"), ("1", 9001, "b")])
    journey = Journey(elements=(a, b), links=links("a>b"), counting=Counting(count_by="session"))
    assert trace(Query.of(journey), store, "1#2").path == ("a", "b")
    assert trace(Query.of(journey), store, "1#1").path == ("a",)


def test_an_unknown_person_is_named() -> None:
    with pytest.raises(WorkbenchError, match="nobody called “77”"):
        trace(Query.of(shop()), SIX, "77")


def test_examples_are_units_that_stopped_there() -> None:
    query = Query.of(shop())
    assert units_stopped_at(query, SIX, ElementId("browse")) == ("3",)
    assert units_stopped_at(query, SIX, ElementId("search")) == ()


def test_the_happy_path_is_reconciled_between_rules() -> None:
    rows = reconcile(Query.of(shop()), SIX)
    assert [row.element_id for row in rows] == ["visit", "browse", "cart", "pay"]
    assert [row.events for row in rows] == [6, 4, 4, 3]
    assert [row.closed for row in rows] == [6, 4, 3, 2]
    assert [row.open for row in rows] == [5, 4, 4, 3]
    assert [row.any_order for row in rows] == [6, 5, 4, 2]
    assert [row.sessions for row in rows] == [6, 4, 3, 2]


def test_the_closed_column_is_the_plain_funnel() -> None:
    store = log("visit browse cart pay", "browse visit pay cart")
    query = Query.of(replace(shop(), counting=Counting(mode="any")))
    closed = measure(Query.of(shop()), store).funnel
    assert [row.closed for row in reconcile(query, store)] == [step.count for step in closed.steps]
