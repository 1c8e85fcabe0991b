"""Reads numbers as people write them, deciding once for a whole column what a point and a comma mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

_SPACES = " \u00a0\u202f\u2009"
_APOSTROPHES = "'’"
_MONEY = re.compile(
    r"(?:[$€£¥₹₽₺₩¢]|\b(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|CZK|BRL|INR|US|R|kr|zł|Kč|Fr)\b\.?)", re.I
)
_SHAPE = re.compile(rf"^[+\-−]?\d[\d.,{_SPACES}{_APOSTROPHES}]*(?:[eE][+-]?\d+)?$|^[+\-−]?[.,]\d+$")
_SHARE_BESIDE = re.compile(r"(?<=\d)\s*\(\s*[\d.,]+\s*%\s*\)$")  # "1,000 (25.2%)", as a page shows it
_SCALED = re.compile(r"(?<=\d)[ \u00a0\u202f]?(k|K|Tsd\.?|tsd\.?|M|Mio\.?|mio\.?|mn|Mn|million|B|bn|Bn|Mrd\.?|mrd\.?)$")
_SCALES = {"k": 1_000, "tsd": 1_000, "m": 10**6, "mio": 10**6, "mn": 10**6, "million": 10**6}
_SCALES |= {"b": 10**9, "bn": 10**9, "mrd": 10**9}
_DOTTED = re.compile(r"^[^.]*\.[^.]*\.")  # two points: groups of three digits, or an address or a version
_GROUPS = re.compile(r"^[+\-−]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$")
_PLAIN = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
_EMPTY = {"", "-", "–", "—", "null", "none", "nan", "n/a", "na", "(not set)", "undefined", "#n/a"}


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """What separates thousands and decimals in a column; both are known to be right only if `is_proven`."""

    decimal: str = "."
    thousands: str = ""
    is_proven: bool = True

    @property
    def is_plain(self) -> bool:
        return self.decimal == "." and not self.thousands


PLAIN = NumberStyle()


def _bare(cell: str) -> tuple[str, bool, bool, int]:
    """(Digits and separators only, is negative, is per cent, how many each one stands for)."""
    text = _SHARE_BESIDE.sub("", cell.strip(_SPACES + "\t\r\n"))
    negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1] if negative else text
    percent = text.rstrip(_SPACES).endswith("%")
    text = _MONEY.sub("", text.rstrip(_SPACES + "%")).strip(_SPACES)
    if text.endswith("-") and text[:-1]:
        text, negative = text[:-1].strip(_SPACES), True
    scaled = _SCALED.search(text)
    if scaled is None:
        return text, negative, percent, 1
    return text[: scaled.start()], negative, percent, _SCALES[scaled[1].lower().rstrip(".")]


def is_number(cell: str) -> bool:
    """Whether a cell is a number in some way of writing.

    Examples
    --------
    >>> [is_number(c) for c in ("12", "1.234,50", "$ 1,024", "(3)", "12 %", "u1", "", "10.0.0.1")]
    [True, True, True, True, True, False, False, False]
    """
    return _is_shaped(_bare(cell)[0])


def _is_shaped(text: str) -> bool:
    return bool(_SHAPE.match(text)) and not (_DOTTED.match(text) and not _GROUPS.match(text))


def style_of(cells: Iterable[str]) -> NumberStyle:
    """Decide for a column as a whole what its points, commas and spaces mean.

    Examples
    --------
    >>> style_of(["1.024", "1.234.567"])
    NumberStyle(decimal=',', thousands='.', is_proven=True)
    >>> style_of(["19,90"])
    NumberStyle(decimal=',', thousands='.', is_proven=True)
    >>> style_of(["1.024"]).is_proven
    False
    """
    votes, doubtful, other, has_comma = {",": 0, ".": 0}, {",": 0, ".": 0}, "", False
    for cell in cells:
        text = _bare(cell)[0]
        has_comma = has_comma or "," in text
        other = other or next((c for c in text if c in _SPACES + _APOSTROPHES), "")
        decimal, is_sure = _decimal_of(text)
        if decimal:
            (votes if is_sure else doubtful)[decimal] += 1
    return _decide(votes, doubtful, other, has_comma)


def _decimal_of(text: str) -> tuple[str, bool]:
    """(The decimal sign that one number speaks for, whether it proves it)."""
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return ("." if text.rfind(".") > text.rfind(",") else ","), True
    if not points and not commas:
        return "", False
    mark, rival = (".", ",") if points else (",", ".")
    if points + commas > 1:
        return rival, True
    whole, _, fraction = text.lstrip("+-−").partition(mark)
    grouped = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole.isdigit() and whole != "0" and fraction.isdigit()
    return (rival, False) if grouped else (mark, True)


def _decide(votes: dict[str, int], doubtful: dict[str, int], other: str, has_comma: bool) -> NumberStyle:
    if votes["."] or votes[","]:
        decimal = "." if votes["."] >= votes[","] else ","
        return NumberStyle(decimal, other or ("." if decimal == "," else "," * has_comma), True)
    if doubtful["."] or doubtful[","]:
        if other:
            return NumberStyle("." if doubtful[","] else ",", other, True)
        # 1,024 alone is far more often a count than a fraction; 1.024 alone is a plain decimal in most software.
        return NumberStyle(".", "," if doubtful["."] else "", False)
    return NumberStyle(".", other, True)


def read(cell: str, style: NumberStyle = PLAIN) -> float | None:
    """A number, or None if the cell is empty or none.

    Examples
    --------
    >>> read("1.234,50 €", NumberStyle(",", "."))
    1234.5
    >>> read("(12.5 %)"), read("1.2K"), read("3,4 Mio", NumberStyle(",", "."))
    (-0.125, 1200.0, 3400000.0)
    """
    text, negative, percent, scale = _bare(cell)
    if text.lower() in _EMPTY or not _is_shaped(text):
        return None
    plain = "".join(c for c in text if c not in _SPACES + _APOSTROPHES).replace("−", "-")
    if style.thousands in (",", "."):
        plain = plain.replace(style.thousands, "")
    elif style.decimal == "," and plain.count(".") == 1 and "," not in plain:
        return _finish(plain, negative, percent, scale)
    plain = plain.replace(",", ".") if style.decimal == "," else plain.replace(",", "")
    return _finish(plain, negative, percent, scale)


def _finish(plain: str, negative: bool, percent: bool, scale: int) -> float | None:
    try:
        value = Decimal(plain) * scale
        value = value / 100 if percent else value
    except ArithmeticError:
        return None  # no number, or one that is beyond all measure
    found = float(-value if negative else value)
    return found if isfinite(found) else None


def is_empty(cell: str) -> bool:
    """Whether a cell holds nothing, or says so.

    Examples
    --------
    >>> [is_empty(c) for c in (" ", "-", "n/a", "0")]
    [True, True, True, False]
    """
    return cell.strip(_SPACES + "\t\r\n").lower() in _EMPTY


def is_plain(cell: str, style: NumberStyle = PLAIN) -> bool:
    """Whether a cell is a number as programs write it and means that in its column, so that nothing needs mending.

    Examples
    --------
    >>> is_plain("1.024"), is_plain("1.024", NumberStyle(",", "."))
    (True, False)
    """
    return bool(_PLAIN.match(cell)) and not (style.thousands == "." and "." in cell)


def from_json(value: Any) -> float | None:
    """A number out of a JSON value, which may be text."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    return read(str(value), style_of([str(value)]))
