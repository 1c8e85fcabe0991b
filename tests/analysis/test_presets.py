"""Counting like another product gives that product's published figures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cases.funnel_case import request, store
from workbench.analysis.funnel import FunnelRequest, funnel
from workbench.analysis.options import Entry, Mode, Options, Span
from workbench.analysis.presets import PRESETS, Vendor, count_like
from workbench.events.store import EventStore
from workbench.journey.rule import Rule

CASES = {
    case["id"]: case
    for file in (Path(__file__).parents[1] / "cases" / "funnel").glob("*.json")
    for case in json.loads(file.read_text(encoding="utf-8"))["cases"]
}

PUBLISHED = [
    (Vendor.GA4_OPEN, "opn-ga4", None),
    (Vendor.MIXPANEL, "ord-mx-window-first", None),
    (Vendor.MIXPANEL, "ord-mx-scen1-first", None),
    (Vendor.MIXPANEL, "ord-mx-loose", None),
    (Vendor.MIXPANEL_TOTALS, "ord-mx-totals", None),
    (Vendor.MIXPANEL_TOTALS, "exc-mx-totals", None),
    (Vendor.AMPLITUDE, "ord-amp-search", None),
    (Vendor.AMPLITUDE, "ord-amp-aab", None),
    (Vendor.AMPLITUDE_ANY_ORDER, "any-amp-anchored", None),
    (Vendor.POSTHOG, "cor-ph-basic", None),
    (Vendor.POSTHOG, "ttc-ph-steps", None),
    (Vendor.POSTHOG, "ttc-ph-windows", None),
    (Vendor.POSTHOG, "exc-ph-short", None),
    (Vendor.POSTHOG_STRICT, "str-ph-chrome-safari", None),
    (Vendor.CLICKHOUSE, "ord-ch-null1", None),
    (Vendor.CLICKHOUSE, "ord-ch-null2", None),
    (Vendor.CLICKHOUSE, "ord-ch-range-preds", None),
    (Vendor.CLICKHOUSE, "ord-chi-37177", None),
    (Vendor.CLICKHOUSE_STRICT, "str-ch-plain", None),
    (Vendor.CLICKHOUSE_STRICT, "str-ch-repeats", None),
    (Vendor.CLICKHOUSE_STRICT, "str-ch-shop", None),
]


@pytest.mark.parametrize(("vendor", "case_id", "_"), PUBLISHED, ids=[f"{v}:{i}" for v, i, _ in PUBLISHED])
def test_published_figures_come_out(vendor: Vendor, case_id: str, _: None) -> None:
    case: dict[str, Any] = CASES[case_id]
    asked = request(case)
    like = replace(asked, options=count_like(vendor, asked.options))
    assert list(funnel(like, store(case)).counts) == case["expected"]["counts"]


def test_ga4_finds_the_closed_funnel() -> None:
    case = CASES["opn-ga4"]
    asked = request(case)
    closed = replace(asked, options=count_like(Vendor.GA4, asked.options))
    assert funnel(closed, store(case)).counts == (2, 1, 1)


def test_the_edge_of_the_window_parts_mixpanel_from_ga4() -> None:
    log = EventStore.from_rows([("u", 0, "A"), ("u", 60, "B")])
    asked = FunnelRequest.of([Rule(("A",)), Rule(("B",))], Options(window_s=60))

    def converted(vendor: Vendor) -> int:
        return funnel(replace(asked, options=count_like(vendor, asked.options)), log).counts[1]

    assert (converted(Vendor.GA4), converted(Vendor.MIXPANEL)) == (1, 0)


def test_steps_behind_the_range_part_posthog_from_amplitude() -> None:
    log = EventStore.from_rows([("u", 0, "A"), ("u", 60, "B")])
    asked = FunnelRequest.of([Rule(("A",)), Rule(("B",))], Options(window_s=100, span=Span(0, 30_000_000)))

    def converted(vendor: Vendor) -> int:
        return funnel(replace(asked, options=count_like(vendor, asked.options)), log).counts[1]

    assert (converted(Vendor.AMPLITUDE), converted(Vendor.POSTHOG)) == (1, 0)


def test_every_vendor_has_a_preset_with_its_rule() -> None:
    assert set(PRESETS) == set(Vendor)
    assert all(len(preset.rule) > 30 for preset in PRESETS.values())


def test_a_preset_replaces_what_was_chosen_before() -> None:
    odd = Options(mode=Mode.ANY, entry=Entry.FIRST, window_s=5)
    assert count_like(Vendor.GA4, odd) == Options(window_s=5)
