"""What a hover over the map says: every figure with its definition, interval and counts."""

from __future__ import annotations

from html import escape

from workbench.analysis.gaps import Gap
from workbench.forecast.figures import CardFigures, LinkShown, RateFigure
from workbench.journey.element import Element, Link
from workbench.journey.journey import Journey
from workbench.ui import numbers
from workbench.ui.data_words import unseen_words
from workbench.ui.gap_words import gap_lines


def rate_words(figure: RateFigure) -> str:
    """ "12.3 % (11.9–12.7 %, 1,234 of 10,000)", with what to be careful about."""
    if figure.value is None:
        return "no data"
    words = f"{numbers.rate(figure.value)}"
    if figure.k is not None and figure.n is not None:
        span = f"{numbers.interval(figure.low, figure.high)}, " if figure.low is not None else ""
        words += f" ({span}{numbers.count(figure.k)} of {numbers.count(figure.n)})"
    if figure.is_mature:
        words += ", entries whose window is over"
    if figure.is_thin:
        words += ", few data"
    if figure.is_running:
        words += ", still running"
    return words


def card_tip(journey: Journey, element: Element, figures: CardFigures, gap: Gap | None = None) -> str:
    """Hover of a card or of a seated row."""
    rows = [f"<b>{escape(element.title)}</b> · {element.kind.value} · {figures.grade.value}"]
    rows.append(f"Rule: {escape(str(element.rule))}" if element.is_bound else "No rule: figures are typed or missing.")
    if element.stage_id is not None:
        rows += _seat_rows(figures)
    else:
        rows += _trail_rows(journey, figures)
    if figures.unseen:
        rows.append(unseen_words(figures.unseen))
    if gap is not None:
        rows += gap_lines(gap)
    return "<br>".join(rows)


def _seat_rows(figures: CardFigures) -> list[str]:
    return [
        f"Did it, of those on the stage: {rate_words(figures.previous)}",
        f"Went on, of those who did: {rate_words(figures.went_on_did)}",
        f"Went on, of those who did not: {rate_words(figures.went_on_not)}",
        "Associated with, not necessarily the cause of, going on.",
    ]


def _trail_rows(journey: Journey, figures: CardFigures) -> list[str]:
    rows = [
        f"People whose path has this element: {numbers.count(figures.people)}",
        f"Of those at the elements before: {rate_words(figures.previous)}",
        f"Of all who entered: {numbers.rate(figures.first)}",
    ]
    if figures.stopped is not None:
        rows.append(f"Left here: {numbers.count(figures.stopped)} ({numbers.rate(figures.stopped_rate)})")
    if figures.money_lost is not None:
        rows.append(f"Worth of those who left: {numbers.money(figures.money_lost, journey.currency)}")
    if figures.worth is not None and figures.worth.value is not None:
        worth = numbers.money(figures.worth.value, journey.currency)
        rows.append(f"Brings per person standing here, on average: {worth} ({figures.worth.grade.value})")
    if figures.lift is not None:
        was = f", {numbers.rate(figures.base_rate)} of previous (dashed)" if figures.base_rate is not None else ""
        rows.append(f"Without the levers: {numbers.count(figures.base_people)} people{was}")
    if figures.instead:
        shown = ", ".join(f"{escape(name)} {numbers.count(n)}" for name, n in figures.instead[:5])
        rows.append(f"Did instead: {shown}")
    return rows


def link_tip(
    journey: Journey, link: Link, shown: LinkShown, instead: tuple[tuple[str, int], ...], gap: Gap | None = None
) -> str:
    """Hover of a link."""
    source, target = journey.element_by_id[link.source_id], journey.element_by_id[link.target_id]
    rows = [f"<b>{escape(source.title)} → {escape(target.title)}</b> · {shown.grade.value}"]
    if link.returns:
        rows.append(f"Went back this way (transitions): {numbers.count(shown.people)}")
        return "<br>".join(rows)
    rows.append(f"Took this way: {numbers.count(shown.people)} ({numbers.rate(shown.rate)} of those at the start)")
    if shown.median_s is not None:
        rows.append(f"Median time: {numbers.duration(shown.median_s)}")
    if shown.eventually is not None:
        rows.append(
            f"Also: {numbers.count(shown.eventually)} ever went this way, "
            f"{numbers.count(shown.direct)} with nothing between"
        )
    if shown.is_sole and shown.dropped is not None:
        rows.append(f"Left instead of going on: {numbers.count(shown.dropped)}")
        if instead:
            rows.append("Did instead: " + ", ".join(f"{escape(n)} {numbers.count(c)}" for n, c in instead[:5]))
    if gap is not None:
        rows += gap_lines(gap)
    return "<br>".join(rows)
