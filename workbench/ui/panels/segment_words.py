"""What the comparison of segments says: headline, definition, and the cells of its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui import numbers
from workbench.ui.panels.panel import Cell

if TYPE_CHECKING:
    from workbench.analysis.segment_rules import SegmentReport
    from workbench.analysis.segments import SegmentRow
    from workbench.session.lens import Lens

CUTS = (
    ("the first instant", 0.0),
    ("the first 30 minutes", 1800.0),
    ("the first hour", 3600.0),
    ("the first day", 86_400.0),
    ("the first 3 days", 259_200.0),
)


def headline(report: SegmentReport) -> str:
    """What stands out beyond doubt, in one sentence."""
    sure = [row for row in report.comparison.rows if row.differs and not row.rate.is_thin]
    if not sure:
        return "No segment differs from the rest beyond doubt"
    row = max(sure, key=lambda one: abs(one.versus_rest or 0.0))
    gap = row.versus_rest or 0.0
    often, side = ("more", "above") if gap > 0 else ("less", "below")
    points = f"{abs(gap) * 100:.1f} points {side} the rest"
    return f"“{row.name}” is associated with converting {often} often: {points}"


def definition(report: SegmentReport) -> str:
    cut = next((words for words, cut_s in CUTS if cut_s == report.cut_s), numbers.duration(report.cut_s))
    words = (
        f"Told by {cut}; converted after it, within {numbers.duration(report.window_s)} of the first event. "
        f"{numbers.count(report.people)} people; left out: {numbers.count(report.converted_early)} who converted "
        f"earlier and {numbers.count(report.immature)} still running."
    )
    overall = report.comparison.overall
    if not report.is_disjoint:
        return f"{words} Segments overlap: no test over all of them."
    if overall.p is None:
        return words
    strength = "" if overall.cramers_v is None else f", Cramér's V {overall.cramers_v:.2f}"
    return f"{words} All together: chi-square p {numbers.p_value(overall.p)}{strength}."


def cells(name: str, row: SegmentRow | None, is_undefined: bool) -> list[Cell]:
    if row is None:
        # Below every segment that has people, whichever way the column is sorted at first.
        return [name, "no rule yet" if is_undefined else "", ("", -1.0), *([("", None)] * 5)]
    rate, gap, p = row.rate, row.versus_rest, row.p_adjusted
    return [
        name,
        says(row),
        (f"{numbers.count(rate.k)} of {numbers.count(rate.n)}", float(rate.n)),
        (numbers.rate(rate.value), rate.value),
        ("" if rate.value is None else numbers.interval(rate.interval.low, rate.interval.high), rate.interval.low),
        (_versus(row), gap),
        (numbers.rate(row.shrunk), row.shrunk),
        ("" if p is None else numbers.p_value(p), p),
    ]


def says(row: SegmentRow) -> str:
    """The verdict in words and a sign; few data are never judged."""
    if row.rate.value is None:
        return "no people"
    if row.rate.is_thin:
        return "few data"
    if not row.differs:
        return "no difference shown"
    return "▲ more" if (row.versus_rest or 0.0) > 0 else "▼ less"


def _versus(row: SegmentRow) -> str:
    """ "+2.5 pp (+0.7 to +4.6)"."""
    return numbers.points(row.versus_rest, row.versus_rest_interval.low, row.versus_rest_interval.high)


def lens_words(lens: Lens) -> str:
    """Whose figures the map shows; nothing where everybody's."""
    if lens.choice is None:
        return ""
    name = lens.choice.segment.name
    return f"Only people of “{name}”." if lens.maps is not None else f"Measuring “{name}”; so far everybody."
