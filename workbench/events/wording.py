"""Lists of words, written as text, and one spelling for names that are compared."""

from __future__ import annotations

import re


def words(text: str) -> tuple[str, ...]:
    """The words of a text.

    Examples
    --------
    >>> words("user client")
    ('user', 'client')
    """
    return tuple(text.split())


def natural_words(name: str) -> str:
    """A column name in one spelling for comparison: lower case, words joined by `_`.

    Examples
    --------
    >>> natural_words("Event Name"), natural_words("eventName"), natural_words("$insert_id")
    ('event_name', 'event_name', 'insert_id')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"\W+|_+", "_", spaced).strip("_").lower()
