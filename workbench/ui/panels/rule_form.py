"""The rule of an element: event names and conditions, chosen from what the loaded data holds, with live hits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from workbench.analysis.measures import ElementFigures
from workbench.journey.rule import SYMBOLS, Condition, Operator, Rule
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.data_words import event_totals
from workbench.ui.fields import TextField, clear, label, section, tool_button
from workbench.ui.panels.limit_form import LimitForm

_BARE = (Operator.SET, Operator.NOT_SET)
_MOST_VALUES = 300


class Choice(QComboBox):
    """An editable list with a completer that finds parts of words."""

    committed = Signal(str)

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._edit = QLineEdit()
        self.setLineEdit(self._edit)
        self._edit.setPlaceholderText(placeholder)
        self._edit.setAccessibleName(placeholder)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        self._shown = ""
        self._edit.editingFinished.connect(self._commit)
        self.activated.connect(self._commit)

    def offer(self, words: list[tuple[str, str]], current: str) -> None:
        """Fill with (value, shown words) and show the current value."""
        with QSignalBlocker(self):
            self.clear()
            for value, shown in words:
                self.addItem(shown, value)
            self.setCurrentIndex(-1)
            self.setEditText(current)
        self._shown = current

    def value(self) -> str:
        text = self.currentText().strip()
        row = self.findText(text)
        return str(self.itemData(row)) if row >= 0 else text

    def _commit(self) -> None:
        value = self.value()
        if value != self._shown:
            self._shown = value
            self.setEditText(value)
            self.committed.emit(value)


class RuleForm(QWidget):
    """Commits a whole rule whenever a part of it changes."""

    committed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rule = Rule()
        self._known_names: list[tuple[str, str]] = []
        self._shown_key: Any = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addWidget(section("Rule: which events count"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        layout.addLayout(self._rows)
        self.new_event = Choice("add an event name…")
        self.new_event.committed.connect(self._on_new_event)
        layout.addWidget(self.new_event)
        self._add_condition = tool_button("+ condition")
        self._add_condition.clicked.connect(self._on_add_condition)
        layout.addWidget(self._add_condition)
        self.limit = LimitForm()
        self.limit.committed.connect(self._emit)
        layout.addWidget(self.limit)
        self.hits = label("", "muted")
        layout.addWidget(self.hits)

    def show_rule(self, rule: Rule | None, figures: ElementFigures | None) -> None:
        """Show a rule with the hits it has in the loaded data."""
        rule = rule or Rule()
        key = (rule, id(self._desk.shelf.first))
        if key != self._shown_key:
            self._shown_key = key
            self._rule = rule
            self._rebuild()
        self.hits.setText(self._hit_words(figures))

    def _hit_words(self, figures: ElementFigures | None) -> str:
        if not self._rule.is_bound:
            return "No event is chosen yet."
        if figures is None or figures.hits is None:
            return "Hits appear once data is loaded."
        return f"{numbers.count(figures.hits)} hits in the data."

    def _rebuild(self) -> None:
        clear(self._rows)
        names = self._event_names()
        self.new_event.offer([n for n in names if n[0] not in self._rule.events], "")
        for name in self._rule.events:
            shown = next(
                (words for value, words in names if value == name), f"{name} · not in the data" if names else name
            )
            self._rows.addWidget(_Line(shown, lambda _=False, n=name: self._drop_event(n)))
        for index, condition in enumerate(self._rule.conditions):
            row = ConditionRow(self._desk, condition, self._properties())
            row.committed.connect(lambda c, i=index: self._set_condition(i, c))
            row.dropped.connect(lambda i=index: self._set_condition(i, None))
            self._rows.addWidget(row)
        self._add_condition.setVisible(self._rule.is_bound)
        self.limit.setVisible(self._rule.is_bound)
        self.limit.show_rule(self._rule, self._properties())

    def _event_names(self) -> list[tuple[str, str]]:
        loaded = self._desk.shelf.first
        if loaded is None:
            return []
        counts = event_totals(loaded)
        ordered = sorted(counts.items(), key=lambda pair: -pair[1])
        return [(name, f"{name}  ·  {numbers.count(n)}") for name, n in ordered]

    def _properties(self) -> list[str]:
        loaded = self._desk.shelf.first
        return sorted(loaded.store.properties) if loaded is not None and loaded.store is not None else []

    def _emit(self, rule: Rule) -> None:
        self.committed.emit(rule if rule != Rule() else None)

    def _on_new_event(self, name: str) -> None:
        if name and name not in self._rule.events:
            self._emit(replace(self._rule, events=(*self._rule.events, name)))

    def _drop_event(self, name: str) -> None:
        self._emit(replace(self._rule, events=tuple(e for e in self._rule.events if e != name)))

    def _on_add_condition(self) -> None:
        """Show an empty row; it counts once a value is typed or “is set” is chosen."""
        properties = self._properties()
        row = ConditionRow(self._desk, Condition((properties or [""])[0], Operator.GTE, ""), properties)
        row.committed.connect(lambda c: self._emit(replace(self._rule, conditions=(*self._rule.conditions, c))))
        row.dropped.connect(row.deleteLater)
        self._rows.addWidget(row)
        row.property_box.setFocus()

    def _set_condition(self, index: int, condition: Condition | None) -> None:
        kept = list(self._rule.conditions)
        kept[index : index + 1] = [condition] if condition is not None else []
        self._emit(replace(self._rule, conditions=tuple(kept)))


class _Line(QWidget):
    """A name with a button that takes it away."""

    def __init__(self, words: str, on_drop: Any) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 0, 0, 0)
        shown = label(words)
        layout.addWidget(shown, 1)
        layout.addWidget(drop_button(on_drop))


def drop_button(on_drop: Any) -> QToolButton:
    button = tool_button(icon="x", tip="Remove")
    button.clicked.connect(on_drop)
    return button


class ConditionRow(QWidget):
    """Property, operator and value of one condition."""

    committed = Signal(object)
    dropped = Signal()

    def __init__(self, desk: Desk, condition: Condition, properties: list[str]) -> None:
        super().__init__()
        self._desk, self._condition = desk, condition
        self.property_box = Choice("property")
        self.property_box.offer([(name, name) for name in properties], condition.property)
        self.operator = QComboBox()
        self._operators = list(Operator)
        for operator in self._operators:
            self.operator.addItem(SYMBOLS[operator], operator)
        self.operator.setCurrentIndex(self._operators.index(condition.operator))
        shown = condition.value
        self.value = TextField("value")
        self.value.show_value(
            ", ".join(map(str, shown)) if isinstance(shown, tuple) else "" if shown is None else str(shown)
        )
        self.value.setCompleter(self._values())
        self.value.setVisible(condition.operator not in _BARE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(3)
        above = QHBoxLayout()
        above.addWidget(self.property_box, 1)
        above.addWidget(drop_button(self.dropped.emit))
        below = QHBoxLayout()
        below.addWidget(self.operator)
        below.addWidget(self.value, 1)
        layout.addLayout(above)
        layout.addLayout(below)
        self.property_box.committed.connect(lambda _: self._emit())
        self.operator.activated.connect(self._on_operator)
        self.value.committed.connect(lambda _: self._emit())

    def _values(self) -> QCompleter:
        loaded = self._desk.shelf.first
        words: list[str] = []
        if loaded is not None and loaded.store is not None and self._condition.property in loaded.store.properties:
            column = loaded.store.properties[self._condition.property]
            words = [str(column.values[i]) for i in range(min(len(column.values), _MOST_VALUES))]
        completer = QCompleter(words, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        return completer

    def _on_operator(self) -> None:
        operator = self._operators[self.operator.currentIndex()]
        self.value.setVisible(operator not in _BARE)
        if operator in _BARE or self.value.text().strip():
            self._emit()
        else:
            self.value.setFocus()

    def _emit(self) -> None:
        operator = self._operators[self.operator.currentIndex()]
        raw = self.value.text().strip()
        if operator not in _BARE and not raw:
            return
        value: Any = None
        if operator is Operator.IN:
            value = tuple(part.strip() for part in raw.split(",") if part.strip())
        elif operator not in _BARE:
            value = raw
        self.committed.emit(Condition(self.property_box.value(), operator, value))
