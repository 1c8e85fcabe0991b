"""Associations: libraries as oracles, one stratum is the crude table, calibration on seeded nulls."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from tests.analysis.stores import DAY_S, null_log
from workbench.analysis.association import e_value, homogeneity, mantel_haenszel, mix_check, pool, pooled_of, two_by_two
from workbench.analysis.comparisons import (
    chi_square,
    equivalence,
    false_discovery,
    fisher,
    mcnemar,
    pooled_z,
    rate_ratio,
    trend,
    two_counts,
)
from workbench.analysis.drivers import drivers
from workbench.analysis.timeline import Timeline
from workbench.errors import WorkbenchError

stratum = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)
BERKELEY = [[512, 825, 89, 108], [353, 560, 17, 25], [120, 325, 202, 593], [138, 417, 131, 375], [53, 191, 94, 393]]


@given(st.lists(stratum, min_size=2, max_size=6))
def test_pooled_odds_and_ratio_are_the_librarys(strata: list[tuple[int, int, int, int]]) -> None:
    found = mantel_haenszel(strata)
    table = StratifiedTable([np.array([[a, n1 - a], [c, n0 - c]], dtype=float) for a, n1, c, n0 in strata])
    with np.errstate(all="ignore"):
        odds, ratio = table.oddsratio_pooled, table.riskratio_pooled
    assert found.odds_ratio == (pytest.approx(odds) if np.isfinite(odds) else None)
    assert found.ratio == (pytest.approx(ratio) if np.isfinite(ratio) else None)
    if found.odds_ratio and all(bound is not None for bound in (found.odds_interval.low, found.odds_interval.high)):
        low, high = table.oddsratio_pooled_confint()
        assert (found.odds_interval.low, found.odds_interval.high) == pytest.approx((low, high))


@given(stratum)
def test_one_stratum_is_the_crude_table(cells: tuple[int, int, int, int]) -> None:
    pooled, crude = mantel_haenszel([cells]), two_by_two(*cells)
    assert pooled.ratio == (None if crude.ratio is None else pytest.approx(crude.ratio))
    assert pooled.difference == pytest.approx(crude.difference)
    assert pooled.observed == crude.a


@given(st.lists(st.lists(stratum, min_size=3, max_size=3), min_size=1, max_size=5))
def test_many_tables_at_once_are_each_alone(tables: list[list[tuple[int, int, int, int]]]) -> None:
    together = pooled_of(pool(np.array(tables, dtype=np.float64)))
    assert together == [mantel_haenszel(table) for table in tables]


def test_homogeneity_by_three_methods() -> None:
    six = [*BERKELEY, [22, 373, 24, 341]]
    assert homogeneity(six, "woolf").p == pytest.approx(0.0034272, abs=2e-5)
    assert homogeneity(six, "breslow-day").p == pytest.approx(homogeneity(six, "tarone").p, rel=0.1)
    assert homogeneity([[1, 2, 3, 4]]).p is None


def test_a_mix_effect_is_told_from_an_effect() -> None:
    assert mix_check([[81, 87, 234, 270], [192, 263, 55, 80]]).is_reversed
    same = mix_check([[30, 100, 10, 100], [60, 200, 20, 200]])
    assert not same.is_reversed
    assert not same.is_mix_effect


def test_a_table_without_takers_or_others_has_no_ratio() -> None:
    for cells in ((0, 0, 5, 10), (5, 10, 0, 0), (0, 0, 0, 0)):
        found = two_by_two(*cells)
        assert found.ratio is None
        assert found.difference is None
        assert not found.is_required
    assert two_by_two(5, 10, 0, 40).is_required


def test_e_values_at_and_across_one() -> None:
    assert e_value(1.0, 0.8, 1.3).bound == 1.0
    assert e_value(1.0).point == 1.0
    assert e_value(None).point is None
    assert e_value(2.0, None, 3.0).bound is None
    assert e_value(0.5, 0.3, 0.8).bound == e_value(2.0, 1.25, 3.3).bound


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=1, max_size=40))
def test_adjusted_p_are_monotone_and_never_smaller(raw: list[float]) -> None:
    adjusted = false_discovery(raw)
    given_p = np.array(raw)
    known = ~np.isnan(given_p)
    assert np.array_equal(np.isnan(adjusted), ~known)
    assert np.all(adjusted[known] >= given_p[known] - 1e-12)
    order = np.argsort(given_p[known], kind="stable")
    assert np.all(np.diff(adjusted[known][order]) >= -1e-12)


def test_tests_without_data_are_no_tests() -> None:
    assert pooled_z(0, 0, 1, 2).p is None
    assert pooled_z(0, 5, 0, 5).p is None
    assert trend([0, 0], [0, 0], [1, 2]).chi2 is None
    assert trend([1, 1], [5, 5], [2, 2]).chi2 is None
    assert trend([5, 5], [5, 5], [1, 2]).chi2 is None
    assert chi_square([[0, 0], [3, 4]]).p is None
    assert two_counts(1, 0, 1, 1).p is None
    assert rate_ratio(0, 1, 0, 1).ratio is None
    assert equivalence(0, 10, 0.1, 0.2).z_lower is None
    assert mcnemar([[5, 0], [0, 5]]).p == 1.0


def test_small_tables_and_pairs() -> None:
    assert fisher([[3, 1], [1, 3]]).p == pytest.approx(0.4857, abs=1e-4)
    assert fisher([[3, 1], [1, 3]], "larger").p == pytest.approx(0.2429, abs=1e-4)
    assert mcnemar([[10, 6], [2, 12]], is_exact=True).p == pytest.approx(0.2890625)


def test_count_tests_by_name() -> None:
    score = rate_ratio(60, 514.775, 30, 543.087, method="score")
    assert score.z is not None
    assert score.interval.low is not None
    assert two_counts(60, 514.775, 30, 543.087, "score").p == score.p
    zero = rate_ratio(5, 10, 0, 10)
    assert zero.ratio is None
    assert zero.interval.high is None


def ratios_of(seed: int) -> list[tuple[float, float]]:
    store = null_log(seed, users=3_000, events=8)
    timeline = Timeline.of(store, store.postings(store.code_by_name["purchase"]), 14 * DAY_S)
    rows = drivers(timeline).rows
    return [(r.matched.ratio_interval.low or 0.0, r.matched.ratio_interval.high or np.inf) for r in rows]


def test_on_null_logs_depth_matched_intervals_hold_one_as_often_as_stated() -> None:
    held = [low <= 1.0 <= high for seed in range(40) for low, high in ratios_of(seed)]
    assert len(held) >= 300
    assert 0.90 <= np.mean(held) <= 0.98


def test_false_discoveries_stay_within_the_rate_asked_for() -> None:
    rng = np.random.default_rng(3)
    shares = []
    for _ in range(300):
        z = rng.standard_normal(60)
        z[:15] += 3.2
        from scipy.special import ndtr

        found = false_discovery(2 * ndtr(-np.abs(z))) <= 0.05
        shares.append(found[15:].sum() / max(found.sum(), 1))
    assert np.mean(shares) <= 0.05 + 0.03


def test_an_unknown_homogeneity_test_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="no homogeneity test"):
        homogeneity(BERKELEY, "guess")


def test_a_log_of_too_few_takers_has_no_drivers() -> None:
    store = null_log(1, users=20, events=3)
    timeline = Timeline.of(store, store.postings(store.code_by_name["purchase"]), 14 * DAY_S)
    assert drivers(timeline, min_takers=1_000).rows == ()
