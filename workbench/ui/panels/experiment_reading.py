"""Reading an experiment: sample ratio, maturity, the primary rate at its bound, guardrails, secondaries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.progress import Progress
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import NumberField, label, section, tool_button
from workbench.ui.panels.experiment_metric import MetricRow
from workbench.ui.panels.panel import Cell, Table
from workbench.ui.panels.reading_words import headline, note, rows
from workbench.ui.panels.sums_panel import SumsPanel

if TYPE_CHECKING:
    from workbench.forecast.trial import Reading, Trial

_HEADERS = ("", "Says", "Difference, 95 %", "Treatment", "Control")
_COUNTS = (("assigned", "Assigned"), ("mature", "Window over"), ("converted", "Converted"))
_TIPS = {
    "assigned": "Everybody who was put into this arm, by first exposure",
    "mature": "Of them, those whose whole conversion window is over; only they are read",
    "converted": "Of those, the ones who converted within their window",
}


class ExperimentReading(SumsPanel):
    """Counts on the left; the gates and figures on the right. Looks are kept while the program is open."""

    def __init__(self, desk: Desk) -> None:
        self.values: dict[str, float | None] = {"split": 0.5}
        self.looks: list[tuple[date, float]] = []
        self.metrics: list[MetricRow] = []
        self.fields: dict[str, NumberField] = {}
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.addLayout(self._counts())
        layout.addLayout(self._planned())
        self.keep, self.forget = QPushButton("Keep this look"), tool_button(icon="x", tip="Forget the looks")
        self.kept = label("", "muted")
        line = QHBoxLayout()
        line.addWidget(self.keep)
        line.addWidget(self.kept, 1)
        line.addWidget(self.forget)
        layout.addLayout(line)
        layout.addWidget(section("Guardrails and secondaries"))
        self._metric_rows = QVBoxLayout()
        layout.addLayout(self._metric_rows)
        self.add = tool_button("+ metric")
        layout.addWidget(self.add)
        layout.addStretch(1)
        self.table = Table(_HEADERS, stretch=4, name_width=130)
        self.table.keep_order()
        super().__init__(desk, holder, self.table)
        self.keep.clicked.connect(self._on_keep)
        self.forget.clicked.connect(self._on_forget)
        self.add.clicked.connect(self.add_metric)
        self._show_looks()

    def _field(self, name: str, placeholder: str = "", is_rate: bool = False) -> NumberField:
        field = NumberField(placeholder, is_rate=is_rate, high=1.0 if is_rate else None)
        field.committed.connect(partial(self._on_typed, name))
        self.fields[name] = field
        return field

    def _counts(self) -> QGridLayout:
        grid = QGridLayout()
        for column, words in ((1, "Treatment"), (2, "Control")):
            grid.addWidget(label(words, "muted"), 0, column)
        for row, (name, words) in enumerate(_COUNTS, 1):
            named = QLabel(words)
            named.setToolTip(_TIPS[name])
            grid.addWidget(named, row, 0)
            for column, arm in ((1, "treatment"), (2, "control")):
                field = self._field(f"{arm} {name}", "as assigned" if name == "mature" else "")
                field.setAccessibleName(f"{words}, {arm}")
                grid.addWidget(field, row, column)
        return grid

    def _planned(self) -> QHBoxLayout:
        line = QHBoxLayout()
        planned, split = self._field("planned", "none"), self._field("split", "", is_rate=True)
        split.show_value(0.5)
        for part in ("Planned per arm", planned, "in treatment", split):
            line.addWidget(QLabel(part) if isinstance(part, str) else part)
        return line

    def _on_typed(self, name: str, value: float | None) -> None:
        self.values[name] = value
        self.refresh()

    def add_metric(self) -> MetricRow:
        """One more guardrail or secondary."""
        row = MetricRow(len(self.metrics) + 1)
        row.changed.connect(self.refresh)
        row.dropped.connect(lambda: self._drop_metric(row))
        self.metrics.append(row)
        self._metric_rows.addWidget(row)
        return row

    def _drop_metric(self, row: MetricRow) -> None:
        self.metrics.remove(row)
        row.hide()
        row.deleteLater()
        self.refresh()

    # --- looks

    def _on_keep(self) -> None:
        trial = self.trial()
        if trial is not None:
            self.looks.append((date.today(), float(min(trial.treatment.n, trial.control.n))))
            self._show_looks()
            self.refresh()

    def _on_forget(self) -> None:
        self.looks.clear()
        self._show_looks()
        self.refresh()

    def _show_looks(self) -> None:
        said = ", ".join(f"{day:%d %b}: {numbers.count(n)}" for day, n in self.looks)
        self.kept.setText(f"Looks: {said}" if said else "No look is kept yet.")
        self.forget.setVisible(bool(said))

    # --- reading

    def trial(self) -> Trial | None:
        """What the fields say; None while counts are missing."""
        from workbench.forecast.experiments import Arm
        from workbench.forecast.trial import Trial

        counts = {name: round(value) for name, value in self.values.items() if value is not None and name != "split"}
        needed = [counts.get(f"{arm} {name}") for arm in ("treatment", "control") for name in ("assigned", "converted")]
        if None in needed:
            return None
        arms = [
            Arm(counts[f"{arm} converted"], counts.get(f"{arm} mature", counts[f"{arm} assigned"]))
            for arm in ("treatment", "control")
        ]
        split = min(max(self.values.get("split") or 0.5, 0.001), 0.999)
        return Trial(
            assigned=(counts["treatment assigned"], counts["control assigned"]),
            treatment=arms[0],
            control=arms[1],
            shares=(split, 1 - split),
            planned=self.values.get("planned"),
            looks=tuple(n for _, n in self.looks),
            metrics=tuple(metric for row in self.metrics if (metric := row.read()) is not None),
        )

    def work(self) -> Callable[[Progress], Any] | None:
        trial = self.trial()
        self.keep.setEnabled(trial is not None)
        if trial is None:
            self.title.setText("Read an experiment")
            self.note.setText("Type how many were assigned and how many converted, in both arms.")
            return None
        return partial(_read, trial)

    def show_answer(self, found: tuple[Trial, Reading]) -> None:
        trial, reading = found
        self.title.setText(headline(reading))
        self.note.setText(note(trial, reading))
        cells: list[list[Cell]] = rows(trial, reading)
        self.table.fill(cells)
        self.table.setVisible(bool(cells))


def _read(trial: Trial, progress: Progress) -> tuple[Trial, Reading]:
    from workbench.forecast.trial import read_trial

    return trial, read_trial(trial)
