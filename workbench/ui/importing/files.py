"""Step 1: which files these are, how each is read, and their first rows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from workbench.events.reading import Origin
from workbench.events.source import Preview
from workbench.events.trial import Look
from workbench.ui.fields import label, section
from workbench.ui.panels.panel import Cell, Table

_HEADERS = ("File", "Read as", "Encoding", "Separated by", "Sheet", "Size")
_HEAD_HEIGHT, _ROW_HEIGHT, _MOST_SEEN = 38, 26, 4
_WIDEST = 240
_BY_ITSELF = "the fullest sheet"


class FilesPage(QWidget):
    """A workbook with several sheets lets a person choose one; `sheet_chosen` asks for another look."""

    sheet_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.skipped = label("", "warn")
        self.files = Table(_HEADERS, stretch=0)
        self.sheet = QComboBox()
        self.sheet.setAccessibleName("Sheet")
        self.sheet_row = QWidget()
        sheet = QHBoxLayout(self.sheet_row)
        sheet.setContentsMargins(0, 0, 0, 0)
        sheet.addWidget(QLabel("Sheet"))
        sheet.addWidget(self.sheet)
        sheet.addStretch(1)
        self._place = QVBoxLayout()
        self._preview: QTableWidget | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.files, self.skipped, self.sheet_row, section("First rows")):
            layout.addWidget(widget)
        layout.addLayout(self._place, 1)
        self.sheet.activated.connect(lambda _: self.sheet_chosen.emit(self.sheet.currentData()))

    def show_look(self, found: Look, sheet: str | None) -> None:
        sources = found.recognition.sources
        self.files.fill([_row(origin) for origin in sources])
        self.files.setFixedHeight(_HEAD_HEIGHT + _ROW_HEIGHT * min(len(sources), _MOST_SEEN))
        self.skipped.setText("Passed over: " + "  ".join(found.skipped) if found.skipped else "")
        self.skipped.setVisible(bool(found.skipped))
        self.sheet_row.setVisible(len(found.sheets) > 1)
        self.sheet.clear()
        self.sheet.addItem(_BY_ITSELF, None)
        for name in found.sheets:
            self.sheet.addItem(name, name)
        self.sheet.setCurrentIndex(max(0, self.sheet.findData(sheet)))
        if self._preview is not None:
            self._preview.hide()
            self._preview.deleteLater()
        self._preview = preview_table(found.preview)
        self._place.addWidget(self._preview)


def _row(origin: Origin) -> list[Cell]:
    separator = "tab" if origin.separator == "\t" else origin.separator or ""
    size = origin.size
    words = f"{size / 1_048_576:,.1f} MB" if size >= 1_048_576 else f"{max(1, round(size / 1024)):,} kB"
    return [
        origin.member.name,
        origin.container,
        origin.encoding or "",
        separator,
        origin.sheet or "",
        (words, float(size)),
    ]


def preview_table(preview: Preview) -> QTableWidget:
    """The first rows as text; a header keeps its column's name beside its words."""
    table = QTableWidget(len(preview.rows), len(preview.columns))
    for column, name in enumerate(preview.columns):
        head = QTableWidgetItem(name)
        head.setData(Qt.ItemDataRole.UserRole, name)
        table.setHorizontalHeaderItem(column, head)
    for row, cells in enumerate(preview.rows):
        for column, text in enumerate(cells):
            table.setItem(row, column, QTableWidgetItem(text[:300]))
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setAccessibleName("First rows")
    table.verticalHeader().setDefaultSectionSize(24)
    table.resizeColumnsToContents()
    for column in range(table.columnCount()):
        table.setColumnWidth(column, min(max(table.columnWidth(column) + 8, 70), _WIDEST))
    return table
