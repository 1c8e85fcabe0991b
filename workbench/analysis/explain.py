"""Why this number: a figure's definition in a sentence, made from the options it was counted with."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from workbench.analysis.options import FOREVER_US, CountBy, Effect, Entry, Mode, Options, Repeats, Ties
from workbench.analysis.query import Query, QueryLink
from workbench.journey.element import ElementId, LinkId

Titles = Mapping[ElementId, str]


class Figure(StrEnum):
    """A figure of an element that can be explained."""

    PEOPLE = "people"
    RATE_PREVIOUS = "rate versus previous"
    RATE_FIRST = "rate versus first"
    STOPPED = "left here"
    REACHED = "reached"
    DID = "did"


_UNITS = {
    CountBy.USER: "people",
    CountBy.SESSION: "sessions",
    CountBy.ATTEMPTS: "people",
}


def explain_element(query: Query, element_id: ElementId, titles: Titles, figure: Figure = Figure.PEOPLE) -> str:
    """One sentence that defines a figure of an element.

    Examples
    --------
    >>> from workbench.analysis.query import QueryElement
    >>> from workbench.journey.taxonomy import Kind
    >>> query = Query((QueryElement(ElementId("a"), Kind.STAGE),), window_s=86400)
    >>> explain_element(query, ElementId("a"), {"a": "Landing"}, Figure.REACHED)
    'People with any way to “Landing” within 1 day of entering, events of one instant in any order.'
    """
    options = query.options()
    units, name = units_called(options), f"“{titles.get(element_id, element_id)}”"
    how = manner(options)
    sentence = {
        Figure.PEOPLE: f"{units} whose chosen path has {name}: {how}, {choice_rule(options)}.",
        Figure.RATE_PREVIOUS: f"{units} who took a link into {name}, divided by {units} at the elements before: {how}.",
        Figure.RATE_FIRST: f"{units} whose chosen path has {name}, divided by all {units} who entered the map: {how}.",
        Figure.STOPPED: f"{units} whose chosen path ends at {name} although no goal is reached: {how}.",
        Figure.REACHED: f"{units} with any way to {name} {how}.",
        Figure.DID: f"{units} at the stage who did {name} after its event and before the next element of their path, "
        f"or within what is left of the window if they stopped there: {how}.",
    }[figure]
    return _capital(sentence)


def explain_link(query: Query, link_id: LinkId, titles: Titles) -> str:
    """One sentence that defines how many took a link."""
    link = next(one for one in query.links if one.link_id == link_id)
    options = query.options()
    source, target = (f"“{titles.get(end, end)}”" for end in (link.source_id, link.target_id))
    if link.returns:
        return _capital(f"events of {target} that directly follow one of {source} in the same sequence.")
    limits = _limits(link)
    ways = f"{units_called(options)} whose chosen path goes from {source} straight on to {target}{limits}"
    return _capital(f"{ways}: {manner(options)}, {choice_rule(options)}.")


def _limits(link: QueryLink) -> str:
    words = []
    if link.window_s is not None:
        words.append(f"within {span_called(link.window_s)}")
    if link.is_strict:
        words.append("with no other event between")
    if link.exclusion is not None:
        words.append(f"without {link.exclusion}")
    return "".join(f", {word}" for word in words)


def manner(options: Options) -> str:
    """How matching counts, as the middle of a sentence."""
    window = "" if options.window_us >= FOREVER_US else f"within {span_called(options.window_s or 0)} of entering"
    order = {
        Mode.ORDERED: "",
        Mode.STRICT: "with no other event between",
        Mode.ANY: "in any order",
        Mode.OPEN: "entering at any step",
    }[options.mode]
    parts = [part for part in (window, order, _ties(options), _entry(options), _exclusion(options)) if part]
    return ", ".join(parts)


def _ties(options: Options) -> str:
    if options.mode is Mode.STRICT:
        return "repeats count as one" if options.strict_repeats is Repeats.COLLAPSE else "repeats interrupt"
    return {
        Ties.ANY: "events of one instant in any order",
        Ties.INCREASING: "each later than the one before",
        Ties.FILE: "events of one instant in file order",
    }[options.ties]


def _entry(options: Options) -> str:
    return "from the first entry only" if options.entry is Entry.FIRST else ""


def _exclusion(options: Options) -> str:
    return "an exclusion ends the attempt" if options.exclusion_effect is Effect.STOP else ""


def choice_rule(options: Options) -> str:
    """Which of several attempts is the chosen one."""
    return "of several ways the one that ends at a goal, else gets furthest, then arrives earliest"


def units_called(options: Options) -> str:
    """What is counted, in the plural."""
    if options.unit.by is CountBy.PROPERTY:
        return f"values of {options.unit.property}"
    return _UNITS[options.unit.by]


def span_called(seconds: float) -> str:
    """A span of time in the largest whole unit.

    Examples
    --------
    >>> span_called(86400), span_called(1800), span_called(2592000)
    ('1 day', '30 minutes', '30 days')
    """
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            n = round(seconds / size)
            return f"{n} {name}{'' if n == 1 else 's'}"
    return f"{seconds:g} seconds"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
