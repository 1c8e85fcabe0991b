"""Which values of a transaction id tell one transaction from another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLACEHOLDERS = ("", "(not set)", "null", "none", "undefined")


def real_ids(values: Sequence[Any]) -> NDArray[np.bool_]:
    """By code (0 is no value): whether it is an id, and no placeholder.

    Examples
    --------
    >>> real_ids(["T1", "(not set)"]).tolist()
    [False, True, False]
    """
    return np.array([False, *(str(value).strip().lower() not in PLACEHOLDERS for value in values)])
