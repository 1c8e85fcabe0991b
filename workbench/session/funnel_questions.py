"""Questions behind the views of the happy path as a funnel; each runs on the heavy lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from workbench.analysis.measures import Measures
from workbench.journey.element import ElementId
from workbench.journey.journey import Journey
from workbench.progress import Progress
from workbench.session.shelf import Loaded

if TYPE_CHECKING:
    from workbench.analysis.breakdown import Group
    from workbench.analysis.funnel import FunnelRequest
    from workbench.analysis.success import Companions
    from workbench.analysis.trend import Bucket
    from workbench.events.store import EventStore

MOST_GROUPS = 20


def _request(journey: Journey, store: EventStore) -> FunnelRequest | None:
    """The happy path with the rules of the journey; None with fewer than two bound elements."""
    from workbench.analysis.funnel import FunnelRequest
    from workbench.analysis.match import Match
    from workbench.analysis.query import Query

    known = journey.element_by_id
    path = [known[i] for i in journey.happy_path if i in known and known[i].is_bound]
    if len(path) < 2:
        return None
    matches = tuple(Match.of(element.rule) for element in path if element.rule is not None)
    options = Query.of(journey).options(store.session_property)
    return FunnelRequest(matches, options=options, names=tuple(str(element.element_id) for element in path))


@dataclass(frozen=True)
class ByProperty:
    """The funnel per value of a property, the largest groups first; `left_out` values are not listed.

    `p` tests whether the groups get through equally often (chi-square); None where people stand in several groups.
    """

    element_ids: tuple[ElementId, ...]
    groups: tuple[Group, ...]
    left_out: int
    overlaps: bool
    p: float | None


def by_property(name: str, touch: str) -> Callable[[Journey, Measures, Loaded, Progress], ByProperty | None]:
    """Question behind the funnel by the values of a property; `touch` is an `Attribution` by its value."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> ByProperty | None:
        from workbench.analysis.breakdown import Attribution, breakdown
        from workbench.analysis.comparisons import k_proportions

        request = _request(journey, loaded.store) if loaded.store is not None else None
        if request is None or loaded.store is None:
            return None
        groups = sorted(
            breakdown(request, loaded.store, name, Attribution(touch)), key=lambda g: (-g.counts[0], g.name)
        )
        ids = tuple(ElementId(i) for i in request.names)
        shown = tuple(groups[:MOST_GROUPS])
        overlaps = touch == Attribution.ALL_EVENTS
        entered = [group for group in shown if group.counts[0]]
        tested = None
        if not overlaps and len(entered) > 1:
            tested = k_proportions([g.counts[-1] for g in entered], [g.counts[0] for g in entered]).p
        return ByProperty(ids, shown, len(groups) - len(shown), overlaps, tested)

    return answer


@dataclass(frozen=True)
class OverTime:
    """The funnel per calendar unit of the entries: the first day of each, and how many came and got through."""

    starts: tuple[date, ...]
    buckets: tuple[Bucket, ...]


def over_time(unit: str) -> Callable[[Journey, Measures, Loaded, Progress], OverTime | None]:
    """Question behind the funnel by "day", "week" or "month" of entry, in the journey's zone."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> OverTime | None:
        from workbench.analysis.trend import calendar_buckets, trend

        store = loaded.store
        request = _request(journey, store) if store is not None else None
        if store is None or request is None or store.first_us is None or store.last_us is None:
            return None
        zone = ZoneInfo(journey.time_zone)

        def day(us: int) -> date:
            return datetime.fromtimestamp(us / 1e6, UTC).astimezone(zone).date()

        span = request.options.span
        first, last = max(store.first_us, span.from_us), min(store.last_us, span.to_us - 1)
        if first > last:
            return None
        buckets = trend(request, store, calendar_buckets(day(first), day(last), journey.time_zone, unit))
        return OverTime(tuple(day(bucket.span.from_us) for bucket in buckets), buckets)

    return answer


@dataclass(frozen=True)
class GoesWith:
    """Events, or values of one event's properties, that go with getting through; `events` may be chosen."""

    found: Companions
    events: tuple[str, ...]


def goes_with(event: str | None) -> Callable[[Journey, Measures, Loaded, Progress], GoesWith | None]:
    """Question behind what goes with success: of all events, or of the property values of one."""

    def answer(journey: Journey, measures: Measures, loaded: Loaded, progress: Progress) -> GoesWith | None:
        from workbench.analysis.funnel import funnel
        from workbench.analysis.success import companions
        from workbench.export.report import ignored_events

        request = _request(journey, loaded.store) if loaded.store is not None else None
        if request is None or loaded.store is None:
            return None
        counted = funnel(request, loaded.store, progress)
        progress.step(1, 2, label="Comparing")
        skip = ignored_events(loaded.report) if event is None else ()
        return GoesWith(companions(counted, skip, event), tuple(sorted(loaded.store.event_names)))

    return answer
