"""All formats in the order in which they are asked; formats from other packages come before the generic one."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points

from workbench.errors import WorkbenchError
from workbench.events.formats import (
    adobe,
    amplitude,
    ga4,
    generic,
    goatcounter,
    heap,
    matomo,
    mixpanel,
    posthog,
    segment,
    sessions,
    snowplow,
    xes,
)
from workbench.events.formats.format import Format, Sight

GROUP = "breadcrumb.formats"
_OWN = (
    ga4.FORMAT,
    xes.FORMAT,
    amplitude.FORMAT,
    posthog.FORMAT,
    mixpanel.FORMAT,
    segment.FORMAT,
    snowplow.FORMAT,
    matomo.FORMAT,
    adobe.FORMAT,
    heap.FORMAT,
    goatcounter.FORMAT,
    sessions.FORMAT,
)
GENERIC = generic.FORMAT


@lru_cache(maxsize=1)
def outside_formats() -> tuple[Format, ...]:
    """Formats that installed packages bring.

    Raises
    ------
    WorkbenchError
        If an entry point of the group gives something else.
    """
    found = []
    for point in entry_points(group=GROUP):
        loaded = point.load()
        if not isinstance(loaded, Format):
            raise WorkbenchError(
                f"The format “{point.name}” is no Format.", f"Update or remove the package of {point.value}."
            )
        found.append(loaded)
    return tuple(found)


def formats() -> tuple[Format, ...]:
    """Every known format, the special ones first."""
    return (*_OWN, *outside_formats(), GENERIC)


def format_of(sight: Sight) -> Format | None:
    """The first format that recognises a source, or None."""
    return next((form for form in formats() if form.recognises(sight)), None)
