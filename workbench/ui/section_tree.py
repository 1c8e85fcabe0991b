"""Sections of figures with their particulars, as the data summary and the check of an import show them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from workbench.events.repairs import Dropped

Rows = Sequence[tuple[str, str, str]]


def section_tree(sections: Sequence[tuple[str, Rows]]) -> QTreeWidget:
    """Sections of rows with three columns, all open."""
    tree = QTreeWidget()
    tree.setAccessibleName("What was found")
    tree.setColumnCount(3)
    tree.setHeaderLabels(["What", "Figure", "Particulars"])
    for title, rows in sections:
        head = QTreeWidgetItem(tree, [title, str(len(rows)) if len(rows) > 8 else ""])
        font = head.font(0)
        font.setBold(True)
        head.setFont(0, font)
        for row in rows:
            item = QTreeWidgetItem(head, list(row))
            item.setToolTip(2, row[2])
        if not rows:
            QTreeWidgetItem(head, ["none", "", ""])
        head.setExpanded(True)
    tree.setColumnWidth(0, 320)
    tree.setColumnWidth(1, 240)
    return tree


def where(dropped: Dropped) -> str:
    """Lines and an example of what was dropped."""
    lines = ", ".join(str(place.line) for place in dropped.places[:8])
    more = " …" if len(dropped.places) > 8 else ""
    return f"lines {lines}{more}  {dropped.example}" if lines else dropped.example
