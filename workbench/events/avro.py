"""Reads Avro files, as Heap and stream pipelines leave them."""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Iterator
from typing import Any

from workbench.errors import WorkbenchError
from workbench.events.archives import Member
from workbench.events.reading import Origin
from workbench.events.records import Records
from workbench.events.text import digest_of


class AvroReading(Records):
    """An Avro file; the line of a row is its place in the file."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._sha256 = digest_of(member.path)

    @property
    def origin(self) -> Origin:
        return Origin(self._member, "avro", self._member.path.stat().st_size, self._sha256)

    def _check(self, first: list[dict[str, Any]]) -> None:
        if not first:
            raise WorkbenchError(f"{self._member.name} holds no records.", "Export a period that holds data.")

    def _records(self) -> Iterator[dict[str, Any]]:
        import fastavro

        try:
            with self._member.path.open("rb") as file:
                for record in fastavro.reader(file):
                    yield _plain(record) if isinstance(record, dict) else {"value": _plain(record)}
        except _damage() as error:
            raise WorkbenchError(
                f"{self._member.name} is a damaged Avro file: {str(error) or type(error).__name__}.",
                "Export or download it again.",
            ) from error


def _damage() -> tuple[type[Exception], ...]:
    """What the parts that unpack Avro raise where a file is broken."""
    import cramjam
    from fastavro.schema import SchemaParseException, UnknownType

    own = (ValueError, EOFError, OSError, LookupError, TypeError, MemoryError, OverflowError, zlib.error, struct.error)
    return (*own, SchemaParseException, UnknownType, cramjam.DecompressionError, _zstd_error())


def _zstd_error() -> type[Exception]:
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdError
    else:
        from backports.zstd import ZstdError

    found: type[Exception] = ZstdError
    return found


def _plain(value: Any) -> Any:
    """A value as JSON would hold it: times and decimals as text, bytes as the text they hold."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
