"""One driver looked at closely: resampled people, weeks, depths, hidden traits, and matching by a property as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from workbench.analysis.segment_choice import properties_to_offer
from workbench.session.analyst import Question
from workbench.session.audit_questions import DriverDetail, driver_detail
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import label

if TYPE_CHECKING:
    from workbench.analysis.drivers import Driver

_DEPTH_ONLY = "depth only"


class DriverDetailRow(QWidget):
    """Asks for one driver at a time, and only while it is chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._title = desk, ""
        self._row: Driver | None = None
        self._asked: str | None = None
        self.words = label("", "muted")
        self.by = QComboBox()
        self.by.setAccessibleName("Match also by")
        self.by.setToolTip("Compare only people who also share the value of this property that they began with")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.addWidget(self.words, 1)
        layout.addWidget(QLabel("Match by"))
        layout.addWidget(self.by)
        self.by.activated.connect(lambda _: self._ask())
        desk.analyst.answered.connect(self._on_answered)
        self.hide()

    def show_driver(self, row: Driver | None, title: str) -> None:
        """Choose a driver; None closes the row."""
        self._row, self._title = row, title
        self.setVisible(row is not None)
        self._offer()
        self._ask()

    def forget(self) -> None:
        """Nobody looks any more."""
        if self._asked is not None:
            self._desk.analyst.forget_want(self._asked)
            self._asked = None

    def _offer(self) -> None:
        first = self._desk.shelf.first
        names = properties_to_offer(first.store) if first is not None and first.store is not None else []
        wanted = [_DEPTH_ONLY, *names]
        if [self.by.itemText(i) for i in range(self.by.count())] != wanted:
            self.by.clear()
            for place, name in enumerate(wanted):
                self.by.addItem(name, name if place else None)

    def _ask(self) -> None:
        self.forget()
        if self._row is None:
            return
        by = self.by.currentData()
        self._asked = f"driver {self._row.name} by {by}"
        self._desk.analyst.want(Question(self._asked, driver_detail(self._row.name, by)))
        self._show()

    def _on_answered(self, name: str) -> None:
        if name == self._asked:
            self._show()

    def _show(self) -> None:
        if self._row is None or self._asked is None:
            return
        is_current = self._desk.analyst.is_current(self._asked)
        found: DriverDetail | None = self._desk.analyst.answer(self._asked) if is_current else None
        self.words.setText(detail_words(self._title, self._row, found))


def detail_words(title: str, row: Driver, found: DriverDetail | None) -> str:
    """What is behind one row of the drivers, in sentences."""
    said = [_peers(title, row), *_steadiness(row)]
    if found is None:
        return " ".join([*said, "Resampling people…"])
    low, high = found.resampled.low, found.resampled.high
    if low is not None and high is not None:
        said.append(f"People resampled: {low:.2f}–{high:.2f}.")
    if found.by is not None:
        said.append(_within(found))
    return " ".join(said)


def _peers(title: str, row: Driver) -> str:
    if row.is_required:
        rate = numbers.rate(row.ordered.rate_takers)
        return f"{title} is a required step: nobody converts without it; {rate} of those who did it convert."
    pooled = row.matched
    if pooled.expected is None or pooled.ratio is None:
        return f"{title}: nobody to compare with at the same depth."
    return (
        f"{title}: {numbers.count(pooled.observed)} conversions where {numbers.count(round(pooled.expected))} would be "
        f"expected of people as far along."
    )


def _steadiness(row: Driver) -> list[str]:
    said = []
    weeks = [week.ratio for week in row.weeks if week.ratio is not None]
    if weeks:
        said.append(f"Above its peers in {sum(ratio > 1 for ratio in weeks)} of {len(weeks)} weeks.")
    if row.homogeneity.p is not None and row.homogeneity.p < 0.05 and not row.is_required:
        said.append("An average of different effects: it differs between depths.")
    if row.e_value.bound is not None and row.e_value.bound > 1 and not row.is_required:
        said.append(
            f"A hidden trait would have to multiply both doing it and converting by {row.e_value.bound:.2f} to explain "
            "it away."
        )
    return said


def _within(found: DriverDetail) -> str:
    pooled = found.within
    if pooled is None or pooled.ratio is None:
        return f"Matched by {found.by} as well: nobody to compare with."
    low, high = pooled.ratio_interval.low, pooled.ratio_interval.high
    span = "" if low is None or high is None else f" ({low:.2f}–{high:.2f})"
    return f"Matched by {found.by} as well: {pooled.ratio:.2f}x{span}."
