"""The journey file: readable JSON, one element per line, so that one edit is one hunk."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import filelock

from workbench.errors import WorkbenchError
from workbench.journey.codec import decode, encode
from workbench.journey.journey import Journey

FORMAT = "breadcrumb journey"
VERSION = 1
SUFFIX = ".journey"
_LISTS = ("datasets", "elements", "links", "segments", "scenarios", "dismissed")
_ORDER = (
    "format",
    "version",
    "name",
    "currency",
    "time_zone",
    "window_s",
    "seed",
    "counting",
    "shaping",
    "happy_path",
    "datasets",
    "elements",
    "links",
    "segments",
    "scenarios",
    "presentation",
    "dismissed",
    "measured",
)


def dumps(journey: Journey) -> str:
    """Text of the file: UTF-8 JSON, LF, stable order; the same journey always gives the same text."""
    plain = _with_every_key(journey)
    lines = [f"  {_compact(key)}: {_block(key, plain[key])}" for key in (*_ORDER, *_rest(plain)) if key in plain]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _with_every_key(journey: Journey) -> dict[str, Any]:
    plain = encode(journey)
    for field in ("name", "currency", "time_zone", "window_s", "seed"):
        plain[field] = getattr(journey, field)
    for field in ("happy_path", *_LISTS):
        plain.setdefault(field, [])
    return {"format": FORMAT, "version": VERSION, **plain}


def _rest(plain: dict[str, Any]) -> list[str]:
    return [key for key in plain if key not in _ORDER]


def _block(key: str, value: Any) -> str:
    if key in _LISTS and value:
        return "[\n" + ",\n".join(f"    {_compact(item)}" for item in value) + "\n  ]"
    if key == "happy_path" and value:
        return "[\n" + ",\n".join(f"    {_compact(item)}" for item in value) + "\n  ]"
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"    {_compact(k)}: {_compact(v)}" for k, v in value.items()) + "\n  }"
    return _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def loads(text: str, where: str = "The file") -> Journey:
    """Journey from the text of a file.

    Raises
    ------
    WorkbenchError
        If the text is no journey, is damaged, or was written by a newer version; says where.
    """
    try:
        plain = json.loads(text)
    except json.JSONDecodeError as error:
        raise WorkbenchError(
            f"{where} is damaged at line {error.lineno}, column {error.colno}: {error.msg}.",
            "Mend that line in a text editor, or open an earlier copy.",
        ) from error
    except RecursionError as error:
        raise WorkbenchError(
            f"{where} is nested too deeply to be a journey.", "Open a file saved by Breadcrumb."
        ) from error
    if not isinstance(plain, dict) or plain.pop("format", None) != FORMAT:
        raise WorkbenchError(
            f"{where} is not a Breadcrumb journey.", "Open a file that ends in .journey, or import data."
        )
    version = plain.pop("version", None)
    if not isinstance(version, int) or version > VERSION:
        raise WorkbenchError(
            f"{where} was saved by a newer Breadcrumb (format {version}, this one knows {VERSION}).",
            "Update Breadcrumb, or ask for a copy in the older format.",
        )
    journey: Journey = decode(Journey, plain, where)
    _check(journey, where)
    return journey


def _check(journey: Journey, where: str) -> None:
    for kind, items in (("element", journey.elements), ("link", journey.links)):
        ids = [getattr(item, f"{kind}_id") for item in items]
        twice = next((i for i in ids if ids.count(i) > 1), None) if len(set(ids)) < len(ids) else None
        if twice is not None:
            raise WorkbenchError(f"{where} holds the {kind} “{twice}” twice.", "Give one of them another id.")
    known = set(journey.element_by_id)
    for link in journey.links:
        _check_ids(where, f"link “{link.link_id}”", (link.source_id, link.target_id), known)
    for element in journey.elements:
        if element.stage_id is not None:
            _check_ids(where, f"element “{element.element_id}”", (element.stage_id,), known)
    _check_ids(where, "happy_path", journey.happy_path, known)
    circle = next((e for e in known if e in journey.reachable_again(e)), None)
    if circle is not None:
        raise WorkbenchError(
            f"{where}: the links lead from “{circle}” back to itself.",
            'Mark the one that leads back with "returns": true.',
        )
    if journey.window_s is not None and not journey.window_s >= 0:
        raise WorkbenchError(f"{where}: window_s is {journey.window_s}.", "Give seconds of at least 0, or null.")


def _check_ids(where: str, what: str, ids: Any, known: set[Any]) -> None:
    for element_id in ids:
        if element_id not in known:
            raise WorkbenchError(
                f"{where}: {what} names the element “{element_id}”, which does not exist.", "Correct or remove it."
            )


def load(path: Path) -> Journey:
    """Journey from a file.

    Raises
    ------
    WorkbenchError
        If the file cannot be read or is no journey.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise WorkbenchError(f"{path.name} is not UTF-8 text.", "Open a file saved by Breadcrumb.") from error
    except OSError as error:
        raise WorkbenchError(
            f"{path} cannot be read: {error.strerror}.", "Check the path and its permissions."
        ) from error
    return _located(loads(text, path.name), path.parent)


def _located(journey: Journey, folder: Path) -> Journey:
    """The journey with absolute data paths, as it is held in memory: they survive saving elsewhere and undo."""
    return dataclasses.replace(
        journey,
        datasets=tuple(
            dataclasses.replace(
                d, paths=tuple(Path(os.path.normpath(folder.resolve() / p)).as_posix() for p in d.paths)
            )
            for d in journey.datasets
        ),
    )


def _relative_to(journey: Journey, folder: Path) -> Journey:
    """The journey with data paths as its file keeps them."""
    datasets = (
        dataclasses.replace(d, paths=tuple(relative(Path(path), folder) for path in d.paths)) for d in journey.datasets
    )
    return dataclasses.replace(journey, datasets=tuple(datasets))


def relative(path: Path, folder: Path) -> str:
    """Path relative to a folder, with forward slashes; absolute where they are on different drives."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return path.resolve().as_posix()


def save(journey: Journey, path: Path) -> None:
    """Write the file whole or not at all.

    Raises
    ------
    WorkbenchError
        If the folder cannot be written, or another program holds the file.
    """
    text = dumps(_relative_to(journey, path.parent))
    if not path.resolve().parent.is_dir():
        raise WorkbenchError(f"{path} cannot be written: its folder does not exist.", "Choose another folder.")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    lock = filelock.FileLock(path.with_name(f".{path.name}.lock"), timeout=2)
    try:
        with lock:
            temporary.write_text(text, encoding="utf-8", newline="\n")
            temporary.replace(path)
    except filelock.Timeout as error:
        raise WorkbenchError(f"{path.name} is being written by another program.", "Try again in a moment.") from error
    except OSError as error:
        raise WorkbenchError(
            f"{path} cannot be written: {error.strerror}.", "Choose another folder; nothing was lost."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
        Path(lock.lock_file).unlink(missing_ok=True)
