"""Which event names of the data fit which elements: proposals by likeness of words, to be confirmed by a person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from workbench.journey.element import Element

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


def proposals(element: Element, event_names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Event names that look like the element's title or its present rule, the most alike first."""
    known = (element.title, *(element.rule.events if element.rule is not None else ()))
    scored = [(max(likeness(text, name) for text in known), name) for name in event_names]
    good = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: (-pair[0], pair[1]))
    return tuple(name for _, name in good[:most])
