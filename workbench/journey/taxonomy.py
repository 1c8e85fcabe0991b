"""The facets that tag an element, and the kinds of elements."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What an element is; its level (micro or macro) follows from it."""

    STAGE = "stage"
    MICRO = "micro-conversion"
    MACRO = "macro-conversion"

    @property
    def is_conversion(self) -> bool:
        return self is not Kind.STAGE

    @property
    def level(self) -> str | None:
        """ "micro", "macro", or None for a stage."""
        return {Kind.MICRO: "micro", Kind.MACRO: "macro"}.get(self)


class Mechanism(StrEnum):
    """How a conversion shows itself."""

    DESTINATION = "destination"
    ENGAGEMENT = "engagement"
    ACTION = "action"


class Phase(StrEnum):
    """Where on the way to the macro-conversion an element belongs."""

    AWARENESS = "awareness"
    CONSIDERATION = "consideration"
    DECISION = "decision"
    RETENTION = "retention"


class Signal(StrEnum):
    """What an element says about the person: soft signals feed neither scoring nor triggers."""

    INTENT = "intent"
    ACTIVITY = "activity"
    SOFT = "soft"


class Role(StrEnum):
    """What an element is to the audits, beyond its kind."""

    FORM_START = "form start"
    FORM_FIELD = "form field"
    FORM_SUBMIT = "form submit"
    VIDEO_MILESTONE = "video milestone"
    ERROR = "error"
    ASK = "ask"


class Popup(StrEnum):
    """When a pop-up opens."""

    ON_LANDING = "on landing"
    ON_EXIT = "on exit intent"


FACET_HELP: dict[StrEnum, str] = {
    Mechanism.DESTINATION: "Reached a page or state that shows interest, such as pricing or thank-you.",
    Mechanism.ENGAGEMENT: "Spent time or went deep, such as 75 % scrolled or 60 s on page.",
    Mechanism.ACTION: "Took an explicit step, such as add to cart or sign-up.",
    Phase.AWARENESS: "Learns that the offer exists.",
    Phase.CONSIDERATION: "Compares and asks questions.",
    Phase.DECISION: "Is about to commit.",
    Phase.RETENTION: "Comes after the macro-conversion: use, return, referral.",
    Signal.INTENT: "Tends to come shortly before the macro-conversion.",
    Signal.ACTIVITY: "Shows use, says little about buying.",
    Signal.SOFT: "Pleasant but unrelated to buying; never feeds scoring, retargeting or triggers.",
}
