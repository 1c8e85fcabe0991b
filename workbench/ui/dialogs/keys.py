"""The list of keys, and what this program is."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMessageBox, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench import __version__
from workbench.ui.actions import ActionSpec

_ON_MAP = (
    ("Add an element", "Tab, or double-click the map"),
    ("Link", "drag from a card's right edge"),
    ("Move by one grid step", "arrow keys (Shift: five steps)"),
    ("Follow a link", "Ctrl+Right, Ctrl+Left"),
    ("Pan", "Space and drag, or middle button"),
    ("Zoom", "mouse wheel"),
    ("Select several", "drag a rectangle, or Shift+click"),
    ("Cancel a gesture, clear the selection", "Esc"),
)


class KeysDialog(QDialog):
    """Made from the registry of actions, so that it cannot be wrong."""

    def __init__(self, parent: QWidget, specs: Iterable[ActionSpec]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(520, 640)
        tree = QTreeWidget()
        tree.setColumnCount(2)
        tree.setHeaderLabels(["What", "Keys"])
        groups: dict[str, QTreeWidgetItem] = {"On the map": QTreeWidgetItem(tree, ["On the map"])}
        for words, keys in _ON_MAP:
            QTreeWidgetItem(groups["On the map"], [words, keys])
        for spec in specs:
            if spec.keys:
                if spec.menu not in groups:
                    groups[spec.menu] = QTreeWidgetItem(tree, [spec.menu])
                QTreeWidgetItem(groups[spec.menu], [spec.text.replace("&", ""), "  ".join(spec.keys)])
        tree.expandAll()
        tree.resizeColumnToContents(0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(tree)
        layout.addWidget(buttons)


def about(parent: QWidget) -> None:
    QMessageBox.about(
        parent,
        "About Breadcrumb",
        f"<h3>Breadcrumb {__version__}</h3><p>An offline workbench for mapping funnels.</p>"
        "<p>MIT licence. Uses Qt (LGPLv3), Inter (OFL) and Lucide icons (ISC). It opens no network connection.</p>",
    )
