"""Friction: what each step of the happy path costs people, as a list of figures without an opaque index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from workbench.session.analyst import Question
from workbench.session.audit_questions import STEPS, Frictions, frictions
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.panel import Cell, Table

if TYPE_CHECKING:
    from workbench.analysis.rates import Rate
    from workbench.analysis.steps import StepFriction

_HEADERS = (
    "Step",
    "Lost, 95 %",
    "Half are through by",
    "Errors per 100",
    "Went on after an error",
    "Without one",
    "Repeats over 3 times",
    "Patience ends",
)
_MEANING = {
    "Lost, 95 %": "Reached the step and did not do the next one within the window; mature people only.",
    "Half are through by": "Median time to the next step, people who are still under way counted as such.",
    "Errors per 100": "People who met an error of the map between this step and the next.",
    "Went on after an error": "Of those who met an error, did the next step all the same.",
    "Repeats over 3 times": "People who did the same event more than 3 times.",
    "Patience ends": "From this time on the step completion is below half of that in the quickest tenth.",
}


class FrictionsPanel(AnswerPanel):
    """One row per step; a click shows where it starts."""

    jump_asked = Signal(str)
    question = Question(STEPS, frictions)
    name = "Friction per step"
    wait_words = "Looking at every step…"
    empty_words = "Load event data and bind at least two elements of the happy path to see what its steps cost people."

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=len(_HEADERS) - 1, name_width=230)
        self.table.keep_order()
        self.table.explain_headers(_MEANING)
        super().__init__(desk, self.table)
        self.table.cellClicked.connect(lambda row, _: self.jump_asked.emit(self.table.target(row)))

    def show_answer(self, found: Frictions) -> None:
        titles = self.titles
        worst = max(found.steps, key=lambda step: step.lost.value or 0.0)
        self.title.setText(f"Most is lost from {_step(worst, titles)}: {numbers.rate(worst.lost.value)}")
        self.note.setText(
            f"Of mature people who reached a step, within {numbers.duration(found.window_s)}. Associated, not caused; "
            f"hover for counts.{self.why_window(found.window_s)}"
        )
        self.table.fill([_row(step, titles) for step in found.steps], [str(step.source_id) for step in found.steps])


def _row(step: StepFriction, titles: dict[str, str]) -> list[Cell]:
    lost = step.lost
    span = "" if lost.value is None else f"  ({numbers.interval(lost.interval.low, lost.interval.high)})"
    errors = step.errors_per_100
    return [
        _step(step, titles),
        (f"{numbers.rate(lost.value)}{span}", lost.value, _counts(lost)),
        ("not yet known" if step.median_s is None else numbers.duration(step.median_s), step.median_s),
        ("none mapped" if errors is None else f"{errors:.1f}", errors),
        _cell(step.with_error),
        _cell(step.without_error),
        _cell(step.raging),
        ("no sharp end" if step.patience_s is None else f"after {numbers.duration(step.patience_s)}", step.patience_s),
    ]


def _step(step: StepFriction, titles: dict[str, str]) -> str:
    return f"{titles.get(str(step.source_id), '')} → {titles.get(str(step.target_id), '')}"


def _cell(rate: Rate) -> Cell:
    return (f"{numbers.rate(rate.value)}{' · few data' if rate.n and rate.is_thin else ''}", rate.value, _counts(rate))


def _counts(rate: Rate) -> str:
    if rate.value is None:
        return "no data"
    return (
        f"{numbers.count(rate.k)} of {numbers.count(rate.n)} people, "
        f"95 %: {numbers.interval(rate.interval.low, rate.interval.high)}"
    )
