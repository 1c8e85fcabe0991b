"""Segments of a journey: saved under names that differ, renamed in place, dropped."""

from __future__ import annotations

import pytest

from workbench.errors import WorkbenchError
from workbench.journey import edits
from workbench.journey.codec import decode, encode
from workbench.journey.journey import Journey, Segment
from workbench.journey.rule import Condition, Operator, Rule

KEEN = Segment("Keen", did=(Rule(("compare",), count_at_least=2),), did_not=(Rule(("leave",)),))
MOBILE = Segment("Mobile", filters=(Condition("device", Operator.EQ, "mobile"),))


def names(journey: Journey) -> list[str]:
    return [segment.name for segment in journey.segments]


def test_segments_keep_their_order_when_one_is_renamed():
    journey = edits.save_segment(edits.save_segment(Journey(), KEEN), MOBILE)
    renamed = edits.save_segment(journey, Segment("  Very   keen ", KEEN.did), replaces="Keen")
    assert names(renamed) == ["Very keen", "Mobile"]
    assert renamed.segments[0].did == KEEN.did


def test_a_taken_or_empty_name_is_refused():
    journey = edits.save_segment(edits.save_segment(Journey(), KEEN), MOBILE)
    with pytest.raises(WorkbenchError, match="“Mobile” already"):
        edits.save_segment(journey, Segment("Mobile"), replaces="Keen")
    with pytest.raises(WorkbenchError, match="Mobile"):
        edits.save_segment(journey, Segment("Mobile"))
    with pytest.raises(WorkbenchError, match="needs a name"):
        edits.save_segment(journey, Segment("  "))


def test_a_dropped_segment_is_gone_and_the_others_stay():
    journey = edits.save_segment(edits.save_segment(Journey(), KEEN), MOBILE)
    assert names(edits.drop_segment(journey, "Keen")) == ["Mobile"]
    assert edits.drop_segment(journey, "nobody") == journey


def test_segments_are_read_back_as_they_were_written():
    journey = edits.save_segment(edits.save_segment(Journey(), KEEN), MOBILE)
    assert decode(Journey, encode(journey), "journey") == journey
