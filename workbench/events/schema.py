"""Which column plays which part: the mapping, and the guess at it by name and by content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isnan
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.events import numbers, times
from workbench.events.vocabulary import LAST_RESORT, NAMES, SOUNDS
from workbench.events.wording import natural_words

if TYPE_CHECKING:
    import pyarrow as pa

NEEDED = ("user", "time", "event")
ROLES = ("user", "time", "event", "session", "value", "event_id", "currency", "transaction", "order")
_PREFIX = re.compile(r"^(?:event_properties|properties|event_params|params|ep|ecommerce|traits|data)[._]+(?=.)")
MISSING_IDS = frozenset(
    {"", "null", "none", "nan", "nil", "undefined", "(not set)", "n/a", "0", "-", "--", "\\n", "<null>", "<na>", "#n/a"}
    | {"na", "<nil>", "-1", "?", "{}", "[]", "[object object]", "(unknown)", "(blank)", "(guest)", "guest", "missing"}
    | {"(none)", "(null)", "(empty)", "(data deleted)", "unknown", "anonymous", "false"}
)
_ZERO_UUID = re.compile(r"^\{?0{8}-?0{4}-?0{4}-?0{4}-?0{12}\}?$")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Columns by role, and how to read them; None means that the data have no such column.

    `time_unit` fixes the unit of numeric times (s, ms, us, ns); None tells it by size. `day_first` fixes the order of
    day and month; None decides by proof. `zone` is where times without a zone are taken to be; with `epoch_is_local`
    numbers are too. `zero_is_id` keeps "0" as a user id. `keep` names columns that are kept although each row has a
    value of its own.
    """

    user: str | None = None
    time: str | None = None
    event: str | None = None
    session: str | None = None
    value: str | None = None
    event_id: str | None = None
    currency: str | None = None
    transaction: str | None = None
    order: str | None = None
    zone: str = "UTC"
    time_unit: str | None = None
    day_first: bool | None = None
    zero_is_id: bool = False
    epoch_is_local: bool = False
    keep: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether events can be read: a person, a time and a name."""
        return all(getattr(self, role) is not None for role in NEEDED)

    def columns(self) -> dict[str, str]:
        """Column by role, for the roles that have one."""
        chosen = {role: getattr(self, role) for role in ROLES}
        return {role: column for role, column in chosen.items() if column is not None}

    def changed(self, **columns: str | None) -> Mapping:
        """The mapping with other columns for some roles."""
        return replace(self, **columns)  # type: ignore[arg-type]

    def only_of(self, names: Iterable[str]) -> Mapping:
        """The mapping without the columns that a source does not have."""
        known = set(names)
        lost = {role: None for role, column in self.columns().items() if column not in known}
        return self.changed(**lost)


def parse_mapping(text: str) -> dict[str, str]:
    """Read "user=COL,time=COL,event=COL"; a column name may be quoted, and `session=` takes a guessed column off.

    Raises
    ------
    WorkbenchError
        If a part is no `role=column`, or the role is unknown.

    Examples
    --------
    >>> parse_mapping('user=client_id, event="Event, name"')
    {'user': 'client_id', 'event': 'Event, name'}
    >>> parse_mapping("session=")
    {'session': ''}
    """
    found = {}
    for part in re.findall(r'(?:[^,"]|"[^"]*")+', text):
        role, sign, column = part.partition("=")
        role, column = role.strip(), column.strip().strip('"')
        if role not in ROLES or not sign or (role in NEEDED and not column):
            raise WorkbenchError(
                f"“{part.strip()}” is no mapping.", f"Write role=column; the roles are {', '.join(ROLES)}."
            )
        found[role] = column
    return found


def override(proposed: Mapping, chosen: dict[str, str], names: Sequence[str]) -> Mapping:
    """The proposed mapping with columns chosen by a person; "" stands for no column.

    Raises
    ------
    WorkbenchError
        If there is no column of that name.
    """
    for role, column in chosen.items():
        if column and column not in names:
            raise WorkbenchError(
                f"There is no column “{column}” for {role}.", f"The columns are: {', '.join(list(names)[:40])}."
            )
    return proposed.changed(**{role: column or None for role, column in chosen.items()})


def is_missing_id(text: str, zero_is_id: bool = False) -> bool:
    """Whether an id is a placeholder for "no user".

    Examples
    --------
    >>> [is_missing_id(t) for t in (" ", "NULL", "(not set)", "0", "00000000-0000-0000-0000-000000000000", "u1")]
    [True, True, True, True, True, False]
    """
    bare = text.strip().lower()
    if bare == "0":
        return not zero_is_id
    return bare in MISSING_IDS or bool(_ZERO_UUID.match(bare))


class Guess:
    """Guesses the roles of the columns of a sample."""

    def __init__(self, sample: pa.Table) -> None:
        self._names: tuple[str, ...] = tuple(sample.schema.names)
        self._sample = sample
        self._cells: dict[str, list[str]] = {}

    @cached_property
    def _by_words(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in self._names:
            plain = natural_words(name)
            found.setdefault(plain, name)
            found.setdefault(_PREFIX.sub("", plain), name)
        return found

    def cells(self, name: str) -> list[str]:
        """The filled cells of a column in the sample, as text."""
        if name not in self._cells:
            values = self._sample.column(name).to_pylist()
            self._cells[name] = [text for text in map(_cell, values) if text.strip()]
        return self._cells[name]

    def _named(self, role: str) -> list[str]:
        """Columns whose name speaks for a role: known names in their order, then those that only sound like it."""
        known = [self._by_words[word] for word in NAMES[role] if word in self._by_words]
        if role not in SOUNDS:
            return known
        alike = [name for spelling, name in self._by_words.items() if SOUNDS[role].search(spelling)]
        last = [self._by_words[word] for word in LAST_RESORT.get(role, ()) if word in self._by_words]
        return list(dict.fromkeys(known + alike + last))

    def mapping(self, zone: str = "UTC") -> Mapping:
        """The mapping that fits best by name, and by content where no name says anything."""
        time = self._time()
        user = next((name for name in self._named("user") if name != time and self._is_id(name)), None)
        event = next((name for name in self._named("event") if name not in (time, user) and self._is_name(name)), None)
        if user is None or event is None:
            user, event = self._by_content(user, event, time)
        taken = {user, event, time}
        return Mapping(
            user,
            time,
            event,
            self._first("session", taken),
            self._value(taken),
            self._event_id(taken),
            self._first("currency", taken),
            self._first("transaction", taken),
            zone=zone,
            zero_is_id=user is not None and self._counts_from_zero(user),
        )

    def _first(self, role: str, taken: set[str | None]) -> str | None:
        return next((name for name in self._named(role) if name not in taken and self.cells(name)), None)

    def _time(self) -> str | None:
        named = [name for name in self._named("time") if self._is_time(name)]
        if named:
            return named[0]
        if not self._sample.num_rows:
            return next(iter(self._named("time")), None)
        return next((name for name in self._names[:200] if self._is_written_time(name)), None)

    def _is_time(self, name: str) -> bool:
        cells = self.cells(name)[:200]
        good = sum(times.is_time(c) or times.is_epoch(c) or times.is_serial(c) for c in cells)
        return bool(cells) and good >= 0.5 * len(cells)

    def _is_written_time(self, name: str) -> bool:
        cells = self.cells(name)[:50]
        good = sum(times.is_time(c) or times.is_epoch(c) for c in cells)
        return bool(cells) and good >= 0.8 * len(cells)

    def _is_id(self, name: str) -> bool:
        return bool(self.cells(name)) or not self._sample.num_rows

    def _is_name(self, name: str) -> bool:
        cells = self.cells(name)
        if not cells:
            return not self._sample.num_rows
        return not all(numbers.is_number(cell) for cell in cells[:50])

    def _by_content(self, user: str | None, event: str | None, time: str | None) -> tuple[str | None, str | None]:
        """Fill gaps only in a table without names of its own: there the fewer values name events, the more people."""
        if not all(re.fullmatch(r"column_\d+", name) for name in self._names) or time is None:
            return user, event
        texts = [
            n for n in self._names if n != time and self.cells(n) and len(self.cells(n)) > 0.5 * self._sample.num_rows
        ]
        ranked = sorted(texts, key=lambda n: (self._is_coded(n), len(set(self.cells(n)))))
        if len(ranked) < 2:
            return user, event
        # A column that never repeats numbers the rows; people come back.
        people = [n for n in ranked[1:] if len(set(self.cells(n))) < len(self.cells(n))] or ranked[1:]
        return max(people, key=lambda n: (len(set(self.cells(n))), self._is_coded(n))), ranked[0]

    def _is_coded(self, name: str) -> bool:
        """Whether a column holds codes and not names: numbers, or values that mostly hold digits."""
        found = set(self.cells(name)[:50])
        return sum(any(c.isdigit() for c in cell) for cell in found) > 0.5 * len(found)

    def _value(self, taken: set[str | None]) -> str | None:
        named = [name for name in self._named("value") if name not in taken and self._is_amount(name, 0.5)]
        if named or not all(re.fullmatch(r"column_\d+", name) for name in self._names):
            # A column of that name without a value in the sample may hold the rare purchases further down.
            silent = [name for name in self._named("value") if name not in taken and not self.cells(name)]
            return next(iter(named + silent), None)
        rest = [name for name in self._names if name not in taken and self._is_amount(name)]
        return next(iter(rest), None)

    def _is_amount(self, name: str, share: float = 0.8) -> bool:
        cells = self.cells(name)[:200]
        return bool(cells) and sum(map(numbers.is_number, cells)) >= share * len(cells)

    def _event_id(self, taken: set[str | None]) -> str | None:
        """A column of ids that rarely repeat: an event id that stands on many rows is a kind of event."""
        for name in self._named("event_id"):
            cells = self.cells(name)
            if name not in taken and cells and len(set(cells)) > 0.3 * len(cells):
                return name
        return None

    def _counts_from_zero(self, name: str) -> bool:
        """Whether people are numbered 0, 1, 2 ..., so that 0 is one of them."""
        ids = set(self.cells(name))
        return "0" in ids and "1" in ids and all(cell.isdigit() for cell in ids)


def _cell(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else _number_text(value)


def _number_text(value: Any) -> str:
    if isinstance(value, float):
        if isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    return str(value)
