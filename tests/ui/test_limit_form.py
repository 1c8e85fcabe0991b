"""The limits of a rule are set in the form, and shown as the rule holds them."""

from __future__ import annotations

import pytest

from workbench.journey.rule import Rule
from workbench.ui.panels.limit_form import Limit, LimitForm

VIEW = Rule(("view",))


@pytest.fixture
def form(qtbot) -> LimitForm:
    made = LimitForm()
    qtbot.addWidget(made)
    made.show_rule(VIEW, ["amount", "seconds"])
    made.show()
    return made


def pick(form: LimitForm, limit: Limit) -> None:
    form.kind.setCurrentText(limit.value)
    form.kind.activated.emit(0)


def typed(field, text: str) -> None:
    field.setText(text)
    field.editingFinished.emit()


def test_a_limit_counts_once_its_number_is_typed(form, qtbot) -> None:
    said: list[Rule] = []
    form.committed.connect(said.append)
    pick(form, Limit.NTH)
    assert said == []
    typed(form.amount, "2")
    assert said == [Rule(("view",), nth=2)]


def test_a_sum_names_its_property(form, qtbot) -> None:
    with qtbot.waitSignal(form.committed) as told:
        pick(form, Limit.SUM)
        form.summed.setCurrentText("seconds")
        typed(form.amount, "60")
    assert told.args[0] == Rule(("view",), sum_property="seconds", sum_at_least=60.0)


def test_each_session_may_count_anew(form, qtbot) -> None:
    form.show_rule(Rule(("view",), count_at_least=3), [])
    with qtbot.waitSignal(form.committed) as told:
        form.per_session.click()
    assert told.args[0] == Rule(("view",), count_at_least=3, per_session=True)


def test_a_return_within_a_week_is_seven_days(form, qtbot) -> None:
    with qtbot.waitSignal(form.committed) as told:
        typed(form.within, "7")
    assert told.args[0].within_s == 7 * 86_400


def test_every_time_takes_the_limit_off_and_hides_its_fields(form, qtbot) -> None:
    form.show_rule(Rule(("view",), nth=2, per_session=True), [])
    assert form.amount.isVisible()
    with qtbot.waitSignal(form.committed) as told:
        pick(form, Limit.EVERY)
    assert told.args[0] == VIEW
    form.show_rule(VIEW, [])
    assert not form.amount.isVisible()
    assert not form.per_session.isVisible()
