"""Commands on files: new, open, save, export, quit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench import paths
from workbench.errors import WorkbenchError
from workbench.export.write import check_suffix, write_report
from workbench.journey.journey import Journey
from workbench.project import autosave, file
from workbench.project.file import SUFFIX
from workbench.project.library import Template
from workbench.session.recent import remember_file
from workbench.ui import picture
from workbench.ui.actions import ActionSpec
from workbench.ui.command_group import CommandGroup
from workbench.ui.dialogs import ask

if TYPE_CHECKING:
    from workbench.export.report import Report

SAMPLE = "shop.journey"
_JOURNEYS = f"Journeys (*{SUFFIX});;All files (*)"


class FileCommands(CommandGroup):
    """Everything that opens or leaves a file."""

    def file_specs(self) -> tuple[ActionSpec, ...]:
        return (
            ActionSpec("new", "File", "&New journey", self.new, ("Ctrl+N",), "file-plus"),
            ActionSpec("open", "File", "&Open…", self.open, ("Ctrl+O",), "folder-open"),
            ActionSpec("start", "File", "S&tart page", self.start, icon="grid-3x3"),
            ActionSpec("save", "File", "&Save", self.save, ("Ctrl+S",), "save"),
            ActionSpec("save_as", "File", "Save &as…", self.save_as, ("Ctrl+Shift+S",)),
            ActionSpec(
                "export_workbook", "File", "&Export Excel summary…", self.export_workbook, ("Ctrl+E",), "download"
            ),
            ActionSpec("export_picture", "File", "Export map as &picture…", self.export_picture, icon="image"),
            ActionSpec("quit", "File", "&Quit", self.quit, ("Ctrl+Q",)),
        )

    def new(self) -> None:
        if self.may_close():
            self.desk.start(Journey())
            self.window.show_start(False)

    def start(self) -> None:
        if self.may_close():
            self.desk.start(Journey())
            self.window.show_start(True)

    def open(self) -> None:
        chosen = ask.file_to_open(self.window, "Open journey", _JOURNEYS)
        if chosen:
            self.open_path(chosen)

    def open_path(self, path: Path) -> None:
        """Open a journey; a file that cannot be read is told about and changes nothing."""
        if not self.may_close():
            return
        try:
            self.desk.open(path)
        except WorkbenchError as error:
            self.show_error(error)
            return
        remember_file(path)
        self.window.show_start(False)

    def open_sample(self) -> None:
        """Open the sample without its file, so that saving asks for a place of its own."""
        if self.may_close():
            self.desk.start(file.load(paths.sample_data() / SAMPLE))
            self.window.show_start(False)

    def use_template(self, template: Template) -> None:
        if self.may_close():
            self.desk.start(template.journey())
            self.window.show_start(False)

    def save(self) -> bool:
        if self.desk.session.path is None:
            return self.save_as()
        return self._save_to(self.desk.session.path)

    def save_as(self) -> bool:
        name = self.desk.session.path or Path.home() / f"{self.desk.session.journey.name}{SUFFIX}"
        chosen = ask.file_to_save(self.window, "Save journey", _JOURNEYS, name)
        if chosen is None:
            return False
        return self._save_to(chosen if chosen.suffix else chosen.with_suffix(SUFFIX))

    def _save_to(self, path: Path) -> bool:
        try:
            self.desk.save(path)
        except WorkbenchError as error:
            self.show_error(error)
            return False
        autosave.discard(path)
        autosave.discard(None)
        remember_file(path)
        self.window.say(f"Saved {path.name}.")
        return True

    def may_close(self) -> bool:
        """Ask about unsaved edits; True when the document may go."""
        if not self.desk.session.is_dirty:
            return True
        answer = ask.keep_changes(self.window, self.desk.session.journey.name)
        if answer is ask.Answer.NO:
            autosave.discard(self.desk.session.path)
            return True
        return self.save() if answer is ask.Answer.YES else False

    def export_workbook(self) -> None:
        self._export("Export Excel summary", "Excel workbook (*.xlsx);;Report (*.json)", ".xlsx")

    def export_picture(self) -> None:
        self._export("Export map", "PNG picture (*.png);;SVG drawing (*.svg)", ".png")

    def _export(self, title: str, kinds: str, suffix: str) -> None:
        folder = self.desk.session.path.parent if self.desk.session.path else Path.home()
        chosen = ask.file_to_save(self.window, title, kinds, folder / f"{self.desk.session.journey.name}{suffix}")
        if chosen is None:
            return
        path = chosen if chosen.suffix else chosen.with_suffix(suffix)
        try:
            check_suffix(path)
        except WorkbenchError as error:
            self.show_error(error)
            return
        is_begun = self.desk.exporter.ask(path)
        self.window.say(f"Exporting {path.name}…" if is_begun else "Another export is still being made.")

    def write_picture(self, path: Path, report: Report) -> None:
        """Paint a picture whose report is ready, and write it."""
        try:
            write_report(path, report, lambda kind: picture.paint(report.journey, report.figures, kind))
        except WorkbenchError as error:
            self.show_error(error)
            return
        self.say_written(path)

    def say_written(self, path: Path) -> None:
        self.window.say(f"Exported {path.name}.")

    def keep_copy(self) -> None:
        """Keep a copy of an unsaved journey, every half minute and when something went wrong."""
        if self.desk.session.is_dirty:
            autosave.keep(self.desk.session.journey, self.desk.session.path)

    def offer_recovery(self) -> None:
        """Offer what a crash left behind."""
        for left in autosave.left_behind():
            question = f"“{left.journey.name}” was not saved when Breadcrumb last ended."
            if ask.confirm(self.window, question, "Open the copy that was kept?"):
                self.desk.start(left.journey, left.path)
                self.desk.session.mark_unsaved()
                self.window.show_start(False)
                self.keep_copy()
                autosave.forget(left)
                return
            autosave.forget(left)

    def quit(self) -> None:
        self.window.close()

    def show_error(self, error: Exception) -> None:
        """Tell what went wrong and what to do."""
        if isinstance(error, WorkbenchError):
            ask.tell(self.window, error.message, error.hint)
        else:
            ask.tell(self.window, "Something went wrong inside Breadcrumb.", f"{type(error).__name__}: {error}")
