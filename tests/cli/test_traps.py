"""Every small nasty file gives the figures that are written beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import CommandLine

TRAPS = Path(__file__).parents[1] / "events" / "traps"
EXPECTED: dict[str, dict[str, Any]] = json.loads((TRAPS / "expected.json").read_text(encoding="utf-8"))
EVENTS = {name: wanted for name, wanted in EXPECTED.items() if "users" in wanted or "funnel_view_cart_buy" in wanted}
FUNNELS = {
    "funnel_view_cart_buy": ("view > cart > buy",),
    "funnel_view_cart": ("view > cart",),
    "funnel_page_view_purchase": ("page_view > purchase",),
    "funnel_ge": ("view > cart > buy", "--ties", "any"),
    "funnel_gt": ("view > cart > buy", "--ties", "increasing"),
    "funnel_file_row_order": ("view > cart > buy", "--ties", "file"),
    "funnel_all": ("view > buy",),
}


def inspected(breadcrumb: CommandLine, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return breadcrumb.json("inspect", TRAPS / name), EXPECTED[name]


def finding(shown: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(one for one in shown["quality"] if one["kind"] == kind)


@pytest.mark.parametrize("name", EVENTS)
def test_rows_people_period_and_revenue_of_a_trap(breadcrumb: CommandLine, name: str) -> None:
    shown, wanted = breadcrumb.json("inspect", TRAPS / name), EXPECTED[name]
    for key in ("rows", "users", "first", "last"):
        if key in wanted:
            assert shown[key] == wanted[key], key
    if "revenue" in wanted:
        assert shown["revenue"] == pytest.approx(wanted["revenue"])


@pytest.mark.parametrize(("name", "key"), [(n, k) for n, w in EXPECTED.items() for k in FUNNELS if k in w])
def test_funnels_of_a_trap(breadcrumb: CommandLine, name: str, key: str) -> None:
    steps, *options = FUNNELS[key]
    for plain, spoken in ((v, k) for k, v in EXPECTED[name].get("event_map", {}).items()):
        steps = steps.replace(plain, f'"{spoken}"')
    assert breadcrumb.counts(TRAPS / name, "--steps", steps, *options) == EXPECTED[name][key]


def test_counts_are_the_same_integers_however_thousands_are_written(breadcrumb: CommandLine) -> None:
    shown = breadcrumb.json("inspect", TRAPS / "04_counts_thousands.csv")
    assert shown["rows"] == 3
    assert list(shown["counts"].values()) == [EXPECTED["04_counts_thousands.csv"]["counts"]] * 4


def test_duplicates_are_counted_exactly_and_by_id(breadcrumb: CommandLine) -> None:
    shown, wanted = inspected(breadcrumb, "05_duplicates.csv")
    exact, by_id = finding(shown, "exact_duplicates"), finding(shown, "duplicate_ids")
    assert (shown["rows"], shown["revenue"]) == (wanted["rows"], wanted["revenue_raw"])
    assert (exact["count"], exact["details"]["rows_after"]) == (2, wanted["after_exact_dedup"])
    assert exact["details"]["revenue_after"] == wanted["revenue_after_exact"]
    assert (by_id["details"]["rows_after"], shown["events"]) == (5, wanted["after_insert_id_dedup"])
    assert shown["revenue_kept"] == wanted["revenue_after_insert_id"]


def test_placeholders_are_no_user_and_are_listed_one_by_one(breadcrumb: CommandLine) -> None:
    shown = breadcrumb.json("inspect", TRAPS / "07_missing_user_ids.csv")
    missing = finding(shown, "missing_ids")
    assert (shown["users"], missing["count"]) == (1, 9)
    assert set(missing["details"]["placeholders"].values()) == {1}


def test_broken_json_keeps_its_row_and_python_dicts_are_read(breadcrumb: CommandLine) -> None:
    shown, wanted = inspected(breadcrumb, "11_nested_json.csv")
    cells = finding(shown, "json_cells")["details"]
    assert (cells["parsed"], cells["unparsable"], cells["empty"]) == (3, 1, 1)
    assert shown["revenue"] == pytest.approx(wanted["revenue_property_sum"])


def test_members_of_an_archive_are_counted_and_junk_is_passed_over(breadcrumb: CommandLine) -> None:
    shown = breadcrumb.json("inspect", TRAPS / "14_amplitude_export.zip")
    junk = next(one for one in shown["repairs"] if one["kind"] == "junk_member")
    assert (shown["format"], len(shown["sources"]), junk["count"]) == ("amplitude", 4, 2)


def test_rows_without_consent_count_in_totals_and_in_no_funnel(breadcrumb: CommandLine) -> None:
    shown, wanted = (
        breadcrumb.json("inspect", TRAPS / "16_ga4_consent_denied.jsonl"),
        EXPECTED["16_ga4_consent_denied.jsonl"],
    )
    assert finding(shown, "no_consent")["count"] == wanted["denied_rows"]
    assert finding(shown, "missing_ids")["count"] == wanted["rows_without_user"]
    assert (shown["revenue"], shown["revenue_kept"]) == (wanted["revenue_all"], wanted["revenue_with_user"])
    assert sum(shown["event_names"].values()) == wanted["rows"]


def test_bots_are_proposed_and_never_left_out_silently(breadcrumb: CommandLine) -> None:
    shown, wanted = inspected(breadcrumb, "17_bots.csv")
    bots = finding(shown, "bots")["details"]
    assert (bots["users"], bots["rows"]) == (wanted["suspected_bot_users"], wanted["suspected_bot_rows"])
    assert bots["users_without"] == wanted["funnel_without_bots"][0]


def test_personal_data_are_found_by_kind_and_place(breadcrumb: CommandLine) -> None:
    shown, wanted = inspected(breadcrumb, "18_pii.csv")
    found = {one["kind"].removeprefix("pii_"): one["count"] for one in shown["quality"]}
    assert found == {
        "email_in_url": wanted["email_in_url_rows"],
        "email_as_user_id": wanted["email_as_user_id_rows"],
        "token": wanted["token_rows"],
        "phone": wanted["phone_rows"],
        "ip": wanted["ip_rows"],
        "card": wanted["card_like_rows"],
    }


def test_names_that_differ_in_spelling_are_proposed_for_merging(breadcrumb: CommandLine) -> None:
    shown = breadcrumb.json("inspect", TRAPS / "20_headers_and_names.csv")
    drift = finding(shown, "naming_drift")
    assert len(shown["event_names"]) == EXPECTED["20_headers_and_names.csv"]["distinct_raw_names"]
    assert [len(names) for names in drift["details"]["merges"].values()] == [4]


def test_an_empty_file_is_an_error_and_a_header_alone_is_not(breadcrumb: CommandLine) -> None:
    assert breadcrumb("inspect", TRAPS / "28_empty.csv") == 1
    assert "empty" in breadcrumb.err
    assert breadcrumb.json("inspect", TRAPS / "28_header_only.csv")["rows"] == 0


def test_formulas_stay_text(breadcrumb: CommandLine) -> None:
    shown = breadcrumb.json("inspect", TRAPS / "30_formula_injection.csv")
    assert set(shown["event_names"]) == {'=HYPERLINK("http://x","y")', "+cmd", "@sum", "-view"}


def test_every_script_is_read(breadcrumb: CommandLine) -> None:
    shown = breadcrumb.json("inspect", TRAPS / "31_latin1_and_emoji.csv")
    assert len(shown["event_names"]) == EXPECTED["31_latin1_and_emoji.csv"]["distinct_events"]


def test_a_report_with_two_tables_gives_both(breadcrumb: CommandLine) -> None:
    shown, wanted = (
        breadcrumb.json("inspect", TRAPS / "32_ga4_report_two_tables.csv"),
        EXPECTED["32_ga4_report_two_tables.csv"],
    )
    assert [table["rows"] for table in shown["tables"]] == wanted["rows"]
    assert (shown["start"], shown["end"]) == (wanted["start"], wanted["end"])


def test_a_step_that_grows_is_shown_above_one_hundred_per_cent(breadcrumb: CommandLine) -> None:
    shown = breadcrumb.json(
        "measure", TRAPS / "34_aggregate_non_monotone.csv", "--steps", "Visit > Cart > Checkout > Buy"
    )
    assert shown["steps"][2]["rate_step"] == pytest.approx(320 / 300)
    assert "106.7%" in shown["warnings"][0]
