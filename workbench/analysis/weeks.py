"""Complete 7-day blocks and days of a store: weekly counts, tracking breaks, week-over-week reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.alerts import DEFAULT_RULE, MIN_HISTORY, AlertRule, WeekReport, weekly_alerts
from workbench.analysis.timeline import Rows
from workbench.events.store import EventStore

MOST_WEEKS = 14
# A day whose last event lies within this of midnight is taken as whole.
NEARLY_OVER = timedelta(hours=2)
# Below this daily count a day without the event is no surprise: P(0) of a Poisson is then above 1 in 2,000.
SURE_COUNT = 8.0
NORMAL_SHARE = 0.5

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days of a zone: `edge_us` has one more entry than `first` .. `last` has days."""

    first: date
    edge_us: Ints

    def __len__(self) -> int:
        return len(self.edge_us) - 1

    def day(self, index: int) -> date:
        return self.first + timedelta(days=index)

    @property
    def weeks(self) -> int:
        """Complete 7-day blocks that end on the last day."""
        return len(self) // 7


def whole_days(store: EventStore, zone: str = "UTC") -> Days | None:
    """The whole days that the data cover, the first and last ones included if nearly whole; None without any."""
    if store.first_us is None or store.data_end_us is None:
        return None
    where = ZoneInfo(zone)
    first = _moment(store.first_us, where) - NEARLY_OVER
    last = _moment(store.data_end_us, where) + NEARLY_OVER
    begin = first.date() + timedelta(days=1)
    count = (last.date() - begin).days
    if count < 1:
        return None
    edges = [_midnight_us(begin + timedelta(days=i), where) for i in range(count + 1)]
    return Days(begin, np.array(edges, dtype=np.int64))


def _moment(us: int, where: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(us / 1e6, where)


def _midnight_us(day: date, where: ZoneInfo) -> int:
    return round(datetime.combine(day, time(), where).timestamp() * 1e6)


def daily_counts(store: EventStore, days: Days, rows: Rows) -> Ints:
    """Events of the given rows per whole day."""
    at = np.searchsorted(days.edge_us, store.time_us[rows], side="right") - 1
    inside = (at >= 0) & (at < len(days))
    return np.bincount(at[inside], minlength=len(days)).astype(np.int64)


def weekly_people(store: EventStore, days: Days, rows: Rows) -> Ints:
    """Different people with one of the rows in each complete block, the oldest block first."""
    begin = len(days) - 7 * days.weeks
    edges = days.edge_us[begin::7]
    at = np.searchsorted(edges, store.time_us[rows], side="right") - 1
    inside = (at >= 0) & (at < days.weeks)
    if not inside.any():
        return np.zeros(days.weeks, dtype=np.int64)
    pairs = np.unique(store.user_of(np.asarray(rows)[inside]) * days.weeks + at[inside])
    return np.bincount(pairs % days.weeks, minlength=days.weeks).astype(np.int64)


@dataclass(frozen=True, slots=True)
class TrackingBreak:
    """Days on which an event is missing although people came as usual: a broken tag, no change of behaviour."""

    name: str
    first: date
    last: date
    usual: float

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def tracking_breaks(
    store: EventStore, zone: str = "UTC", mapped: Mapping[str, Rows] | None = None
) -> tuple[TrackingBreak, ...]:
    """Find days with zero of one event and normal traffic.

    Parameters
    ----------
    store : EventStore
    zone : str
        Zone of the days.
    mapped : rows of named things to look at instead of all events

    Notes
    -----
    Only events with a median of at least 8 a day on the days they occur; a day is normal with at least half of the
    median number of all events on days that have any. Days before an event's very first time are a break only if it
    sets in at half of its usual number at least, as a tag that was switched on does; what sets in slowly takes time to
    happen.
    """
    days = whole_days(store, zone)
    if days is None:
        return ()
    total = daily_counts(store, days, np.arange(store.n_events))
    if not total.any():
        return ()
    normal = total >= NORMAL_SHARE * np.median(total[total > 0])
    named = mapped if mapped is not None else {name: store.postings(c) for c, name in enumerate(store.event_names)}
    found: list[TrackingBreak] = []
    for name, rows in named.items():
        counts = daily_counts(store, days, rows)
        usual = float(np.median(counts[counts > 0])) if counts.any() else 0.0
        if usual >= SURE_COUNT:
            runs = _runs((counts == 0) & normal & ~_slow_start(counts, usual))
            found += [TrackingBreak(name, days.day(a), days.day(b), usual) for a, b in runs]
    return tuple(sorted(found, key=lambda row: (row.first, row.name)))


def _slow_start(counts: Ints, usual: float) -> NDArray[np.bool_]:
    """Days before the first time of an event that begins below half of its usual number."""
    first = int(np.flatnonzero(counts)[0])
    is_slow = bool(counts[first] < usual / 2)
    before: NDArray[np.bool_] = np.arange(len(counts)) < first
    return before & is_slow


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each run of true values."""
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class WeekOverWeek:
    """The current complete week of named things: verdicts, series, and the breaks that are kept out of them.

    `silent` have a tracking break in the current week: they get no conversion verdict. `has_gap` tells that days are
    missing altogether, so that there is no verdict at all.
    """

    names: tuple[str, ...]
    series: tuple[tuple[int, ...], ...]
    report: WeekReport
    breaks: tuple[TrackingBreak, ...]
    silent: tuple[str, ...]
    has_gap: bool
    week_ends: date | None


def week_over_week(
    store: EventStore,
    things: Mapping[str, Rows],
    zone: str = "UTC",
    rule: AlertRule = DEFAULT_RULE,
    incidents: Iterable[date] = (),
) -> WeekOverWeek:
    """Judge the newest complete week of many things, data quality first.

    Parameters
    ----------
    store : EventStore
    things : name to rows (events or mapped elements)
        Counted as different people per week.
    zone : str
        Zone of the days.
    rule : AlertRule
    incidents : days
        Weeks that contain one of them are left out of the baseline.
    """
    days = whole_days(store, zone)
    breaks = tracking_breaks(store, zone, things)
    if days is None or days.weeks < 2:
        return WeekOverWeek((), (), weekly_alerts([]), breaks, (), False, None)
    total = daily_counts(store, days, np.arange(store.n_events))
    series = {name: weekly_people(store, days, rows)[-MOST_WEEKS:] for name, rows in things.items()}
    kept = _kept_weeks(days, set(incidents))
    current = days.day(len(days) - 7)
    silent = {b.name for b in breaks if b.last >= current}
    has_gap = bool(np.any(total[-7:] == 0))
    judged = [name for name in series if name not in silent]
    weeks = [_without_breaks(days, series[name], kept, [b for b in breaks if b.name == name]) for name in judged]
    report = weekly_alerts([]) if has_gap else _report(weeks, rule)
    return WeekOverWeek(
        tuple(judged),
        tuple(tuple(series[name].tolist()) for name in judged),
        report,
        breaks,
        tuple(sorted(silent)),
        has_gap,
        days.day(len(days) - 1),
    )


def _kept_weeks(days: Days, incidents: set[date]) -> NDArray[np.bool_]:
    """Weeks without an incident; the current one always stays."""
    begin = len(days) - 7 * days.weeks
    hit = [any(days.day(begin + 7 * w + d) in incidents for d in range(7)) for w in range(days.weeks)]
    kept = ~np.array(hit, dtype=bool)
    kept[-1] = True
    return kept[-MOST_WEEKS:]


def _without_breaks(days: Days, series: Ints, kept: NDArray[np.bool_], breaks: Sequence[TrackingBreak]) -> Ints:
    """The series without weeks in which the thing was not recorded, or that hold an incident."""
    usable = kept.copy()
    for week in range(len(series)):
        last = days.day(len(days) - 1) - timedelta(days=7 * (len(series) - 1 - week))
        first = last - timedelta(days=6)
        if any(b.first <= last and b.last >= first for b in breaks):
            usable[week] = False
    return series[usable]


def _report(weeks: list[Ints], rule: AlertRule) -> WeekReport:
    """One family over things with histories of different length: each length is judged with its own noise."""
    if not weeks:
        return weekly_alerts([])
    shortest = min(map(len, weeks))
    if shortest - 1 < MIN_HISTORY:
        return weekly_alerts([[0.0]], rule)
    return weekly_alerts(np.stack([row[-shortest:] for row in weeks]).tolist(), rule)
