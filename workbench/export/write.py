"""Writes a report by the ending of its file: .xlsx, .json, .png or .svg, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.export.report import Report

Paint = Callable[[str], bytes]
SUFFIXES = (".xlsx", ".json", ".png", ".svg")


def write_report(path: Path, report: Report, paint: Paint | None = None) -> None:
    """Write one file.

    Parameters
    ----------
    path : Path
        Its ending chooses the form.
    report : Report
    paint : callable
        Gives the picture's bytes for "png" or "svg", since pictures are painted elsewhere; tables need none.

    Raises
    ------
    WorkbenchError
        If the ending is unknown or the file cannot be written.
    """
    check_suffix(path)
    content = _content(path, report, paint)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise WorkbenchError(
            f"{path} cannot be written: {error.strerror}.", "Close it elsewhere or choose another folder."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def check_suffix(path: Path) -> None:
    """Refuse a file whose ending is not known, before any work is done.

    Raises
    ------
    WorkbenchError
        If the ending is unknown or the folder does not exist.
    """
    if path.suffix.lower() not in SUFFIXES:
        endings = ", ".join(SUFFIXES)
        raise WorkbenchError(f"“{path.name}” ends in nothing that can be exported.", f"End it in one of {endings}.")
    if not path.resolve().parent.is_dir():
        raise WorkbenchError(f"The folder {path.resolve().parent} does not exist.", "Make it first, or choose another.")


def _content(path: Path, report: Report, paint: Paint | None) -> bytes:
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        from workbench.export.workbook import workbook_bytes

        return workbook_bytes(report)
    if suffix == ".json":
        from workbench.export.json_report import json_text

        return json_text(report).encode()
    if paint is None:
        raise WorkbenchError("A picture cannot be painted here.", "Export it from the window.")
    return paint(suffix[1:])
