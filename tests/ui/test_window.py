"""The window: its actions, panels and start page."""

from __future__ import annotations

import collections
import json
import subprocess
import sys

from PySide6.QtWidgets import QInputDialog

from tests.builders import line
from workbench.journey import edits
from workbench.journey.element import ElementId, LinkId
from workbench.journey.taxonomy import Kind, Mechanism, Phase
from workbench.project import library
from workbench.ui.commands import MENUS, TOOL_BAR
from workbench.ui.dialogs import ask
from workbench.ui.theme import theme


def test_no_two_actions_share_a_key(window):
    keys = collections.Counter(key for spec in window.actions_.specs for key in spec.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_menu_entry_is_an_action_and_every_action_is_in_a_menu(window):
    named = {i for _, ids in MENUS for i in ids if i != "-"}
    assert named == {spec.action_id for spec in window.actions_.specs}
    assert set(TOOL_BAR) - {"-"} <= named


def test_a_template_opens_with_a_forecast(window):
    window.desk.start(library.templates()[0].journey())
    assert not window.is_start
    assert window.desk.forecaster.outcome.revenue.value > 0


def test_tags_go_to_all_selected_elements(window):
    window.desk.start(line("a", "b", "c"))
    window.desk.session.select(["a", "c"])
    window.inspector.element_form.phase.committed.emit(Phase.DECISION)
    assert [e.phase for e in window.desk.session.journey.elements] == [Phase.DECISION, None, Phase.DECISION]
    assert window.desk.session.undo_stack.count() == 1


def test_mechanism_is_hidden_while_a_stage_is_selected(window):
    window.desk.start(line("a", "b"))
    window.desk.session.select(["a"])
    form = window.inspector.element_form
    assert not form.mechanism.isVisibleTo(form)
    window.desk.session.select(["b"])
    assert form.mechanism.isVisibleTo(form)


def test_highlighting_a_tag_dims_the_others(window):
    journey = edits.amend(line("a", "b"), [ElementId("b")], mechanism=Mechanism.ACTION)
    window.desk.start(journey)
    window.desk.set_highlight(Mechanism.ACTION)
    assert window.view.scene_.is_dimmed(ElementId("a"))
    assert not window.view.scene_.is_dimmed(ElementId("b"))


def test_deleting_with_the_action_is_one_step(window):
    window.desk.start(line("a", "b", "c"))
    window.desk.session.select(["b"])
    window.actions_["delete"].trigger()
    assert [e.element_id for e in window.desk.session.journey.elements] == ["a", "c"]
    window.actions_["undo"].trigger()
    assert window.desk.session.journey == line("a", "b", "c")


def test_copy_and_paste_keep_links(window):
    window.desk.start(line("a", "b"))
    window.actions_["select_all"].trigger()
    window.actions_["copy"].trigger()
    window.actions_["paste"].trigger()
    assert len(window.desk.session.journey.elements) == 4
    assert len(window.desk.session.journey.links) == 2


def test_align_and_distribute_place_the_selected_cards(window):
    journey = edits.place(line("a", "b", "c"), {"a": (0, 0), "b": (400, 30), "c": (600, 90)})
    window.desk.start(journey)
    window.actions_["select_all"].trigger()
    window.actions_["align_top"].trigger()
    assert {e.y for e in window.desk.session.journey.elements} == {0}
    window.actions_["spread_across"].trigger()
    assert [e.x for e in window.desk.session.journey.elements] == [0, 300, 600]


def test_the_happy_path_can_be_marked_from_a_selection(window):
    journey = edits.mark_happy_path(line("a", "b", "c"), [])
    window.desk.start(journey)
    window.desk.session.select(["c", "a"])
    window.actions_["happy_path"].trigger()
    assert window.desk.session.journey.happy_path == ("a", "c")


def test_selected_elements_are_linked_in_the_order_they_were_selected(window):
    window.desk.start(line("a", "b", "c"))
    session = window.desk.session
    session.select(["c", "a"])
    window.actions_["link_chosen"].trigger()
    assert [k.link_id for k in session.journey.links] == ["a-to-b", "b-to-c", "c-to-a"]
    assert session.journey.links[-1].returns
    session.undo_stack.undo()
    assert len(session.journey.links) == 2


def test_a_lever_row_moves_the_forecast(window):
    journey = edits.amend(line("a", "b"), [ElementId("a")], volume=1000.0)
    journey = edits.amend_links(journey, [LinkId("a-to-b")], rate=0.08)
    window.desk.start(journey)
    window.results.show_panel(window.results.forecast)
    window.results.forecast.rows["a-to-b"].number.committed.emit(0.095)
    assert window.results.forecast.macro.number.text() == "95"
    assert "+18.75 %" in window.results.forecast.macro.difference.text()
    window.results.forecast.reset.click()
    assert window.results.forecast.macro.number.text() == "80"


def test_a_scenario_is_saved_chosen_and_deleted(window, monkeypatch):
    journey = edits.amend(line("a", "b"), [ElementId("a")], volume=1000.0)
    window.desk.start(edits.amend_links(journey, [LinkId("a-to-b")], rate=0.08))
    panel, forecaster = window.results.forecast, window.desk.forecaster
    window.results.show_panel(panel)
    assert (panel.scenario.currentText(), panel.drop.isEnabled()) == ("As-is", False)
    forecaster.set_lever("a-to-b", 0.095)
    assert panel.scenario.currentIndex() == -1
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("Better form", True))
    panel.save.click()
    assert (panel.scenario.currentText(), panel.drop.isEnabled()) == ("Better form", True)
    panel.scenario.activated.emit(0)
    assert (forecaster.levers, panel.scenario.currentText()) == ((), "As-is")
    panel.scenario.activated.emit(1)
    assert panel.macro.number.text() == "95"
    panel.drop.click()
    assert (window.desk.session.journey.scenarios, panel.scenario.currentIndex()) == ((), -1)
    window.desk.session.undo_stack.undo()
    assert panel.scenario.currentText() == "Better form"


def test_saving_and_exporting_write_files(window, tmp_path, monkeypatch, qtbot):
    window.desk.start(line("a", "b"))
    monkeypatch.setattr(ask, "file_to_save", lambda *_: tmp_path / "x.journey")
    window.actions_["save"].trigger()
    monkeypatch.setattr(ask, "file_to_save", lambda *_: tmp_path / "x.xlsx")
    with qtbot.waitSignal(window.desk.exporter.written, timeout=20_000):
        window.actions_["export_workbook"].trigger()
    monkeypatch.setattr(ask, "file_to_save", lambda *_: tmp_path / "x.svg")
    with qtbot.waitSignal(window.desk.exporter.ready, timeout=20_000):
        window.actions_["export_picture"].trigger()
    qtbot.waitUntil((tmp_path / "x.svg").exists, timeout=20_000)
    assert (tmp_path / "x.journey").read_text().startswith("{")
    assert (tmp_path / "x.xlsx").read_bytes()[:2] == b"PK"
    assert b"<svg" in (tmp_path / "x.svg").read_bytes()[:500]


def test_an_error_is_told_and_nothing_is_lost(window, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(ask, "tell", lambda parent, message, hint: told.append(message))
    window.desk.start(line("a", "b"))
    (tmp_path / "bad.journey").write_text("{", encoding="utf-8")
    window.commands.open_path(tmp_path / "bad.journey")
    assert "damaged at line 1" in told[0]
    assert len(window.desk.session.journey.elements) == 2


def test_unsaved_work_is_asked_about_and_can_be_kept(window, monkeypatch):
    window.desk.start(line("a", "b"))
    window.desk.session.apply("Rename", edits.rename, ElementId("a"), "New")
    monkeypatch.setattr(ask, "keep_changes", lambda *_: ask.Answer.CANCEL)
    window.actions_["new"].trigger()
    assert window.desk.session.journey.elements[0].title == "New"


def test_both_themes_keep_text_readable():
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    def contrast(one: str, two: str) -> float:
        high, low = sorted((luminance(one), luminance(two)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for is_dark in (False, True):
        theme().use(is_dark)
        c = theme().colours
        grounds = (c.surface, c.window, c.canvas, c.raised)
        for text in (c.text, c.muted, c.loss, c.gain, c.warn):
            assert all(contrast(text, ground) >= 4.5 for ground in grounds), (is_dark, text)
        assert contrast(c.on_accent, c.accent) >= 4.5
        assert contrast(c.loss, c.loss_soft) >= 4.5
        assert contrast(c.muted, c.chip) >= 4.5
        assert all(contrast(theme().kind_colour(kind), c.surface) >= 3 for kind in Kind)
    theme().use(False)


def test_the_first_paint_loads_no_heavy_library():
    script = (
        "import sys, json; from PySide6.QtWidgets import QApplication; from PySide6.QtCore import QTimer;"
        "app = QApplication([]); from workbench.ui.theme import prepare; prepare(app);"
        "from workbench.session.desk import Desk; from workbench.ui.main_window import MainWindow;"
        "desk = Desk(); window = MainWindow(desk); window.show(); app.processEvents();"
        "heavy = ['pandas', 'numba', 'duckdb', 'pyqtgraph', 'scipy', 'pyarrow', 'openpyxl', 'statsmodels'];"
        "print(json.dumps([name for name in heavy if name in sys.modules])); desk.shutdown()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout.strip().splitlines()[-1]) == []


def test_names_of_views_that_were_chosen_unseen_do_not_overlap(window):
    for views in (window.results.trend_views, window.results.driver_views):
        views.names.setCurrentRow(1)
        window.results.setCurrentWidget(views)
        heights = {views.names.visualItemRect(views.names.item(row)).height() for row in range(views.names.count())}
        assert len(heights) == 1
        assert heights.pop() >= views.names.fontMetrics().height() + 10
