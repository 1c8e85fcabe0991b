"""Values of micro-conversions, segments, friction, forms and scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve  # type: ignore[import-untyped]
from sklearn.isotonic import IsotonicRegression  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score  # type: ignore[import-untyped]

from tests.analysis.stores import DAY_S, store_of
from workbench.analysis.abandons import form_abandon, milestones
from workbench.analysis.friction import first_choice, friction_threshold, isotonic
from workbench.analysis.ground import Ground
from workbench.analysis.scoring import accuracy, calibration, logistic, points
from workbench.analysis.segment_rules import compare_behaviour, membership
from workbench.analysis.segments import compare_segments, decompose, shrink
from workbench.analysis.value import double_counting, inverse_value, removal_effect, value_at
from workbench.analysis.worth import micro_values, path_split
from workbench.errors import WorkbenchError
from workbench.events.store import EventStore
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey, Segment
from workbench.journey.rule import Condition, Operator, Rule
from workbench.journey.taxonomy import Kind


def test_ten_percent_who_spend_a_hundred_are_worth_ten() -> None:
    found = inverse_value(1000, [100.0] * 100)
    assert found.value == 10.0
    assert found.interval.low is not None
    assert found.interval.low < 10 < (found.interval.high or 0)


def test_few_buyers_are_flagged_and_their_interval_drawn() -> None:
    found = inverse_value(300, [50.0, 90.0, 20.0, 400.0])
    assert found.has_few_buyers
    assert found.interval == inverse_value(300, [50.0, 90.0, 20.0, 400.0]).interval
    assert found.interval.holds(found.value or 0.0)


def test_one_giant_order_is_winsorised_beside_the_plain_value() -> None:
    found = inverse_value(1000, [50.0] * 399 + [90_000.0])
    assert found.winsorised is not None
    assert found.value is not None
    assert found.winsorised < found.value / 2


def test_no_takers_are_no_data_and_no_buyers_have_an_upper_value() -> None:
    assert inverse_value(0, []).value is None
    assert value_at(0, 0, 80).value is None
    assert value_at(300, 0, 80).upper == pytest.approx(0.79, abs=0.01)
    with pytest.raises(WorkbenchError):
        inverse_value(1, [1.0, 2.0])


def test_only_the_part_above_peers_is_incremental() -> None:
    found = inverse_value(1000, [100.0] * 100)
    assert found.incremental(2.0) == pytest.approx(5.0)
    assert found.incremental(0.8) == 0.0
    assert found.incremental(None) is None


def test_values_added_up_may_exceed_the_revenue() -> None:
    assert double_counting([(10, 100), (5, 400)], 2000) == 1.5
    assert double_counting([(10, 100)], 0) is None


def test_removal_shares_add_up_to_the_conversions() -> None:
    found = removal_effect([(["a", "b"], 30, 120), (["a"], 25, 400), (["b"], 40, 60), (["a", "c", "b"], 12, 45)])
    assert sum(found.credited.values()) == pytest.approx(107)
    assert removal_effect([(["a"], 0, 5)]).credited == {"a": 0.0}
    assert removal_effect([([], 3, 5)]).effect == {}


def shop(with_value: bool) -> EventStore:
    """Half of those who open the guide buy for 100, a tenth of the others."""
    rng = np.random.default_rng(8)
    rows: list[tuple[str, float, str, dict[str, float]]] = []
    for u in range(1_000):
        rows.append((f"u{u}", 0, "view", {}))
        opens = u % 4 == 0
        rows.append((f"u{u}", 5, "guide" if opens else "look", {}))
        if rng.uniform() < (0.5 if opens else 0.1):
            rows.append((f"u{u}", 9, "buy", {"value": 100.0} if with_value else {}))
    rows.append(("late", 40 * DAY_S, "view", {}))
    return EventStore.from_rows(rows)


def ground_of(store: EventStore, value: float | None = 80.0) -> Ground:
    guide = Element(ElementId("guide"), Kind.MICRO, "Guide", rule=Rule(("guide",)))
    order = Element(ElementId("order"), Kind.MACRO, "Order", value=value, rule=Rule(("buy",)))
    ground = Ground.of(Journey(elements=(guide, order), window_s=14 * DAY_S), store, ())
    assert ground is not None
    return ground


def test_a_micro_conversion_is_worth_what_all_its_takers_spend() -> None:
    ground = ground_of(shop(True))
    (row,) = micro_values(ground).rows
    assert row.average.value == pytest.approx(50, rel=0.1)
    assert row.incremental is not None
    assert 0 < row.incremental < (row.average.value or 0)


def test_without_revenue_in_the_data_the_typed_value_is_used() -> None:
    table = micro_values(ground_of(shop(False)), margin=0.5)
    (row,) = table.rows
    assert not table.is_measured
    assert row.average.value == pytest.approx(0.5 * 80, rel=0.15)
    assert row.max_cost == pytest.approx((row.incremental or 0) * 0.5)
    assert table.spent is not None


def test_without_any_value_there_is_none() -> None:
    assert micro_values(ground_of(shop(False), None)).rows == ()


def test_paths_of_the_mapped_are_split() -> None:
    ground = ground_of(shop(False))
    found = path_split(ground, [ElementId("guide")])
    takers = ground.taking(ElementId("guide"))
    assert takers is not None
    assert found.credited["guide"] == pytest.approx(ground.timeline.converted[takers.people].sum())


def behaviour(seed: int = 3) -> EventStore:
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, float, str]] = []
    for u in range(1_200):
        rows.append((f"u{u}", 0.0, "view"))
        eager = u % 3 == 0
        if eager:
            rows.append((f"u{u}", 60.0, "compare"))
        if u % 5 == 0:
            rows.append((f"u{u}", 3 * DAY_S, "chat"))
        if rng.uniform() < (0.4 if eager else 0.1):
            rows.append((f"u{u}", 4 * DAY_S, "buy"))
        if u % 50 == 0:
            rows.append((f"u{u}", 10.0, "buy"))
    return store_of(rows, 40 * DAY_S)


EAGER, CHATTY = Segment("Eager", (Rule(("compare",)),)), Segment("Chatty", (Rule(("chat",)),))
OTHERS = Segment("Others", did_not=(Rule(("compare",)),))


def test_segments_are_what_people_did_before_the_cut_and_judged_after_it() -> None:
    store = behaviour()
    buy = store.postings(store.code_by_name["buy"])
    found = compare_behaviour(store, [EAGER, OTHERS, CHATTY], buy, 14 * DAY_S)
    rows = {row.name: row for row in found.comparison.rows}
    assert rows["Eager"].rate.value == pytest.approx(0.4, abs=0.06)
    assert rows["Eager"].differs
    assert rows["Chatty"].rate.n == 0
    assert rows["Chatty"].rate.value is None
    assert found.converted_early == 24
    assert found.people == 1_200 - 24


def test_overlapping_segments_get_no_joint_test() -> None:
    store = behaviour()
    buy = store.postings(store.code_by_name["buy"])
    late = compare_behaviour(store, [EAGER, CHATTY], buy, 14 * DAY_S, cut_s=3.5 * DAY_S)
    assert not late.is_disjoint
    assert late.comparison.overall.p is None
    assert compare_behaviour(store, [EAGER, OTHERS], buy, 14 * DAY_S).comparison.overall.p is not None


def test_filters_of_a_segment_hold_for_an_early_event() -> None:
    store = EventStore.from_rows(
        [("a", 0, "view", {"device": "mobile"}), ("b", 0, "view", {"device": "desktop"}), ("c", 40 * DAY_S, "view")]
    )
    mobile = Segment("Mobile", filters=(Condition("device", Operator.EQ, "mobile"),))
    found = membership(store, [mobile], np.zeros(0, np.int64), 14 * DAY_S)
    assert found.in_segment[0].sum() == 1
    assert found.immature == 1


def test_disjoint_segments_are_compared_with_all_others() -> None:
    found = compare_segments(["a", "b", "c"], [40, 90, 85], [1000, 1000, 1000])
    assert found.rows[0].versus_rest == pytest.approx(0.04 - 175 / 2000)
    assert found.rows[0].differs
    assert found.overall.p is not None


def test_small_segments_are_pulled_towards_the_whole() -> None:
    found = shrink([0, 55, 300], [14, 480, 4000])
    assert found.shrunk[0] is not None
    assert 0 < found.shrunk[0] < 0.08
    assert shrink([], []).common is None
    assert shrink([3], [10]).shrunk == pytest.approx((0.3,))
    with pytest.raises(WorkbenchError):
        shrink([3], [2])


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500), st.floats(0, 1), st.floats(0, 1)), min_size=1))
def test_mix_and_within_add_up_to_the_change(rows: list[tuple[int, int, float, float]]) -> None:
    old_n, new_n = [r[0] for r in rows], [r[1] for r in rows]
    old_k, new_k = [int(r[0] * r[2]) for r in rows], [int(r[1] * r[3]) for r in rows]
    found = decompose(old_k, old_n, new_k, new_n)
    assert found is not None
    assert found.change == pytest.approx(sum(new_k) / sum(new_n) - sum(old_k) / sum(old_n), abs=1e-9)


def test_a_segment_that_is_new_cannot_be_decomposed() -> None:
    assert decompose([1], [0], [1], [5]) is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_the_falling_fit_is_sklearns(values: list[float]) -> None:
    fit = IsotonicRegression(increasing=False).fit_transform(np.arange(len(values)), values)
    assert isotonic(values, is_increasing=False) == pytest.approx(fit.tolist(), abs=1e-9)


def test_an_ask_that_nobody_saw_is_passed_over() -> None:
    found = friction_threshold([300, 0, 100], [1000, 0, 1000])
    assert found.fit[1] is None
    assert found.threshold is None
    assert friction_threshold([300, 290], [1000, 1000]).relative_drop is None


def test_choices_without_takers_or_alternatives() -> None:
    assert first_choice([0, 0], 5).entropy is None
    assert first_choice([5], 5).entropy is None
    assert first_choice([0, 0], 0).none_share is None
    assert first_choice([5, 5], 0).entropy == pytest.approx(1)
    with pytest.raises(WorkbenchError):
        first_choice([-1, 2], 0)


def test_forms_and_milestones_without_people() -> None:
    assert form_abandon(0, 0, [0, 0]).completion is None
    assert form_abandon(0, 0, [0, 0]).worst is None
    assert milestones({}, [25]).from_start[0].value is None
    with pytest.raises(WorkbenchError):
        form_abandon(5, 6, [0])


def test_a_perfect_feature_gets_a_finite_coefficient() -> None:
    fit = logistic([[0], [1]] * 16, [0, 1] * 16)
    assert 2 < fit.coefficients[0] < 12
    with pytest.raises(WorkbenchError):
        logistic([[0], [1]], [1, 1])


def test_without_penalty_it_is_the_librarys_fit() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(0, 2, (800, 3)).astype(float)
    y = (rng.uniform(size=800) < 1 / (1 + np.exp(1.5 - x @ [0.8, -0.4, 0.3]))).astype(int)
    mine = logistic(x, y, penalty=0)
    other = LogisticRegression(C=1e9, tol=1e-10, max_iter=1000).fit(x, y)
    assert mine.coefficients == pytest.approx(other.coef_[0].tolist(), abs=1e-3)
    assert mine.chance(x)[0] == pytest.approx(other.predict_proba(x)[0, 1], abs=1e-4)


def test_scores_hold_up_as_sklearn_says() -> None:
    rng = np.random.default_rng(5)
    p = rng.uniform(0.02, 0.9, 400)
    y = (rng.uniform(size=400) < p).astype(int)
    found = accuracy(y, p)
    assert found.auc == pytest.approx(roc_auc_score(y, p))
    assert found.brier == pytest.approx(brier_score_loss(y, p))
    assert found.log_loss == pytest.approx(log_loss(y, p))
    for strategy in ("uniform", "quantile"):
        happened, predicted = calibration_curve(y, p, n_bins=8, strategy=strategy)
        table = calibration(y, p, 8, strategy)
        assert table.happened == pytest.approx(happened.tolist())
        assert table.predicted == pytest.approx(predicted.tolist())
    assert calibration(y, p).slope == pytest.approx(1, abs=0.3)


def test_scores_of_nobody_or_of_one_kind() -> None:
    assert accuracy([], []).brier is None
    assert accuracy([1, 1], [0.4, 0.6]).auc is None
    assert calibration([], []).slope is None
    assert calibration([1, 1], [0.4, 0.6]).slope is None


def test_twenty_points_double_the_odds() -> None:
    scale = points()
    low, high = scale.scores([0.0, float(np.log(2))])
    assert high - low == pytest.approx(20)


def test_a_micro_conversion_after_which_nobody_bought_is_worth_at_most_so_much() -> None:
    rows = [(f"u{i}", 0.0, "guide" if i < 300 else "look") for i in range(600)]
    rows += [(f"u{i}", 5.0, "buy") for i in range(300, 400)]
    (row,) = micro_values(ground_of(store_of(rows, 40 * DAY_S))).rows
    assert row.average.value == 0.0
    assert row.average.upper == pytest.approx(0.79, abs=0.01)


def test_nothing_to_fit_and_nobody_to_draw_from() -> None:
    assert isotonic([]) == []
    assert inverse_value(50, []).interval.low == 0.0
