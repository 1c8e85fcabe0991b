"""From an edit to its numbers, on real data and without any."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.builders import line
from workbench import paths
from workbench.analysis.measures import Grade
from workbench.errors import WorkbenchError
from workbench.journey import edits
from workbench.journey.element import ElementId, LinkId
from workbench.project import file
from workbench.session.analyst import Question

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


def test_the_dataset_is_kept_relative_to_the_journey(loaded, tmp_path):
    path = loaded.save(tmp_path / "x.journey")
    assert json.loads(path.read_text(encoding="utf-8"))["datasets"][0]["paths"] == ["log.csv"]


def test_saving_elsewhere_keeps_the_way_to_the_data(loaded, tmp_path):
    (tmp_path / "deep").mkdir()
    path = loaded.save(tmp_path / "deep" / "x.journey")
    assert json.loads(path.read_text(encoding="utf-8"))["datasets"][0]["paths"] == ["../log.csv"]
    assert file.load(path).datasets[0].paths == ((tmp_path / "log.csv").as_posix(),)


def test_undoing_the_load_takes_the_data_away_and_redo_brings_it_back(loaded, qtbot):
    loaded.session.undo_stack.undo()
    assert not loaded.shelf.loaded
    assert people(loaded) == [None, None, None]
    loaded.session.undo_stack.redo()
    qtbot.waitUntil(lambda: people(loaded) == [4, 2, 1], timeout=20_000)


def test_an_import_that_ends_after_another_document_was_opened_is_not_for_it(loaded, tmp_path, qtbot):
    other = tmp_path / "other.csv"
    other.write_text(DATA, encoding="utf-8")
    loaded.shelf.load((other,))
    loaded.start(line("a", "b"))
    qtbot.waitUntil(lambda: not loaded.shelf.lane.is_busy, timeout=20_000)
    assert not loaded.session.journey.datasets
    assert not loaded.shelf.loaded


def test_two_files_of_one_name_become_two_datasets(loaded, tmp_path, qtbot):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log.csv").write_text(DATA, encoding="utf-8")
        loaded.shelf.load((tmp_path / name / "log.csv",))
    qtbot.waitUntil(lambda: len(loaded.shelf.loaded) == 3, timeout=20_000)
    assert len({d.dataset_id for d in loaded.session.journey.datasets}) == 3


def test_guesses_give_way_to_the_first_data(desk, tmp_path, qtbot):
    (tmp_path / "log.csv").write_text(DATA, encoding="utf-8")
    journey = edits.amend(line("a", "b", "c"), [ElementId("a")], volume=10_000.0)
    desk.start(edits.amend_links(journey, [LinkId("a-to-b")], rate=0.9))
    desk.shelf.load((tmp_path / "log.csv",))
    qtbot.waitUntil(lambda: people(desk) == [4, 2, 1], timeout=20_000)
    assert desk.forecaster.outcome.reach[ElementId("a")].value == 4
    desk.session.undo_stack.undo()
    assert people(desk)[0] == 10_000


def test_a_question_that_fails_leaves_the_others_their_turn(loaded, qtbot):
    def fail(*_):
        raise WorkbenchError("no")

    told = []
    loaded.failed.connect(told.append)
    loaded.analyst.want(Question("first", fail))
    loaded.analyst.want(Question("second", lambda *_: "answer"))
    qtbot.waitUntil(lambda: loaded.analyst.answer("second") == "answer", timeout=20_000)
    assert told[0].message == "no"


def test_old_answers_that_nobody_looks_at_make_room(loaded, qtbot):
    analyst = loaded.analyst
    analyst.want(Question("looked at", lambda *_: "kept"))
    for n in range(60):
        with qtbot.waitSignal(analyst.answered, timeout=20_000, check_params_cb=lambda name, n=n: name == f"q{n}"):
            analyst.want(Question(f"q{n}", lambda *_, n=n: n))
        analyst.forget_want(f"q{n}")
    assert analyst.answer("looked at") == "kept"
    assert analyst.answer("q59") == 59
    assert analyst.answer("q0") is None


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
    assert missing[0][0].paths == ((tmp_path / "log.csv").as_posix(),)
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


def test_an_answer_about_other_data_is_not_shown_as_an_old_one(loaded, tmp_path, qtbot):
    loaded.analyst.want(Question("how many", lambda journey, measures, data, progress: data.store.n_events))
    qtbot.waitUntil(lambda: loaded.analyst.answer("how many") == 8, timeout=20_000)
    loaded.start(line("a", "b"), tmp_path / "other.journey")
    assert loaded.analyst.answer("how many") is None


def test_a_draft_that_ends_after_another_document_was_opened_is_not_for_it(loaded, qtbot):
    made = []
    loaded.drafter.made.connect(made.append)
    loaded.drafter.ask()
    loaded.start(line("a", "b"))
    qtbot.waitUntil(lambda: not loaded.drafter.lane.is_busy, timeout=20_000)
    assert made == []


def test_names_that_the_data_do_not_hold_are_given_to_no_element(loaded, tmp_path, qtbot):
    other = tmp_path / "other.csv"
    other.write_text(DATA, encoding="utf-8")
    loaded.shelf.load((other,), stands_for={"u1": ElementId("b"), "x": ElementId("c")})
    qtbot.waitUntil(lambda: len(loaded.shelf.loaded) == 2, timeout=20_000)
    rules = {e.element_id: e.rule.events for e in loaded.session.journey.elements}
    assert rules == {"a": ("a",), "b": ("b",), "c": ("c", "x")}


def test_an_export_in_the_middle_of_an_edit_holds_the_figures_of_the_edit(loaded, tmp_path, qtbot):
    loaded.session.apply("Window", edits.amend_journey, window_s=30.0)
    assert loaded.analyst.is_stale
    with qtbot.waitSignal(loaded.exporter.written, timeout=20_000):
        loaded.exporter.ask(tmp_path / "out.json")
    plain = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (plain["window_s"], [row["people"] for row in plain["steps"]]) == (30.0, [4, 0, 0])


def test_what_cannot_be_measured_shows_no_older_figures(loaded, qtbot):
    counting = replace(loaded.session.journey.counting, mode="sideways")
    with qtbot.waitSignal(loaded.failed, timeout=20_000):
        loaded.session.apply("Mode", edits.amend_journey, counting=counting)
    assert people(loaded) == [None, None, None]
