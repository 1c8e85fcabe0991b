"""All that is counted when the units of a graph are walked, in one value that adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.choice import Exclusion, Walk, choose
from workbench.analysis.graph import count_paths
from workbench.analysis.loss import next_positions
from workbench.analysis.options import FOREVER_US
from workbench.analysis.seats import count_seat

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts by node, edge and seat, over all entries and over mature ones.

    `after[v]` counts the next events of those who stopped at node v, by event code + 1 (0: none). `edge_taken` and
    `duration_us` have one entry per step that anybody took.
    """

    on_path: Ints
    entered: Ints
    last: Ints
    took: Ints
    reached: Ints
    eventually: Ints
    direct: Ints
    mature: Ints
    mature_took: Ints
    mature_entered: Ints
    after: Ints
    did: Ints
    went_did: Ints
    went_not: Ints
    edge_taken: NDArray[np.int16]
    duration_us: Ints

    def medians_s(self) -> list[float | None]:
        """Median seconds from one node to the next, by edge, over those who went that way."""
        order = np.argsort(self.edge_taken, kind="stable")
        ends = np.cumsum(self.took)
        parts = [self.duration_us[order[end - n : end]] for n, end in zip(self.took, ends, strict=True)]
        return [float(np.median(part)) / 1e6 if len(part) else None for part in parts]


_LISTS = ("edge_taken", "duration_us")


def total(tallies: Sequence[Tally]) -> Tally:
    """The tally of all units of several tallies."""
    summed = {f.name: sum(getattr(one, f.name) for one in tallies) for f in fields(Tally) if f.name not in _LISTS}
    joined = {name: np.concatenate([getattr(one, name) for one in tallies]) for name in _LISTS}
    return Tally(**summed, **joined)


@dataclass(frozen=True, eq=False)
class Places:
    """What is counted beside the paths: seats (node, hits of the micro-conversion), events that are looked through."""

    seats: tuple[tuple[int, Ints], ...] = ()
    ignored: frozenset[str] = frozenset()
    mature_us: int | None = None


def exact_tally(walk: Walk, exclusions: Sequence[Exclusion], places: Places) -> Tally:
    """Walk with the general kernel: windows and strictness per link, exclusions, any way of ties."""
    paths, seen = choose(walk, exclusions)
    counts = count_paths(walk, paths, seen)
    ripe = counts
    if places.mature_us is not None:
        limited = walk.until(places.mature_us)
        ripe = count_paths(limited, *choose(limited, exclusions))
    seats = [count_seat(walk, paths, counts.went, node, hits) for node, hits in places.seats]
    taken = np.flatnonzero(counts.went >= 0)
    return Tally(
        counts.on_path,
        counts.entered,
        counts.stopped + counts.arrived,
        counts.took,
        counts.reached,
        counts.eventually,
        counts.direct,
        ripe.on_path,
        ripe.took,
        np.array([ripe.entered_total]),
        _after(walk, paths.node[paths.last], paths.position[paths.last], places.ignored),
        np.array([seat.did for seat in seats], np.int64),
        np.array([seat.went_on_did for seat in seats], np.int64),
        np.array([seat.went_on_not for seat in seats], np.int64),
        counts.went[taken].astype(np.int16),
        paths.time_us[np.minimum(taken + 1, len(paths.node) - 1)] - paths.time_us[taken],
    )


def _after(walk: Walk, node: Ints, position: Ints, ignored: frozenset[str]) -> Ints:
    n, names = len(walk.shape.nodes), len(walk.stream.store.event_names)
    following = next_positions(walk.stream, position, ignored)
    code = np.where(following >= 0, walk.stream.event[following].astype(np.int64) + 1, 0) if len(position) else position
    return np.bincount(node * (names + 1) + code, minlength=n * (names + 1)).reshape(n, names + 1)


def mature_limit_us(window_us: int, data_end_us: int | None) -> int | None:
    """Entries before it are mature: their whole window lies in the data. None without a window."""
    if window_us >= FOREVER_US or data_end_us is None:
        return None
    return data_end_us - window_us + 1
