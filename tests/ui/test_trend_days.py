"""Days and week: alerts by sensitivity, incidents that undo takes back, what is in the pipe."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from tests.builders import line
from tests.ui.loading import load
from workbench.analysis.alerts import MetricWeek
from workbench.forecast.leaders import ratio_light
from workbench.journey import edits
from workbench.ui.panels.trend import _light, _says

WEEKS = 12


def log() -> str:
    """Twelve weeks of about 12 people a day who begin, of whom half end two days later; the last week has a third."""
    rng = np.random.default_rng(4)
    rows, begin = ["user,event,time"], datetime(2026, 1, 1, 1)
    for day in range(7 * WEEKS):
        many = rng.poisson(12 if day < 7 * (WEEKS - 1) else 4)
        for n in range(int(many)):
            at = begin + timedelta(days=day, hours=int(rng.integers(0, 20)), minutes=n)
            rows.append(f"u{day}-{n},a,{at}")
            if rng.random() < 0.5 and day + 2 < 7 * WEEKS:
                rows.append(f"u{day}-{n},b,{at + timedelta(days=2)}")
    rows.append(f"last,x,{begin + timedelta(days=7 * WEEKS, minutes=-61)}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def panel(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), line("a", "b"))
    window.results.show_panel(window.results.trend)
    answered(window.results.trend, qtbot)
    return window.results.trend


def answered(panel, qtbot) -> None:
    qtbot.waitUntil(lambda: panel.desk.analyst.is_current(panel.question.name), timeout=60_000)
    qtbot.waitUntil(panel.content.isVisible, timeout=20_000)


def test_a_week_is_marked_as_an_incident_and_undo_takes_it_back(panel, qtbot):
    desk = panel.desk
    assert "2 alerts (A, B)" in panel.title.text()
    panel.incident.click()
    out = desk.session.journey.shaping.excluded_dates
    assert len(out) == 7
    assert out[-1] == panel.desk.analyst.answer("trend").week.week_ends.isoformat()
    answered(panel, qtbot)
    assert panel.incident.text() == "Take the week back"
    assert "left out of the figures" in panel.chart._words_at(7 * WEEKS - 3, 0.0)
    desk.session.undo_stack.undo()
    assert desk.session.journey.shaping.excluded_dates == ()
    answered(panel, qtbot)
    assert panel.incident.text() == "Mark week as incident"


def test_the_trend_keeps_to_the_dates_of_the_map(panel, qtbot):
    desk = panel.desk
    assert len(desk.analyst.answer(panel.question.name).daily) > 70
    shaping = replace(desk.session.journey.shaping, date_from="2026-03-01")
    desk.session.apply("Set dates", edits.amend_journey, shaping=shaping)
    answered(panel, qtbot)
    assert len(desk.analyst.answer(panel.question.name).daily) < 30


def test_the_forecast_says_how_it_did_on_the_past(panel):
    assert "trials its 14-day totals were off by" in panel.note.text()
    assert "the 80 % band held" in panel.note.text()
    assert "last week's pattern:" in panel.note.toolTip()
    assert "expected" in panel.chart._words_at(7 * WEEKS + 2, 0.0)


def test_sensitivity_decides_what_is_an_alert():
    unsure = MetricWeek(60, 100, 70, 140, -0.4, -2.4, 0.01, 0.04, is_alert=True)
    assert [_says(unsure, q) for q in (0.02, 0.05, 0.10)] == ["", "▼ alert", "▼ alert"]
    small = MetricWeek(98, 100, 99, 101, -0.02, -5.0, 1e-5, 1e-4, is_alert=False, is_material=False)
    assert _says(small, 0.10) == ""


def test_the_light_of_a_ratio_has_a_sign_a_word_and_a_reason():
    assert _light(ratio_light([50, 52, 49, 51, 50, 48], [1000] * 6))[0] == "● stable"
    words, _, why = _light(ratio_light([80, 70, 62, 50, 41, 30], [1000] * 6))
    assert words == "▼ drifting"
    assert "a week" in why
    assert _light(ratio_light([1], [10]))[0] == "no data"
    assert _light(None) == ""
