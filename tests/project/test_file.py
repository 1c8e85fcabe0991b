"""The journey file: readable, one element per line, whole or not at all, and clear about what is wrong."""

from __future__ import annotations

import json

import pytest

from tests.builders import line
from workbench.errors import WorkbenchError
from workbench.journey import edits
from workbench.journey.element import ElementId
from workbench.journey.journey import Dataset, DatasetId
from workbench.project import file, library


def test_save_open_save_is_byte_identical(tmp_path):
    path = tmp_path / "a.journey"
    file.save(line("a", "b", "c"), path)
    before = path.read_bytes()
    file.save(file.load(path), path)
    assert path.read_bytes() == before


def test_one_edit_is_one_line():
    before = file.dumps(line("a", "b", "c")).splitlines()
    after = file.dumps(edits.rename(line("a", "b", "c"), ElementId("b"), "Other")).splitlines()
    assert len([n for n, (x, y) in enumerate(zip(before, after, strict=True)) if x != y]) == 1


def test_unknown_keys_are_kept():
    plain = json.loads(file.dumps(line("a", "b")))
    plain["elements"][0]["mood"] = "good"
    plain["later"] = {"x": [1]}
    again = json.loads(file.dumps(file.loads(json.dumps(plain))))
    assert again["elements"][0]["mood"] == "good"
    assert again["later"] == {"x": [1]}


def test_datasets_keep_their_mapping_and_summary():
    dataset = Dataset(DatasetId("d"), ("d.csv",), "f", (("user", "uid"),), "UTC", (("rows", 3),))
    journey = edits.bind_dataset(line("a", "b"), dataset)
    assert file.loads(file.dumps(journey)).datasets == (dataset,)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda p: p.update(version=99), "newer Breadcrumb"),
        (lambda p: p.update(format="x"), "not a Breadcrumb journey"),
        (lambda p: p["elements"][0].update(kind="exit"), r"elements\[0\].kind is “exit”"),
        (lambda p: p["elements"][0].pop("title"), "lacks “title”"),
        (lambda p: p["elements"][0].update(x="left"), "must be a whole number"),
        (lambda p: p["links"][0].update(target_id="nowhere"), "nowhere"),
        (lambda p: p["elements"].append(p["elements"][0]), "twice"),
        (lambda p: p.update(elements={}), "must be a list"),
        (lambda p: p.update(happy_path=["gone"]), "gone"),
        (lambda p: p["links"].append({"link_id": "x", "source_id": "b", "target_id": "a"}), "back to itself"),
        (lambda p: p.update(window_s=-5), "at least 0"),
    ],
)
def test_a_damaged_journey_says_what_and_where(damage, words):
    plain = json.loads(file.dumps(line("a", "b")))
    damage(plain)
    with pytest.raises(WorkbenchError, match=words):
        file.loads(json.dumps(plain))


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"format": "breadcrumb journey"', "[" * 100_000])
def test_what_is_no_journey_is_refused(text):
    with pytest.raises(WorkbenchError):
        file.loads(text)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "x.journey"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WorkbenchError, match="not UTF-8"):
        file.load(path)


def test_a_failed_save_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "a.journey"
    file.save(line("a", "b"), path)
    before = path.read_bytes()
    with pytest.raises(WorkbenchError, match="cannot be written"):
        file.save(line("a", "c"), tmp_path / "missing" / "a.journey")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.journey"]


def test_every_template_opens_and_has_a_happy_path():
    for template in library.templates():
        journey = template.journey()
        assert len(journey.happy_path) > 2
        assert journey.headline_macro is not None


def test_the_library_is_tagged_and_has_rules():
    for entry in library.entries():
        assert entry.rule.is_bound, entry.key
        assert entry.phase is not None, entry.key
