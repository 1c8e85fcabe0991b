"""What the menus do: the table of actions, made from the commands on files, elements, data and view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.actions import SEPARATOR, ActionSpec
from workbench.ui.data_commands import DataCommands
from workbench.ui.edit_commands import EditCommands
from workbench.ui.file_commands import FileCommands
from workbench.ui.view_commands import ViewCommands

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "&File",
        (
            *("new", "open", "start", SEPARATOR, "save", "save_as", SEPARATOR),
            *("import", SEPARATOR, "export_workbook", "export_picture", SEPARATOR, "quit"),
        ),
    ),
    (
        "&Edit",
        (
            *("undo", "redo", SEPARATOR, "cut", "copy", "paste", "duplicate", "delete", SEPARATOR),
            *("rename", "select_all"),
        ),
    ),
    (
        "&View",
        (
            *("fit", "fit_selection", "whole", "zoom_in", "zoom_out", SEPARATOR),
            *("worth", "dark", SEPARATOR, "left", "right", "bottom", "full_screen"),
        ),
    ),
    ("&Insert", ("quick_add", "add_stage", "add_micro", "add_macro", SEPARATOR, "link_chosen")),
    (
        "&Arrange",
        (
            *("tidy", SEPARATOR, "align_left", "align_top", "align_middle", "align_centre", SEPARATOR),
            *("spread_across", "spread_down", SEPARATOR, "happy_path", "unseat"),
        ),
    ),
    ("&Data", ("import", "summary", "match", "draft", SEPARATOR, "reload", "unload")),
    ("&Present", ("present",)),
    ("&Help", ("keys", "about")),
)
TOOL_BAR: tuple[str, ...] = (
    *("open", "save", "import", SEPARATOR, "undo", "redo", SEPARATOR, "tidy", "align_top", "spread_across", SEPARATOR),
    *("fit", "dark", SEPARATOR, "happy_path", SEPARATOR, "export_workbook", "present"),
)


class Commands(FileCommands, EditCommands, DataCommands, ViewCommands):
    """All commands of the window; each group is a class of its own."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.desk = window.desk
        self.view = window.view

    def specs(self) -> tuple[ActionSpec, ...]:
        """Every action of the program."""
        return (*self.file_specs(), *self.edit_specs(), *self.arrange_specs(), *self.data_specs(), *self.view_specs())
