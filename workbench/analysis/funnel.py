"""Funnels: steps in a row, counted ordered, strictly, in any order or from any step on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.cache import cache_of
from workbench.analysis.choice import (
    Exclusion,
    Paths,
    Walk,
    attempts_reaching,
    choose,
    choose_in_any_order,
    choose_in_open_order,
    walk_on,
)
from workbench.analysis.hits import found_positions
from workbench.analysis.lists import Course
from workbench.analysis.match import Match
from workbench.analysis.measures import FunnelFigures, Step
from workbench.analysis.options import DEFAULTS, FOREVER_US, CountBy, Mode, Options, Span
from workbench.analysis.plain_walk import is_plain, walk
from workbench.analysis.plain_walk import paths as paths_of
from workbench.analysis.plain_walk import tally as tally_of
from workbench.analysis.shape import Shape
from workbench.analysis.stream import Stream, stream_of
from workbench.analysis.tally import Places, mature_limit_us
from workbench.errors import WorkbenchError
from workbench.events.store import EventStore
from workbench.journey.rule import Rule
from workbench.progress import Progress

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Between:
    """What must not happen between step `first` and step `last`, counted from 1."""

    match: Match
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class FunnelRequest:
    """Steps with what must not happen between them, and how matching counts."""

    steps: tuple[Match, ...]
    exclusions: tuple[Between, ...] = ()
    options: Options = DEFAULTS
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, rules: Iterable[Rule], options: Options = DEFAULTS) -> FunnelRequest:
        """Ask for a funnel of plain rules.

        Examples
        --------
        >>> FunnelRequest.of([Rule(("visit",)), Rule(("pay",))]).names
        ('visit', 'pay')
        """
        given = tuple(rules)
        return cls(tuple(Match.of(rule) for rule in given), options=options, names=tuple(str(rule) for rule in given))

    def __post_init__(self) -> None:
        n = len(self.steps)
        for ban in self.exclusions:
            if not 1 <= ban.first < ban.last <= n:
                raise WorkbenchError(
                    f"An exclusion from step {ban.first} to step {ban.last} does not fit a funnel of {n} steps.",
                    "Let it begin and end at two different steps of the funnel, in their order.",
                )
            if self.options.mode is Mode.ANY and (ban.first, ban.last) != (1, n):
                raise WorkbenchError(
                    "Where the order of steps is free, an exclusion can only cover all of them.",
                    f"Let it run from step 1 to step {n}.",
                )


@dataclass(frozen=True, eq=False)
class Funnel:
    """A counted funnel: units by depth, and the chosen path of every unit (empty when attempts are counted).

    `counts[k]` are the units that got to step k + 1; in an open funnel they are `entered[k] + continued[k - 1]`.
    """

    request: FunnelRequest
    stream: Stream
    paths: Paths
    counts: tuple[int, ...]
    entered: tuple[int, ...] = ()
    continued: tuple[int, ...] = ()

    @property
    def n_steps(self) -> int:
        return len(self.request.steps)

    @property
    def depth(self) -> Ints:
        """Steps that each unit got through."""
        return self.paths.length

    @property
    def dropped(self) -> tuple[int, ...]:
        """Units lost after each step; in an open funnel those that had a step and did not go on."""
        if self.request.options.mode is Mode.OPEN:
            return tuple(a - b for a, b in zip(self.counts, self.continued, strict=False))
        return tuple(a - b for a, b in zip(self.counts, self.counts[1:], strict=False))

    @property
    def rate_step(self) -> tuple[float | None, ...]:
        """Share of each step's units that came from the step before; None for the first and without data."""
        return (None, *(ratio(b, a) for a, b in zip(self.counts, self.counts[1:], strict=False)))[: self.n_steps]

    @property
    def rate_total(self) -> tuple[float | None, ...]:
        return tuple(ratio(count, self.counts[0]) for count in self.counts)

    def share_of_all(self, all_units: int) -> tuple[float | None, ...]:
        return tuple(ratio(count, all_units) for count in self.counts)

    def seconds_between(self, first: int, last: int) -> NDArray[np.float64]:
        """Seconds from one step to a later one, for every unit that reached the later one, even if lost afterwards."""
        begins = self.paths.at[:-1][self.depth >= last]
        taken: NDArray[np.float64] = (
            self.paths.time_us[begins + last - 1] - self.paths.time_us[begins + first - 1]
        ) / 1e6
        return taken


def ratio(part: int, whole: int) -> float | None:
    """0/0 is no data.

    Examples
    --------
    >>> ratio(0, 5), ratio(0, 0)
    (0.0, None)
    """
    return part / whole if whole else None


def funnel(request: FunnelRequest, store: EventStore, progress: Progress | None = None) -> Funnel:
    """Count a funnel.

    Parameters
    ----------
    request : FunnelRequest
    store : EventStore
    progress : Progress, optional
        Checked for a cancel between the parts of the work.

    Examples
    --------
    >>> log = EventStore.from_rows([("1", 0, "A"), ("1", 1, "B"), ("2", 0, "A"), ("3", 5, "B")])
    >>> funnel(FunnelRequest.of([Rule(("A",)), Rule(("B",))]), log).counts
    (2, 1)
    """
    return funnel_on(request, cached_stream(store, request.options), progress)


def funnel_on(request: FunnelRequest, stream: Stream, progress: Progress | None = None) -> Funnel:
    """Count a funnel on a stream, the quick way if the rules allow it."""
    if not is_quick(request, stream):
        return count_funnel(request, line_walk(request, stream))
    paths = paths_of(walk(line_course(request, stream), Places(), progress, with_seen=False))
    return Funnel(request, stream, paths, as_tuple(np.bincount(paths.node, minlength=len(request.steps))))


def is_quick(request: FunnelRequest, stream: Stream) -> bool:
    """Whether the swift kernels know all the rules that are asked for."""
    return bool(request.steps) and not request.exclusions and is_plain(line_course(request, stream))


def line_course(request: FunnelRequest, stream: Stream) -> Course:
    """The steps of a funnel as a graph without branches, before any hit is looked up."""
    options = request.options
    shape = Shape.line(len(request.steps), options.step_window_us, options.mode is Mode.STRICT)
    return Course(stream, shape, options, request.steps)


def cached_stream(store: EventStore, options: Options) -> Stream:
    """The stream that the options ask for, remembered with the store."""
    key = ("stream", options.unit, options.cleaning)
    return cache_of(store).get(key, lambda: stream_of(store, options.unit, options.cleaning))


def line_walk(request: FunnelRequest, stream: Stream) -> Walk:
    """The steps of a funnel with their hits."""
    course = line_course(request, stream)
    return walk_on(stream, course.shape, course.options, [found_positions(stream, step) for step in request.steps])


def count_funnel(request: FunnelRequest, ground: Walk) -> Funnel:
    """Count the funnel on hits that were found already."""
    n = len(request.steps)
    options = request.options
    bans = [
        Exclusion(ban.first - 1, ban.last - 1, found_positions(ground.stream, ban.match)) for ban in request.exclusions
    ]
    if n == 0:
        nothing = np.zeros(0, np.int64)
        return Funnel(request, ground.stream, Paths(np.zeros(ground.n_units + 1, np.int64), *[nothing] * 3), ())
    if options.unit.by is CountBy.ATTEMPTS:
        nobody = Paths(np.zeros(ground.n_units + 1, np.int64), *[np.zeros(0, np.int64)] * 3)
        return Funnel(request, ground.stream, nobody, as_tuple(attempts_reaching(ground, bans)))
    if options.mode is Mode.OPEN:
        return _open(request, ground)
    paths = choose_in_any_order(ground, bans) if options.mode is Mode.ANY else choose(ground, bans)[0]
    return Funnel(request, ground.stream, paths, as_tuple(np.bincount(paths.node, minlength=n)))


def as_tuple(counts: Ints) -> tuple[int, ...]:
    return tuple(int(count) for count in counts)


def _open(request: FunnelRequest, ground: Walk) -> Funnel:
    n = len(request.steps)
    paths = choose_in_open_order(ground)
    entered = np.bincount(paths.node[paths.first], minlength=n)
    went_on = np.ones(len(paths.node), np.bool_)
    went_on[paths.last] = False
    continued = np.bincount(paths.node[went_on], minlength=n)[: n - 1]
    counts = np.bincount(paths.node, minlength=n)
    return Funnel(request, ground.stream, paths, as_tuple(counts), as_tuple(entered), as_tuple(continued))


@dataclass(frozen=True, slots=True)
class Maturity:
    """The funnel with only mature entries allowed, and how many of the first step's units are not mature."""

    counts: tuple[int, ...]
    immature: int


def mature(counted: Funnel, data_end_us: int) -> Maturity | None:
    """Count only entries whose whole window lies in the data; None without a window, when nothing is mature or not.

    Converters and others alike must be mature: dropping only the unconverted would bias the rate up.
    """
    options = counted.request.options
    if options.window_us >= FOREVER_US or not counted.n_steps:
        return None
    span = Span(options.span.from_us, min(options.span.to_us, data_end_us - options.window_us + 1))
    limited = replace(counted.request, options=replace(options, span=span))
    counts = funnel_on(limited, counted.stream).counts
    return Maturity(counts, counted.counts[0] - counts[0])


def figures_of(request: FunnelRequest, store: EventStore, names: Sequence[str]) -> FunnelFigures:
    """The plain figures of a funnel; all from one walk where the rules allow it."""
    stream = cached_stream(store, request.options)
    if not is_quick(request, stream):
        return funnel_figures(funnel_on(request, stream), names, store.data_end_us)
    places = Places(mature_us=mature_limit_us(request.options.window_us, store.data_end_us))
    found = tally_of(walk(line_course(request, stream), places, with_seen=False), places)
    counts, ripe = as_tuple(found.on_path), as_tuple(found.mature)
    has_mature = places.mature_us is not None
    rates = [ratio(n, counts[k - 1]) if k else None for k, n in enumerate(counts)]
    return FunnelFigures(
        tuple(
            Step(name, n, rates[k], ratio(n, counts[0])) for k, (name, n) in enumerate(zip(names, counts, strict=True))
        ),
        (),
        stream.n_units,
        str(request.options.mode),
        request.options.window_s,
        ripe if has_mature else (),
        counts[0] - ripe[0] if has_mature else 0,
        (None, *found.medians_s()),
    )


def funnel_figures(counted: Funnel, names: Sequence[str], data_end_us: int | None) -> FunnelFigures:
    """The plain figures of a funnel, with the median seconds from each step to the next."""
    steps = zip(names, counted.counts, counted.rate_step, counted.rate_total, strict=True)
    ripe = None if data_end_us is None else mature(counted, data_end_us)
    return FunnelFigures(
        tuple(Step(*step) for step in steps),
        (),
        counted.stream.n_units,
        str(counted.request.options.mode),
        counted.request.options.window_s,
        ripe.counts if ripe else (),
        ripe.immature if ripe else 0,
        median_steps_s(counted),
    )


def median_steps_s(counted: Funnel) -> tuple[float | None, ...]:
    """Median seconds from the step before, None for the first and where nobody came."""
    if counted.request.options.mode is Mode.OPEN or not len(counted.paths.node):
        return (None,) * counted.n_steps
    durations = (counted.seconds_between(k, k + 1) for k in range(1, counted.n_steps))
    return (None, *(float(np.median(taken)) if len(taken) else None for taken in durations))
