"""A map is drafted from the data on an empty canvas, and over a drawing only when confirmed."""

from __future__ import annotations

from tests.builders import line
from tests.ui.loading import load, measured
from workbench.journey.journey import Journey
from workbench.ui.dialogs import ask

LOG = "user,event,time\n" + "".join(
    f"u{n},{name},2026-01-01 10:0{at}\n"
    for n in range(8)
    for at, name in enumerate(("view_item", "add_to_cart", "purchase"))
)


def test_an_empty_map_offers_a_draft_that_is_one_undo_step(window, desk, qtbot, tmp_path) -> None:
    desk.start(Journey())
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    desk.shelf.load((tmp_path / "log.csv",))
    qtbot.waitUntil(lambda: bool(desk.shelf.loaded), timeout=20_000)
    assert window.hint.draft.isVisible()
    window.hint.draft.click()
    qtbot.waitUntil(lambda: bool(desk.session.journey.elements), timeout=20_000)
    journey = desk.session.journey
    assert [e.title for e in journey.elements] == ["Product page", "Add to cart", "Order"]
    assert len(journey.happy_path) == 3
    assert len({(e.x, e.y) for e in journey.elements}) == 3
    assert not window.hint.draft.isVisible()
    desk.session.undo_stack.undo()
    assert desk.session.journey.elements == ()
    assert desk.session.journey.datasets


def test_a_drawing_is_replaced_only_when_confirmed(window, desk, qtbot, tmp_path, monkeypatch) -> None:
    load(desk, qtbot, tmp_path, LOG, line("a", "b"))
    monkeypatch.setattr(ask, "confirm", lambda *_: False)
    window.commands.draft_map()
    assert not desk.drafter.lane.is_busy
    monkeypatch.setattr(ask, "confirm", lambda *_: True)
    window.commands.draft_map()
    qtbot.waitUntil(lambda: len(desk.session.journey.elements) == 3, timeout=20_000)


def test_without_data_the_person_is_told_what_to_load(window, desk) -> None:
    window.commands.draft_map()
    assert "Ctrl+I" in window.said.text()


def test_what_came_in_shows_before_anything_is_drawn(window, desk, qtbot, tmp_path) -> None:
    desk.start(Journey())
    window.results.show_panel(window.results.forecast)
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    desk.shelf.load((tmp_path / "log.csv",))
    qtbot.waitUntil(lambda: bool(desk.shelf.loaded), timeout=20_000)
    assert window.results.currentWidget() is window.results.quality


def test_hovering_a_links_results_says_how_they_were_counted(window, desk, qtbot, tmp_path) -> None:
    desk.start(Journey())
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    desk.shelf.load((tmp_path / "log.csv",))
    qtbot.waitUntil(lambda: bool(desk.shelf.loaded), timeout=20_000)
    window.commands.draft_map()
    qtbot.waitUntil(lambda: bool(desk.session.journey.links), timeout=20_000)
    measured(desk, qtbot)
    desk.session.select((desk.session.journey.links[0].link_id,))
    assert "from “Product page” straight on to “Add to cart”" in window.inspector.link_form.results.toolTip()
