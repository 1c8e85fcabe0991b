"""What a finding is: a sentence with its evidence, its method, where to look and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workbench.analysis.intervals import NO_INTERVAL, Interval
from workbench.analysis.rates import Rate
from workbench.journey.element import ElementId, LinkId


class Severity(StrEnum):
    """How much a finding asks for attention."""

    BLOCKING = "blocking"
    WARNING = "warning"
    NOTE = "note"


class FindingKind(StrEnum):
    """What was found."""

    BIGGEST_DROP = "biggest drop"
    DEAD_END = "dead end"
    UNDECIDED = "undecided action"
    DEAD_END_CONTENT = "dead-end content"
    NO_SECONDARY_ACTION = "no secondary action"
    UNDERPERFORMS = "underperforms its peers"
    FRICTION = "friction threshold"
    CHOICE_PARALYSIS = "choice paralysis"
    FORM_ABANDON = "form abandoned"
    DECAY = "video or scroll decay"
    MICRO_ABANDON = "micro-abandon"
    HARD_ABANDON = "hard abandon"
    ERROR_STATE = "error state"
    SOFT_AS_INTENT = "soft signal used as intent"
    EFFORT_LADDER = "effort ladder"
    FIELD_COUNT = "too many fields"
    MISSING_REWARD = "missing reward"
    POPUP_ON_LANDING = "pop-up on landing"
    TAG_WEIGHT = "tag weight"
    NO_MACRO = "no macro-conversion"
    UNBOUND = "not observable"
    SHARED_RULE = "shared rule"
    CHECKLIST = "executive checklist"
    PITFALL = "pitfall"
    STRONG = "holds up"
    LEAK = "leak of a group"
    TRACKING_BREAK = "tracking break"
    ALERT = "week out of range"
    GROWING_COUNT = "count that grows"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The figures behind a finding: k of n with interval, what it is compared with, window and maturity."""

    label: str
    k: float | None = None
    n: float | None = None
    value: float | None = None
    interval: Interval = NO_INTERVAL
    compared_with: float | None = None
    window_s: float | None = None
    immature: int | None = None

    @classmethod
    def of(
        cls, label: str, rate: Rate, compared_with: float | None = None, window: tuple[float, int] | None = None
    ) -> Evidence:
        """Evidence of a rate; `window` is (seconds, people not mature yet)."""
        window_s, immature = window or (None, None)
        return cls(label, rate.k, rate.n, rate.value, rate.interval, compared_with, window_s, immature)


@dataclass(frozen=True, slots=True)
class Fix:
    """An edit that would mend it: name of a function of journey.edits, the field and the value, and a label."""

    label: str
    edit: str
    element_ids: tuple[ElementId, ...] = ()
    field: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `finding_id` stays the same as long as what it is about does; `money` ranks within a severity."""

    finding_id: str
    kind: FindingKind
    severity: Severity
    sentence: str
    why: str
    evidence: tuple[Evidence, ...] = ()
    element_ids: tuple[ElementId, ...] = ()
    link_ids: tuple[LinkId, ...] = ()
    event_name: str | None = None
    money: float | None = None
    fix: Fix | None = None


_ORDER = {Severity.BLOCKING: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def sort_key(finding: Finding) -> tuple[int, float, str, str]:
    """Severe first, then by money, then by kind and id."""
    return _ORDER[finding.severity], -(finding.money or 0.0), finding.kind.value, finding.finding_id


def percent(value: float | None) -> str:
    """A rate in plain speech: three significant digits, two decimals below 1 %.

    Examples
    --------
    >>> percent(0.0825), percent(0.00299), percent(None)
    ('8.25 %', '0.30 %', 'no data')
    """
    if value is None:
        return "no data"
    return f"{value * 100:.2f} %" if abs(value) < 0.01 else f"{value * 100:.3g} %"


def window_words(window_s: float | None) -> str:
    """A window in plain speech.

    Examples
    --------
    >>> window_words(3 * 86_400), window_words(1800.0), window_words(None)
    ('3 days', '30 minutes', 'no limit')
    """
    if window_s is None:
        return "no limit"
    for unit, length in (("day", 86_400.0), ("hour", 3_600.0), ("minute", 60.0)):
        if window_s >= length:
            count = round(window_s / length, 1)
            return f"{count:g} {unit}{'' if count == 1 else 's'}"
    return f"{window_s:.0f} seconds"
