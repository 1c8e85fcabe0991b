"""Form of a segment: its name, what its people did, in which order, what they did not, and conditions on events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.journey.journey import Segment
from workbench.journey.rule import Condition, Operator, Rule
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.data_words import event_totals
from workbench.ui.fields import NumberField, TextField, clear, label, section, tool_button
from workbench.ui.panels.rule_form import Choice, ConditionRow, drop_button


class RuleRow(QWidget):
    """One rule of a segment: event names, how often at least, how soon, and conditions."""

    committed = Signal(object)

    def __init__(self, desk: Desk, rule: Rule, properties: list[str], lead: str = "") -> None:
        super().__init__()
        self._desk, self._rule, self._properties = desk, rule, properties
        self.times = NumberField("1", low=1)
        self.times.setFixedWidth(44)
        self.times.show_value(float(rule.count_at_least) if rule.count_at_least else None)
        self.times.setToolTip("How often at least")
        self.hours = NumberField("all", low=0.01)
        self.hours.setFixedWidth(44)
        self.hours.show_value(rule.within_s / 3600 if rule.within_s else None)
        self.hours.setToolTip("How many hours after the person's first event at most; otherwise until the cut")
        more = tool_button(icon="filter", tip="Add a condition on a property")
        head, limits = QHBoxLayout(), QHBoxLayout()
        head.addWidget(label(lead + " or ".join(rule.events)), 1)
        head.addWidget(more)
        head.addWidget(drop_button(lambda: self.committed.emit(None)))
        for part in ("at least", self.times, "× in the first", self.hours, "h"):
            limits.addWidget(QLabel(part) if isinstance(part, str) else part)
        limits.addStretch(1)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(2, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addLayout(head)
        self._layout.addLayout(limits)
        for index, condition in enumerate(rule.conditions):
            self._add_row(index, condition)
        self.times.committed.connect(self._on_times)
        self.hours.committed.connect(self._on_hours)
        more.clicked.connect(lambda: self._add_row(None, None))

    def _add_row(self, index: int | None, condition: Condition | None) -> None:
        row = _condition_row(self._desk, condition, self._properties, lambda c: self._set(index, c))
        self._layout.addWidget(row)

    def _set(self, index: int | None, condition: Condition | None) -> None:
        self.committed.emit(replace(self._rule, conditions=_with(self._rule.conditions, index, condition)))

    def _on_times(self, value: float | None) -> None:
        times = round(value) if value is not None and value > 1 else None
        self.committed.emit(replace(self._rule, count_at_least=times))

    def _on_hours(self, value: float | None) -> None:
        within_s = value * 3600 if value else None
        self.committed.emit(replace(self._rule, within_s=within_s))


_KINDS = ("did", "in_order", "did_not")
_HEADINGS = {"did": "Did all of these", "in_order": "Did these in this order", "did_not": "Did none of these"}


class SegmentForm(QWidget):
    """Commits the whole segment whenever a part of it changes."""

    committed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.segment = Segment("")
        self._shown_key: Any = None
        self.name = TextField("Name of the segment")
        self.name.committed.connect(lambda text: self.committed.emit(replace(self.segment, name=text)))
        self.told = label("", "loss")
        self.filters = QVBoxLayout()
        self.rows = {kind: QVBoxLayout() for kind in _KINDS}
        self.new_did, self.new_in_order, self.new_did_not = (Choice("add an event…") for _ in _KINDS)
        self._boxes = dict(zip(_KINDS, (self.new_did, self.new_in_order, self.new_did_not), strict=True))
        for kind, box in self._boxes.items():
            box.committed.connect(lambda name, k=kind: self._add_rule(k, name))
        self.hours = NumberField("any", low=0.01)
        self.hours.setFixedWidth(52)
        self.hours.setToolTip("How many hours may lie between the first and the last of them; otherwise any time")
        self.hours.committed.connect(self._on_hours)
        self._limit = QWidget()
        self.add_filter = tool_button("+ condition")
        self.add_filter.clicked.connect(lambda: self._add_filter_row(None, None))
        self._lay_out()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 6, 0)
        layout.setSpacing(4)
        layout.addWidget(self.name)
        layout.addWidget(self.told)
        limit = QHBoxLayout(self._limit)
        limit.setContentsMargins(2, 0, 0, 0)
        for part in ("all of it within", self.hours, "h"):
            limit.addWidget(QLabel(part) if isinstance(part, str) else part)
        limit.addStretch(1)
        for kind, box in self._boxes.items():
            layout.addWidget(section(_HEADINGS[kind]))
            layout.addLayout(self.rows[kind])
            if kind == "in_order":
                layout.addWidget(self._limit)
            layout.addWidget(box)
        layout.addWidget(section("With an event on which"))
        layout.addLayout(self.filters)
        layout.addWidget(self.add_filter)
        layout.addStretch(1)

    def tell(self, words: str) -> None:
        """Say why something was not taken; nothing hides the line."""
        self.told.setText(words)
        self.told.setVisible(bool(words))

    def show_segment(self, segment: Segment) -> None:
        """Show a segment, rebuilt only if it or the data changed."""
        self.name.show_value(segment.name)
        key = (segment, id(self._desk.shelf.first))
        if key == self._shown_key:
            return
        self._shown_key, self.segment = key, segment
        self.tell("")
        for kind in _KINDS:
            self._show_rules(kind)
        self._limit.setVisible(len(segment.in_order) > 1)
        within_s = segment.in_order_within_s
        self.hours.show_value(None if within_s is None else within_s / 3600)
        clear(self.filters)
        for index, condition in enumerate(segment.filters):
            self._add_filter_row(index, condition)

    def _show_rules(self, kind: str) -> None:
        rows = self.rows[kind]
        clear(rows)
        rules: tuple[Rule, ...] = getattr(self.segment, kind)
        for index, rule in enumerate(rules):
            lead = ("first " if not index else "then ") if kind == "in_order" else ""
            row = RuleRow(self._desk, rule, self._properties(), lead)
            row.committed.connect(lambda r, k=kind, i=index: self._set_rule(k, i, r))
            rows.addWidget(row)
        self._boxes[kind].offer(self._names(), "")

    def _names(self) -> list[tuple[str, str]]:
        loaded = self._desk.shelf.first
        totals = event_totals(loaded) if loaded is not None else {}
        return [(n, f"{n}  ·  {numbers.count(c)}") for n, c in sorted(totals.items(), key=lambda pair: -pair[1])]

    def _properties(self) -> list[str]:
        loaded = self._desk.shelf.first
        return sorted(loaded.store.properties) if loaded is not None and loaded.store is not None else []

    def _add_rule(self, kind: str, name: str) -> None:
        if name:
            self._set_rule(kind, None, Rule((name,)))

    def _set_rule(self, kind: str, index: int | None, rule: Rule | None) -> None:
        kept: dict[str, Any] = {kind: _with(getattr(self.segment, kind), index, rule)}
        self.committed.emit(replace(self.segment, **kept))

    def _on_hours(self, value: float | None) -> None:
        self.committed.emit(replace(self.segment, in_order_within_s=value * 3600 if value else None))

    def _add_filter_row(self, index: int | None, condition: Condition | None) -> None:
        row = _condition_row(self._desk, condition, self._properties(), lambda c: self._set_filter(index, c))
        self.filters.addWidget(row)

    def _set_filter(self, index: int | None, condition: Condition | None) -> None:
        if index is None and condition is None:
            self._shown_key = None
            self.show_segment(self.segment)
            return
        self.committed.emit(replace(self.segment, filters=_with(self.segment.filters, index, condition)))


def _condition_row(
    desk: Desk, condition: Condition | None, properties: list[str], take: Callable[[Condition | None], None]
) -> ConditionRow:
    """A condition, or a new one that counts once it has a value."""
    first = Condition((properties or ["property"])[0], Operator.EQ)
    row = ConditionRow(desk, condition or first, properties)
    row.committed.connect(take)
    row.dropped.connect(lambda: take(None))
    return row


def _with(items: tuple[Any, ...], index: int | None, item: Any) -> tuple[Any, ...]:
    """The items with one put in place, added (index None) or taken out (item None)."""
    kept = list(items)
    place = len(kept) if index is None else index
    kept[place : place + 1] = [item] if item is not None else []
    return tuple(kept)
