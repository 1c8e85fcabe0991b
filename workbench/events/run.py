"""One import: shapes the batches of all sources and gathers what the report needs."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from workbench.events import quality, repeats
from workbench.events.exact import ExactDuplicates
from workbench.events.formats.format import Shaped
from workbench.events.plan import plan_of
from workbench.events.privacy import Guard
from workbench.events.report import ImportReport, SourceReport
from workbench.events.shaping import Shaper
from workbench.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.events.source import Sources
    from workbench.events.store import EventStore


class Run:
    """One import: shapes the batches of all sources and gathers what the report needs."""

    def __init__(self, sources: Sources, progress: Progress) -> None:
        self._sources = sources
        self._progress = progress
        self._shapers: list[tuple[Shaped, Shaper]] = []
        self._guard = Guard(sources.privacy, sources.ledger)
        self._left_out: list[str] = []

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        items = repeats.without_repeats(self._sources.items, self._sources.ledger)
        self._exact = ExactDuplicates(sum(item.origin.size / _bytes_per_row(item) for item in items))
        total, done = float(sum(item.origin.size for item in items)), 0.0
        for item in items:
            self._sources.ledger.source = item.origin.member.name
            plan = plan_of(item, self._sources.mapping_of(item), self._sources.ledger, self._sources.identity)
            self._left_out += [name for name in plan.left_out if name in item.sample.schema.names]
            shaper, exact = Shaper(plan, self._sources.ledger), self._exact
            self._shapers.append((item, shaper))
            row_bytes = _bytes_per_row(item)
            for rows in item.batches(self._sources.ledger):
                batch = shaper.shape(rows)
                exact.add(batch)
                yield self._guard.protect(batch)
                read = min(shaper.seen.rows * row_bytes, float(item.origin.size))
                self._progress.step(done + read, total, self._progress.rows)
            done += item.origin.size

    @property
    def rows(self) -> int:
        """Rows read so far."""
        return sum(shaper.seen.rows for _, shaper in self._shapers)

    def report(self, store: EventStore) -> ImportReport:
        sources, counts = self._sources, store.counts
        seen = [shaper.seen for _, shaper in self._shapers]
        if seen:
            seen[0].exact_duplicates, seen[0].duplicate_value = self._exact.counted()
        recognition = sources.recognition
        mapping = sources.mapping
        totals = dict(counts.event_totals) if counts else {}
        revenue = sum(counts.value_totals.values()) if counts and store.value_property else None
        kept = _value_of(store)
        if kept is None and not revenue:
            revenue = None  # a column of values that holds none says nothing about revenue
        report = ImportReport(
            recognition.format,
            recognition.title,
            tuple(_source_report(item, shaper) for item, shaper in self._shapers),
            mapping.zone,
            mapping,
            sum(one.rows for one in seen),
            store.n_events,
            store.n_users,
            min((one.first_us for one in seen if one.first_us is not None), default=None),
            max((one.last_us for one in seen if one.last_us is not None), default=None),
            {name: count for name, count in totals.items() if count},
            revenue,
            kept,
            sources.ledger.dropped,
            sources.ledger.repairs,
            left_out=tuple(dict.fromkeys(self._left_out)),
            technical=recognition.technical,
        )
        return quality.with_findings(report, store, [shaper for _, shaper in self._shapers], sources.skipped)


def _value_of(store: EventStore) -> float | None:
    """The sum of the values of a store's events, None if it has none."""
    import numpy as np

    column = None if store.value_property is None else store.properties.get(store.value_property)
    if column is None or not column.values:
        return None
    known = np.array([0.0, *(float(value) for value in column.values)])
    return float(known[column.codes].sum())


def _bytes_per_row(item: Shaped) -> float:
    sample = item.sample
    return float(max(1.0, sample.nbytes / max(1, sample.num_rows)))


def _source_report(item: Shaped, shaper: Shaper) -> SourceReport:
    origin = item.origin
    return SourceReport(
        origin.member.name,
        origin.size,
        origin.sha256,
        item.format.name,
        origin.container,
        origin.encoding,
        origin.separator,
        origin.sheet,
        shaper.seen.rows,
    )
