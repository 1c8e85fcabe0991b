"""Every vendor's export is recognised by its content and gives its people, times, names and money."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from workbench.events.formats import registry
from workbench.events.formats.format import Format
from workbench.events.formats.snowplow import FIELDS
from workbench.events.report import ImportReport
from workbench.events.source import Choices, Sources, import_counts, import_events, recognise
from workbench.events.store import EventStore


def imported(path: Path) -> tuple[EventStore, ImportReport]:
    return import_events([path], folder=path.parent / "store")


def lines(records: Sequence[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(record) for record in records).encode()


def written(folder: Path, content: bytes | str, name: str = "given") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def table(rows: Sequence[Sequence[object]], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def ids(store: EventStore) -> set[str]:
    return {str(one) for one in store.user_ids}


def ga4_hit(name: str, us: int, user: str | None, **params: object) -> dict[str, Any]:
    kinds = {str: "string_value", int: "int_value", float: "double_value"}
    entries = [
        {"key": key, "value": {kinds[type(value)]: str(value) if isinstance(value, int) else value}}
        for key, value in params.items()
    ]
    return {
        "event_date": "20210301",
        "event_timestamp": str(us),
        "event_name": name,
        "event_params": entries,
        "user_pseudo_id": user,
        "device": {"category": "mobile"},
        "items": [],
    }


HITS = [
    ga4_hit("page_view", 1_614_592_800_000_000, "1.10", ga_session_id=7, page_location="https://x/", value=1),
    ga4_hit("scroll", 1_614_592_800_000_000, "1.10", ga_session_id=7, percent_scrolled=90),
    ga4_hit("purchase", 1_614_592_900_000_000, "2.20", ga_session_id=8, value=12.5, currency="EUR"),
    ga4_hit("purchase", 1_614_592_900_000_000, None, value=3.5, currency="EUR"),
]


def test_ga4_parameters_become_properties_of_their_own(tmp_path: Path) -> None:
    store, report = imported(written(tmp_path, lines(HITS)))
    assert (report.format, report.rows, report.kept, report.users) == ("ga4", 4, 3, 2)
    assert ids(store) == {"1.10", "2.20"}
    assert {"page_location", "percent_scrolled", "device.category"} <= set(store.properties)
    assert list(store.properties["percent_scrolled"].values) == [90]
    assert store.session_property == "session"


def test_ga4_value_is_money_on_purchases_only(tmp_path: Path) -> None:
    _, report = imported(written(tmp_path, lines(HITS)))
    assert (report.revenue, report.revenue_kept) == (16.0, 12.5)


def test_ga4_in_lines_an_array_and_parquet_is_the_same(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = []
    pq.write_table(pa.Table.from_pylist(HITS), tmp_path / "c.parquet")
    written(tmp_path, lines(HITS), "a.jsonl")
    written(tmp_path, json.dumps(HITS, indent=1), "b.json")
    for name in ("a.jsonl", "b.json", "c.parquet"):
        store, report = import_events([tmp_path / name], folder=tmp_path / f"store-{name}")
        found.append((report.event_totals, report.revenue, ids(store), store.time_us.tolist()))
    assert found[0] == found[1] == found[2]


def test_ga4_flattened_by_hand_is_read_under_any_spelling(tmp_path: Path) -> None:
    header = (
        "event_date,event_timestamp,event_name,user_pseudo_id,event_params.page_location,ep_page_title,device__category"
    )
    row = "20210301,2021-03-01 10:00:00.123456 UTC,page_view,1.10,https://x/,Home,mobile"
    store, report = imported(written(tmp_path, f"{header}\n{row}\n"))
    assert report.format == "ga4"
    assert {"page_location", "page_title", "device.category"} <= set(store.properties)
    assert store.time_us.tolist() == [1_614_592_800_123_456]


def test_ga4_order_inside_a_batch_follows_its_own_numbers(tmp_path: Path) -> None:
    batch = {"batch_page_id": 5}
    hits = [HITS[0] | batch | {"event_name": name, "batch_ordering_id": n} for name, n in (("b", 2), ("a", 1))]
    store, _ = imported(written(tmp_path, lines(hits)))
    assert [store.event_names[code] for code in store.event] == ["a", "b"]


def test_ga4_refunds_are_negative(tmp_path: Path) -> None:
    bought = HITS[2] | {"ecommerce": {"purchase_revenue": 10.0, "purchase_revenue_in_usd": 10.0}}
    back = HITS[2] | {"event_name": "refund", "ecommerce": {"refund_value": 4.0, "refund_value_in_usd": 4.0}}
    assert imported(written(tmp_path, lines([bought, back])))[1].revenue == 6.0


def test_mixpanel_drops_what_mixpanel_drops(tmp_path: Path) -> None:
    one = {"distinct_id": "u1", "time": 1614592800, "$insert_id": "a1", "$current_url": "https://x/p"}
    events = [
        {"event": "view", "properties": one},
        {"event": "view", "properties": one},
        {"event": "buy", "properties": one},
        {"event": "Purchase", "properties": {**one, "$insert_id": "a2", "time": 1614592800123, "Amount": 5.0}},
    ]
    store, report = imported(written(tmp_path, lines(events)))
    assert (report.format, report.kept, report.revenue) == ("mixpanel", 3, 5.0)
    assert {"$current_url", "Amount"} <= set(store.properties)


def test_amplitude_takes_the_merged_person_and_no_session_for_minus_one(tmp_path: Path) -> None:
    base = {
        "event_time": "2021-03-01 10:00:00.123000",
        "device_id": "d",
        "session_id": -1,
        "server_upload_time": "2021-03-01",
    }
    events = [
        base
        | {"event_type": "view", "amplitude_id": 7, "user_id": None, "$insert_id": "a", "event_properties": {"p": 1}},
        base
        | {
            "event_type": "buy",
            "amplitude_id": 7,
            "user_id": "u",
            "$insert_id": "b",
            "event_properties": {"revenue": 5},
        },
    ]
    with zipfile.ZipFile(tmp_path / "given", "w") as archive:
        for n, event in enumerate(events):
            archive.writestr(f"1/1_2021-03-01_{n}#0.json.gz", gzip.compress(lines([event])))
    store, report = imported(tmp_path / "given")
    assert (report.format, ids(store), report.revenue) == ("amplitude", {"7"}, 5.0)
    assert "session" not in store.properties
    assert {"p", "revenue"} <= set(store.properties)


POSTHOG: list[dict[str, Any]] = [
    {
        "uuid": f"018f-{n}",
        "event": event,
        "distinct_id": f"d{n}",
        "person_id": "p1",
        "properties": json.dumps(properties),
    }
    | {"timestamp": "2024-03-01T10:00:00.123000+00:00"}
    for n, event, properties in (
        (1, "$pageview", {"$current_url": "/"}),
        (2, "paid", {"revenue": 2.5}),
        (2, "paid", {"revenue": 2.5}),
    )
]


def test_posthog_counts_persons_and_each_uuid_once(tmp_path: Path) -> None:
    store, report = imported(written(tmp_path, lines(POSTHOG)))
    assert (report.format, ids(store), report.kept, report.revenue_kept) == ("posthog", {"p1"}, 2, 2.5)
    assert "$current_url" in store.properties


def test_posthog_in_parquet_is_the_same(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [row | {"timestamp": dt.datetime.fromisoformat(row["timestamp"])} for row in POSTHOG]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "given", compression="zstd")
    store, report = imported(tmp_path / "given")
    assert (report.format, report.kept, store.time_us[0]) == ("posthog", 2, 1_709_287_200_123_000)


def test_segment_names_pages_and_falls_back_to_the_anonymous_id(tmp_path: Path) -> None:
    base = {"anonymousId": "a-1", "context": {}, "timestamp": "2012-12-02T00:30:08.276Z"}
    calls = [
        base | {"type": "page", "name": "Home", "userId": None, "messageId": "m1"},
        base
        | {
            "type": "track",
            "event": "Order Completed",
            "userId": "u1",
            "messageId": "m2",
            "properties": {"revenue": "39.95"},
        },
    ]
    store, report = imported(written(tmp_path, gzip.compress(lines(calls))))
    assert (report.format, ids(store), report.revenue) == ("segment", {"a-1", "u1"}, 39.95)
    assert set(report.event_totals) == {"Viewed Home", "Order Completed"}


def snowplow_row(**given: str) -> list[str]:
    known = {"event_id": "9e983d4a-e07c-4858-8e97-bdb7feb31241", "collector_tstamp": "2021-03-03 21:27:32.696"} | given
    return [known.get(field, "") for field in FIELDS]


def test_snowplow_without_a_header_is_told_by_its_fields(tmp_path: Path) -> None:
    rows = [
        snowplow_row(
            event="page_view", event_name="page_view", domain_userid="d1", derived_tstamp="2021-03-03 21:00:00.5"
        ),
        snowplow_row(
            event="transaction", domain_userid="d1", tr_total="9.5", event_id="0e983d4a-e07c-4858-8e97-bdb7feb31241"
        ),
    ]
    store, report = imported(written(tmp_path, gzip.compress(table(rows, "\t").encode())))
    assert (report.format, ids(store), report.revenue) == ("snowplow", {"d1"}, 9.5)
    assert store.time_us.tolist() == [1_614_805_200_500_000, 1_614_806_852_696_000]


def test_matomo_spreads_visits_into_actions(tmp_path: Path) -> None:
    fields = ("type", "url", "timestamp", "revenue")
    header = ["idVisit", "visitorId", "userId", *(f"{f} (actionDetails {n})" for n in range(2) for f in fields)]
    rows = [
        ["10", "abc", "", "action", "https://x/", "1614592800", "", "ecommerceOrder", "", "1614592900", "25.5"],
        ["11", "def", "u9", "action", "https://x/", "1614592800", "", "", "", "", ""],
    ]
    store, report = imported(written(tmp_path, table([header, *rows]).encode("utf-16")))
    assert (report.format, ids(store), report.revenue) == ("matomo", {"abc", "u9"}, 25.5)
    assert report.event_totals == {"action": 2, "ecommerceOrder": 1}


def test_adobe_hits_get_their_names_from_the_header_file(tmp_path: Path) -> None:
    names = [
        "hit_time_gmt",
        "post_visid_high",
        "post_visid_low",
        "post_event_list",
        "post_page_event",
        "post_product_list",
        "exclude_hit",
    ]
    hits = [
        ["1614592800", "11", "22", "", "0", "", "0"],
        ["1614592900", "11", "22", "1,20=5", "0", "cat;p1;1;25.50,cat;p2;1;4.5", "0"],
        ["1614592900", "33", "44", "2", "0", "", "1"],
    ]
    with tarfile.open(tmp_path / "given", "w:gz") as archive:
        for name, content in (("column_headers.tsv", table([names], "\t")), ("hit_data.tsv", table(hits, "\t"))):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    store, report = imported(tmp_path / "given")
    assert (report.format, ids(store), report.revenue) == ("adobe", {"11:22"}, 30.0)
    assert report.event_totals == {"page_view": 2, "purchase": 1, "event_20": 1}
    assert [(str(one.reason), one.count) for one in report.dropped] == [("technical", 2)]


def test_heap_applies_merged_ids_one_after_the_other(tmp_path: Path) -> None:
    folder = tmp_path / "heap"
    folder.mkdir()
    events = "event_id,user_id,session_id,time,event_table_name\n1,10,9,2021-03-01,view\n2,11,8,2021-03-01,buy\n"
    written(folder, events, "all_events.csv")
    written(folder, "from_user_id,to_user_id,time\n10,12,2021-03-02\n12,11,2021-03-03\n", "user_migrations.csv")
    store, report = import_events([folder], folder=tmp_path / "store")
    assert (report.format, ids(store)) == ("heap", {"11"})
    assert {str(one.kind): one.count for one in report.repairs}["identity_merged"] == 1


def test_tables_that_belong_together_are_joined(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    views = "website_pageview_id,created_at,website_session_id,pageview_url\n"
    views += "1,2012-03-19 08:00:00,1,/home\n2,2012-03-19 08:01:00,1,/thanks\n"
    sessions = "website_session_id,created_at,user_id,is_repeat_session,utm_source,device_type\n"
    sessions += "1,2012-03-19 08:00:00,77,0,g,mobile\n"
    orders = "order_id,created_at,website_session_id,user_id,price_usd\n1,2012-03-19 08:01:00,1,77,49.99\n"
    for name, content in (("website_pageviews.csv", views), ("website_sessions.csv", sessions), ("orders.csv", orders)):
        written(folder, content, name)
    store, report = import_events([folder], folder=tmp_path / "store")
    assert (report.rows, ids(store), report.revenue) == (2, {"77"}, 49.99)
    assert {"device_type", "utm_source"} <= set(store.properties)


def test_nested_sessions_are_spread_and_session_0_is_one(tmp_path: Path) -> None:
    sessions = [{"session": n, "events": [{"aid": 5, "ts": 1659304800025 + n, "type": "clicks"}]} for n in range(3)]
    store, report = imported(written(tmp_path, lines(sessions)))
    assert (report.format, ids(store), report.kept) == ("sessions", {"0", "1", "2"}, 3)


def test_plausible_gives_visitors_goals_and_pages(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "given", "w") as archive:
        archive.writestr(
            "imported_visitors_a_b.csv",
            "date,visitors,pageviews,bounces,visits,visit_duration\n2021-03-01,9,20,1,9,3\n",
        )
        archive.writestr(
            "imported_custom_events_a_b.csv", "date,name,link_url,path,visitors,events\n2021-03-01,Signup,,/,4,5\n"
        )
        archive.writestr("imported_devices_a_b.csv", "date,device,visitors,visits\n2021-03-01,Desktop,6,7\n")
    counts = import_counts([tmp_path / "given"])
    assert [(step, counts.count(step)) for step in counts.steps] == [("visitors", 9), ("Signup", 4)]


def test_a_data_api_answer_is_a_table_of_counts(tmp_path: Path) -> None:
    def row(dimensions: Sequence[str], metrics: Sequence[str]) -> dict[str, Any]:
        return {"dimensionValues": [{"value": v} for v in dimensions], "metricValues": [{"value": v} for v in metrics]}

    answer = {
        "dimensionHeaders": [{"name": "funnelStepName"}, {"name": "deviceCategory"}],
        "metricHeaders": [{"name": "activeUsers"}, {"name": "funnelStepCompletionRate"}],
        "rows": [
            row(["1. Visit", "RESERVED_TOTAL"], ["100", "0.5"]),
            row(["1. Visit", "mobile"], ["60", "0.5"]),
            row(["2. Buy", "RESERVED_TOTAL"], ["50", "0"]),
        ],
    }
    counts = import_counts([written(tmp_path, json.dumps({"funnelTable": answer}))])
    assert [(step, counts.count(step)) for step in counts.steps] == [("Visit", 100), ("Buy", 50)]
    assert counts.count("Visit", "mobile") == 60


def test_xes_takes_events_and_not_the_defaults_of_the_log(tmp_path: Path) -> None:
    date = '<date key="time:timestamp" value="{}"/>'
    event = '<event><string key="concept:name" value="{}"/>' + date.format("2010-12-30T14:32:00+01:00") + "</event>"
    text = (
        '<log xmlns="http://www.xes-standard.org/"><global scope="event">'
        + date.format("1970-01-01T00:00:00Z")
        + '</global><trace><string key="concept:name" value="0"/><float key="amount" value="2.5"/>'
        + event.format("a")
        + event.format("b")
        + "</trace></log>"
    )
    store, report = imported(written(tmp_path, gzip.compress(text.encode())))
    assert (report.format, ids(store), report.kept) == ("xes", {"0"}, 2)
    assert list(store.properties["case:amount"].values) == [2.5]


def test_a_format_from_another_package_is_asked_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Point(EntryPoint):
        def load(self) -> Any:
            return Format("mine", "My export", lambda sight: sight.has("who", "when", "what"))

    monkeypatch.setattr(registry, "entry_points", lambda group: [Point("mine", "package:FORMAT", group)])
    registry.outside_formats.cache_clear()
    try:
        path = written(tmp_path, "who,when,what\nu1,2021-03-01,view\n")
        assert recognise([path]).format == "mine"
    finally:
        registry.outside_formats.cache_clear()


def test_a_preview_shows_the_first_rows_as_they_are(tmp_path: Path) -> None:
    path = written(tmp_path, "user_id,event,timestamp\n" + "007,view,2021-03-01\n" * 60)
    with Sources([path]) as sources:
        assert sources.preview.columns == ("user_id", "event", "timestamp")
        assert sources.preview.rows == (("007", "view", "2021-03-01"),) * 50
        assert sources.mapping.columns() == {"user": "user_id", "time": "timestamp", "event": "event"}


def test_visitors_become_the_person_they_logged_in_as_where_asked(tmp_path: Path) -> None:
    hits = [HITS[0], HITS[1] | {"user_id": "anna"}, HITS[2] | {"user_pseudo_id": "3.3", "user_id": "anna"}]
    path = written(tmp_path, lines(hits))
    apart, _ = import_events([path], folder=tmp_path / "a")
    joined, report = import_events([path], Choices(stitch=True), folder=tmp_path / "b")
    assert (ids(apart), ids(joined)) == ({"1.10", "3.3"}, {"anna"})
    assert {str(one.kind): one.count for one in report.repairs}["identity_merged"] == 3


def test_epoch_numbers_that_carry_the_zone_can_be_shifted_back(tmp_path: Path) -> None:
    path = written(tmp_path, "user_id,event,timestamp\nu1,view,1614596400\n")
    store, _ = import_events([path], Choices(zone="Europe/Berlin", epoch_is_local=True), folder=tmp_path / "store")
    assert store.time_us.tolist() == [1_614_592_800_000_000]


def test_money_that_comes_late_in_a_long_file_is_seen(tmp_path: Path) -> None:
    rows = [{"user_id": f"visitor-{n % 999}", "event": "view", "time": 1_614_592_800 + n} for n in range(70_000)]
    rows += [row | {"event": "buy", "revenue": 1.5} for row in rows[:9_000]]
    _, report = imported(written(tmp_path, lines(rows)))
    assert report.revenue == 13_500
