"""Tells whether a file is still the one that was imported, without reading all of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from workbench.errors import WorkbenchError

_EDGE = 1 << 20


def fingerprint(path: Path) -> str:
    """Hash of a file's size, time of change and first and last MiB; of a folder, of all its files.

    Raises
    ------
    WorkbenchError
        If the file is not there or may not be read.
    """
    digest = hashlib.sha256()
    try:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            _add(digest, file)
    except FileNotFoundError as error:
        raise WorkbenchError(f"{path} is not there.", "Check the name, or choose the file again.") from error
    except PermissionError as error:
        raise WorkbenchError(
            f"{path} may not be read.", "Ask for permission, or copy it to your own folder."
        ) from error
    return digest.hexdigest()[:32]


def _add(digest: hashlib._Hash, file: Path) -> None:
    status = file.stat()
    digest.update(f"{file.name} {status.st_size} {status.st_mtime_ns} ".encode())
    with file.open("rb") as stream:
        digest.update(stream.read(_EDGE))
        if status.st_size > _EDGE:
            stream.seek(max(_EDGE, status.st_size - _EDGE))
            digest.update(stream.read(_EDGE))
