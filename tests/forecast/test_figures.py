"""What a card shows: counts first, the forecast where nothing was counted, and null where nobody knows."""

from __future__ import annotations

import pytest

from tests.builders import element, line
from workbench.analysis.measures import ElementFigures, Grade, LinkFigures, Measures
from workbench.forecast.figures import map_figures, rate_figure
from workbench.forecast.model import ForecastModel
from workbench.forecast.what_if import outcome
from workbench.journey import edits
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey, Lever
from workbench.journey.taxonomy import Kind

A, B, C = (ElementId(name) for name in "abc")
LINK = LinkId("a-to-b")


def measured(mature: int = 0) -> Measures:
    elements = {
        A: ElementFigures(A, people=1000, entered=1000, stopped=600, grade=Grade.MEASURED),
        B: ElementFigures(
            B, people=400, before=1000, came=400, arrived=400, mature_before=500, mature_came=250, grade=Grade.MEASURED
        ),
    }
    links = {LINK: LinkFigures(LINK, took=400, people=1000, grade=Grade.MEASURED)}
    return Measures(None, elements, links, entered=1000, mature_entered=mature)


def figures(journey: Journey, measures: Measures, *levers: Lever):
    return map_figures(journey, measures, outcome(ForecastModel.of(journey, measures), levers))


def test_a_card_shows_counts_with_an_interval():
    card = figures(line("a", "b"), measured()).cards[B]
    assert (card.people, card.previous.k, card.previous.n) == (400, 400, 1000)
    assert card.previous.low < 0.4 < card.previous.high
    assert card.first == 0.4
    assert card.previous.is_running


def test_with_enough_mature_entries_their_rate_is_the_headline():
    previous = figures(line("a", "b"), measured(mature=500)).cards[B].previous
    assert previous.value == 0.5
    assert previous.is_mature
    assert not previous.is_running


def test_a_lever_moves_people_and_marks_them_estimated():
    shown = figures(line("a", "b"), measured(), Lever(LINK, 0.5))
    assert shown.cards[B].people == pytest.approx(500)
    assert shown.cards[B].lift == pytest.approx(0.25)
    assert shown.cards[B].grade is Grade.ESTIMATED
    assert shown.cards[A].grade is Grade.MEASURED


def test_typed_rates_show_without_data():
    journey = edits.amend_links(edits.amend(line("a", "b"), [A], volume=200.0), [LINK], rate=0.25)
    card = figures(journey, Measures(None)).cards[B]
    assert (card.people, card.previous.value, card.previous.low) == (50, 0.25, None)
    assert card.grade is Grade.ESTIMATED


def test_nothing_known_is_null_and_never_zero():
    card = figures(line("a", "b"), Measures(None)).cards[B]
    assert (card.people, card.previous.value, card.first, card.stopped) == (None, None, None, None)


def test_the_last_element_loses_nobody():
    assert figures(line("a", "b"), measured()).cards[B].stopped is None


def test_the_biggest_leaks_are_marked_by_people_and_rate():
    journey = line("a", "b", "c")
    elements = {
        A: ElementFigures(A, people=1000, entered=1000, stopped=300, grade=Grade.MEASURED),
        B: ElementFigures(B, people=700, before=1000, came=700, stopped=280, grade=Grade.MEASURED),
        C: ElementFigures(C, people=420, before=700, came=420, grade=Grade.MEASURED),
    }
    cards = figures(journey, Measures(None, elements, entered=1000)).cards
    assert cards[A].leaks == ("people",)
    assert "rate" in cards[B].leaks


def test_an_element_without_links_shows_only_who_reached_it():
    journey = edits.add(line("a", "b"), [element("m", Kind.MICRO)])
    reached = ElementFigures(ElementId("m"), reached=77, grade=Grade.MEASURED)
    card = figures(journey, Measures(None, {ElementId("m"): reached})).cards[ElementId("m")]
    assert (card.people, card.reached) == (None, 77)


def test_a_count_that_grows_has_no_interval():
    assert rate_figure(12, 10).value == 1.2
    assert rate_figure(12, 10).low is None


def test_few_data_are_marked():
    assert rate_figure(4, 1000).is_thin
    assert rate_figure(20, 29).is_thin
    assert not rate_figure(20, 30).is_thin


def test_a_card_keeps_the_rate_that_a_lever_moved_as_a_ghost():
    shown = figures(line("a", "b"), measured(), Lever(LINK, 0.5)).cards
    assert (shown[B].previous.value, shown[B].base_rate) == (pytest.approx(0.5), pytest.approx(0.4))
    assert shown[A].base_rate is None
    assert figures(line("a", "b"), measured()).cards[B].base_rate is None


def test_a_typed_rate_that_a_lever_moved_has_a_ghost_too():
    journey = edits.amend_links(edits.amend(line("a", "b"), [A], volume=200.0), [LINK], rate=0.25)
    card = figures(journey, Measures(None), Lever(LINK, 0.5)).cards[B]
    assert (card.previous.value, card.base_rate) == (pytest.approx(0.5), pytest.approx(0.25))


def test_a_card_knows_what_a_person_standing_there_goes_on_to_bring():
    valued = edits.amend(line("a", "b"), [B], value=50.0)
    worth = figures(valued, measured()).cards[A].worth
    assert worth is not None
    assert (worth.value, worth.grade) == (pytest.approx(20.0), Grade.MEASURED)
    assert figures(line("a", "b"), measured()).cards[A].worth is None
