"""Form of what the what-if takes for granted, with the lifts in force."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.forecast.assuming import lift_words
from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS, LiftRange, Source
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import ChoiceField, NumberField, clear, label, tool_button

_SHARES = (0.0, 0.5, 1.0)
_SOURCE_HELP = {
    Source.EXITS: "Extra people of a raised rate are some of those who left there.",
    Source.SIBLINGS: "Extra people of a raised rate come from the other links of the same element, in proportion.",
}
_CAUSE = (
    "How much of what goes with a micro-conversion on a stage is its effect: 0 %, nothing; 100 %, all of it. "
    "The data cannot tell; an experiment is what would tell."
)
_NO_LIFTS = "No lift is in force. The scales beside a link's lever take one: a range, or an A/B result."


class AssumptionsForm(QWidget):
    """Every change shows in the figures beside it at once."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.source = ChoiceField(Source, none_text=None, help_text=_SOURCE_HELP)
        self.source.setItemText(0, "those who left")
        self.source.setItemText(1, "the sibling links")
        self.decay = NumberField("0 %", is_rate=True, high=1.0)
        self.cause = NumberField("50 %", is_rate=True, high=1.0)
        for field, name in ((self.source, "Extra people come from"), (self.decay, "Worse later by")):
            field.setAccessibleName(name)
        self.cause.setAccessibleName("Causal share")
        self.decay.setFixedWidth(80)
        self.cause.setFixedWidth(80)
        self.source.committed.connect(lambda source: self._assume(source=source))
        self.decay.committed.connect(lambda decay: self._assume(quality_decay=decay or 0.0))
        self.cause.committed.connect(lambda share: self._assume(causal_share=0.5 if share is None else share))
        self._shown: list[str] | None = None
        self._lifts = QVBoxLayout()
        self._lifts.setSpacing(0)
        self._place()

    def _place(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        rows: tuple[tuple[str, QWidget, str], ...] = (
            ("Extra people come from", self.source, ""),
            ("Later rates of added people", self.decay, "worse: who would not have come by themselves buys less."),
        )
        for row, (name, field, words) in enumerate(rows):
            grid.addWidget(QLabel(name), row, 0)
            grid.addWidget(field, row, 1)
            grid.addWidget(label(words, "muted"), row, 2)
        grid.addWidget(QLabel("Taken as effect"), 2, 0)
        grid.addWidget(self.cause, 2, 1)
        grid.addLayout(self._offers(), 2, 2)
        grid.addWidget(label(_CAUSE, "muted"), 3, 0, 1, 3)
        grid.setColumnStretch(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 6, 0)
        layout.setSpacing(4)
        layout.addLayout(grid)
        layout.addLayout(self._lifts)
        layout.addStretch(1)

    def _offers(self) -> QHBoxLayout:
        offers = QHBoxLayout()
        for share in _SHARES:
            offer = QPushButton(numbers.rate(share).replace(".0", ""))
            offer.setAccessibleName(f"Take {offer.text()} as effect")
            offer.clicked.connect(lambda _, share=share: self._assume(causal_share=share))
            offers.addWidget(offer)
        offers.addStretch(1)
        return offers

    def _assume(self, **fields: Any) -> None:
        forecaster = self._desk.forecaster
        forecaster.assume(replace(forecaster.assumptions, **fields))

    def show_assumptions(self) -> None:
        held = self._desk.forecaster.assumptions
        self.source.show_value(held.source)
        self.decay.show_value(held.quality_decay or None)
        self.cause.show_value(held.causal_share)
        words = [f"{self._desk.session.journey.name_of(lift.target_id)}: {_lift(lift)}" for lift in held.lifts]
        if words == self._shown:
            return
        self._shown = words
        clear(self._lifts)
        for lift, said in zip(held.lifts, words, strict=True):
            self._lifts.addWidget(self._lift_row(lift, said))
        if not held.lifts:
            self._lifts.addWidget(label(_NO_LIFTS, "muted"))

    def _lift_row(self, lift: LiftRange, words: str) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(words), 1)
        off = tool_button(icon="x", tip="Take this lift off")
        off.clicked.connect(lambda: self._desk.forecaster.set_lift(lift.target_id, None))
        layout.addWidget(off)
        return row

    @property
    def differs(self) -> bool:
        """Whether something else than usual is taken for granted."""
        return self._desk.forecaster.assumptions != DEFAULT_ASSUMPTIONS


def _lift(lift: LiftRange) -> str:
    trial = lift.trial
    if trial is None:
        return f"{lift_words(lift)} (95 %)"
    shown = [numbers.count(n) for n in (trial.control_k, trial.control_n, trial.treatment_k, trial.treatment_n)]
    return f"{lift_words(lift)} (95 %; A/B: {shown[0]} of {shown[1]} against {shown[2]} of {shown[3]})"
