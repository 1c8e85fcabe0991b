"""The views of the audit and of the drivers on a small log whose figures are known by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QInputDialog

from tests.ui.loading import load
from workbench.analysis.audits.lights import Trait, overrule_id
from workbench.journey import edits
from workbench.journey.element import Element, ElementId, Link, LinkId
from workbench.journey.journey import Journey, Shaping
from workbench.journey.rule import Condition, Operator, Rule
from workbench.journey.taxonomy import Kind

PAGE, GUIDE, CART, ORDER = (ElementId(i) for i in ("page", "guide", "cart", "order"))

DEVICES = ("desktop", "mobile")


def journey() -> Journey:
    return Journey(
        elements=(
            Element(PAGE, Kind.STAGE, "Page", rule=Rule(("view",))),
            Element(GUIDE, Kind.MICRO, "Guide", stage_id=PAGE, rule=Rule(("guide",))),
            Element(CART, Kind.MICRO, "Cart", rule=Rule(("cart",))),
            Element(ORDER, Kind.MACRO, "Order", rule=Rule(("buy",))),
        ),
        links=(Link(LinkId("page-cart"), PAGE, CART), Link(LinkId("cart-order"), CART, ORDER)),
        happy_path=(PAGE, CART, ORDER),
        window_s=86_400.0,
    )


def log() -> str:
    """400 view; the first 200 open the guide, and 120 of them, but 40 of the others, fill a cart after 20 s; 3 of 4
    carts are paid, 50 each; one more person a week later ends the data."""
    start, lines = datetime(2026, 1, 1, tzinfo=UTC), ["user,event,time,value,device"]

    def add(user: str, event: str, seconds: int, value: str = "") -> None:
        lines.append(
            f"{user},{event},{(start + timedelta(seconds=seconds)).isoformat()},{value},{DEVICES[len(user) % 2]}"
        )

    for n in range(400):
        user, has_guide = f"u{n}", n < 200
        add(user, "view", n)
        add(user, "guide" if has_guide else "look", n + 5)
        if n % 10 < (6 if has_guide else 2):
            add(user, "cart", n + 20)
            if n % 4:
                add(user, "buy", n + 30, "50")
    add("last", "view", 7 * 86_400)
    return "\n".join(lines) + "\n"


@pytest.fixture
def shown(window, desk, qtbot, tmp_path):
    def show(panel_name: str):
        panel = getattr(window.results, panel_name)
        window.results.show_panel(panel)
        qtbot.waitUntil(lambda: panel.isVisible() and panel.table.rowCount() > 0, timeout=20_000)
        return panel

    load(desk, qtbot, tmp_path, log(), journey())
    return show


def cells(panel, name: str) -> list[str]:
    table = panel.table
    row = next(r for r in range(table.rowCount()) if table.item(r, 0).text() == name)
    return [table.item(row, column).text() for column in range(table.columnCount())]


def test_every_step_of_the_happy_path_shows_what_it_costs(shown) -> None:
    panel = shown("frictions")
    assert cells(panel, "Page → Cart")[1].startswith("60.0 %")
    assert cells(panel, "Cart → Order")[2] == "10 s"
    assert "Page → Cart" in panel.title.text()


def test_hovering_a_rate_tells_its_counts(shown) -> None:
    panel = shown("frictions")
    row = next(r for r in range(2) if panel.table.item(r, 0).text() == "Page → Cart")
    assert panel.table.item(row, 1).toolTip().startswith("240 of 400 people")


def test_overruling_a_light_needs_a_reason_and_can_be_undone(shown, desk, monkeypatch) -> None:
    panel = shown("selection")
    desk.session.apply("Unbind", lambda j: j.with_elements(e for e in j.elements if e.element_id != GUIDE))
    bare = Element(ElementId("chat"), Kind.MICRO, "Chat")
    desk.session.apply("Add", lambda j: j.with_elements((*j.elements, bare)))
    row = next(r for r in range(panel.table.rowCount()) if panel.table.item(r, 0).text() == "Chat")
    panel.table.setCurrentCell(row, 1 + list(Trait).index(Trait.OBSERVABLE))
    assert "No rule is bound" in panel.reason.text()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("  ", True))
    panel.overrule.click()
    assert desk.session.journey.dismissed == ()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("seen in the call centre", True))
    panel.overrule.click()
    assert desk.session.journey.dismissed[0].finding_id == overrule_id(bare.element_id, Trait.OBSERVABLE)
    assert "overruled" in cells(panel, "Chat")[1]
    assert "seen in the call centre" in panel.reason.text()
    desk.session.undo_stack.undo()
    assert "no" in cells(panel, "Chat")[1]


def test_a_value_is_averaged_over_everybody_who_did_it_and_the_margin_bounds_the_price(shown) -> None:
    panel = shown("values")
    did, bought, value = cells(panel, "Guide")[1:4]
    assert (did, bought, value) == ("200", "90", "$22.50")
    before = float(cells(panel, "Guide")[7].strip("$"))
    panel.margin.committed.emit(0.5)
    assert float(cells(panel, "Guide")[7].strip("$")) == pytest.approx(before / 2, abs=0.01)
    assert cells(panel, "Cart")[6] == "required step"


def test_a_required_step_has_no_place_in_the_quadrant(shown) -> None:
    panel = shown("quadrant")
    names = {panel.table.item(row, 0).text() for row in range(panel.table.rowCount())}
    assert "Guide" in names
    assert "Cart" not in names


def test_a_chosen_driver_tells_what_is_behind_it_and_can_be_matched_by_a_property(shown, qtbot) -> None:
    panel = shown("drivers")
    row = next(r for r in range(panel.table.rowCount()) if panel.table.item(r, 0).text() == "Guide")
    panel.table.cellClicked.emit(row, 0)
    qtbot.waitUntil(lambda: "People resampled" in panel.detail.words.text(), timeout=20_000)
    assert "expected of people as far along" in panel.detail.words.text()
    panel.detail.by.setCurrentIndex(panel.detail.by.findText("device"))
    panel.detail.by.activated.emit(1)
    qtbot.waitUntil(lambda: "Matched by device as well" in panel.detail.words.text(), timeout=20_000)


def test_an_edit_asks_anew_what_is_behind_the_chosen_driver(shown, desk, qtbot) -> None:
    panel = shown("drivers")
    row = next(r for r in range(panel.table.rowCount()) if panel.table.item(r, 0).text() == "Guide")
    panel.table.cellClicked.emit(row, 0)
    qtbot.waitUntil(lambda: "People resampled" in panel.detail.words.text(), timeout=20_000)
    before = panel.detail.words.text()
    only = Condition("device", Operator.EQ, "desktop")
    desk.session.apply("Filter", edits.amend_journey, shaping=Shaping(filters=(only,)))
    qtbot.waitUntil(
        lambda: panel.detail.words.text() != before and "People resampled" in panel.detail.words.text(), timeout=20_000
    )
    assert desk.analyst.is_current(panel.question.name)


def test_a_window_that_is_not_the_journeys_own_is_explained(shown, desk, qtbot) -> None:
    panel = shown("drivers")
    assert "The journey has" not in panel.note.text()
    desk.session.apply("Window", lambda j: replace(j, window_s=30 * 86_400.0))
    qtbot.waitUntil(lambda: "The journey has a window of 30 d" in panel.note.text(), timeout=20_000)
