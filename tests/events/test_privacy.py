"""Personal data are found, and what is not personal is left alone; what was asked for never reaches the store."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.events.privacy import Personal, Privacy, luhn, masked, parse_privacy, personal_in, without_query
from workbench.events.source import Choices, import_events

PII = Path(__file__).parent / "traps" / "18_pii.csv"


@pytest.mark.parametrize(
    ("text", "name", "kinds"),
    [
        ("jane.doe+x@example.co.uk", "", {Personal.EMAIL}),
        ("?mail=jane%40example.com", "", {Personal.EMAIL}),
        ("call +49 170 1234567", "", {Personal.PHONE}),
        ("0170 1234567", "phone", {Personal.PHONE}),
        ("203.0.113.9", "ip", {Personal.IP}),
        ("2001:db8::ff00:42:8329", "client", {Personal.IP}),
        ("4111 1111 1111 1111", "", {Personal.CARD}),
        ("378282246310005", "", {Personal.CARD}),
        ("/t?access_token=abcdef123", "", {Personal.TOKEN}),
        ("eyJhbGciOiJIUzI1NiJ9.e30.abc", "", {Personal.TOKEN}),
    ],
)
def test_personal_data_are_found(text: str, name: str, kinds: set[Personal]) -> None:
    assert personal_in(text, name) == kinds
    assert personal_in(masked(text, name), name) == frozenset()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://shop.example/p/red-shoe@2x.png", "page_location"),
        ("2021-03-01T10:00:00+01:00", "time"),
        ("1614592800000", "ts"),
        ("1000300.3223254230", "user_pseudo_id"),
        ("Chrome/85.0.183.83 Safari/537.36", "user_agent"),
        ("10.4.0.1", "app_version"),
        ("4111111111111112", ""),
        ("0170 1234567", "order_number"),
        ("page?tokens=3", ""),
        ("12:30:45:12", "duration"),
    ],
)
def test_what_only_looks_personal_is_left_alone(text: str, name: str) -> None:
    assert personal_in(text, name) == frozenset()
    assert masked(text, name) == text


@given(st.integers(1, 10**15))
def test_exactly_one_check_digit_fits(number: int) -> None:
    assert sum(luhn(f"{number}{digit}") for digit in range(10)) == 1


@given(st.text(max_size=80))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = masked(text, "note")
    assert masked(once, "note") == once


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://x.example/a?b=1#c", "https://x.example/a"),
        ("/a/b?c", "/a/b"),
        ("//x/y#z", "//x/y"),
        ("what? no", "what? no"),
        ("a/b?c", "a/b?c"),
    ],
)
def test_queries_are_cut_off_addresses_only(address: str, bare: str) -> None:
    assert without_query(address) == bare


def stored_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_what_is_protected_never_reaches_the_disk(tmp_path: Path) -> None:
    choices = Choices(privacy=Privacy("a long salt", mask=True, drop_queries=True))
    store, report = import_events([PII], choices, folder=tmp_path / "store")
    content = stored_bytes(tmp_path / "store")
    for secret in (
        b"anna@example.org",
        b"jane.doe",
        b"eyJ",
        b"170 1234567",
        b"203.0.113.9",
        b"4111111111111111",
        b"next=",
    ):
        assert secret not in content
    assert b"red-shoe@2x.png" in content
    assert b"a long salt" not in content
    assert store.n_users == 4
    assert {"ids_hashed", "masked"} <= {str(one.kind) for one in report.repairs}


def test_hashed_ids_are_the_same_for_the_same_salt_only(tmp_path: Path) -> None:
    found = [
        set(import_events([PII], Choices(privacy=Privacy(salt)), folder=tmp_path / name)[0].user_ids)
        for name, salt in (("a", "first salt"), ("b", "first salt"), ("c", "other salt"))
    ]
    assert found[0] == found[1]
    assert not found[0] & found[2]


@pytest.mark.parametrize("text", ["hash=short", "everything", "hash="])
def test_protection_that_protects_nothing_is_refused(text: str) -> None:
    with pytest.raises(WorkbenchError):
        parse_privacy(text)
