"""The sample data are what their script writes, and the headless demo leaves what it says."""

from __future__ import annotations

import runpy

import pyarrow.parquet as pq

from workbench import paths


def test_the_sample_data_come_from_their_script(tmp_path, monkeypatch):
    made = runpy.run_path(str(paths.sample_data() / "make_samples.py"))
    monkeypatch.setitem(made["main"].__globals__, "FOLDER", tmp_path)
    made["main"]()
    shipped = paths.sample_data()
    assert pq.read_table(tmp_path / "shop_events.parquet").equals(pq.read_table(shipped / "shop_events.parquet"))
    assert (tmp_path / "saas_events.csv").read_bytes() == (shipped / "saas_events.csv").read_bytes()
