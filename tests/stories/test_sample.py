"""The sample data are what their script writes, and the headless demo leaves what it says."""

from __future__ import annotations

import runpy
from dataclasses import replace

import pyarrow.parquet as pq

from workbench import paths
from workbench.export.headless import measured_report
from workbench.project.file import load


def test_the_sample_data_come_from_their_script(tmp_path, monkeypatch):
    made = runpy.run_path(str(paths.sample_data() / "make_samples.py"))
    monkeypatch.setitem(made["main"].__globals__, "FOLDER", tmp_path)
    made["main"]()
    shipped = paths.sample_data()
    assert pq.read_table(tmp_path / "shop_events.parquet").equals(pq.read_table(shipped / "shop_events.parquet"))
    assert (tmp_path / "saas_events.csv").read_bytes() == (shipped / "saas_events.csv").read_bytes()


def test_the_exported_ranking_names_the_leaking_address_form_on_phones():
    folder = paths.sample_data()
    made = measured_report(load(folder / "shop.journey"), folder)
    first = dict(zip((c.title for c in made.forecasts.ranking.columns), made.forecasts.ranking.rows[0], strict=True))
    assert first["Change"] == "Begin checkout → Shipping entered"
    assert first["Own better self"] > 1.2 * first["Rate"]
    assert first["First in draws"] == 1.0
    held = replace(load(folder / "shop.journey"), withhold_below=5)
    assert {row[2] for row in measured_report(held, folder).forecasts.ranking.rows} == {None}
