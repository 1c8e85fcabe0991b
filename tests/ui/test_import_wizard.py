"""The wizard proposes a mapping, takes another one, gives events to elements, and remembers it for next week's file."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget

from workbench.events.aggregates import CountKind
from workbench.events.source import Sources
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind
from workbench.ui.importing.wizard import STEPS, ImportWizard

ROWS = "who,what,when,kind\nu1,view,2026-01-01 10:00,a\nu1,buy,2026-01-01 11:00,b\nu2,view,2026-01-02 10:00,a\n"
PAGE, ORDER = ElementId("page"), ElementId("order")
MAP = Journey(
    elements=(
        Element(PAGE, Kind.STAGE, "View", rule=Rule(("page_view",))),
        Element(ORDER, Kind.MACRO, "Order", rule=Rule(("purchase",))),
    )
)


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "week-1.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture
def opened(window, qtbot):
    """Opens a wizard and waits for its first look; every wizard is closed at the end."""
    made = []

    def open_on(path, journey: Journey = MAP) -> ImportWizard:
        wizard = ImportWizard(window, (path,), journey)
        made.append(wizard)
        qtbot.waitUntil(lambda: wizard.looked is not None, timeout=20_000)
        return wizard

    yield open_on
    for wizard in made:
        wizard.reject()


def choose(wizard: ImportWizard, **columns: str) -> None:
    for role, column in columns.items():
        wizard.columns.boxes[role].setCurrentText(column)


def mapped(wizard: ImportWizard) -> None:
    choose(wizard, user="who", event="what", time="when")


def go_to(wizard: ImportWizard, step: str, qtbot) -> None:
    wizard.go(STEPS.index(step))
    qtbot.waitUntil(lambda: not wizard.waiting.isVisibleTo(wizard), timeout=20_000)


def words_in(wizard: ImportWizard) -> str:
    tree = wizard.check._place.itemAt(0).widget()
    heads = [tree.topLevelItem(i) for i in range(tree.topLevelItemCount())]
    rows = [head.child(i) for head in heads for i in range(head.childCount())]
    return "\n".join(" | ".join(row.text(c) for c in range(3)) for row in rows)


def test_it_takes_only_a_complete_mapping(opened, data):
    wizard = opened(data)
    choose(wizard, user="–")
    assert not wizard.accept_button.isEnabled()
    assert "person" in wizard.columns.warning.text()
    mapped(wizard)
    assert wizard.accept_button.isEnabled()


def test_an_unknown_time_zone_is_not_taken(opened, data):
    wizard = opened(data)
    mapped(wizard)
    wizard.columns.zone_box.setEditText("Mars/Base")
    assert not wizard.accept_button.isEnabled()


def test_what_was_chosen_applies_itself_to_the_next_file_of_its_kind(opened, data, tmp_path):
    first = opened(data)
    choose(first, user="who", event="kind", time="when")
    first.columns.zone_box.setEditText("Europe/Berlin")
    first.accept_button.click()
    later = tmp_path / "week-2.csv"
    later.write_text(ROWS.replace("u1", "u9"), encoding="utf-8")
    second = opened(later)
    assert second.columns.boxes["event"].currentText() == "kind"
    assert second.columns.zone_box.currentText() == "Europe/Berlin"
    assert "week-1.csv" in second.columns.used.text()


def test_a_profile_can_be_forgotten(opened, data):
    first = opened(data)
    choose(first, user="who", event="kind", time="when")
    first.accept_button.click()
    second = opened(data)
    assert second.columns.boxes["event"].currentText() == "kind"
    second.columns.forget.click()
    assert second.columns.boxes["event"].currentText() != "kind"
    assert opened(data).columns.used.text() == ""


def test_a_guessed_column_can_be_taken_off_and_stays_off(opened, tmp_path):
    path = tmp_path / "with-session.csv"
    path.write_text("user,event,time,session_id\nu1,view,2026-01-01 10:00,s1\nu2,view,2026-01-02 10:00,s2\n")
    wizard = opened(path)
    assert wizard.columns.boxes["session"].currentText() == "session_id"
    choose(wizard, session="–")
    assert wizard.choices().columns == (("session", ""),)
    wizard.accept_button.click()
    with Sources([path], wizard.choices()) as sources:
        assert sources.mapping.session is None
    assert opened(path).columns.boxes["session"].currentText() == "–"


def test_privacy_is_part_of_the_choices(opened, data):
    wizard = opened(data)
    wizard.columns.hashed.setChecked(True)
    wizard.columns.queries.setChecked(True)
    privacy = wizard.choices().privacy
    assert privacy.drop_queries
    assert len(privacy.salt) >= 8


def test_a_file_that_cannot_be_opened_is_told(window, tmp_path, qtbot):
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 no parquet PAR1")
    wizard = ImportWizard(window, (bad,), MAP)
    with qtbot.waitSignal(wizard.failed, timeout=20_000) as told:
        pass
    assert "bad.parquet" in str(told.args[0])


def test_event_names_are_proposed_to_the_elements_without_hits(opened, data, qtbot):
    wizard = opened(data)
    mapped(wizard)
    go_to(wizard, "Events", qtbot)
    assert wizard.stands_for == {"view": PAGE, "buy": None}


def test_the_check_names_what_is_dropped_and_what_each_element_gets(opened, tmp_path, qtbot):
    path = tmp_path / "log.csv"
    path.write_text("user,event,time\nu1,view,2026-01-01\n,view,2026-01-01\nu2,view,never\n", encoding="utf-8")
    wizard = opened(path)
    go_to(wizard, "Check", qtbot)
    words = words_in(wizard)
    assert "Rows read | 3" in words
    assert "Events kept | 1" in words
    assert "lines 3" in words
    assert "View | 3 | view" in words
    assert "Order | no event" in words


def test_another_choice_of_columns_is_tried_anew(opened, data, qtbot):
    wizard = opened(data)
    mapped(wizard)
    go_to(wizard, "Events", qtbot)
    wizard.go(1)
    choose(wizard, event="kind")
    go_to(wizard, "Events", qtbot)
    assert set(wizard.stands_for) == {"a", "b"}


def test_several_names_stand_for_one_element_after_one_undoable_import(window, desk, data, qtbot, monkeypatch):
    desk.start(MAP)
    monkeypatch.setattr(ImportWizard, "open", lambda self: None)
    monkeypatch.setattr("workbench.ui.data_commands.DataCommands.show_import_error", pytest.fail)
    window.commands.take_files([str(data)])
    wizard = window.findChild(ImportWizard)
    qtbot.waitUntil(lambda: wizard.looked is not None, timeout=20_000)
    mapped(wizard)
    go_to(wizard, "Events", qtbot)
    box = wizard.names.boxes["buy"]
    box.setCurrentIndex(box.findData(PAGE))
    wizard.accept_button.click()
    qtbot.waitUntil(lambda: bool(desk.shelf.loaded), timeout=20_000)
    assert set(desk.session.journey.element_by_id[PAGE].rule.events) == {"page_view", "view", "buy"}
    desk.session.undo_stack.undo()
    assert desk.session.journey.element_by_id[PAGE].rule.events == ("page_view",)
    assert desk.session.journey.datasets == ()


def test_counts_of_other_columns_than_proposed_are_counted_anew(opened, tmp_path, qtbot):
    path = tmp_path / "counts.csv"
    path.write_text("step,users,events\nView,100,150\nOrder,30,45\n", encoding="utf-8")
    wizard = opened(path)
    go_to(wizard, "Check", qtbot)
    assert "“users”" in wizard.check.words.text()
    choose(wizard, value="events")
    go_to(wizard, "Check", qtbot)
    assert "“events”" in wizard.check.words.text()


def test_counts_are_asked_whether_they_may_be_added_up(opened, tmp_path, qtbot):
    path = tmp_path / "counts.csv"
    path.write_text("date,step,users\n2026-01-01,View,10\n2026-01-02,View,12\n2026-01-01,Order,2\n", encoding="utf-8")
    wizard = opened(path)
    assert wizard.columns.kind.currentText() == "unique people"
    wizard.columns.kind.setCurrentIndex(wizard.columns.kind.findData(CountKind.ADDITIVE))
    assert wizard.choices().count_kind is CountKind.ADDITIVE
    go_to(wizard, "Check", qtbot)
    assert "View | 22 | aggregated" in words_in(wizard)


def test_the_sheet_of_a_workbook_can_be_chosen(opened, tmp_path, qtbot):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "March"
    for row in (("user", "event", "time"), ("u1", "view", "2026-03-01 10:00"), ("u2", "view", "2026-03-02 10:00")):
        book.active.append(row)
    april = book.create_sheet("April")
    for row in (("user", "event", "time", "extra"), ("u1", "buy", "2026-04-01 10:00", "x")):
        april.append(row)
    path = tmp_path / "months.xlsx"
    book.save(path)
    wizard = opened(path)
    wizard.files.sheet.setCurrentIndex(wizard.files.sheet.findData("April"))
    wizard.files.sheet.activated.emit(0)
    qtbot.waitUntil(lambda: wizard.looked is not None and "extra" in wizard.looked.recognition.columns, timeout=20_000)
    go_to(wizard, "Events", qtbot)
    assert set(wizard.stands_for) == {"buy"}
    assert wizard.choices().sheet == "April"


def test_enter_goes_on_and_never_cancels(opened, data, qtbot):
    wizard = opened(data)
    wizard.show()
    mapped(wizard)
    for place in (1, 2, 3):
        go_to(wizard, STEPS[place], qtbot)
        wanted = wizard.accept_button if place == 3 else wizard.next
        assert wizard.focusWidget() is wanted, STEPS[place]
    with qtbot.waitSignal(wizard.accepted):
        qtbot.keyClick(wizard.focusWidget(), Qt.Key.Key_Return)


def test_tab_is_not_caught_by_a_table(opened, data, qtbot):
    wizard = opened(data)
    tables = wizard.findChildren(QTableWidget)
    assert len(tables) >= 3
    assert not any(table.tabKeyNavigation() for table in tables)
    assert all(table.accessibleName() for table in tables)


def test_a_wizard_that_is_done_is_gone(window, data, qtbot):
    window.commands.take_files([str(data)])
    window.findChild(ImportWizard).reject()
    qtbot.waitUntil(lambda: window.findChild(ImportWizard) is None, timeout=20_000)
