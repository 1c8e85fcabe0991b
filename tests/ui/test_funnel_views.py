"""The views of the funnel on a small log whose figures are known by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import line
from tests.ui.loading import load

WEEKS = 4


def log() -> str:
    """Four weeks of 100 people; the mobile half gets through 1 in 5 times, the others 3 in 5; these have chatted."""
    start, rows = datetime(2026, 1, 5, 1, tzinfo=UTC), ["user,event,time,device"]
    for week in range(WEEKS):
        for n in range(100):
            at, device = start + timedelta(days=7 * week, minutes=n), "mobile" if n < 50 else "desktop"
            rows.append(f"w{week}p{n},a,{at.isoformat()},{device}")
            if n % 5 < (1 if n < 50 else 3):
                rows.append(f"w{week}p{n},chat,{(at + timedelta(seconds=20)).isoformat()},{device}")
                rows.append(f"w{week}p{n},b,{(at + timedelta(seconds=40)).isoformat()},{device}")
            elif n % 2:
                rows.append(f"w{week}p{n},idle,{(at + timedelta(seconds=30)).isoformat()},{device}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def shown(window, desk, qtbot, tmp_path):
    def show(name: str):
        panel = getattr(window.results, name)
        window.results.show_panel(panel)
        qtbot.waitUntil(lambda: panel.isVisible() and panel.table.rowCount() > 0, timeout=20_000)
        return panel

    load(desk, qtbot, tmp_path, log(), line("a", "b"))
    return show


def cells(panel, row: int) -> list[str]:
    return [panel.table.item(row, column).text() for column in range(panel.table.columnCount())]


def test_groups_of_a_property_add_up_and_the_difference_is_tested(shown) -> None:
    panel = shown("groups")
    rows = {panel.table.item(n, 0).text(): cells(panel, n) for n in range(panel.table.rowCount())}
    assert rows["mobile"][1:4] == ["200", "40", "20.0 %"]
    assert rows["desktop"][1:4] == ["200", "120", "60.0 %"]
    assert panel.title.text() == "desktop: 60.0 % get through, mobile: 20.0 %"
    assert "p < 0.001" in panel.note.text()


def test_another_way_to_take_the_value_asks_anew(shown, qtbot) -> None:
    panel = shown("groups")
    panel.touch.setCurrentIndex(panel.touch.findData("all_events"))
    panel.touch.activated.emit(0)
    qtbot.waitUntil(lambda: "in several groups" in panel.note.text(), timeout=20_000)


def test_weeks_of_entry_show_their_rate_and_what_is_still_running(shown, desk) -> None:
    panel = shown("over_time")
    assert panel.table.rowCount() == WEEKS
    assert cells(panel, 0)[1:4] == ["100", "40", "40.0 %"]
    assert cells(panel, WEEKS - 1)[5] == "still running"
    assert "40.0 % (" in panel.chart._words_at(0.2, 0.0)


def test_days_can_be_looked_at_instead_of_weeks(shown, qtbot) -> None:
    panel = shown("over_time")
    panel.unit.setCurrentIndex(panel.unit.findData("day"))
    panel.unit.activated.emit(0)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 7 * (WEEKS - 1) + 1, timeout=20_000)


def test_what_goes_with_success_stands_first_and_steps_are_left_out(shown) -> None:
    panel = shown("success")
    assert cells(panel, 0)[:2] == ["chat", "▲ with success"]
    assert {panel.table.item(n, 0).text() for n in range(panel.table.rowCount())} == {"chat", "idle"}
    assert "160 got through, 240 not" in panel.note.text()


def test_values_of_an_event_can_be_looked_at(shown, qtbot) -> None:
    panel = shown("success")
    panel.of.setCurrentIndex(panel.of.findText("properties of idle"))
    panel.of.activated.emit(0)
    qtbot.waitUntil(lambda: "device" in panel.table.item(0, 0).text(), timeout=20_000)
    assert {panel.table.item(n, 0).text() for n in range(2)} == {"device = mobile", "device = desktop"}


def test_without_data_each_view_says_what_is_missing(window, desk) -> None:
    desk.start(line("a", "b"))
    for panel in (window.results.groups, window.results.over_time, window.results.success):
        window.results.show_panel(panel)
        assert "Load event data" in panel.note.text()
