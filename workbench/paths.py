"""Where resources, caches, autosaves and logs are."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "breadcrumb"
_PACKAGE = Path(__file__).resolve().parent


def _shipped(in_wheel: str, in_checkout: str) -> Path:
    installed = _PACKAGE / in_wheel
    return installed if installed.is_dir() else _PACKAGE.parent / in_checkout


def resources() -> Path:
    """Folder of icons, fonts, themes and the library of elements."""
    return _shipped("_resources", "resources")


def sample_data() -> Path:
    """Folder of the sample journeys and their data."""
    return _shipped("_sample_data", "sample_data")


def cache() -> Path:
    """Folder for imported stores and compiled kernels; `BREADCRUMB_CACHE` overrides it."""
    chosen = os.environ.get("BREADCRUMB_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir(_APP))


def state() -> Path:
    """Folder for view state, autosaves and logs; `BREADCRUMB_STATE` overrides it."""
    chosen = os.environ.get("BREADCRUMB_STATE")
    return Path(chosen) if chosen else Path(platformdirs.user_state_dir(_APP))
