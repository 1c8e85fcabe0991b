"""What readers share that know a source as one record after the other (Avro, XML, XES)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.events.nested import record_batch
from workbench.events.reading import SAMPLE_ROWS, Rows
from workbench.events.repairs import Ledger

if TYPE_CHECKING:
    import pyarrow as pa


class Records:
    """Subclasses yield the records; the line of a row is the record's place in the source."""

    batch_records = 16_384

    @cached_property
    def sample(self) -> pa.Table:
        import pyarrow as pa

        first = list(itertools.islice(self._records(), SAMPLE_ROWS))
        self._check(first)
        return pa.Table.from_batches([record_batch(first)]) if first else pa.table({})

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        import pyarrow as pa

        records, first = self._records(), 1
        while part := list(itertools.islice(records, self.batch_records)):
            yield Rows(record_batch(part), pa.array(range(first, first + len(part)), pa.int64()))
            first += len(part)

    def _records(self) -> Iterator[dict[str, Any]]:
        raise NotImplementedError

    def _check(self, first: list[dict[str, Any]]) -> None:
        """Refuse a source by its first records."""
