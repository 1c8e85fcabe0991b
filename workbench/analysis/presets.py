"""Count like another product: named sets of options, with what stays different."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.analysis.options import ALWAYS, US, CountBy, Effect, Entry, Mode, Options, Repeats, Ties, Unit

POSTHOG_WINDOW_S = 14 * 86_400.0


class Vendor(StrEnum):
    """Whose way of counting."""

    GA4 = "GA4"
    GA4_OPEN = "GA4, open funnel"
    MIXPANEL = "Mixpanel"
    MIXPANEL_TOTALS = "Mixpanel, totals"
    AMPLITUDE = "Amplitude"
    AMPLITUDE_ANY_ORDER = "Amplitude, any order"
    POSTHOG = "PostHog"
    POSTHOG_STRICT = "PostHog, strict order"
    CLICKHOUSE = "ClickHouse"
    CLICKHOUSE_STRICT = "ClickHouse, strict order"


@dataclass(frozen=True, slots=True)
class Preset:
    """`rule` says how the vendor counts, `differs` what cannot be imitated ("" if nothing is known to)."""

    vendor: Vendor
    rule: str
    differs: str = ""


PRESETS: dict[Vendor, Preset] = {
    preset.vendor: preset
    for preset in (
        Preset(
            Vendor.GA4,
            "Users in a closed funnel: the steps in order, other events between, any entry; the window's edge counts.",
            "GA4 samples, withholds small rows and merges rare values into “(other)”.",
        ),
        Preset(
            Vendor.GA4_OPEN,
            "Users may enter at any step and must then go on step by step; a step behind a skipped one does not count.",
            "GA4 samples, withholds small rows and merges rare values into “(other)”.",
        ),
        Preset(
            Vendor.MIXPANEL,
            "Only a user's first entry in the range opens an attempt; the window's edge does not count; an exclusion "
            "ends the attempt where it happens.",
            "Mixpanel lets events up to 2 seconds apart stand in either order.",
        ),
        Preset(
            Vendor.MIXPANEL_TOTALS,
            "Attempts are counted, one of a user open at a time; an exclusion ends the attempt where it happens.",
            "Mixpanel lets events up to 2 seconds apart stand in either order.",
        ),
        Preset(Vendor.AMPLITUDE, "Users in order, any entry; steps behind the range's end count."),
        Preset(
            Vendor.AMPLITUDE_ANY_ORDER,
            "Users who did the steps in any order within the window, beginning with the first step.",
            "Amplitude's newer description does not say whether the first step must come first.",
        ),
        Preset(
            Vendor.POSTHOG,
            "Users in order, any entry, 14 days if no window is given; events outside the range do not exist; an "
            "excluded attempt is removed.",
            "PostHog removes a user whose deepest attempt is excluded, even if a shorter one is clean.",
        ),
        Preset(
            Vendor.POSTHOG_STRICT,
            "As PostHog, with no other event between two steps; repeats of the step just made do not interrupt.",
            "PostHog does not ask for strictness among events of one instant.",
        ),
        Preset(
            Vendor.CLICKHOUSE,
            "windowFunnel with strict_once: the longest chain of steps in order within the window of its first event.",
            "Without strict_once ClickHouse lets one event serve several steps.",
        ),
        Preset(
            Vendor.CLICKHOUSE_STRICT,
            "windowFunnel with strict_order: another event between two steps ends the chain.",
            "ClickHouse lets the entry event stand between later steps.",
        ),
    )
}


def count_like(vendor: Vendor, options: Options) -> Options:
    """The options as the vendor would count; window, range and filters stay as they are where the vendor has them.

    Examples
    --------
    >>> count_like(Vendor.MIXPANEL, Options(window_s=60)).entry
    <Entry.FIRST: 'first'>
    """
    plain = Options(window_s=options.window_s, unit=Unit(CountBy.USER), span=options.span, cleaning=options.cleaning)
    if vendor in (Vendor.MIXPANEL, Vendor.MIXPANEL_TOTALS):
        return _mixpanel(vendor, plain)
    if vendor in (Vendor.POSTHOG, Vendor.POSTHOG_STRICT):
        return _posthog(vendor, plain)
    if vendor is Vendor.GA4_OPEN:
        return replace(plain, mode=Mode.OPEN)
    if vendor is Vendor.AMPLITUDE_ANY_ORDER:
        return replace(plain, mode=Mode.ANY, anchor_first=True)
    if vendor is Vendor.CLICKHOUSE_STRICT:
        return replace(plain, mode=Mode.STRICT, strict_repeats=Repeats.COLLAPSE)
    return replace(plain, ties=Ties.ANY)


def _mixpanel(vendor: Vendor, plain: Options) -> Options:
    window = None if plain.window_s is None else max(0.0, plain.window_s - 1 / US)
    is_totals = vendor is Vendor.MIXPANEL_TOTALS
    return replace(
        plain,
        window_s=window,
        entry=Entry.ANY if is_totals else Entry.FIRST,
        exclusion_effect=Effect.STOP,
        unit=Unit(CountBy.ATTEMPTS if is_totals else CountBy.USER),
    )


def _posthog(vendor: Vendor, plain: Options) -> Options:
    clip = None if plain.span == ALWAYS else plain.span
    return replace(
        plain,
        mode=Mode.STRICT if vendor is Vendor.POSTHOG_STRICT else Mode.ORDERED,
        window_s=POSTHOG_WINDOW_S if plain.window_s is None else plain.window_s,
        cleaning=replace(plain.cleaning, clip=clip),
    )
