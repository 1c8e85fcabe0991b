"""The what-if on the map: levers, caps, grades, missing figures."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forecast.maps import branching, element, line, link, measured_line, random_map
from workbench.analysis.measures import ElementFigures, Grade, LinkFigures, Measures
from workbench.analysis.value import inverse_value
from workbench.analysis.worth import MicroValue, ValueTable
from workbench.errors import WorkbenchError
from workbench.forecast.micro_worth import Basis, micro_worths
from workbench.forecast.model import ForecastModel, HintKind
from workbench.forecast.what_if import outcome
from workbench.journey.assumptions import Assumptions, Source
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey, Lever
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind

PAGE, ORDER = ElementId("page"), ElementId("order")


def test_eight_to_nine_and_a_half_percent_on_a_line_is_exactly_eighteen_point_seven_five() -> None:
    found = outcome(ForecastModel.of(line()), (Lever("page-cart", 0.095),))
    assert found.headline is not None
    assert found.headline.lift == pytest.approx(0.1875, abs=1e-12)
    assert found.headline.difference == pytest.approx(225.0)
    assert found.revenue.value == pytest.approx(114_000)


def test_no_lever_is_the_base() -> None:
    found = outcome(ForecastModel.of(branching()))
    assert all(figure.difference == 0 for figure in found.reach.values())
    assert found.revenue.base == pytest.approx(1000 * 0.35 * 0.4 * 50)


def test_measured_counts_come_back_exactly() -> None:
    journey, measures = measured_line()
    found = outcome(ForecastModel.of(journey, measures))
    assert [found.reach[e.element_id].value for e in journey.elements] == pytest.approx([5000, 400, 180, 96])
    assert {figure.grade for figure in found.reach.values()} == {Grade.MEASURED}
    assert found.stopped[PAGE].value == pytest.approx(4600)


def test_a_typed_rate_overrides_and_is_estimated_downstream_only() -> None:
    journey, measures = measured_line()
    typed = replace(journey.links[1], rate=0.5)
    found = outcome(ForecastModel.of(journey.with_links([journey.links[0], typed, journey.links[2]]), measures))
    assert found.reach[ElementId("cart")].grade is Grade.MEASURED
    assert found.reach[ElementId("checkout")].grade is Grade.ESTIMATED
    assert found.reach[ElementId("checkout")].value == pytest.approx(200)


def test_a_missing_rate_leaves_the_rest_unknown_and_says_so() -> None:
    found = outcome(ForecastModel.of(line((0.08, None, 0.6))))
    assert found.reach[ORDER].value is None
    assert found.revenue.value is None
    assert [hint.kind for hint in found.hints] == [HintKind.NO_RATE]
    assert outcome(ForecastModel.of(line((0.08, None, 0.6))), (Lever("cart-checkout", 0.5),)).hints == ()


def test_a_missing_side_branch_marks_what_is_known_as_partial() -> None:
    journey = branching()
    bare = replace(journey.links[0], rate=None)
    found = outcome(ForecastModel.of(journey.with_links([bare, *journey.links[1:]])))
    assert found.reach[ORDER].value == pytest.approx(80)
    assert found.reach[ORDER].is_partial


def test_an_entry_without_volume_is_asked_for() -> None:
    found = outcome(ForecastModel.of(line(volume=None)))
    assert [hint.kind for hint in found.hints] == [HintKind.NO_VOLUME]
    assert found.reach[PAGE].value is None
    assert found.chance[PAGE].value == pytest.approx(0.024)


def test_a_rate_is_capped_at_those_who_left_and_the_cap_is_told() -> None:
    found = outcome(ForecastModel.of(branching()), (Lever("page-cart", 0.9),))
    assert found.rate[LinkId("page-cart")].value == pytest.approx(0.7)
    assert [(cap.asked, round(cap.given, 9)) for cap in found.caps] == [(0.9, 0.7)]


def test_taken_from_siblings_the_exits_stay() -> None:
    found = outcome(ForecastModel.of(branching()), (Lever("page-cart", 0.35),), Assumptions(source=Source.SIBLINGS))
    assert found.rate[LinkId("page-reviews")].value == pytest.approx(0.15)
    assert found.stopped[PAGE].difference == pytest.approx(0)


def test_rates_above_all_are_refused_as_flow() -> None:
    journey = branching()
    found = outcome(ForecastModel.of(journey.with_links([replace(journey.links[0], rate=0.9), *journey.links[1:]])))
    assert [hint.kind for hint in found.hints] == [HintKind.OVERFULL]
    assert found.reach[ORDER].value is None


def test_a_loop_counts_only_once_its_rate_is_typed() -> None:
    journey = branching()
    assert not ForecastModel.of(journey).flow.has_cycle
    looped = journey.with_links([*journey.links[:4], replace(journey.links[4], rate=0.3)])
    found = outcome(ForecastModel.of(looped))
    assert found.counts_visits
    assert found.reach[ORDER].value == pytest.approx(1000 * 0.35 * 0.4 / (1 - 0.35 * 0.3))


def test_a_loop_that_nobody_leaves_is_left_out_and_told() -> None:
    journey = Journey(
        elements=(element("a", volume=10), element("b"), element("c", Kind.MACRO, value=1.0)),
        links=(link("a", "b", 1.0), link("b", "a", 1.0, returns=True), link("b", "c", 0.0)),
    )
    model = ForecastModel.of(journey)
    assert [hint.kind for hint in model.hints] == [HintKind.ENDLESS]
    assert model.hints[0].target_id == "b-a"
    with pytest.raises(WorkbenchError, match="loop"):
        outcome(model, (Lever("b-a", 1.0),))


def test_a_seated_micro_conversion_lifts_its_stage_by_extra_doers_times_share_times_difference() -> None:
    journey = line()
    seat = element("guide", Kind.MICRO, stage_id=PAGE, typed_rate=0.1, typed_macro_rate=0.06)
    model = ForecastModel.of(journey.with_elements([*journey.elements, seat]))
    found = outcome(model, (Lever("guide", 0.2),), Assumptions(causal_share=0.5))
    others = (0.024 - 0.1 * 0.06) / 0.9
    assert found.headline is not None
    assert found.headline.difference == pytest.approx(50_000 * 0.1 * 0.5 * (0.06 - others))
    assert found.did[ElementId("guide")].difference == pytest.approx(5_000)


def test_a_seated_micro_conversion_of_unknown_effect_changes_nothing_and_says_so() -> None:
    journey = line()
    seat = element("guide", Kind.MICRO, stage_id=PAGE, typed_rate=0.1)
    found = outcome(ForecastModel.of(journey.with_elements([*journey.elements, seat])), (Lever("guide", 0.2),))
    assert found.headline is not None
    assert found.headline.difference == 0
    assert [hint.kind for hint in found.hints] == [HintKind.NO_EFFECT]


def test_measured_doers_are_used_where_nothing_is_typed() -> None:
    journey, measures = measured_line()
    seat = element("guide", Kind.MICRO, stage_id=PAGE)
    figures = ElementFigures(ElementId("guide"), 1000, 5000, went_on_did=160, went_on_not=240, grade=Grade.MEASURED)
    measured = Measures(None, {**measures.elements, ElementId("guide"): figures}, measures.links)
    model = ForecastModel.of(journey.with_elements([*journey.elements, seat]), measured)
    found = outcome(model, (Lever("guide", 0.4),), Assumptions(causal_share=1.0))
    assert found.reach[ElementId("cart")].difference == pytest.approx(1000 * (0.16 - 0.06))


def test_money_lost_is_the_stopped_times_what_was_ahead_of_them() -> None:
    found = outcome(ForecastModel.of(line()))
    assert found.value_to_go[ElementId("cart")].value == pytest.approx(24)
    assert found.money_lost[PAGE].value == pytest.approx(46_000 * 24)
    assert found.money_lost[ORDER].value is None


def test_added_people_of_lower_quality_bring_less() -> None:
    model, lever = ForecastModel.of(line()), (Lever("page-cart", 0.095),)
    found = outcome(model, lever, Assumptions(quality_decay=0.2))
    assert found.headline is not None
    assert found.headline.difference == pytest.approx(225 * 0.8 * 0.8)


def test_a_lever_whose_target_is_gone_is_named() -> None:
    found = outcome(ForecastModel.of(line()), (Lever("gone", 0.5),))
    assert [hint.kind for hint in found.hints] == [HintKind.STALE_LEVER]


@given(st.integers(0, 10_000))
def test_exits_and_arrivals_add_up_to_the_traffic(seed: int) -> None:
    model = ForecastModel.of(random_map(seed))
    found = outcome(model)
    left = sum(figure.value or 0.0 for figure in found.stopped.values())
    assert left + (found.headline.value or 0.0) == pytest.approx(float(model.known_traffic.sum()))  # type: ignore[union-attr]


@given(st.integers(0, 10_000))
def test_value_to_go_at_the_entries_times_traffic_is_the_revenue(seed: int) -> None:
    model = ForecastModel.of(random_map(seed))
    found = outcome(model)
    ahead = np.array([found.value_to_go[i].value for i in model.node_ids], dtype=np.float64)
    assert float(ahead @ model.known_traffic) == pytest.approx(found.revenue.value)


@given(st.integers(0, 10_000))
def test_a_sweep_equals_the_linear_system(seed: int) -> None:
    model = ForecastModel.of(random_map(seed))
    matrix = np.eye(len(model.node_ids)) - model.flow.transitions(model.rate)
    assert model.base_people == pytest.approx(np.linalg.solve(matrix.T, model.traffic))


def test_a_lever_on_thirty_elements_answers_within_a_frame() -> None:
    model = ForecastModel.of(random_map(3, 30))
    outcome(model)
    began = time.perf_counter()
    for step in range(20):
        outcome(model, (Lever(model.link_ids[4], 0.1 + step / 1000),))
    assert (time.perf_counter() - began) / 20 < 0.010


ROOMS = [
    "forecast.what_if",
    "forecast.sensitivity",
    "forecast.backtest",
    "forecast.experiments",
    "analysis.audits.audit",
    "analysis.drivers",
    "analysis.ground",
    "analysis.weeks",
    "analysis.cohorts",
]


@pytest.mark.parametrize("room", ROOMS)
def test_statistics_start_without_scipy_and_statsmodels(room: str) -> None:
    heavy = "{'scipy.stats', 'statsmodels', 'numba', 'pandas'} & set(sys.modules)"
    code = f"import sys, workbench.{room}; sys.exit(len({heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_empty_map_forecasts_nothing() -> None:
    found = outcome(ForecastModel.of(Journey()))
    assert (found.reach, found.revenue.value, found.headline) == ({}, None, None)


def test_a_map_without_macro_or_value_asks_for_them() -> None:
    bare = Journey(elements=(element("a", volume=5), element("b")), links=(link("a", "b", 0.5),))
    assert [hint.kind for hint in ForecastModel.of(bare).hints] == [HintKind.NO_MACRO]
    worthless = line().with_elements(replace(e, value=None) for e in line().elements)
    found = outcome(ForecastModel.of(worthless))
    assert [hint.kind for hint in found.hints] == [HintKind.NO_VALUE]
    assert found.revenue.value is None
    assert found.value_to_go == {}


def test_a_quality_decay_has_no_meaning_on_a_loop() -> None:
    journey = branching()
    looped = ForecastModel.of(journey.with_links([*journey.links[:4], replace(journey.links[4], rate=0.3)]))
    with pytest.raises(WorkbenchError, match="loops"):
        outcome(looped, (Lever("page-cart", 0.3),), Assumptions(quality_decay=0.1))


def seated(**facets: object) -> Journey:
    journey = line()
    return journey.with_elements([*journey.elements, element("guide", Kind.MICRO, stage_id=PAGE, **facets)])


def test_a_depth_matched_difference_goes_before_a_typed_one() -> None:
    model = ForecastModel.of(seated(typed_rate=0.1, typed_macro_rate=0.06), None, {ElementId("guide"): 0.01})
    found = outcome(model, (Lever("guide", 0.2),), Assumptions(causal_share=1.0))
    assert found.headline is not None
    assert found.headline.difference == pytest.approx(50_000 * 0.1 * 0.01)


def test_a_share_that_would_need_more_than_all_to_go_on_is_capped() -> None:
    model = ForecastModel.of(seated(typed_rate=0.1), None, {ElementId("guide"): 0.9})
    found = outcome(model, (Lever("guide", 1.0),), Assumptions(causal_share=1.0))
    assert found.rate[LinkId("page-cart")].value == pytest.approx(1.0)
    (cap,) = found.caps
    assert cap.asked == 1.0
    assert 0.1 < cap.given < 1.0


def test_more_doers_where_nobody_goes_on_change_nothing_and_say_so() -> None:
    journey = line((0.0, 0.5, 0.6))
    guide = element("guide", Kind.MICRO, stage_id=PAGE, typed_rate=0.1)
    model = ForecastModel.of(journey.with_elements([*journey.elements, guide]), None, {ElementId("guide"): -0.1})
    found = outcome(model, (Lever("guide", 0.4),))
    assert [hint.kind for hint in found.hints] == [HintKind.NO_EFFECT]


def test_doers_on_a_loop_gain_what_was_asked_for() -> None:
    journey = branching()
    guide = element("guide", Kind.MICRO, stage_id=PAGE, typed_rate=0.1)
    looped = journey.with_links([*journey.links[:4], replace(journey.links[4], rate=0.3)])
    model = ForecastModel.of(looped.with_elements([*looped.elements, guide]), None, {ElementId("guide"): 0.05})
    base = outcome(model).reach[PAGE].value or 0.0
    found = outcome(model, (Lever("guide", 0.3),), Assumptions(causal_share=1.0))
    assert found.headline is not None
    assert found.headline.difference == pytest.approx(base * 0.2 * 0.05)


def test_a_typed_rate_may_tell_what_it_is_based_on() -> None:
    journey = line()
    sure = replace(journey.links[0], based_on=5_000.0)
    model = ForecastModel.of(journey.with_links([sure, *journey.links[1:]]))
    assert model.evidence.tolist() == [5_000, 100, 100]


def test_a_seat_without_people_or_others_has_no_difference() -> None:
    journey, measures = measured_line()
    seat = element("guide", Kind.MICRO, stage_id=PAGE)
    all_did = ElementFigures(ElementId("guide"), 5000, 5000, went_on_did=400, went_on_not=0, grade=Grade.MEASURED)
    figures = Measures(None, {**measures.elements, ElementId("guide"): all_did}, measures.links)
    model = ForecastModel.of(journey.with_elements([*journey.elements, seat]), figures)
    assert model.seats["guide"].onward_difference is None


def test_the_worth_of_a_micro_conversion_is_measured_else_projected_else_typed() -> None:
    journey = seated(typed_rate=0.1, typed_macro_rate=0.06)
    trail = journey.with_elements(
        replace(e, kind=Kind.MICRO) if e.element_id == "cart" else e for e in journey.elements
    )
    found = micro_worths(trail, outcome(ForecastModel.of(trail)))
    assert [found[ElementId(i)].value for i in ("guide", "cart")] == pytest.approx([4.8, 24])
    assert [found[ElementId(i)].basis for i in ("guide", "cart")] == [Basis.TYPED, Basis.VALUE_TO_GO]
    row = MicroValue(ElementId("guide"), inverse_value(100, [50.0] * 20), None, None)
    measured = micro_worths(trail, outcome(ForecastModel.of(trail)), ValueTable((row,), 1000.0, 1.0, True))
    assert (measured[ElementId("guide")].value, measured[ElementId("guide")].basis) == (10.0, Basis.MEASURED)
    assert ElementId("guide") not in micro_worths(seated(), outcome(ForecastModel.of(seated())))


def around(*names: str, rate_in: float | None = None) -> tuple[Journey, Measures]:
    """a > (names, without rule) > b: of 10 people at a, 4 were counted at b."""
    ids = ["a", *names, "b"]
    elements = [element(i, Kind.MACRO if i == "b" else Kind.STAGE, value=10.0 if i == "b" else None) for i in ids]
    bound = [replace(e, rule=Rule((e.element_id,))) if e.element_id in ("a", "b") else e for e in elements]
    links = [link(s, t, rate_in if s == "a" else None) for s, t in pairwise(ids)]
    figures = {ElementId("a"): ElementFigures(ElementId("a"), people=10, entered=10, grade=Grade.MEASURED)}
    last = links[-1].link_id
    return Journey(elements=tuple(bound), links=tuple(links)), Measures(
        None, figures, {last: LinkFigures(last, took=4)}
    )


@pytest.mark.parametrize("names", [("x",), ("x", "y"), ("x", "y", "z")])
def test_elements_without_rule_drawn_into_a_measured_map_let_its_counts_pass(names: tuple[str, ...]) -> None:
    found = outcome(ForecastModel.of(*around(*names)))
    assert found.reach[ElementId("b")].value == pytest.approx(4)
    assert found.reach[ElementId("b")].grade is Grade.ESTIMATED
    assert {hint.kind for hint in found.hints} == {HintKind.ASSUMED}


def test_a_typed_way_in_leaves_the_way_on_to_make_up_the_count() -> None:
    found = outcome(ForecastModel.of(*around("x", rate_in=0.8)))
    assert found.rate[LinkId("x-b")].value == pytest.approx(0.5)
    assert found.reach[ElementId("b")].value == pytest.approx(4)
    few = outcome(ForecastModel.of(*around("x", rate_in=0.1)))
    assert few.rate[LinkId("x-b")].value == 1.0


def test_with_several_ways_in_or_nothing_counted_nothing_is_assumed() -> None:
    journey, measures = around("x")
    wider = journey.with_elements([*journey.elements, element("c", volume=5)])
    second = wider.with_links([*wider.links, link("c", "x", 0.5)])
    assert HintKind.NO_RATE in {hint.kind for hint in ForecastModel.of(second, measures).hints}
    assert HintKind.NO_RATE in {hint.kind for hint in ForecastModel.of(journey).hints}
