"""Closed forms against the libraries, and what must hold for every interval."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from workbench.analysis import intervals
from workbench.analysis.intervals import Interval, Side
from workbench.analysis.rates import CountError, Rate, step_through
from workbench.errors import WorkbenchError

counts = st.integers(0, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
some = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(some, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_wilson_and_exact_are_the_librarys(kn: tuple[int, int], level: float) -> None:
    k, n = kn
    for mine, method in ((intervals.wilson, "wilson"), (intervals.exact, "beta")):
        low, high = mine(k, n, level)
        assert (float(low), float(high)) == pytest.approx(proportion_confint(k, n, 1 - level, method), abs=1e-9)


@given(some)
def test_wilson_mirrors_when_successes_and_failures_change_places(kn: tuple[int, int]) -> None:
    k, n = kn
    low, high = intervals.wilson(k, n)
    mirrored_low, mirrored_high = intervals.wilson(n - k, n)
    assert float(low) == pytest.approx(1 - float(mirrored_high), abs=1e-12)
    assert float(high) == pytest.approx(1 - float(mirrored_low), abs=1e-12)


@given(some)
def test_every_interval_holds_its_rate_and_a_wider_level_holds_more(kn: tuple[int, int]) -> None:
    k, n = kn
    for method in (intervals.wilson, intervals.exact):
        low, high = method(k, n, 0.95)
        wide_low, wide_high = method(k, n, 0.99)
        assert wide_low <= low <= k / n <= high <= wide_high


@given(some, some)
def test_newcombe_is_the_librarys(first: tuple[int, int], second: tuple[int, int]) -> None:
    low, high = intervals.newcombe(*first, *second)
    assert (float(low), float(high)) == pytest.approx(
        confint_proportions_2indep(*first, *second, method="newcomb", compare="diff"), abs=1e-9
    )


@given(some, some)
def test_a_difference_turned_round_is_its_mirror(first: tuple[int, int], second: tuple[int, int]) -> None:
    low, high = intervals.newcombe(*first, *second)
    back_low, back_high = intervals.newcombe(*second, *first)
    assert (float(low), float(high)) == pytest.approx((-float(back_high), -float(back_low)), abs=1e-12)


def test_vectors_give_what_single_ones_give() -> None:
    k, n = np.array([0, 3, 50, 0]), np.array([10, 3, 700, 0])
    low, high = intervals.wilson(k, n)
    for i in range(3):
        assert (low[i], high[i]) == tuple(float(v) for v in intervals.wilson(int(k[i]), int(n[i])))
    assert np.isnan(low[3])
    assert np.isnan(high[3])


@pytest.mark.parametrize("call", [intervals.wilson, intervals.exact])
def test_no_trials_are_no_data(call) -> None:  # type: ignore[no-untyped-def]
    assert intervals.interval_of(call(0, 0)) == Interval(None, None)


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5)])
def test_impossible_counts_are_refused(k: int, n: int) -> None:
    with pytest.raises(WorkbenchError, match="between 0 and its total"):
        intervals.wilson(k, n)


def test_one_sided_bounds_put_all_the_error_on_one_side() -> None:
    assert intervals.proportion(0, 1000, side=Side.UPPER, method="exact").high == pytest.approx(0.0029912, abs=1e-7)
    assert intervals.proportion(1000, 1000, side=Side.LOWER, method="exact").low == pytest.approx(
        1 - 0.0029912, abs=1e-7
    )
    assert intervals.proportion(100, 200, side=Side.UPPER).low == 0.0


def test_the_upper_bound_of_nothing_needs_no_scipy() -> None:
    code = (
        "import sys\nfrom workbench.analysis.intervals import exact_upper, wilson, newcombe\n"
        "exact_upper(0, 1000), wilson(3, 9), newcombe(1, 2, 3, 4)\n"
        "sys.exit('scipy' in sys.modules or 'statsmodels' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("cells", "expected"),
    [((0, 500, 0, 800), (None, None)), ((5, 0, 3, 10), None), ((50, 500, 0, 800), (20.9189, None))],
)
def test_ratios_with_empty_cells_have_the_bounds_that_exist(cells, expected) -> None:  # type: ignore[no-untyped-def]
    if expected is None:
        with pytest.raises(WorkbenchError):
            intervals.ratio(*cells)
    else:
        found = intervals.ratio(*cells)
        assert found.high == expected[1]
        assert found.low == (None if expected[0] is None else pytest.approx(expected[0], rel=1e-4))


def test_other_intervals_by_name() -> None:
    assert intervals.proportion(18, 20, method="agresti-coull").low == pytest.approx(0.6868, abs=1e-3)
    assert intervals.difference(7, 34, 1, 34, method="wald").low == pytest.approx(0.02916942, abs=1e-6)
    assert intervals.difference(0, 500, 0, 800, method="score") == intervals.difference(0, 500, 0, 800)
    with pytest.raises(WorkbenchError, match="no difference interval"):
        intervals.difference(1, 2, 1, 2, method="guess")
    with pytest.raises(WorkbenchError, match="no ratio interval"):
        intervals.ratio(1, 2, 1, 2, method="guess")


def test_counts_have_an_exact_interval_and_none_without_exposure() -> None:
    from scipy.stats import chi2

    found = intervals.count(7, 2.0)
    assert (found.low, found.high) == pytest.approx((chi2.ppf(0.025, 14) / 4, chi2.ppf(0.975, 16) / 4))
    assert intervals.count(0, 0.0) == Interval()
    assert intervals.count(0).low == 0.0


def test_pairs_of_the_same_people_are_narrower_than_two_groups() -> None:
    paired = intervals.paired_newcombe(120, 45, 20, 315)
    apart = intervals.difference(165, 500, 140, 500)
    assert paired.low is not None
    assert apart.low is not None
    assert paired.low > apart.low
    assert intervals.paired_newcombe(0, 0, 0, 0) == Interval()


def test_intervals_that_share_a_point_overlap() -> None:
    assert Interval(0.1, 0.3).overlaps(Interval(0.3, 0.5))
    assert not Interval(0.1, 0.3).overlaps(Interval(0.31, 0.5))
    assert Interval().overlaps(Interval(0.1, 0.2))
    assert Interval(None, 0.2).holds(-5.0)


@pytest.mark.parametrize(("n", "p", "least"), [(50, 0.02, 0.92), (200, 0.01, 0.94), (1000, 0.005, 0.95)])
def test_wilson_covers_rare_events(n: int, p: float, least: float) -> None:
    from scipy.stats import binom

    k = np.arange(n + 1)
    low, high = intervals.wilson(k, n)
    assert float(binom.pmf(k, n, p)[(low <= p) & (p <= high)].sum()) > least


def test_a_funnel_telescopes() -> None:
    found = step_through([1000, 400, 100])
    assert found.overall is not None
    assert found.overall.value == pytest.approx(0.4 * 0.25)
    assert (found.biggest_drop_rate, found.biggest_drop_users) == (1, 0)


def test_a_step_nobody_reached_is_no_data_and_a_growing_one_an_error() -> None:
    assert step_through([500, 0, 0]).steps[1].value is None
    assert step_through([0, 0]).biggest_drop_rate is None
    assert step_through([10, 5, 8]).error is CountError.INCREASES
    assert step_through([10, 5, 8]).error_at == 1
    assert step_through([10]).overall is None


def test_thin_figures_are_marked() -> None:
    assert Rate.of(4, 100).is_thin
    assert Rate.of(20, 29).is_thin
    assert not Rate.of(5, 30).is_thin


@given(some, some)
def test_koopman_is_the_librarys_where_no_rate_is_whole(first: tuple[int, int], second: tuple[int, int]) -> None:
    (k1, n1), (k2, n2) = first, second
    if not 0 < k1 < n1 or not 0 < k2 < n2 or n1 < 5 or n2 < 5:
        return
    found = intervals.koopman(k1, n1, k2, n2)
    assert found.low is not None
    assert found.low < k1 / n1 / (k2 / n2) < (found.high or 0)
    with np.errstate(all="ignore"):
        library = confint_proportions_2indep(k1, n1, k2, n2, method="score", compare="ratio", correction=False)
    if all(np.isreal(library)) and library[0] < k1 / n1 / (k2 / n2) * 0.999:
        assert (found.low, found.high) == pytest.approx([float(np.real(v)) for v in library], rel=1e-5)


@given(some, some)
def test_a_ratio_turned_round_is_its_inverse(first: tuple[int, int], second: tuple[int, int]) -> None:
    if first[0] and second[0]:
        forth, back = intervals.koopman(*first, *second), intervals.koopman(*second, *first)
        assert forth.low == pytest.approx(1 / (back.high or 1), rel=1e-6)


def test_two_whole_rates_have_a_ratio_that_may_be_off_on_both_sides() -> None:
    found = intervals.ratio(10, 10, 10, 10)
    assert (found.low, found.high) == pytest.approx((0.72247, 1.38415), abs=1e-5)
