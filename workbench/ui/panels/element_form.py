"""Form of the selected elements: title, kind, tags, rule, typed figures, details and results."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal as QtSignal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.forecast.figures import CardFigures
from workbench.journey import edits
from workbench.journey.element import Element
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import FACET_HELP, Kind, Mechanism, Phase, Popup, Role, Signal
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import (
    ChoiceField,
    NotesField,
    NumberField,
    TextField,
    form,
    label,
    section,
    show_all_or_mixed,
    tool_button,
)
from workbench.ui.panels.results import card_lines
from workbench.ui.panels.rule_form import RuleForm


class ElementForm(QWidget):
    """Edits go to all selected elements; title, rule and results show for a single one."""

    why_asked = QtSignal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.heading = label("", "title")
        self.title = TextField("Title")
        self.kind = ChoiceField(Kind, none_text=None)
        self.mechanism = ChoiceField(Mechanism, help_text=FACET_HELP)
        self.phase = ChoiceField(Phase, help_text=FACET_HELP)
        self.signal = ChoiceField(Signal, help_text=FACET_HELP)
        self.rule = RuleForm(desk)
        self.value = NumberField("money per conversion")
        self.volume = NumberField("people entering here")
        self.typed_rate = NumberField("share of the stage's people", is_rate=True, high=1.0)
        self.macro_rate = NumberField("share of doers who convert", is_rate=True, high=1.0)
        self.is_entry = QCheckBox("People may enter the map here")
        self.is_optional = QCheckBox("May be skipped")
        self.is_primary = QCheckBox("Primary action of its stage")
        self.results = QLabel(wordWrap=True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 10, 12, 12)
        self._layout.setSpacing(6)
        self._layout.addWidget(self.heading)
        self._build_main()
        self._layout.addWidget(self.rule)
        self._build_typed()
        self._layout.addWidget(section("Results"))
        self._layout.addWidget(self.results)
        self.why = QPushButton("Why this number…")
        self.why.clicked.connect(lambda: self.why_asked.emit(self._desk.session.selected_elements[0]))
        self._layout.addWidget(self.why)
        self.details = DetailsForm(desk)
        self._more = tool_button("Details  ▸")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._on_more)
        self._layout.addWidget(self._more)
        self._layout.addWidget(self.details)
        self.details.hide()
        self._layout.addStretch(1)

    def _build_main(self) -> None:
        holder, rows = form()
        rows.addRow("Title", self.title)
        rows.addRow("Kind", self.kind)
        rows.addRow("Mechanism", self.mechanism)
        rows.addRow("Phase", self.phase)
        rows.addRow("Signal", self.signal)
        self._layout.addWidget(holder)
        self._main = rows
        self.title.committed.connect(self._on_title)
        self.kind.committed.connect(lambda kind: self._apply("Change kind", edits.change_kind, kind))
        for name in ("mechanism", "phase", "signal"):
            field: ChoiceField = getattr(self, name)
            field.committed.connect(lambda value, facet=name: self._apply(f"Tag {facet}", edits.retag, facet, value))
        self.rule.committed.connect(self._on_rule)

    def _build_typed(self) -> None:
        self._typed_section = section("Value and guesses")
        self._layout.addWidget(self._typed_section)
        holder, rows = form()
        rows.addRow("Value", self.value)
        rows.addRow("Volume", self.volume)
        rows.addRow("Did it", self.typed_rate)
        rows.addRow("Converts", self.macro_rate)
        for box in (self.is_entry, self.is_optional, self.is_primary):
            rows.addRow(box)
        self._typed = rows
        self._layout.addWidget(holder)
        for name, field in (
            ("value", self.value),
            ("volume", self.volume),
            ("typed_rate", self.typed_rate),
            ("typed_macro_rate", self.macro_rate),
        ):
            field.committed.connect(lambda value, f=name: self._amend(f"Set {f.replace('_', ' ')}", **{f: value}))
        for name, box in (
            ("is_entry", self.is_entry),
            ("is_optional", self.is_optional),
            ("is_primary", self.is_primary),
        ):
            box.clicked.connect(lambda on, f=name: self._amend("Change element", **{f: on}))

    @property
    def _ids(self) -> list[Any]:
        return [element.element_id for element in self._desk.session.selected_elements]

    def _apply(self, words: str, edit: Any, *args: Any) -> None:
        self._desk.session.apply(words, edit, self._ids, *args)

    def _amend(self, words: str, **fields: Any) -> None:
        self._desk.session.apply(words, edits.amend, self._ids, **fields)

    def _on_title(self, title: str) -> None:
        self._desk.session.apply("Rename", edits.rename, self._ids[0], title)

    def _on_rule(self, rule: Rule | None) -> None:
        self._amend("Bind rule", rule=rule)

    def _on_more(self, is_open: bool) -> None:
        self._more.setText("Details  ▾" if is_open else "Details  ▸")
        self.details.setVisible(is_open)

    def refresh(self) -> None:
        elements = self._desk.session.selected_elements
        if not elements:
            return
        one = elements[0] if len(elements) == 1 else None
        self.heading.setText("" if one else f"{len(elements)} elements")
        self.heading.setVisible(one is None)
        show_all_or_mixed(self.kind, [e.kind for e in elements])
        show_all_or_mixed(self.mechanism, [e.mechanism for e in elements])
        show_all_or_mixed(self.phase, [e.phase for e in elements])
        show_all_or_mixed(self.signal, [e.signal for e in elements])
        self._main.setRowVisible(self.title, one is not None)
        self._main.setRowVisible(self.mechanism, all(e.kind.is_conversion for e in elements))
        self.rule.setVisible(one is not None)
        self.details.show_elements(elements)
        if one:
            self.title.show_value(one.title)
            self.rule.show_rule(one.rule, self._desk.analyst.measures.elements.get(one.element_id))
            self._refresh_typed(one, self._typed)
            self._refresh_results(one)
        else:
            self.results.setText(_total_words(len(elements)))
            for field in (self.value, self.volume, self.typed_rate, self.macro_rate, self.is_optional, self.is_primary):
                self._typed.setRowVisible(field, False)
            self._typed.setRowVisible(self.is_entry, False)
        self._typed_section.setVisible(one is not None)
        first = self._desk.shelf.first
        self.why.setVisible(one is not None and one.is_bound and first is not None and first.store is not None)

    def _refresh_typed(self, element: Element, rows: QFormLayout) -> None:
        journey = self._desk.session.journey
        seated = element.stage_id is not None
        self.value.show_value(element.value)
        self.volume.show_value(element.volume)
        self.typed_rate.show_value(element.typed_rate)
        self.macro_rate.show_value(element.typed_macro_rate)
        self.is_entry.setChecked(element.is_entry)
        self.is_optional.setChecked(element.is_optional)
        self.is_primary.setChecked(element.is_primary)
        self.value.setPlaceholderText(f"{journey.currency} per conversion")
        rows.setRowVisible(self.value, element.kind is Kind.MACRO)
        is_entry = element.element_id in journey.entry_ids
        rows.setRowVisible(self.volume, is_entry or element.is_entry)
        rows.setRowVisible(self.typed_rate, seated)
        rows.setRowVisible(self.macro_rate, element.kind is Kind.MICRO)
        rows.setRowVisible(self.is_entry, not seated)
        rows.setRowVisible(self.is_optional, not seated)
        rows.setRowVisible(self.is_primary, element.kind is Kind.MICRO)

    def _refresh_results(self, element: Element) -> None:
        figures = self._desk.shown.cards.get(element.element_id, CardFigures())
        self.results.setText("<br>".join(card_lines(self._desk, element, figures)))


def _total_words(count: int) -> str:
    return f"{numbers.count(count)} elements are selected: tags and details go to all of them."


class DetailsForm(QWidget):
    """KPI, owner, effort, fields, reward, pop-up, tags, role and notes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        holder, rows = form()
        layout.addWidget(holder)
        self._fields: dict[str, Any] = {
            "kpi": TextField("what it is judged by"),
            "owner": TextField("who looks after it"),
            "effort_s": NumberField("the visitor's seconds"),
            "work_days": NumberField("the team's days for a change"),
            "field_count": NumberField("form fields"),
            "reward": TextField("what the visitor gets"),
            "popup": ChoiceField(Popup, none_text="no pop-up"),
            "tag_count": NumberField("third-party tags"),
            "notes": NotesField("notes"),
        }
        self.role = ChoiceField(Role, none_text="none")
        self.commitment = NumberField("1 to 10, for an ask", low=1, high=10)
        names = ("KPI", "Owner", "Effort", "Work", "Fields", "Reward", "Pop-up", "Tags", "Notes")
        for words, (name, field) in zip(names, self._fields.items(), strict=True):
            rows.addRow(words, field)
            field.committed.connect(lambda value, f=name: self._amend_details(f, value))
        rows.addRow("Role", self.role)
        rows.addRow("Asks for", self.commitment)
        self.role.committed.connect(lambda role: self._amend(role=role))
        self.commitment.committed.connect(lambda v: self._amend(commitment=None if v is None else round(v)))

    @property
    def _ids(self) -> list[Any]:
        return [element.element_id for element in self._desk.session.selected_elements]

    def _amend(self, **fields: Any) -> None:
        self._desk.session.apply("Change element", edits.amend, self._ids, **fields)

    def _amend_details(self, name: str, value: Any) -> None:
        if name in ("field_count", "tag_count") and value is not None:
            value = round(value)
        self._desk.session.apply("Change details", edits.amend_details, self._ids, **{name: value})

    def show_elements(self, elements: tuple[Element, ...]) -> None:
        first = elements[0].details
        for name, field in self._fields.items():
            field.show_value(getattr(first, name))
        self.role.show_value(elements[0].role)
        self.commitment.show_value(elements[0].commitment)
