"""Numbers as people read them: counts, rates, money and durations."""

from __future__ import annotations

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
NO_DATA = "–"


def count(value: float | None) -> str:
    """1234567 -> "1,234,567"; a forecast's part of a person is shown below ten only.

    Examples
    --------
    >>> count(1234567), count(None), count(3.26)
    ('1,234,567', '–', '3.3')
    """
    if value is None:
        return NO_DATA
    if value != round(value) and abs(value) < 10:
        return f"{value:,.1f}"
    return f"{round(value):,}"


def short_count(value: float | None) -> str:
    """1234567 -> "1.23 M", for places too small for the whole number."""
    if value is None:
        return NO_DATA
    for limit, suffix in ((1e9, " B"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= limit:
            scaled = value / (1e3 if suffix == " k" else limit)
            return f"{scaled:.3g}{suffix}"
    return count(value)


def rate(value: float | None) -> str:
    """0.614 -> "61.4 %": three figures, and two decimals below 1 %.

    Examples
    --------
    >>> rate(0.614), rate(0.00123), rate(1.0), rate(None)
    ('61.4 %', '0.12 %', '100 %', '–')
    """
    if value is None:
        return NO_DATA
    percent = value * 100
    if percent == 0:
        return "0 %"
    if abs(percent) < 1:
        return f"{percent:.2f} %"
    if abs(percent) >= 99.95:
        return f"{percent:,.0f} %"
    return f"{percent:.1f} %"


def signed_rate(value: float | None) -> str:
    """0.1875 -> "+18.75 %", for differences."""
    if value is None:
        return NO_DATA
    return f"{value * 100:+.2f} %".replace("-", "−")


def money(value: float | None, currency: str) -> str:
    """1234.5 USD -> "$1,234"; cents only below 100.

    Examples
    --------
    >>> money(1234.5, "USD"), money(9.5, "EUR"), money(12, "SEK")
    ('$1,234', '€9.50', '12.00 SEK')
    """
    if value is None:
        return NO_DATA
    digits = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
    symbol = _SYMBOLS.get(currency)
    sign = "−" if digits.startswith("-") else ""
    digits = digits.lstrip("-")
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{digits} {currency}"


def duration(seconds: float | None) -> str:
    """93784 -> "1 d 2 h", the two largest units."""
    if seconds is None:
        return NO_DATA
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 or seconds == int(seconds) else f"{seconds:.1f} s"
    parts = []
    rest = int(seconds)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        amount, rest = divmod(rest, size)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts[:2])


def interval(low: float | None, high: float | None) -> str:
    """A range of rates: "60.1–62.7 %"."""
    if low is None or high is None:
        return "no data"
    return f"{rate(low).removesuffix(' %')}–{rate(high)}"


def points(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A difference of two rates in points, with its interval.

    Examples
    --------
    >>> points(0.025, 0.007, 0.046), points(-0.012), points(None)
    ('+2.5 pp (+0.7 to +4.6)', '−1.2 pp', '–')
    """
    if value is None:
        return NO_DATA
    places = 2 if 0.00005 <= abs(value) < 0.001 else 1
    span = ""
    if low is not None and high is not None:
        span = f" ({_signed(low, places)} to {_signed(high, places)})"
    return f"{_signed(value, places)} pp{span}"


def _signed(value: float, places: int) -> str:
    words = f"{value * 100:+.{places}f}"
    return words.replace("-", "−") if float(words) else words.lstrip("+-")


def p_value(p: float | None) -> str:
    """0.0004 -> "< 0.001".

    Examples
    --------
    >>> p_value(0.0004), p_value(0.2), p_value(None)
    ('< 0.001', '0.200', '–')
    """
    return NO_DATA if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"
