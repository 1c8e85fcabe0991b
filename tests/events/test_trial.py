"""The first look and the trial import tell what the import would do, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path

from workbench import paths
from workbench.events.source import Choices
from workbench.events.trial import look, trial


def log(folder: Path, people: int) -> Path:
    rows = "".join(f"u{n},view,2026-01-01 10:00\n" for n in range(people))
    path = folder / "log.csv"
    path.write_text("user,event,time\n" + rows, encoding="utf-8")
    return path


def staged() -> list[Path]:
    folder = paths.cache() / "staging"
    return list(folder.iterdir()) if folder.exists() else []


def test_all_rows_are_tried_where_there_are_few(tmp_path: Path) -> None:
    found = trial([log(tmp_path, 30)])
    assert (found.rows, found.kept, found.users, found.is_whole) == (30, 30, 30, True)
    assert found.event_totals == {"view": 30}
    assert staged() == []


def test_a_long_file_is_tried_on_its_first_rows_only(tmp_path: Path) -> None:
    found = trial([log(tmp_path, 150_000)], most=1_000)
    assert 1_000 <= found.rows < 150_000
    assert not found.is_whole


def test_a_trial_takes_the_choices(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("a,b,c\nu1,view,2026-01-01 12:00\nu2,view,2026-01-01 12:00\n", encoding="utf-8")
    chosen = Choices(columns=(("user", "a"), ("event", "b"), ("time", "c")), zone="Asia/Tokyo")
    found = trial([path], chosen)
    assert found.users == 2
    assert found.first_us == 1_767_236_400_000_000  # 12:00 in Tokyo is 03:00 in UTC


def test_a_look_proposes_a_mapping_or_shows_counts(tmp_path: Path) -> None:
    assert look([log(tmp_path, 3)]).mapping.user == "user"
    counts = tmp_path / "counts.csv"
    counts.write_text("step,users\nVisit,100\nCart,20\n", encoding="utf-8")
    seen = look([counts])
    assert seen.counts is not None
    assert seen.counts.steps == ("Visit", "Cart")
    assert not seen.is_events


def test_what_holds_neither_events_nor_counts_is_mapped_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("colour,shape\nred,round\nblue,square\n", encoding="utf-8")
    seen = look([path])
    assert seen.is_events
    assert seen.mapping.user is None
