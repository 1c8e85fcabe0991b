"""Tells how a delimited text is written: separator, quoting, lines before the table, and where its header is."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.events import numbers, times

SEPARATORS = (",", "\t", ";", "|", "\x01", "\x1f", "^", "~")
# Signs that stand for one separator together; a copy of the text has UNIT in their place.
_SEVERAL = ("|~|", "~|~", "^|^", "|^|", "||", "::", "^^", "~~", ";;", "@@", "##")
UNIT = "\x1f"
_SEP_LINE = re.compile(r'^"?sep=(.{1,3}?)"?\s*$', re.IGNORECASE)
_RULE = re.compile(r"^[\s|+:=-]*(?:---|===)[\s|+:=-]*$")
_SAMPLE_ROWS = 300
csv.field_size_limit(1 << 30)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a delimited text: `skip` physical lines stand before the header (or before the data without one).
    `is_padded` says that blanks beside the separators are no part of the values."""

    separator: str
    quote: str = '"'
    escape: str = ""
    skip: int = 0
    has_sep_line: bool = False
    comments: tuple[str, ...] = ()
    titles: int = 0
    has_header: bool = True
    width: int = 1
    is_padded: bool = False


def sniff(text: str) -> Dialect:
    """Read the dialect off the beginning of a text."""
    lines = text.splitlines(keepends=True)
    named, skip, comments = _preamble(lines)
    body = lines[skip : skip + _SAMPLE_ROWS * 3]
    separator = _best_separator(body) if named is None else (named if len(named) == 1 else UNIT)
    quote, escape = _quoting(body, separator)
    rows = _sampled(body, separator, quote, escape)[:_SAMPLE_ROWS]
    is_padded = _are_padded(rows)
    if is_padded:
        rows = [[cell.strip() for cell in row] for row in parse("".join(body), separator, quote, escape, is_padded)]
        rows = [row for row in rows[:_SAMPLE_ROWS] if not is_rule(row)]
    width = modal_width(rows)
    titles = _title_rows(rows, width)
    return Dialect(
        separator,
        quote,
        escape,
        skip + _physical(body, rows, titles),
        named is not None,
        comments,
        titles,
        has_header(rows[titles:]),
        width,
        is_padded,
    )


def parse(text: str, separator: str, quote: str = '"', escape: str = "", is_padded: bool = False) -> list[list[str]]:
    """Cells of a delimited text, row by row; blank lines are empty rows."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        quotechar=quote,
        escapechar=escape or None,
        skipinitialspace=is_padded,
    )
    return list(reader)


def _are_padded(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a blank stands behind nearly every separator, as in “a, b, c” and in tables drawn with lines."""
    cells = [cell for row in rows if not is_rule(row) for cell in row[1:] if cell.strip()]
    return len(cells) > 1 and sum(cell.startswith(" ") for cell in cells) >= 0.9 * len(cells)


def is_rule(cells: Sequence[str]) -> bool:
    """Whether a row only draws a line, as between the header and the rows of a printed table."""
    return bool(_RULE.match("|".join(cells)))


def _sampled(body: Sequence[str], separator: str, quote: str, escape: str) -> list[list[str]]:
    """The rows of a sample; a quotation mark that is never closed must not make one row of all the lines below it."""
    rows = parse("".join(body), separator, quote, escape)
    if sum(line.count(quote) for line in body) % 2 == 0 or len(rows) > len(body) / 3:
        return rows
    return [[cell.strip(quote) for cell in line.rstrip("\r\n").split(separator)] for line in body]


def several_signs(text: str) -> str:
    """The separator of several signs that a text uses, or "" if it uses none.

    Examples
    --------
    >>> several_signs("user||event\\nu1||view\\n"), several_signs("a|b|||c\\n1|2|||3\\n")
    ('||', '')
    """
    named, skip, _ = _preamble(text.splitlines(keepends=True))
    if named is not None and len(named) > 1:
        return named
    lines = [line for line in text.splitlines()[skip:] if line.strip()][:_SAMPLE_ROWS]
    for signs in _SEVERAL:
        counts = Counter(line.count(signs) for line in lines)
        usual, rows = counts.most_common(1)[0] if counts else (0, 0)
        if usual and lines[0].count(signs) == usual and rows >= 0.9 * len(lines) and _are_one(lines[0], signs):
            return signs
    return ""


def _are_one(header: str, signs: str) -> bool:
    """Whether the signs stand between the names of a header, which holds no other separator and no empty name."""
    cells = header.split(signs)
    return all(cell.strip() and not any(sign in cell for sign in ",;\t|") for cell in cells)


def _preamble(lines: Sequence[str]) -> tuple[str | None, int, tuple[str, ...]]:
    """(Separator named by a sep= line, lines before the table, comments among them)."""
    named, comments, skip = None, [], 0
    for line in lines:
        bare = line.strip("\r\n")
        found = _SEP_LINE.match(bare)
        if skip == 0 and found:
            named = found[1]
        elif bare.startswith("#"):
            comments.append(bare)
        elif bare.strip():
            break
        skip += 1
    return named, skip, tuple(comments)


def _best_separator(lines: Sequence[str]) -> str:
    scored = [(_evenness("".join(lines), separator), -place, separator) for place, separator in enumerate(SEPARATORS)]
    best = max(scored)
    return best[2] if best[0] > 0 else ","


def _evenness(text: str, separator: str) -> float:
    """How well a separator explains the text: share of rows with the usual width, times how wide that is."""
    if separator not in text:
        return 0.0
    widths = Counter(len(row) for row in parse(text, separator)[:_SAMPLE_ROWS] if row)
    width = max(widths, key=lambda w: (widths[w] * (w > 1), w))
    share = widths[width] / sum(widths.values())
    return share * (1 + min(width, 20) / 100) if width > 1 else 0.0


def _quoting(lines: Sequence[str], separator: str) -> tuple[str, str]:
    text = "".join(lines)
    if '"' not in text and re.search(
        rf"(^|{re.escape(separator)})'[^'\n]*'({re.escape(separator)}|$)", text, re.MULTILINE
    ):
        return "'", ""
    if '\\"' not in text:
        return '"', ""
    plain, escaped = parse(text, separator), parse(text, separator, '"', "\\")
    return ('"', "\\") if _regularity(escaped) > _regularity(plain) else ('"', "")


def _regularity(rows: Sequence[Sequence[str]]) -> float:
    width = modal_width(rows)
    return sum(len(row) == width for row in rows) / max(len(rows), 1)


def modal_width(rows: Sequence[Sequence[object]]) -> int:
    """The usual number of cells of a row; wider wins a tie."""
    widths = Counter(len(row) for row in rows if row)
    return max(widths, key=lambda w: (widths[w], w)) if widths else 1


def _title_rows(rows: Sequence[Sequence[str]], width: int) -> int:
    """How many rows above the header hold a title (one filled cell where the table has more) or nothing."""
    for count, row in enumerate(rows[:20]):
        filled = sum(bool(cell.strip()) for cell in row)
        if width < 2 or filled >= min(2, width):
            return count
    return 0


def _physical(body: Sequence[str], rows: Sequence[Sequence[str]], titles: int) -> int:
    """Physical lines that the first rows take; titles are assumed to take one each."""
    return min(titles, len(body), len(rows))


def looks_typed(cell: str) -> bool:
    """Whether a cell is a number or a time rather than a name."""
    return numbers.is_number(cell) or times.is_time(cell)


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns: a typed cell above typed cells means that it is data."""
    if not rows:
        return True
    first, below = rows[0], [row for row in rows[1:101] if row]
    for place, cell in enumerate(first):
        typed = [looks_typed(row[place]) for row in below if place < len(row) and row[place].strip()]
        if looks_typed(cell) and (not below or (typed and sum(typed) > len(typed) / 2)):
            return False
    return True
