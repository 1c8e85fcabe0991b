"""The hits of a graph's nodes as compiled loops read them: posting lists where they lie, other lists beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.hits import found_positions
from workbench.analysis.kernels.rooms import Lists
from workbench.analysis.match import Match
from workbench.analysis.options import Options
from workbench.analysis.shape import Shape
from workbench.analysis.stream import Stream
from workbench.events.postings import KeyLayout, Postings

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Course:
    """A stream, a graph and the matches of its nodes: what there is to walk."""

    stream: Stream
    shape: Shape
    options: Options
    matches: tuple[Match, ...]
    seats: tuple[tuple[int, Match], ...] = ()


def lists_of(course: Course) -> Lists:
    """Positions and keys of all nodes and seats; plain names in a whole store are read where they are."""
    store, stream = course.stream.store, course.stream
    postings = store.all_postings if stream.rows is None else Postings(*_empty(), KeyLayout())
    layout = store.all_postings.layout
    wanted = [*course.matches, *(match for _, match in course.seats)]
    second: list[NDArray[Any]] = []
    spans: list[tuple[bool, int, int]] = []
    for match in wanted:
        code = store.code_by_name.get(match.event_names[0]) if match.is_plain and len(match.any_of) == 1 else None
        if code is not None and stream.rows is None:
            spans.append((False, int(postings.offset[code]), int(postings.offset[code + 1])))
        else:
            begin = sum(map(len, second))
            second.append(found_positions(stream, match))
            spans.append((True, begin, begin + len(second[-1])))
    positions = np.concatenate([np.zeros(0, np.int64), *second])
    keys = layout.keys(stream.unit_of(positions), np.asarray(stream.time_us[positions]))
    return Lists(
        postings.rows,
        postings.keys,
        positions.astype(np.uint32),
        keys,
        np.array([is_second for is_second, _, _ in spans], np.bool_),
        np.array([begin for _, begin, _ in spans], np.int64),
        np.array([end for _, _, end in spans], np.int64),
        np.array([node for node, _ in course.seats], np.int64),
        np.uint64((1 << layout.time_bits) - 1),
        layout.origin_us,
    )


def _empty() -> tuple[NDArray[np.uint32], NDArray[np.uint64], Ints]:
    return np.zeros(0, np.uint32), np.zeros(0, np.uint64), np.zeros(1, np.int64)


def cut(lists: Lists, begin: int, end: int) -> Lists:
    """The lists between two positions."""
    starts, ends = lists.begin.copy(), lists.end.copy()
    borders = np.array([begin, end], np.uint32)  # of another type the whole list would be copied
    for i, is_second in enumerate(lists.is_second):
        positions = lists.second_positions if is_second else lists.first_positions
        piece = positions[lists.begin[i] : lists.end[i]]
        starts[i], ends[i] = lists.begin[i] + np.searchsorted(piece, borders)
    return lists._replace(begin=starts, end=ends)
