"""What goes with getting through the happy path, each thing tested and adjusted for all that were looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.analysis.comparisons import false_discovery, fisher
from workbench.analysis.funnel import Funnel
from workbench.analysis.funnel_correlation import (
    FunnelCorrelation,
    Keep,
    Related,
    with_event_values,
    with_events,
)

FEW = 10
DEFAULT_Q = 0.05
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Companion:
    """A thing that people of a funnel had or had not on the way; `q` is adjusted over all that were looked at."""

    row: Related
    p: float
    q: float

    @property
    def is_thin(self) -> bool:
        """Fewer than 10 people had it."""
        return self.row.success + self.row.failure < FEW

    @property
    def goes_with_success(self) -> bool | None:
        """Which way it points beyond doubt; None if it does not, or on few data."""
        if self.is_thin or self.q > DEFAULT_Q:
            return None
        return self.row.odds_ratio > 1


@dataclass(frozen=True, slots=True)
class Companions:
    """The strongest first, and how many people got through and did not."""

    rows: tuple[Companion, ...]
    success_total: int
    failure_total: int


def companions(counted: Funnel, skip: Iterable[str] = (), event: str | None = None) -> Companions:
    """Events between entry and success (or the end of the window), or with `event` the values of its properties.

    Parameters
    ----------
    counted : Funnel
    skip : names of events, or of properties, that are left out
    event : str, optional
        Look at the values of this event's properties instead of events.

    Notes
    -----
    Fisher's exact test, two-sided, on the raw counts, and Benjamini-Hochberg over all rows that enough people had.
    Associated, not caused: who stays longer does more of everything.

    Examples
    --------
    >>> from workbench.analysis.funnel import FunnelRequest, funnel
    >>> from workbench.events.store import EventStore
    >>> from workbench.journey.rule import Rule
    >>> ways = [("A", "chat", "B"), ("A",)] * 20
    >>> rows = [(f"u{n}", at, name) for n, way in enumerate(ways) for at, name in enumerate(way)]
    >>> found = companions(funnel(FunnelRequest.of([Rule(("A",)), Rule(("B",))]), EventStore.from_rows(rows)))
    >>> found.rows[0].row.key, found.rows[0].goes_with_success
    ('chat', True)
    """
    if event is None:
        found: FunnelCorrelation = with_events(counted, skip, Keep())
    else:
        found = with_event_values(counted, [event], skip, Keep())
    wins, losses, rows = found.success_total, found.failure_total, found.rows[:MOST_ROWS]
    p = [fisher([[r.success, r.failure], [wins - r.success, losses - r.failure]]).p or 1.0 for r in rows]
    adjusted = [float(q) for q in false_discovery(p)] if p else []
    tested = tuple(Companion(row, one, q) for row, one, q in zip(rows, p, adjusted, strict=True))
    return Companions(tested, wins, losses)
