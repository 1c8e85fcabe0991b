"""Experiments' arithmetic, looks before the end, retention: libraries as oracles, edge rules, calibration."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, norm, ttest_ind
from statsmodels.stats.proportion import power_proportions_2indep

from workbench.errors import WorkbenchError
from workbench.forecast.bands import Band
from workbench.forecast.experiments import (
    Arm,
    Guard,
    Idea,
    Verdict,
    chance_better,
    guardrail,
    ranked,
    ratio_check,
    read_out,
    revenue_read_out,
)
from workbench.forecast.retention import KeepCurve, day_retention, keep_curve, lifetime
from workbench.forecast.sequential import Spending, bounds, careless_looks, crossing_chance
from workbench.forecast.sizing import (
    Alternative,
    duration,
    non_inferiority_size,
    power_of,
    revenue_size,
    sample_size,
    sample_size_arcsine,
    smallest_visible,
)
from workbench.forecast.trial import Plan, surrogate

rates = st.floats(0.01, 0.6)


@given(rates, st.floats(1.05, 1.5), st.floats(0.6, 0.95))
def test_the_sample_size_has_the_power_asked_for(p1: float, lift: float, power: float) -> None:
    p2 = min(p1 * lift, 0.95)
    n = sample_size(p1, p2, power=power)
    assert n is not None
    assert power_of(n, p1, p2) == pytest.approx(power, abs=1e-9)
    library = power_proportions_2indep(p2 - p1, p1, n, return_results=False)
    assert power_of(n, p1, p2) == pytest.approx(library, abs=2e-3)


@given(rates, st.integers(200, 20_000))
def test_the_smallest_visible_rate_is_just_visible(p1: float, n: int) -> None:
    p2 = smallest_visible(n, p1)
    if p2 is not None:
        assert power_of(n, p1, p2) == pytest.approx(0.8, abs=1e-6)


def test_sizes_that_cannot_be() -> None:
    assert sample_size(0.1, 0.1) is None
    assert power_of(0, 0.1, 0.2) is None
    assert smallest_visible(3, 0.9) is None
    assert smallest_visible(0, 0.1) is None
    assert sample_size_arcsine(0.1, 0.1).n is None
    assert non_inferiority_size(0.5, 0.7, 0.1) is None
    assert revenue_size(5, 0) is None
    with pytest.raises(WorkbenchError, match="between 0 and 1"):
        sample_size(1.2, 0.3)


def test_one_direction_needs_fewer_people() -> None:
    two, one = sample_size(0.08, 0.095), sample_size(0.08, 0.095, alternative=Alternative.ONE_SIDED)
    assert two is not None
    assert one is not None
    assert one < two
    assert sample_size(0.08, 0.095, power=0.4) < two  # type: ignore[operator]
    assert sample_size(0.08, 0.095, power=0.5) < two  # type: ignore[operator]


def test_the_micro_test_is_shorter_and_says_what_it_presumes() -> None:
    found = surrogate(Plan(0.08, 0.1875), Plan(0.008, 0.1875))
    assert found.factor == pytest.approx(10.9, abs=0.1)
    assert found.macro_power == pytest.approx(0.133, abs=0.001)
    assert found.macro_visible == pytest.approx(0.0135 / 0.008 - 1, abs=0.01)
    assert found.macro_half == pytest.approx(231_764, rel=0.001)


def test_weeks_are_whole_and_at_least_two() -> None:
    found = duration(5570, 2, 1400, 1.0, 7)
    assert found is not None
    assert (found.enrol_days, found.enrol_weeks, found.readout_day) == (8, 2, 21)
    assert duration(100, 2, 0) is None


@given(st.lists(st.integers(1, 5000), min_size=2, max_size=5))
def test_the_ratio_check_is_the_chi_square(counts: list[int]) -> None:
    assert ratio_check(counts, [1] * len(counts)).p == pytest.approx(chisquare(counts).pvalue)


def test_a_mismatch_shows_no_result() -> None:
    found = read_out(Arm(900, 10_500), Arm(800, 9_800))
    assert found.verdict is Verdict.INVALID
    assert found.difference is None
    assert ratio_check([0, 0], [1, 1]).p is None


def test_better_worse_and_undecided() -> None:
    assert read_out(Arm(535, 5600), Arm(447, 5580)).verdict is Verdict.BETTER
    assert read_out(Arm(447, 5580), Arm(535, 5600)).verdict is Verdict.WORSE
    assert read_out(Arm(240, 3000), Arm(241, 3050)).verdict is Verdict.UNDECIDED
    assert read_out(Arm(0, 0), Arm(0, 0)).difference is None
    without = read_out(Arm(9, 100), Arm(0, 100))
    assert without.lift is None
    assert without.lift_interval.high is None


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_chance_to_be_better_is_one_less_the_other_way_round(a: int, b: int) -> None:
    forth, back = chance_better(Arm(a, 200), Arm(b, 200)), chance_better(Arm(b, 200), Arm(a, 200))
    assert forth is not None
    assert back is not None
    assert forth + back == pytest.approx(1, abs=1e-4)
    assert chance_better(Arm(0, 0), Arm(1, 2)) is None


def test_a_guardrail_where_lower_is_better_turns_round() -> None:
    assert guardrail(Arm(2200, 6000), Arm(2440, 6000), 0.02).state is Guard.FAIL
    assert guardrail(Arm(2200, 6000), Arm(2440, 6000), 0.02, is_higher_better=False).state is Guard.PASS
    assert guardrail(Arm(2390, 6000), Arm(2440, 6000), 0.02).state is Guard.INCONCLUSIVE
    assert guardrail(Arm(0, 0), Arm(1, 2), 0.02).state is Guard.INCONCLUSIVE


def test_revenue_counts_those_who_bought_nothing() -> None:
    found = revenue_read_out([100, 50, 70], 50, [20, 90], 52)
    expected = ttest_ind([100, 50, 70] + [0] * 47, [20, 90] + [0] * 50, equal_var=False)
    assert found.p == pytest.approx(expected.pvalue)
    assert revenue_read_out([], 1, [], 1).p is None
    assert revenue_read_out([], 0, [], 0).treatment is None
    assert revenue_read_out([], 5, [], 5).p is None
    with pytest.raises(WorkbenchError):
        revenue_read_out([1.0, 2.0], 1, [], 1)


def test_ideas_without_effort_come_last() -> None:
    ideas = [Idea("free", 9, 9, 0), Idea("small", 5, 2, 1), Idea("big", 10, 2, 2)]
    assert [idea.name for idea in ranked(ideas)] == ["big", "small", "free"]
    assert ideas[0].score is None


@pytest.mark.parametrize(
    ("spending", "looks", "expected"),
    [
        (Spending.OBF, [0.25, 0.5, 0.75, 1.0], [4.05, 2.86, 2.34, 2.02]),
        (Spending.POCOCK, [0.2, 0.4, 0.6, 0.8, 1.0], [2.413] * 5),
        (Spending.HSD, [0.2, 0.4, 0.6, 0.8, 1.0], [3.2527, 2.9860, 2.6917, 2.3737, 2.0253]),
        (Spending.LDOF, [0.2, 0.4, 0.6, 0.8, 1.0], [4.877, 3.357, 2.680, 2.290, 2.031]),
        (Spending.LD_POCOCK, [0.2, 0.4, 0.6, 0.8, 1.0], [2.438, 2.427, 2.410, 2.397, 2.386]),
    ],
)
def test_bounds_are_those_that_are_published(spending: Spending, looks: list[float], expected: list[float]) -> None:
    assert bounds(looks, spending=spending) == pytest.approx(expected, abs=0.006)


@given(st.lists(st.floats(0.05, 1.0), min_size=1, max_size=4, unique=True))
def test_bounds_spend_just_the_error_rate(looks: list[float]) -> None:
    times = [*sorted({round(t, 2) for t in looks} - {1.0}), 1.0]
    assert crossing_chance(np.array(times), np.array(bounds(times))) == pytest.approx(0.05, abs=2e-4)


def test_a_single_look_is_the_fixed_test() -> None:
    assert bounds([1.0])[0] == pytest.approx(norm.ppf(0.975), abs=1e-4)
    assert careless_looks(1) == pytest.approx(0.05, abs=1e-6)
    assert careless_looks(10) == pytest.approx(0.193, abs=1e-3)


def test_linear_spending_is_the_limit_of_its_family() -> None:
    near = bounds([0.5, 1.0], spending=Spending.HSD, gamma=1e-9)
    assert bounds([0.5, 1.0], spending=Spending.HSD, gamma=0.0) == pytest.approx(near, abs=1e-5)


@pytest.mark.parametrize("looks", [[], [0.0, 1.0], [0.5, 0.4], [0.5, 1.2]])
def test_looks_that_do_not_rise_to_one_are_refused(looks: list[float]) -> None:
    with pytest.raises(WorkbenchError, match="Looks must rise"):
        bounds(looks)


def test_the_bounds_keep_the_error_rate_in_simulated_tests() -> None:
    rng = np.random.default_rng(7)
    limit = np.array(bounds([0.25, 0.5, 0.75, 1.0]))
    walks = np.cumsum(rng.standard_normal((20_000, 4)), axis=1) / np.sqrt(np.arange(1, 5))
    assert np.mean(np.any(np.abs(walks) > limit, axis=1)) == pytest.approx(0.05, abs=0.006)
    assert np.mean(np.any(np.abs(walks) > 1.96, axis=1)) > 0.11


def test_retention_is_projected_as_published() -> None:
    high = keep_curve([1, 0.869, 0.743, 0.653, 0.593, 0.551, 0.517, 0.491])
    regular = keep_curve([1, 0.631, 0.468, 0.382, 0.326, 0.289, 0.262, 0.241])
    assert (high.alpha, high.beta) == pytest.approx((0.668, 3.806), rel=0.004)
    assert (regular.alpha, regular.beta) == pytest.approx((0.704, 1.182), rel=0.004)
    assert high.survival(12)[12] == pytest.approx(0.378, abs=0.002)


@given(st.floats(0.1, 5), st.floats(0.1, 5))
def test_projected_survival_never_rises(alpha: float, beta: float) -> None:
    kept = KeepCurve(alpha, beta).survival(20)
    assert all(a >= b > 0 for a, b in pairwise(kept))


def test_lifetime_value_grows_with_periods_and_shrinks_with_discount() -> None:
    curve = KeepCurve(0.668, 3.806)
    assert curve.lifetime_value(10, 24) > curve.lifetime_value(10, 12)
    assert curve.lifetime_value(10, 12, 0.1) < curve.lifetime_value(10, 12)
    assert curve.lifetime_value(10, 0) == 10


@pytest.mark.parametrize("survival", [[1, 0.5, 0.4], [1, 0.5, 0.6, 0.4]])
def test_a_retention_curve_that_cannot_be_fitted_is_refused(survival: list[float]) -> None:
    with pytest.raises(WorkbenchError):
        keep_curve(survival)


def test_day_retention_of_nobody_is_no_data() -> None:
    found = day_retention({"a": [0, 3]}, {"a": 5}, 6, 7)
    assert found.eligible == 0
    assert found.on_day_rate is None
    assert found.on_or_after_rate is None
    later = day_retention({"a": [0, 3]}, {"a": 5}, 20, 2)
    assert (later.on_day_rate, later.on_or_after_rate) == (0.0, 1.0)


def test_a_lifetime_is_its_curve_with_a_band_from_resampled_people() -> None:
    found = lifetime([1000, 869, 743, 653, 593, 551, 517, 491])
    curve, bands = found.survival(12)
    assert curve[12] == pytest.approx(0.378, abs=0.001)
    assert bands[0] == Band(0.95, 1.0, 1.0)
    assert bands[12].low < curve[12] < bands[12].high
    value, band = found.value(100.0, 12)
    later, _ = found.value(100.0, 12, 0.1)
    assert value == pytest.approx(100 * sum(curve))
    assert band.low < value < band.high
    assert later < value


def test_few_people_give_a_wider_lifetime_than_many() -> None:
    many, few = (lifetime([n * k for k in (100, 60, 45, 38, 34)]).value(1.0, 12)[1] for n in (10, 1))
    assert few.high - few.low > many.high - many.low


@pytest.mark.parametrize("still", [[100, 80, 60, 50], [100, 100, 100, 100, 100], [5]])
def test_a_lifetime_needs_four_periods_in_which_somebody_left(still: list[int]) -> None:
    with pytest.raises(WorkbenchError, match="4 elapsed periods"):
        lifetime(still)


@pytest.mark.parametrize("still", [[50, 1, 0, 0, 0], [50, 50, 50, 50, 49]])
def test_a_lifetime_of_those_who_all_leave_or_all_stay_is_finite(still: list[int]) -> None:
    value, band = lifetime(still, draws=20).value(10.0, 12)
    assert 10.0 <= band.low <= value <= band.high <= 130.0 + 1e-6
