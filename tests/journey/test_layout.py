"""Layout: every forward link leads right or to a lower band, nothing overlaps, the same map gives the same places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import element, line
from workbench.journey import edits
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.journey.layout import lay_out

SIZE = (240, 124)


def sized(journey: Journey) -> dict:
    return {e.element_id: SIZE for e in journey.elements}


@st.composite
def maps(draw: st.DrawFn) -> Journey:
    count = draw(st.integers(1, 14))
    journey = edits.add(Journey(), [element(f"e{n}") for n in range(count)])
    for _ in range(draw(st.integers(0, 20))):
        one, two = draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))
        if one < two:
            journey = edits.connect(journey, ElementId(f"e{one}"), ElementId(f"e{two}"))
    return journey


@given(maps())
def test_cards_never_overlap(journey):
    places = list(lay_out(journey, sized(journey)).positions.values())
    for n, (x, y) in enumerate(places):
        for other_x, other_y in places[n + 1 :]:
            assert abs(x - other_x) >= SIZE[0] or abs(y - other_y) >= SIZE[1]


@given(maps())
def test_without_wrapping_every_forward_link_leads_right(journey):
    places = lay_out(journey, sized(journey), aspect=None).positions
    assert all(places[k.source_id][0] < places[k.target_id][0] for k in journey.links if not k.returns)


@given(maps())
def test_the_same_map_is_laid_out_the_same(journey):
    assert lay_out(journey, sized(journey)) == lay_out(journey, sized(journey))


def test_a_long_trail_is_wrapped_into_bands():
    journey = line(*[f"s{n}" for n in range(12)])
    places = lay_out(journey, sized(journey)).positions.values()
    width = max(x for x, _ in places) + SIZE[0]
    assert len({y for _, y in places}) > 1
    assert width < 12 * SIZE[0]


def test_laying_out_a_selection_moves_only_its_members():
    journey = line("a", "b", "c")
    assert set(lay_out(journey, sized(journey), [ElementId("a"), ElementId("b")]).positions) == {"a", "b"}
