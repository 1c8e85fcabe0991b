"""A change of the rate is split into how people convert and who they are; the parts add up."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import line
from workbench.analysis.mix import mix_study, split_change
from workbench.analysis.segment_choice import Periods
from workbench.analysis.segment_study import NOT_SET
from workbench.analysis.segments import decompose
from workbench.events.store import EventStore
from workbench.journey import edits

DAY = 86_400


def test_a_change_is_split_as_by_hand():
    # Old: 5 % of 200 and 20 % of 200, 12.5 % in all. New: 6 % of 300 and 20 % of 100, 9.5 % in all.
    rows, within, mix = split_change(["phone", "desk"], ([10, 40], [200, 200]), ([18, 20], [300, 100]))
    assert within.value == pytest.approx(0.5 * 0.01)
    assert mix.value == pytest.approx(0.25 * 0.06 - 0.25 * 0.20)
    assert within.value + mix.value == pytest.approx(0.095 - 0.125)
    assert rows[0].mix == pytest.approx(0.25 * (0.06 - 0.125))
    assert rows[1].mix == pytest.approx(-0.25 * (0.20 - 0.125))


@given(st.lists(st.tuples(*[st.integers(1, 400)] * 2, *[st.floats(0, 1)] * 2), min_size=1, max_size=6))
def test_parts_add_up_to_the_change_as_the_plain_formula_says(values):
    n0, n1 = [v[0] for v in values], [v[1] for v in values]
    k0, k1 = [int(v[0] * v[2]) for v in values], [int(v[1] * v[3]) for v in values]
    rows, within, mix = split_change([str(i) for i in range(len(values))], (k0, n0), (k1, n1))
    plain = decompose(k0, n0, k1, n1)
    assert within.value == pytest.approx(plain.within, abs=1e-12)
    assert mix.value == pytest.approx(plain.mix, abs=1e-12)
    assert sum(row.within for row in rows) == pytest.approx(within.value, abs=1e-12)
    assert within.value + mix.value == pytest.approx(sum(k1) / sum(n1) - sum(k0) / sum(n0), abs=1e-12)


def test_a_value_that_is_new_or_gone_changes_the_mix_alone():
    old, new = ([50, 10, 0], [100, 100, 0]), ([0, 10, 30], [0, 100, 100])
    rows, within, mix = split_change(["gone", "kept", "new"], old, new)
    assert within.value == 0
    assert mix.value == pytest.approx(40 / 200 - 60 / 200)
    assert rows[0].new.value is None
    assert rows[2].old.value is None


def test_a_period_without_people_has_no_change():
    assert split_change(["a"], ([0], [0]), ([1], [2])) is None


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(7)
    w0, w1, r0, r1 = np.array([0.5, 0.5]), np.array([0.6, 0.4]), np.array([0.05, 0.2]), np.array([0.06, 0.2])
    true_within, true_mix = float(w0 @ (r1 - r0)), float((w1 - w0) @ r1)
    held = np.zeros(2)
    for _ in range(400):
        n0, n1 = rng.multinomial(3_000, w0), rng.multinomial(3_000, w1)
        _, within, mix = split_change(["a", "b"], (rng.binomial(n0, r0), n0), (rng.binomial(n1, r1), n1))
        held += [within.interval.holds(true_within), mix.interval.holds(true_mix)]
    assert np.all(held / 400 > 0.92)
    assert np.all(held / 400 < 0.98)


def log(days: int) -> EventStore:
    """Ten people enter on each day, three of them and later seven by phone; the first and the last two buy."""
    rows = []
    for day in range(days):
        for n in range(10):
            is_phone = n < (3 if day < days // 2 else 7)
            user, at = f"u{day}-{n}", day * DAY + n
            rows.append((user, at, "a", {"device": "phone" if is_phone else "desk"}))
            if n in (0, 8, 9):
                rows.append((user, at + 60, "b", {"device": "phone" if is_phone else "desk"}))
    return EventStore.from_rows([*rows, ("end", days * DAY + 2 * DAY - 1, "a")])


def test_the_headline_rate_is_split_between_halves():
    journey = edits.amend_journey(line("a", "b"), window_s=2.0 * DAY)
    report = mix_study(journey, log(40), "device", Periods.HALVES)
    assert (report.old.k, report.old.n, report.new.k, report.new.n) == (60, 200, 60, 200)
    assert report.change.value == 0
    phone, desk = sorted(report.rows, key=lambda row: row.name, reverse=True)
    assert (phone.old.k, phone.old.n, phone.new.n) == (20, 60, 140)
    assert (desk.old.k, desk.old.n, desk.new.n) == (40, 140, 60)
    assert report.within.value == pytest.approx(-report.mix.value)
    assert report.old_days[0] == date(1970, 1, 1)
    assert report.immature == 1


def test_four_weeks_are_compared_with_the_four_before():
    journey = edits.amend_journey(line("a", "b"), window_s=2.0 * DAY)
    report = mix_study(journey, log(80), "device", Periods.FOUR_WEEKS)
    assert (report.new_days[1] - report.new_days[0]).days in (27, 28)
    assert (report.old.n, report.new.n) == (280, 280)


def test_people_without_a_value_are_a_group_of_their_own():
    store = EventStore.from_rows([(f"u{n}", n * DAY, "a") for n in range(12)] + [("end", 60 * DAY, "a")])
    report = mix_study(edits.amend_journey(line("a", "b"), window_s=1.0 * DAY), store, "device", Periods.HALVES)
    assert [row.name for row in report.rows] == [NOT_SET]
    assert report.mix.value == 0
