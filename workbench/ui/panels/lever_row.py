"""One lever of the what-if: name, slider and number, its base, and a lift whose size is not known for sure."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QSlider, QWidget

from workbench.forecast.assuming import lift_words
from workbench.forecast.what_if import Projection
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import NumberField, tool_button

_SLIDER_STEPS = 1000
_ARROW = " → "


class _Name(QLabel):
    """Shows what fits of its text, of a link as much of both ends; the hover has the whole."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setToolTip(words)
        self.setMinimumWidth(90)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self._fitting())

    def _fitting(self) -> str:
        metrics, right = self.fontMetrics(), Qt.TextElideMode.ElideRight
        ends = self.text().split(_ARROW)
        room = self.width() - metrics.horizontalAdvance(_ARROW) * (len(ends) - 1)
        if len(ends) != 2 or metrics.horizontalAdvance("".join(ends)) <= room:
            return metrics.elidedText(self.text(), right, self.width())
        first = max(room // 2, room - metrics.horizontalAdvance(ends[1]))
        shown = metrics.elidedText(ends[0], right, first)
        return shown + _ARROW + metrics.elidedText(ends[1], right, room - metrics.horizontalAdvance(shown))


class LeverRow(QWidget):
    """The slider runs from 0 to twice the base, at most to 100 %."""

    lift_asked = Signal(str)

    def __init__(self, desk: Desk, target_id: str, title: str, is_rate: bool) -> None:
        super().__init__()
        self._desk, self.target_id, self._is_rate = desk, target_id, is_rate
        self._top = 1.0
        self.name = _Name(title)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _SLIDER_STEPS)
        self.slider.setAccessibleName(title)
        self.number = NumberField(is_rate=is_rate, high=1.0 if is_rate else None)
        self.number.setFixedWidth(88)
        self.number.setAccessibleName(title)
        self.base = QLabel()
        self.base.setProperty("role", "muted")
        self.base.setFixedWidth(128)
        self.lift = tool_button(icon="scale", tip="Give the lift as a range or from an A/B result")
        self.reset = tool_button(icon="rotate-ccw", tip="Back to the base")
        self._place()
        self.slider.valueChanged.connect(self._on_slid)
        self.number.committed.connect(lambda value: desk.forecaster.set_lever(target_id, value))
        self.lift.clicked.connect(lambda: self.lift_asked.emit(target_id))
        self.reset.clicked.connect(lambda: desk.forecaster.set_lever(target_id, None))

    def _place(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 1, 0, 1)
        layout.setHorizontalSpacing(6)
        for column, widget in enumerate((self.name, self.slider, self.number, self.base, self.lift, self.reset)):
            layout.addWidget(widget, 0, column)
        layout.setColumnStretch(0, 7)
        layout.setColumnStretch(1, 4)
        # Only the rate of a link is lifted: a volume or a share of doers is typed.
        kept = self.lift.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.lift.setSizePolicy(kept)
        self.lift.setVisible(self.target_id in self._desk.session.journey.link_by_id)

    def show_figure(self, figure: Projection | None, grade: str) -> None:
        """The base, and where the lever or the middle of the lift stands."""
        base = figure.base if figure else None
        lever, lift = (
            self._desk.forecaster.lever(self.target_id),
            self._desk.forecaster.assumptions.lift_of(self.target_id),
        )
        lifted = figure.value if figure is not None and lift is not None else None
        shown = next((value for value in (lever, lifted) if value is not None), base)
        if not self.slider.isSliderDown():
            self._top = self._range_of(base, shown)
            was = self.slider.blockSignals(True)
            self.slider.setValue(round((shown or 0.0) / self._top * _SLIDER_STEPS))
            self.slider.blockSignals(was)
        self.number.show_value(None if shown is None else _rounded(shown, self._is_rate))
        words = numbers.rate(base) if self._is_rate else numbers.count(base)
        self.base.setText(f"{words} {grade}" if base is not None else "no base yet")
        self.base.setToolTip(f"The base: {words}, {grade}" if base is not None else "")
        if lift is not None:
            self.base.setText(lift_words(lift))
            self.base.setToolTip(f"Lifted from {words} by {lift_words(lift)} (95 %); the number is the middle.")
        self.reset.setEnabled(lever is not None or lift is not None)

    def _range_of(self, base: float | None, shown: float | None) -> float:
        top = max(2 * (base or 0.0), 1.25 * (shown or 0.0)) or (0.2 if self._is_rate else 1000.0)
        return min(1.0, top) if self._is_rate else top

    def _on_slid(self, step: int) -> None:
        self._desk.forecaster.set_lever(self.target_id, _rounded(self._top * step / _SLIDER_STEPS, self._is_rate))


def _rounded(value: float, is_rate: bool) -> float:
    return round(value, 5) if is_rate else round(value, 2)
