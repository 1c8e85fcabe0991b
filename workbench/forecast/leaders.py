"""Leading micro-conversions of a store: daily counts, lag, gates, and whether their ratio is stable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from workbench.analysis.cohorts import cohorts, waits
from workbench.analysis.comparisons import k_proportions, trend
from workbench.analysis.timeline import Rows
from workbench.analysis.weeks import Days, daily_counts
from workbench.events.store import EventStore
from workbench.forecast.series import LAG_DAYS, Leading, lag_of

US = 1_000_000
DAY_US = 86_400 * US
MIN_WEEKS = 4
CALM_DISPERSION = 2.0
SURE_DRIFT = 0.01


def leading_of(store: EventStore, micro_rows: Rows, macro_rows: Rows, days: Days) -> Leading:
    """Prepare a micro-conversion as a leading indicator of a macro-conversion.

    Parameters
    ----------
    store : EventStore
    micro_rows, macro_rows : ascending rows of hits
    days : Days
        Whole days; daily counts are of events.

    Notes
    -----
    The lag rests on people whose first micro-conversion lies at least 28 days before the end of the data.
    """
    found = waits(store, micro_rows, macro_rows)
    end = store.data_end_us or 0
    is_mature = found.origin_us + LAG_DAYS * DAY_US <= end
    lag = lag_of((found.seconds[is_mature & found.is_event] / 86_400).tolist())
    grouped = cohorts(found, end)
    ripe = 0 if grouped is None else sum(row[-1] is not None for row in grouped.cumulative)
    return Leading(
        daily=tuple(daily_counts(store, days, micro_rows).astype(float).tolist()),
        lag=lag,
        share_before=_share_before(store, micro_rows, macro_rows),
        mature_cohorts=ripe,
    )


def _share_before(store: EventStore, micro_rows: Rows, macro_rows: Rows) -> float:
    """Share of people with the macro who had the micro-conversion before it."""
    macro, micro = np.asarray(macro_rows, dtype=np.int64), np.asarray(micro_rows, dtype=np.int64)
    owner = store.user_of(macro)
    first = macro[np.diff(owner, prepend=-1) != 0]
    if not len(first) or not len(micro):
        return 0.0
    at = np.searchsorted(micro, first) - 1
    before = micro[np.maximum(at, 0)]
    same = (at >= 0) & (before >= store.user_offset[store.user_of(first)])
    return float(np.mean(same))


class Stability(StrEnum):
    """Light of a micro-to-macro ratio over its weeks."""

    STABLE = "stable"
    DRIFTING = "drifting"
    ROUGH = "rough"
    UNKNOWN = "no data"


@dataclass(frozen=True, slots=True)
class RatioLight:
    """Whether macros per micro-conversion hold over the weeks: noise beyond counting, and trend per week."""

    light: Stability
    dispersion: float | None
    slope_per_week: float | None
    p_trend: float | None


def ratio_light(macros: list[int], micros: list[int]) -> RatioLight:
    """Judge weekly counts of macros among people with the micro-conversion.

    Examples
    --------
    >>> ratio_light([50, 52, 49, 51, 50, 48], [1000] * 6).light.value
    'stable'
    >>> ratio_light([80, 70, 62, 50, 41, 30], [1000] * 6).light.value
    'drifting'
    """
    from scipy.special import fdtrc

    if len(micros) < MIN_WEEKS or sum(micros) == 0:
        return RatioLight(Stability.UNKNOWN, None, None, None)
    found, total = trend(macros, micros, list(range(len(micros)))), k_proportions(macros, micros).chi2
    if found.chi2 is None or total is None:
        return RatioLight(Stability.UNKNOWN, None, found.slope, None)
    # The trend is judged against the noise that is left beside it, else every busy site would seem to drift.
    phi = max(1.0, (total - found.chi2) / (len(micros) - 2))
    p = float(fdtrc(1, len(micros) - 2, found.chi2 / phi))
    light = Stability.DRIFTING if p < SURE_DRIFT else Stability.STABLE if phi <= CALM_DISPERSION else Stability.ROUGH
    return RatioLight(light, phi, found.slope, p)
