"""What differs between two journeys, for views that update just that."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.journey.element import ElementId, LinkId
from workbench.journey.journey import Journey

_REST = (
    "name",
    "currency",
    "time_zone",
    "window_s",
    "counting",
    "shaping",
    "happy_path",
    "datasets",
    "segments",
    "scenarios",
    "presentation",
    "dismissed",
)


@dataclass(frozen=True, slots=True)
class Change:
    """Ids that were added, removed or updated, and the names of journey fields that differ."""

    added: frozenset[ElementId] = frozenset()
    removed: frozenset[ElementId] = frozenset()
    updated: frozenset[ElementId] = frozenset()
    links_added: frozenset[LinkId] = frozenset()
    links_removed: frozenset[LinkId] = frozenset()
    links_updated: frozenset[LinkId] = frozenset()
    fields: frozenset[str] = frozenset()

    @classmethod
    def between(cls, old: Journey, new: Journey) -> Change:
        """Structural difference; values that are the same object are not looked into."""
        was, now = old.element_by_id, new.element_by_id
        links_were, links_are = old.link_by_id, new.link_by_id
        return cls(
            added=frozenset(now.keys() - was.keys()),
            removed=frozenset(was.keys() - now.keys()),
            updated=frozenset(i for i in now.keys() & was.keys() if now[i] is not was[i] and now[i] != was[i]),
            links_added=frozenset(links_are.keys() - links_were.keys()),
            links_removed=frozenset(links_were.keys() - links_are.keys()),
            links_updated=frozenset(
                i
                for i in links_are.keys() & links_were.keys()
                if links_are[i] is not links_were[i] and links_are[i] != links_were[i]
            ),
            fields=frozenset(name for name in _REST if getattr(old, name) != getattr(new, name)),
        )

    @property
    def is_empty(self) -> bool:
        return self == Change()
