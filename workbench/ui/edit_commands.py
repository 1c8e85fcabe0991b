"""Commands on elements and links: clipboard, removing, arranging, the happy path."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from PySide6.QtGui import QGuiApplication

from workbench.errors import WorkbenchError
from workbench.journey import edits, layout
from workbench.journey.codec import decode, encode
from workbench.journey.element import Element, ElementId, Link
from workbench.journey.happy_path import ordered_path
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind
from workbench.project import library
from workbench.ui.actions import ActionSpec
from workbench.ui.canvas.scene import sizes
from workbench.ui.command_group import CommandGroup

_SHIFT = 40


class EditCommands(CommandGroup):
    """Everything that changes the map."""

    def edit_specs(self) -> tuple[ActionSpec, ...]:
        stack, search = self.desk.session.undo_stack, self.view.adding.ask_beside_selection
        return (
            ActionSpec("undo", "Edit", "&Undo", stack.undo, ("Ctrl+Z",), "undo-2"),
            ActionSpec("redo", "Edit", "&Redo", stack.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), "redo-2"),
            ActionSpec("cut", "Edit", "Cu&t", self.cut, ("Ctrl+X",), needs="elements"),
            ActionSpec("copy", "Edit", "&Copy", self.copy, ("Ctrl+C",), "copy", needs="elements"),
            ActionSpec("paste", "Edit", "&Paste", self.paste, ("Ctrl+V",)),
            ActionSpec("duplicate", "Edit", "&Duplicate", self.duplicate, ("Ctrl+D",), needs="elements"),
            ActionSpec("delete", "Edit", "D&elete", self.delete, ("Del", "Backspace"), "trash-2", needs="selection"),
            ActionSpec("rename", "Edit", "Re&name", self.rename, ("F2",), "pencil", needs="elements"),
            ActionSpec("select_all", "Edit", "Select &all", self.select_all, ("Ctrl+A",)),
            ActionSpec("quick_add", "Insert", "&Search the library…", search, ("Ctrl+K",), "search"),
            ActionSpec("add_stage", "Insert", "New &stage", lambda: self.add_kind(Kind.STAGE), (), "map-pin"),
            ActionSpec("add_micro", "Insert", "New &micro-conversion", lambda: self.add_kind(Kind.MICRO), (), "zap"),
            ActionSpec("add_macro", "Insert", "New m&acro-conversion", lambda: self.add_kind(Kind.MACRO), (), "target"),
            ActionSpec(
                "link_chosen",
                "Insert",
                "&Link the selected elements",
                self.link_chosen,
                ("Alt+L",),
                "link",
                "Link the selected elements in the order they were selected",
                needs="elements",
            ),
        )

    def arrange_specs(self) -> tuple[ActionSpec, ...]:
        align = self.align
        return (
            ActionSpec("tidy", "Arrange", "&Tidy layout", self.tidy, ("Ctrl+L",), "workflow", "Lay out the map"),
            ActionSpec(
                "align_left", "Arrange", "Align &left", lambda: align("left"), ("Ctrl+Shift+Left",), needs="elements"
            ),
            ActionSpec(
                "align_top",
                "Arrange",
                "Align t&op",
                lambda: align("top"),
                ("Ctrl+Shift+Up",),
                "align-center-horizontal",
                needs="elements",
            ),
            ActionSpec("align_middle", "Arrange", "Align &middle", lambda: align("middle"), (), needs="elements"),
            ActionSpec("align_centre", "Arrange", "Align &centre", lambda: align("centre"), (), needs="elements"),
            ActionSpec(
                "spread_across",
                "Arrange",
                "Distribute &across",
                lambda: self.spread(0),
                ("Alt+H",),
                "align-center-vertical",
                needs="elements",
            ),
            ActionSpec(
                "spread_down", "Arrange", "Distribute &down", lambda: self.spread(1), ("Alt+V",), needs="elements"
            ),
            ActionSpec(
                "happy_path",
                "Arrange",
                "Mark &happy path",
                self.mark_happy_path,
                (),
                "route",
                "Mark the selected elements as the happy path",
            ),
            ActionSpec("unseat", "Arrange", "Take &off stage", self.unseat, (), needs="elements"),
        )

    @property
    def _chosen(self) -> tuple[Element, ...]:
        return self.desk.session.selected_elements

    @property
    def _placed(self) -> list[Element]:
        return [e for e in self._chosen if e.stage_id is None]

    def delete(self) -> None:
        session = self.desk.session
        links = [link.link_id for link in session.selected_links]
        session.apply("Delete", edits.remove, [e.element_id for e in self._chosen], links)

    def copy(self) -> None:
        journey = self.desk.session.journey
        ids = {e.element_id for e in self._chosen}
        elements = [e for e in journey.elements if e.element_id in ids or e.stage_id in ids]
        links = [k for k in journey.links if k.source_id in ids and k.target_id in ids]
        plain = {"elements": [encode(e) for e in elements], "links": [encode(k) for k in links]}
        # As text: a QMimeData made in Python that is still on the clipboard at exit crashes the interpreter.
        QGuiApplication.clipboard().setText(json.dumps(plain, ensure_ascii=False, indent=1))

    def cut(self) -> None:
        self.copy()
        self.delete()

    def paste(self) -> None:
        try:
            plain = json.loads(QGuiApplication.clipboard().text())
            elements = [decode(Element, item, "the clipboard") for item in plain["elements"]]
            links = [decode(Link, item, "the clipboard") for item in plain["links"]]
        except (WorkbenchError, KeyError, TypeError, ValueError):
            self.window.say("The clipboard holds no elements: copy some first (Ctrl+C).")
            return
        self._paste(elements, links, "Paste")

    def duplicate(self) -> None:
        journey = self.desk.session.journey
        ids = {e.element_id for e in self._chosen}
        elements = [e for e in journey.elements if e.element_id in ids or e.stage_id in ids]
        links = [k for k in journey.links if k.source_id in ids and k.target_id in ids]
        self._paste(elements, links, "Duplicate")

    def _paste(self, elements: list[Element], links: list[Link], words: str) -> None:
        pasted: list[Any] = []

        def grow(before: Journey) -> Journey:
            after, fresh = edits.paste(before, elements, links, _SHIFT, _SHIFT)
            pasted[:] = fresh
            return after

        self.desk.session.apply(words, grow)
        self.desk.session.select(pasted)

    def select_all(self) -> None:
        self.desk.session.select(e.element_id for e in self.desk.session.journey.elements)

    def rename(self) -> None:
        if self._chosen:
            self.window.right.show()
            self.window.inspector.focus_title()

    def add_kind(self, kind: Kind) -> None:
        """Add an element of a kind without a rule, beside the selection."""
        self.view.adding.add_beside(library.blank(kind))

    def tidy(self) -> None:
        """Lay out the whole map, or several selected elements only."""
        journey = self.desk.session.journey
        only = [e.element_id for e in self._placed] if len(self._placed) > 1 else None
        made = layout.lay_out(journey, sizes(journey), only)
        self.desk.session.apply("Tidy layout", edits.place, made.positions)
        if only is None:
            self.view.fit()

    def align(self, edge: str) -> None:
        """Align the selected cards on one edge or middle line."""
        placed = self._placed
        if len(placed) < 2:
            self.window.say("Select two or more elements to align.")
            return
        size = sizes(self.desk.session.journey)
        spots: dict[ElementId, tuple[int, int]] = {}
        for e in placed:
            width, height = size[e.element_id]
            first_width, first_height = size[placed[0].element_id]
            x = placed[0].x + (first_width - width) // 2 if edge == "centre" else min(p.x for p in placed)
            y = placed[0].y + (first_height - height) // 2 if edge == "middle" else min(p.y for p in placed)
            spots[e.element_id] = (x, e.y) if edge in ("left", "centre") else (e.x, y)
        self.desk.session.apply("Align", edits.place, spots)

    def spread(self, axis: int) -> None:
        """Make the gaps between the selected cards equal, across (0) or down (1)."""
        placed = sorted(self._placed, key=lambda e: (e.x, e.y)[axis])
        if len(placed) < 3:
            self.window.say("Select three or more elements to distribute.")
            return
        size = sizes(self.desk.session.journey)
        starts = [(e.x, e.y)[axis] for e in placed]
        lengths = [size[e.element_id][axis] for e in placed]
        gap = (starts[-1] - starts[0] - sum(lengths[:-1])) / (len(placed) - 1)
        spots, at = {}, float(starts[0])
        for e, length in zip(placed, lengths, strict=True):
            spots[e.element_id] = (round(at), e.y) if axis == 0 else (e.x, round(at))
            at += length + gap
        self.desk.session.apply("Distribute", edits.place, spots)

    def link_chosen(self) -> None:
        """Link each selected element to the next one, in the order they were selected."""
        ids = [e.element_id for e in self._placed]
        if len(ids) < 2:
            self.window.say("Select two elements or more first: each is linked to the one selected after it.")
            return

        def linked(journey: Journey) -> Journey:
            for source_id, target_id in pairwise(ids):
                journey = edits.connect(journey, source_id, target_id)
            return journey

        self.desk.session.apply("Link", linked)

    def mark_happy_path(self) -> None:
        """Make the selected elements the happy path, in the order of the links; without a selection the widest path."""
        journey = self.desk.session.journey
        took = {i: shown.people or 0.0 for i, shown in self.desk.figures.links.items()}
        path = ordered_path(journey, [e.element_id for e in self._placed], took)
        if len(path) < 2:
            self.window.say("Link some elements first: the happy path leads from an entry to a macro-conversion.")
            return
        self.desk.session.apply("Mark happy path", edits.mark_happy_path, path)

    def unseat(self) -> None:
        """Take the selected micro-conversions off their stage and put them below it."""
        seated = [seat for seat in self._chosen if seat.stage_id is not None]

        def taken_off(journey: Journey) -> Journey:
            for place, seat in enumerate(seated):
                rect = self.view.scene_.rect_of(seat.element_id)
                x, y = round(rect.left() / 10) * 10 + 260 * place, round(rect.bottom() / 10) * 10 + 40
                journey = edits.unseat(journey, seat.element_id, x, y)
            return journey

        self.desk.session.apply("Take off stage", taken_off)
