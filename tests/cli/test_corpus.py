"""Real sets that may not be shipped give their known figures, and figures that others published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import CommandLine

pytestmark = pytest.mark.corpus

S5 = "session_start > view_item > add_to_cart > begin_checkout > purchase"
OPTIONS = {
    "first/ge": ("--ties", "any"),
    "first/gt": ("--ties", "increasing"),
    "first/row": ("--ties", "file"),
    "greedy/ge": ("--entry", "first", "--ties", "any"),
    "greedy/gt": ("--entry", "first", "--ties", "increasing"),
    "greedy/row": ("--entry", "first", "--ties", "file"),
    "any/ge": ("--entry", "any", "--ties", "any"),
    "any/gt": ("--entry", "any", "--ties", "increasing"),
    "any/row": ("--entry", "any", "--ties", "file"),
}
SETS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "ga4_11_days": ("ga4_merch_bq_parquet", ("events_*.parquet",), ("d11_20210121_31",)),
    "ga4_parquet": ("ga4_merch_bq_parquet", ("events_20210131.parquet",), ("d1_20210131",)),
    "ga4_jsonl": ("ga4_merch_text", ("events_20210131.jsonl.gz",), ("d1_20210131",)),
    "ga4_csv": ("ga4_merch_text", ("events_20210131_flat.csv.gz",), ("d1_20210131",)),
    "ga4_malloy": ("ga4_malloy_sample", ("*.parquet",), ()),
    "simple_shop": ("rete_simple_shop", ("simple-onlineshop.csv",), ()),
    "ab_test": ("rete_simple_shop", ("ab_test_demo.csv",), ("ab_test_demo",)),
    "ecom": ("rete_ecom", ("ecom.csv.gz",), ()),
    "receipt": ("pm4py_small", ("receipt.csv.gz",), ("receipt",)),
    "otto": ("otto_sessions_tiny", ("train.jsonl",), ()),
    "snowplow": ("snowplow_web_events", ("snowplow_web_events.csv",), ()),
}


def files(corpus: Path, name: str) -> list[Path]:
    folder, patterns, _ = SETS[name]
    return sorted(path for pattern in patterns for path in (corpus / folder).glob(pattern))


def truth(corpus: Path, name: str) -> dict[str, Any]:
    folder, _, keys = SETS[name]
    found: dict[str, Any] = json.loads((corpus / folder / "truth.json").read_text(encoding="utf-8"))
    for key in keys:
        found = found[key]
    return found


def funnels(found: dict[str, Any]) -> Iterator[tuple[list[str], str, list[int]]]:
    """(Steps, way of counting, counts) of every funnel of a truth file that the command line can ask for."""
    for name, part in found.items():
        if isinstance(part, dict) and "steps" in part and not name.startswith("session"):
            for window, key in (("30d", "w30d"), ("none", "nowindow")):
                for way, counts in part.get(key, {}).items():
                    if way in OPTIONS:
                        yield part["steps"], f"{window} {way}", counts
            if "w1h_greedy_ge" in part:
                yield part["steps"], "1h greedy/ge", part["w1h_greedy_ge"]
            if isinstance(part.get("nowindow_greedy_ge"), list):
                yield part["steps"], "none greedy/ge", part["nowindow_greedy_ge"]


def step_text(steps: list[str], way: str = "") -> str:
    limit = "[first]" if way.startswith("first/") else ""
    return " > ".join((step if "|" in step else f'"{step}"') + limit for step in steps)


@pytest.mark.parametrize("name", SETS)
def test_rows_people_period_and_names_of_a_set(breadcrumb: CommandLine, corpus: Path, name: str) -> None:
    shown, summary = breadcrumb.json("inspect", *files(corpus, name)), truth(corpus, name)["summary"]
    assert (shown["rows"], shown["users"]) == (summary["rows"], summary["users"])
    assert shown["event_names"] == {event: counts[0] for event, counts in summary["events"].items()}
    wanted = [summary[key].replace("+00:00", "Z").replace(" ", "T") for key in ("ts_min", "ts_max")]
    assert [shown["first"], shown["last"]] == wanted


@pytest.mark.parametrize("name", SETS)
def test_every_funnel_of_a_set(breadcrumb: CommandLine, corpus: Path, name: str) -> None:
    data = files(corpus, name)
    for steps, way, counts in funnels(truth(corpus, name)):
        window, key = way.split()
        found = breadcrumb.counts(*data, "--steps", step_text(steps, key), "--window", window, *OPTIONS[key])
        assert found == counts, (steps, way)


def test_revenue_of_the_shops(breadcrumb: CommandLine, corpus: Path) -> None:
    shown = breadcrumb.json("inspect", *files(corpus, "ga4_11_days"))
    again = next(one for one in shown["quality"] if one["kind"] == "duplicate_transactions")
    assert (shown["revenue"], again["details"]["revenue_deduplicated"]) == (20_459, 20_320)
    assert breadcrumb.json("inspect", *files(corpus, "ga4_malloy"))["revenue"] == 41_529
    assert breadcrumb.json("inspect", *files(corpus, "ab_test"))["revenue"] == 530_748


def test_a_day_that_came_three_times_counts_once(breadcrumb: CommandLine, corpus: Path) -> None:
    day = corpus / "ga4_merch_bq_parquet"
    given = [day / "events_20210131.parquet", day / "original_events_20210131.parquet", *files(corpus, "ga4_jsonl")]
    shown = breadcrumb.json("inspect", *given)
    replaced = next(one for one in shown["repairs"] if one["kind"] == "source_replaced")
    assert (shown["rows"], shown["users"], replaced["count"]) == (26_489, 2_546, 2)


def test_groups_of_the_experiment(breadcrumb: CommandLine, corpus: Path) -> None:
    found = truth(corpus, "ab_test")
    for group in ("control", "test", "not_in_test"):
        wanted = found[group]["funnel_catalog_product_cart_payment"]["w30d_greedy_ge"]
        steps = ("--steps", "catalog > product > cart > payment_done", "--window", "30d", "--entry", "first")
        counts = breadcrumb.counts(*files(corpus, "ab_test"), *steps, "--where", f"user_backet = {group}")
        assert counts == wanted


def test_sessions_of_the_sets(breadcrumb: CommandLine, corpus: Path) -> None:
    ga4 = truth(corpus, "ga4_11_days")
    by_session = ("--count-by", "session", "--entry", "first")
    data = files(corpus, "ga4_11_days")
    assert breadcrumb.json("measure", *data, "--steps", S5, *by_session)["units"] == ga4["sessions"]
    assert breadcrumb.counts(*data, "--steps", S5, *by_session) == ga4["session_S5_greedy_ge"]
    steps = "view_item > begin_checkout > purchase"
    assert breadcrumb.counts(*data, "--steps", steps, *by_session) == ga4["session_S3_greedy_ge"]
    path = "product_view > add_to_cart > cart > shipping_details > payment_details > purchase"
    assert breadcrumb.counts(*files(corpus, "ecom"), "--steps", path, *by_session) == [2868, 944, 477, 194, 72, 15]


def test_published_figures_of_the_simple_shop(breadcrumb: CommandLine, corpus: Path) -> None:
    shown = breadcrumb.json("measure", *files(corpus, "simple_shop"), "--steps", "catalog > cart > payment_done")
    assert [step["count"] for step in shown["steps"]] == [3611, 1924, 653]
    assert [round(step["rate_step"], 4) for step in shown["steps"][1:]] == [0.5328, 0.3394]
    assert round(shown["steps"][2]["rate_total"], 4) == 0.1808


def test_published_week_of_the_merchandise_shop(breadcrumb: CommandLine, corpus: Path) -> None:
    """JasonValade/google-store-funnel-analysis, weekly_conversion.csv, week of 2021-01-25: first times in a session."""
    steps = " > ".join(f"{name}[first in session]" for name in ("view_item", "begin_checkout", "purchase"))
    week = ("--count-by", "session", "--from", "2021-01-25", "--to", "2021-01-31")
    assert breadcrumb.counts(*files(corpus, "ga4_11_days"), "--steps", steps, *week) == [6187, 548, 293]


def test_step_counts_in_every_shape(breadcrumb: CommandLine, corpus: Path) -> None:
    folder = corpus / "aggregated_funnels"
    known = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    total = breadcrumb.json("inspect", folder / "steps_total.csv")
    assert list(total["event_names"].values()) == known["d11_total_greedy_ge_30d"]
    funnel = breadcrumb.json("inspect", folder / "ga4_explore_funnel_shape.csv")
    assert list(funnel["event_names"].values()) == known["explore_funnel_by_device"]["Total"]
    for device in ("desktop", "mobile", "tablet"):
        assert list(funnel["by_segment"][device].values()) == known["explore_funnel_by_device"][device]
    free = breadcrumb.json("inspect", folder / "ga4_freeform_shape.csv")
    assert (free["rows"], sum(free["counts"]["Event count"])) == (
        known["freeform"]["rows"],
        known["freeform"]["sum_event_count"],
    )
    assert free["totals"]["Total users"] == known["freeform"]["users_grand_total"]


def test_daily_counts_in_three_forms_agree(breadcrumb: CommandLine, corpus: Path) -> None:
    folder = corpus / "aggregated_funnels"
    known = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["daily"]
    for name in ("steps_daily.csv", "steps_daily.xlsx", "steps_daily_wide_de_cp1252.csv"):
        shown = breadcrumb.json("inspect", folder / name)
        assert list(shown["event_names"].values()) == list(known["sum_of_daily_counts"].values()), name
        assert (shown["days"], shown["first"], shown["last"]) == (known["days"], known["first"], known["last"]), name
    sheet = breadcrumb.json("inspect", folder / "steps_daily.xlsx", "--sheet", "total")
    assert list(sheet["event_names"].values()) == [32638, 8614, 1471, 650, 401]


def test_a_downloaded_query_result_is_read(breadcrumb: CommandLine, corpus: Path) -> None:
    shown = breadcrumb.json("inspect", corpus / "ga4_merch_text" / "bq_console_20201227_20rows.json")
    assert (shown["format"], shown["rows"]) == ("ga4", 20)


def test_process_logs_are_read_with_their_zones(breadcrumb: CommandLine, corpus: Path) -> None:
    xes = breadcrumb.json("inspect", corpus / "pm4py_small" / "running-example.xes")
    table = breadcrumb.json("inspect", corpus / "pm4py_small" / "running-example.csv")
    assert (xes["rows"], xes["users"]) == (42, 6)
    for key in ("rows", "users", "first", "last", "event_names"):
        assert xes[key] == table[key]
    assert breadcrumb.json("inspect", corpus / "pm4py_small" / "helpdesk.xes.gz")["rows"] == 21_348


def test_seeds_of_two_vendors_are_recognised(breadcrumb: CommandLine, corpus: Path) -> None:
    folder = corpus / "vendor_seed_csvs"
    mixpanel = breadcrumb.json("inspect", folder / "mixpanel_event.csv")
    amplitude = breadcrumb.json("inspect", folder / "amplitude_event_data.csv")
    assert (mixpanel["format"], mixpanel["rows"]) == ("mixpanel", 5)
    assert (amplitude["format"], amplitude["rows"]) == ("amplitude", 10)
