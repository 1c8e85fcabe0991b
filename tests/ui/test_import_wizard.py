"""The wizard proposes a mapping, takes another one, and remembers it for next week's file."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QDialogButtonBox

from workbench.errors import WorkbenchError
from workbench.events.source import Sources
from workbench.ui.dialogs.import_wizard import ImportWizard

ROWS = "who,what,when,kind\nu1,view,2026-01-01 10:00,a\nu1,buy,2026-01-01 11:00,b\nu2,view,2026-01-02 10:00,a\n"


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "week-1.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def ok(wizard: ImportWizard):
    return wizard.buttons.button(QDialogButtonBox.StandardButton.Ok)


def choose(wizard: ImportWizard, **columns: str) -> None:
    for role, column in columns.items():
        wizard.boxes[role].setCurrentText(column)


def test_it_takes_only_a_complete_mapping(window, data):
    wizard = ImportWizard(window, (data,))
    choose(wizard, user="–")
    assert not ok(wizard).isEnabled()
    assert "person" in wizard.warning.text()
    choose(wizard, user="who", event="what", time="when")
    assert ok(wizard).isEnabled()


def test_an_unknown_time_zone_is_not_taken(window, data):
    wizard = ImportWizard(window, (data,))
    choose(wizard, user="who", event="what", time="when")
    wizard.zone_box.setEditText("Mars/Base")
    assert not ok(wizard).isEnabled()


def test_what_was_chosen_applies_itself_to_the_next_file_of_its_kind(window, data, tmp_path):
    first = ImportWizard(window, (data,))
    choose(first, user="who", event="kind", time="when")
    first.zone_box.setEditText("Europe/Berlin")
    ok(first).click()
    later = tmp_path / "week-2.csv"
    later.write_text(ROWS.replace("u1", "u9"), encoding="utf-8")
    second = ImportWizard(window, (later,))
    assert second.boxes["event"].currentText() == "kind"
    assert second.zone_box.currentText() == "Europe/Berlin"
    assert "week-1.csv" in second.used.text()


def test_a_guessed_column_can_be_taken_off_and_stays_off(window, tmp_path):
    path = tmp_path / "with-session.csv"
    path.write_text("user,event,time,session_id\nu1,view,2026-01-01 10:00,s1\nu2,view,2026-01-02 10:00,s2\n")
    wizard = ImportWizard(window, (path,))
    assert wizard.boxes["session"].currentText() == "session_id"
    choose(wizard, session="–")
    assert wizard.choices().columns == (("session", ""),)
    ok(wizard).click()
    with Sources([path], wizard.choices()) as sources:
        assert sources.mapping.session is None
    assert ImportWizard(window, (path,)).boxes["session"].currentText() == "–"


def test_privacy_is_part_of_the_choices(window, data):
    wizard = ImportWizard(window, (data,))
    wizard.hashed.setChecked(True)
    wizard.queries.setChecked(True)
    privacy = wizard.choices().privacy
    assert privacy.drop_queries
    assert len(privacy.salt) >= 8


def test_a_file_that_cannot_be_opened_is_told(window, tmp_path):
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 no parquet PAR1")
    with pytest.raises(WorkbenchError, match=r"bad\.parquet"):
        ImportWizard(window, (bad,))
