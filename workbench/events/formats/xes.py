"""XES event logs: a trace is a person, its events follow; read as a stream, without entities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from workbench.events.archives import Member
from workbench.events.formats.format import Format, Sight, guessed_mapping
from workbench.events.reading import Origin
from workbench.events.records import Records
from workbench.events.schema import Mapping
from workbench.events.text import TextFile
from workbench.events.xml_steps import steps_of, tag_of

if TYPE_CHECKING:
    import pyarrow as pa

_CASE = "case:"
_READ: dict[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "boolean": lambda text: text.strip().lower() == "true",
}


class XesReading(Records):
    """A XES file; the line of an event is its place in the log."""

    def __init__(self, member: Member, text: TextFile) -> None:
        self._member = member
        self._text = text

    @property
    def origin(self) -> Origin:
        text = self._text
        return Origin(self._member, "xes", text.size, text.sha256, text.encoding)

    def _records(self) -> Iterator[dict[str, Any]]:
        yield from _events(steps_of(self._member, self._text))


def _events(steps: Iterator[tuple[str, Element]]) -> Iterator[dict[str, Any]]:
    """Events of each trace; headers, globals and classifiers of the log are passed over."""
    path: list[str] = []
    root: Element | None = None
    for step, element in steps:
        tag = tag_of(element)
        if step == "start":
            root = element if root is None else root
            path.append(tag)
            continue
        path.pop()
        if tag == "trace" and path == ["log"]:
            yield from _trace(element)
        if len(path) == 1 and root is not None:
            root.clear()


def _trace(trace: Element) -> Iterator[dict[str, Any]]:
    case = {f"{_CASE}{key}": value for key, value in _attributes(trace)}
    for event in trace:
        if tag_of(event) == "event":
            yield case | dict(_attributes(event))


def _attributes(parent: Element) -> Iterator[tuple[str, Any]]:
    for child in parent:
        key, value = child.get("key"), child.get("value")
        if key and value is not None and tag_of(child) != "event":
            yield key, _value(tag_of(child), value)


def _value(kind: str, text: str) -> Any:
    read = _READ.get(kind)
    if read is None:
        return text
    try:
        return read(text)
    except ValueError:
        return text


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    event = next((n for n in ("concept:name", "Activity") if n in names), None)
    value = guessed_mapping(sample.select([n for n in names if not n.startswith(_CASE)]), zone).value
    return Mapping(
        user=f"{_CASE}concept:name", time="time:timestamp", event=event, value=value, zone=zone, zero_is_id=True
    )


def _recognises(sight: Sight) -> bool:
    return sight.has(f"{_CASE}concept:name", "time:timestamp") and sight.has("concept:name")


FORMAT = Format("xes", "XES event log", _recognises, _mapping)
