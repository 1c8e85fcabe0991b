"""Opens what was dropped on the window: plain files, folders, and archives inside archives, within safe limits."""

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import re
import shutil
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from workbench.errors import WorkbenchError
from workbench.events.repairs import Ledger, RepairKind
from workbench.progress import Progress

_BLOCK = 1 << 20
_MAX_DEPTH = 5
_MAX_MEMBERS = 20_000
_RATIO_FROM = 32 << 20
_JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$|\.[^/]+$)", re.IGNORECASE)
_PACKED_SUFFIX = re.compile(r"\.(gz|gzip|zst|zstd|bz2|xz)$", re.IGNORECASE)
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
    NotImplementedError,
)
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS)
_TOO_BIG = "Unpack it with a tool you trust and open the files inside."


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an archive may grow: bytes in all, and bytes out per byte in."""

    total: int = 256 << 30
    ratio: int = 250


@dataclass(frozen=True, slots=True)
class Member:
    """One plain file to read: `path` is the file itself or an unpacked copy, `outer` what the person gave."""

    name: str
    path: Path
    outer: Path
    packing: tuple[str, ...] = ()


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key under which part-2 comes before part-10.

    Examples
    --------
    >>> sorted(["a10", "a9", "a"], key=natural_key)
    ['a', 'a9', 'a10']
    """
    parts = re.split(r"(\d+)", name)
    return tuple((0, int(p), p) if p.isdigit() and p.isascii() else (1, 0, p) for p in parts if p)


class Staging:
    """A folder of temporary copies that disappears with its context."""

    def __init__(
        self, parent: Path | None = None, limits: Limits | None = None, progress: Progress | None = None
    ) -> None:
        self._parent = parent
        self._limits = limits or Limits()
        self._progress = progress
        self._used = 0
        self._folder: Path | None = None
        self._copies = 0

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def new_path(self) -> Path:
        """A fresh path in the folder; members' own names are never used."""
        if self._folder is None:
            if self._parent is not None:
                self._parent.mkdir(parents=True, exist_ok=True)
            self._folder = Path(tempfile.mkdtemp(prefix="breadcrumb-", dir=self._parent))
        self._copies += 1
        return self._folder / f"{self._copies:06d}"

    def copy(self, stream: IO[bytes], packed: int, name: str) -> Path:
        """Write a stream to a fresh file, refusing what grows beyond the limits.

        Raises
        ------
        WorkbenchError
            If the copy grows beyond the limits.
        """
        target = self.new_path()
        written = 0
        with target.open("wb") as out:
            while block := stream.read(_BLOCK):
                written += len(block)
                self._used += len(block)
                self._check(written, packed, name)
                out.write(block)
        return target

    def _check(self, written: int, packed: int, name: str) -> None:
        if self._progress is not None and self._progress.is_cancelled:
            self._progress.step(0, 0)
        if written > _RATIO_FROM and written > self._limits.ratio * max(packed, 1):
            raise WorkbenchError(f"{name} unpacks to more than {self._limits.ratio} times its size.", _TOO_BIG)
        if self._used > self._limits.total:
            raise WorkbenchError(f"{name} unpacks to more than {self._limits.total >> 30} GiB.", _TOO_BIG)


def packing_of(path: Path) -> str:
    """Name of the archive format by its first bytes, or "" for a plain file; spreadsheets count as plain."""
    with path.open("rb") as file:
        head = file.read(512)
    for magic, name in ((b"\x1f\x8b", "gz"), (b"\x28\xb5\x2f\xfd", "zst"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "xz")):
        if head.startswith(magic):
            return name
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "" if _is_spreadsheet(path) else "zip"
    return "tar" if head[257:262] == b"ustar" else ""


def _is_spreadsheet(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (*_DAMAGE, OSError):
        return False
    return "xl/workbook.xml" in names or "xl/workbook.bin" in names or "content.xml" in names


def members(path: Path, staging: Staging, ledger: Ledger) -> Iterator[Member]:
    """Yield the plain files in a file, folder or archive, in natural order of their names.

    Raises
    ------
    WorkbenchError
        If the path cannot be read, or an archive is broken, encrypted, unsafe or grows beyond the limits.
    """
    try:
        if path.is_dir():
            yield from _folder_members(path, staging, ledger)
        else:
            yield from _unpack(Member(path.name, path, path), staging, ledger, 0)
    except FileNotFoundError as error:
        raise WorkbenchError(f"{path} is not there.", "Check the name, or choose the file again.") from error
    except PermissionError as error:
        raise WorkbenchError(
            f"{path} may not be read.", "Ask for permission, or copy it to your own folder."
        ) from error
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno in _DISK:
            raise
        raise WorkbenchError(f"{path.name} is damaged: {error}.", "Download or export it again.") from error


def _folder_members(folder: Path, staging: Staging, ledger: Ledger) -> Iterator[Member]:
    files = [p for p in folder.rglob("*") if p.is_file()]
    for file in sorted(files, key=lambda p: natural_key(str(p.relative_to(folder)))):
        name = file.relative_to(folder).as_posix()
        if _JUNK.search(name):
            ledger.note(RepairKind.JUNK_MEMBER, 1, name)
        else:
            yield from _unpack(Member(f"{folder.name}/{name}", file, file), staging, ledger, 0)


def _unpack(member: Member, staging: Staging, ledger: Ledger, depth: int) -> Iterator[Member]:
    packing = packing_of(member.path)
    if not packing:
        yield member
        return
    if depth >= _MAX_DEPTH:
        raise WorkbenchError(f"{member.name} holds archives nested more than {_MAX_DEPTH} deep.", _TOO_BIG)
    if packing in ("zip", "tar"):
        inner = _zip_members(member, staging, ledger) if packing == "zip" else _tar_members(member, staging, ledger)
    else:
        inner = _stream_member(member, staging, packing)
    for one in inner:
        yield from _unpack(one, staging, ledger, depth + 1)
    if member.path != member.outer:
        member.path.unlink(missing_ok=True)


def _open_stream(path: Path, packing: str) -> IO[bytes]:
    if packing == "gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    if packing == "bz2":
        return cast(IO[bytes], bz2.open(path, "rb"))
    if packing == "xz":
        return cast(IO[bytes], lzma.open(path, "rb"))
    import zstandard

    return cast(IO[bytes], zstandard.open(path, "rb"))


def _stream_member(member: Member, staging: Staging, packing: str) -> Iterator[Member]:
    import zstandard

    name = _PACKED_SUFFIX.sub("", member.name)
    try:
        with _open_stream(member.path, packing) as stream:
            copy = staging.copy(stream, member.path.stat().st_size, member.name)
    except (zstandard.ZstdError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise WorkbenchError(f"{member.name} is damaged: {error}.", "Download or export it again.") from error
    yield Member(name, copy, member.outer, (*member.packing, packing))


def _refuse_unsafe(outer: str, name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", name):
        raise WorkbenchError(f"{outer} holds a member with an unsafe name: {name}.", _TOO_BIG)


def _zip_members(member: Member, staging: Staging, ledger: Ledger) -> Iterator[Member]:
    with zipfile.ZipFile(member.path) as archive:
        entries = _safe_entries(member.name, archive, ledger)
        for entry in sorted(entries, key=lambda e: natural_key(e.filename)):
            try:
                with archive.open(entry) as stream:
                    copy = staging.copy(stream, entry.compress_size, f"{member.name}/{entry.filename}")
            except (NotImplementedError, RuntimeError) as error:
                raise WorkbenchError(
                    f"{member.name}/{entry.filename} cannot be unpacked: {error}.", _TOO_BIG
                ) from error
            yield Member(f"{member.name}/{entry.filename}", copy, member.outer, (*member.packing, "zip"))


def _safe_entries(outer: str, archive: zipfile.ZipFile, ledger: Ledger) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if entry.filename and not entry.is_dir()]
    if len(entries) > _MAX_MEMBERS:
        raise WorkbenchError(f"{outer} holds {len(entries):,} members.", _TOO_BIG)
    kept = []
    for entry in entries:
        _refuse_unsafe(outer, entry.filename)
        if _JUNK.search(entry.filename):
            ledger.note(RepairKind.JUNK_MEMBER, 1, entry.filename)
            continue
        if entry.flag_bits & 0x1:
            raise WorkbenchError(f"{outer} is encrypted ({entry.filename}).", "Unpack it with its password first.")
        kept.append(entry)
    return kept


def _tar_members(member: Member, staging: Staging, ledger: Ledger) -> Iterator[Member]:
    with tarfile.open(member.path, "r:") as archive:
        for entry in archive:
            _refuse_unsafe(member.name, entry.name)
            stream = archive.extractfile(entry) if entry.isfile() else None
            if stream is None:
                continue
            if _JUNK.search(entry.name):
                ledger.note(RepairKind.JUNK_MEMBER, 1, entry.name)
                continue
            copy = staging.copy(stream, entry.size, f"{member.name}/{entry.name}")
            yield Member(f"{member.name}/{entry.name}", copy, member.outer, (*member.packing, "tar"))
