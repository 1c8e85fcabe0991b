"""Edits: what they do, what they refuse, and that any story of them can be undone and saved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import element, line
from workbench.errors import WorkbenchError
from workbench.journey import edits
from workbench.journey.change import Change
from workbench.journey.element import DatasetId, ElementId
from workbench.journey.journey import Dataset, Journey, Lever
from workbench.journey.taxonomy import Kind, Mechanism
from workbench.project import file


def test_linking_closes_a_cycle_as_a_returning_link():
    journey = edits.connect(line("a", "b", "c"), ElementId("c"), ElementId("a"))
    assert journey.links[-1].returns
    assert journey.entry_ids == ("a",)


def test_linking_an_element_with_itself_is_refused():
    with pytest.raises(WorkbenchError, match="two different elements"):
        edits.connect(line("a", "b"), ElementId("a"), ElementId("a"))


def test_linking_twice_changes_nothing():
    journey = line("a", "b")
    assert edits.connect(journey, ElementId("a"), ElementId("b")) == journey


def test_the_happy_path_grows_with_the_first_links():
    assert line("a", "b", "c").happy_path == ("a", "b", "c")


def test_seating_a_micro_conversion_bridges_its_links():
    journey = edits.add(line("a", "b"), [element("m", Kind.MICRO)])
    journey = edits.connect(edits.connect(journey, ElementId("a"), ElementId("m")), ElementId("m"), ElementId("b"))
    seated = edits.seat(edits.remove(journey, (), ["a-to-b"]), ElementId("m"), ElementId("a"))
    assert [(k.source_id, k.target_id) for k in seated.links] == [("a", "b")]
    assert seated.seated[ElementId("a")][0].element_id == "m"


def test_only_a_micro_conversion_sits_on_a_stage():
    with pytest.raises(WorkbenchError, match="cannot sit"):
        edits.seat(line("a", "b"), ElementId("b"), ElementId("a"))


def test_a_seated_micro_conversion_cannot_be_linked():
    journey = edits.seat(edits.add(line("a", "b"), [element("m", Kind.MICRO)]), ElementId("m"), ElementId("a"))
    with pytest.raises(WorkbenchError, match="sits on a stage"):
        edits.connect(journey, ElementId("m"), ElementId("b"))


def test_removing_a_stage_takes_its_seats_links_and_levers_along():
    journey = edits.seat(edits.add(line("a", "b", "c"), [element("m", Kind.MICRO)]), ElementId("m"), ElementId("b"))
    journey = edits.save_scenario(journey, "s", [Lever("a-to-b", 0.5), Lever("b-to-c", 0.5)])
    left = edits.remove(journey, [ElementId("b")])
    assert [e.element_id for e in left.elements] == ["a", "c"]
    assert not left.links
    assert left.scenarios[0].levers == ()
    assert left.happy_path == ("a", "c")


def test_a_mechanism_goes_to_conversions_only():
    journey = edits.retag(line("a", "b"), [ElementId("a"), ElementId("b")], "mechanism", Mechanism.ACTION)
    assert [e.mechanism for e in journey.elements] == [None, Mechanism.ACTION]


def test_a_stage_that_becomes_a_micro_conversion_lets_its_seats_go():
    journey = edits.seat(edits.add(line("a", "b"), [element("m", Kind.MICRO)]), ElementId("m"), ElementId("a"))
    changed = edits.change_kind(journey, [ElementId("a")], Kind.MICRO)
    assert changed.element_by_id[ElementId("m")].stage_id is None


def test_pasting_gives_new_ids_and_keeps_links_among_the_copies():
    journey = line("a", "b")
    pasted, fresh = edits.paste(journey, journey.elements, journey.links, 40, 40)
    assert fresh == ("a-2", "b-2")
    assert pasted.links[-1].source_id == "a-2"


def test_ids_are_readable_and_never_taken():
    assert edits.new_id("Café & Preis!", {"cafe-preis"}) == "cafe-preis-2"
    assert edits.new_id("日本", {"element"}) == "element-2"


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[str, tuple[int, int]]]:
    kinds = st.sampled_from(["add", "micro", "connect", "move", "remove", "seat", "rename", "duplicate"])
    places = st.tuples(st.integers(0, 7), st.integers(0, 7))
    return draw(st.lists(st.tuples(kinds, places), max_size=25))


def played(journey: Journey, step: tuple[str, tuple[int, int]]) -> Journey:
    """One step of a random story; steps that are refused change nothing."""
    name, (one, two) = step
    ids = [e.element_id for e in journey.elements]
    if name in ("add", "micro"):
        kind = Kind.MICRO if name == "micro" else Kind.STAGE
        fresh = ElementId(edits.new_id(name, journey.element_by_id))
        return edits.add(journey, [element(fresh, kind, x=one * 10, y=two * 10)])
    if not ids:
        return journey
    a, b = ids[one % len(ids)], ids[two % len(ids)]
    try:
        match name:
            case "connect":
                return edits.connect(journey, a, b)
            case "move":
                return edits.move(journey, [a, b], one * 10, -two * 10)
            case "remove":
                return edits.remove(journey, [a])
            case "seat":
                return edits.seat(journey, a, b)
            case "rename":
                return edits.rename(journey, a, f"name {one}")
            case _:
                return edits.paste(journey, [journey.element_by_id[a]], (), 10, 10)[0]
    except WorkbenchError:
        return journey


@given(stories())
def test_any_story_saves_and_opens_to_the_same_journey_and_the_same_bytes(story):
    journey = Journey()
    for step in story:
        journey = played(journey, step)
    text = file.dumps(journey)
    assert file.loads(text) == journey
    assert file.dumps(file.loads(text)) == text


@given(stories())
def test_forward_links_never_form_a_cycle(story):
    journey = Journey()
    for step in story:
        journey = played(journey, step)
    assert all(e not in journey.reachable_again(e) for e in journey.element_by_id)


@given(stories(), stories())
def test_a_change_names_exactly_what_differs(first, second):
    old = Journey()
    for step in first:
        old = played(old, step)
    new = old
    for step in second:
        new = played(new, step)
    change = Change.between(old, new)
    same = old.element_by_id.keys() & new.element_by_id.keys()
    assert change.updated == {i for i in same if old.element_by_id[i] != new.element_by_id[i]}
    assert change.added == new.element_by_id.keys() - old.element_by_id.keys()
    assert Change.between(new, new).is_empty


def test_a_link_that_closes_a_circle_cannot_be_turned_forward():
    journey = edits.connect(line("a", "b", "c"), ElementId("c"), ElementId("a"))
    with pytest.raises(WorkbenchError, match="closes a circle"):
        edits.turn_link(journey, [journey.links[-1].link_id], returns=False)


def test_unloading_is_one_edit():
    journey = edits.bind_dataset(line("a", "b"), Dataset(DatasetId("d"), ("d.csv",)))
    assert edits.drop_datasets(journey).datasets == ()
