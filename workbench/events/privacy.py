"""Finds personal data in ids, addresses and properties, and masks or hashes it before anything is stored."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import WorkbenchError
from workbench.events.repairs import Ledger, RepairKind

if TYPE_CHECKING:
    import pyarrow as pa


class Personal(StrEnum):
    """A kind of personal data."""

    EMAIL = "email"
    PHONE = "phone"
    IP = "ip"
    CARD = "card"
    TOKEN = "token"


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is protected at import: ids hashed with this salt, personal data masked, queries of addresses cut off."""

    salt: str = ""
    mask: bool = False
    drop_queries: bool = False

    @property
    def is_on(self) -> bool:
        return bool(self.salt) or self.mask or self.drop_queries


NO_PRIVACY = Privacy()
_SHORTEST_SALT = 8


def parse_privacy(text: str) -> Privacy:
    """Read "hash=SALT,mask,queries": any of the three, in any order.

    Raises
    ------
    WorkbenchError
        If a word is not known, or the salt is too short to protect anything.

    Examples
    --------
    >>> parse_privacy("mask,queries")
    Privacy(salt='', mask=True, drop_queries=True)
    """
    words = [part.strip() for part in text.split(",") if part.strip()]
    salt = next((word.removeprefix("hash=") for word in words if word.startswith("hash=")), "")
    unknown = [word for word in words if word not in ("mask", "queries") and not word.startswith("hash=")]
    if unknown:
        raise WorkbenchError(f"“{unknown[0]}” protects nothing.", "Write hash=SALT, mask or queries.")
    if "hash=" in text and len(salt) < _SHORTEST_SALT:
        raise WorkbenchError("The salt is too short.", f"Give at least {_SHORTEST_SALT} characters, and keep them.")
    return Privacy(salt, "mask" in words, "queries" in words)


# A name such as red-shoe@2x.png has the shape of an address; no country is called png.
_FILES = "png|jpe?g|gif|webp|svg|avif|ico|css|js|mjs|json|html?|php|pdf|mp4|webm|woff2?|ttf|zip|xml|txt|csv"
_EMAIL = re.compile(
    rf"(?<![\w.%+-])[\w.+-]{{1,64}}(?:@|%40)(?:[A-Za-z0-9-]+\.)+(?!(?:{_FILES})\b)[A-Za-z]{{2,24}}\b", re.I
)
_PHONE = re.compile(r"(?<![\w+])(?:\+|00)[1-9][\d ()./-]{6,20}\d(?![\w])")
_LOCAL_PHONE = re.compile(r"(?<![\w.])\(?\d[\d ()./-]{5,18}\d(?![\w.])")
_PHONE_NAME = re.compile(r"phone|mobile_number|telefon|tel_?(?:number|nr)?$|handy|whatsapp|msisdn", re.I)
_IPV4 = re.compile(
    r"(?<![\w.])(?<![A-Za-z]/)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]|-\w)"
)
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){3,7}[0-9A-Fa-f]{1,4}(?![\w:.])")
_VERSION_NAME = re.compile(r"version|_ver$|build|release", re.I)
_CARD = re.compile(r"(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.])")
_ISSUER = re.compile(
    r"^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12}|35\d{14}|3[068]\d{12})$"
)
_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]{3,}(?:\.[\w-]*)?")
_SECRET = re.compile(
    r"(?<=[?&;#])(?:access_?token|auth_?token|token|api_?key|password|passwd|pwd|secret|signature|session_?token)=(?!\[)[^&#\s]{6,}",
    re.I,
)
_HINT = re.compile(
    r"@|%40|eyJ|[?&;#]\w*(?:token|key|pass|pwd|secret|signature)\w*=|\d\.\d{1,3}\.\d{1,3}\.\d|(?:\d[ -]?){13}|"
    r"(?:\+|\b00)[1-9][\d ()./-]{6}|:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:",
    re.IGNORECASE,
)
_WORTH_A_COLUMN = 500
_QUERY = re.compile(r"^((?:[a-z][a-z0-9+.-]*:)?//[^?#\s]*|/[^?#\s]*)[?#].*$", re.I | re.S)


def luhn(digits: str) -> bool:
    """Whether a number passes the check digit test of payment cards.

    Examples
    --------
    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_card(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    return bool(_ISSUER.match(digits)) and luhn(digits) and len(set(digits)) > 1


def _is_phone(text: str) -> bool:
    return 8 <= sum(c.isdigit() for c in text) <= 15


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def _spans(text: str, name: str) -> list[tuple[int, int, Personal]]:
    """Where personal data stand in a text; `name` is the column's, which tells a phone number and a version apart."""
    found = [(*m.span(), Personal.EMAIL) for m in _EMAIL.finditer(text)]
    found += [(*m.span(), Personal.TOKEN) for m in _TOKEN.finditer(text)]
    found += [(m.start() + m[0].index("=") + 1, m.end(), Personal.TOKEN) for m in _SECRET.finditer(text)]
    found += [(*m.span(), Personal.CARD) for m in _CARD.finditer(text) if _is_card(m[0])]
    found += [(*m.span(), Personal.PHONE) for m in _PHONE.finditer(text) if _is_phone(m[0])]
    if _PHONE_NAME.search(name):
        found += [(*m.span(), Personal.PHONE) for m in _LOCAL_PHONE.finditer(text) if _is_phone(m[0])]
    if not _VERSION_NAME.search(name):
        found += [(*m.span(), Personal.IP) for m in _IPV4.finditer(text)]
        found += [(*m.span(), Personal.IP) for m in _IPV6.finditer(text) if _is_ipv6(m[0])]
    return _apart(sorted(found))


def _apart(spans: list[tuple[int, int, Personal]]) -> list[tuple[int, int, Personal]]:
    kept: list[tuple[int, int, Personal]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def personal_in(text: str, name: str = "") -> frozenset[Personal]:
    """Kinds of personal data in a text.

    Examples
    --------
    >>> sorted(personal_in("https://shop.example/login?email=jane.doe%40example.com"))
    [<Personal.EMAIL: 'email'>]
    >>> personal_in("https://shop.example/p/red-shoe@2x.png")
    frozenset()
    """
    if len(text) < 5 or not _may_hold(text, name):
        return frozenset()
    return frozenset(kind for _, _, kind in _spans(text, name))


def _may_hold(text: str, name: str) -> bool:
    """Whether a closer look is worth it: one pass rules out nearly all texts."""
    return _HINT.search(text) is not None or _PHONE_NAME.search(name) is not None


def _any_may_hold(texts: Sequence[str], name: str) -> bool:
    """The same for many texts at once; digits of the length of a card are among the hints."""
    if len(texts) < _WORTH_A_COLUMN or not all(map(str.isascii, texts)):
        return any(_may_hold(text, name) for text in texts)
    import pyarrow as pa
    import pyarrow.compute as pc

    hints = pc.match_substring_regex(pa.array(texts, pa.string()), _HINT.pattern, ignore_case=True)
    return _PHONE_NAME.search(name) is not None or bool(pc.any(hints).as_py())


def masked(text: str, name: str = "") -> str:
    """The text with personal data replaced by its kind.

    Examples
    --------
    >>> masked("mail jane@example.com now")
    'mail [email] now'
    """
    if len(text) < 5 or not _may_hold(text, name):
        return text
    parts, last = [], 0
    for start, end, kind in _spans(text, name):
        parts += [text[last:start], f"[{kind}]"]
        last = end
    return "".join([*parts, text[last:]])


def without_query(text: str) -> str:
    """A web address or path without its query and fragment; other text as it is.

    Examples
    --------
    >>> without_query("https://x.example/a?b=1#c"), without_query("why?")
    ('https://x.example/a', 'why?')
    """
    found = _QUERY.match(text)
    return found[1] if found else text


def hashed(text: str, salt: str) -> str:
    """An id that cannot be read back without the salt, the same for the same id."""
    return hashlib.blake2b(text.encode(), key=salt.encode()[:64], digest_size=16).hexdigest()


def counted(values: Iterable[tuple[str, int]], name: str) -> dict[Personal, tuple[int, str]]:
    """Rows by kind of personal data, with an example, in a column given as (text, rows) pairs.

    Digits that pass the test of cards in no more than one text in five of their kind do so by chance and do not count.
    """
    values = list(values)
    if not _any_may_hold([text for text, _ in values], name):
        return {}
    rows: Counter[Personal] = Counter()
    examples: dict[Personal, str] = {}
    long_digits = 0
    for text, count in values:
        long_digits += count * bool(_CARD.search(text))
        for kind in personal_in(text, name):
            rows[kind] += count
            examples.setdefault(kind, masked(text, name))
    if rows[Personal.CARD] <= 0.2 * long_digits:
        del rows[Personal.CARD]
    return {kind: (count, examples[kind]) for kind, count in rows.items() if count}


class Guard:
    """Protects batches on their way to the store."""

    def __init__(self, privacy: Privacy, ledger: Ledger) -> None:
        self._privacy = privacy
        self._ledger = ledger

    def protect(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with ids hashed, personal data masked and queries cut off, as asked."""
        import pyarrow as pa

        if not self._privacy.is_on:
            return batch
        arrays = []
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            is_text = pa.types.is_string(column.type) and name != "event_id"
            arrays.append(self._protected(name, column) if is_text else column)
        return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)

    def _protected(self, name: str, column: Any) -> Any:
        import pyarrow as pa

        coded = column.dictionary_encode()
        texts: list[str] = coded.dictionary.to_pylist()
        codes = np.asarray(coded.indices.fill_null(-1))
        counts = np.bincount(codes[codes >= 0], minlength=len(texts))
        changed = texts
        for kind, change in self._changes(name):
            before, changed = changed, [change(text) for text in changed]
            differs = np.array([a != b for a, b in zip(before, changed, strict=True)], bool)
            self._ledger.note(kind, int(counts[differs].sum()), f"in {name}")
        if changed == texts:
            return column
        return pa.DictionaryArray.from_arrays(coded.indices, pa.array(changed, pa.string())).dictionary_decode()

    def _changes(self, name: str) -> Iterator[tuple[RepairKind, Callable[[str], str]]]:
        """What is done to the texts of a column, in this order."""
        if name == "user" and self._privacy.salt:
            yield RepairKind.IDS_HASHED, lambda text: hashed(text, self._privacy.salt)
            return
        if self._privacy.drop_queries:
            yield RepairKind.QUERY_DROPPED, without_query
        if self._privacy.mask and name != "user":
            yield RepairKind.MASKED, lambda text: masked(text, name)
