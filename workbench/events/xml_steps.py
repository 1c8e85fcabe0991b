"""Steps through an XML file in bounded memory, without entities or document types."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from workbench.errors import WorkbenchError
from workbench.events.archives import Member
from workbench.events.text import TextFile

Steps = Iterator[tuple[str, Element]]


def tag_of(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def steps_of(member: Member, text: TextFile) -> Steps:
    """("start" or "end", element) in document order; who reads on clears what was read.

    Raises
    ------
    WorkbenchError
        If the file is broken or holds entities.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser, iterparse

    try:
        with text.path.open("rb") as file:
            # What is read is UTF-8 by now, whatever the declaration says.
            parser = DefusedXMLParser(target=TreeBuilder(), encoding="utf-8", forbid_dtd=True)
            file.seek(text.start)
            yield from iterparse(file, ("start", "end"), parser)
    except ParseError as error:
        line, column = error.position
        raise WorkbenchError(
            f"{member.name} is broken XML at line {line}, column {column}: {error.msg}.", "Export it again."
        ) from error
    except DefusedXmlException as error:
        raise WorkbenchError(f"{member.name} holds XML entities, which are not read.", "Export it again.") from error
