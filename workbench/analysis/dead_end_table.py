"""The dead-end table of a journey: every frequent action of the data judged against one macro-conversion."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.analysis.dead_ends import DeadEnd
from workbench.analysis.ground import Ground


@dataclass(frozen=True, slots=True)
class DeadEndRow:
    """One action: an event name, or the title of a mapped element."""

    name: str
    element_id: str | None
    verdict: DeadEnd


@dataclass(frozen=True, slots=True)
class DeadEndTable:
    """Actions by verdict; `base_rate` is that of all `mature` people within `window_s`."""

    rows: tuple[DeadEndRow, ...]
    window_s: float
    mature: int
    immature: int
    base_rate: float | None


def dead_end_table(ground: Ground) -> DeadEndTable:
    """The actions of a ground as rows, the lowest upper bound first."""
    rows = [DeadEndRow(action.name, action.element_id, action.verdict) for action in ground.actions]
    rows.sort(key=lambda row: (1.0 if row.verdict.upper is None else row.verdict.upper, row.name))
    line = ground.timeline
    return DeadEndTable(tuple(rows), line.window_s, line.mature, line.immature, line.base_rate)
