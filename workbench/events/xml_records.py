"""Reads XML that lists records: an element a record, its fields inside, as web services and Matomo write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element

from workbench.errors import WorkbenchError
from workbench.events.archives import Member
from workbench.events.reading import Origin
from workbench.events.records import Records
from workbench.events.text import TextFile
from workbench.events.xml_steps import steps_of, tag_of

_LOOKAHEAD = 1_000
_ENTRY = "row"  # what Matomo calls the entries of every list


class XmlRecordsReading(Records):
    """An XML file of records; the line of a row is the record's place in the file."""

    batch_records = 8_192

    def __init__(self, member: Member, text: TextFile) -> None:
        self._member = member
        self._text = text

    @property
    def origin(self) -> Origin:
        text = self._text
        return Origin(self._member, "xml", text.size, text.sha256, text.encoding)

    def _check(self, first: list[dict[str, Any]]) -> None:
        if not first:
            raise WorkbenchError(f"{self._member.name} holds no records.", "Export a period that holds visits.")
        if not any(len(record) > 1 for record in first):
            raise WorkbenchError(
                f"{self._member.name} is XML, but neither an event log (XES) nor a list of records.",
                "Export it as CSV or JSON.",
            )

    @cached_property
    def _depth(self) -> int:
        """How deep records stand: right below the root, or inside groups of which each holds a list."""
        depth, seen = 0, 0
        for step, element in steps_of(self._member, self._text):
            depth += 1 if step == "start" else -1
            seen += step == "end" and depth == 2
            if step == "end" and (depth == 1 or seen > _LOOKAHEAD):
                return 2 if seen > _LOOKAHEAD or _is_group(element) else 1
        return 1

    def _records(self) -> Iterator[dict[str, Any]]:
        wanted, path = self._depth, list[Element]()
        for step, element in steps_of(self._member, self._text):
            if step == "start":
                path.append(element)
                continue
            path.pop()
            if len(path) == wanted:
                value = value_of(element)
                yield value if isinstance(value, dict) else {tag_of(element): value}
            if len(path) <= wanted and path:
                path[-1].remove(element)


def _is_group(element: Element) -> bool:
    """Whether an element holds a list of records and no fields of its own."""
    kinds = {tag_of(child) for child in element}
    return tag_of(element) != _ENTRY and len(kinds) == 1 and all(len(child) > 1 for child in element)


def value_of(element: Element) -> Any:
    """An element as a record, a list or text; attributes are fields too, and what is empty is None.

    Examples
    --------
    >>> from xml.etree.ElementTree import XML
    >>> value_of(XML("<visit id='7'><user>u1</user><actions><row><a>1</a></row><row><a>2</a></row></actions></visit>"))
    {'id': '7', 'user': 'u1', 'actions': [{'a': '1'}, {'a': '2'}]}
    """
    children = list(element)
    if not children and not element.attrib:
        return (element.text or "").strip() or None
    counts = Counter(map(tag_of, children))
    if children and not element.attrib and (set(counts) == {_ENTRY} or (len(counts) == 1 and len(children) > 1)):
        return [value_of(child) for child in children]
    record: dict[str, Any] = dict(element.attrib)
    for child in children:
        name = tag_of(child)
        if counts[name] > 1:
            record.setdefault(name, []).append(value_of(child))
        else:
            record[name] = value_of(child)
    text = (element.text or "").strip()
    return record | ({"text": text} if text and not children else {})
