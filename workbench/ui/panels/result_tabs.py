"""The results below the map: one tab per question, several views of it where there are several."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from workbench.session.desk import Desk
from workbench.ui.panels.audit import AuditPanel
from workbench.ui.panels.benchmarks import BenchmarksPanel
from workbench.ui.panels.cohorts import CohortsPanel
from workbench.ui.panels.compare import ComparePanel
from workbench.ui.panels.dead_ends import DeadEndsPanel
from workbench.ui.panels.drivers import DriversPanel
from workbench.ui.panels.drop_offs import DropOffsPanel
from workbench.ui.panels.experiment_ice import ExperimentIce
from workbench.ui.panels.experiment_reading import ExperimentReading
from workbench.ui.panels.experiment_size import ExperimentSize
from workbench.ui.panels.forecast import ForecastPanel
from workbench.ui.panels.frictions import FrictionsPanel
from workbench.ui.panels.funnel import FunnelPanel
from workbench.ui.panels.funnel_groups import FunnelGroupsPanel
from workbench.ui.panels.funnel_success import FunnelSuccessPanel
from workbench.ui.panels.funnel_time import FunnelTimePanel
from workbench.ui.panels.quadrant import QuadrantPanel
from workbench.ui.panels.quality import QualityPanel
from workbench.ui.panels.recovery import RecoveryPanel
from workbench.ui.panels.retention import RetentionPanel
from workbench.ui.panels.segment_mix import SegmentMix
from workbench.ui.panels.segments import SegmentsPanel
from workbench.ui.panels.selection_tests import SelectionTestsPanel
from workbench.ui.panels.sensitivity import SensitivityPanel
from workbench.ui.panels.target import TargetPanel
from workbench.ui.panels.trend import TrendPanel
from workbench.ui.panels.values import ValuesPanel
from workbench.ui.panels.views import Views
from workbench.ui.panels.waiting import WaitingPanel

_NARROWEST, _LOWEST = 320, 150


class ResultTabs(QTabWidget):
    """All result panels; `jump_asked` carries the element or link that somebody wants to see on the map."""

    jump_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(documentMode=True)
        self.setAccessibleName("Results")
        self.funnel, self.drop_offs, self.dead_ends = FunnelPanel(desk), DropOffsPanel(desk), DeadEndsPanel(desk)
        self.groups, self.over_time = FunnelGroupsPanel(desk), FunnelTimePanel(desk)
        self.success = FunnelSuccessPanel(desk)
        self.funnel_views = Views(
            "the funnel",
            (
                ("Bars", self.funnel),
                ("By property", self.groups),
                ("Over time", self.over_time),
                ("Goes with success", self.success),
            ),
        )
        self.forecast = ForecastPanel(desk)
        self.sensitivity, self.target = SensitivityPanel(desk), TargetPanel(desk)
        self.recovery, self.retention = RecoveryPanel(desk), RetentionPanel(desk)
        self.compare = ComparePanel(desk)
        self.forecast_views = Views(
            "the forecast",
            (
                ("What if", self.forecast),
                ("As-is and to-be", self.compare),
                ("What brings most", self.sensitivity),
                ("Target", self.target),
                ("Recovery", self.recovery),
                ("Retention, value", self.retention),
            ),
        )
        self.audit, self.frictions, self.selection = AuditPanel(desk), FrictionsPanel(desk), SelectionTestsPanel(desk)
        self.audit_views = Views(
            "the audit",
            (("Findings", self.audit), ("Friction per step", self.frictions), ("Selection test", self.selection)),
        )
        self.drivers, self.quadrant, self.values = DriversPanel(desk), QuadrantPanel(desk), ValuesPanel(desk)
        self.driver_views = Views(
            "the drivers", (("Association", self.drivers), ("Quadrant", self.quadrant), ("Value", self.values))
        )
        self.trend = TrendPanel(desk)
        self.benchmarks, self.cohorts, self.waiting = BenchmarksPanel(desk), CohortsPanel(desk), WaitingPanel(desk)
        self.trend_views = Views(
            "the trend",
            (
                ("Days and week", self.trend),
                ("Benchmarks", self.benchmarks),
                ("Cohorts", self.cohorts),
                ("Time to convert", self.waiting),
            ),
        )
        self.size_of, self.reading, self.ice = ExperimentSize(desk), ExperimentReading(desk), ExperimentIce(desk)
        self.experiment_views = Views(
            "the experiment", (("Size", self.size_of), ("Read-out", self.reading), ("ICE", self.ice))
        )
        self.segments, self.mix, self.quality = SegmentsPanel(desk), SegmentMix(desk), QualityPanel(desk)
        self.segment_views = Views("the segments", (("Comparison", self.segments), ("Change of the rate", self.mix)))
        for title, page in (
            ("Funnel", self.funnel_views),
            ("Drop-offs", self.drop_offs),
            ("Dead ends", self.dead_ends),
            ("Forecast", self.forecast_views),
            ("Audit", self.audit_views),
            ("Drivers", self.driver_views),
            ("Trend", self.trend_views),
            ("Segments", self.segment_views),
            ("Experiment", self.experiment_views),
            ("Data quality", self.quality),
        ):
            self.addTab(page, title)
        jumping = (self.drop_offs, self.dead_ends, self.audit, self.frictions, self.selection, self.segments.steps)
        for panel in (
            *jumping,
            self.benchmarks,
            self.compare,
            self.sensitivity,
            self.target,
            self.drivers,
            self.quadrant,
            self.values,
        ):
            panel.jump_asked.connect(self.jump_asked)

    def minimumSizeHint(self) -> QSize:
        """The dock may be dragged small: the tallest of all views does not hold it up."""
        return QSize(_NARROWEST, _LOWEST)

    def show_panel(self, panel: QWidget) -> None:
        """Bring a panel to the front, in whichever tab and view it stands."""
        for page in map(self.widget, range(self.count())):
            if isinstance(page, Views) and page.holds(panel):
                page.show_page(panel)
                self.setCurrentWidget(page)
            elif page is panel:
                self.setCurrentWidget(page)
