"""The main window: places canvas, docks, menus and status bar; what they do is in `commands` and the session."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QToolBar,
    QWidget,
)

from workbench.session.desk import Desk
from workbench.session.recent import recall, remember
from workbench.ui import numbers
from workbench.ui.actions import Actions
from workbench.ui.canvas.lens_chip import LensChip
from workbench.ui.canvas.overlay import EmptyHint
from workbench.ui.canvas.view import MapView
from workbench.ui.commands import MENUS, TOOL_BAR, Commands
from workbench.ui.panels.inspector import Inspector
from workbench.ui.panels.outline import Outline
from workbench.ui.panels.palette import Palette
from workbench.ui.panels.tags import Tags
from workbench.ui.start_page import StartPage

if TYPE_CHECKING:
    from workbench.ui.panels.result_tabs import ResultTabs

_RESULTS_HEIGHT = 290
_SIDE_WIDTH = 256
_INSPECTOR_WIDTH = 316
_AUTOSAVE_MS = 30_000
_FURNISH_MS = 60


class MainWindow(QMainWindow):
    """One window with one desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        free = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(1440, free.width() - 8), min(900, free.height() - 40))
        self.setAcceptDrops(True)
        self.view = MapView(desk)
        self.start_page = StartPage()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.start_page)
        self._pages.addWidget(self.view)
        self.setCentralWidget(self._pages)
        self.hint, self.lens_chip = EmptyHint(self.view, self.desk), LensChip(self.view)
        self.commands = Commands(self)
        self.actions_ = Actions(self, self.commands.specs())
        self._build_docks()
        self._build_bars()
        self._build_status()
        self._connect()
        self._show_title()
        self.show_start(True)
        QTimer.singleShot(_FURNISH_MS, self._furnish)

    # --- building

    def _build_docks(self) -> None:
        self.palette_panel, self.outline, self.tags = Palette(), Outline(self.desk), Tags(self.desk)
        self.side_tabs = QTabWidget(documentMode=True)
        self.side_tabs.setAccessibleName("Elements")
        for title, page in (("Palette", self.palette_panel), ("Outline", self.outline), ("Tags", self.tags)):
            self.side_tabs.addTab(page, title)
        areas = Qt.DockWidgetArea
        self.left = self._dock("Elements", self.side_tabs, areas.LeftDockWidgetArea)
        self.right = self._dock("Inspector", QWidget(), areas.RightDockWidgetArea)
        self.bottom = self._dock("Results", QWidget(), areas.BottomDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, areas.RightDockWidgetArea)
        self.resizeDocks([self.left, self.right], [_SIDE_WIDTH, _INSPECTOR_WIDTH], Qt.Orientation.Horizontal)
        self.resizeDocks([self.bottom], [_RESULTS_HEIGHT], Qt.Orientation.Vertical)

    @cached_property
    def inspector(self) -> Inspector:
        """Made when it is first needed: the window stands before it."""
        made = Inspector(self.desk)
        made.element_form.why_asked.connect(self.commands.show_why)
        made.journey_form.summary_asked.connect(self.commands.show_summary)
        made.journey_form.import_asked.connect(self.commands.import_data)
        self.right.setWidget(made)
        return made

    @cached_property
    def results(self) -> ResultTabs:
        """Made when they are first needed, like the inspector."""
        from workbench.ui.panels.result_tabs import ResultTabs

        made = ResultTabs(self.desk)
        made.jump_asked.connect(self.view.reveal)
        made.quality.match_asked.connect(self.commands.match_events)
        self.bottom.setWidget(made)
        return made

    def _furnish(self) -> None:
        """Fill the docks that were left empty so that the window shows at once."""
        _ = self.inspector, self.results

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(title)
        dock.setWidget(widget)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetClosable | QDockWidget.DockWidgetFeature.DockWidgetMovable
        )
        self.addDockWidget(area, dock)
        return dock

    def _build_bars(self) -> None:
        self.actions_.fill_menu_bar(self.menuBar(), MENUS)
        bar = QToolBar("Tools", movable=False)
        bar.setObjectName("Tools")
        bar.setIconSize(QSize(18, 18))
        self.addToolBar(bar)
        self.actions_.fill_tool_bar(bar, TOOL_BAR)

    def _build_status(self) -> None:
        self.said, self.counted, self.scale_words = QLabel(), QLabel(), QLabel("100 %")
        self.progress = QProgressBar(textVisible=False)
        self.progress.setFixedWidth(160)
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(self.desk.shelf.cancel)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(8, 0, 10, 0)
        bar.addWidget(self.counted)
        bar.addWidget(self.said, 1)
        for widget in (self.progress, self.cancel, self.scale_words):
            bar.addPermanentWidget(widget)
        self.progress.hide()
        self.cancel.hide()
        self._busy_since = time.monotonic()
        self._forget_said = QTimer(self, singleShot=True, interval=9000)
        self._forget_said.timeout.connect(self.said.clear)
        self._autosave = QTimer(self, interval=_AUTOSAVE_MS)
        self._autosave.timeout.connect(self.commands.keep_copy)
        self._autosave.start()

    def _connect(self) -> None:
        session, shelf = self.desk.session, self.desk.shelf
        session.path_changed.connect(self._show_title)
        session.dirty_changed.connect(lambda _: self._show_title())
        session.journey_changed.connect(self._on_journey_changed)
        session.selection_changed.connect(self._on_selection_changed)
        session.said.connect(self.say)
        self.desk.failed.connect(self.commands.show_error)
        self.desk.figures_changed.connect(self._show_counts)
        self.desk.analyst.stale_changed.connect(self._show_counts)
        shelf.changed.connect(self._show_counts)
        shelf.busy_changed.connect(self._on_busy)
        shelf.progressed.connect(self._on_progress)
        shelf.import_failed.connect(self.commands.show_import_error)
        shelf.import_finished.connect(self.commands.show_import_result)
        self.desk.exporter.written.connect(self.commands.say_written)
        self.desk.exporter.ready.connect(self.commands.write_picture)
        self.desk.exporter.failed.connect(self.commands.show_error)
        self.desk.drafter.made.connect(self.commands.take_draft)
        self.desk.drafter.failed.connect(self.commands.show_error)
        self.hint.draft.clicked.connect(self.commands.draft_map)
        shelf.missing_found.connect(self.commands.ask_relink)
        self.view.scale_changed.connect(lambda scale: self.scale_words.setText(f"{scale * 100:.0f} %"))
        self.view.rename_asked.connect(self.commands.rename)
        self.palette_panel.add_asked.connect(self.view.adding.add_beside)
        self.outline.jump_asked.connect(self.view.reveal)
        self.start_page.sample_asked.connect(self.commands.open_sample)
        self.start_page.blank_asked.connect(self.commands.new)
        self.start_page.open_asked.connect(self.commands.open)
        self.start_page.import_asked.connect(self.commands.import_data)
        self.start_page.template_chosen.connect(self.commands.use_template)
        self.start_page.recent_chosen.connect(self.commands.open_path)
        self._on_selection_changed()

    # --- showing

    def show_start(self, is_start: bool) -> None:
        """Show the start page alone, or the map with its docks."""
        self._pages.setCurrentIndex(0 if is_start else 1)
        for dock in (self.left, self.right, self.bottom):
            dock.setVisible(not is_start)
        if not is_start:
            self._furnish()
            self.view.setFocus()
            QTimer.singleShot(0, self.view.fit)

    @property
    def is_start(self) -> bool:
        return self._pages.currentIndex() == 0

    def say(self, words: str) -> None:
        """Tell something in the status bar for a few seconds."""
        self.said.setText(words)
        self._forget_said.start()

    def _show_title(self) -> None:
        session = self.desk.session
        where = session.path.name if session.path else session.journey.name
        mark = " •" if session.is_dirty else ""
        self.setWindowTitle(f"{where}{mark} – Breadcrumb")

    def _show_counts(self) -> None:
        journey = self.desk.session.journey
        words = [f"{len(journey.elements)} elements, {len(journey.links)} links"]
        for item in self.desk.shelf.loaded.values():
            if item.store is not None:
                words.append(f"{numbers.count(item.store.n_events)} events")
        if self.desk.analyst.is_stale:
            words.append("measuring…")
        elif self.desk.figures.is_estimate:
            words.append("estimate from a sample of people")
        self.counted.setText("   ·   ".join(words))

    def _on_journey_changed(self) -> None:
        self._show_title()
        self._show_counts()
        if self.is_start:
            self.show_start(False)

    def _on_selection_changed(self) -> None:
        session = self.desk.session
        self.actions_.allow(bool(session.selection), bool(session.selected_elements))

    def _on_busy(self, is_busy: bool) -> None:
        self.progress.setVisible(is_busy)
        self.cancel.setVisible(is_busy)
        if is_busy:
            self._busy_since = time.monotonic()
            self.progress.setRange(0, 0)

    def _on_progress(self, progress: Any) -> None:
        share = progress.share
        self.progress.setRange(0, 0 if share is None else 1000)
        if share is not None:
            self.progress.setValue(round(share * 1000))
        self.say(progress.pace(time.monotonic() - self._busy_since) if progress.rows else "Reading data…")

    # --- files dropped on the window, closing

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.commands.take_files([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.commands.may_close():
            event.ignore()
            return
        remember("geometry", self.saveGeometry())
        self.desk.shutdown()
        event.accept()

    def restore_place(self) -> None:
        """Put the window where it was last time."""
        geometry = recall("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
