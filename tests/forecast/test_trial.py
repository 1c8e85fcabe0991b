"""Experiments from plan to reading: gates in their order, looks before the end, guardrails and secondaries."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.forecast.experiments import Arm, Guard, Verdict
from workbench.forecast.sequential import bounds
from workbench.forecast.trial import (
    Gate,
    Metric,
    Plan,
    Trial,
    bound_now,
    impact_points,
    more_people,
    read_trial,
    sized,
    surrogate,
)


def test_a_long_test_is_called_not_testable():
    found = sized(Plan(0.008, 0.1875, per_day=700, allocation=0.5, window_days=7))
    assert found.duration.enrol_weeks == 50
    assert found.is_testable is False


def test_without_people_a_day_there_is_a_size_and_no_duration():
    found = sized(Plan(0.08, 0.1875))
    assert (found.per_arm, found.duration, found.is_testable, found.visible_lift) == (5570, None, None, None)


def test_the_time_there_is_says_which_lift_can_be_seen():
    found = sized(Plan(0.008, 0.1875, per_day=1591.5, weeks=1))
    assert found.people_in_time == 5570
    assert 0.008 * (1 + found.visible_lift) == pytest.approx(0.0135, abs=1e-4)


def test_more_arms_take_more_people_each():
    assert sized(Plan(0.08, 0.1875, arms=3)).per_arm > sized(Plan(0.08, 0.1875)).per_arm


def test_half_of_a_lift_takes_four_times_the_people():
    found = surrogate(Plan(0.08, 0.1875), Plan(0.008, 0.1875))
    assert found.macro_half == pytest.approx(231_764, abs=2)
    assert found.macro_visible == pytest.approx(0.6875, abs=0.01)


def test_an_impossible_lift_is_refused_with_what_to_do():
    with pytest.raises(WorkbenchError, match="between 0 and 100 %"):
        sized(Plan(0.6, 0.9))


def test_a_wrong_ratio_shuts_every_other_gate():
    found = read_trial(Trial((821_588, 815_482), Arm(9, 100), Arm(1, 100), metrics=(Metric("m", 1, 1),)))
    assert found.gate is Gate.INVALID
    assert found.verdict is Verdict.INVALID
    assert found.found is None
    assert found.secondaries == ()
    assert found.check.p == pytest.approx(1.8e-6, rel=0.02)


def test_nobody_mature_gives_no_result():
    found = read_trial(Trial((500, 500), Arm(0, 0), Arm(0, 0)))
    assert (found.gate, found.found, found.immature) == (Gate.IMMATURE, None, 1000)


def test_only_the_mature_count_and_the_others_are_told():
    found = read_trial(Trial((6000, 6010), Arm(535, 5600), Arm(447, 5580)))
    assert found.immature == 830
    assert found.found.difference == pytest.approx(0.0154, abs=1e-4)


def test_an_early_look_needs_more_than_two_standard_errors():
    early = Trial((500, 500), Arm(70, 500), Arm(45, 500), planned=1000)
    found = read_trial(early)
    assert 1.96 < found.found.z < found.bound
    assert (found.gate, found.verdict, found.chance) == (Gate.EARLY, Verdict.UNDECIDED, None)
    assert found.more == 500


def test_looks_that_were_taken_raise_the_bound_of_the_end():
    trial = Trial((1000, 1000), Arm(100, 1000), Arm(90, 1000), planned=1000, looks=(250.0, 500.0, 750.0))
    bound, is_early = bound_now(trial)
    assert not is_early
    assert bound == pytest.approx(bounds([0.25, 0.5, 0.75, 1.0])[-1])
    assert bound > 1.96
    assert read_trial(trial).careless == pytest.approx(0.126, abs=1e-3)


def test_the_present_look_counts_once_however_often_it_is_kept():
    trial = Trial((1000, 1000), Arm(100, 1000), Arm(90, 1000), planned=4000, looks=(500.0, 1000.0, 1000.0))
    assert read_trial(trial).careless == pytest.approx(0.083, abs=1e-3)
    assert read_trial(replace(trial, looks=(1000.0,))).careless is None


def test_without_a_planned_size_there_is_no_planned_end():
    found = read_trial(Trial((500, 500), Arm(90, 500), Arm(45, 500)))
    assert (found.gate, found.verdict, found.chance) == (Gate.UNPLANNED, Verdict.BETTER, None)


def test_bounds_at_looks_as_they_were_keep_the_error_rate():
    rng = np.random.default_rng(11)
    false = 0
    for _ in range(1_500):
        steps = np.cumsum(rng.binomial(200, 0.3, size=(2, 4)), axis=1)
        zs = [_z(int(steps[0, look]), int(steps[1, look]), 200 * (look + 1)) for look in range(4)]
        false += any(abs(z) >= bound for z, bound in zip(zs, _taken(), strict=True))
    assert 0.034 < false / 1_500 < 0.066


@cache
def _taken() -> tuple[float, ...]:
    """The bounds of four looks, each asked for when it is taken."""
    found = []
    for look in range(4):
        arm = Arm(1, 200 * (look + 1))
        looks = tuple(200.0 * (n + 1) for n in range(look))
        found.append(bound_now(Trial((arm.n, arm.n), arm, arm, planned=800, looks=looks))[0])
    return tuple(found)


def _z(ours: int, theirs: int, n: int) -> float:
    pooled = (ours + theirs) / (2 * n)
    return float((ours - theirs) / n / np.sqrt(pooled * (1 - pooled) * 2 / n))


def test_guardrails_pass_only_within_their_margin():
    arms = (("wide", 2430, 0.02), ("bad", 2200, 0.02), ("own", 2440, None))
    metrics = tuple(Metric(name, k, 2440, margin, is_guard=True) for name, k, margin in arms)
    found = read_trial(Trial((6000, 6000), Arm(700, 6000), Arm(600, 6000), metrics=metrics))
    assert [guard.found.state for guard in found.guards] == [Guard.PASS, Guard.FAIL, Guard.INCONCLUSIVE]
    assert found.guards[2].margin == pytest.approx(0.02 * 2440 / 6000)


def test_secondaries_are_adjusted_over_all_of_them():
    metrics = (Metric("a", 120, 90), Metric("b", 100, 99), Metric("c", 100, 101))
    found = read_trial(Trial((1000, 1000), Arm(100, 1000), Arm(90, 1000), metrics=metrics))
    first = found.secondaries[0]
    assert first.p_adjusted == pytest.approx(3 * first.found.p, rel=1e-9)
    assert [row.differs for row in found.secondaries] == [first.p_adjusted <= 0.10, False, False]


def test_counts_that_contradict_are_refused():
    with pytest.raises(WorkbenchError, match="treatment"):
        read_trial(Trial((10, 10), Arm(5, 11), Arm(1, 10)))
    with pytest.raises(WorkbenchError, match="more conversions"):
        read_trial(Trial((10, 10), Arm(5, 10), Arm(1, 10), metrics=(Metric("x", 11, 1),)))


def test_equal_rates_name_no_number_of_people():
    assert more_people(Trial((100, 100), Arm(10, 100), Arm(10, 100))) is None


def test_what_gains_nothing_has_no_impact():
    assert impact_points([0.0, -1.0]) == [None, None]
