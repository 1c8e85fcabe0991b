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
    """A function with two bodies; a call takes the compiled one unless that is still being compiled."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.plain = function
        self.compiled = None if _NUMBA is None else _NUMBA.njit(nogil=True, cache=True)(function)
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__

    def __call__(self, *arguments: Any) -> Any:
        is_waiting = _WARMING.is_set() and not getattr(_COMPILING, "active", False)
        if self.compiled is None or (is_waiting and not self.compiled.signatures):
            return self.plain(*arguments)
        return self.compiled(*arguments)


_COMPILING = threading.local()
_WARMING = threading.Event()
_READY = threading.Event()
_ONE_AT_A_TIME = threading.Lock()


def kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a function as a kernel."""
    return Kernel(function)


def warm_up(exercise: Callable[[], None]) -> None:
    """Compile all kernels by running them once; until that is done, calls from elsewhere run as plain Python.

    Meant for a worker thread at the first start; later starts read the cache within half a second.
    """
    with _ONE_AT_A_TIME:
        if _READY.is_set():
            return
        _WARMING.set()
        try:
            _COMPILING.active = True
            exercise()
            _READY.set()
        finally:
            _COMPILING.active = False
            _WARMING.clear()


def is_interpreted() -> bool:
    """Whether a call now would run as plain Python, so that NumPy is the quicker way where there is one."""
    return _NUMBA is None or (_WARMING.is_set() and not getattr(_COMPILING, "active", False))


def are_ready() -> bool:
    """Whether all kernels are compiled, or never will be."""
    return _READY.is_set() or _NUMBA is None
