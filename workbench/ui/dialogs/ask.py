"""Questions to the person; each function can be replaced in a test, so that no test needs a modal loop."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


class Answer(Enum):
    """What was answered to a question with three ways out."""

    YES = "yes"
    NO = "no"
    CANCEL = "cancel"


def file_to_open(parent: QWidget, title: str, kinds: str) -> Path | None:
    name, _ = QFileDialog.getOpenFileName(parent, title, "", kinds)
    return Path(name) if name else None


def files_to_open(parent: QWidget, title: str, kinds: str) -> list[Path]:
    names, _ = QFileDialog.getOpenFileNames(parent, title, "", kinds)
    return [Path(name) for name in names]


def file_to_save(parent: QWidget, title: str, kinds: str, proposed: Path) -> Path | None:
    name, _ = QFileDialog.getSaveFileName(parent, title, str(proposed), kinds)
    return Path(name) if name else None


def tell(parent: QWidget, message: str, hint: str) -> None:
    box = QMessageBox(QMessageBox.Icon.Warning, "Breadcrumb", message, QMessageBox.StandardButton.Ok, parent)
    box.setInformativeText(hint)
    box.open()


def confirm(parent: QWidget, message: str, hint: str) -> bool:
    buttons = QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No
    box = QMessageBox(QMessageBox.Icon.Question, "Breadcrumb", message, buttons, parent)
    box.setInformativeText(hint)
    return box.exec() == QMessageBox.StandardButton.Yes


def keep_changes(parent: QWidget, name: str) -> Answer:
    kinds = QMessageBox.StandardButton
    box = QMessageBox(
        QMessageBox.Icon.Question,
        "Breadcrumb",
        f"“{name}” has changes that are not saved.",
        kinds.Save | kinds.Discard | kinds.Cancel,
        parent,
    )
    box.setInformativeText("Save them first?")
    answers = {kinds.Save: Answer.YES, kinds.Discard: Answer.NO}
    return answers.get(kinds(box.exec()), Answer.CANCEL)
