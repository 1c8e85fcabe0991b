"""What a journey file keeps of an import's choices, and the choices made from it again."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from workbench import paths
from workbench.journey.journey import Dataset

if TYPE_CHECKING:
    from workbench.events.source import Choices

_PRIVACY = "privacy"


def choices_of(dataset: Dataset) -> Choices | None:
    """What a person chose when a dataset was imported; None where every guess was kept."""
    if not dataset.mapping and not dataset.zone:
        return None
    from workbench.events.privacy import Privacy
    from workbench.events.source import Choices

    chosen = dict(dataset.mapping)
    words = chosen.pop(_PRIVACY, "").split(",")
    privacy = Privacy(own_salt() if "hash" in words else "", "mask" in words, "queries" in words)
    return Choices(columns=tuple(chosen.items()), zone=dataset.zone or "UTC", privacy=privacy)


def kept_choices(choices: Choices | None) -> tuple[tuple[str, str], ...]:
    """Columns by role and the kinds of protection, never the salt."""
    if choices is None:
        return ()
    privacy = choices.privacy
    given = (("hash", bool(privacy.salt)), ("mask", privacy.mask), ("queries", privacy.drop_queries))
    words = ",".join(word for word, is_on in given if is_on)
    return (*choices.columns, *(((_PRIVACY, words),) if words else ()))


def own_salt() -> str:
    """The salt of this computer, made once and kept in the person's state folder."""
    path = paths.state() / "salt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_hex(16), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8").strip()
