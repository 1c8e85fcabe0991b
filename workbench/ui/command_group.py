"""What the groups of commands share: the window, its desk and its map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.session.desk import Desk
from workbench.ui.canvas.view import MapView

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class CommandGroup:
    """Set up by `Commands`."""

    window: MainWindow
    desk: Desk
    view: MapView
