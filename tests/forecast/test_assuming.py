"""Assumptions of a what-if: lifts as ranges or from a trial, whose people, and their way into a file and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.forecast.maps import branching, line
from workbench.errors import WorkbenchError
from workbench.forecast.assuming import lift_from, lift_words, sentences
from workbench.forecast.bands import Posterior
from workbench.forecast.levers import apply_levers
from workbench.forecast.model import ForecastModel, HintKind
from workbench.forecast.what_if import outcome
from workbench.journey import edits
from workbench.journey.assumptions import Assumptions, LiftRange, Source, Trial
from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Lever, Scenario
from workbench.project.file import dumps, loads

ORDER = ElementId("order")
LIFT = LiftRange("page-cart", 1.0579, 1.3446)


def test_a_lift_moves_the_point_by_its_middle_and_the_band_by_its_range():
    model = ForecastModel.of(line())
    taken = Assumptions(lifts=(LIFT,))
    point = outcome(model, (), taken)
    assert point.is_moved
    assert point.revenue.lift == pytest.approx(LIFT.middle - 1)
    band = Posterior.of(model).bands((), taken).macros[ORDER].lift
    assert band is not None
    assert (band.band(0.95).low, band.band(0.95).high) == pytest.approx((0.0579, 0.3446), abs=0.002)


def test_a_lift_comes_on_top_of_the_levers():
    model = ForecastModel.of(line())
    levers = (Lever("page-cart", 0.16), Lever("cart-checkout", 0.25))
    made = outcome(model, levers, Assumptions(lifts=(LiftRange("page-cart", 1.1, 1.1),)))
    assert made.headline is not None
    assert made.headline.value == pytest.approx(50_000 * 0.16 * 1.1 * 0.25 * 0.6)
    band = Posterior.of(model).bands(levers, made.assumptions).macros[ORDER].lift
    assert band is not None
    assert band.band(0.95).low == pytest.approx(0.1, abs=1e-9)


def test_a_lift_beyond_what_is_there_is_capped_and_says_so():
    made = outcome(ForecastModel.of(line((0.8, 0.5, 0.6))), (), Assumptions(lifts=(LiftRange("page-cart", 1.5, 2.0),)))
    assert made.rate[LinkId("page-cart")].value == pytest.approx(1.0)
    assert [cap.target_id for cap in made.caps] == ["page-cart"]


def test_a_lift_taken_from_siblings_leaves_as_many_leaving_in_every_draw():
    posterior = Posterior.of(ForecastModel.of(branching()))
    taken = Assumptions(source=Source.SIBLINGS, lifts=(LiftRange("page-cart", 1.1, 3.0),))
    rate = posterior.lifted(apply_levers(posterior.model, ()), taken)
    edges = posterior.model.flow.leaving[0]
    assert np.allclose(rate[edges].sum(axis=0), posterior.rate[edges].sum(axis=0))
    assert rate.min() >= 0


def test_a_lift_without_its_link_is_named():
    made = outcome(ForecastModel.of(line()), (), Assumptions(lifts=(LiftRange("gone", 1.1, 1.2),)))
    assert HintKind.STALE_LEVER in {hint.kind for hint in made.hints}
    assert made.revenue.lift == 0
    posterior = Posterior.of(ForecastModel.of(line()))
    assert posterior.bands((), made.assumptions).macros[ORDER].expected == posterior.bands().macros[ORDER].expected


def test_a_quality_decay_weakens_what_a_lift_brings():
    model = ForecastModel.of(line())
    whole = outcome(model, (), Assumptions(lifts=(LIFT,))).revenue.lift
    half = outcome(model, (), Assumptions(lifts=(LIFT,), quality_decay=0.5)).revenue.lift
    assert whole is not None
    assert half is not None
    assert 0 < half < whole


def test_a_trial_gives_the_ratio_interval_of_its_two_rates():
    found = lift_from("page-cart", Trial(400, 5000, 475, 5000))
    assert found.low < 0.095 / 0.08 < found.high
    assert found.trial is not None
    assert lift_words(found) == "+4.6 % to +34.8 %"


@pytest.mark.parametrize("trial", [Trial(0, 100, 5, 100), Trial(5, 0, 5, 100), Trial(5, 100, 101, 100)])
def test_counts_that_tell_no_lift_are_refused(trial: Trial):
    with pytest.raises(WorkbenchError):
        lift_from("page-cart", trial)


def test_shares_beyond_the_whole_are_refused():
    with pytest.raises(WorkbenchError, match="quality decay"):
        Assumptions(quality_decay=1.5)


def test_what_is_taken_for_granted_is_said():
    taken = Assumptions(Source.SIBLINGS, 0.5, 0.1, (replace(LIFT, trial=Trial(1, 2, 1, 2)),))
    words = " ".join(sentences(taken, lambda i: f"“{i}”"))
    assert "10 % worse later" in words
    assert "sibling" in words
    assert "50 % of what goes with" in words
    assert "“page-cart” is lifted by +5.8 % to +34.5 % (A/B result)" in words
    assert sentences(Assumptions(), str, has_seats=False) == ("If the lifts are real and later rates hold.",)


def test_a_scenario_keeps_its_assumptions_in_the_file_and_reproduces_its_figures():
    taken = Assumptions(Source.SIBLINGS, 1.0, 0.2, (replace(LIFT, trial=Trial(400, 5000, 475, 5000)),))
    journey = edits.save_scenario(line(), "Test wins", (Lever("cart-checkout", 0.55),), taken)
    read = loads(dumps(journey))
    assert read == journey
    scenario = read.scenarios[0]
    model = ForecastModel.of(journey)
    wanted = outcome(model, journey.scenarios[0].levers, taken).revenue
    assert outcome(ForecastModel.of(read), scenario.levers, scenario.assumptions).revenue == wanted


def test_files_without_assumptions_load_and_unknown_keys_stay():
    text = dumps(edits.save_scenario(line(), "Old", (Lever("page-cart", 0.1),)))
    assert "assumptions" not in text
    newer = text.replace('"name": "Old"', '"name": "Old", "mood": "bright", "assumptions": {"weather": ["dry"]}')
    journey = loads(newer)
    assert journey.scenarios[0].assumptions.lifts == ()
    assert '"mood": "bright"' in dumps(journey)
    assert '"weather": ["dry"]' in dumps(journey)


def test_a_scenario_saved_again_keeps_its_note_and_loses_what_was_removed():
    journey = replace(line(), scenarios=(Scenario("A", (), "why"),))
    saved = edits.save_scenario(journey, "A", (Lever("page-cart", 0.1),), Assumptions(lifts=(LIFT,)))
    assert saved.scenarios[0].note == "why"
    removed = edits.remove(saved, (), [LinkId("page-cart")]).scenarios[0]
    assert (removed.levers, removed.assumptions.lifts) == ((), ())
