"""Assumptions in words, and a lift read from an A/B result."""

from __future__ import annotations

from collections.abc import Callable

from workbench.errors import WorkbenchError
from workbench.journey.assumptions import Assumptions, LiftRange, Source, Trial


def lift_from(target_id: str, trial: Trial) -> LiftRange:
    """Lift of a link from an A/B result: the 95 % score interval of the ratio of its two rates.

    Raises
    ------
    WorkbenchError
        If the counts are no result, or one of the groups has nobody who went on.

    Examples
    --------
    >>> found = lift_from("page-cart", Trial(400, 5000, 475, 5000))
    >>> round(found.low, 3), round(found.high, 3)
    (1.046, 1.348)
    """
    from workbench.analysis.intervals import ratio

    pairs = ((trial.control_k, trial.control_n), (trial.treatment_k, trial.treatment_n))
    if any(n < 1 or not 0 <= k <= n for k, n in pairs):
        raise WorkbenchError("These counts are no A/B result.", "Type people and, of them, how many went on.")
    span = ratio(trial.treatment_k, trial.treatment_n, trial.control_k, trial.control_n)
    if not span.low or span.high is None:
        raise WorkbenchError(
            "A group of which nobody went on tells no lift.", "Wait for more people, or type a range instead."
        )
    return LiftRange(target_id, span.low, span.high, trial)


def lift_words(lift: LiftRange) -> str:
    """ "+5.8 % to +34.5 %".

    Examples
    --------
    >>> lift_words(LiftRange("a", 1.0579, 1.3446))
    '+5.8 % to +34.5 %'
    """
    low, high = ((bound - 1.0) * 100 for bound in (lift.low, lift.high))
    return f"{low:+.1f} % to {high:+.1f} %".replace("-", "−")


def sentences(assumptions: Assumptions, name: Callable[[str], str], has_seats: bool = True) -> tuple[str, ...]:
    """What a forecast takes for granted, one sentence each; `name` gives the name of a link."""
    said = ["If the lifts are real and later rates hold."]
    if assumptions.quality_decay:
        said = [f"If the lifts are real; people who are added convert {_share(assumptions.quality_decay)} worse later."]
    if assumptions.source is Source.SIBLINGS:
        said.append("Extra people come from the sibling links.")
    if has_seats:
        share = _share(assumptions.causal_share)
        said.append(f"{share} of what goes with a micro-conversion on a stage is taken as its effect.")
    for lift in assumptions.lifts:
        origin = " (A/B result)" if lift.trial is not None else ""
        said.append(f"{name(lift.target_id)} is lifted by {lift_words(lift)}{origin}.")
    return tuple(said)


def _share(value: float) -> str:
    return f"{value * 100:.3g} %"
