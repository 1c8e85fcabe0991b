"""Finds the rows whose user id is a placeholder: most columns hold none, which one look at first bytes shows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.events.letters import BLANKS, begins, ends, table_of
from workbench.events.schema import MISSING_IDS, is_missing_id

_LONGEST = max(map(len, MISSING_IDS))
_STARTS = table_of(BLANKS, b"{0", *(text[:1].encode() + text[:1].upper().encode() for text in MISSING_IDS))
_ODD = table_of(BLANKS, b"{0")
_BLANK = table_of(BLANKS)
# Whatever ASCII text this does not match, and no text of the set matches, is an id.
_ZEROS = r"^\s*\{?0{8}|[^ -~]"


def placeholders(texts: Any, zero_is_id: bool) -> NDArray[np.int64]:
    """The places of an Arrow array of ids at which a placeholder stands; missing ids are none.

    Examples
    --------
    >>> import pyarrow as pa
    >>> placeholders(pa.array(["u1", "NULL", None, " 0 ", "unknown_1"]), False).tolist()
    [1, 3]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    likely = begins(texts, _STARTS)
    if likely.any():
        short = pc.less_equal(pc.binary_length(texts), _LONGEST).fill_null(False).to_numpy(zero_copy_only=False)
        likely &= short | begins(texts, _ODD) | ends(texts, _BLANK)
        likely &= texts.is_valid().to_numpy(zero_copy_only=False)
    places = np.flatnonzero(likely)
    if not len(places):
        return places
    coded = texts.take(pa.array(places)).dictionary_encode()
    is_missing = _missing(coded.dictionary, zero_is_id)[coded.indices.to_numpy()]
    return np.asarray(places[is_missing], np.int64)


def _missing(ids: Any, zero_is_id: bool) -> NDArray[np.bool_]:
    """Which of some distinct ids are placeholders; Arrow narrows them down to those that are worth a closer look."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.utf8_lower(pc.utf8_trim_whitespace(ids))
    worth = pc.or_(pc.is_in(plain, pa.array(sorted(MISSING_IDS))), pc.match_substring_regex(ids, _ZEROS))
    found = np.zeros(len(ids), bool)
    for place in np.flatnonzero(worth.to_numpy(zero_copy_only=False)):
        found[place] = is_missing_id(ids[int(place)].as_py(), zero_is_id)
    return found
