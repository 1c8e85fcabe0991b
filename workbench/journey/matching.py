"""Which event names of the data fit which elements: proposals by likeness of words, to be confirmed by a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import SequenceMatcher

from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule

ALIKE = 0.62


def words_of(text: str) -> tuple[str, ...]:
    """Words of a title or an event name, in lower case.

    Examples
    --------
    >>> words_of("addToCart"), words_of("Add to cart"), words_of("add_to_cart")
    (('add', 'to', 'cart'), ('add', 'to', 'cart'), ('add', 'to', 'cart'))
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return tuple(re.findall(r"[^\W_]+", spaced.lower()))


def likeness(one: str, other: str) -> float:
    """0..1: shared words and shared letters, the better of the two.

    Examples
    --------
    >>> likeness("Add to cart", "add_to_cart"), likeness("Order", "purchase") < 0.62
    (1.0, True)
    """
    left, right = words_of(one), words_of(other)
    if not left or not right:
        return 0.0
    shared = 2 * len(set(left) & set(right)) / (len(set(left)) + len(set(right)))
    letters = SequenceMatcher(None, "".join(left), "".join(right)).ratio()
    return max(shared, letters)


def matched(journey: Journey, names: Iterable[str]) -> dict[str, ElementId]:
    """Which element each event name stands for: by its rule, else the element without hits that it is most like.

    Every element without hits gets at most one proposal, the most alike first; several names may be given to one
    element by hand.

    Examples
    --------
    >>> from workbench.journey.taxonomy import Kind
    >>> cart = Element(ElementId("cart"), Kind.MICRO, "Add to cart")
    >>> matched(Journey(elements=(cart,)), ["addToCart", "scroll"])
    {'addToCart': 'cart'}
    """
    known = tuple(names)
    found = {name: e.element_id for e in journey.elements if e.rule is not None for name in e.rule.events}
    taken = {name: found[name] for name in known if name in found}
    hit = set(taken.values())
    open_names = [name for name in known if name not in taken]
    bare = [e for e in journey.elements if e.element_id not in hit]
    pairs = [(max(likeness(text, name) for text in _texts(e)), e.element_id, name) for e in bare for name in open_names]
    for score, element_id, name in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if score >= ALIKE and name not in taken and element_id not in hit:
            taken[name] = element_id
            hit.add(element_id)
    return taken


def rebound(journey: Journey, chosen: Mapping[str, ElementId | None], known: Iterable[str]) -> Journey:
    """Give event names to elements, many to one; conditions stay, and so do names that the data do not hold.

    Parameters
    ----------
    chosen : mapping of event name to element id
        None for a name that stands for no element.
    known : event names that were to be chosen from
        An element loses those of them that are no longer its own; a name that serves several elements and was not
        changed is left out of `known`.
    """
    shown, elements = set(known), []
    for element in journey.elements:
        rule = element.rule or Rule()
        kept = [name for name in rule.events if name not in shown or chosen.get(name) == element.element_id]
        fresh = [name for name, i in chosen.items() if i == element.element_id and name not in kept]
        events = tuple(kept + fresh)
        is_same = events == rule.events
        elements.append(element if is_same else replace(element, rule=replace(rule, events=events)))
    return journey.with_elements(elements)


def _texts(element: Element) -> tuple[str, ...]:
    return (element.title, *(element.rule.events if element.rule is not None else ()))
