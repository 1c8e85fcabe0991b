"""From an edit to its numbers, on real data and without any."""

from __future__ import annotations

import pytest

from tests.builders import line
from workbench import paths
from workbench.analysis.measures import Grade
from workbench.journey import edits
from workbench.journey.element import ElementId, LinkId

DATA = """user,event,time
u1,a,2026-01-01 10:00:00
u1,b,2026-01-01 10:01:00
u1,c,2026-01-01 10:02:00
u2,a,2026-01-01 11:00:00
u2,b,2026-01-01 11:01:00
u3,a,2026-01-01 12:00:00
u3,x,2026-01-01 12:00:30
u4,a,2026-01-02 12:00:00
"""


@pytest.fixture
def loaded(desk, tmp_path, qtbot):
    data = tmp_path / "log.csv"
    data.write_text(DATA, encoding="utf-8")
    desk.start(line("a", "b", "c"), tmp_path / "x.journey")
    with qtbot.waitSignal(desk.analyst.measured, timeout=20_000, check_params_cb=lambda: bool(desk.shelf.loaded)):
        desk.shelf.load((data,))
    qtbot.waitUntil(lambda: not desk.analyst.is_stale and desk.analyst.measures.entered is not None, timeout=20_000)
    return desk


def people(desk) -> list:
    return [desk.figures.cards[ElementId(i)].people for i in ("a", "b", "c")]


def test_loading_data_puts_numbers_on_the_cards(loaded):
    assert people(loaded) == [4, 2, 1]
    assert loaded.figures.cards[ElementId("a")].stopped == 2
    assert dict(loaded.figures.cards[ElementId("a")].instead) == {"x": 1, "(nothing)": 1}


def test_the_dataset_is_kept_relative_to_the_journey(loaded):
    assert loaded.session.journey.datasets[0].paths == ("log.csv",)


def test_moving_a_stage_does_not_remeasure(loaded, qtbot):
    asked = []
    loaded.analyst.stale_changed.connect(asked.append)
    loaded.session.apply("Move", edits.move, [ElementId("a")], 50, 0)
    loaded.session.apply("Rename", edits.rename, ElementId("a"), "Other")
    assert not asked
    assert people(loaded) == [4, 2, 1]


def test_unlinking_measures_anew(loaded, qtbot):
    loaded.session.apply("Delete", edits.remove, (), [LinkId("b-to-c")])
    qtbot.waitUntil(lambda: not loaded.analyst.is_stale, timeout=20_000)
    assert people(loaded) == [4, 2, None]


def test_undo_brings_the_numbers_back(loaded, qtbot):
    loaded.session.apply("Delete", edits.remove, (), [LinkId("b-to-c")])
    loaded.session.undo_stack.undo()
    qtbot.waitUntil(lambda: not loaded.analyst.is_stale, timeout=20_000)
    assert people(loaded) == [4, 2, 1]


def test_a_bad_file_leaves_everything_as_it_was(loaded, tmp_path, qtbot):
    before = loaded.session.journey
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 this is no parquet file PAR1")
    with qtbot.waitSignal(loaded.shelf.import_failed, timeout=20_000) as caught:
        loaded.shelf.load((bad,))
    assert "bad.parquet" in str(caught.args[0])
    assert loaded.session.journey == before
    assert people(loaded) == [4, 2, 1]


def test_saved_figures_show_without_the_data(loaded, tmp_path, desk):
    path = loaded.save(tmp_path / "x.journey")
    (tmp_path / "log.csv").unlink()
    missing = []
    desk.shelf.missing_found.connect(missing.append)
    desk.open(path)
    assert missing[0][0].paths == ("log.csv",)
    assert people(desk) == [4, 2, 1]
    assert desk.figures.cards[ElementId("a")].grade is Grade.ESTIMATED


def test_a_lever_moves_everything_downstream(desk):
    journey = edits.amend(line("a", "b", "c"), [ElementId("a")], volume=50_000.0)
    journey = edits.amend(journey, [ElementId("c")], value=80.0)
    journey = edits.amend_links(journey, [LinkId("a-to-b")], rate=0.08)
    journey = edits.amend_links(journey, [LinkId("b-to-c")], rate=0.5)
    desk.start(journey)
    assert desk.forecaster.outcome.revenue.value == pytest.approx(160_000)
    desk.forecaster.set_lever("a-to-b", 0.095)
    assert desk.forecaster.outcome.revenue.lift == pytest.approx(0.1875)
    assert desk.figures.cards[ElementId("c")].lift == pytest.approx(0.1875)


def test_the_sample_opens_with_numbers(desk, qtbot):
    desk.open(paths.sample_data() / "shop.journey")
    qtbot.waitUntil(lambda: desk.analyst.measures.entered is not None, timeout=60_000)
    assert desk.figures.cards[ElementId("landing-page")].people == 9000
    assert "people" in desk.figures.cards[ElementId("landing-page")].leaks
