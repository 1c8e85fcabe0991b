"""Views of the trend: benchmarks, cohorts and time to convert, asked only while somebody looks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.builders import line
from tests.ui.loading import load
from workbench.journey import edits
from workbench.journey.journey import Segment
from workbench.journey.rule import Rule

WEEKS = 9


def log() -> str:
    """Nine weeks of 100 people; half chat; 30 of 100 buy after two days, in the last week only 9 do."""
    rows = ["user,event,time"]
    begin = datetime(2026, 1, 5, 10)
    for week in range(WEEKS):
        for n in range(100):
            at = begin + timedelta(weeks=week, minutes=n)
            rows.append(f"u{week}-{n},a,{at}")
            if n % 2:
                rows.append(f"u{week}-{n},chat,{at + timedelta(minutes=5)}")
            if n % 10 < (3 if week != WEEKS - 1 else 1) and not (week == WEEKS - 1 and n > 80):
                rows.append(f"u{week}-{n},b,{at + timedelta(days=2)}")
    rows.append(f"last,x,{begin + timedelta(weeks=WEEKS, hours=3)}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def results(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), edits.amend_journey(line("a", "b"), window_s=3 * 86_400.0))
    return window.results


def answered(panel, qtbot) -> None:
    qtbot.waitUntil(lambda: panel.desk.analyst.is_current(panel.question.name), timeout=20_000)
    qtbot.waitUntil(panel.content.isVisible, timeout=20_000)


def cells(table) -> list[list[str]]:
    return [[table.item(r, c).text() for c in range(table.columnCount())] for r in range(table.rowCount())]


def test_a_step_that_is_off_its_own_benchmark_is_named(results, qtbot):
    results.show_panel(results.benchmarks)
    answered(results.benchmarks, qtbot)
    assert results.benchmarks.title.text().startswith("“B” is ▼ below usual: 9.0 % this week")
    row = next(row for row in cells(results.benchmarks.table) if row[0] == "B")
    assert row[1:5] == ["▼ below usual", "9.0 %", "30.0 %", "30.0–30.0 %"]
    assert results.benchmarks._words_at(1.0, 0.0).endswith("30.0 % (21.9–39.6 %, 30 of 100)")


def test_cohorts_show_what_is_so_far_and_at_maturity(results, qtbot):
    results.show_panel(results.cohorts)
    answered(results.cohorts, qtbot)
    rows = cells(results.cohorts.table)
    assert rows[-1][1:4] == ["100", "30", "30.0 %"]
    assert rows[-1][4:6] == ["100 %", "30.0 %"]
    results.cohorts.origin.setCurrentIndex(1)
    results.cohorts.origin.activated.emit(1)
    assert results.cohorts.question.name == "cohorts a"


def test_two_curves_are_compared_with_a_log_rank_test(results, qtbot):
    desk = results.waiting.desk
    desk.session.apply("s", edits.save_segment, Segment("Chatty", (Rule(("chat",)),)))
    results.show_panel(results.waiting)
    answered(results.waiting, qtbot)
    assert "249 of 901 converted; fewer than half" in results.waiting.title.text()
    results.waiting.versus.setCurrentIndex(1)
    results.waiting.versus.activated.emit(1)
    answered(results.waiting, qtbot)
    qtbot.waitUntil(lambda: "log-rank" in results.waiting.title.text(), timeout=20_000)
    assert not results.waiting.origin.isEnabled()
    assert {row[0] for row in cells(results.waiting.table)} == {"Chatty", "all others"}
    assert "at risk" in results.waiting._words_at(5.0, 0.0)


def test_a_hidden_view_asks_nothing(results):
    results.show_panel(results.cohorts)
    assert results.waiting.question.name not in results.waiting.desk.analyst._wanted


def test_without_a_macro_the_views_say_what_they_need(window):
    window.desk.start(edits.remove(line("a", "b"), ["b"]))
    for panel in (window.results.benchmarks, window.results.cohorts, window.results.waiting):
        window.results.show_panel(panel)
        assert "macro-conversion" in panel.note.text()


def test_figures_of_an_older_map_are_dimmed_until_the_new_ones_are_there(results, qtbot):
    panel, session = results.cohorts, results.cohorts.desk.session
    results.show_panel(panel)
    answered(panel, qtbot)
    assert panel.content.isEnabled()
    session.apply("Shorter window", edits.amend_journey, window_s=86_400.0)
    assert not panel.content.isEnabled()
    assert panel.note.text().startswith(panel.wait_words)
    answered(panel, qtbot)
    assert panel.content.isEnabled()
    assert not panel.note.text().startswith(panel.wait_words)


def test_another_document_shows_no_figures_of_the_one_before(results, qtbot, tmp_path):
    panel = results.cohorts
    results.show_panel(panel)
    answered(panel, qtbot)
    panel.desk.start(line("a", "b"), tmp_path / "other.journey")
    assert not panel.content.isVisible()
    assert panel.note.text() == panel.empty_words
