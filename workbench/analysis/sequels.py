"""What people do right after an action: the next events, and whether the visit ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.analysis.rates import Rate
from workbench.analysis.timeline import Taking, Timeline

MOST_SHOWN = 5
SESSION_GAP_S = 1800.0


@dataclass(frozen=True, slots=True)
class Sequel:
    """The most frequent next events of takers and the share whose visit ends there."""

    next_events: tuple[tuple[str, int], ...]
    ended: Rate


def sequel(timeline: Timeline, taking: Taking, gap_s: float = SESSION_GAP_S) -> Sequel:
    """Follow takers one step from their first taking; events that do not count are passed over.

    Parameters
    ----------
    timeline : Timeline
    taking : Taking
        From `timeline.taking`.
    gap_s : float
        A pause of more than this ends the visit.
    """
    rows = taking.row
    following = timeline.next_counted(rows)
    store = timeline.store
    close = np.zeros(len(rows), dtype=bool)
    there = following >= 0
    close[there] = store.time_us[following[there]] - store.time_us[rows[there]] <= round(gap_s * 1e6)
    counts = np.bincount(store.event[following[close]], minlength=len(store.event_names))
    order = np.argsort(-counts, kind="stable")[:MOST_SHOWN]
    shown = tuple((store.event_names[code], int(counts[code])) for code in order if counts[code])
    return Sequel(shown, Rate.of(int(np.count_nonzero(~close)), len(rows)))
