"""Reads Parquet files batch by batch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import WorkbenchError
from workbench.events.archives import Member
from workbench.events.reading import SAMPLE_ROWS, Origin, Rows
from workbench.events.repairs import Ledger
from workbench.events.text import digest_of

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 32_768
_PLACES = 12
_PER_PLACE = 80


class ParquetReading:
    """A Parquet file."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._sha256 = digest_of(member.path)

    @property
    def origin(self) -> Origin:
        return Origin(self._member, "parquet", self._member.path.stat().st_size, self._sha256)

    def _open(self) -> Any:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.ParquetFile(self._member.path)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> WorkbenchError:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return WorkbenchError(f"{self._member.name} is a damaged Parquet file: {first}", "Export or download it again.")

    @cached_property
    def sample(self) -> pa.Table:
        import pyarrow as pa

        try:
            file = self._open()
            first = next(file.iter_batches(batch_size=SAMPLE_ROWS), None)
            if first is None:
                return file.schema_arrow.empty_table()
            parts = [first, *self._later(file)]
            return pa.Table.from_batches(parts).combine_chunks()
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error

    def _later(self, file: Any) -> Iterator[Any]:
        """The first rows of some later row groups, so that what is rare at the beginning is seen too."""
        groups = file.num_row_groups
        for group in range(1, groups, max(1, groups // _PLACES)):
            yield from itertools.islice(file.iter_batches(batch_size=_PER_PLACE, row_groups=[group]), 1)

    def batches(self, ledger: Ledger) -> Iterator[Rows]:
        import pyarrow as pa

        line = 1
        try:
            for batch in self._open().iter_batches(batch_size=_BATCH):
                yield Rows(batch, pa.array(np.arange(line, line + batch.num_rows)))
                line += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error
