"""Names that were not made for people: without blanks and longer than a window, or looking like markup."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from tests.builders import line
from workbench.journey import edits
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey
from workbench.ui.dialogs.why import WhyDialog
from workbench.ui.fields import label
from workbench.ui.panels.panel import Table
from workbench.ui.panels.views import Views

ENDLESS = "x" * 500


def endless() -> Journey:
    journey = line("a", "b", "c")
    for i in "abc":
        journey = edits.amend(journey, [ElementId(i)], title=i + ENDLESS)
    journey = edits.amend(journey, [ElementId("a")], volume=1_000.0)
    return edits.amend_links(journey, [LinkId("a-to-b"), LinkId("b-to-c")], rate=0.5)


@pytest.fixture
def results(window, desk, qtbot):
    window.resize(1400, 900)
    desk.start(endless())
    qtbot.waitUntil(lambda: desk.forecaster.bands is not None, timeout=20_000)
    return window.results


def test_no_view_of_endless_names_widens_the_window(results, window, qtbot):
    for place in range(results.count()):
        results.setCurrentIndex(place)
        page = results.widget(place)
        for row in range(page.names.count() if isinstance(page, Views) else 1):
            if isinstance(page, Views):
                page.names.setCurrentRow(row)
            QApplication.processEvents()
            assert window.minimumSizeHint().width() < 1_400, (results.tabText(place), row)
    results.show_panel(results.target)
    qtbot.waitUntil(lambda: bool(results.target.ways), timeout=20_000)
    assert window.minimumSizeHint().width() < 1_400
    assert window.width() == 1_400


def test_why_an_endless_name_fits_its_window(results, window, desk):
    dialog = WhyDialog(window, desk, desk.session.journey.elements[1])
    dialog.show()
    assert dialog.width() == 860
    dialog.reject()


def test_why_without_events_waits_for_nothing(results, window, desk):
    dialog = WhyDialog(window, desk, desk.session.journey.elements[1])
    assert [dialog.tabs.widget(n).text() for n in (1, 2)] == ["It takes event data: load some with Ctrl+I."] * 2
    dialog.reject()


def test_a_name_that_was_cut_is_whole_in_the_hover_until_another_takes_its_place(qapp):
    words = label(f"Most leave at {ENDLESS}: 12")
    assert words.text() == f"Most leave at {'x' * 48}… 12"
    assert words.toolTip().endswith(f"{ENDLESS}: 12")
    words.setText("Nobody leaves")
    assert (words.text(), words.toolTip()) == ("Nobody leaves", "")


def test_a_name_is_no_markup(qapp):
    table = Table(("Name",))
    table.fill([["<img src=x> & 'co'"]])
    assert table.item(0, 0).text() == "<img src=x> & 'co'"
    assert table.item(0, 0).toolTip() == "<span>&lt;img src=x&gt; &amp; &#x27;co&#x27;</span>"
    words = label("the import's <b>zone</b>")
    assert words.text() == "the import's <b>zone</b>"
    assert words.textFormat() is words.textFormat().PlainText
