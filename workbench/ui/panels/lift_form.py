"""Form of a lift that is not known for sure: a range somebody believes in, or the counts of an A/B result."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from workbench.errors import WorkbenchError
from workbench.forecast.assuming import lift_from, lift_words
from workbench.journey.assumptions import LiftRange, Trial
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import NumberField, label

_PLACES = ("control people", "control went on", "treatment people", "treatment went on")


class LiftForm(QDialog):
    """Says at once what the entries come to; nothing moves until it is used."""

    def __init__(self, desk: Desk, target_id: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._target_id = desk, target_id
        self.setWindowTitle("Lift as a range")
        self.low, self.high = NumberField("such as 6 %", True, low=-0.99), NumberField("such as 34 %", True, low=-0.99)
        self.counts = [NumberField() for _ in _PLACES]
        for field, name in zip((self.low, self.high, *self.counts), ("from", "to", *_PLACES), strict=True):
            field.setAccessibleName(name)
            field.setFixedWidth(110)
            field.committed.connect(lambda _: self._say())
        self.is_range, self.is_trial = QRadioButton("A range you believe in (95 %)"), QRadioButton("An A/B result")
        self.is_range.toggled.connect(self._on_kind)
        self.says = label("", "muted")
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Cancel)
        self.use = self.buttons.addButton("Use this lift", QDialogButtonBox.ButtonRole.AcceptRole)
        self.take_off = self.buttons.addButton("Take it off", QDialogButtonBox.ButtonRole.DestructiveRole)
        self.take_off.clicked.connect(self._on_take_off)
        self.buttons.accepted.connect(self._on_use)
        self.buttons.rejected.connect(self.reject)
        self._place()
        self._fill(desk.forecaster.assumptions.lift_of(target_id))

    def _place(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.addWidget(self.is_range, 0, 0, 1, 5)
        for column, widget in enumerate((QLabel("from"), self.low, QLabel("to"), self.high)):
            grid.addWidget(widget, 1, column + 1)
        grid.addWidget(self.is_trial, 2, 0, 1, 5)
        for row, (name, pair) in enumerate((("Control", self.counts[:2]), ("Treatment", self.counts[2:])), start=3):
            for column, widget in enumerate((QLabel(f"{name}: people"), pair[0], QLabel("went on"), pair[1])):
                grid.addWidget(widget, row, column + 1)
        layout = QVBoxLayout(self)
        layout.addWidget(label(self._desk.session.journey.name_of(self._target_id), "title"))
        layout.addLayout(grid)
        layout.addWidget(self.says)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(500)

    def _fill(self, held: LiftRange | None) -> None:
        trial = held.trial if held is not None else None
        if held is not None:
            self.low.show_value(held.low - 1.0)
            self.high.show_value(held.high - 1.0)
        if trial is not None:
            counts = (trial.control_n, trial.control_k, trial.treatment_n, trial.treatment_k)
            for field, count in zip(self.counts, counts, strict=True):
                field.show_value(count)
        self.take_off.setVisible(held is not None)
        (self.is_trial if trial is not None else self.is_range).setChecked(True)
        self._on_kind()

    def _on_kind(self) -> None:
        for field in (self.low, self.high):
            field.setEnabled(self.is_range.isChecked())
        for field in self.counts:
            field.setEnabled(self.is_trial.isChecked())
        self._say()

    def _lift(self) -> LiftRange | None:
        """What the entries come to; None while they are not complete."""
        if self.is_range.isChecked():
            low, high = self.low.value, self.high.value
            return None if low is None or high is None else LiftRange(self._target_id, 1.0 + low, 1.0 + high)
        counts = [field.value for field in self.counts]
        if any(count is None for count in counts):
            return None
        control_n, control_k, treatment_n, treatment_k = (round(count or 0) for count in counts)
        return lift_from(self._target_id, Trial(control_k, control_n, treatment_k, treatment_n))

    def _say(self) -> None:
        try:
            lift = self._lift()
        except WorkbenchError as error:
            self.use.setEnabled(False)
            self.says.setText(f"{error.message} {error.hint}")
            return
        self.use.setEnabled(lift is not None)
        if lift is None:
            self.says.setText("The outcome's band will then carry how unsure the lift is.")
        else:
            middle = numbers.signed_rate(lift.middle - 1.0)
            self.says.setText(f"{lift_words(lift)} (95 %), in the middle {middle}, if it is real for those who come.")

    def _on_use(self) -> None:
        lift = self._lift()
        if lift is not None:
            self._desk.forecaster.set_lift(self._target_id, lift)
            self.accept()

    def _on_take_off(self) -> None:
        self._desk.forecaster.set_lift(self._target_id, None)
        self.accept()
