"""The happy path per value of a property: who gets through, and where each group loses most."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox

from workbench.analysis.intervals import wilson
from workbench.analysis.segment_choice import properties_to_offer
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.funnel_questions import ByProperty, by_property
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.panel import Cell, Table

if TYPE_CHECKING:
    from workbench.analysis.breakdown import Group

DEFAULT_ALPHA = 0.05
_HEADERS = ("Value", "Entered", "Got through", "Rate", "95 %", "Loses most before")
_TOUCHES = (
    ("first on the way", "first_touch"),
    ("last on the way", "last_touch"),
    ("at the entry", "step"),
    ("first of the person", "user"),
    ("any event with it", "all_events"),
)


class FunnelGroupsPanel(AnswerPanel):
    """A table of groups; which event's value counts is said and can be changed."""

    question = Question("funnel by property", lambda *_: None)
    name = "By property"
    wait_words = "Splitting the funnel…"
    empty_words = "Load event data with properties and mark a happy path of two bound elements to split it."

    def __init__(self, desk: Desk) -> None:
        self.table = Table(_HEADERS, stretch=5, name_width=200)
        self.table.keep_order()
        self.by, self.touch = QComboBox(), QComboBox()
        self.by.setAccessibleName("Property")
        self.touch.setAccessibleName("Which value counts")
        for words, key in _TOUCHES:
            self.touch.addItem(words, key)
        super().__init__(desk, self.table)
        self.add_controls("Split by", self.by, "taken", self.touch)
        self.by.activated.connect(lambda _: self._choose())
        self.touch.activated.connect(lambda _: self._choose())
        desk.shelf.changed.connect(self._offer)
        self._offer()

    def _offer(self) -> None:
        first = self.desk.shelf.first
        names = properties_to_offer(first.store) if first is not None and first.store is not None else []
        if [self.by.itemText(i) for i in range(self.by.count())] != names:
            self.by.clear()
            self.by.addItems(names)
        self._choose()

    def _choose(self) -> None:
        name, touch = self.by.currentText(), str(self.touch.currentData())
        if name:
            self.ask(Question(f"funnel by {name} {touch}", by_property(name, touch)))

    def show_answer(self, found: ByProperty) -> None:
        titles = self.titles
        self.title.setText(_headline(found))
        more = f" {numbers.count(found.left_out)} smaller groups are not listed." if found.left_out else ""
        whose = "A person may be in several groups." if found.overlaps else "Each person is in one group; they add up."
        test = "" if found.p is None else f" All groups equal: p {numbers.p_value(found.p)}."
        self.note.setText(f"Happy path as a funnel. {whose}{test} Associated, not caused.{more}")
        self.table.fill([_row(group, [titles.get(i, "") for i in found.element_ids]) for group in found.groups])


def _headline(found: ByProperty) -> str:
    sure = [group for group in found.groups if group.counts[0] >= 30 and group.counts[-1] >= 5]
    if len(sure) < 2:
        return "Too few people to compare groups"
    if found.p is not None and found.p > DEFAULT_ALPHA:
        return "No difference between the groups shown"
    best, worst = (pick(sure, key=lambda g: g.counts[-1] / g.counts[0]) for pick in (max, min))
    return f"{best.name}: {_share(best)} get through, {worst.name}: {_share(worst)}"


def _share(group: Group) -> str:
    return numbers.rate(group.counts[-1] / group.counts[0])


def _row(group: Group, titles: list[str]) -> list[Cell]:
    entered, through = group.counts[0], group.counts[-1]
    rate = through / entered if entered else None
    low, high = (float(v) for v in wilson(through, entered)) if entered else (None, None)
    few = " · few data" if entered < 30 or through < 5 else ""
    return [
        group.name,
        (numbers.count(entered), float(entered)),
        (numbers.count(through), float(through)),
        (f"{numbers.rate(rate)}{few}", rate),
        (numbers.interval(low, high) if entered else "", low),
        _worst(group, titles),
    ]


def _worst(group: Group, titles: list[str]) -> str:
    """The step before which the largest share is lost."""
    losses = [(1 - b / a, title) for (a, b), title in zip(pairwise(group.counts), titles[1:], strict=False) if a]
    share, title = max(losses, default=(0.0, ""))
    return f"{title}: −{numbers.rate(share)}" if share else ""
