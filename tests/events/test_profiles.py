"""A profile comes back as it was, fits files of the same columns only, and is for its owner's eyes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from workbench import paths
from workbench.events.aggregates import CountKind
from workbench.events.privacy import Privacy
from workbench.events.profiles import Profile, fitting, forget, profiles, remember
from workbench.events.schema import Mapping
from workbench.events.source import Choices

COLUMNS = ("who", "when", "what")
FULL = Choices(
    (("user", "who"),),
    "Europe/Berlin",
    "Data",
    True,
    Mapping("who", "when", "what", keep=("note",)),
    stitch=True,
    count_kind=CountKind.UNIQUE,
    privacy=Privacy("a long salt", mask=True),
)


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREADCRUMB_STATE", str(tmp_path / "state"))


def test_a_profile_comes_back_as_it_was() -> None:
    remember(Profile("weekly", COLUMNS, FULL))
    remember(Profile("plain", ("a",), Choices()))
    assert profiles() == (Profile("weekly", COLUMNS, FULL), Profile("plain", ("a",), Choices()))


def test_the_latest_profile_with_the_same_columns_fits() -> None:
    remember(Profile("old", COLUMNS, Choices()))
    remember(Profile("new", COLUMNS, FULL))
    assert fitting(("what", "who", "when")) == Profile("new", COLUMNS, FULL)
    assert fitting((*COLUMNS, "more")) is None


def test_a_profile_is_replaced_by_its_name_and_can_be_forgotten() -> None:
    remember(Profile("weekly", COLUMNS, Choices()))
    remember(Profile("weekly", COLUMNS, FULL))
    assert [one.choices for one in profiles()] == [FULL]
    forget("weekly")
    assert profiles() == ()


def test_a_damaged_file_of_profiles_holds_none() -> None:
    remember(Profile("weekly", COLUMNS, FULL))
    (paths.state() / "import-profiles.json").write_text("{", encoding="utf-8")
    assert profiles() == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_the_owner_may_read_a_salt() -> None:
    remember(Profile("weekly", COLUMNS, FULL))
    assert stat.S_IMODE((paths.state() / "import-profiles.json").stat().st_mode) == 0o600
