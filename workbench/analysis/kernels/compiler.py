"""Runs kernels compiled where numba is there and done, else as plain Python."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from workbench import paths

F = TypeVar("F", bound=Callable[..., Any])


def _numba() -> Any:
    """numba with its cache in the program's cache folder, or None where it is missing or switched off."""
    if os.environ.get("NUMBA_DISABLE_JIT") == "1":
        return None
    try:
        import numba
    except ImportError:
        return None
    numba.config.CACHE_DIR = str(_cache_folder())
    return numba


def _cache_folder() -> Path:
    """One folder per state of all kernels: numba itself notices changes only in a kernel's own file."""
    content = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    base = os.environ.get("NUMBA_CACHE_DIR") or paths.cache() / "kernels"
    return Path(base) / hashlib.sha256(content).hexdigest()[:16]


_NUMBA = _numba()


def inner(function: F) -> F:
    """A function that kernels call: compiled into them, plain Python otherwise."""
    if _NUMBA is None:
        return function
    from numba.extending import register_jitable

    marked: F = register_jitable(function)
    return marked


class Kernel:
    """A function with two bodies; a call takes the compiled one unless that would have to be compiled first."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.plain = function
        self.compiled = None if _NUMBA is None else _NUMBA.njit(nogil=True, cache=True)(function)
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        KERNELS.append(self)

    def __call__(self, *arguments: Any) -> Any:
        if self.compiled is None or (_STATE.is_patient is False and not self.compiled.signatures):
            return self.plain(*arguments)
        return self.compiled(*arguments)


class _State:
    """Whether a caller may be kept waiting for the compiler."""

    is_patient = True


KERNELS: list[Kernel] = []
_STATE = _State()
_LOCK = threading.Lock()


def kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a function as a kernel."""
    return Kernel(function)
