"""Turns what a disk refuses into a message, and clears away what a killed program left."""

from __future__ import annotations

import errno
import shutil
import time
from pathlib import Path

from workbench.errors import WorkbenchError

_DAY_S = 86_400


class disk_errors:  # noqa: N801 - reads as a phrase: with disk_errors()
    """Turns a full disk or a folder without permission into a message."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if not isinstance(error, OSError):
            return
        # NumPy reports a short write without a number of its own.
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or "requested and" in str(error):
            raise WorkbenchError(
                "The disk is full; nothing was kept of this import.", "Free some space and import again."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            name = error.filename or "a folder"
            raise WorkbenchError(
                f"{name} may not be read or written.", "Choose another folder, or ask for permission."
            ) from error


def sweep(folder: Path, pattern: str) -> None:
    """Remove unfinished work that is more than a day old: only a program that was killed leaves any."""
    if not folder.is_dir():
        return
    for left in folder.glob(pattern):
        try:
            is_old = time.time() - left.stat().st_mtime > _DAY_S
        except OSError:
            continue
        if is_old:
            shutil.rmtree(left, ignore_errors=True)
