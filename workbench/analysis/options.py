"""How matching counts: every option of the funnel rules, with its default."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.errors import WorkbenchError
from workbench.journey.rule import Condition

US = 1_000_000
FOREVER_US = 1 << 61


class Mode(StrEnum):
    """What order the steps must have."""

    ORDERED = "ordered"
    STRICT = "strict"
    ANY = "any"
    OPEN = "open"


class Ties(StrEnum):
    """How events of one instant stand to each other."""

    ANY = "any"
    INCREASING = "increasing"
    FILE = "file"


class Entry(StrEnum):
    """Which step-1 events open an attempt."""

    ANY = "any"
    FIRST = "first"


class Repeats(StrEnum):
    """Whether a repeated step interrupts strict order."""

    COLLAPSE = "collapse"
    BREAK = "break"


class Effect(StrEnum):
    """What an exclusion does to the attempt it hits."""

    DISCARD = "discard"
    STOP = "stop"


class CountBy(StrEnum):
    """What is counted."""

    USER = "user"
    SESSION = "session"
    PROPERTY = "prop"
    ATTEMPTS = "attempts"


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted; sessions are cut at pauses longer than `gap_s`, or at a change of `session_property`."""

    by: CountBy = CountBy.USER
    gap_s: float = 1800.0
    property: str | None = None
    session_property: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant up to, not including, another; microseconds UTC."""

    from_us: int = -FOREVER_US
    to_us: int = FOREVER_US


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Which events there are before matching: repeats dropped, filters passed, outside of the range cut off,
    days without trust left out.

    `dedupe_within_s` 0 with `dedupe_exact` drops only events equal in user, time, name and properties. `once_per` names
    a property whose value a person can have only once on events of one name: later ones are dropped.
    """

    dedupe_exact: bool = False
    dedupe_within_s: float | None = None
    filters: tuple[Condition, ...] = ()
    clip: Span | None = None
    without: tuple[Span, ...] = ()
    ignored_events: tuple[str, ...] = ()
    once_per: str | None = None


BY_USER = Unit()
ALWAYS = Span()
AS_IT_IS = Cleaning()


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a funnel or graph; windows in seconds, None for no limit."""

    mode: Mode = Mode.ORDERED
    window_s: float | None = None
    step_window_s: float | None = None
    ties: Ties = Ties.ANY
    entry: Entry = Entry.ANY
    strict_repeats: Repeats = Repeats.COLLAPSE
    exclusion_effect: Effect = Effect.DISCARD
    anchor_first: bool = False
    unit: Unit = BY_USER
    span: Span = ALWAYS
    cleaning: Cleaning = AS_IT_IS

    def __post_init__(self) -> None:
        for name, window in (("window", self.window_s), ("step window", self.step_window_s)):
            if window is not None and window < 0:
                raise WorkbenchError(f"The {name} is negative: {window:g} s.", "Give 0 or more seconds, or no window.")

    def in_mode(self, mode: Mode) -> Options:
        return replace(self, mode=mode)

    @property
    def window_us(self) -> int:
        return microseconds(self.window_s)

    @property
    def step_window_us(self) -> int:
        return microseconds(self.step_window_s)


DEFAULTS = Options()


def microseconds(seconds: float | None) -> int:
    """Seconds as whole microseconds; None as longer than any data.

    Examples
    --------
    >>> microseconds(1.5), microseconds(None) == FOREVER_US
    (1500000, True)
    """
    return FOREVER_US if seconds is None else min(FOREVER_US, round(seconds * US))
