"""One more rate of an experiment: a guardrail with its margin, or a secondary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from workbench.ui.fields import NumberField, TextField
from workbench.ui.panels.rule_form import drop_button

if TYPE_CHECKING:
    from workbench.forecast.trial import Metric


class MetricRow(QWidget):
    """Kind, name, conversions of both arms, and for a guardrail how much worse is still no harm."""

    changed = Signal()
    dropped = Signal()

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._name = ""
        self._values: dict[str, float | None] = {}
        self.kind = QComboBox()
        self.kind.addItems(["guardrail", "secondary"])
        self.name = TextField(f"Metric {number}")
        self.treatment, self.control = NumberField("treatment"), NumberField("control")
        self.margin = NumberField("margin: 2 % of control", is_rate=True, high=1.0)
        self.margin.setToolTip("How many points lower than the control is still no harm; 2 % of its rate by default")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        layout.addWidget(self.kind, 0, 0)
        layout.addWidget(self.name, 0, 1, 1, 2)
        layout.addWidget(drop_button(self.dropped.emit), 0, 3)
        for column, field in enumerate((self.treatment, self.control, self.margin)):
            layout.addWidget(field, 1, column)
        self.kind.activated.connect(lambda _: self._on_kind())
        self.name.committed.connect(self._on_name)
        for key, field in (("treatment", self.treatment), ("control", self.control), ("margin", self.margin)):
            field.committed.connect(lambda value, k=key: self._on_value(k, value))

    @property
    def is_guard(self) -> bool:
        return self.kind.currentIndex() == 0

    def _on_kind(self) -> None:
        self.margin.setVisible(self.is_guard)
        self.changed.emit()

    def _on_name(self, name: str) -> None:
        self._name = name
        self.changed.emit()

    def _on_value(self, key: str, value: float | None) -> None:
        self._values[key] = value
        self.changed.emit()

    def read(self) -> Metric | None:
        """What it says; None while a count is missing."""
        from workbench.forecast.trial import Metric

        ours, theirs = self._values.get("treatment"), self._values.get("control")
        if ours is None or theirs is None:
            return None
        name = self._name.strip() or f"Metric {self._number}"
        return Metric(name, round(ours), round(theirs), self._values.get("margin"), self.is_guard)
