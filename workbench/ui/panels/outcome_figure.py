"""One outcome of the what-if in large: its value, the difference to the base, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from workbench.forecast.bands import Uncertainty
from workbench.forecast.what_if import Projection
from workbench.ui import numbers

_Shown = Callable[[float | None], str]


class OutcomeFigure(QWidget):
    """Two lines: number with name, then difference and band."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = QLabel(title)
        self.title.setProperty("role", "muted")
        self.number = QLabel(numbers.NO_DATA)
        self.number.setStyleSheet("font-size: 17px; font-weight: 700;")
        self.difference = QLabel()
        self.band = QLabel()
        self.band.setProperty("role", "muted")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        layout.addWidget(self.title, 0, 0, Qt.AlignmentFlag.AlignBottom)
        layout.addWidget(self.number, 0, 1, right)
        layout.addWidget(self.difference, 1, 0)
        layout.addWidget(self.band, 1, 1, right)
        layout.setColumnStretch(0, 1)

    def show_projection(self, projection: Projection | None, words: _Shown) -> None:
        if projection is None or projection.value is None:
            self.number.setText(numbers.NO_DATA)
            self._say("no data yet", "muted")
            return
        self.number.setText(words(projection.value))
        self.number.setToolTip(f"{projection.grade.value}; as-is {words(projection.base)}")
        difference, lift = projection.difference, projection.lift
        if not difference:
            self._say(f"{projection.grade.value}, as-is", "muted")
            return
        sign = "+" if difference > 0 else ""
        lift_words = f" ({numbers.signed_rate(lift)})" if lift is not None else ""
        self._say(f"{sign}{words(difference)}{lift_words}", "gain" if difference > 0 else "loss")

    def show_band(self, found: Uncertainty | None, words: _Shown) -> None:
        """95 % of the draws of the rates; the hover adds what a period like this one can look like."""
        if found is None or self.number.text() == numbers.NO_DATA:
            self.band.setText(" ")
            self.band.setToolTip("")
            return
        sure, period = found.expected.band(0.95), found.next_period.band(0.95)
        self.band.setText(f"{words(sure.low)} to {words(sure.high)}")
        said = [
            f"How sure the rates are: 95 % of draws between {words(sure.low)} and {words(sure.high)}.",
            f"What a next period like this one can look like: {words(period.low)} to {words(period.high)}.",
        ]
        if found.lift is not None:
            lift = found.lift.band(0.95)
            said.append(f"Against as-is: {numbers.signed_rate(lift.low)} to {numbers.signed_rate(lift.high)} (95 %).")
        self.band.setToolTip("\n".join(said))

    def _say(self, words: str, role: str) -> None:
        self.difference.setText(words)
        if self.difference.property("role") != role:
            self.difference.setProperty("role", role)
            self.difference.style().unpolish(self.difference)
            self.difference.style().polish(self.difference)
