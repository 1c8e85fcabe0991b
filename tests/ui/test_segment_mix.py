"""The change of the rate between two periods, by the values of a property."""

from __future__ import annotations

from datetime import date, timedelta

from tests.builders import line
from tests.ui.loading import load
from workbench.journey import edits

HEAD = "user,event,time,device\n"


def log() -> str:
    """Forty days; by phone three of ten come at first and nine later, and only people at a desk buy, half of them."""
    rows = []
    for day in range(40):
        stamp = date(2026, 1, 1) + timedelta(day)
        for n in range(20):
            device = "phone" if n < (6 if day < 20 else 18) else "desk"
            rows.append(f"u{day}-{n},a,{stamp} 10:00:00,{device}")
            if device == "desk" and n % 2:
                rows.append(f"u{day}-{n},b,{stamp} 11:00:00,{device}")
    return HEAD + "\n".join([*rows, "end,a,2026-02-15 10:00:00,desk"]) + "\n"


def test_a_change_of_who_comes_is_told_as_mix(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), edits.amend_journey(line("a", "b"), window_s=86_400.0))
    panel = window.results.mix
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=20_000)
    assert panel.title.text().startswith("35.0 % before, 5.0 % now: −30.0 pp (−35.1 to −24.8)")
    assert panel.title.text().endswith("beyond doubt: other people came")
    assert "Within: 0.0 pp (−11.6 to +11.6)" in panel.note.text()
    rows = {panel.table.item(r, 0).text(): [panel.table.item(r, c).text() for c in range(1, 7)] for r in range(2)}
    assert rows["phone"][:4] == ["30.0 %", "90.0 %", "0 %", "0 %"]
    assert panel.table.item(0, 3).toolTip().startswith("0 of 120, 95 %: 0")


def test_a_period_without_anybody_says_what_it_takes(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), edits.amend_journey(line("a", "b"), window_s=86_400.0))
    panel = window.results.mix
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=20_000)
    panel.periods.setCurrentIndex(1)
    panel.periods.activated.emit(1)
    qtbot.waitUntil(lambda: window.desk.analyst.is_current(panel.question.name), timeout=20_000)
    assert "both periods" in panel.note.text()
