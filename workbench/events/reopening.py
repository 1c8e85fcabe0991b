"""Reopening what an earlier import left in the cache."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.events.report import ImportReport
from workbench.events.store import EventStore


def reopened(folder: Path) -> tuple[EventStore, ImportReport] | None:
    """The store and report of an earlier import; None if there are none or another version wrote them.

    What another version wrote is cleared away, so that the same files can be imported anew.
    """
    known = ImportReport.load(folder) if folder.is_dir() else None
    if known is None:
        return None
    try:
        store = EventStore.open(folder)
    except WorkbenchError:
        shutil.rmtree(folder)
        return None
    os.utime(folder)
    return store, known
