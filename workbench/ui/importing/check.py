"""Step 4: what the first rows become, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.events.aggregates import StepCounts
from workbench.events.trial import Trial
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.ui import numbers
from workbench.ui.data_words import instant
from workbench.ui.fields import clear, label
from workbench.ui.quality_words import MENDED
from workbench.ui.section_tree import Rows, section_tree, where


class CheckPage(QWidget):
    """Rows kept and dropped with their reasons, repairs, period, and what each element gets."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "muted")
        self._place = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.words)
        layout.addLayout(self._place, 1)

    def show_trial(self, found: Trial, journey: Journey, chosen: Mapping[str, ElementId | None]) -> None:
        self.words.setText(
            "All rows were looked at."
            if found.is_whole
            else f"The first {numbers.count(found.rows)} rows were looked at; the import reads all."
        )
        sections = [
            ("Overview", _overview(found)),
            ("Dropped rows, with reasons", [(d.reason.value, numbers.count(d.count), where(d)) for d in found.dropped]),
            ("Repairs", [(MENDED[r.kind], numbers.count(r.count), r.example) for r in found.repairs]),
            ("Elements, and the rows that name their events", _elements(found.event_totals, journey, chosen)),
        ]
        self._show(sections)

    def show_counts(self, counts: StepCounts, journey: Journey, chosen: Mapping[str, ElementId | None]) -> None:
        self.words.setText(f"{len(counts.steps)} steps, counted in “{counts.counted}”." if counts.counted else "")
        totals = {step: int(counts.count(step) or 0) for step in counts.steps}
        steps: Rows = [(step, numbers.count(counts.count(step)), "aggregated") for step in counts.steps]
        self._show(
            [("Steps", steps), ("Elements, and the rows that name their events", _elements(totals, journey, chosen))]
        )

    def _show(self, sections: list[tuple[str, Rows]]) -> None:
        clear(self._place)
        self._place.addWidget(section_tree(sections))


def _overview(found: Trial) -> Rows:
    return [
        ("Rows read", numbers.count(found.rows), ""),
        ("Events kept", numbers.count(found.kept), "with a person, a time and a name"),
        ("People", numbers.count(found.users), ""),
        ("Period", f"{instant(found.first_us)} to {instant(found.last_us)}", "UTC"),
        ("Revenue", numbers.NO_DATA if found.revenue is None else f"{found.revenue:,.2f}", "sum of the value column"),
    ]


def _elements(totals: Mapping[str, int], journey: Journey, chosen: Mapping[str, ElementId | None]) -> Rows:
    rows = []
    for element in journey.elements:
        own = element.rule.events if element.rule is not None else ()
        names = [n for n in totals if (chosen[n] == element.element_id if n in chosen else n in own)]
        hits = sum(totals[name] for name in names)
        rows.append((element.title, numbers.count(hits) if names else "no event", ", ".join(names)))
    return rows
