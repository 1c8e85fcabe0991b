"""The report as JSON: the same tables, as lists of objects."""

from __future__ import annotations

import json
import math
from typing import Any

from workbench.export.report import Report
from workbench.export.tables import Cell, Table


def json_text(report: Report) -> str:
    """UTF-8 JSON text; a figure without data is null."""
    funnel = report.measures.funnel
    plain: dict[str, Any] = {
        "journey": report.journey.name,
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "currency": report.journey.currency,
        "window_s": report.journey.window_s,
        "entered": report.measures.entered,
        "mature_entered": report.measures.mature_entered,
        "units": report.measures.units,
        "is_estimate": report.measures.is_estimate,
        "withheld_below": report.withheld_below,
        "funnel": {
            "mode": funnel.mode,
            "window_s": funnel.window_s,
            "immature": funnel.immature,
            "steps": [
                {"name": _title(report, n), "count": s.count, "rate_step": s.rate_step, "rate_total": s.rate_total}
                for n, s in enumerate(funnel.steps)
            ],
        },
    }
    for table in report.tables:
        plain[_key(table.title)] = _overview(table) if table.title == "Overview" else _rows(table)
    return json.dumps(plain, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _title(report: Report, place: int) -> str:
    """Title of a funnel step's element; measures know ids only, so that a new name measures nothing anew."""
    return report.journey.element_by_id[report.measures.funnel.element_ids[place]].title


def _overview(table: Table) -> dict[str, Cell]:
    return {_key(str(row[0])): _finite(row[1]) for row in table.rows}


def _rows(table: Table) -> list[dict[str, Cell]]:
    keys = [_key(column.title) for column in table.columns]
    return [{key: _finite(cell) for key, cell in zip(keys, row, strict=True)} for row in table.rows]


def _key(title: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in title.lower()).split()
    return "_".join(words)


def _finite(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
