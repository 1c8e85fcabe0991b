"""The experiment tab: sizes filled from what was measured, readings through their gates, ideas ranked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QComboBox

from tests.builders import line
from tests.ui.loading import load, measured
from tests.ui.test_segments_panel import log
from workbench.forecast.assuming import lift_from
from workbench.forecast.trial import Plan, surrogate
from workbench.journey import edits
from workbench.journey.assumptions import Trial
from workbench.journey.journey import Shaping


def settled(panel, qtbot) -> None:
    qtbot.waitUntil(lambda: not panel.desk.sums.is_busy, timeout=20_000)


def words_in(panel, row: int, column: int) -> str:
    item = panel.table.item(row, column)
    return item.text() if item is not None else ""


def type_in(panel, **values: float) -> None:
    for name, value in values.items():
        field = panel.fields[name.replace("_", " ") if name not in panel.fields else name]
        field.setText(str(value))
        field.editingFinished.emit()


@pytest.fixture
def results(window):
    window.desk.start(line("a", "b"))
    return window.results


def test_sizes_are_given_side_by_side_with_the_surrogate_warning(results, qtbot):
    panel = results.size_of
    results.show_panel(panel)
    assert "Type what is missing: Micro rate, Macro rate" in panel.note.text()
    type_in(panel, micro="8%", macro="0.8%", lift="18.75%", per_day="1400", window="7")
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 6, timeout=20_000)
    assert panel.title.text() == "5,570 people per arm on the micro, 60,512 on the macro (10.9 times as many)"
    assert "231,764 per arm" in panel.note.text()
    assert [panel.table.item(row, 1).text() for row in (1, 2)] == ["2 weeks (8 days)", "21"]
    assert panel.table.item(4, 2).text() == "13.3 %"


def test_a_test_that_would_take_a_year_is_called_not_testable(results, qtbot):
    panel = results.size_of
    results.show_panel(panel)
    type_in(panel, micro="8%", macro="0.8%", lift="18.75%", per_day="700", share="50%")
    # Every field that is typed asks anew: the answer to the last one is waited for.
    qtbot.waitUntil(lambda: words_in(panel, 1, 2).startswith("✕ not testable: 50 weeks"), timeout=20_000)


def test_rates_are_filled_in_from_what_was_measured(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), line("a", "b"))
    panel = window.results.size_of
    window.results.show_panel(panel)
    assert panel.values["macro"] == pytest.approx(80 / 201, abs=1e-6)
    assert panel.values["per_day"] == pytest.approx(201 / 88, rel=0.01)
    assert panel.fields["macro"].text().startswith("39.8")


def test_moved_levers_are_no_measured_rates_and_days_are_those_of_the_map(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), line("a", "b"))
    panel, desk = window.results.size_of, window.desk
    window.results.show_panel(panel)
    desk.forecaster.set_lever("a-to-b", 0.9)
    assert panel.values["macro"] == pytest.approx(80 / 201, abs=1e-6)
    first = desk.shelf.first.store.first_us
    day = datetime.fromtimestamp(first / 1e6, UTC).date().isoformat()
    desk.session.apply("Dates", edits.amend_journey, shaping=Shaping(date_from=day, date_to=day))
    measured(desk, qtbot)
    entered = desk.analyst.measures.entered
    assert 0 < entered < 201
    assert panel.values["per_day"] == pytest.approx(entered, rel=0.01)


def test_an_impossible_lift_says_what_to_type(results, qtbot):
    panel = results.size_of
    results.show_panel(panel)
    type_in(panel, micro="60%", macro="50%", lift="90%")
    qtbot.waitUntil(panel.told.isVisible, timeout=20_000)
    assert "smaller lift" in panel.told.text()


def counts(panel) -> None:
    typed = {"treatment assigned": 5600, "control assigned": 5580, "treatment converted": 535, "control converted": 447}
    for name, value in typed.items():
        panel.fields[name].setText(str(value))
        panel.fields[name].editingFinished.emit()


def test_a_reading_goes_through_its_gates(results, qtbot):
    panel = results.reading
    results.show_panel(panel)
    assert not panel.keep.isEnabled()
    counts(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=20_000)
    assert panel.title.text() == "▲ Treatment is better: +1.5 pp (+0.5 to +2.6)"
    assert "Sample ratio fits" in panel.note.text()
    type_in(panel, planned="20000")
    qtbot.waitUntil(lambda: panel.title.text().startswith("Undecided, about 14,420 more people"), timeout=20_000)
    assert "likely overstated" in panel.note.text()
    panel.fields["control assigned"].setText("9000")
    panel.fields["control assigned"].editingFinished.emit()
    qtbot.waitUntil(lambda: panel.title.text().startswith("✕ Invalid"), timeout=20_000)
    assert panel.table.isHidden()


def test_looks_are_kept_and_forgotten(results, qtbot):
    panel = results.reading
    results.show_panel(panel)
    counts(panel)
    type_in(panel, planned="20000")
    panel.keep.click()
    assert panel.trial().looks == (5580.0,)
    type_in(panel, treatment_assigned="6600", control_assigned="6580")
    qtbot.waitUntil(lambda: "8.3 % of the time" in panel.note.text(), timeout=20_000)
    panel.forget.click()
    assert panel.trial().looks == ()


def test_guardrails_and_secondaries_are_read_with_their_own_rules(results, qtbot):
    panel = results.reading
    results.show_panel(panel)
    counts(panel)
    for kind, ours, theirs in ((0, 2300, 2600), (1, 400, 300)):
        row = panel.add_metric()
        row.kind.setCurrentIndex(kind)
        row.kind.activated.emit(kind)
        for field, value in ((row.treatment, ours), (row.control, theirs)):
            field.setText(str(value))
            field.editingFinished.emit()
    qtbot.waitUntil(lambda: panel.table.rowCount() == 4, timeout=20_000)
    says = [panel.table.item(row, 1).text() for row in range(4)]
    assert says == ["better", "relative", "✕ fail", "▲ more (adj. p < 0.001)"]
    panel.metrics[0].dropped.emit()
    qtbot.waitUntil(lambda: panel.table.rowCount() == 3, timeout=20_000)


def test_contradicting_counts_are_told(results, qtbot):
    panel = results.reading
    results.show_panel(panel)
    counts(panel)
    panel.fields["treatment mature"].setText("100")
    panel.fields["treatment mature"].editingFinished.emit()
    qtbot.waitUntil(panel.told.isVisible, timeout=20_000)
    assert "do not fit" in panel.told.text()


def test_ideas_are_ranked_by_what_the_team_says(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), line("a", "guide", "b"))
    panel = window.results.ice
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=20_000)
    assert [idea.impact for idea in panel.ideas()] == [10, 10]
    effort = panel.table.cellWidget(1, 4)
    assert isinstance(effort, QComboBox)
    effort.setCurrentIndex(0)
    effort.activated.emit(0)
    assert panel.table.item(1, 6).text() == "1."
    assert panel.title.text() == f"First: {panel.table.item(1, 0).text()}"
    assert panel.table.item(1, 5).text() == "10.0"


def test_the_words_of_a_size_are_those_of_its_figures():
    assert surrogate(Plan(0.08, 0.1875, arms=3), Plan(0.008, 0.1875, arms=3)).macro_power < 0.2


def test_a_result_that_another_view_took_the_place_of_is_computed_when_seen_again(results, qtbot):
    panel = results.reading
    results.show_panel(panel)
    counts(panel)
    panel.desk.sums.cancel()
    results.show_panel(results.size_of)
    qtbot.waitUntil(lambda: not panel.desk.sums.is_busy, timeout=20_000)
    results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.title.text().startswith("▲ Treatment is better"), timeout=20_000)


def test_an_answer_to_older_entries_is_not_shown(results, qtbot):
    panel = results.reading
    results.show_panel(panel)
    counts(panel)
    type_in(panel, treatment_converted="")
    qtbot.waitUntil(lambda: not panel.desk.sums.is_busy, timeout=20_000)
    assert panel.title.text() == "Read an experiment"
    assert panel.table.isHidden()


def test_what_was_chosen_for_one_document_is_not_for_the_next(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), line("a", "guide", "b"))
    panel = window.results.ice
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=20_000)
    effort = panel.table.cellWidget(0, 4)
    effort.setCurrentIndex(9)
    effort.activated.emit(9)
    assert [effort for _, effort in panel.chosen.values()] == [10]
    window.desk.start(line("a", "guide"))
    assert panel.chosen == {}


def test_confidence_begins_with_the_evidence_there_is(window, qtbot, tmp_path):
    load(window.desk, qtbot, tmp_path, log(), line("a", "guide", "b"))
    panel, link_id = window.results.ice, "guide-to-b"
    assert panel._evidence(link_id) == 1
    window.desk.forecaster.set_lift(link_id, lift_from(link_id, Trial(447, 5580, 535, 5600)))
    assert panel._evidence(link_id) == 9
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: 9.0 in [idea.confidence for idea in panel.ideas()], timeout=20_000)
