"""Reads files of columns batch by batch: Parquet, Arrow (Feather, streams) and ORC."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import WorkbenchError
from workbench.events.archives import Member
from workbench.events.reading import SAMPLE_ROWS, Origin, Rows
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.text import digest_of

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 32_768
_PLACES = 12
_PER_PLACE = 80


class ColumnarReading:
    """A file of columns; its kind is told by its first bytes."""

    def __init__(self, member: Member, kind: str) -> None:
        self._member = member
        self._kind = kind
        self._sha256 = digest_of(member.path)

    @property
    def origin(self) -> Origin:
        return Origin(self._member, self._kind, self._member.path.stat().st_size, self._sha256)

    @contextmanager
    def _damage(self) -> Iterator[None]:
        """Turns what Arrow says of a broken file into a message."""
        import pyarrow as pa

        try:
            yield
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            kind = self._kind.capitalize() if self._kind != "orc" else "ORC"
            raise WorkbenchError(
                f"{self._member.name} is a damaged {kind} file: {first}", "Export or download it again."
            ) from error

    @cached_property
    def sample(self) -> pa.Table:
        import pyarrow as pa

        with self._damage():
            schema, parts = _sampled[self._kind](str(self._member.path))
            return pa.Table.from_batches([_sound(part, Ledger()) for part in parts], schema).combine_chunks()

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        import pyarrow as pa

        line = 1
        with self._damage():
            for batch in _streamed[self._kind](str(self._member.path)):
                yield Rows(_sound(batch, ledger), pa.array(np.arange(line, line + batch.num_rows)))
                line += batch.num_rows


def _sound(batch: Any, ledger: Ledger) -> Any:
    """The batch with text that is text: some writers store the bytes of another encoding, which no reader checks."""
    import pyarrow as pa

    try:
        batch.validate(full=True)
        return batch
    except pa.ArrowInvalid:
        pass
    columns = [_as_utf8(column, ledger) for column in batch.columns]
    mended = pa.RecordBatch.from_arrays(columns, schema=batch.schema)
    mended.validate(full=True)
    return mended


def _as_utf8(column: Any, ledger: Ledger) -> Any:
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    raw = column.cast(pa.binary() if pa.types.is_string(column.type) else pa.large_binary()).to_pylist()
    texts = [None if value is None else value.decode("utf-8", "replace") for value in raw]
    lost = sum(text.count("\ufffd") for text in texts if text)
    ledger.note(RepairKind.UNDECODABLE, lost, "bytes that are not utf-8")
    return pa.array(texts, column.type)


def _parquet_batches(path: str) -> Iterator[Any]:
    import pyarrow.parquet as pq

    yield from pq.ParquetFile(path).iter_batches(batch_size=_BATCH)


def _parquet_sample(path: str) -> tuple[Any, list[Any]]:
    """The first rows, and some of later row groups, so that what is rare at the beginning is seen too."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    parts = list(itertools.islice(file.iter_batches(batch_size=SAMPLE_ROWS), 1))
    groups = file.num_row_groups
    for group in range(1, groups, max(1, groups // _PLACES)):
        parts += itertools.islice(file.iter_batches(batch_size=_PER_PLACE, row_groups=[group]), 1)
    return file.schema_arrow if not parts else parts[0].schema, parts


def _arrow_batches(path: str) -> Iterator[Any]:
    for batch in _arrow_parts(path):
        for start in range(0, batch.num_rows, _BATCH):
            yield batch.slice(start, _BATCH)


def _arrow_parts(path: str) -> Iterator[Any]:
    """Record batches of a file or of a stream."""
    import pyarrow as pa

    with pa.memory_map(path) as source:
        magic = source.read(6)
        source.seek(0)
        if magic == b"ARROW1":
            file = pa.ipc.open_file(source)
            yield from (file.get_batch(place) for place in range(file.num_record_batches))
        else:
            yield from pa.ipc.open_stream(source)


def _arrow_sample(path: str) -> tuple[Any, list[Any]]:
    return _first_rows(_arrow_batches(path), lambda: _arrow_schema(path))


def _arrow_schema(path: str) -> Any:
    import pyarrow as pa

    with pa.memory_map(path) as source:
        is_file = source.read(6) == b"ARROW1"
        source.seek(0)
        return (pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)).schema


def _orc_batches(path: str) -> Iterator[Any]:
    from pyarrow import orc

    file = orc.ORCFile(path)
    for stripe in range(file.nstripes):
        batch = file.read_stripe(stripe)
        for start in range(0, batch.num_rows, _BATCH):
            yield batch.slice(start, _BATCH)


def _orc_sample(path: str) -> tuple[Any, list[Any]]:
    from pyarrow import orc

    return _first_rows(_orc_batches(path), lambda: orc.ORCFile(path).schema)


def _first_rows(batches: Iterator[Any], schema: Callable[[], Any]) -> tuple[Any, list[Any]]:
    first = next((batch for batch in batches if batch.num_rows), None)
    return (schema(), []) if first is None else (first.schema, [first.slice(0, SAMPLE_ROWS)])


_streamed: dict[str, Callable[[str], Iterator[Any]]] = {
    "parquet": _parquet_batches,
    "arrow": _arrow_batches,
    "orc": _orc_batches,
}
_sampled: dict[str, Callable[[str], tuple[Any, list[Any]]]] = {
    "parquet": _parquet_sample,
    "arrow": _arrow_sample,
    "orc": _orc_sample,
}
