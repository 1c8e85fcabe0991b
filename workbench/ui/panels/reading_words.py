"""What the reading of an experiment says: headline, note, and the rows of its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.forecast.experiments import Arm
from workbench.ui import numbers

if TYPE_CHECKING:
    from workbench.forecast.trial import Guarded, Metric, Reading, Secondary, Trial
    from workbench.ui.panels.panel import Cell

_GUARD = {"pass": "✓ pass", "fail": "✕ fail", "inconclusive": "inconclusive"}


def headline(found: Reading) -> str:
    """The verdict in one sentence."""
    if found.gate.value == "invalid":
        p = numbers.p_value(found.check.p)
        return f"✕ Invalid: people were not assigned as planned (p {p}); no result is shown"
    if found.found is None:
        return "Nobody's window is over yet: there is nothing to read"
    gap = numbers.points(found.found.difference, *_bounds(found))
    if found.verdict.value == "better":
        return f"▲ Treatment is better: {gap}"
    if found.verdict.value == "worse":
        return f"▼ Treatment is worse: {gap}"
    more = "" if found.more is None else f", about {numbers.count(found.more)} more people per arm"
    return f"Undecided{more}: {gap}"


def _bounds(found: Reading) -> tuple[float | None, float | None]:
    interval = found.found.difference_interval if found.found is not None else None
    return (None, None) if interval is None else (interval.low, interval.high)


def note(trial: Trial, found: Reading) -> str:
    """What the verdict rests on, and what to be careful about."""
    ratio = f"Sample ratio fits (p {numbers.p_value(found.check.p)})." if found.check.p is not None else ""
    if found.found is None:
        if found.gate.value == "invalid":
            split = f"{numbers.count(trial.assigned[0])} to {numbers.count(trial.assigned[1])}"
            return f"Assigned {split}. Look for what loses or adds people in one arm, mend it, and start anew."
        return f"{ratio} {numbers.count(found.immature)} are still running."
    said = [ratio]
    if found.immature:
        said.append(f"{numbers.count(found.immature)} still running are left out.")
    said += _test_words(found)
    return " ".join(part for part in said if part)


def _test_words(found: Reading) -> list[str]:
    assert found.found is not None
    said = []
    if found.found.z is not None:
        words = f"z {found.found.z:+.2f}, needed {found.bound:.2f}"
        said.append(f"{words} (p {numbers.p_value(found.found.p)}).".replace("-", "−"))
    if found.gate.value == "before the planned end":
        said.append("Before the planned end: the bound is O'Brien-Fleming's, and a large effect is likely overstated.")
    elif found.gate.value == "no size was planned":
        said.append("No size was planned: this bound holds for a single look.")
    elif found.chance is not None:
        said.append(f"Chance that treatment is better: {numbers.rate(found.chance)}.")
    if found.careless is not None:
        said.append(f"As many looks at 1.96 each would err {numbers.rate(found.careless)} of the time.")
    return said


def rows(trial: Trial, found: Reading) -> list[list[Cell]]:
    """Primary with its lift, then guardrails, then secondaries."""
    if found.found is None:
        return []
    lift = found.found.lift_interval
    span = "" if lift.low is None or lift.high is None else _span(lift.low, lift.high)
    lifted = numbers.NO_DATA if found.found.lift is None else f"{numbers.signed_rate(found.found.lift)}{span}"
    guarded = [metric for metric in trial.metrics if metric.is_guard]
    gap = numbers.points(found.found.difference, *_bounds(found))
    primary: list[Cell] = ["Primary", found.verdict.value, gap, _arm(trial.treatment), _arm(trial.control)]
    return [
        primary,
        ["Lift", "relative", lifted, "", ""],
        *(_guard(trial, m, g) for m, g in zip(guarded, found.guards, strict=True)),
        *(_secondary(row) for row in found.secondaries),
    ]


def _span(low: float, high: float) -> str:
    return f" ({low * 100:+.1f} to {high * 100:+.1f})".replace("-", "−")


def _arm(arm: Arm) -> Cell:
    if arm.rate is None:
        return ("no data", None)
    return (f"{numbers.rate(arm.rate)}", arm.rate, f"{numbers.count(arm.k)} of {numbers.count(arm.n)}")


def _guard(trial: Trial, metric: Metric, guard: Guarded) -> list[Cell]:
    ours, theirs = metric.treatment_k / trial.treatment.n, metric.control_k / trial.control.n
    says = _GUARD[guard.found.state.value]
    gap = numbers.points(ours - theirs, guard.found.interval.low, guard.found.interval.high)
    margin = numbers.points(-guard.margin)
    return [
        f"Guardrail: {guard.name}",
        says,
        (f"{gap}, 90 %", ours - theirs, f"Pass if not lower than {margin} beyond doubt; not significant is not safe"),
        _arm(Arm(metric.treatment_k, trial.treatment.n)),
        _arm(Arm(metric.control_k, trial.control.n)),
    ]


def _secondary(row: Secondary) -> list[Cell]:
    found = row.found
    says = "no difference shown"
    if row.differs:
        says = "▲ more" if (found.difference or 0.0) > 0 else "▼ less"
    gap = numbers.points(found.difference, found.difference_interval.low, found.difference_interval.high)
    return [
        f"Secondary: {row.name}",
        f"{says} (adj. p {numbers.p_value(row.p_adjusted)})",
        gap,
        (numbers.rate(found.treatment_rate), found.treatment_rate),
        (numbers.rate(found.control_rate), found.control_rate),
    ]
