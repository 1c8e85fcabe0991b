"""Commands on data: import, summary, reload, relink."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import CancelledError
from workbench.journey import edits
from workbench.journey.element import Element
from workbench.journey.journey import Dataset, Journey
from workbench.journey.layout import lay_out
from workbench.project.file import SUFFIX
from workbench.session.shelf import Loaded
from workbench.ui.actions import ActionSpec
from workbench.ui.canvas.scene import sizes
from workbench.ui.command_group import CommandGroup
from workbench.ui.data_words import one_line
from workbench.ui.dialogs import ask

if TYPE_CHECKING:
    from workbench.analysis.draft import Draft

_ENDINGS = "csv tsv txt json jsonl ndjson xml xes parquet arrow feather orc avro xlsx xls ods gz zip zst"
_DATA = f"Exports ({' '.join(f'*.{ending}' for ending in _ENDINGS.split())});;All files (*)"


class DataCommands(CommandGroup):
    """Everything that loads, shows or drops data."""

    def data_specs(self) -> tuple[ActionSpec, ...]:
        return (
            ActionSpec("import", "Data", "&Import data…", self.import_data, ("Ctrl+I",), "database"),
            ActionSpec("summary", "Data", "Data &summary…", self.show_summary, (), "info"),
            ActionSpec("match", "Data", "&Match events to elements…", self.match_events, (), "link"),
            ActionSpec("draft", "Data", "&Draft a map from the data", self.draft_map, (), "workflow"),
            ActionSpec("reload", "Data", "&Reload data", self.reload, (), "refresh-cw"),
            ActionSpec("unload", "Data", "&Unload data", self.unload, (), "x"),
        )

    def import_data(self) -> None:
        paths = ask.files_to_open(self.window, "Import data", _DATA)
        if paths:
            self.take_files([str(path) for path in paths])

    def take_files(self, names: list[str]) -> None:
        """Open a dropped journey, or import dropped data after a look at the columns."""
        paths = tuple(Path(name) for name in names)
        journeys = [path for path in paths if path.suffix == SUFFIX]
        if journeys:
            self.window.commands.open_path(journeys[0])
            return
        if paths:
            self._preview(paths)

    def _preview(self, paths: tuple[Path, ...]) -> None:
        from workbench.ui.importing.wizard import ImportWizard

        wizard = ImportWizard(self.window, paths, self.desk.session.journey)
        wizard.failed.connect(self.show_import_error)
        wizard.accepted.connect(lambda: self.desk.shelf.load(paths, wizard.choices(), stands_for=wizard.stands_for))
        wizard.finished.connect(wizard.deleteLater)
        wizard.open()

    def show_import_result(self, loaded: Loaded) -> None:
        """Say what came in; before anything is drawn, the quality of the data is what there is to see."""
        if self.window.is_start:
            self.window.show_start(False)
        if not self.desk.session.journey.elements:
            self.window.results.show_panel(self.window.results.quality)
        self.window.say(one_line(loaded))

    def show_import_error(self, error: Exception) -> None:
        if isinstance(error, CancelledError):
            self.window.say("Import cancelled; everything is as it was.")
            return
        self.window.commands.show_error(error)

    def show_summary(self) -> None:
        from workbench.ui.dialogs.summary import SummaryDialog

        if not self.desk.shelf.loaded:
            self.window.say("No data is loaded: import some first (Ctrl+I).")
            return
        SummaryDialog(self.window, list(self.desk.shelf.loaded.values())).open()

    def match_events(self) -> None:
        from workbench.journey.matching import rebound
        from workbench.ui.dialogs.match_events import MatchDialog

        if self.desk.shelf.first is None or not self.desk.session.journey.elements:
            self.window.say("Draw some elements and load data (Ctrl+I) to match events to them.")
            return
        dialog = MatchDialog(self.window, self.desk)
        dialog.accepted.connect(
            lambda: self.desk.session.apply("Match events", rebound, dialog.names.chosen(), dialog.names.boxes)
        )
        dialog.open()

    def draft_map(self) -> None:
        """Draw what people did most, in the order they did it first; on a map with a drawing, only when confirmed."""
        first = self.desk.shelf.first
        if first is None or first.store is None:
            self.window.say("Load event data (Ctrl+I) to draft a map from it.")
            return
        if self.desk.session.journey.elements and not ask.confirm(
            self.window, "The drawing is replaced by a draft from the data.", "Undo brings it back. Go on?"
        ):
            return
        self.desk.drafter.ask()

    def take_draft(self, found: Draft | None) -> None:
        if found is None:
            self.window.say("The data hold too few kinds of event to draft a map from.")
            return
        self.desk.session.apply("Draft map", _redrawn, found)
        self.view.fit()
        self.window.say("A draft from the data: rename, move and delete as you like; undo takes it back.")

    def show_why(self, element: Element) -> None:
        from workbench.ui.dialogs.why import WhyDialog

        WhyDialog(self.window, self.desk, element).open()

    def reload(self) -> None:
        self.desk.shelf.forget()
        self.desk.shelf.follow()

    def unload(self) -> None:
        self.desk.session.apply("Unload data", edits.drop_datasets)

    def ask_relink(self, missing: tuple[Dataset, ...]) -> None:
        """Ask where data has gone that the journey refers to; without it the map shows what was last measured."""
        for dataset in missing:
            names = ", ".join(Path(path).name for path in dataset.paths)
            if not ask.confirm(
                self.window,
                f"The data “{names}” is not where it was.",
                "Look for it? The map can also be used without it.",
            ):
                continue
            found = ask.files_to_open(self.window, f"Where is {names}?", _DATA)
            if found:
                self._relink(dataset, found)

    def _relink(self, dataset: Dataset, found: list[Path]) -> None:
        moved = tuple(path.resolve().as_posix() for path in found)
        fresh = Dataset(dataset.dataset_id, moved, "", dataset.mapping, dataset.zone, dataset.summary)
        self.desk.session.apply("Relink data", edits.bind_dataset, fresh, dataset.dataset_id)


def _redrawn(journey: Journey, found: Draft) -> Journey:
    """The drafted map, laid out."""
    from workbench.project.drafting import drawn

    made = drawn(journey, found)
    return edits.place(made, lay_out(made, sizes(made)).positions)
