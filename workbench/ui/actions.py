"""The registry of actions: menus, toolbar and the list of keys are made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from workbench.ui import icons
from workbench.ui.theme import theme

SEPARATOR = "-"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One thing a person can do: where it stands, its words, keys and what it calls."""

    action_id: str
    menu: str
    text: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    is_checkable: bool = False
    needs: str = ""
    """"selection" or "elements": greyed out without one."""


class Actions(QObject):
    """QActions by id, owned by the window; a QObject, so that the theme forgets it when the window goes."""

    def __init__(self, owner: QWidget, specs: Iterable[ActionSpec]) -> None:
        super().__init__(owner)
        self.specs = tuple(specs)
        self._by_id: dict[str, QAction] = {}
        for spec in self.specs:
            action = QAction(spec.text, owner)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            action.setCheckable(spec.is_checkable)
            plain = spec.text.replace("&", "").rstrip("…")
            shown_keys = f" ({spec.keys[0]})" if spec.keys else ""
            action.setToolTip((spec.tip or plain) + shown_keys)
            # triggered passes `checked` since 6.11 even to slots that take nothing: swallowed here, once.
            action.triggered.connect(lambda checked=False, run=spec.run: run())
            owner.addAction(action)
            self._by_id[spec.action_id] = action
        theme().changed.connect(self.tint)
        self.tint()

    def __getitem__(self, action_id: str) -> QAction:
        return self._by_id[action_id]

    def tint(self) -> None:
        """Give the icons the theme's colour."""
        for spec in self.specs:
            if spec.icon:
                self._by_id[spec.action_id].setIcon(icons.icon(spec.icon))

    def allow(self, has_selection: bool, has_elements: bool) -> None:
        """Grey out what needs a selection."""
        for spec in self.specs:
            if spec.needs:
                self._by_id[spec.action_id].setEnabled(has_elements if spec.needs == "elements" else has_selection)

    def fill_menu_bar(self, bar: QMenuBar, menus: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, QMenu]:
        """Menus with their actions; "-" is a separator."""
        made = {}
        for title, ids in menus:
            made[title.replace("&", "")] = menu = bar.addMenu(title)
            for action_id in ids:
                if action_id == SEPARATOR:
                    menu.addSeparator()
                else:
                    menu.addAction(self._by_id[action_id])
        return made

    def fill_tool_bar(self, bar: QToolBar, ids: Iterable[str]) -> None:
        for action_id in ids:
            if action_id == SEPARATOR:
                bar.addSeparator()
            else:
                bar.addAction(self._by_id[action_id])
