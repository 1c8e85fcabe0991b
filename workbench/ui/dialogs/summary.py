"""The data summary: what was read, kept, dropped, mended and noticed, per dataset."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTabWidget, QVBoxLayout, QWidget

from workbench.events.report import ImportReport
from workbench.session.shelf import Loaded
from workbench.ui import numbers
from workbench.ui.data_words import instant
from workbench.ui.quality_words import MENDED
from workbench.ui.section_tree import Rows, section_tree, where


class SummaryDialog(QDialog):
    """One tab per dataset, each a tree of sections."""

    def __init__(self, parent: QWidget, loaded: Sequence[Loaded]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Data summary")
        self.resize(860, 640)
        tabs = QTabWidget(documentMode=True)
        for item in loaded:
            tabs.addTab(section_tree(_sections(item)), item.paths[0].name)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(tabs, 1)
        layout.addWidget(buttons)


def _sections(item: Loaded) -> list[tuple[str, Rows]]:
    if item.report is None:
        counts = item.counts
        rows = [] if counts is None else [(s, numbers.count(counts.count(s)), "aggregated") for s in counts.steps]
        return [("Steps with counts", rows)]
    report = item.report
    return [
        ("Overview", _overview(report)),
        ("Dropped rows, with reasons", [(d.reason.value, numbers.count(d.count), where(d)) for d in report.dropped]),
        ("Repairs", [(MENDED[r.kind], numbers.count(r.count), r.example) for r in report.repairs]),
        ("Quality", [(q.kind, numbers.count(q.count), q.text) for q in report.quality]),
        ("Events", [(n, numbers.count(c), "") for n, c in sorted(report.event_totals.items(), key=lambda p: -p[1])]),
        (
            "Files",
            [(s.name, numbers.count(s.rows), f"{s.size:,} bytes · sha256 {s.sha256[:16]}…") for s in report.sources],
        ),
    ]


def _overview(report: ImportReport) -> list[tuple[str, str, str]]:
    mapping = ", ".join(f"{role}: {column}" for role, column in report.mapping.columns().items())
    return [
        ("Format", report.title, report.format),
        ("Rows read", numbers.count(report.rows), ""),
        ("Events kept", numbers.count(report.kept), "with a person, a time and a name"),
        ("People", numbers.count(report.users), ""),
        ("Period", f"{instant(report.first_us)} to {instant(report.last_us)}", "UTC"),
        ("Revenue", numbers.NO_DATA if report.revenue is None else f"{report.revenue:,.2f}", "sum of the value column"),
        ("Zone of times without one", report.zone, ""),
        ("Columns", "", mapping),
    ]
