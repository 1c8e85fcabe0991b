"""Finding a happy path: selected elements in the order of the links, or the widest way to a macro-conversion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey


def ordered_path(journey: Journey, chosen: Sequence[ElementId], took: Mapping[LinkId, float]) -> tuple[ElementId, ...]:
    """The chosen elements in link order; with fewer than two chosen the widest way from an entry to a goal."""
    if len(chosen) >= 2:
        ahead = {i: journey.reachable(i) for i in chosen}
        return tuple(sorted(chosen, key=lambda i: -sum(other in ahead[i] for other in chosen)))
    entries = [i for i in journey.entry_ids if journey.outgoing.get(i)]
    if not entries:
        return ()
    start = max(entries, key=lambda i: sum(took.get(k.link_id, 0.0) for k in journey.outgoing[i]))
    return _widest(journey, start, took)


def _widest(journey: Journey, start: ElementId, took: Mapping[LinkId, float]) -> tuple[ElementId, ...]:
    """From `start`, always the widest link among those that still lead to a goal."""
    goals = set(journey.goal_ids)
    path, here = [start], start
    while here not in goals and journey.outgoing.get(here) and len(path) <= len(journey.elements):
        leading = [
            k for k in journey.outgoing[here] if k.target_id in goals or journey.reachable(k.target_id) & goals
        ] or list(journey.outgoing[here])
        here = max(leading, key=lambda k: took.get(k.link_id, 0.0)).target_id
        path.append(here)
    return tuple(path)
