"""The event store: columns sorted by (user, time, input order), memory-mapped from one folder per dataset.

Contract shared by ingest (which writes it) and analysis (which reads it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Column:
    """A property: `codes[row]` is 0 where missing, else 1 + the index into `values` (text, int, float or bool)."""

    codes: NDArray[np.unsignedinteger[Any]]
    values: Sequence[str | int | float | bool]


@dataclass(frozen=True)
class EventStore:
    """N events of U users; user u owns rows user_offset[u]:user_offset[u + 1], in sequence order."""

    event_names: tuple[str, ...]
    user_offset: NDArray[np.int64]
    time_us: NDArray[np.int64]
    event: NDArray[np.unsignedinteger[Any]]
    properties: Mapping[str, Column] = field(default_factory=dict)
    user_ids: Sequence[str] = ()
