"""What the words and figures of a report mean, with the options that this journey uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from workbench.journey.journey import Journey

_TIES = {"any": "count as in order", "increasing": "do not count", "file": "follow file order"}
_MODES = {"ordered": "in order", "strict": "in strict order", "any": "in any order", "open": "from any step on"}


def duration(seconds: float | None) -> str:
    """Seconds in words; "no window" for None."""
    if seconds is None:
        return "no window"
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            amount = int(seconds // size)
            return f"{amount} {name}{'s' * (amount != 1)}"
    return f"{seconds:g} seconds"


def instant(time_us: int | None) -> str | None:
    """Microseconds since 1970 as ISO text in UTC."""
    if time_us is None:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(journey: Journey) -> str:
    """One sentence on how this journey counts."""
    c = journey.counting
    pause = f"sessions (as the data name them, else ended by a pause of {duration(c.session_gap_s)})"
    unit = {"user": "people", "session": pause}.get(c.count_by, c.count_by)
    entry = "any try" if c.entry == "any" else "the first try only"
    window = f"within {duration(journey.window_s)}" if journey.window_s is not None else "without a window"
    shaping = journey.shaping
    left_out = "; exact repeats left out" if shaping.without_repeats else ""
    left_out += f"; each {shaping.once_per} once" if shaping.once_per else ""
    return f"{unit} {_MODES.get(c.mode, c.mode)} {window}, {entry}; equal times {_TIES.get(c.ties, c.ties)}{left_out}"


def rows(journey: Journey) -> tuple[tuple[str, str], ...]:
    """Words and meanings."""
    return (
        ("People", f"Units whose chosen path has the element: {counted(journey)}."),
        ("Chosen path", "A unit's path that ends in a goal, else gets furthest, earliest first. Each unit has one."),
        ("Of previous", "Units that came by a link, of all units at the elements before. With 95 % Wilson interval."),
        ("Of first", "Units at the element, of all units that entered the map."),
        ("Left here", "Units whose path ends at the element without being a goal."),
        ("Drop-off", "Left here, of the units at the element."),
        ("Money lost", "Left here times the mean value of going on, in the journey's currency."),
        ("Did instead", "The next event of those who left."),
        (
            "Dead end",
            "An action that, beyond doubt, is followed by the macro-conversion less than half as often as average.",
        ),
        (
            "At most (95 %)",
            "One-sided exact upper limit of the rate: how high it may be although few or none were seen.",
        ),
        ("Still running", "Entries whose window is not over at the end of the data."),
        (
            "Measured / aggregated / estimated",
            "From events / from added-up counts / from typed figures or moved levers.",
        ),
        (
            "Value per person",
            "Mean value of the macro-conversions that people standing here reach: an average, not an effect.",
        ),
        ("Scenario", "The as-is map with some rates or volumes changed; it holds if later rates stay as they are."),
    )
