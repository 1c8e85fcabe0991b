"""Dead ends, exits and drop-offs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.stores import DAY_S, null_log, store_of
from workbench.analysis.dead_ends import Fate, dead_end, judge, needed_if_zero
from workbench.analysis.drop_offs import drop_offs
from workbench.analysis.exits import exit_rates
from workbench.analysis.ground import Ground
from workbench.analysis.measures import ElementFigures, Measures
from workbench.analysis.options import BY_USER
from workbench.analysis.timeline import Timeline
from workbench.errors import WorkbenchError
from workbench.journey.element import Element, ElementId, Link, LinkId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind


def test_nobody_of_a_thousand_is_a_dead_end_with_its_upper_bound() -> None:
    found = dead_end(0, 1000, 0.02)
    assert found.upper == pytest.approx(0.00299, abs=5e-6)
    assert found.fate is Fate.DEAD_END


def test_nobody_of_a_hundred_and_fifty_is_undecided_and_tells_how_many_more() -> None:
    found = dead_end(0, 150, 0.02)
    assert (found.fate, found.needed_if_zero, found.missing) == (Fate.UNDECIDED, 299, 149)
    assert found.upper == pytest.approx(0.0198, abs=1e-4)


def test_no_takers_are_no_verdict() -> None:
    found = dead_end(0, 0, 0.02)
    assert (found.rate, found.upper, found.fate) == (None, None, Fate.UNDECIDED)


def test_without_any_conversion_at_all_nothing_is_a_dead_end() -> None:
    found = dead_end(0, 5_000, 0.0)
    assert (found.fate, found.needed_if_zero) == (Fate.UNDECIDED, None)


def test_more_converters_than_takers_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="between 0 and its total"):
        dead_end(3, 2, 0.02)


@given(st.floats(0.001, 0.5))
def test_the_takers_needed_are_the_fewest_that_settle_it(ceiling: float) -> None:
    needed = needed_if_zero(ceiling)
    assert needed is not None
    assert 1 - 0.05 ** (1 / needed) <= ceiling + 1e-12
    assert needed == 1 or 1 - 0.05 ** (1 / (needed - 1)) > ceiling - 1e-12


def test_a_family_asks_for_more_than_one_alone() -> None:
    alone = judge([0], [330], [0.02])[0]
    among = judge([0] + [20] * 40, [330] + [1000] * 40, [0.02] * 41)[0]
    assert (alone.fate, among.fate) == (Fate.DEAD_END, Fate.UNDECIDED)


def journey_of(*micros: str) -> Journey:
    page = Element(ElementId("page"), Kind.STAGE, "Page", rule=Rule(("view",)))
    order = Element(ElementId("order"), Kind.MACRO, "Order", value=80.0, rule=Rule(("purchase",)))
    seats = [Element(ElementId(m), Kind.MICRO, m.title(), stage_id=page.element_id, rule=Rule((m,))) for m in micros]
    return Journey(
        elements=(page, *seats, order),
        links=(Link(LinkId("l"), page.element_id, order.element_id),),
        window_s=14 * DAY_S,
    )


def planted(guide_takers: int, seed: int = 1) -> list[tuple[str, float, str]]:
    """5 % of viewers buy; those who open the guide never do."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, float, str]] = []
    for u in range(3_000):
        rows.append((f"u{u}", 0.0, "view"))
        if u < guide_takers:
            rows.append((f"u{u}", 1.0, "guide"))
        elif u < 2_000 and rng.uniform() < 0.6:
            rows.append((f"u{u}", 1.0, "reviews"))
        if u >= guide_takers and rng.uniform() < 0.08:
            rows.append((f"u{u}", 5.0, "purchase"))
    return rows


def test_a_planted_dead_end_is_found_and_the_others_are_alive() -> None:
    ground = Ground.of(journey_of("guide", "reviews"), store_of(planted(600), 40 * DAY_S), ())
    assert ground is not None
    assert {a.name: a.verdict.fate for a in ground.actions} == {"Guide": Fate.DEAD_END, "Reviews": Fate.ALIVE}


def test_an_action_of_few_people_is_not_judged() -> None:
    ground = Ground.of(journey_of("guide", "reviews"), store_of(planted(60), 40 * DAY_S), ())
    assert ground is not None
    assert [a.name for a in ground.actions] == ["Reviews"]


def test_ground_needs_a_bound_macro() -> None:
    journey = journey_of("guide")
    bare = journey.with_elements(e for e in journey.elements if e.kind is not Kind.MACRO)
    assert Ground.of(bare, store_of(planted(10))) is None


def test_the_audit_window_steps_in_where_too_few_have_outlived_the_journeys() -> None:
    store = store_of(planted(600), 10 * DAY_S)
    ground = Ground.of(journey_of("guide"), store, ())
    assert ground is not None
    assert (ground.is_audit_window, ground.timeline.window_s) == (True, 3 * DAY_S)


def test_visits_that_end_with_an_event_are_set_against_all() -> None:
    rows = []
    for u in range(100):
        rows += [(f"u{u}", 0.0, "home"), (f"u{u}", 10.0, "list"), (f"u{u}", 20.0, "item" if u % 2 else "faq")]
        if u % 2:
            rows += [(f"u{u}", 30.0, "cart"), (f"u{u}", 40.0, "item")]
    found = {row.name: row for row in exit_rates(store_of(rows, 9e6), BY_USER)}
    assert found["faq"].is_dead_end
    assert (found["faq"].rate.k, found["faq"].rate.n) == (50, 50)
    assert found["item"].rate.k == 50
    assert not found["home"].is_dead_end


def test_technical_events_are_passed_over_and_goals_never_flagged() -> None:
    rows = [(f"u{u}", float(t), e) for u in range(60) for t, e in enumerate(("view", "view2", "buy", "ping"))]
    found = {row.name: row for row in exit_rates(store_of(rows, 9e6), BY_USER, ["ping"], ["buy"])}
    assert "ping" not in found
    assert (found["buy"].rate.value, found["buy"].is_dead_end) == (1.0, False)


def test_a_visit_that_may_still_go_on_counts_in_neither() -> None:
    store = store_of([("a", 0.0, "view"), ("b", 5_000.0, "view")], 5_100.0)
    assert [(row.rate.k, row.rate.n) for row in exit_rates(store, BY_USER)] == [(1, 1)]


def losing(*counts: tuple[int, int, float | None]) -> tuple[Measures, Journey]:
    ids = [ElementId(f"e{i}") for i in range(len(counts) + 1)]
    elements = [Element(i, Kind.STAGE, i) for i in ids]
    links = [Link(LinkId(f"{a}-{b}"), a, b) for a, b in pairwise(ids)]
    figures = {
        i: ElementFigures(i, people=n, stopped=k, money_lost=m) for i, (k, n, m) in zip(ids, counts, strict=False)
    }
    return Measures(None, figures), Journey(elements=tuple(elements), links=tuple(links))


def test_the_three_rankings_may_name_three_elements() -> None:
    found = drop_offs(*losing((900, 3000, 100.0), (500, 600, 200.0), (50, 100, 900.0)))
    worst = [ranking.worst.element_id for ranking in (found.by_rate, found.by_people, found.by_money) if ranking.worst]
    assert worst == ["e1", "e0", "e2"]
    assert found.by_rate.is_separable


def test_close_losses_are_not_separable() -> None:
    found = drop_offs(*losing((30, 60, None), (28, 55, None)))
    assert not found.by_rate.is_separable
    assert found.by_money.worst is None


def test_a_count_that_grew_is_left_out() -> None:
    assert drop_offs(*losing((70, 60, None), (10, 55, None))).by_rate.worst is not None
    assert len(drop_offs(*losing((70, 60, None), (10, 55, None))).by_rate.order) == 1


def test_over_forty_null_logs_false_badges_stay_within_the_stated_rate() -> None:
    found = [badges_of(seed) for seed in range(40)]
    # At q = 5 % per log about 2 of 40 are due; more than 7 has a chance below 0.2 %.
    assert sum(dead > 0 for dead, _ in found) <= 2
    assert sum(driver > 0 for _, driver in found) <= 7


@pytest.mark.nightly
def test_over_five_hundred_null_logs_the_rates_hold() -> None:
    found = [badges_of(seed) for seed in range(1_000, 1_500)]
    assert sum(dead > 0 for dead, _ in found) <= 25
    assert sum(driver > 0 for _, driver in found) <= 45


def badges_of(seed: int) -> tuple[int, int]:
    """Dead ends and drivers that hold up (either way) in a log in which nothing matters."""
    store = null_log(seed)
    goal = Element(ElementId("order"), Kind.MACRO, "Order", rule=Rule(("purchase",)))
    ground = Ground.of(Journey(elements=(goal,), window_s=14 * DAY_S), store, ())
    assert ground is not None
    assert isinstance(ground.timeline, Timeline)
    dead = sum(a.verdict.fate is Fate.DEAD_END for a in ground.actions)
    return dead, sum(row.is_significant for row in ground.drivers.rows)


def test_a_decided_action_needs_nobody_more_and_a_base_rate_lies_within_bounds() -> None:
    assert dead_end(0, 1000, 0.02).missing is None
    with pytest.raises(WorkbenchError, match="base rate"):
        dead_end(0, 10, 1.2)


def test_stores_of_ignored_or_open_visits_have_no_exits() -> None:
    store = store_of([("a", 0.0, "ping")], 60.0)
    assert exit_rates(store, BY_USER, ["ping"]) == ()
    assert exit_rates(store, BY_USER) == ()


def test_losses_without_people_are_left_out() -> None:
    measures, journey = losing((0, 0, None))
    assert drop_offs(measures, journey).by_rate.order == ()
