"""Colours, fonts and the style sheet, in a light and a dark theme."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from workbench import paths
from workbench.journey.taxonomy import Kind, Mechanism, Phase
from workbench.journey.taxonomy import Signal as SignalFacet


@dataclass(frozen=True, slots=True)
class Colours:
    """Every colour by its job; text colours keep at least 4.5:1 on the grounds they are used on."""

    is_dark: bool
    window: str
    surface: str
    raised: str
    canvas: str
    dot: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    stage: str
    micro: str
    macro: str
    link: str
    happy: str
    loss: str
    loss_soft: str
    gain: str
    warn: str
    bar_ground: str
    chip: str


LIGHT = Colours(
    is_dark=False,
    window="#f3f5f8",
    surface="#ffffff",
    raised="#fbfcfe",
    canvas="#f8fafc",
    dot="#d5dce5",
    border="#d3dae3",
    text="#17202b",
    muted="#556273",
    accent="#0b62a8",
    on_accent="#ffffff",
    accent_soft="#e1eefa",
    stage="#0b62a8",
    micro="#9a6200",
    macro="#00755a",
    link="#8b99aa",
    happy="#3f74a8",
    loss="#b3420b",
    loss_soft="#fbe8de",
    gain="#00705a",
    warn="#8a5a00",
    bar_ground="#e4e9ef",
    chip="#eef2f6",
)
DARK = Colours(
    is_dark=True,
    window="#15191f",
    surface="#1e242c",
    raised="#232a33",
    canvas="#181d24",
    dot="#2c3540",
    border="#36414d",
    text="#e8edf3",
    muted="#a3b0be",
    accent="#6db6f2",
    on_accent="#0c1a27",
    accent_soft="#22384c",
    stage="#5fb0f0",
    micro="#e9ad3f",
    macro="#3fc6a0",
    link="#66758a",
    happy="#6fa8dc",
    loss="#ff9468",
    loss_soft="#43291f",
    gain="#4fd0ab",
    warn="#f0c05a",
    bar_ground="#323c48",
    chip="#2b343f",
)

KIND_ICONS = {Kind.STAGE: "map-pin", Kind.MICRO: "zap", Kind.MACRO: "target"}
FACET_ICONS = {
    Mechanism.DESTINATION: "flag",
    Mechanism.ENGAGEMENT: "clock",
    Mechanism.ACTION: "hand",
    Phase.AWARENESS: "eye",
    Phase.CONSIDERATION: "scale",
    Phase.DECISION: "check-check",
    Phase.RETENTION: "refresh-cw",
    SignalFacet.INTENT: "target",
    SignalFacet.ACTIVITY: "footprints",
    SignalFacet.SOFT: "heart",
}


class Theme(QObject):
    """The current colours; views repaint when told that they changed."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.colours = LIGHT

    def use(self, is_dark: bool) -> None:
        """Apply the light or the dark theme to the whole application."""
        self.colours = DARK if is_dark else LIGHT
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(_palette(self.colours))
            application.setStyleSheet(_style_sheet(self.colours))
        self.changed.emit()

    def kind_colour(self, kind: Kind) -> str:
        return {Kind.STAGE: self.colours.stage, Kind.MICRO: self.colours.micro, Kind.MACRO: self.colours.macro}[kind]


@cache
def theme() -> Theme:
    """The one theme of the application."""
    return Theme()


def prepare(application: QApplication, is_dark: bool = False) -> None:
    """Style, fonts and theme of the application, the same on every machine."""
    application.setStyle("Fusion")
    load_fonts()
    application.setFont(font(13))
    theme().use(is_dark)


@cache
def load_fonts() -> None:
    """Register the bundled Inter, so that text looks the same with no system font at all."""
    for file in sorted((paths.resources() / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(file))


@cache
def font(pixels: int, weight: int = 400) -> QFont:
    """Inter at a pixel size, with figures of equal width."""
    chosen = QFont("Inter")
    chosen.setPixelSize(pixels)
    chosen.setWeight(QFont.Weight(weight))
    chosen.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    chosen.setFeature(QFont.Tag("tnum"), 1)
    return chosen


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in {
        role.Window: c.window,
        role.WindowText: c.text,
        role.Base: c.surface,
        role.AlternateBase: c.raised,
        role.Text: c.text,
        role.Button: c.raised,
        role.ButtonText: c.text,
        role.BrightText: c.loss,
        role.Highlight: c.accent,
        role.HighlightedText: c.on_accent,
        role.ToolTipBase: c.surface,
        role.ToolTipText: c.text,
        role.PlaceholderText: c.muted,
        role.Link: c.accent,
        role.Mid: c.border,
        role.Light: c.surface,
        role.Dark: c.border,
        role.Shadow: c.border,
    }.items():
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(c.muted))
    return palette


def _arrow(c: Colours) -> str:
    """File of the combo box arrow in the theme's colour (a style sheet takes pictures from files only)."""
    drawn = (paths.resources() / "icons" / "chevron-down.svg").read_text(encoding="utf-8")
    target = paths.cache() / f"arrow-{c.muted.lstrip('#')}.svg"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(drawn.replace("currentColor", c.muted), encoding="utf-8")
    return target.as_posix()


def _style_sheet(c: Colours) -> str:
    return f"""
    QMainWindow::separator {{ background: {c.border}; width: 1px; height: 1px; }}
    QMenuBar {{ background: {c.window}; border-bottom: 1px solid {c.border}; }}
    QMenuBar::item {{ padding: 5px 10px; background: transparent; }}
    QMenuBar::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
    QMenu {{ background: {c.surface}; border: 1px solid {c.border}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px 5px 20px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
    QMenu::item:disabled {{ color: {c.muted}; }}
    QMenu::separator {{ height: 1px; background: {c.border}; margin: 4px 6px; }}
    QToolBar {{ background: {c.window}; border: 0; border-bottom: 1px solid {c.border}; spacing: 2px;
        padding: 3px 6px; }}
    QToolButton {{ border: 1px solid transparent; border-radius: 5px; padding: 4px; }}
    QToolButton:hover {{ background: {c.accent_soft}; }}
    QToolButton:checked {{ background: {c.accent_soft}; border-color: {c.accent}; }}
    QStatusBar {{ background: {c.window}; border-top: 1px solid {c.border}; }}
    QStatusBar::item {{ border: 0; }}
    QDockWidget {{ font-weight: 600; }}
    QDockWidget::title {{ background: {c.window}; padding: 7px 8px 5px 10px; text-align: left; }}
    QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QDateEdit {{
        background: {c.surface}; border: 1px solid {c.border}; border-radius: 5px; padding: 4px 7px;
        selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
    QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus {{
        border: 1px solid {c.accent}; }}
    QComboBox QLineEdit, QComboBox QLineEdit:focus {{ border: 0; padding: 0; background: transparent; }}
    QComboBox {{ max-width: 300px; }}
    QComboBox::drop-down {{ border: 0; width: 22px; }}
    QComboBox::down-arrow {{ image: url({_arrow(c)}); width: 12px; height: 12px; }}
    QPushButton {{ background: {c.raised}; border: 1px solid {c.border}; border-radius: 5px; padding: 5px 12px; }}
    QPushButton:hover {{ background: {c.accent_soft}; }}
    QPushButton:disabled {{ color: {c.muted}; }}
    QPushButton:checked {{ background: {c.accent_soft}; border-color: {c.accent}; }}
    QPushButton:default, QPushButton[primary="true"] {{
        background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; font-weight: 600; }}
    QPushButton:focus {{ border: 1px solid {c.accent}; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QTabWidget::pane {{ border: 0; border-top: 1px solid {c.border}; }}
    QTabBar::tab {{ padding: 6px 12px; border: 0; border-bottom: 2px solid transparent; color: {c.muted}; }}
    QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; font-weight: 600; }}
    QTabBar::tab:hover {{ color: {c.text}; }}
    QTreeView, QListView, QTableView, QTreeWidget, QListWidget, QTableWidget {{
        background: {c.surface}; border: 1px solid {c.border}; border-radius: 5px; outline: 0;
        gridline-color: {c.border}; alternate-background-color: {c.raised}; }}
    QTreeView::item, QListView::item {{ padding: 3px 2px; }}
    QListWidget[role="views"] {{ background: transparent; border: 0; border-right: 1px solid {c.border};
        border-radius: 0; padding: 6px 0; }}
    QListWidget[role="views"]::item {{ padding: 5px 10px; color: {c.muted}; border-left: 3px solid transparent; }}
    QListWidget[role="views"]::item:selected {{ color: {c.text}; background: {c.accent_soft};
        border-left-color: {c.accent}; }}
    QTreeView::item:selected, QListView::item:selected, QTableView::item:selected {{
        background: {c.accent_soft}; color: {c.text}; }}
    QHeaderView::section {{ background: {c.window}; border: 0; border-bottom: 1px solid {c.border}; padding: 5px 8px;
        font-weight: 600; color: {c.muted}; }}
    QScrollBar:vertical {{ width: 10px; background: transparent; margin: 0; }}
    QScrollBar:horizontal {{ height: 10px; background: transparent; margin: 0; }}
    QScrollBar::handle {{ background: {c.border}; border-radius: 4px; min-height: 24px; min-width: 24px; margin: 1px; }}
    QScrollBar::handle:hover {{ background: {c.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; border: 0; width: 0; height: 0; }}
    QSlider::groove:horizontal {{ height: 4px; background: {c.bar_ground}; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {c.accent}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ background: {c.surface}; border: 2px solid {c.accent}; width: 12px; height: 12px;
        margin: -6px 0; border-radius: 8px; }}
    QProgressBar {{ background: {c.bar_ground}; border: 0; border-radius: 4px; max-height: 8px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 4px; }}
    QToolTip {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.border}; padding: 5px; }}
    QLabel[role="muted"] {{ color: {c.muted}; }}
    QLabel[role="title"] {{ font-size: 15px; font-weight: 600; }}
    QLabel[role="section"] {{ color: {c.muted}; font-weight: 600; font-size: 12px; }}
    QLabel[role="warn"] {{ color: {c.warn}; }}
    QLabel[role="loss"] {{ color: {c.loss}; }}
    QLabel[role="gain"] {{ color: {c.gain}; }}
    QFrame[role="card"] {{ background: {c.surface}; border: 1px solid {c.border}; border-radius: 8px; }}
    QScrollArea {{ border: 0; background: transparent; }}
    QScrollArea > QWidget > QWidget {{ background: transparent; }}
    """
