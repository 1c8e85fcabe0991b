"""The window is there before anything heavy is loaded."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("scipy", "statsmodels", "pandas", "duckdb", "pyarrow", "numba", "pyqtgraph", "openpyxl")
SHOW = f"""
import sys
from PySide6.QtWidgets import QApplication
from workbench.session.desk import Desk
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import prepare
application = QApplication([])
prepare(application)
desk = Desk()
window = MainWindow(desk)
window.show()
application.processEvents()
desk.shutdown()
print(",".join(name for name in {HEAVY} if name in sys.modules))
"""


def test_nothing_heavy_is_loaded_before_the_window_is_shown() -> None:
    done = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ""
