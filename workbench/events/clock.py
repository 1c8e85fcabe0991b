"""Reads one written time, in any of the ways that exports and people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from workbench.events.wording import words

FIRST_US = 631_152_000_000_000  # 1990-01-01: nothing older is web tracking, and 1970 stands for "no time"
LAST_US = 4_102_444_800_000_000  # 2100-01-01: 9999 stands for "never"
_EPOCH = datetime(1970, 1, 1)
_MONTHS = words("jan feb mar apr may jun jul aug sep oct nov dec")
_OTHER_MONTHS = {"mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12, "fév": 2, "fev": 2, "avr": 4, "juin": 6, "juil": 7}
_OTHER_MONTHS |= {"aoû": 8, "déc": 12, "ene": 1, "abr": 4, "ago": 8, "dic": 12, "gen": 1, "mag": 5, "giu": 6, "lug": 7}
_OTHER_MONTHS |= {"set": 9, "ott": 10, "out": 10}
_ABBREVIATIONS = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "wet": 0,
    "cet": 60,
    "cest": 120,
    "mez": 60,
    "mesz": 120,
    "bst": 60,
    "eet": 120,
}
_ABBREVIATIONS |= {"eest": 180, "msk": 180, "ist": 330, "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "est": -300}
_ABBREVIATIONS |= {"edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420}

_YEAR_FIRST = re.compile(r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})")
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<s>[-/.])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})(?!\d)")
_COMPACT = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:T?(?P<hms>\d{6}|\d{4}|\d{2})(?P<f>\.\d+)?)?(?=$|[Z+\- ])"
)
_WEEKDAY = re.compile(r"^[^\W\d_]{2,10}\.?,\s*|^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+", re.IGNORECASE)
_DAY_MONTH = re.compile(
    r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[-./ ]\s*(?P<n>[^\W\d_]{3,12})\.?[-,/ ]\s*(?P<y>\d{4})", re.IGNORECASE
)
_MONTH_DAY = re.compile(r"(?P<n>[^\W\d_]{3,12})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})", re.IGNORECASE)
_TIME = re.compile(
    r"^(?:\s*(?:T|,|at|um|à|\s)\s*|:)?(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<se>\d{2})(?:[.,](?P<f>\d+))?)?\s*(?P<ap>[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"^(?:(?P<n>[A-Za-z]+(?:/[A-Za-z_+\-0-9]+)*))?\s*(?P<o>[+\-−]\d{1,2}(?::?\d{2})?(?::\d{2})?)?\s*(?:\(.*\))?$"
)


_YEAR_AT_END = re.compile(
    r"^([^\W\d_]{3,4}\s+\d{1,2})\s+(\d{1,2}:\d{2}:\d{2}(?:\.\d+)?)((?:\s+[A-Z]{1,5})?)\s+(\d{4})$"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A written time: `us` of its own clock, and how far that clock is ahead of UTC (None: it names no zone)."""

    us: int
    offset_us: int | None


def is_year_last(text: str) -> tuple[int, int] | None:
    """The two leading numbers of a date such as 3/4/2021, which may be day or month."""
    found = _YEAR_LAST.match(text)
    return (int(found["a"]), int(found["b"])) if found else None


def read(text: str, day_first: bool) -> Reading | None:
    """Read a written time, or None if it is no time.

    Examples
    --------
    >>> read("2021-03-01T10:00:00+01:00", False)
    Reading(us=1614592800000000, offset_us=3600000000)
    >>> read("1 Mar 2021 10:00 AM", False) == read("01.03.2021 10:00", True)
    True
    >>> read("30.02.2021", True) is None
    True
    """
    text = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()).strip("\"'")
    bare = _YEAR_AT_END.sub(r"\1 \4 \2\3", _WEEKDAY.sub("", text))
    found = _date(bare, day_first)
    if found is None:
        return None
    date, rest = found
    return _with_clock(date, rest)


def _date(text: str, day_first: bool) -> tuple[datetime, str] | None:
    """(Midnight, or the time of a compact form; what is left of the text)."""
    for pattern in (_YEAR_FIRST, _YEAR_LAST, _DAY_MONTH, _MONTH_DAY, _COMPACT):
        found = pattern.match(text)
        if found:
            date = _made(found.groupdict(), day_first)
            return None if date is None else (date, text[found.end() :])
    return None


def _made(parts: dict[str, str | None], day_first: bool) -> datetime | None:
    if parts.get("n"):
        month = _month(str(parts["n"]))
        day = str(parts["d"])
    elif parts.get("a"):
        first, second = int(str(parts["a"])), int(str(parts["b"]))
        # A point between the parts is written only where the day comes first.
        month, day = (second, str(first)) if day_first or parts["s"] == "." else (first, str(second))
    else:
        month, day = int(str(parts["m"])), str(parts["d"])
    year = int(str(parts["y"]))
    year += 0 if year > 99 else (2000 if year < 70 else 1900)
    try:
        date = datetime(year, month, int(day))
        return date + _compact_clock(parts.get("hms"), parts.get("f"))
    except (ValueError, OverflowError):
        return None


def _month(name: str) -> int:
    short = name.lower()[:3]
    if short in _MONTHS:
        return _MONTHS.index(short) + 1
    return _OTHER_MONTHS.get(name.lower()[:4], _OTHER_MONTHS.get(short, 0))


def _compact_clock(hms: str | None, fraction: str | None) -> timedelta:
    if not hms:
        return timedelta()
    hour, minute, second = int(hms[:2]), int(hms[2:4] or 0), int(hms[4:6] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=int(float(fraction or 0) * 1e6))


def _with_clock(date: datetime, rest: str) -> Reading | None:
    clock = _TIME.match(rest)
    if clock:
        passed = _passed(clock)
        if passed is None:
            return None
        date, rest = date + passed, rest[clock.end() :]
    us = (date - _EPOCH) // timedelta(microseconds=1)
    rest = rest.strip()
    if not rest:
        return Reading(us, None)
    zone = _ZONE.match(rest)
    offset = _offset(zone, us) if zone else None
    return None if offset is None else Reading(us, offset)


def _passed(clock: re.Match[str]) -> timedelta | None:
    hour, minute, second = int(clock["h"]), int(clock["mi"]), int(clock["se"] or 0)
    if clock["ap"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if clock["ap"].lower().startswith("p") else 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute + second > 0):
        return None
    return timedelta(
        hours=hour, minutes=minute, seconds=second, microseconds=int((clock["f"] or "0").ljust(6, "0")[:6])
    )


def _offset(zone: re.Match[str], us: int) -> int | None:
    named = zone["n"]
    if named and named.lower() in _ABBREVIATIONS:
        minutes = _ABBREVIATIONS[named.lower()]
        return minutes * 60_000_000 + (_signed(zone["o"]) if zone["o"] else 0)
    if named:
        return None if zone["o"] else _named_offset(named, us)
    return _signed(zone["o"]) if zone["o"] else None


def _signed(text: str) -> int:
    sign = 1 if text[0] == "+" else -1
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2] if len(digits) != 3 else digits[:1]), int(digits[-2:]) if len(digits) > 2 else 0
    return sign * (hours * 60 + minutes) * 60_000_000


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _named_offset(name: str, us: int) -> int | None:
    where = _zone(name)
    if where is None:
        return None
    local = (_EPOCH + timedelta(microseconds=us)).replace(tzinfo=where)
    offset = local.astimezone(UTC).replace(tzinfo=None)
    return (local.replace(tzinfo=None) - offset) // timedelta(microseconds=1)
