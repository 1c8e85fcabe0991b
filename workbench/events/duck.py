"""DuckDB connections without outside extensions, once a thread: opening one takes longer than reading a small file."""

from __future__ import annotations

import threading
from typing import Any

_OFF = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_own = threading.local()


def one_thread() -> Any:
    """This thread's connection for small queries on Arrow columns, in UTC."""
    if not hasattr(_own, "small"):
        import duckdb

        _own.small = duckdb.connect(config={**_OFF, "threads": "1"})
        _own.small.execute("SET TimeZone = 'UTC'")
    return _own.small


def all_threads() -> Any:
    """This thread's connection for reading large files."""
    if not hasattr(_own, "large"):
        import duckdb

        _own.large = duckdb.connect(config=_OFF)
    return _own.large
