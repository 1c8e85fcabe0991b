"""Where nothing is known, or no longer, a view says so: no figure of before, no figure of 0, nothing afloat."""

from __future__ import annotations

import pytest

from tests.builders import line
from tests.ui.loading import load, measured
from workbench.analysis.presets import PRESETS, Vendor
from workbench.journey import edits
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey

LOG = "user,event,time\n" + "".join(
    f"u{n},{event},2026-01-0{1 + n % 3} 10:0{minute}:00\n"
    for n in range(30)
    for minute, event in enumerate("abc"[: 1 + n % 3])
)
COUNTS = "step,count\na,1000\nb,400\n"


def typed() -> Journey:
    journey = edits.amend(line("a", "b", "c"), [ElementId("a")], volume=1_000.0)
    return edits.amend_links(journey, [LinkId("a-to-b"), LinkId("b-to-c")], rate=0.5)


@pytest.fixture
def counted(window, desk, qtbot, tmp_path):
    """a and b are counted elsewhere, c is not: nobody knows the last rate."""
    load(desk, qtbot, tmp_path, COUNTS, line("a", "b", "c"))
    qtbot.waitUntil(lambda: desk.forecaster.bands is not None, timeout=20_000)
    return window.results


def test_an_unknown_outcome_has_no_interval(counted):
    panel = counted.forecast
    counted.show_panel(panel)
    assert panel.macro.number.text() == "–"
    assert panel.macro.band.text().strip() == ""


def test_an_unknown_rate_is_no_rate_of_0_and_no_weeks_are_waited_for(counted, qtbot):
    panel = counted.sensitivity
    counted.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=20_000)
    cells = {
        panel.table.item(row, 0).text(): [panel.table.item(row, c).text() for c in (1, 4, 5)]
        for row in range(panel.table.rowCount())
    }
    assert cells == {"A → B": ["40.0 %", "–", "–"], "B → C": ["–", "–", "–"]}
    qtbot.waitUntil(lambda: "Counting" not in panel.note.text(), timeout=20_000)


def test_a_forecast_that_cannot_be_made_leaves_no_figure_behind(window):
    journey = edits.connect(typed(), ElementId("b"), ElementId("a"))
    window.desk.start(edits.amend_links(journey, [journey.links[-1].link_id], rate=0.2))
    panel = window.results.forecast
    window.results.show_panel(panel)
    window.desk.forecaster.set_lever("a-to-b", 0.6)
    assert panel.macro.number.text() != "–"
    panel.assumptions.decay.setText("10 %")
    panel.assumptions.decay.editingFinished.emit()
    assert window.desk.forecaster.outcome is None
    assert [f.number.text() for f in (panel.macro, panel.revenue, panel.entered)] == ["–"] * 3


def test_ideas_go_with_their_map(window, desk, qtbot):
    desk.start(typed())
    panel = window.results.ice
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=20_000)
    desk.start(Journey())
    qtbot.waitUntil(lambda: panel.table.rowCount() == 0, timeout=20_000)
    assert panel.title.text() == "No ideas yet"


def test_counting_like_another_product_follows_edits_made_while_it_was_out_of_sight(window, desk, qtbot, tmp_path):
    load(desk, qtbot, tmp_path, LOG, line("a", "b", "c"))
    panel = window.results.funnel
    window.results.show_panel(panel)
    panel.like.setCurrentIndex(1)
    panel.like.activated.emit(1)
    rule = PRESETS[next(iter(Vendor))].rule
    qtbot.waitUntil(lambda: panel.note.text().startswith(rule), timeout=20_000)
    assert "from A to C" in panel.title.text()
    window.results.show_panel(window.results.drop_offs)
    desk.session.apply("Path", edits.mark_happy_path, [ElementId("a"), ElementId("b")])
    measured(desk, qtbot)
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: "from A to B" in panel.title.text(), timeout=20_000)
    assert panel.note.text().startswith(rule)


def test_counts_cannot_be_counted_like_another_product(counted, qtbot):
    panel = counted.funnel
    counted.show_panel(panel)
    panel.like.setCurrentIndex(1)
    panel.like.activated.emit(1)
    qtbot.waitUntil(lambda: panel.note.text().endswith("Another rule takes event data."), timeout=20_000)


@pytest.mark.parametrize("name", ["dead_ends", "drivers", "cohorts", "sensitivity", "target", "compare", "retention"])
def test_words_about_nothing_stand_at_the_top(window, qtbot, name):
    window.resize(1400, 900)
    panel = getattr(window.results, name)
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: bool(panel.note.text()), timeout=10_000)
    qtbot.waitUntil(
        lambda: panel.note.geometry().bottom() < 90 and panel.title.geometry().bottom() < 50, timeout=10_000
    )
