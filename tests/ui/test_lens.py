"""The map through a segment: its people only, or the difference to others, and the way back."""

from __future__ import annotations

import pytest

from tests.builders import line
from tests.ui.loading import load
from tests.ui.test_segments_panel import CHAT, GUIDE, log
from workbench.analysis.gaps import Gap, gaps
from workbench.analysis.rates import Rate
from workbench.journey import edits
from workbench.session.lens import LensChoice
from workbench.ui.canvas import gap_parts
from workbench.ui.canvas.words import card_tip
from workbench.ui.present.show import Show
from workbench.ui.theme import theme

DAY_S = 86_400.0


@pytest.fixture
def seen(window, qtbot, tmp_path):
    """A window with data and two segments, and how to look through one."""
    desk = window.desk
    load(desk, qtbot, tmp_path, log(), line("a", "b"))
    for segment in (GUIDE, CHAT):
        desk.session.apply("s", edits.save_segment, segment)

    def use(choice: LensChoice) -> None:
        desk.lens.use(choice)
        qtbot.waitUntil(lambda: desk.lens.maps is not None, timeout=20_000)

    return window, use


def test_the_map_shows_the_people_of_a_segment_and_everybody_again(seen):
    window, use = seen
    assert not window.lens_chip.isVisibleTo(window)
    use(LensChoice(GUIDE, DAY_S))
    shown = window.view.scene_.figures
    assert (shown.cards["a"].people, shown.cards["b"].people) == (100, 60)
    assert not shown.gaps
    assert "Only people of “Guide”: 100" in window.lens_chip.words.text()
    assert window.lens_chip.isVisibleTo(window)
    window.lens_chip.back.click()
    assert window.view.scene_.figures.cards["a"].people == 201
    assert not window.lens_chip.isVisibleTo(window)


def test_what_is_shown_does_not_touch_the_forecast_or_what_is_saved(seen):
    window, use = seen
    before = window.desk.figures
    use(LensChoice(GUIDE, DAY_S))
    assert window.desk.figures == before
    assert window.desk.forecaster.outcome.reach["a"].value == 201


def test_a_difference_is_marked_with_sign_and_word(seen):
    window, use = seen
    use(LensChoice(GUIDE, DAY_S, True))
    gap = window.view.scene_.figures.gaps["b"]
    assert gap.is_marked
    assert (gap.own.k, gap.own.n, gap.others.k, gap.others.n) == (60, 100, 20, 101)
    assert gap_parts.short(gap).startswith("▲ +40.2 pp")
    journey = window.desk.session.journey
    tip = card_tip(journey, journey.element_by_id["b"], window.desk.shown.cards["b"], gap)
    assert "▲ more" in tip
    assert "60 of 100" in tip
    assert "Associated" in tip


def test_two_segments_are_compared_without_those_in_both(seen):
    window, use = seen
    use(LensChoice(CHAT, DAY_S, True, GUIDE))
    maps = window.desk.lens.maps
    assert (maps.people, maps.others_people, maps.in_both) == (5, 95, 5)
    assert "In both and left out: 5" in window.lens_chip.words.text()
    assert maps.cards["b"].is_thin
    assert not maps.cards["b"].is_marked


def test_the_lens_follows_edits_of_its_segment_and_goes_with_it(seen, qtbot):
    window, use = seen
    use(LensChoice(GUIDE, DAY_S))
    changed = edits.save_segment(window.desk.session.journey, CHAT.__class__("Guide", CHAT.did), "Guide").segments[0]
    window.desk.session.apply("e", edits.save_segment, changed, "Guide")
    qtbot.waitUntil(lambda: window.desk.lens.maps is not None and window.desk.lens.maps.people == 10, timeout=20_000)
    window.desk.session.apply("d", edits.drop_segment, "Guide")
    assert window.desk.lens.choice is None


def test_the_panel_offers_each_way_to_look(seen, qtbot):
    window, _ = seen
    panel = window.results.segments
    window.results.show_panel(panel)
    panel.offer_views()
    words = [action.text() for action in panel.on_map.menu().actions()]
    assert words == ["Its people only", "Difference to everybody else", "Difference to “Chat”"]
    panel.on_map.menu().actions()[1].trigger()
    qtbot.waitUntil(lambda: bool(window.desk.shown.gaps), timeout=20_000)
    panel.offer_views()
    panel.on_map.menu().actions()[-1].trigger()
    assert window.desk.lens.choice is None


def test_a_gap_that_is_sure_but_tiny_is_not_marked():
    sure = gaps({"x": (Rate.of(505_000, 1_000_000), Rate.of(500_000, 1_000_000))})["x"]
    assert sure.differs
    assert not sure.is_marked
    assert gap_parts.colour(theme().colours, sure) == theme().colours.muted


def test_without_people_there_is_no_gap():
    assert Gap.of(Rate.of(0, 0), Rate.of(5, 50)).value is None
    assert gap_parts.short(Gap.of(Rate.of(0, 0), Rate.of(5, 50))) == "–"


def test_a_presentation_shows_who_the_map_is_seen_for(seen, qtbot):
    window, use = seen
    use(LensChoice(GUIDE, DAY_S))
    show = Show(window.desk)
    show.go(1)
    assert show.number.text() == "100"
    assert show.dots.text().endswith("Only people of “Guide”: 100")
    window.desk.lens.use(None)
    assert show.number.text() == "201"
    assert "Guide" not in show.dots.text()
    show.close()
