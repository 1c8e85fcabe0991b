"""The starter library: elements ready to be dragged onto a map, already tagged and with GA4 event names."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from workbench import paths
from workbench.journey.codec import decode
from workbench.journey.edits import new_id
from workbench.journey.element import Element, ElementId
from workbench.journey.journey import Journey
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind, Mechanism, Phase, Role, Signal
from workbench.project import file

_RULE_FIELDS = tuple(field.name for field in fields(Rule))


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """One draggable entry of the palette."""

    key: str
    title: str
    kind: Kind
    icon: str
    group: str
    rule: Rule
    mechanism: Mechanism | None = None
    phase: Phase | None = None
    signal: Signal | None = None
    role: Role | None = None
    commitment: int | None = None

    def element(self, journey: Journey, x: int, y: int, as_micro: bool = False) -> Element:
        """A new element of this entry; `as_micro` makes a destination a micro-conversion instead of a stage."""
        kind = Kind.MICRO if as_micro and self.kind is Kind.STAGE else self.kind
        return Element(
            ElementId(new_id(self.title, journey.element_by_id)),
            kind,
            self.title,
            x,
            y,
            mechanism=self.mechanism if kind.is_conversion else None,
            phase=self.phase,
            signal=self.signal if kind.is_conversion else None,
            rule=self.rule if self.rule.is_bound else None,
            role=self.role,
            commitment=self.commitment,
        )


@cache
def entries() -> tuple[LibraryEntry, ...]:
    """All entries, in the order of their groups."""
    text = (paths.resources() / "library.json").read_text(encoding="utf-8")
    return tuple(_entry(group["name"], plain) for group in json.loads(text)["groups"] for plain in group["entries"])


def entry(key: str) -> LibraryEntry | None:
    """The entry of a key, or None."""
    return next((item for item in entries() if item.key == key), None)


def blank(kind: Kind) -> LibraryEntry:
    """An entry without a rule, for an element that is yet to be described."""
    titles = {Kind.STAGE: "New stage", Kind.MICRO: "New micro-conversion", Kind.MACRO: "New macro-conversion"}
    return LibraryEntry(f"blank-{kind.value}", titles[kind], kind, "plus", "Blank", Rule())


def _entry(group: str, plain: dict[str, Any]) -> LibraryEntry:
    where = f"library.json: {plain['key']}"
    rule = decode(Rule, {name: plain[name] for name in _RULE_FIELDS if name in plain}, where)
    rest = {name: value for name, value in plain.items() if name not in _RULE_FIELDS}
    made: LibraryEntry = decode(LibraryEntry, {**rest, "group": group, "rule": {}}, where)
    return replace(made, rule=rule)


@dataclass(frozen=True, slots=True)
class Template:
    """A ready-made journey to begin with."""

    key: str
    title: str
    summary: str
    path: Path

    def journey(self) -> Journey:
        return replace(file.load(self.path), name=self.title)


_TEMPLATES = (
    ("e-commerce", "E-commerce", "Landing page to order, with size guide, reviews and video on the way."),
    ("b2b-leads", "B2B lead generation", "Content and pricing pages to a qualified lead."),
    ("saas-activation", "SaaS activation", "Sign-up and first value to a subscription."),
    ("content-newsletter", "Content and newsletter", "Reading depth to a newsletter sign-up."),
    ("post-purchase", "Post-purchase retention", "First order to review, referral and re-order."),
)


def templates() -> tuple[Template, ...]:
    """The templates of the start page."""
    folder = paths.resources() / "templates"
    return tuple(Template(key, title, text, folder / f"{key}.journey") for key, title, text in _TEMPLATES)
