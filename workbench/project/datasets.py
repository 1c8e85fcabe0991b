"""What a journey file keeps of an import's choices, and the choices made from it again."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from workbench import paths
from workbench.journey.journey import Dataset

if TYPE_CHECKING:
    from workbench.events.source import Choices

_PRIVACY, _SHEET, _DATES, _EPOCH, _STITCH, _COUNTS = "privacy", "sheet", "dates", "epoch", "stitch", "counts"
_DAY_FIRST = {"day first": True, "month first": False}


def choices_of(dataset: Dataset) -> Choices | None:
    """What a person chose when a dataset was imported; None where every guess was kept."""
    if not dataset.mapping and not dataset.zone:
        return None
    from workbench.events.aggregates import CountKind
    from workbench.events.privacy import Privacy
    from workbench.events.source import Choices

    chosen = dict(dataset.mapping)
    words = chosen.pop(_PRIVACY, "").split(",")
    kind = chosen.pop(_COUNTS, None)
    return Choices(
        zone=dataset.zone or "UTC",
        sheet=chosen.pop(_SHEET, None),
        day_first=_DAY_FIRST.get(chosen.pop(_DATES, "")),
        epoch_is_local=chosen.pop(_EPOCH, "") == "local",
        stitch=chosen.pop(_STITCH, "") == "yes",
        count_kind=next((known for known in CountKind if known.value == kind), None),
        privacy=Privacy(own_salt() if "hash" in words else "", "mask" in words, "queries" in words),
        columns=tuple(chosen.items()),
    )


def kept_choices(choices: Choices | None) -> tuple[tuple[str, str], ...]:
    """Columns by role, how the file is read and the kinds of protection, never the salt."""
    if choices is None:
        return ()
    privacy = choices.privacy
    given = (("hash", bool(privacy.salt)), ("mask", privacy.mask), ("queries", privacy.drop_queries))
    dates = next((words for words, is_first in _DAY_FIRST.items() if is_first is choices.day_first), "")
    others = (
        (_SHEET, choices.sheet or ""),
        (_DATES, dates),
        (_EPOCH, "local" if choices.epoch_is_local else ""),
        (_STITCH, "yes" if choices.stitch else ""),
        (_COUNTS, choices.count_kind.value if choices.count_kind is not None else ""),
        (_PRIVACY, ",".join(word for word, is_on in given if is_on)),
    )
    return (*choices.columns, *((name, words) for name, words in others if words))


def own_salt() -> str:
    """The salt of this computer, made once and kept in the person's state folder."""
    path = paths.state() / "salt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_hex(16), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8").strip()
