"""Nothing that is shown again and again makes the window wait: what was measured to take long is done once."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from tests.ui.loading import measured
from workbench.ui.panels.panel import Table


def test_a_table_is_measured_once_for_all_its_cells(qapp, qtbot):
    table = Table(("Name", "People", "Rate"))
    qtbot.addWidget(table)
    table.show()
    table.fill([["a", ("1", 1.0), ("1 %", 0.01)]])
    told = []
    table.model().dataChanged.connect(lambda *_: told.append(1))
    table.fill([[f"row {n}", ("1,234,567,890", float(n)), ("100 %", 1.0)] for n in range(40)])
    assert len(told) == 1
    QApplication.processEvents()
    assert table.columnWidth(1) >= table.sizeHintForColumn(1) > 0
    assert {table.item(row, 0).text() for row in range(40)} == {f"row {n}" for n in range(40)}


def test_drivers_are_drawn_as_few_items_however_many_there_are(window, desk, qtbot):
    window.commands.open_sample()
    measured(desk, qtbot)
    panel = window.results.drivers
    window.results.show_panel(panel)
    qtbot.waitUntil(lambda: panel._plot is not None and len(panel._plot.listDataItems()) > 1, timeout=60_000)
    items = panel._plot.listDataItems()
    assert len(items) <= 6
    points = [item for item in items if item.opts["symbol"] is not None]
    assert {item.opts["symbol"] for item in points} == {"o", "s", "t"}
    assert sum(len(item.getData()[0]) for item in points) == 8
