"""The one kind of error that a person can act on."""

from __future__ import annotations


class WorkbenchError(Exception):
    """Something a person can mend: `message` says what and where, `hint` says what to do.

    Any other exception that reaches the outermost road is a bug.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class CancelledError(Exception):
    """The person asked to stop; nothing of the unfinished work is kept."""
