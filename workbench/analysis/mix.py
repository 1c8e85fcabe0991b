"""Why the headline rate moved between two periods: people convert otherwise, or other people came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.cohorts import WEEK_US
from workbench.analysis.ground import conversions, study_window
from workbench.analysis.intervals import NO_INTERVAL, Interval, interval_of, newcombe, z_of
from workbench.analysis.rates import Rate
from workbench.analysis.segment_choice import Periods
from workbench.analysis.segment_rules import US, membership
from workbench.analysis.segment_study import NOT_SET, OTHER, first_codes
from workbench.events.store import EventStore
from workbench.journey.journey import Journey

DAY_US = 86_400 * US
MOST_VALUES = 12
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MixRow:
    """One value: its rate and share of people in both periods, and what it adds to the change, in shares."""

    name: str
    old: Rate
    new: Rate
    old_share: float
    new_share: float
    within: float
    mix: float


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the change with its 95 % interval."""

    value: float
    interval: Interval = NO_INTERVAL


@dataclass(frozen=True, slots=True)
class MixReport:
    """The change of the rate, split into `within` values and by the `mix` of them; the two add up to `change`.

    `old_days` and `new_days` are the first and last day of entry of each period. Only people whose window of
    `window_s` has elapsed are there; `immature` counts the others.
    """

    rows: tuple[MixRow, ...]
    old: Rate
    new: Rate
    change: Part
    within: Part
    mix: Part
    old_days: tuple[date, date]
    new_days: tuple[date, date]
    window_s: float
    immature: int


def split_change(
    names: Sequence[str], old: tuple[Sequence[int], Sequence[int]], new: tuple[Sequence[int], Sequence[int]]
) -> tuple[tuple[MixRow, ...], Part, Part] | None:
    """Split the change of a total rate by the values of a property.

    Parameters
    ----------
    names : the values
    old, new : (conversions, people) by value in each period

    Returns
    -------
    (rows, within, mix), or None where a period has nobody
        within = sum w_old (r_new - r_old), mix = sum (w_new - w_old) r_new. A row's mix counts its rate above or
        below the old total, so that a value whose share falls although it converts badly adds to the rate; the sum is
        the same, since the shares' changes add up to nothing. A value that one period lacks changes the mix alone.

    Notes
    -----
    Intervals are normal with the variances of the rates and of the shares (multinomial), to first order.

    Examples
    --------
    >>> rows, within, mix = split_change(["phone", "desk"], ([10, 40], [200, 200]), ([15, 20], [300, 100]))
    >>> round(within.value, 4), round(mix.value, 4), [round(row.mix, 4) for row in rows]
    (0.0, -0.0375, [-0.0187, -0.0188])
    """
    k0, n0, k1, n1 = (np.asarray(x, dtype=np.float64) for x in (*old, *new))
    if not n0.sum() or not n1.sum():
        return None
    w0, w1 = n0 / n0.sum(), n1 / n1.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        r0, r1 = k0 / n0, k1 / n1
    r0, r1 = np.where(n0 > 0, r0, r1), np.where(n1 > 0, r1, np.where(n0 > 0, r0, 0.0))
    within, mix = w0 * (r1 - r0), (w1 - w0) * (r1 - k0.sum() / n0.sum())
    rows = tuple(
        MixRow(
            name,
            Rate.of(int(k0[i]), int(n0[i])),
            Rate.of(int(k1[i]), int(n1[i])),
            float(w0[i]),
            float(w1[i]),
            float(within[i]),
            float(mix[i]),
        )
        for i, name in enumerate(names)
    )
    return rows, *_parts(_Sides(n0, n1, w0, w1, r0, r1), float(within.sum()), float(mix.sum()))


@dataclass(frozen=True, slots=True)
class _Sides:
    """People, shares and rates by value of both periods."""

    n0: Floats
    n1: Floats
    w0: Floats
    w1: Floats
    r0: Floats
    r1: Floats

    def variance_of_rates(self, weight0: Floats, weight1: Floats) -> float:
        """Of the weighted sums of the old and of the new rates."""
        total = 0.0
        for weight, rate, n in ((weight0, self.r0, self.n0), (weight1, self.r1, self.n1)):
            known = n > 0
            total += float((weight[known] ** 2 * rate[known] * (1 - rate[known]) / n[known]).sum())
        return total


def _parts(sides: _Sides, within: float, mix: float) -> tuple[Part, Part]:
    """Both parts with their intervals."""
    gain = sides.r1 - sides.r0
    within_variance = sides.variance_of_rates(sides.w0, sides.w0) + _of_shares(sides.w0, gain, sides.n0)
    shift = sides.w1 - sides.w0
    mix_variance = sides.variance_of_rates(0 * shift, shift)
    mix_variance += _of_shares(sides.w0, sides.r1, sides.n0) + _of_shares(sides.w1, sides.r1, sides.n1)
    return _part(within, within_variance), _part(mix, mix_variance)


def _of_shares(share: Floats, score: Floats, n: Floats) -> float:
    """Variance of sum(share x score) where shares come from a multinomial draw."""
    mean = float(share @ score)
    return float(share @ (score - mean) ** 2) / float(n.sum())


def _part(value: float, variance: float) -> Part:
    half = z_of(0.95) * float(np.sqrt(variance))
    return Part(value, Interval(value - half, value + half))


def mix_study(journey: Journey, store: EventStore, name: str, periods: Periods) -> MixReport | None:
    """Split the change of the headline rate between two periods of entry by a property.

    Parameters
    ----------
    journey : Journey
        Its headline macro-conversion and shaping.
    store : EventStore
    name : str
        The property; people are told by the value they begin with.
    periods : Periods
        Halves of the time in which people are mature, or its last 4 weeks and the 4 before them.

    Returns
    -------
    MixReport, or None where no macro-conversion is bound, or the data do not reach over both periods
    """
    converted = conversions(journey, store)
    if converted is None:
        return None
    store, rows = converted
    window_s, _ = study_window(journey, store)
    # A cut before the first event: nobody counts as converted before it.
    found = membership(store, (), rows, window_s, -1.0 / US)
    if not len(found.users):
        return None
    entry = store.time_us[store.user_offset[found.users]]
    is_halves = periods is Periods.HALVES
    last_us = int(entry.max()) if is_halves else (store.data_end_us or 0) - round(window_s * US)
    edges = _edges(int(entry.min()), last_us, is_halves)
    if int(entry.min()) > edges[0] + DAY_US:
        return None
    at = np.searchsorted(np.asarray(edges), entry, side="right") - 1
    code = first_codes(store, name, 0.0)[found.users]
    names, table = _table(store, name, code, at, found.converted)
    split = split_change(names, (table[0], table[1]), (table[2], table[3]))
    if split is None:
        return None
    parts, within, mix = split
    old, new = Rate.of(sum(table[0]), sum(table[1])), Rate.of(sum(table[2]), sum(table[3]))
    gap = interval_of(newcombe(new.k, new.n, old.k, old.n))
    days = [_days(edges[i], edges[i + 1], journey.time_zone) for i in (0, 1)]
    change = Part((new.value or 0.0) - (old.value or 0.0), gap)
    return MixReport(parts, old, new, change, within, mix, days[0], days[1], window_s, found.immature)


def _edges(first_us: int, last_us: int, is_halves: bool) -> tuple[int, int, int]:
    """Begin of the old period, of the new one, and the end of that."""
    end = last_us + 1
    if is_halves:
        return first_us, first_us + (end - first_us) // 2, end
    return end - 8 * WEEK_US, end - 4 * WEEK_US, end


def _days(begin_us: int, end_us: int, zone: str) -> tuple[date, date]:
    from datetime import datetime

    where = ZoneInfo(zone)
    return datetime.fromtimestamp(begin_us / US, where).date(), datetime.fromtimestamp((end_us - 1) / US, where).date()


def _table(
    store: EventStore, name: str, code: NDArray[np.int64], at: NDArray[np.int64], converted: NDArray[np.bool_]
) -> tuple[list[str], list[list[int]]]:
    """Names, and conversions and people of both periods by name; rare values are one group."""
    column = store.properties.get(name)
    values = [] if column is None else [str(value) for value in column.values]
    inside = (at == 0) | (at == 1)
    people = np.bincount(code[inside], minlength=len(values) + 1)
    order = [int(i) for i in np.argsort(-people[1:], kind="stable") + 1 if people[i]]
    groups = [(values[i - 1], [i]) for i in order[:MOST_VALUES]]
    groups += [(OTHER, order[MOST_VALUES:])] if order[MOST_VALUES:] else []
    groups += [(NOT_SET, [0])] if people[0] else []
    table = []
    for period in (0, 1):
        for mask in ((at == period) & converted, at == period):
            counts = np.bincount(code[mask], minlength=len(values) + 1)
            table.append([int(counts[codes].sum()) for _, codes in groups])
    return [group for group, _ in groups], table
