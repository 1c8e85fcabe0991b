"""The results of an element or link as lines of rich text: figure, interval, counts, definition."""

from __future__ import annotations

from html import escape

from workbench.forecast.figures import CardFigures, LinkShown, RateFigure
from workbench.journey.element import Element, Link
from workbench.journey.taxonomy import Kind
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.data_words import unseen_words
from workbench.ui.gap_words import gap_lines
from workbench.ui.panels.segment_words import lens_words


def rate_line(name: str, figure: RateFigure) -> str:
    """ "name 12.3 % (11.9–12.7 %, 1,234 of 10,000)"."""
    if figure.value is None:
        return f"{name}: no data"
    words = f"{name}: <b>{numbers.rate(figure.value)}</b>"
    if figure.k is not None and figure.n is not None:
        span = f"{numbers.interval(figure.low, figure.high)}, " if figure.low is not None else ""
        mature = " mature" if figure.is_mature else ""
        words += f" ({span}{numbers.count(figure.k)} of {numbers.count(figure.n)}{mature})"
    if figure.value > 1:
        words += " · grows from step to step: check the counts"
    if figure.is_thin:
        words += " · few data"
    return words + (" · still running" if figure.is_running else "")


def card_lines(desk: Desk, element: Element, figures: CardFigures) -> list[str]:
    """All figures of one element."""
    lines = [*_lens_lines(desk, str(element.element_id)), f"Grade: {figures.grade.value}"]
    if element.stage_id is not None:
        lines += [
            f"Did it: <b>{numbers.count(figures.people)}</b>",
            rate_line("Of those on the stage", figures.previous),
            rate_line("Went on, did it", figures.went_on_did),
            rate_line("Went on, did not", figures.went_on_not),
        ]
    else:
        lines += [
            f"People: <b>{numbers.count(figures.people)}</b>",
            rate_line("Versus previous", figures.previous),
            f"Versus first: <b>{numbers.rate(figures.first)}</b>",
        ]
        if figures.stopped is not None:
            lines.append(f"Left here: <b>{numbers.count(figures.stopped)}</b> ({numbers.rate(figures.stopped_rate)})")
    if figures.instead:
        shown = ", ".join(f"{escape(name)} {numbers.count(n)}" for name, n in figures.instead[:4])
        lines.append(f"Did instead: {shown}")
    if figures.reached is not None and element.stage_id is None:
        lines.append(f"Also: {numbers.count(figures.reached)} reached it on any path")
    if figures.unseen:
        lines.append(unseen_words(figures.unseen))
    lines += _value_lines(desk, element)
    return lines


def _lens_lines(desk: Desk, item_id: str) -> list[str]:
    """Whose figures these are, and the difference to the others, where the map is seen through a segment."""
    whose = lens_words(desk.lens)
    gap = desk.shown.gaps.get(item_id)
    if not whose or gap is None:
        return [escape(whose)] if whose else []
    return [escape(whose), *gap_lines(gap)]


def _value_lines(desk: Desk, element: Element) -> list[str]:
    outcome, currency = desk.forecaster.outcome, desk.session.journey.currency
    if outcome is None or element.kind is Kind.MACRO:
        return []
    lines = []
    worth = desk.worths.get(element.element_id)
    if worth is not None:
        span = ""
        if worth.interval.low is not None and worth.interval.high is not None:
            span = f" ({numbers.money(worth.interval.low, currency)} to {numbers.money(worth.interval.high, currency)})"
        lines.append(f"Inverse-funnel value: <b>{numbers.money(worth.value, currency)}</b>{span}")
        lines.append(f"It is the {worth.basis.value}: an average, not what one more would bring.")
    elif (ahead := outcome.value_to_go.get(element.element_id)) is not None and ahead.value is not None:
        lines.append(f"Value per person here: <b>{numbers.money(ahead.value, currency)}</b> ({ahead.grade.value})")
    lost = outcome.money_lost.get(element.element_id)
    if lost is not None and lost.value is not None:
        lines.append(f"Worth of those who left: <b>{numbers.money(lost.value, currency)}</b>")
    return lines


def link_lines(desk: Desk, link: Link, shown: LinkShown) -> list[str]:
    """All figures of one link."""
    lines = [*_lens_lines(desk, str(link.link_id)), f"Grade: {shown.grade.value}"]
    if link.returns:
        return [*lines, f"Went back this way (transitions): <b>{numbers.count(shown.people)}</b>"]
    lines.append(f"Took this way: <b>{numbers.count(shown.people)}</b>")
    lines.append(f"Of those at its start: <b>{numbers.rate(shown.rate)}</b>")
    if shown.eventually is not None:
        lines.append(f"Also: {numbers.count(shown.eventually)} ever went this way")
        lines.append(f"Also: {numbers.count(shown.direct)} with nothing in between")
    if shown.median_s is not None:
        lines.append(f"Median time: {numbers.duration(shown.median_s)}")
    return lines
