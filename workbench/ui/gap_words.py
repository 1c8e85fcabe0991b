"""How the gap between two groups of people is said: sign and word first, then the figures of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui import numbers

if TYPE_CHECKING:
    from workbench.analysis.gaps import Gap
    from workbench.analysis.rates import Rate


def gap_words(gap: Gap) -> str:
    """ "+2.5 pp (+0.7 to +4.6)"."""
    return numbers.points(gap.value, gap.interval.low, gap.interval.high)


def gap_verdict(gap: Gap) -> str:
    """Sign and word where the rates differ beyond doubt; few data are never judged."""
    if gap.value is None:
        return "no data"
    if gap.is_thin:
        return "few data"
    if not gap.differs:
        return "no difference shown"
    return "▲ more" if gap.value > 0 else "▼ less"


def gap_lines(gap: Gap) -> list[str]:
    """Lines of a hover: verdict, both rates, and what the verdict rests on."""
    lines = [f"<b>{gap_verdict(gap)}</b>: {gap_words(gap)} to the others, 95 %"]
    lines.append(f"Here {_rate_words(gap.own)}; others {_rate_words(gap.others)}")
    if gap.p_adjusted is not None:
        small = "" if gap.is_material or not gap.differs else "; under one point and a tenth: not marked"
        lines.append(
            f"Adjusted over all rates of the map: p {numbers.p_value(gap.p_adjusted)}{small}. Associated with."
        )
    return lines


def _rate_words(rate: Rate) -> str:
    if rate.value is None:
        return "no data: nobody was there before"
    span = numbers.interval(rate.interval.low, rate.interval.high)
    return f"{numbers.rate(rate.value)} ({span}, {numbers.count(rate.k)} of {numbers.count(rate.n)})"
