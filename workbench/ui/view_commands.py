"""Commands on the view: camera, theme, docks, presentation, help."""

from __future__ import annotations

from PySide6.QtWidgets import QDockWidget

from workbench.session.recent import remember
from workbench.ui.actions import ActionSpec
from workbench.ui.command_group import CommandGroup
from workbench.ui.theme import theme


class ViewCommands(CommandGroup):
    """Everything that changes only what is seen."""

    def view_specs(self) -> tuple[ActionSpec, ...]:
        return (
            ActionSpec("fit", "View", "&Fit the map", self.view.fit, ("Shift+1",), "maximize"),
            ActionSpec(
                "fit_selection", "View", "Fit &selection", self.view.fit_selection, ("Shift+2",), needs="elements"
            ),
            ActionSpec("whole", "View", "&100 %", self.view.zoom_whole, ("Ctrl+0", "Shift+0")),
            ActionSpec("zoom_in", "View", "Zoom &in", lambda: self.view.zoom(1.2), ("Ctrl++", "Ctrl+=")),
            ActionSpec("zoom_out", "View", "Zoom &out", lambda: self.view.zoom(1 / 1.2), ("Ctrl+-",)),
            ActionSpec(
                "worth",
                "View",
                "&Value per person on the map",
                self.toggle_worth,
                ("Shift+V",),
                tip="What a person standing at each element goes on to bring",
                is_checkable=True,
            ),
            ActionSpec("dark", "View", "&Dark theme", self.toggle_dark, (), "moon", "Light or dark theme"),
            ActionSpec("left", "View", "&Elements", lambda: _toggle(self.window.left), ("F9",)),
            ActionSpec("right", "View", "Ins&pector", lambda: _toggle(self.window.right), ("F10",)),
            ActionSpec("bottom", "View", "&Results", lambda: _toggle(self.window.bottom), ("F12",)),
            ActionSpec("full_screen", "View", "F&ull screen", self.toggle_full_screen, ("F11",)),
            ActionSpec("present", "Present", "&Present the journey", self.present, ("F5",), "presentation"),
            ActionSpec("keys", "Help", "&Keys", self.show_keys, ("F1",), "keyboard"),
            ActionSpec("about", "Help", "&About Breadcrumb", self.show_about, (), "info"),
        )

    def toggle_dark(self) -> None:
        is_dark = not theme().colours.is_dark
        theme().use(is_dark)
        remember("dark", is_dark)

    def toggle_worth(self) -> None:
        self.view.scene_.show_worth(self.window.actions_["worth"].isChecked())

    def toggle_full_screen(self) -> None:
        if self.window.isFullScreen():
            self.window.showNormal()
        else:
            self.window.showFullScreen()

    def present(self) -> None:
        from workbench.ui.present.show import Show

        if not self.desk.session.journey.elements:
            self.window.say("There is nothing to present yet: draw a journey first.")
            return
        self.show_ = Show(self.desk, self.window)
        self.show_.begin()

    def show_keys(self) -> None:
        from workbench.ui.dialogs.keys import KeysDialog

        KeysDialog(self.window, self.window.actions_.specs).open()

    def show_about(self) -> None:
        from workbench.ui.dialogs.keys import about

        about(self.window)


def _toggle(dock: QDockWidget) -> None:
    dock.setVisible(not dock.isVisible())
