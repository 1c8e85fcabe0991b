"""Series forecasts: honest choice, totals from summed paths, gates of the leading micro-conversion, calibration."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from workbench.errors import CancelledError, WorkbenchError
from workbench.events.store import EventStore
from workbench.forecast.accuracy import coverage, forecast_errors, interval_score
from workbench.forecast.backtest import NO_BETTER, forecast_series, origins_of
from workbench.forecast.leaders import Stability, leading_of, ratio_light
from workbench.forecast.series import Leading, Method, check_history, dispersion, last_week, leading, smoothing
from workbench.forecast.smoothing import SeasonalState, ets_mean, smoothed_mean
from workbench.progress import Progress

WEEK = np.array([1.0, 1.05, 1.1, 1.0, 0.9, 0.55, 0.5])


def weekly(seed: int, days: int, level: float, wander: float = 0.0) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    walk = np.exp(np.cumsum(rng.normal(0, wander, days)))
    return rng.poisson(level * walk * np.resize(WEEK, days)).astype(float)


def lagged(seed: int, days: int = 150, level: float = 60.0, mean_lag: float = 8.0) -> tuple[list[float], Leading]:
    """Macros that follow a wandering micro-conversion after a long lag."""
    rng = np.random.default_rng(seed)
    micro = weekly(seed, days, level, wander=0.06) + 1
    lag = np.exp(-np.arange(28) / mean_lag)
    lag /= lag.sum()
    macro = rng.poisson(0.25 * np.convolve(micro, lag)[:days]).astype(float)
    return macro.tolist(), Leading(tuple(micro.tolist()), tuple(lag.tolist()), 0.95, 12)


@pytest.mark.parametrize(("days", "ahead"), [(20, 3), (30, 11), (120, 29), (60, 0)])
def test_too_little_history_is_refused_with_a_hint(days: int, ahead: int) -> None:
    with pytest.raises(WorkbenchError) as caught:
        check_history([1.0] * days, ahead)
    assert caught.value.hint


def test_a_pure_weekly_pattern_is_beaten_by_nobody_and_the_forecast_says_so() -> None:
    history = (np.resize([50, 52, 54, 50, 46, 28, 25], 84)).astype(float).tolist()
    found = forecast_series(history, 7)
    assert found.chosen.method is Method.LAST_WEEK
    assert found.sentence == NO_BETTER
    assert [day.median for day in found.chosen.days] == [50, 52, 54, 50, 46, 28, 25]


def test_noise_around_a_steady_level_is_smoothed_better_than_copied() -> None:
    found = forecast_series(weekly(3, 120, 40.0).tolist(), 14)
    assert found.chosen.method is Method.SMOOTHING
    smooth, base = found.score(Method.SMOOTHING), found.score(Method.LAST_WEEK)
    assert smooth.mase is not None
    assert base.mase is not None
    assert smooth.mase < 0.95 * base.mase
    assert "%" in found.sentence


def test_a_leading_micro_conversion_with_a_long_lag_wins_and_shows_the_pipe() -> None:
    history, leader = lagged(11)
    found = forecast_series(history, 14, leader)
    assert found.chosen.method is Method.LEADING
    assert len(found.chosen.piped) == 14
    assert found.chosen.piped[0] > found.chosen.piped[-1] > 0


@pytest.mark.parametrize(
    "leader",
    [
        Leading((5.0,) * 150, (1.0,), 0.5, 12),
        Leading((5.0,) * 150, (1.0,), 0.9, 3),
        Leading((0.0, *(5.0,) * 149), (1.0,), 0.9, 12),
    ],
)
def test_a_leader_that_fails_a_gate_is_not_tried(leader: Leading) -> None:
    assert not leader.may_lead
    found = forecast_series(weekly(1, 150, 20.0).tolist(), 7, leader)
    assert {score.method for score in found.scores} == {Method.LAST_WEEK, Method.SMOOTHING}


def test_the_total_comes_from_summed_paths_and_is_not_the_sum_of_daily_limits() -> None:
    paths = smoothing(weekly(5, 90, 60.0).tolist(), 14)
    daily = sum(day.band(0.95).high - day.band(0.95).low for day in paths.days)
    total = paths.total.band(0.95)
    assert total.high - total.low < daily
    assert paths.total.mean == pytest.approx(sum(day.mean for day in paths.days))


def test_the_same_seed_gives_the_same_paths() -> None:
    history = weekly(9, 60, 30.0).tolist()
    assert np.array_equal(smoothing(history, 7, 4).draws, smoothing(history, 7, 4).draws)
    assert np.array_equal(last_week(history, 7, 4).draws, last_week(history, 7, 4).draws)


def test_a_backtest_can_be_cancelled() -> None:
    told = Progress()
    told.cancel()
    with pytest.raises(CancelledError):
        forecast_series(weekly(9, 90, 30.0).tolist(), 7, progress=told)


def test_origins_never_look_ahead_and_are_enough() -> None:
    for length in (42, 60, 90, 180):
        origins = origins_of(length, 14)
        assert max(origins) == length - 14
        assert len(origins) >= 6


def test_zero_counts_make_no_trouble() -> None:
    found = forecast_series([0.0] * 60, 7)
    assert found.chosen.total.mean == pytest.approx(0, abs=2)


def test_the_ets_recursion_is_that_of_the_library() -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    y = weekly(2, 70, 30.0)
    fit = ETSModel(y, error="add", seasonal="add", seasonal_periods=7).fit(disp=False)
    level, season = float(fit.initial_level), tuple(float(v) for v in fit.initial_seasonal[::-1])
    state = SeasonalState(level, season, float(fit.smoothing_level), float(fit.smoothing_seasonal))
    assert smoothed_mean(y.tolist(), state, 9) == pytest.approx(fit.forecast(9).tolist(), rel=1e-6)
    assert ets_mean(y.tolist(), 7, 9) == pytest.approx(fit.forecast(9).tolist(), rel=1e-6)


def test_an_unknown_ets_model_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="no ETS model"):
        ets_mean([1.0] * 30, 7, 3, "XYZ")


def test_scores_of_nothing_are_no_data() -> None:
    assert coverage([], [], []) is None
    assert forecast_errors([], [], [1, 2, 3], 1).mae is None
    assert forecast_errors([1.0], [1.0], [1.0], 7).mase is None
    assert forecast_errors([0.0], [1.0], [1.0, 2.0], 1).mape is None


def test_the_interval_score_rises_with_each_unit_outside() -> None:
    scores = interval_score([5, 11, 12], 0, 10, 0.05)
    assert scores.tolist() == pytest.approx([10, 50, 90])


def test_dispersion_of_poisson_counts_is_one_and_of_rough_ones_more() -> None:
    rng = np.random.default_rng(1)
    mean = np.full(400, 20.0)
    assert dispersion(rng.poisson(20, 400).astype(float), mean) == pytest.approx(1, abs=0.25)
    assert dispersion(rng.negative_binomial(5, 0.2, 400).astype(float), mean) > 3


def test_a_leader_is_read_off_a_store() -> None:
    from workbench.analysis.weeks import whole_days

    rng = np.random.default_rng(7)
    rows = []
    for person in range(3_000):
        at = rng.uniform(0, 100 * 86_400)
        rows.append((f"p{person}", int(at), "trial"))
        if rng.uniform() < 0.3:
            rows.append((f"p{person}", int(at + rng.exponential(3) * 86_400), "buy"))
    store = EventStore.from_rows(row for row in rows if row[1] < 100 * 86_400)
    days = whole_days(store)
    assert days is not None
    trial, buy = (store.postings(store.code_by_name[name]) for name in ("trial", "buy"))
    leader = leading_of(store, trial, buy, days)
    assert leader.may_lead
    assert leader.share_before == 1.0
    assert leader.lag[0] == pytest.approx(1 - np.exp(-1 / 3), abs=0.05)
    assert leading_of(store, buy, trial, days).share_before == 0.0


@pytest.mark.parametrize(
    ("macros", "micros", "light"),
    [
        ([50, 52, 49, 51, 50, 48], [1000] * 6, Stability.STABLE),
        ([80, 70, 62, 50, 41, 30], [1000] * 6, Stability.DRIFTING),
        ([120, 30, 110, 40, 130, 20], [1000] * 6, Stability.ROUGH),
        ([1, 2], [10, 10], Stability.UNKNOWN),
    ],
)
def test_the_light_of_a_ratio(macros: list[int], micros: list[int], light: Stability) -> None:
    assert ratio_light(macros, micros).light is light


def covered(seed: int) -> bool:
    history, leader = lagged(seed, days=164)
    known = Leading(leader.daily[:150], leader.lag, 0.95, 12)
    band = leading(history[:150], known, 14).total.band(0.8)
    return band.low <= sum(history[150:]) <= band.high


def test_eighty_percent_bands_of_the_total_hold_about_eighty_percent() -> None:
    share = np.mean([covered(seed) for seed in range(40)])
    assert 0.65 <= share <= 0.95


@pytest.mark.nightly
def test_over_two_hundred_series_the_bands_hold() -> None:
    assert 0.70 <= np.mean([covered(seed) for seed in range(200)]) <= 0.93


def test_more_macros_than_micro_conversions_are_a_rate_above_one() -> None:
    micro = [10.0] * 60
    paths = leading([25.0] * 60, Leading(tuple(micro), (1.0,), 0.9, 9), 7)
    assert paths.days[0].median == pytest.approx(25, rel=0.15)


def test_dispersion_of_too_little_is_one() -> None:
    assert dispersion(np.array([3.0]), np.array([3.0])) == 1.0


def test_no_macro_means_no_leader() -> None:
    from workbench.analysis.weeks import whole_days

    store = EventStore.from_rows([(f"p{i}", i * 86_400, "trial") for i in range(40)])
    days = whole_days(store)
    assert days is not None
    leader = leading_of(store, store.postings(0), np.zeros(0, np.int64), days)
    assert (leader.share_before, leader.lag) == (0.0, ())
    assert not leader.may_lead


def test_a_ratio_of_all_or_none_is_no_data() -> None:
    assert ratio_light([0] * 6, [100] * 6).light is Stability.UNKNOWN
