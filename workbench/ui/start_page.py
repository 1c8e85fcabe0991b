"""The start page: open the sample, begin from a template, import data, or carry on with a recent file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.project import library
from workbench.session.recent import recent_files
from workbench.ui import icons
from workbench.ui.fields import clear, label, section
from workbench.ui.theme import theme


class _Tile(QFrame):
    """A clickable card with a title and a line of text."""

    clicked = Signal()

    def __init__(self, title: str, text: str, icon: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self._icon, self._icon_name = QLabel(), icon
        head = QLabel(title)
        head.setStyleSheet("font-weight: 600;")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        row = QHBoxLayout()
        row.addWidget(self._icon)
        row.addWidget(head, 1)
        layout.addLayout(row)
        layout.addWidget(label(text, "muted"))
        layout.addStretch(1)
        self.tint()

    def tint(self) -> None:
        self._icon.setPixmap(icons.pixmap(self._icon_name, theme().colours.accent, 18, self.devicePixelRatioF()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: object) -> None:
        key = getattr(event, "key", lambda: 0)()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()


_TEMPLATE_ICONS = {
    "e-commerce": "shopping-cart",
    "b2b-leads": "briefcase-business",
    "saas-activation": "zap",
    "content-newsletter": "newspaper",
    "post-purchase": "refresh-cw",
}


class StartPage(QWidget):
    """What the window shows while nothing is open."""

    sample_asked = Signal()
    blank_asked = Signal()
    open_asked = Signal()
    import_asked = Signal()
    template_chosen = Signal(object)
    recent_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        holder = QWidget()
        holder.setFixedWidth(860)
        outer.addWidget(holder)
        outer.addStretch(1)
        self._layout = QVBoxLayout(holder)
        self._layout.setSpacing(12)
        self._layout.addStretch(2)
        self._build_head()
        self._build_templates()
        self._build_recent()
        self._layout.addStretch(3)
        theme().changed.connect(self._tint)

    def _build_head(self) -> None:
        title = QLabel("Breadcrumb")
        title.setStyleSheet("font-size: 30px; font-weight: 700;")
        self._layout.addWidget(title)
        self._layout.addWidget(
            label(
                "Draw the journey once: the map is the funnel's definition, its measurement and its forecast.", "muted"
            )
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        sample = QPushButton("Open sample")
        sample.setProperty("primary", "true")
        sample.setMinimumHeight(36)
        sample.clicked.connect(self.sample_asked)
        row.addWidget(sample)
        for words, signal in (
            ("New blank journey", self.blank_asked),
            ("Import data…", self.import_asked),
            ("Open journey…", self.open_asked),
        ):
            button = QPushButton(words)
            button.setMinimumHeight(36)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        self._layout.addLayout(row)

    def _build_templates(self) -> None:
        self._layout.addWidget(section("Begin from a template"))
        grid = QGridLayout()
        grid.setSpacing(10)
        self._tiles = []
        for number, template in enumerate(library.templates()):
            tile = _Tile(template.title, template.summary, _TEMPLATE_ICONS[template.key])
            tile.setMinimumHeight(86)
            tile.clicked.connect(lambda t=template: self.template_chosen.emit(t))
            grid.addWidget(tile, number // 3, number % 3)
            self._tiles.append(tile)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        self._layout.addLayout(grid)

    def _build_recent(self) -> None:
        self._recent_title = section("Recent journeys")
        self._layout.addWidget(self._recent_title)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self._layout.addLayout(self._recent)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        clear(self._recent)
        paths = recent_files()
        self._recent_title.setVisible(bool(paths))
        for path in paths[:5]:
            self._recent.addWidget(self._recent_button(path))

    def _recent_button(self, path: Path) -> QPushButton:
        button = QPushButton(f"{path.stem}   ·   {path.parent}")
        button.setFlat(True)
        button.setStyleSheet("text-align: left; border: 0; padding: 4px 2px;")
        button.setIcon(icons.icon("file-text"))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self.recent_chosen.emit(path))
        return button

    def _tint(self) -> None:
        for tile in self._tiles:
            tile.tint()
