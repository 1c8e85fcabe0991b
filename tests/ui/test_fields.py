"""Numbers as people type them; what is no number is told and not taken."""

from __future__ import annotations

import pytest

from workbench.ui.fields import NumberField


def typed(field: NumberField, text: str) -> list:
    taken: list = []
    field.committed.connect(taken.append)
    field.setText(text)
    field.editingFinished.emit()
    return taken


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1,234.5", 1234.5), ("1.234,5", 1234.5), ("12,5", 12.5), ("1,234", 1234.0), ("1 000", 1000.0), ("7", 7.0)],
)
def test_numbers_are_read_as_written(qtbot, text, expected):
    field = NumberField()
    qtbot.addWidget(field)
    assert typed(field, text) == [expected]


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "two", "1e999"])
def test_what_is_no_number_is_told_and_not_taken(qtbot, text):
    field = NumberField()
    qtbot.addWidget(field)
    assert typed(field, text) == []
    assert field.toolTip()


def test_rates_are_typed_as_per_cent(qtbot):
    field = NumberField(is_rate=True, high=1.0)
    qtbot.addWidget(field)
    assert typed(field, "9.5 %") == [0.095]
    assert typed(field, "120") == []
