"""Which events count as reaching a stage or doing a conversion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from workbench.errors import WorkbenchError


class Operator(StrEnum):
    """How a condition compares; a missing property makes all but `NEQ` and `NOT_SET` false."""

    EQ = "eq"
    NEQ = "neq"
    IN = "in"
    CONTAINS = "contains"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    SET = "set"
    NOT_SET = "not_set"


SYMBOLS: dict[Operator, str] = {
    Operator.EQ: "=",
    Operator.NEQ: "!=",
    Operator.IN: "in",
    Operator.CONTAINS: "contains",
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.SET: "is set",
    Operator.NOT_SET: "is not set",
}

Scalar = str | int | float | bool | None
Value = Scalar | tuple[Scalar, ...]

_BY_WORD = {**{symbol: op for op, symbol in SYMBOLS.items()}, **{op.value: op for op in Operator}, "==": Operator.EQ}
_BY_WORD.update({"≥": Operator.GTE, "≤": Operator.LTE, "≠": Operator.NEQ, "set": Operator.SET})
_WORDS = "|".join(re.escape(word) for word in sorted(_BY_WORD, key=len, reverse=True))
_CONDITION = re.compile(
    rf"^\s*(?P<property>[^\s<>=!≥≤≠].*?)\s*(?:(?<=\s)|(?=[<>=!≥≤≠]))(?P<op>{_WORDS})(?:\s*(?P<value>.*?))\s*$"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a property: `percent_scrolled >= 90`. Numbers compare as numbers if both sides parse."""

    property: str
    operator: Operator
    value: Value = None

    def __str__(self) -> str:
        if self.operator in (Operator.SET, Operator.NOT_SET):
            return f"{self.property} {SYMBOLS[self.operator]}"
        shown = ", ".join(map(str, self.value)) if isinstance(self.value, tuple) else str(self.value)
        return f"{self.property} {SYMBOLS[self.operator]} {shown}"

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read "prop op value", such as `page_location contains /pricing` or `device is set`.

        Raises
        ------
        WorkbenchError
            If the text holds no operator, or one that needs a value without it.

        Examples
        --------
        >>> Condition.parse("percent_scrolled >= 90")
        Condition(property='percent_scrolled', operator=<Operator.GTE: 'gte'>, value='90')
        >>> Condition.parse("device in mobile, tablet").value
        ('mobile', 'tablet')
        """
        found = _CONDITION.match(text)
        if not found:
            raise WorkbenchError(
                f"“{text}” is no condition.", "Write: property operator value, for example percent_scrolled >= 90."
            )
        operator = _BY_WORD[found["op"]]
        raw = found["value"]
        if operator in (Operator.SET, Operator.NOT_SET):
            return cls(found["property"], operator)
        if not raw:
            raise WorkbenchError(f"“{text}” lacks a value after “{found['op']}”.", "Add the value to compare with.")
        if operator is Operator.IN:
            return cls(found["property"], operator, tuple(part.strip() for part in raw.split(",")))
        return cls(found["property"], operator, raw)


@dataclass(frozen=True, slots=True)
class Rule:
    """Event name(s) plus conditions (all must hold), optionally counted up to a threshold.

    `nth` takes only the n-th such event of a person; `count_at_least` the event that completes the count;
    `sum_property` / `sum_at_least` the event at which the running sum reaches the amount, all of them counted anew in
    every session if `per_session`; `within_s` only events that many seconds after the person's first event.
    """

    events: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    nth: int | None = None
    count_at_least: int | None = None
    sum_property: str | None = None
    sum_at_least: float | None = None
    within_s: float | None = None
    per_session: bool = False

    @property
    def is_bound(self) -> bool:
        """Whether any event can match: a rule without event names matches nothing."""
        return bool(self.events)

    def __str__(self) -> str:
        parts = [" or ".join(self.events) or "no event", *map(str, self.conditions)]
        if self.nth:
            parts.append(f"the {self.nth}. time")
        if self.count_at_least:
            parts.append(f"at least {self.count_at_least} times")
        if self.sum_property:
            parts.append(f"sum of {self.sum_property} >= {self.sum_at_least:g}")
        if self.per_session and len(parts) > 1 + len(self.conditions):
            parts[-1] += " in the session"
        if self.within_s:
            parts.append(f"within {self.within_s:g} s of the first event")
        return " and ".join(parts)
