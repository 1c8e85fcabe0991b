"""Tells the encoding of a text file, and leaves a clean UTF-8 copy where the file itself is not one."""

from __future__ import annotations

import codecs
import hashlib
import itertools
import re
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.events.archives import Staging
from workbench.events.repairs import Ledger, RepairKind

_BLOCK = 4 << 20
_LINE_BOM = re.compile(r"^\ufeff+", re.MULTILINE)
_INNER_BOM = re.compile(r"(?<=\n)\ufeff+")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WESTERN = ("àâæçéèêëîïôùûüÿœ", "äöüß", "åäöæøéšž", "áéíñóúüçï", "áàâãçéêíóôõúü", "àèéìíîòóùú", "áéëïöüó")
_WORDS_OF_ONE = frozenset("àáéèóòôåöæø")
# Letters by language, the encodings in the order of preference where two readings make equally good words.
_ALPHABETS = {
    "cp1252": _WESTERN,
    "cp1250": ("ąćęłńóśźż", "áäčďéěíĺľňóôŕřšťúůýž", "áéíóöőúüű", "âăîşţ", "čćđšž"),
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
    "cp1254": ("âçğıîöşûü",),
    "latin-1": ("",),
}
_FOREIGN = ["cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030", "big5", "cp949", "cp874"]


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file ready to read: `path` is valid UTF-8 from byte `start` on.

    `lone_cr` counts carriage returns without a line feed, `crlf` and `lf` the other ends of line.
    """

    path: Path
    encoding: str
    start: int
    sha256: str
    size: int
    lone_cr: int = 0
    crlf: int = 0
    lf: int = 0
    is_guess: bool = False

    @property
    def has_one_newline(self) -> bool:
        """Whether every line ends the same way, and not in a bare carriage return."""
        return self.lone_cr == 0 and (self.crlf == 0 or self.lf == 0)


@dataclass(slots=True)
class _Survey:
    """One pass over the bytes: hash, newlines, NULs, and whether it is UTF-8."""

    digest: str = ""
    size: int = 0
    nuls: int = 0
    cr: int = 0
    lf: int = 0
    crlf: int = 0
    inner_boms: int = 0
    is_utf8: bool = True


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _survey(path: Path) -> _Survey:
    found, sha = _Survey(), hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    last = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sha.update(block)
            found.size += len(block)
            found.nuls += block.count(b"\0") if b"\0" in block else 0
            found.inner_boms += 0 if block.isascii() else block.count(b"\n" + codecs.BOM_UTF8)
            if b"\r" in block or found.cr:
                # Up to the first carriage return every line ended in a line feed alone: that there were some is enough.
                found.lf += block.count(b"\n") + (found.cr == 0 and found.size > len(block))
                found.cr += block.count(b"\r")
                found.crlf += block.count(b"\r\n") + (last == b"\r" and block.startswith(b"\n"))
            last = block[-1:]
            found.is_utf8 = found.is_utf8 and _decodes(decoder, block)
    found.is_utf8 = found.is_utf8 and _decodes(decoder, b"", final=True)
    found.digest = sha.hexdigest()
    return found


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    if not final and block.isascii() and decoder.getstate()[0] == b"":
        return True
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def read_text(path: Path, staging: Staging, ledger: Ledger) -> TextFile:
    """Survey a text file and, where it is not clean UTF-8, write a clean copy into the staging folder."""
    found = _survey(path)
    with path.open("rb") as file:
        head = file.read(1 << 20)
    bom, encoding, is_guess = _encoding_of(head, found)
    if bom:
        ledger.note(RepairKind.BOM_REMOVED, 1, encoding)
    text = TextFile(path, encoding, bom, found.digest, found.size, is_guess=is_guess)
    text = replace(text, lone_cr=found.cr - found.crlf, crlf=found.crlf, lf=found.lf - found.crlf)
    if encoding == "utf-8" and found.nuls == 0 and found.is_utf8 and not found.inner_boms:
        return text
    if encoding != "utf-8":
        ledger.note(RepairKind.RECODED, 1, f"read as {encoding}" + (", guessed from its letters" if is_guess else ""))
    return _clean_copy(text, staging, ledger)


def _encoding_of(head: bytes, found: _Survey) -> tuple[int, str, bool]:
    """(Length of the byte order mark, encoding, whether it was guessed)."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return len(bom), name, False
    if found.nuls > found.size // 8:
        even, odd = head[0::2].count(b"\0"), head[1::2].count(b"\0")
        if max(even, odd) > 4 * min(even, odd):
            return 0, "utf-16-be" if even > odd else "utf-16-le", True
    if found.is_utf8:
        return 0, "utf-8", False
    return 0, _guess_8_bit(head), True


def _guess_8_bit(head: bytes) -> str:
    """Windows code page by how letters beyond ASCII stand: alone among Latin ones, or in runs of their own."""
    if _is_utf8_with_damage(head):
        return "utf-8"
    high = sum(byte >= 0x80 for byte in head)
    in_runs = sum(a >= 0x80 and b >= 0x80 for a, b in itertools.pairwise(head))
    if high and in_runs > 0.5 * high:
        return _guess_foreign(head)
    if _is_japanese(head):
        return "cp932"
    lines = b"\n".join(itertools.islice((line for line in head.splitlines() if not line.isascii()), 400))
    return max(_ALPHABETS, key=lambda encoding: _fit(lines[: 1 << 16], encoding))


def _is_japanese(head: bytes) -> bool:
    """Whether bytes make kana among other letters beyond ASCII in Shift JIS, whose second bytes are often ASCII."""
    text = head[: head.rfind(b"\n") + 1 or None].decode("cp932", "replace")
    beyond = [place for place, character in enumerate(text) if character > "\x7f"]
    kana = sum("\u3040" <= text[place] <= "\u30ff" for place in beyond)
    in_runs = sum(text[place - 1 : place] > "\x7f" or text[place + 1 : place + 2] > "\x7f" for place in beyond)
    return kana > 0.3 * len(beyond) and in_runs > 0.8 * len(beyond) and text.count("\ufffd") < 0.02 * len(beyond)


def _is_utf8_with_damage(head: bytes) -> bool:
    """Whether most of what is not ASCII is valid UTF-8, so that the rest is damage and not another encoding."""
    text = head.decode("utf-8", "replace")
    good = sum(character > "\x7f" and character != "\ufffd" for character in text)
    return good > 4 * text.count("\ufffd")


def _fit(head: bytes, encoding: str) -> int:
    """How well a reading makes words: letters of one language, less others, capitals inside words, unknown bytes."""
    text = head.decode(encoding, "replace")
    broken = sum(character == "\ufffd" or "\x80" <= character <= "\x9f" for character in text)
    foreign = [place for place, character in enumerate(text) if character > "\x7f"]
    odd = sum(_is_odd(text, place) for place in foreign)
    letters = [text[place].lower() for place in foreign if text[place].isalpha() and _is_in_word(text, place)]
    known = max(sum(1 if letter in language else -1 for letter in letters) for language in _ALPHABETS[encoding])
    return known - 2 * broken - odd


def _is_odd(text: str, place: int) -> bool:
    """Whether a capital or a sign stands inside a word, or a letter alone that makes no word."""
    before, character, after = text[max(place - 1, 0) : place], text[place], text[place + 1 : place + 2]
    if before.isalpha() and after.isalpha():
        return not character.isalpha() or (character.isupper() and before.islower())
    return character.isalpha() and not (before.isalpha() or after.isalpha()) and character.lower() not in _WORDS_OF_ONE


def _is_in_word(text: str, place: int) -> bool:
    return text[max(place - 1, 0) : place].isalpha() or text[place + 1 : place + 2].isalpha()


def _guess_foreign(head: bytes) -> str:
    from charset_normalizer import from_bytes

    lines = [line for line in head[: 1 << 18].splitlines() if not line.isascii()]
    best = from_bytes(b"\n".join(lines[:400]), cp_isolation=_FOREIGN).best()
    return best.encoding if best is not None else "cp1252"


def _clean_copy(text: TextFile, staging: Staging, ledger: Ledger) -> TextFile:
    """Write the text as UTF-8 without NULs, and without marks where files were put together; lines stay in place."""
    decoder = codecs.getincrementaldecoder(text.encoding)("replace")
    target, lone_cr, crlf, lf, lost, nuls, boms, last = staging.new_path(), 0, 0, 0, 0, 0, 0, ""
    with text.path.open("rb") as source, target.open("wb") as out:
        source.seek(text.start)
        while True:
            block = source.read(_BLOCK)
            piece = decoder.decode(block, not block)
            lost += piece.count("\ufffd")
            nuls += piece.count("\0")
            piece = piece.replace("\0", "")
            piece, marks = _LINE_BOM.subn("", piece) if last in ("", "\n") else _INNER_BOM.subn("", piece)
            boms += marks
            pairs = piece.count("\r\n") + (last == "\r" and piece.startswith("\n"))
            crlf, lf, lone_cr = crlf + pairs, lf + piece.count("\n") - pairs, lone_cr + piece.count("\r") - pairs
            last = piece[-1:] or last
            out.write(piece.encode("utf-8", "replace"))
            if not block:
                break
    ledger.note(RepairKind.UNDECODABLE, lost, f"bytes that are not {text.encoding}")
    ledger.note(RepairKind.NUL_REMOVED, nuls, "NUL bytes")
    ledger.note(RepairKind.BOM_REMOVED, boms, "byte order marks at the beginning of later lines")
    return replace(text, path=target, start=0, lone_cr=lone_cr, crlf=crlf, lf=lf)
