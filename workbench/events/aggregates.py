"""Step counts that were added up elsewhere: how many people or events per step, date and segment."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from workbench.errors import WorkbenchError


class CountKind(StrEnum):
    """Whether counts of several dates may be added: people who came on two days stand in both, events do not."""

    UNIQUE = "unique"
    ADDITIVE = "additive"


@dataclass(frozen=True, slots=True)
class StepCount:
    """One count: of a step, on a date if the source is split by date, in a segment if it is split by one."""

    step: str
    count: float
    date: date | None = None
    segment: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class StepCounts:
    """Counts by step, in the order of the steps.

    `totals` are counts that the source itself gives for everything, kept as check values; `counted` names the column
    that was counted, `columns` all that could have been.
    """

    steps: tuple[str, ...]
    rows: tuple[StepCount, ...]
    kind: CountKind = CountKind.ADDITIVE
    counted: str = ""
    columns: tuple[str, ...] = ()
    segment_name: str | None = None
    totals: dict[str, float] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.segment for row in self.rows if row.segment is not None))

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(sorted({row.date for row in self.rows if row.date is not None}))

    @property
    def sums_uniques(self) -> bool:
        """Whether a total over dates adds people who may be the same."""
        return self.kind is CountKind.UNIQUE and len(self.dates) > 1

    def count(self, step: str, segment: str | None = None, dates: Iterable[date] | None = None) -> float | None:
        """Count of a step over some dates, in one segment or in all; None if the source does not hold the step.

        Where the source gives rows for everything beside those of its segments, the former are taken.
        """
        wanted = None if dates is None else set(dates)
        rows = [r for r in self.rows if r.step == step and (wanted is None or r.date in wanted)]
        if segment is not None:
            rows = [row for row in rows if row.segment == segment]
        elif any(row.segment is None for row in rows):
            rows = [row for row in rows if row.segment is None]
        # Counts of a sample may have a fraction; beyond millionths lies only what adding floats leaves.
        return round(sum(row.count for row in rows), 6) if rows else None

    def growing(self, segment: str | None = None) -> tuple[str, ...]:
        """Steps that count more than the step before: open-funnel counts or a gap in tracking."""
        counts = [(step, self.count(step, segment)) for step in self.steps]
        pairs = itertools.pairwise(counts)
        return tuple(step for (_, a), (step, b) in pairs if a is not None and b is not None and b > a)

    def named(self, name: str) -> str:
        """The step that a person means: by its name, else by its name without case and numbering.

        Raises
        ------
        WorkbenchError
            If the source has no such step.
        """
        if name in self.steps:
            return name
        loose = {step.casefold().strip(): step for step in self.steps}
        if name.casefold().strip() in loose:
            return loose[name.casefold().strip()]
        raise WorkbenchError(f"The counts hold no step “{name}”.", f"The steps are: {', '.join(self.steps[:40])}.")


def merged(parts: Sequence[StepCounts]) -> StepCounts:
    """One set of counts out of several sources.

    Raises
    ------
    WorkbenchError
        If there is none.
    """
    if not parts:
        raise WorkbenchError("There are no step counts in these files.", "Give a table with steps and counts.")
    if len(parts) == 1:
        return parts[0]
    steps = tuple(dict.fromkeys(step for part in parts for step in part.steps))
    starts = [part.first for part in parts if part.first]
    ends = [part.last for part in parts if part.last]
    kind = CountKind.UNIQUE if any(part.kind is CountKind.UNIQUE for part in parts) else CountKind.ADDITIVE
    return StepCounts(
        steps,
        tuple(row for part in parts for row in part.rows),
        kind,
        parts[0].counted,
        tuple(dict.fromkeys(column for part in parts for column in part.columns)),
        parts[0].segment_name,
        {name: value for part in parts for name, value in part.totals.items()},
        min(starts, default=None),
        max(ends, default=None),
    )
