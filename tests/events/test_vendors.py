"""Shapes that vendors' own samples have, and that a made-up file would not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.events.repairs import RepairKind
from workbench.events.report import ImportReport
from workbench.events.source import Choices, Sources, import_events
from workbench.events.store import EventStore


def imported(path: Path) -> tuple[EventStore, ImportReport]:
    return import_events([path], folder=path.parent / "store")


def written(folder: Path, content: bytes | str, name: str = "given") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def repairs(report: ImportReport) -> dict[str, tuple[int, str]]:
    return {str(one.kind): (one.count, one.example) for one in report.repairs}


VISITS = """<?xml version="1.0" encoding="utf-8" ?>
<result>
  <row>
    <idVisit>3</idVisit><visitorId>abc</visitorId><userId /><siteCurrency>USD</siteCurrency><events>0</events>
    <actionDetails>
      <row><type>action</type><url>http://x/?a=1&amp;b=2</url><timestamp>1614592800</timestamp></row>
      <row><type>ecommerceOrder</type><orderId>o1</orderId><revenue>25.5</revenue><timestamp>1614592900</timestamp>
        <itemDetails><row><itemSKU>s</itemSKU><price>25.5</price></row></itemDetails></row>
    </actionDetails>
  </row>
  <row>
    <idVisit>4</idVisit><visitorId>def</visitorId><userId>u9</userId><siteCurrency>USD</siteCurrency><events>2</events>
    <actionDetails>
      <row><type>ecommerceAbandonedCart</type><revenue>2510.11</revenue><timestamp>1614593000</timestamp></row>
    </actionDetails>
  </row>
  <row>
    <idVisit>5</idVisit><visitorId>ghi</visitorId><userId /><siteCurrency>USD</siteCurrency><events>0</events>
    <actionDetails></actionDetails>
  </row>
</result>
"""


def test_matomo_in_xml_gives_actions_and_no_revenue_of_carts_that_were_left(tmp_path: Path) -> None:
    store, report = imported(written(tmp_path, VISITS))
    assert (report.format, set(store.user_ids), report.revenue) == ("matomo", {"abc", "u9"}, 25.5)
    assert report.event_totals == {"action": 1, "ecommerceOrder": 1, "ecommerceAbandonedCart": 1}
    assert repairs(report)["rows_spread"] == (3, "3 rows of the file hold 3 events, 1 of them none")


def test_matomo_columns_have_two_spellings(tmp_path: Path) -> None:
    header = "idVisit,visitorId,actionDetails_0_type,actionDetails_0_timestamp,actionDetails_0_itemDetails_0_price,"
    header += "actionDetails_1_type,actionDetails_1_timestamp"
    rows = "1,abc,action,1614592800,,search,1614592900\n2,def,action,1614592800,9,,\n"
    _, report = imported(written(tmp_path, f"{header}\n{rows}"))
    assert (report.format, report.event_totals, report.users) == ("matomo", {"action": 2, "search": 1}, 2)


def test_matomo_visits_without_actions_are_visits(tmp_path: Path) -> None:
    header = "idSite,idVisit,visitIp,fingerprint,firstActionTimestamp,goalConversions,visitDuration,actions"
    rows = "1,2,111.1.1.1,aa,1614592800,0,271,1\n1,3,111.1.1.2,bb,1614592900,0,3,4\n"
    store, report = imported(written(tmp_path, f"{header}\n{rows}".encode("utf-16")))
    assert (report.event_totals, set(store.user_ids)) == ({"visit": 2}, {"aa", "bb"})


def test_one_visit_of_its_own_is_a_visit_and_no_wrapper(tmp_path: Path) -> None:
    visit = {
        "idVisit": "1",
        "visitorId": "v",
        "userId": "24",
        "experiments": [{"id": 1}],
        "actionDetails": [{"type": kind, "timestamp": 1614592800} for kind in ("action", "event")],
    }
    store, report = imported(written(tmp_path, json.dumps(visit, indent=2)))
    assert (list(store.user_ids), report.event_totals) == (["24"], {"action": 1, "event": 1})


def test_xml_in_groups_and_attributes_is_a_list_of_records_too(tmp_path: Path) -> None:
    events = "".join(
        f'<event user="u{n % 3}" at="2021-03-01T10:00:{n:02}Z"><name>view</name><tag>a</tag><tag>b</tag></event>'
        for n in range(6)
    )
    _, report = imported(written(tmp_path, f"<export><day>{events}</day><day>{events}</day></export>"))
    assert (report.rows, report.users, report.event_totals) == (12, 3, {"view": 12})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
        ('<?xml version="1.0"?><result />', "no records"),
        ("<a><b>1</b></a>", "neither an event log"),
        ('<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x "y">]><r><row><a>&x;</a><b>1</b></row></r>', "entities"),
    ],
)
def test_other_xml_says_what_it_is(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(WorkbenchError, match=says):
        imported(written(tmp_path, content))


def test_apps_in_snowplow_are_told_by_their_device(tmp_path: Path) -> None:
    header = "app_id,platform,collector_tstamp,event,event_id,event_name,user_id,domain_userid,network_userid\n"
    rows = [
        ("web", "e1", "log-in", "d1", "n1"),
        ("web", "e2", "log-in", "", "n2"),
        ("mob", "e3", "log-in", "", "n3"),
        ("srv", "e4", "log-in", "", ""),
    ]
    text = "".join(
        f"shop,{platform},2021-03-01 10:00:00.000,unstruct,{event},view,{user},{domain},{network}\n"
        for platform, event, user, domain, network in rows
    )
    store, report = imported(written(tmp_path, header + text))
    assert (set(store.user_ids), report.event_totals) == ({"d1", "n3", "log-in"}, {"view": 4})
    assert [(str(one.reason), one.count) for one in report.dropped] == [("no_user", 1)]


def test_posthog_columns_picked_on_its_page_lose_their_mark(tmp_path: Path) -> None:
    header = "event,*.uuid,*.event,*.properties.amount,*.timestamp,*.distinct_id,*.elements_chain\r\n"
    rows = "".join(f"buy,{n},buy,{n},2022-07-06T19:30:0{n}+00:00,u{n % 2},\r\n" for n in (1, 2, 2))
    _, report = imported(written(tmp_path, header + rows))
    assert (report.format, report.users, report.revenue, report.kept) == ("posthog", 2, 5, 2)


def test_names_in_capitals_are_those_of_the_vendor(tmp_path: Path) -> None:
    header = "ID,ANONYMOUS_ID,USER_ID,EVENT,EVENT_TEXT,RECEIVED_AT,TIMESTAMP\n"
    rows = "1,a1,u1,order_completed,Order Completed,2021-03-01 10:00:03,2021-03-01 10:00:01\n"
    rows += "2,a2,,view,View,2021-03-01 10:00:03,2021-03-01 10:00:01\n"
    store, report = imported(written(tmp_path, header + rows))
    assert (report.format, set(store.user_ids)) == ("segment", {"u1", "a2"})


def test_a_table_of_pages_counts_visitors_who_never_logged_in(tmp_path: Path) -> None:
    header = "id,received_at,anonymous_id,user_id,name,path,url,timestamp\n"
    rows = "1,2021-03-01 10:00:00,a1,,Home,/,https://x/,2021-03-01 10:00:00\n"
    rows += "2,2021-03-01 10:01:00,a2,u2,,/p,https://x/p,2021-03-01 10:01:00\n"
    store, report = imported(written(tmp_path, header + rows))
    assert (set(store.user_ids), report.event_totals) == ({"a1", "u2"}, {"Viewed Home": 1, "page": 1})


def test_a_refund_is_taken_off_and_it_is_said(tmp_path: Path) -> None:
    calls = [("Order Completed", "39.95"), ("Order Refunded", "9.95"), ("Refund Requested", None)]
    lines = "".join(
        json.dumps(
            {
                "type": "track",
                "event": event,
                "userId": "u1",
                "messageId": event,
                "timestamp": "2021-03-01T10:00:00Z",
                "properties": {"revenue": amount},
            }
        )
        + "\n"
        for event, amount in calls
    )
    _, report = imported(written(tmp_path, lines))
    assert (report.revenue, repairs(report)["refund_negated"][0]) == (pytest.approx(30), 1)


def test_tables_of_one_event_each_are_called_after_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "rides"
    folder.mkdir()
    written(folder, "user_id,signup_ts,age\n1,2021-03-01 10:00:00,18\n2,2021-03-01 11:00:00,20\n", "signups.csv")
    written(folder, "ride_id,user_id,request_ts\n7,1,2021-03-02 10:00:00\n", "ride_requests_2021.csv")
    _, report = import_events([folder], folder=tmp_path / "store")
    assert (report.event_totals, report.users) == ({"signups": 2, "ride_requests": 1}, 2)
    assert repairs(report)["event_from_file"][0] == 2


def test_heaps_tables_of_one_event_each_are_called_after_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "heap"
    (folder / "purchase").mkdir(parents=True)
    written(folder, "event_id,user_id,session_id,time,path\n1,10,9,2021-03-01,/a\n", "view_product.csv")
    written(folder / "purchase", "event_id,user_id,session_id,time\n2,11,9,2021-03-01\n", "part-000.csv")
    written(folder, "from_user_id,to_user_id,time\n11,10,2021-03-02\n", "user_migrations.csv")
    store, report = import_events([folder], folder=tmp_path / "store")
    assert (report.format, report.event_totals) == ("heap", {"purchase": 1, "view_product": 1})
    assert list(store.user_ids) == ["10"]


def test_months_of_one_table_are_no_events(tmp_path: Path) -> None:
    folder = tmp_path / "months"
    folder.mkdir()
    for month in (1, 2):
        written(folder, f"user_id,created_at\n1,2021-0{month}-01 10:00\n", f"visits_2021-0{month}.csv")
    with pytest.raises(WorkbenchError, match="no column says what happened"):
        import_events([folder], folder=tmp_path / "store")


def test_adobe_leaves_out_a_purchase_that_was_told_again(tmp_path: Path) -> None:
    header = "hit_time_gmt\tpost_visid_high\tpost_visid_low\tpost_event_list\tpost_product_list\tduplicate_purchase\n"
    rows = "1614592800\t11\t22\t1\tc;p;1;25.5\t\n1614592900\t11\t22\t1\tc;p;1;25.5\t1\n"
    _, report = imported(written(tmp_path, header + rows))
    assert (report.format, report.event_totals, report.revenue) == ("adobe", {"page_view": 2, "purchase": 1}, 25.5)
    assert [(str(one.reason), one.count) for one in report.dropped] == [("technical", 1)]
    assert repairs(report)["rows_spread"] == (2, "2 rows of the file hold 4 events")


def test_adobes_custom_events_are_called_as_the_lookup_file_says(tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    names = "hit_time_gmt\tpost_visid_high\tpost_visid_low\tpost_event_list\tpost_page_event\tpost_evar1\n"
    written(folder, names, "column_headers.tsv")
    hits = "1614592800\t11\t22\t200,201=5\t0\ta\n1614592900\t11\t22\t1,202\t0\tb\n"
    written(folder, hits, "hit_data.tsv")
    written(folder, "1\tBought\n200\tSign-up, free\n201\tCredit = spent\n", "event.tsv")
    written(folder, "1\tFirefox\n200\tLynx\n", "browser.tsv")
    _, report = import_events([folder], folder=tmp_path / "store")
    totals = {"page_view": 2, "Sign-up free": 1, "Credit spent": 1, "purchase": 1, "event_202": 1}
    assert (report.format, report.event_totals) == ("adobe", totals)


def test_rows_that_goatcounter_marks_as_bots_are_told(tmp_path: Path) -> None:
    head = "2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,"
    rows = "".join(
        f"/{page},T,false,,Firefox,Linux,s{user},{bot},,o,,DE,true,2021-03-01T1{user}:00:0{second}Z\n"
        for user, bot in ((0, 0), (1, 0), (2, 5), (3, 151))
        for second, page in enumerate(("", "buy"))
    )
    store, report = imported(written(tmp_path, f"{head}FirstVisit,Date\n{rows}"))
    (found,) = [one for one in report.quality if one.kind == "bots"]
    assert (report.format, store.n_users, found.count) == ("goatcounter", 4, 2)
    assert found.details["by_mark"] == 2
    assert set(found.details["ids"]) == {"s2", "s3"}


def scheduled(*tables: str) -> str:
    """A report of many tables, each with its title, as it is sent by mail."""
    usual = [
        f"{title}\nLabel,Visits,Actions,Bounce rate\n"
        + "".join(f"{title} {c},{n},{2 * n},5%\n" for n, c in ((9, "a"), (4, "b")))
        for title in ("Country", "City", "Device type", "Browsers", "Page titles", "Entry pages")
    ]
    return "\n".join(["Date range: 2026-01-01 - 2026-01-31\n", *usual, *tables])


def test_of_a_report_of_many_tables_the_goals_are_taken_and_the_others_named(tmp_path: Path) -> None:
    events = "Event names\nLabel,Total events,Unique events\nview,90,60\nbuy,6,5\n"
    goals = "Goals\nLabel,Conversions,Visits with conversions\nSign-up,300,280\nOrder,60,55\n"
    for tables, wanted in (((events,), {"view": 60, "buy": 5}), ((events, goals), {"Sign-up": 300, "Order": 60})):
        with Sources([written(tmp_path, scheduled(*tables))]) as sources:
            counts = sources.step_counts()
            assert {step: counts.count(step) for step in counts.steps} == wanted
            assert sources.ledger.count(RepairKind.TABLE_PASSED_OVER) == 5 + len(tables)


def test_of_many_tables_that_are_all_alike_the_first_is_taken_and_the_others_named(tmp_path: Path) -> None:
    with Sources([written(tmp_path, scheduled())]) as sources:
        counts = sources.step_counts()
        assert {step: counts.count(step) for step in counts.steps} == {"Country a": 9, "Country b": 4}
        assert sources.ledger.count(RepairKind.TABLE_PASSED_OVER) == 5


def test_a_persons_columns_say_which_table_of_a_report_is_meant(tmp_path: Path) -> None:
    path = written(tmp_path, scheduled("Shop\nDeed,People\nview,90\nbuy,6\n"))
    with Sources([path], Choices(columns=(("event", "Deed"), ("value", "People")))) as sources:
        counts = sources.step_counts()
    assert {step: counts.count(step) for step in counts.steps} == {"view": 90, "buy": 6}
