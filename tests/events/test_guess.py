"""Columns are told by what they are called, in many tongues, and by what they hold where no name helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.events.source import Sources, import_events

TABLES = [
    (
        "Client ID,Session Id,Hit Timestamp,Page\n1.2,1,2021-03-01 10:00:00,/home\n",
        ("Client ID", "Hit Timestamp", "Page"),
    ),
    (
        "id,app_user_key,action_name,created_at_utc,screen\n1,a,open,2021-03-01 10:00,x\n",
        ("app_user_key", "created_at_utc", "action_name"),
    ),
    ("uuid,user_uuid,type,occurred_at\n1b,u1,view,2021-03-01\n", ("user_uuid", "occurred_at", "type")),
    ("timestamp,visitorid,event,itemid\n1433221332117,257597,view,3\n", ("visitorid", "timestamp", "event")),
    ("Benutzer;Ereignis;Zeitpunkt\nu1;Kauf;01.03.2021 10:00\n", ("Benutzer", "Zeitpunkt", "Ereignis")),
    (
        "identifiant_client;action;horodatage\n1;visite;13/03/2021 10:00\n",
        ("identifiant_client", "horodatage", "action"),
    ),
    ("id_usuario,evento,fecha\n1,visita,2021-03-01\n", ("id_usuario", "fecha", "evento")),
    ("пользователь,событие,время\n1,показ,2021-03-01\n", ("пользователь", "время", "событие")),
    ("userId,eventName,eventTime\nu1,view,2021-03-01T10:00:00Z\n", ("userId", "eventTime", "eventName")),
    ("u1,view,2021-03-01\nu2,view,2021-03-01\nu3,buy,2021-03-01\n", ("column_1", "column_3", "column_2")),
    ("2021-03-01,view,u1\n2021-03-01,view,u2\n2021-03-01,buy,u3\n", ("column_3", "column_1", "column_2")),
]


@pytest.mark.parametrize(("text", "columns"), TABLES)
def test_person_time_and_name_are_found(tmp_path: Path, text: str, columns: tuple[str, str, str]) -> None:
    path = tmp_path / "given"
    path.write_text(text, encoding="utf-8")
    with Sources([path]) as sources:
        mapping = sources.mapping
    assert (mapping.user, mapping.time, mapping.event) == columns


def test_a_price_is_money_only_where_something_was_bought(tmp_path: Path) -> None:
    path = tmp_path / "given"
    rows = "2019-10-01 00:00:00 UTC,view,35.79,5\n2019-10-01 00:01:00 UTC,purchase,35.79,5\n"
    path.write_text("event_time,event_type,price,user_id\n" + rows, encoding="utf-8")
    assert import_events([path], folder=tmp_path / "store")[1].revenue == 35.79


def test_an_id_that_repeats_on_many_rows_names_a_kind_of_event(tmp_path: Path) -> None:
    path = tmp_path / "given"
    rows = "".join(f"u{n},view,2021-03-01,{n % 3}\n" for n in range(60))
    path.write_text("user_id,event,timestamp,event_id\n" + rows, encoding="utf-8")
    assert import_events([path], folder=tmp_path / "store")[1].kept == 60


def test_a_day_and_a_clock_in_two_columns_are_one_time(tmp_path: Path) -> None:
    path = tmp_path / "given"
    path.write_text(
        "user;event;Datum;Uhrzeit\nu1;view;01.03.2021;10:00:30\nu1;buy;01.03.2021;11:00\n", encoding="utf-8"
    )
    store, _ = import_events([path], folder=tmp_path / "store")
    assert store.time_us.tolist() == [1_614_592_830_000_000, 1_614_596_400_000_000]
