"""Counts rows that equal an earlier row in every column."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.events import duck

MOST_ROWS = 1_000_000


class ExactDuplicates:
    """Hashes of all rows, for sources of up to a million rows: beyond that the time is better spent."""

    def __init__(self, expected_rows: float) -> None:
        self._is_on = expected_rows <= MOST_ROWS
        self._hashes: list[NDArray[np.uint64]] = []
        self._values: list[NDArray[np.float64]] = []

    def add(self, batch: Any) -> None:
        """Note the rows of one shaped batch."""
        if not self._is_on:
            return
        self._hashes.append(self._hashed(batch))
        value = batch.column("value").cast("float64").fill_null(0.0) if "value" in batch.schema.names else None
        self._values.append(np.zeros(batch.num_rows) if value is None else np.asarray(value))

    def counted(self) -> tuple[int, float]:
        """(Rows that were there before, the sum of their values)."""
        if not self._hashes:
            return 0, 0.0
        hashes, values = np.concatenate(self._hashes), np.concatenate(self._values)
        again = np.ones(len(hashes), bool)
        again[np.unique(hashes, return_index=True)[1]] = False
        return int(again.sum()), float(values[again].sum())

    def _hashed(self, batch: Any) -> NDArray[np.uint64]:
        import pyarrow as pa

        kept = [name for name in batch.schema.names if name not in ("line", "order")]
        columns = {f"c{place}": batch.column(name) for place, name in enumerate(kept)}
        listed = ", ".join(columns)
        answer = duck.one_thread().from_arrow(pa.table(columns)).query("rows", f"SELECT hash({listed}) AS h FROM rows")
        return np.asarray(answer.to_arrow_table().column("h").combine_chunks())
