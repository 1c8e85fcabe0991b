"""Reads JSON: one record a line, an array of records, or records wrapped in an object."""

from __future__ import annotations

import codecs
import itertools
import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from workbench.errors import WorkbenchError
from workbench.events.archives import Member
from workbench.events.cells import read_cell
from workbench.events.json_tables import records_of
from workbench.events.nested import Written, names_people, record_batch
from workbench.events.reading import BATCH_ROWS, SAMPLE_ROWS, Origin, Rows
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.text import TextFile
from workbench.events.windows import spread_lines
from workbench.events.wording import natural_words, words

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK = 16 << 20
_BLOCK = 4 << 20
_PER_PLACE = 40
_WRAPPERS = ("data", "rows", "records", "results", "values")
_RECORD_WORDS = frozenset(
    words(
        """
        event event_name event_type event_timestamp type name user user_id user_pseudo_id distinct_id session
        session_id visitor_id id_visit
        """
    )
)
_PRIMER = 50  # lines that tell which fields would be guessed to be times, before much is read
_AROUND = b" \t\r\n\x1e"  # a record separator stands before each record of a JSON text sequence
MAX_LINE = 16 << 20
MAX_WRAPPED = 512 << 20


class JsonLinesReading:
    """A file with one JSON object a line."""

    container = "jsonl"

    def __init__(self, member: Member, text: TextFile) -> None:
        self._member = member
        self._text = text
        self._texts: pa.Schema | None = None
        self._decimal_ids: set[str] = set()

    @property
    def origin(self) -> Origin:
        text = self._text
        return Origin(self._member, self.container, text.size, text.sha256, text.encoding)

    @cached_property
    def sample(self) -> pa.Table:
        import pyarrow as pa

        rows = next(self._sampled(), None)
        return pa.table({}) if rows is None else pa.Table.from_batches([rows.batch])

    def _sampled(self) -> Iterator[Rows]:
        with self._text.path.open("rb") as file:
            file.seek(self._text.start)
            lines = [line[:MAX_LINE] for line in itertools.islice(_short_lines(file), SAMPLE_ROWS)]
        for found in spread_lines(self._text.path, self._text.path.stat().st_size):
            lines += found[:_PER_PLACE]
        yield from careful_rows(lines, 1, Ledger())

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        line = 1
        with self._text.path.open("rb") as file:
            file.seek(self._text.start)
            if self._text.path.stat().st_size > _BLOCK:
                self._quick(b"".join(itertools.islice(_short_lines(file), _PRIMER)))
                file.seek(self._text.start)
            for chunk in whole_lines(file, ledger):
                count = chunk.count(b"\n") + (not chunk.endswith(b"\n"))
                quick = self._quick(chunk)
                if quick is not None and quick.num_rows == count:
                    yield from _numbered(quick, line)
                else:
                    yield from careful_rows(chunk.splitlines(), line, ledger)
                line += count

    def _quick(self, chunk: bytes) -> pa.Table | None:
        """The chunk by Arrow's parser, or None where it holds anything that this parser does not take."""
        import pyarrow as pa
        from pyarrow import json as pj

        try:
            chunk = _quoted(chunk, self._decimal_ids)
            table = self._parsed(chunk, pj)
            decimal_ids = _decimal_ids(table.schema)
            if decimal_ids:
                self._decimal_ids |= decimal_ids
                chunk = _quoted(chunk, self._decimal_ids)
                table = self._parsed(chunk, pj)
            guessed = _times_as_text(table.schema)
            if len(guessed):
                self._texts = guessed if self._texts is None else pa.unify_schemas([self._texts, guessed])
                table = self._parsed(chunk, pj)
            return None if len(_times_as_text(table.schema)) or _has_lost_digits(table) else table
        except (pa.ArrowException, ValueError):
            return None

    def _parsed(self, chunk: bytes, pj: Any) -> pa.Table:
        """The chunk in blocks, or at once where Arrow cannot bring the types of its blocks together."""
        import pyarrow as pa

        options = pj.ParseOptions(explicit_schema=self._texts, unexpected_field_behavior="infer")
        if len(chunk) > _BLOCK:
            try:
                return pj.read_json(pa.BufferReader(chunk), pj.ReadOptions(block_size=_BLOCK), options)
            except pa.ArrowException:
                pass
        return pj.read_json(pa.BufferReader(chunk), pj.ReadOptions(block_size=len(chunk) + 1), options)


def _decimal_ids(schema: pa.Schema) -> set[str]:
    """Names of the fields that hold ids of people and were read as floats, which do not keep how they are written."""
    import pyarrow as pa

    found: set[str] = set()
    fields = list(schema)
    while fields:
        field = fields.pop()
        if pa.types.is_struct(field.type):
            fields += list(field.type)
        elif pa.types.is_floating(field.type) and names_people(field.name):
            found.add(field.name)
    return found


def _quoted(chunk: bytes, names: set[str]) -> bytes:
    """The chunk with the numbers of some fields as text."""
    if not names:
        return chunk
    either = b"|".join(re.escape(json.dumps(name, ensure_ascii=False).encode()) for name in sorted(names))
    return re.sub(rb"((?:" + either + rb")\s*:\s*)(-?\d[\d.eE+-]*)(?=\s*[,}])", rb'\1"\2"', chunk)


def _has_lost_digits(table: pa.Table) -> bool:
    """Whether whole numbers too long for 64 bits, mostly ids, became floats that no longer tell them apart."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = list(table.columns)
    while columns:
        column = columns.pop()
        if pa.types.is_struct(column.type):
            columns += column.flatten()
        elif pa.types.is_floating(column.type):
            ends = pc.min_max(column).as_py()
            if max(abs(ends["min"] or 0.0), abs(ends["max"] or 0.0)) >= 1 << 63:
                return True
    return False


def _short_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of a file, without ever holding one of many megabytes."""
    while line := file.readline(MAX_LINE):
        yield line


def _times_as_text(schema: pa.Schema) -> pa.Schema:
    """The fields that were guessed to be times, as text: what looks like a time must keep its spelling.

    Fields of the same name in different structures are told apart; a structure holds only its guessed fields.
    """
    import pyarrow as pa

    found = [(field.name, kind) for field in schema if (kind := _text_of(field.type)) is not None]
    return pa.schema(found)


def _text_of(kind: Any) -> Any:
    """Text for a guessed time, a structure of those inside it, or None if there is none."""
    import pyarrow as pa

    if pa.types.is_temporal(kind):
        return pa.string()
    if pa.types.is_struct(kind):
        inner = [(field.name, text) for field in kind if (text := _text_of(field.type)) is not None]
        return pa.struct(inner) if inner else None
    if pa.types.is_list(kind):
        text = _text_of(kind.value_type)
        return None if text is None else pa.list_(text)
    return None


def whole_lines(file: BinaryIO, ledger: Ledger) -> Iterator[bytes]:
    """Blocks of whole lines; a line longer than 16 MiB is left out and booked."""
    while block := file.read(_CHUNK):
        if block.endswith(b"\n"):
            yield block
            continue
        tail = file.readline(MAX_LINE)
        if len(tail) < MAX_LINE or tail.endswith(b"\n"):
            yield block + tail
            continue
        ledger.note(RepairKind.LINE_TOO_LONG, 1, "longer than 16 MiB")
        while len(tail) >= MAX_LINE and not tail.endswith(b"\n"):
            tail = file.readline(MAX_LINE)
        yield block[: block.rfind(b"\n") + 1] + b"\n"


def _numbered(table: pa.Table, line: int) -> Iterator[Rows]:
    import pyarrow as pa

    for batch in table.to_batches(max_chunksize=BATCH_ROWS):
        yield Rows(batch, pa.array(np.arange(line, line + batch.num_rows)))
        line += batch.num_rows


def careful_rows(lines: list[bytes], first: int, ledger: Ledger) -> Iterator[Rows]:
    """Rows of lines that may be blank, broken or of changing types; what is no object is booked by its line."""
    import pyarrow as pa

    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    for number, raw in enumerate(lines, first):
        line = raw.strip(_AROUND).rstrip(b",")
        if not line or line in (b"[", b"]"):
            ledger.note(RepairKind.BLANK_LINE, 1, "", [number])
            continue
        record = _record(line)
        if record is None and line.startswith((b"{'", b"{u'")):
            record, _ = read_cell(line.decode("utf-8", "replace"))
            ledger.note(RepairKind.JSON_REPR, int(record is not None), line[:120].decode("utf-8", "replace"), [number])
        if record is None:
            ledger.note(RepairKind.BROKEN_RECORD, 1, line[:120].decode("utf-8", "replace"), [number])
            continue
        records.append(record)
        numbers.append(number)
    for start in range(0, len(records), BATCH_ROWS):
        part = records[start : start + BATCH_ROWS]
        yield Rows(record_batch(part), pa.array(numbers[start : start + BATCH_ROWS], pa.int64()))


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line, parse_float=Written)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


class JsonRecordsReading(JsonLinesReading):
    """A file that holds an array of objects, objects one after the other, or an object that wraps an array of them."""

    container = "json"

    def _sampled(self) -> Iterator[Rows]:
        yield from itertools.islice(self._numbered_records(Ledger(), SAMPLE_ROWS), 1)

    def whole_object(self) -> dict[str, Any] | None:
        """The file as one object, or None if it is none."""
        if self._text.size > MAX_WRAPPED:
            return None
        try:
            value = json.loads(self._text.path.read_bytes()[self._text.start :])
        except (ValueError, RecursionError):
            return None
        if isinstance(value, list) and value and all(isinstance(one, dict) and "metricHeaders" in one for one in value):
            return {"reports": value}
        return value if isinstance(value, dict) else None

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        yield from self._numbered_records(ledger, BATCH_ROWS // 4)

    def _numbered_records(self, ledger: Ledger, size: int) -> Iterator[Rows]:
        import pyarrow as pa

        records, first = self._records(ledger), 1
        while part := list(itertools.islice(records, size)):
            yield Rows(record_batch(part), pa.array(range(first, first + len(part)), pa.int64()))
            first += len(part)

    def _records(self, ledger: Ledger) -> Iterator[dict[str, Any]]:
        wrapped = wrapped_records(self._text)
        if wrapped is not None:
            yield from wrapped
            return
        for value in stream_values(self._text, ledger):
            if isinstance(value, dict):
                yield value
            else:
                ledger.note(RepairKind.BROKEN_RECORD, 1, str(value)[:120])


def wrapped_records(text: TextFile) -> list[dict[str, Any]] | None:
    """The records inside an object such as {"data": [...]} or of a table laid sideways; None for plain records."""
    if text.size > MAX_WRAPPED or _begins_with_record(text):
        return None
    try:
        value = json.loads(text.path.read_bytes()[text.start :], parse_float=Written)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        return [value] if is_event_like(value) else inner_records(value, 3) or records_of(value)
    return records_of(value)


def is_event_like(record: dict[str, Any]) -> bool:
    """Whether an object is itself a record: it says whose it is, or what happened, and does not wrap others."""
    if any(isinstance(record.get(name), list) for name in _WRAPPERS):
        return False
    keys = {
        natural_words(key) for key, value in record.items() if not isinstance(value, list) and not _is_column(value)
    }
    return bool(keys & _RECORD_WORDS)


def _is_column(value: Any) -> bool:
    """Whether a value holds cells by the number of their row."""
    return isinstance(value, dict) and bool(value) and all(key.isdigit() for key in value)


def _begins_with_record(text: TextFile) -> bool:
    """Whether the file is an array of objects, which is streamed."""
    with text.path.open("rb") as file:
        file.seek(text.start)
        head = file.read(1 << 12).split()
    return b"".join(head[:3]).startswith(b"[{")


def inner_records(value: dict[str, Any], depth: int) -> list[dict[str, Any]] | None:
    """The longest list of objects inside an object, a few levels down."""
    lists = [v for v in value.values() if isinstance(v, list) and v and all(isinstance(one, dict) for one in v)]
    if lists:
        return max(lists, key=len)
    for inner in value.values():
        if isinstance(inner, dict) and depth:
            found = inner_records(inner, depth - 1)
            if found:
                return found
    return None


def stream_values(text: TextFile, ledger: Ledger) -> Iterator[Any]:
    """JSON values of an array or of a sequence, in bounded memory; what is broken ends the stream and is booked."""
    decoder, utf8 = json.JSONDecoder(parse_float=Written), codecs.getincrementaldecoder("utf-8")("replace")
    buffer, place, ended = "", 0, False
    with text.path.open("rb") as file:
        file.seek(text.start)
        while True:
            place = _skip(buffer, place)
            try:
                if place >= len(buffer):
                    raise ValueError
                value, after = decoder.raw_decode(buffer, place)
                if after == len(buffer) and not ended:
                    raise ValueError
                place = after
                yield value
                continue
            except (ValueError, RecursionError):
                pass
            if ended:
                break
            block = file.read(_BLOCK)
            ended = not block
            buffer, place = buffer[place:] + utf8.decode(block, ended), 0
            if len(buffer) > 8 * MAX_LINE:
                raise WorkbenchError("A JSON record is longer than 128 MiB.", "Export one record a line instead.")
    left = buffer[place:].strip()
    ledger.note(RepairKind.BROKEN_RECORD, int(bool(left)), left[:120])


def _skip(buffer: str, place: int) -> int:
    while place < len(buffer) and buffer[place] in " \t\r\n\x1e,[]":
        place += 1
    return place
