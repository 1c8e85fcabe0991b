"""Limits of a rule: the n-th time, a count or a sum to be reached, each session anew, soon after the first event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from workbench.journey.journey import DAY_S
from workbench.journey.rule import Rule
from workbench.ui.fields import NumberField, form, narrow


class Limit(StrEnum):
    """Which of the matching events count."""

    EVERY = "every time"
    NTH = "only the n-th time"
    AT_LEAST = "once it was done n times"
    SUM = "once a sum is reached"


class LimitForm(QWidget):
    """Commits the rule with another limit; shows only the fields that the chosen limit needs."""

    committed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rule = Rule()
        self.kind, self.summed = narrow(QComboBox()), narrow(QComboBox())
        self.kind.addItems([limit.value for limit in Limit])
        self.amount = NumberField("n")
        self.per_session = QCheckBox("counted anew in each session")
        self.within = NumberField("days, or no limit")
        holder, self._rows = form()
        self._rows.addRow("Counts", self.kind)
        self._rows.addRow("Property", self.summed)
        self._rows.addRow("Reaches", self.amount)
        self._rows.addRow(self.per_session)
        self._rows.addRow("Within", self.within)
        self.within.setToolTip("Only events so many days after the person's first one, such as 7 for a return visit")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.addWidget(holder)
        self.kind.activated.connect(self._on_kind)
        self.summed.activated.connect(lambda _: self._emit())
        self.amount.committed.connect(lambda _: self._emit())
        self.per_session.clicked.connect(lambda _: self._emit())
        self.within.committed.connect(lambda _: self._emit())

    def show_rule(self, rule: Rule, properties: Sequence[str]) -> None:
        self._rule = rule
        limit = limit_of(rule)
        amounts = {Limit.NTH: rule.nth, Limit.AT_LEAST: rule.count_at_least, Limit.SUM: rule.sum_at_least}
        with QSignalBlocker(self.kind), QSignalBlocker(self.summed), QSignalBlocker(self.per_session):
            self.kind.setCurrentText(limit.value)
            self.summed.clear()
            self.summed.addItems(
                list(dict.fromkeys([*([rule.sum_property] if rule.sum_property else []), *properties]))
            )
            self.summed.setCurrentText(rule.sum_property or "")
            self.per_session.setChecked(rule.per_session)
        self.amount.show_value(amounts.get(limit))
        self.within.show_value(None if rule.within_s is None else rule.within_s / DAY_S)
        self._show_fields(limit)

    def _show_fields(self, limit: Limit) -> None:
        self._rows.setRowVisible(self.summed, limit is Limit.SUM)
        self._rows.setRowVisible(self.amount, limit is not Limit.EVERY)
        self._rows.setRowVisible(self.per_session, limit is not Limit.EVERY)

    def _on_kind(self, _: int) -> None:
        """A limit that needs a number counts once the number is typed."""
        limit = Limit(self.kind.currentText())
        self._show_fields(limit)
        if limit is Limit.EVERY:
            self._emit()
        else:
            self.amount.show_value(None)
            self.amount.setFocus()

    def _emit(self) -> None:
        limit, value = Limit(self.kind.currentText()), self.amount.value
        if limit is not Limit.EVERY and not value:
            return
        whole = None if value is None else max(1, round(value))
        days = self.within.value
        rule = replace(
            self._rule,
            nth=whole if limit is Limit.NTH else None,
            count_at_least=whole if limit is Limit.AT_LEAST else None,
            sum_property=self.summed.currentText() or None if limit is Limit.SUM else None,
            sum_at_least=value if limit is Limit.SUM and self.summed.currentText() else None,
            within_s=None if days is None else days * DAY_S,
            per_session=self.per_session.isChecked() and limit is not Limit.EVERY,
        )
        if rule != self._rule:
            self.committed.emit(rule)


def limit_of(rule: Rule) -> Limit:
    """Which limit a rule has."""
    if rule.nth is not None:
        return Limit.NTH
    if rule.count_at_least is not None:
        return Limit.AT_LEAST
    return Limit.SUM if rule.sum_property is not None else Limit.EVERY
