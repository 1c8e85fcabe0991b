"""An experiment from plan to reading: its gates in their order, its looks, and what is said when nothing is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, log

import numpy as np

from workbench.analysis.comparisons import false_discovery, pooled_z
from workbench.analysis.intervals import z_of
from workbench.errors import WorkbenchError
from workbench.forecast.experiments import (
    Arm,
    GuardrailState,
    RatioCheck,
    ReadOut,
    Verdict,
    chance_better,
    guardrail,
    ratio_check,
    read_out,
)
from workbench.forecast.sequential import bounds, careless_looks
from workbench.forecast.sizing import (
    ALPHA,
    POWER,
    Duration,
    duration,
    power_of,
    sample_size,
    smallest_visible,
)

LONGEST_WEEKS = 26
GUARD_SHARE = 0.02
SECONDARY_Q = 0.10


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be told: a base rate and its relative lift, by whom and how surely.

    With more than two arms each is compared with the control at alpha / (arms - 1). `weeks` is the time there is, for
    the smallest visible lift.
    """

    base: float
    lift: float
    power: float = POWER
    alpha: float = ALPHA
    arms: int = 2
    per_day: float | None = None
    allocation: float = 1.0
    window_days: int = 0
    weeks: float | None = None

    @property
    def alpha_each(self) -> float:
        return self.alpha / max(self.arms - 1, 1)


@dataclass(frozen=True, slots=True)
class Sized:
    """People per arm, how long that takes (None without people a day), and what the time there is can show."""

    per_arm: int | None
    duration: Duration | None
    people_in_time: int | None
    visible_lift: float | None

    @property
    def is_testable(self) -> bool | None:
        """Whether it ends within half a year; None where that is not known."""
        return None if self.duration is None else self.duration.enrol_weeks <= LONGEST_WEEKS


def sized(plan: Plan) -> Sized:
    """Size of an experiment on one rate.

    Raises
    ------
    WorkbenchError
        If the base rate or the raised rate is no rate.

    Examples
    --------
    >>> found = sized(Plan(0.08, 0.1875, per_day=1400, window_days=7))
    >>> found.per_arm, found.duration.enrol_weeks, found.duration.readout_day, found.is_testable
    (5570, 2, 21, True)
    """
    if not 0 < plan.base < 1 or not 0 < plan.base * (1 + plan.lift) <= 1:
        raise WorkbenchError(
            "The base rate must lie between 0 and 100 %, and so must the raised one.", "Type a smaller lift."
        )
    size = sample_size(plan.base, plan.base * (1 + plan.lift), plan.alpha_each, plan.power)
    n = None if size is None else ceil(size - 1e-9)
    lasting = None
    if n is not None and plan.per_day is not None:
        lasting = duration(n, plan.arms, plan.per_day, plan.allocation, plan.window_days)
    reached, visible = None, None
    if plan.weeks and plan.per_day:
        reached = int(plan.per_day * plan.allocation * 7 * plan.weeks / plan.arms)
        seen = smallest_visible(reached, plan.base, plan.alpha_each, plan.power)
        visible = None if seen is None else seen / plan.base - 1
    return Sized(n, lasting, reached, visible)


@dataclass(frozen=True, slots=True)
class Surrogate:
    """The same lift read on a micro-conversion and on the macro, and what the micro test leaves open.

    `macro_power` is the chance that the macro test sees the lift at the micro test's size, `macro_visible` the
    smallest lift it can see there, `macro_half` people per arm where half of the lift passes on.
    """

    micro: Sized
    macro: Sized
    factor: float | None
    macro_power: float | None
    macro_visible: float | None
    macro_half: int | None


def surrogate(micro: Plan, macro: Plan) -> Surrogate:
    """Put both tests side by side.

    Examples
    --------
    >>> found = surrogate(Plan(0.08, 0.1875), Plan(0.008, 0.1875))
    >>> found.micro.per_arm, found.macro.per_arm, round(found.factor, 1), round(found.macro_power, 3)
    (5570, 60512, 10.9, 0.133)
    """
    small, large = sized(micro), sized(macro)
    n, raised = small.per_arm or 0, macro.base * (1 + macro.lift)
    power = power_of(n, macro.base, raised, macro.alpha_each)
    visible = smallest_visible(n, macro.base, macro.alpha_each, macro.power)
    half = sample_size(macro.base, macro.base * (1 + macro.lift / 2), macro.alpha_each, macro.power)
    return Surrogate(
        small,
        large,
        large.per_arm / small.per_arm if small.per_arm and large.per_arm else None,
        power,
        None if visible is None else visible / macro.base - 1,
        None if half is None else ceil(half),
    )


@dataclass(frozen=True, slots=True)
class Metric:
    """Conversions of another rate in both arms; a margin in points (a share) makes it a guardrail."""

    name: str
    treatment_k: int
    control_k: int
    margin: float | None = None
    is_guard: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known of a running or ended experiment.

    `assigned` counts everybody in (treatment, control), `mature` those whose window is over. `looks` are the mature
    people per arm at earlier looks; `planned` people per arm.
    """

    assigned: tuple[int, int]
    treatment: Arm
    control: Arm
    shares: tuple[float, float] = (1.0, 1.0)
    planned: float | None = None
    looks: tuple[float, ...] = ()
    metrics: tuple[Metric, ...] = ()


class Gate(StrEnum):
    """How far a reading gets."""

    INVALID = "invalid"
    IMMATURE = "nobody is mature"
    EARLY = "before the planned end"
    FINAL = "at the planned end"
    UNPLANNED = "no size was planned"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guardrail with its margin."""

    name: str
    margin: float
    found: GuardrailState


@dataclass(frozen=True, slots=True)
class Secondary:
    """A secondary metric, adjusted over all of them."""

    name: str
    found: ReadOut
    p_adjusted: float | None

    @property
    def differs(self) -> bool:
        return self.p_adjusted is not None and self.p_adjusted <= SECONDARY_Q


@dataclass(frozen=True, slots=True)
class Reading:
    """A trial read: everything behind a gate that is shut is None or empty.

    `bound` is what |z| must reach at this look; `careless` the true error rate of this and the earlier looks at 1.96;
    `more` people per arm that would decide it if the rates are what they look like; `immature` people left out.
    """

    gate: Gate
    check: RatioCheck
    verdict: Verdict
    found: ReadOut | None = None
    bound: float | None = None
    careless: float | None = None
    more: int | None = None
    chance: float | None = None
    immature: int = 0
    guards: tuple[Guarded, ...] = ()
    secondaries: tuple[Secondary, ...] = ()


def read_trial(trial: Trial) -> Reading:
    """Read an experiment: sample ratio, maturity, primary at its bound, guardrails, secondaries; in this order.

    Raises
    ------
    WorkbenchError
        If counts contradict each other.

    Examples
    --------
    >>> ended = Trial((5600, 5580), Arm(535, 5600), Arm(447, 5580), planned=5570)
    >>> found = read_trial(ended)
    >>> found.gate.value, found.verdict.value, round(found.chance, 3)
    ('at the planned end', 'better', 0.998)
    >>> read_trial(Trial((600, 400), Arm(1, 600), Arm(1, 400))).gate.value
    'invalid'
    """
    _check(trial)
    check = ratio_check(list(trial.assigned), list(trial.shares))
    if check.is_mismatch:
        return Reading(Gate.INVALID, check, Verdict.INVALID)
    immature = sum(trial.assigned) - trial.treatment.n - trial.control.n
    if not trial.treatment.n or not trial.control.n:
        return Reading(Gate.IMMATURE, check, Verdict.UNDECIDED, immature=immature)
    found = read_out(trial.treatment, trial.control, (trial.treatment.n, trial.control.n))
    (bound, is_early), earlier = bound_now(trial), _earlier_looks(trial)
    is_planned = trial.planned is not None and trial.planned > 0
    is_beyond = found.z is not None and abs(found.z) >= bound
    verdict = (Verdict.BETTER if (found.difference or 0.0) > 0 else Verdict.WORSE) if is_beyond else Verdict.UNDECIDED
    return Reading(
        gate=Gate.EARLY if is_early else Gate.FINAL if is_planned else Gate.UNPLANNED,
        check=check,
        verdict=verdict,
        found=found,
        bound=bound,
        careless=careless_looks(len(earlier) + 1) if earlier else None,
        more=None if is_beyond else more_people(trial),
        chance=chance_better(trial.treatment, trial.control) if is_planned and not is_early else None,
        immature=immature,
        guards=tuple(_guarded(trial, m) for m in trial.metrics if m.is_guard),
        secondaries=_secondaries(trial, [m for m in trial.metrics if not m.is_guard]),
    )


def _check(trial: Trial) -> None:
    for name, assigned, arm in zip(
        ("treatment", "control"), trial.assigned, (trial.treatment, trial.control), strict=True
    ):
        if not 0 <= arm.k <= arm.n <= assigned:
            raise WorkbenchError(
                f"In the {name} {arm.k:,} conversions, {arm.n:,} mature and {assigned:,} assigned people do not fit.",
                "Conversions are at most the mature people, and those at most the assigned ones.",
            )
    for metric in trial.metrics:
        if not 0 <= metric.treatment_k <= trial.treatment.n or not 0 <= metric.control_k <= trial.control.n:
            raise WorkbenchError(f"“{metric.name}” has more conversions than mature people.", "Count people.")


def bound_now(trial: Trial, alpha: float = ALPHA) -> tuple[float, bool]:
    """What |z| must reach at this look, and whether it is before the planned end.

    Without earlier looks and at or beyond the planned size it is the fixed test. Before that, error is spent after
    Lan and DeMets (O'Brien-Fleming) at the looks as they were; what is left is spent at the planned end.

    Examples
    --------
    >>> half = Trial((500, 500), Arm(50, 500), Arm(40, 500), planned=1000)
    >>> round(bound_now(half)[0], 2)
    2.96
    """
    n = min(trial.treatment.n, trial.control.n)
    if trial.planned is None or trial.planned <= 0:
        return z_of(1 - alpha), False
    share = min(1.0, n / trial.planned)
    earlier = [look / trial.planned for look in _earlier_looks(trial) if look / trial.planned < share - 1e-9]
    if share >= 1.0 and not earlier:
        return z_of(1 - alpha), False
    return bounds([*earlier, share], alpha)[-1], share < 1.0


def _earlier_looks(trial: Trial) -> list[float]:
    """Sizes at the looks before this one: a look that was kept just now is this one."""
    n = min(trial.treatment.n, trial.control.n)
    return sorted({look for look in trial.looks if 0 < look < n})


def more_people(trial: Trial) -> int | None:
    """People per arm still to come before a difference like this one would be seen; None where there is none."""
    ours, theirs = trial.treatment.rate, trial.control.rate
    if ours is None or theirs is None or ours == theirs:
        return None
    wanted = sample_size(theirs, ours)
    n = min(trial.treatment.n, trial.control.n)
    short = ceil((wanted or 0.0) - n)
    if trial.planned is not None:
        short = max(short, ceil(trial.planned - n))
    return short if short > 0 else None


def _guarded(trial: Trial, metric: Metric) -> Guarded:
    margin = metric.margin
    if margin is None:
        margin = GUARD_SHARE * metric.control_k / trial.control.n
    arms = Arm(metric.treatment_k, trial.treatment.n), Arm(metric.control_k, trial.control.n)
    return Guarded(metric.name, margin, guardrail(*arms, margin))


def _secondaries(trial: Trial, metrics: Sequence[Metric]) -> tuple[Secondary, ...]:
    if not metrics:
        return ()
    n = trial.treatment.n, trial.control.n
    raw = [pooled_z(m.treatment_k, n[0], m.control_k, n[1]).p for m in metrics]
    adjusted = false_discovery([np.nan if p is None else p for p in raw])
    return tuple(
        Secondary(
            m.name,
            read_out(Arm(m.treatment_k, n[0]), Arm(m.control_k, n[1]), n),
            None if np.isnan(p) else float(p),
        )
        for m, p in zip(metrics, adjusted, strict=True)
    )


def impact_points(gains: Sequence[float]) -> list[int | None]:
    """Gains of +10 % as points from 1 to 10 on a log scale; None for what gains nothing.

    Examples
    --------
    >>> impact_points([1.0, 10.0, 100.0, 0.0]), impact_points([5.0, 5.0])
    ([1, 6, 10, None], [10, 10])
    """
    known = [gain for gain in gains if gain > 0]
    if not known:
        return [None] * len(gains)
    low, high = log(min(known)), log(max(known))
    span = high - low
    return [
        None if gain <= 0 else 10 if span < 1e-9 else max(1, min(10, round(1 + 9 * (log(gain) - low) / span)))
        for gain in gains
    ]
