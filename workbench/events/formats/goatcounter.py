"""GoatCounter's export: page views and events by session; the first header carries the version of the format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.events.formats.format import Format, Sight
from workbench.events.schema import Mapping

if TYPE_CHECKING:
    import pyarrow as pa

_FIRST = re.compile(r"^\d+Path$")


def _recognises(sight: Sight) -> bool:
    return bool(sight.names) and bool(_FIRST.match(sight.names[0])) and sight.has("Session", "Date")


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    return Mapping(user="Session", time="Date", event=sample.schema.names[0], zone=zone)


FORMAT = Format("goatcounter", "GoatCounter export", _recognises, _mapping)
