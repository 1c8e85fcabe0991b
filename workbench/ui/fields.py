"""Form fields that commit a value when the person is done with it, and can show one without committing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from math import isfinite
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLayout, QLineEdit, QPlainTextEdit, QToolButton, QWidget

from workbench.ui import icons
from workbench.ui.theme import FACET_ICONS, theme

_LONGEST = 48
_ENDLESS = re.compile(rf"\S{{{_LONGEST + 1},}}")


class TextField(QLineEdit):
    """One line of text."""

    committed = Signal(str)

    def __init__(self, placeholder: str = "") -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self._shown = ""
        self.editingFinished.connect(self._commit)

    def show_value(self, value: str) -> None:
        self._shown = value
        if self.text() != value:
            self.setText(value)

    def _commit(self) -> None:
        if self.text() != self._shown:
            self._shown = self.text()
            self.committed.emit(self._shown)


class NotesField(QPlainTextEdit):
    """Several lines of text."""

    committed = Signal(str)

    def __init__(self, placeholder: str = "") -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setFixedHeight(64)
        self._shown = ""

    def show_value(self, value: str) -> None:
        self._shown = value
        if self.toPlainText() != value:
            self.setPlainText(value)

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        if self.toPlainText() != self._shown:
            self._shown = self.toPlainText()
            self.committed.emit(self._shown)


class NumberField(QLineEdit):
    """A number or nothing; `is_rate` reads and shows per cent. Text that is no number is marked and not taken."""

    committed = Signal(object)

    def __init__(
        self, placeholder: str = "", is_rate: bool = False, low: float = 0.0, high: float | None = None
    ) -> None:
        super().__init__()
        self._is_rate, self._low, self._high = is_rate, low, high
        self.setPlaceholderText(placeholder)
        self._shown: float | None = None
        self.editingFinished.connect(self._commit)

    @property
    def value(self) -> float | None:
        """What was last shown or committed."""
        return self._shown

    def show_value(self, value: float | None) -> None:
        self._shown = value
        self.setText(self._words(value))
        self.setToolTip("")

    def _words(self, value: float | None) -> str:
        if value is None:
            return ""
        return f"{value * 100:.6g} %" if self._is_rate else f"{value:.12g}"

    def _commit(self) -> None:
        try:
            value = self._read()
        except ValueError as error:
            self.setToolTip(str(error))
            self.setText(self._words(self._shown))
            return
        if value != self._shown:
            self._shown = value
            self.setText(self._words(value))
            self.committed.emit(value)

    def _read(self) -> float | None:
        raw = self.text().strip().removesuffix("%").replace("\u00a0", "").replace(" ", "")
        if not raw:
            return None
        try:
            value = float(_plain(raw)) / (100 if self._is_rate else 1)
        except ValueError:
            raise ValueError(f"“{self.text()}” is no number.") from None
        if not isfinite(value) or value < self._low or (self._high is not None and value > self._high):
            top = f" and at most {self._words(self._high)}" if self._high is not None else ""
            raise ValueError(f"At least {self._words(self._low)}{top}, please.")
        return value


def _plain(raw: str) -> str:
    """Digits with a point: the last of point and comma is the decimal sign, a lone comma before three digits is not."""
    if "," in raw and "." in raw:
        decimal = max(",.", key=raw.rfind)
        thousands = "," if decimal == "." else "."
        return raw.replace(thousands, "").replace(decimal, ".")
    if raw.count(",") == 1 and len(raw.split(",")[1]) != 3:
        return raw.replace(",", ".")
    return raw.replace(",", "")


class ChoiceField(QComboBox):
    """One of an enum's values, or none."""

    committed = Signal(object)

    def __init__(
        self, kind: type[StrEnum], none_text: str | None = "–", help_text: dict[Any, str] | None = None
    ) -> None:
        super().__init__()
        self._values: list[StrEnum | None] = list(kind) if none_text is None else [None, *kind]
        for value in self._values:
            self.addItem((none_text or "") if value is None else value.value)
            if value is not None and help_text and value in help_text:
                self.setItemData(self.count() - 1, help_text[value], Qt.ItemDataRole.ToolTipRole)
        self.tint()
        theme().changed.connect(self.tint)
        self.activated.connect(self._commit)

    def tint(self) -> None:
        for row, value in enumerate(self._values):
            if value in FACET_ICONS:
                self.setItemIcon(row, icons.icon(FACET_ICONS[value], theme().colours.muted))

    def show_value(self, value: StrEnum | None) -> None:
        with QSignalBlocker(self):
            self.setCurrentIndex(self._values.index(value))

    def show_mixed(self) -> None:
        """Several elements with different values."""
        with QSignalBlocker(self):
            self.setCurrentIndex(-1)
            self.setPlaceholderText("several")

    def _commit(self, row: int) -> None:
        self.committed.emit(self._values[row])


def narrow(box: QComboBox) -> QComboBox:
    """A box that long words in its list do not widen."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    return box


def form() -> tuple[QWidget, QFormLayout]:
    """A form whose labels stand left and whose fields take the room."""
    holder = QWidget()
    layout = QFormLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setHorizontalSpacing(10)
    layout.setVerticalSpacing(7)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return holder, layout


def shortened(words: str) -> str:
    """The words with those cut that are too long for any column, as an id or an address taken for a name."""
    return _ENDLESS.sub(lambda found: f"{found[0][:_LONGEST]}…", words)


class Words(QLabel):
    """Plain words that wrap: a name with "<" stays one, and one without blanks does not push the window off screen."""

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self._is_cut = False
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(words)

    def setText(self, words: str) -> None:
        is_plain = self.textFormat() is Qt.TextFormat.PlainText
        shown = shortened(words) if is_plain else words
        was_cut, self._is_cut = self._is_cut, shown != words
        super().setText(shown)
        if self._is_cut or was_cut:
            self.setToolTip(words if self._is_cut else "")


def label(words: str = "", role: str = "") -> QLabel:
    """A wrapping label; `role` is a style of the theme."""
    made = Words(words)
    if role:
        made.setProperty("role", role)
    return made


def section(words: str) -> QLabel:
    made = label(words, "section")
    made.setContentsMargins(0, 8, 0, 0)
    return made


def show_all_or_mixed(field: ChoiceField, values: Sequence[Any]) -> None:
    """Show the common value of several elements, or that they differ."""
    if len(set(values)) == 1:
        field.show_value(values[0])
    else:
        field.show_mixed()


def clear(layout: QLayout) -> None:
    """Take all widgets out of a layout and let them go."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class _IconButton(QToolButton):
    """A button whose icon follows the theme."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._tint()
        theme().changed.connect(self._tint)

    def _tint(self) -> None:
        self.setIcon(icons.icon(self._name))


def tool_button(words: str = "", icon: str = "", tip: str = "") -> QToolButton:
    """A flat button with words or an icon."""
    button = _IconButton(icon) if icon else QToolButton()
    button.setText(words)
    button.setToolTip(tip)
    button.setAccessibleName(tip or words)
    return button
