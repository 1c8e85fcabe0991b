"""The forecast in the report: bands, scenarios with what they take for granted, and the ranking."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.forecast.maps import line
from workbench.analysis.measures import Measures
from workbench.analysis.rates import Rate
from workbench.export.report import report_of
from workbench.export.tables import Table
from workbench.forecast.headroom import Headroom
from workbench.journey import edits
from workbench.journey.assumptions import Assumptions, LiftRange
from workbench.journey.element import LinkId
from workbench.journey.journey import Journey, Lever

LIFTED = Assumptions(lifts=(LiftRange("page-cart", 1.0579, 1.3446),))


def rows_of(table: Table) -> list[dict[str, object]]:
    return [dict(zip((column.title for column in table.columns), row, strict=True)) for row in table.rows]


def test_the_forecast_has_the_band_of_what_comes_out():
    made = report_of(line(), Measures(query=None), (), (), LIFTED).forecasts.forecast
    revenue = next(row for row in rows_of(made) if row["Figure"] == "Revenue (USD)")
    assert revenue["Low 95 %"] < revenue["Scenario"] < revenue["High 95 %"]
    assert revenue["Lift"] == pytest.approx(0.1927, abs=1e-4)
    assert "+5.8 % to +34.5 %" in made.note


def test_saved_scenarios_stand_side_by_side_with_what_they_assume():
    journey = edits.save_scenario(line(), "Test wins", (), LIFTED)
    journey = edits.save_scenario(journey, "Better cart", (Lever("cart-checkout", 0.6),))
    table = report_of(journey, Measures(query=None)).forecasts.scenarios
    found = {(row["Scenario"], row["Figure"]): row for row in rows_of(table)}
    assert found["As-is", "Conversions: Order"]["Difference"] == 0
    wins = found["Test wins", "Revenue (USD)"]
    assert wins["Difference low"] < wins["Difference"] < wins["Difference high"]
    assert "Page → Cart is lifted by" in wins["Takes for granted"]
    assert found["Better cart", "Revenue (USD)"]["Lift"] == pytest.approx(0.2)


def test_the_ranking_names_the_links_and_the_sentence_of_one_line():
    table = report_of(line(), Measures(query=None)).forecasts.ranking
    assert rows_of(table)[0]["Change"] == "Page → Cart"
    assert "On one line" in table.note


def test_a_map_without_links_has_no_ranking():
    made = report_of(Journey(), Measures(query=None)).forecasts
    assert (made.ranking.rows, made.scenarios.rows) == ((), ())


def test_the_ranking_goes_by_own_better_weeks_where_they_are_known():
    rooms = {LinkId("cart-checkout"): Headroom(LinkId("cart-checkout"), 12, Rate.of(500, 1000), 0.6, None, None)}
    made = replace(report_of(line(), Measures(query=None)), headrooms=rooms).forecasts.ranking
    first, second, *_ = rows_of(made)
    assert first["Change"] == "Cart → Checkout"
    assert first["Own better self"] == pytest.approx(1.2 * first["Rate"])
    assert first["Better low 95 %"] < first["Better self brings"] < first["Better high 95 %"]
    assert second["Better self brings"] is None
    assert "own better self" in made.note


def test_the_ranking_is_empty_where_the_outcome_is_not_known():
    journey = edits.amend(line(), [line().elements[0].element_id], volume=None)
    journey = edits.amend_links(journey, [LinkId("cart-checkout")], rate=None)
    rows = rows_of(report_of(journey, Measures(query=None)).forecasts.ranking)
    unknown = next(row for row in rows if row["Change"] == "Cart → Checkout")
    assert unknown["Rate"] is None
    assert {row["+1 point brings"] for row in rows} == {None}
