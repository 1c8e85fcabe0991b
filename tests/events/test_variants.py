"""Legal but unusual ways to write the same events: other languages, code pages, shapes of JSON and of counts."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.events.test_owntraps import HEADER, imported, repairs
from workbench.errors import WorkbenchError
from workbench.events.aggregates import StepCounts
from workbench.events.formats.snowplow import FIELDS
from workbench.events.privacy import parse_privacy
from workbench.events.source import Choices, import_counts, import_events, recognise

ROWS = (
    ("a1", "view", "2022-05-10 09:00:00", ""),
    ("a1", "buy", "2022-05-10 09:15:00", "12.5"),
    ("a2", "view", "2022-05-11 10:00:00", ""),
)
RECORDS = [{"user": u, "event": e, "time": t, "revenue": float(v or 0)} for u, e, t, v in ROWS]
FUNNEL = "# ---\n# Shop\n# Funnel exploration 1\n# 20220501-20220531\n# ---\n\n"


def table(header: str, separator: str = ",") -> str:
    return "\n".join([header, *(separator.join(row) for row in ROWS)]) + "\n"


def counted(folder: Path, content: str | bytes) -> StepCounts:
    path = folder / "given"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_counts([path])


def figures(counts: StepCounts) -> list[float | None]:
    return [counts.count(step) for step in counts.steps]


@pytest.mark.parametrize(
    "header",
    [
        "ID de usuario;Nombre del evento;Fecha y hora;Ingresos",
        "ID utente;Nome evento;Data e ora;Ricavi",
        "ID do usuário;Nome do evento;Data e hora;Receita",
        "Gebruikers-ID;Gebeurtenis;Tijdstip;Omzet",
        "ID użytkownika;Zdarzenie;Czas;Przychód",
        "Идентификатор пользователя;Название события;Дата и время;Сумма заказа",
        "ユーザーID;イベント名;日時;売上",
        "用户ID;事件名称;时间;收入",
    ],
)
def test_headers_are_read_in_many_languages(tmp_path: Path, header: str) -> None:
    _, report = imported(tmp_path, table(header, ";"))
    assert (report.users, report.revenue, report.event_totals) == (2, 12.5, {"view": 2, "buy": 1})


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("mac_roman", "Identifiant client;Événement;Créé à;Montant"),
        ("cp1252", "Identifiant client;Événement;Créé à;Montant"),
        ("cp1250", "ID użytkownika;Zdarzenie;Godzina zdarzeń;Wartość"),
        ("cp1254", "Müşteri;Ürün görüntülendiğinde;Tarih ışığı;Tutar"),
    ],
)
def test_code_pages_are_told_by_the_words_they_make(tmp_path: Path, encoding: str, header: str) -> None:
    chosen = header.split(";")
    path = tmp_path / "given"
    path.write_bytes(table(header, ";").encode(encoding))
    roles = tuple(zip(("user", "event", "time", "value"), chosen, strict=True))
    assert recognise([path], Choices(columns=roles)).columns == tuple(chosen)


@pytest.mark.parametrize(
    "time",
    [
        "10/May/2022:09:00:00 +0000",
        "Tue May 10 09:00:00 UTC 2022",
        "Tue May 10 09:00:00 2022",
        "44691,375",
        "44691.375",
    ],
)
def test_times_of_logs_and_spreadsheets_are_read(tmp_path: Path, time: str) -> None:
    store, _ = imported(tmp_path, f"visitor;action;when\na1;view;{time}\n")
    assert store.time_us.tolist() == [1_652_173_200_000_000]


def test_files_put_together_hold_their_header_and_mark_again(tmp_path: Path) -> None:
    part = table("user_id,event,timestamp,revenue")
    _, report = imported(tmp_path, part + "\ufeff" + part)
    assert (report.rows, report.users, report.revenue) == (6, 2, 25)
    assert (repairs(report)["header_repeated"], repairs(report)["bom_removed"]) == (1, 1)


def test_a_repeated_header_is_left_out_of_a_long_file_too(tmp_path: Path) -> None:
    part = "user_id,event,timestamp\n" + "".join(f"u{n},view,2022-05-10T09:00:00Z\n" for n in range(9_000))
    _, report = imported(tmp_path, part + part)
    note = next(one for one in report.repairs if one.kind == "header_repeated")
    assert (report.rows, report.kept, [place.line for place in note.places]) == (18_000, 18_000, [9_002])


def test_without_a_header_people_come_back_and_row_numbers_do_not(tmp_path: Path) -> None:
    _, report = imported(tmp_path, "".join(f"id-{n}7,{u},{e},{t}\n" for n, (u, e, t, _) in enumerate(ROWS)))
    assert (report.users, report.event_totals) == (2, {"view": 2, "buy": 1})


@pytest.mark.parametrize("placeholder", ["-", "\\N", "unknown", "anonymous", "(data deleted)", "(none)", "<null>"])
def test_more_placeholders_are_no_user(tmp_path: Path, placeholder: str) -> None:
    rows = f"u1,view,2022-05-10T09:00:00Z\n{placeholder},view,2022-05-10T09:00:00Z\n"
    assert imported(tmp_path, HEADER + rows)[1].users == 1


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({name: [record[name] for record in RECORDS] for name in RECORDS[0]}),
        json.dumps({name: {str(n): record[name] for n, record in enumerate(RECORDS)} for name in RECORDS[0]}),
        json.dumps({"columns": list(RECORDS[0]), "index": [0, 1, 2], "data": [list(r.values()) for r in RECORDS]}),
        json.dumps([list(RECORDS[0]), *(list(record.values()) for record in RECORDS)]),
        "".join(json.dumps(record) for record in RECORDS),
        "".join(f"\x1e{json.dumps(record)}\n" for record in RECORDS),
    ],
    ids=["by column", "by column and row", "split", "rows of cells", "one after the other", "text sequence"],
)
def test_records_are_found_however_json_lays_them_down(tmp_path: Path, text: str) -> None:
    _, report = imported(tmp_path, text)
    assert (report.rows, report.users, report.revenue) == (3, 2, 12.5)


@pytest.mark.parametrize(
    "header",
    [
        "event_name,user_pseudo_id,event_timestamp,ga_session_id,purchase_revenue",
        "EVENT_NAME,USER_PSEUDO_ID,EVENT_TIMESTAMP,GA_SESSION_ID,PURCHASE_REVENUE_IN_USD",
        "eventName,userPseudoId,eventTimestamp,gaSessionId,purchaseRevenue",
        "event_name,user_pseudo_id,event_timestamp,ga_session_id,order_total",
    ],
)
def test_a_flattened_ga4_table_keeps_revenue_and_session(tmp_path: Path, header: str) -> None:
    _, report = imported(tmp_path, f"{header}\nview,a,1652173200000000,5,\npurchase,a,1652173300000000,5,12.5\n")
    assert (report.revenue, report.mapping.session) == (12.5, "ga_session_id")


def test_an_event_log_in_utf_16_is_read(tmp_path: Path) -> None:
    event = (
        '<event><string key="concept:name" value="A"/><date key="time:timestamp" value="2022-05-10T09:00:00Z"/></event>'
    )
    log = f'<log><trace><string key="concept:name" value="ä1"/>{event}</trace></log>'
    store, _ = imported(tmp_path, f'<?xml version="1.0" encoding="UTF-16"?>\n{log}'.encode("utf-16"))
    assert store.user_ids == ["ä1"]


def test_an_event_log_in_a_table_shows_the_value_of_its_events(tmp_path: Path) -> None:
    _, report = imported(
        tmp_path, "case:concept:name,concept:name,time:timestamp,amount\n1,pay,2022-05-10T09:00:00Z,7\n"
    )
    assert report.revenue == 7


def test_snowplow_parts_without_a_name_are_known_by_their_width(tmp_path: Path) -> None:
    row = dict.fromkeys(FIELDS, "") | {
        "event_id": "00000001-0000-4000-8000-000000000000",
        "collector_tstamp": "2022-05-10 09:00:00.000",
        "network_userid": "n1",
        "event_name": "page_view",
    }
    store, report = imported(tmp_path, "\t".join(row.values()) + "\n")
    assert (store.user_ids, report.event_totals) == (["n1"], {"page_view": 1})


def test_only_the_table_of_the_site_counts_its_visitors(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        visitors = "date,visitors,pageviews,bounces,visits,visit_duration\n2022-05-01,100,200,10,120,3000\n"
        sources = "date,source,pageviews,visitors,visits,visit_duration,bounces\n2022-05-01,Google,50,40,45,500,5\n"
        archive.writestr("imported_visitors.csv", visitors)
        archive.writestr("imported_sources.csv", sources)
    assert counted(tmp_path, packed.getvalue()).count("visitors") == 100


def test_a_funnel_split_twice_counts_each_person_once(tmp_path: Path) -> None:
    rows = [
        "1. Visit,All Users,Total,1000", ",,DE,600", ",Mobile traffic,Total,500", ",,DE,300",
        "2. Cart,All Users,Total,300", ",,DE,180", ",Mobile traffic,Total,150", ",,DE,90",
    ]  # fmt: skip
    counts = counted(tmp_path, FUNNEL + "Step,Segment,Country,Active users\n" + "\n".join(rows) + "\n")
    assert figures(counts) == [1000, 300]
    assert [counts.count(step, "Mobile traffic") for step in counts.steps] == [500, 150]


def test_a_funnel_answer_counts_its_table_and_not_its_drawing_again(tmp_path: Path) -> None:
    def part(rows: list[tuple[str, str]]) -> dict[str, Any]:
        cells = [{"dimensionValues": [{"value": step}], "metricValues": [{"value": n}]} for step, n in rows]
        return {
            "dimensionHeaders": [{"name": "funnelStepName"}],
            "metricHeaders": [{"name": "activeUsers"}],
            "rows": cells,
        }

    answer = {
        "funnelTable": part([("1. Visit", "10"), ("2. Buy", "3")]),
        "funnelVisualization": part([("1. Visit", "10")]),
    }
    assert figures(counted(tmp_path, json.dumps(answer))) == [10, 3]


@pytest.mark.parametrize(
    "header",
    [
        "Ereignisname,Ereignisanzahl,Aktive Nutzer",
        "Nom de l'événement,Nombre d'événements,Nombre total d'utilisateurs",
        "Nombre del evento,Número de eventos,Total de usuarios",
    ],
)
def test_reports_in_other_languages_count_people_and_tell_their_dates(tmp_path: Path, header: str) -> None:
    above = "# Fecha de inicio: 20220501\n# Fecha de finalización: 20220531\n\n"
    counts = counted(tmp_path, f"{above}{header}\nVisit,5000,1000\nBuy,40,30\n")
    assert figures(counts) == [1000, 30]
    assert (str(counts.first), str(counts.last)) == ("2022-05-01", "2022-05-31")


def test_counts_copied_from_the_page_show_their_share_beside_them(tmp_path: Path) -> None:
    rows = "1. Visit\t1,000 (100%)\t30%\n2. Buy\t300 (30%)\t-\n"
    assert figures(counted(tmp_path, f"Step\tActive users (% of Step 1)\tCompletion rate\n{rows}")) == [1000, 300]


def test_the_person_numbered_zero_reached_the_step(tmp_path: Path) -> None:
    assert figures(counted(tmp_path, "user_id,page\n0,buy\n")) == [1]


def test_events_whose_times_cannot_be_read_are_not_taken_for_counts(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("user,event,time\na,view,2022-05-10T09-00-00\nb,view,2022-05-10T09-00-01\n")
    with pytest.raises(WorkbenchError, match=r"“time” cannot be read, such as “2022-05-10T09-00-00”"):
        import_counts([tmp_path / "given"])


def test_a_column_called_a_value_is_one_if_most_of_it_counts(tmp_path: Path) -> None:
    rows = "a,buy,2022-05-10T09:00:00Z,5\nb,buy,2022-05-10T09:00:00Z,7\nc,buy,2022-05-10T09:00:00Z,x\n"
    assert imported(tmp_path, "user,event,time,revenue\n" + rows)[1].revenue == 12


def test_an_amount_that_names_its_currency_is_a_value(tmp_path: Path) -> None:
    assert imported(tmp_path, "uid,action,ts,amount_eur\na,buy,2022-05-10T09:00:00Z,5\n")[1].revenue == 5


def test_people_at_a_time_of_day_are_events_and_never_counts(tmp_path: Path) -> None:
    rows = "1,2017-01-21 22:11:48,control,old_page,0\n2,2017-01-12 08:01:45,test,new_page,1\n"
    _, report = imported(tmp_path, "user_id,timestamp,group,landing_page,converted\n" + rows)
    assert (report.rows, report.event_totals) == (2, {"old_page": 1, "new_page": 1})
    (tmp_path / "given").write_text("user_id,timestamp,group,converted\n1,2017-01-21 22:11:48,control,0\n")
    with pytest.raises(WorkbenchError, match="no column says what happened"):
        import_counts([tmp_path / "given"])


def test_a_column_of_values_that_holds_none_tells_no_revenue(tmp_path: Path) -> None:
    _, report = imported(tmp_path, "user,event,time,revenue\na,view,2022-05-10T09:00:00Z,\n")
    assert (report.revenue, report.revenue_kept) == (None, None)


def test_two_events_a_second_are_too_many_where_times_are_whole_seconds(tmp_path: Path) -> None:
    flood = "".join(f"b,view,2022-05-10T09:00:{n % 60:02}Z\n" for n in range(200))
    batch = "".join("p,view,2022-05-10T09:00:00Z\n" for _ in range(100))
    _, report = imported(tmp_path, HEADER + flood + batch)
    bots = next(one for one in report.quality if one.kind == "bots")
    assert bots.details["ids"] == ["b"]


def test_queries_that_are_cut_off_and_texts_that_are_masked_are_booked_apart(tmp_path: Path) -> None:
    rows = "u1,view,2022-05-10T09:00:00Z,https://x/?token=abc,mail a@b.com\n"
    text = "user_id,event,timestamp,url,note\n" + rows
    store, report = imported(tmp_path, text, Choices(privacy=parse_privacy("mask,queries")))
    assert (repairs(report)["query_dropped"], repairs(report)["masked"]) == (1, 1)
    assert [list(store.properties[name].values) for name in ("url", "note")] == [["https://x/"], ["mail [email]"]]


def test_sheets_that_are_passed_over_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("May", "June"):
        sheet = book.create_sheet(name)
        sheet.append(["user_id", "event", "timestamp"])
        sheet.append(["u1", "view", "2022-05-10 09:00:00"])
    book.save(tmp_path / "book.xlsx")
    _, report = import_events([tmp_path / "book.xlsx"], folder=tmp_path / "store")
    note = next(one for one in report.repairs if one.kind == "sheet_passed_over")
    assert (note.count, note.example, report.rows) == (1, "June", 1)


def test_a_group_of_thousands_that_could_be_a_fraction_is_booked(tmp_path: Path) -> None:
    rows = "a;buy;2022-05-10 09:00:00;1.024\na;buy;2022-05-10 09:00:01;2\n"
    _, report = imported(tmp_path, "Kunde;Ereignis;Zeit;Umsatz\n" + rows)
    assert (report.revenue, repairs(report)["number_format"]) == (1026, 1)


def test_a_refund_in_dollars_alone_is_taken_off(tmp_path: Path) -> None:
    def event(name: str, micros: int, money: dict[str, float]) -> str:
        return json.dumps(
            {
                "event_name": name,
                "event_timestamp": str(micros),
                "user_pseudo_id": "a",
                "event_params": [],
                "ecommerce": money,
            }
        )

    bought = event("purchase", 1_652_173_200_000_000, {"purchase_revenue_in_usd": 20.0})
    refunded = event("refund", 1_652_173_300_000_000, {"refund_value_in_usd": 5.0})
    assert imported(tmp_path, f"{bought}\n{refunded}\n")[1].revenue == 15


def test_who_did_what_is_told_by_yes_and_no_in_other_languages(tmp_path: Path) -> None:
    rows = "u1;ja;ja;ja\nu2;ja;ja;nein\nu3;ja;nein;nein\n"
    assert figures(counted(tmp_path, "Kunde;Besuch;Warenkorb;Kauf\n" + rows)) == [3, 2, 1]


def test_a_parameter_that_is_no_number_keeps_its_text(tmp_path: Path) -> None:
    known = {"event_name": "view", "event_timestamp": "1652173200000000", "user_pseudo_id": "a"}
    params = [{"key": "level", "value": {"int_value": "»5"}}, {"key": "odd", "value": {"double_value": [1]}}]
    store, _ = imported(tmp_path, json.dumps(known | {"event_params": params}) + "\n")
    assert [list(store.properties[name].values) for name in ("level", "odd")] == [["»5"], ["[1]"]]


@pytest.mark.parametrize("broken", [{"rows": 5}, {"rows": [7]}, {"metricHeaders": ["x"]}, {"totals": 1.5}])
def test_an_answer_with_odd_parts_ends_in_a_sentence(tmp_path: Path, broken: dict[str, Any]) -> None:
    answer = {"dimensionHeaders": [{"name": "eventName"}], "metricHeaders": [{"name": "eventCount"}], "rows": None}
    with pytest.raises(WorkbenchError, match="holds neither"):
        counted(tmp_path, json.dumps(answer | broken))


def test_records_with_other_fields_further_down_are_no_error(tmp_path: Path) -> None:
    rows = [{"step": "Visit", "users": 10}, {"users": 3, "step": "Buy"}]
    rows += [{"step": "Pay"}] * 20_000
    assert figures(counted(tmp_path, json.dumps(rows)))[:2] == [10, 3]


@pytest.mark.parametrize("value", ["Infinity", "-9223372036854775808", "1e300"])
def test_a_mixpanel_time_beyond_all_bounds_costs_its_row_alone(tmp_path: Path, value: str) -> None:
    line = '{{"event":"view","properties":{{"distinct_id":"u","$insert_id":"{0}","time":{1}}}}}\n'
    _, report = imported(tmp_path, line.format("i1", "1652173200") + line.format("i2", value))
    assert (report.rows, report.kept) == (2, 1)


def test_a_key_without_a_name_is_a_property_and_no_value(tmp_path: Path) -> None:
    store, report = imported(tmp_path, '{"user_id":"u","event":"view","ts":"2022-05-10T09:00:00Z","":"x"}\n')
    assert (list(store.properties), report.revenue) == (["unnamed"], None)


def test_an_amplitude_purchase_is_worth_price_times_quantity(tmp_path: Path) -> None:
    known = {"event_type": "buy", "event_time": "2022-05-10 09:00:00", "amplitude_id": 1, "uuid": "x"}
    _, report = imported(tmp_path, json.dumps(known | {"event_properties": {"$price": 2.5, "$quantity": 4}}) + "\n")
    assert report.revenue == 10


def test_a_person_is_found_inside_a_structure_and_times_with_an_offset_are_no_days(tmp_path: Path) -> None:
    rows = "".join(f"{e},{u},{t}+00:00,{v}\n" for u, e, t, v in ROWS)
    _, report = imported(tmp_path, "event,person.distinct_id,timestamp,properties.revenue\n" + rows)
    assert (report.users, report.revenue, report.mapping.user) == (2, 12.5, "person.distinct_id")


def test_sessions_inside_people_are_laid_out_to_their_events(tmp_path: Path) -> None:
    people = [
        {"user_id": "a1", "sessions": [{"id": 1, "events": [{"name": e, "timestamp": t} for _, e, t, _ in ROWS]}]}
    ]
    _, report = imported(tmp_path, json.dumps(people))
    assert (report.rows, report.users, report.event_totals) == (3, 1, {"view": 2, "buy": 1})


def test_json_in_a_cell_names_no_step(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="holds neither"):
        counted(tmp_path, json.dumps([{"user_id": "a", "things": [{"x": 1}]}, {"user_id": "b", "things": [{"x": 2}]}]))


def test_visitors_are_counted_even_where_the_word_could_mean_one(tmp_path: Path) -> None:
    counts = counted(tmp_path, "Funnel May\n\nStep;Besucher\nVisit;1.000\nBuy;30\nSumme;1.030\n")
    assert (figures(counts), str(counts.kind)) == ([1000, 30], "unique")


@pytest.mark.parametrize("text", ["Visit,1000\nCart,300\nBuy,30\n", "Visit;1.000\nCart;300\nBuy;30\n"])
def test_counts_without_a_header_lose_no_row(tmp_path: Path, text: str) -> None:
    assert figures(counted(tmp_path, text)) == [1000, 300, 30]


def test_a_dash_in_a_column_of_counts_is_no_count(tmp_path: Path) -> None:
    counts = counted(tmp_path, "date,Visit,Cart,Buy\n2022-05-01,600,-,10\n2022-05-02,400,200,n/a\n")
    assert figures(counts) == [1000, 200, 10]


def test_a_grand_total_above_the_rows_is_no_step(tmp_path: Path) -> None:
    counts = counted(tmp_path, "Event name,Active users\nGrand total,1500\nVisit,1000\nBuy,30\n")
    assert (counts.steps, counts.totals) == (("Visit", "Buy"), {"Active users": 1500})
