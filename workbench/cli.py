"""The command line: look at data and measure funnels without a window."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench import paths
from workbench.errors import CancelledError, WorkbenchError

if TYPE_CHECKING:
    from workbench.analysis.measures import FunnelFigures
    from workbench.analysis.options import Options, Span
    from workbench.events.aggregates import StepCounts
    from workbench.events.report import ImportReport
    from workbench.events.source import Choices
    from workbench.events.store import EventStore
    from workbench.export.report import Report
    from workbench.journey.rule import Rule

app = typer.Typer(
    name="breadcrumb",
    help="Map funnels, measure them on exported data, and forecast what a change is worth.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

QT_APT_LINE = (
    "apt-get install -y --no-install-recommends libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0 libxkbcommon0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0"
)
_UNITS_S = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$", re.IGNORECASE)

Data = Annotated[list[Path], typer.Argument(help="Exports: files, folders or archives; several make one dataset.")]
MapOption = Annotated[str, typer.Option("--map", help="Columns by role: user=COL,time=COL,event=COL,value=COL ...")]
ZoneOption = Annotated[str, typer.Option("--zone", help="Zone of times that name none, such as Europe/Berlin.")]
SheetOption = Annotated[
    str | None, typer.Option("--sheet", help="Sheet of a workbook; by default the fullest visible one.")
]
DayOption = Annotated[
    bool | None, typer.Option("--day-first/--month-first", help="Order in dates such as 03/04/2021 that prove none.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def say_error(error: WorkbenchError) -> None:
    """Print a message that a person can act on to stderr."""
    print(f"Error: {error.message}", file=sys.stderr)  # noqa: T201 - the command line's own voice
    if error.hint:
        print(error.hint, file=sys.stderr)  # noqa: T201


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose errors become a message and exit code 1, and whose interruption becomes 130."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except WorkbenchError as error:
            say_error(error)
            raise typer.Exit(1) from None
        except (KeyboardInterrupt, CancelledError):
            raise typer.Exit(130) from None

    return run


def _wrong(message: str) -> typer.BadParameter:
    return typer.BadParameter(message)


def choices_of(mapping: str, zone: str, sheet: str | None, day_first: bool | None) -> Choices:
    """What the options of a command choose."""
    from workbench.events import zones
    from workbench.events.schema import parse_mapping
    from workbench.events.source import Choices

    zones.zone(zone)
    try:
        columns = parse_mapping(mapping) if mapping else {}
    except WorkbenchError as error:
        raise _wrong(str(error)) from None
    return Choices(tuple(columns.items()), zone, sheet, day_first)


@app.command("inspect")
@guarded
def inspect_data(
    data: Data,
    mapping: MapOption = "",
    zone: ZoneOption = "UTC",
    sheet: SheetOption = None,
    day_first: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what the files hold: format, rows, people, period, events, revenue, repairs and findings."""
    from workbench.events.source import DataKind, Sources, import_events

    choices = choices_of(mapping, zone, sheet, day_first)
    with Sources(data, choices) as sources:
        is_counts = sources.kind is DataKind.AGGREGATES
        shown = counts_summary(sources) if is_counts else None
    if shown is None:
        store, report = import_events(data, choices)
        shown = events_summary(report, store)
    print_json(shown) if as_json else print_summary(shown)


@app.command()
@guarded
def measure(  # noqa: PLR0913, PLR0917 - one argument an option, which typer reads off the signature
    data: Data,
    steps: Annotated[str, typer.Option("--steps", help='"view > cart|wish > buy"; names with spaces are quoted.')],
    window: Annotated[str, typer.Option("--window", help="Conversion window: 30d, 12h, 90m, 45s, or none.")] = "none",
    mode: Annotated[str, typer.Option("--mode", help="ordered, strict, any or open.")] = "ordered",
    ties: Annotated[str, typer.Option("--ties", help="any, increasing or file.")] = "any",
    entry: Annotated[str, typer.Option("--entry", help="any or first.")] = "any",
    count_by: Annotated[str, typer.Option("--count-by", help="user or session.")] = "user",
    first: Annotated[str | None, typer.Option("--from", help="First day or instant of the entries.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last day, or the instant up to which entries count.")
    ] = None,
    where: Annotated[list[str] | None, typer.Option("--where", help='"property op value"; may repeat.')] = None,
    segment: Annotated[str | None, typer.Option("--segment", help="Segment of counts that are split by one.")] = None,
    mapping: MapOption = "",
    zone: ZoneOption = "UTC",
    sheet: SheetOption = None,
    day_first: DayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count a funnel on events, or read it off step counts."""
    from workbench.events.source import DataKind, Sources, import_events

    rules = parse_steps(steps)
    options = options_of({"mode": mode, "ties": ties, "entry": entry, "count_by": count_by, "window": window})
    options = replace(options, span=span_of(first, last, zone), cleaning=cleaning_of(where or []))
    choices = choices_of(mapping, zone, sheet, day_first)
    with Sources(data, choices) as sources:
        counts = sources.step_counts() if sources.kind is DataKind.AGGREGATES else None
    if counts is not None:
        shown = measured_counts(counts, rules, segment, (first, last))
    else:
        store, _ = import_events(data, choices)
        shown = measured_events(store, rules, options)
    print_json(shown) if as_json else print_funnel(shown)


@app.command("open")
@guarded
def open_window(
    journey: Annotated[Path | None, typer.Argument(help="A .journey file.")] = None,
    data: Annotated[list[Path] | None, typer.Option("--data", help="Data to load; may repeat.")] = None,
) -> None:
    """Open the window."""
    raise typer.Exit(run_window(journey, tuple(data or ())))


@app.command()
@guarded
def demo(out: Annotated[Path | None, typer.Option("--out", help="Leave the results in this folder.")] = None) -> None:
    """Open the sample journey; without a display, or with --out, do the same job into a folder."""
    if out is None and has_display():
        raise typer.Exit(run_window(None, (), is_sample=True))
    target = out or Path("breadcrumb-demo")
    print("Working without a window." if out else "There is no display: working without a window.")  # noqa: T201
    target.mkdir(parents=True, exist_ok=True)
    outs = tuple(target / name for name in ("report.json", "summary.xlsx", "map.png"))
    write_reports_of(paths.sample_data() / "shop.journey", (), outs)
    for path in outs:
        print(f"Wrote {path}")  # noqa: T201


@app.command()
@guarded
def report(
    journey: Annotated[Path, typer.Argument(help="A .journey file.")],
    out: Annotated[Path, typer.Option("--out", help="File ending in .xlsx, .json, .png or .svg.")],
    data: Annotated[list[Path] | None, typer.Option("--data", help="Measure on this data; may repeat.")] = None,
    scenario: Annotated[str | None, typer.Option("--scenario", help="Move the levers of this scenario.")] = None,
) -> None:
    """Measure a journey and write a workbook, a JSON report or a picture of the map."""
    write_reports_of(journey, tuple(data or ()), (out,), scenario)


def write_reports_of(
    journey: Path, data: tuple[Path, ...], outs: tuple[Path, ...], scenario: str | None = None
) -> None:
    """The report of a journey file, once for each file to write, by its ending."""
    from workbench.export.headless import measured_report
    from workbench.export.write import check_suffix, write_report
    from workbench.project import file

    for out in outs:
        check_suffix(out)
    made = measured_report(file.load(journey), journey.parent, data, scenario)
    for out in outs:
        write_report(out, made, lambda kind: paint(made, kind))


def paint(made: Report, kind: str) -> bytes:
    """The picture of a report's map, painted off screen."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with qt_libraries():
        from workbench.ui import picture
    return picture.paint(made.journey, made.figures, kind)


def run_window(journey: Path | None, data: tuple[Path, ...], is_sample: bool = False) -> int:
    """Open the window; a message instead of a crash where there is no display or a system library is missing."""
    if not has_display():
        raise WorkbenchError(
            "There is no display to open a window on.",
            "Use `breadcrumb demo --out DIR` or `breadcrumb report JOURNEY --out FILE` without one.",
        )
    with qt_libraries():
        app_module = importlib.import_module("workbench.app")
    return int(app_module.run(journey, data, is_sample))


def has_display() -> bool:
    """Whether a window could open here."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def qt_libraries() -> Iterator[None]:
    """Turn a missing system library into the line that installs it."""
    try:
        yield
    except ImportError as error:
        if "PySide6" not in str(error) and ".so" not in str(error):
            raise
        raise WorkbenchError(f"Qt cannot start: {error}.", f"Install its system libraries:\n  {QT_APT_LINE}") from error


# What the options mean


def parse_steps(text: str) -> list[Rule]:
    """Read "view_item > add_to_cart|add_to_wishlist > purchase".

    A name with blanks or signs is quoted; a step may end in conditions: `scroll[percent_scrolled >= 90]`.

    Examples
    --------
    >>> [str(rule) for rule in parse_steps('a > "b > c"|d > scroll[percent >= 90]')]
    ['a', 'b > c or d', 'scroll and percent >= 90']
    """
    rules = [_step(part) for part in _split(text, ">")]
    if not rules:
        raise _wrong("Name at least one step, for example --steps 'view > buy'.")
    return rules


def _split(text: str, sign: str) -> list[str]:
    """Parts between signs that stand outside of quotes and brackets."""
    parts, depth, quote, start = [], 0, "", 0
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and not text[start:place].strip():
            quote = character
        elif character in "[]":
            depth += 1 if character == "[" else -1
        elif character == sign and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def _step(text: str) -> Rule:
    from workbench.journey.rule import Condition, Rule

    found = re.match(r"^(?P<names>.*?)\s*(?:\[(?P<where>[^\]]*)\])?$", text, re.DOTALL)
    names = _split(found["names"], "|") if found else []
    plain = tuple(
        name[1:-1] if name[:1] in "\"'" and name[-1:] == name[:1] and len(name) > 1 else name for name in names
    )
    if not plain:
        raise _wrong(f"“{text}” names no event.")
    conditions = [part for part in _split(found["where"] or "", ",")] if found else []
    return Rule(plain, tuple(Condition.parse(part) for part in conditions))


def seconds_of(text: str) -> float | None:
    """Seconds of a duration such as 30d, 12h, 90m or 45s; None for "none".

    Examples
    --------
    >>> seconds_of("30d"), seconds_of("90m"), seconds_of("none")
    (2592000.0, 5400.0, None)
    """
    if text.strip().lower() in ("none", "", "inf", "unlimited"):
        return None
    found = _DURATION.match(text)
    if not found or found[2].lower() not in ("", *_UNITS_S):
        raise _wrong(f"“{text}” is no duration; write 30d, 12h, 90m, 45s or none.")
    return float(found[1]) * _UNITS_S[found[2].lower() or "s"]


def options_of(given: dict[str, str]) -> Options:
    """The engine's options for the words of the command line."""
    from workbench.analysis.options import CountBy, Entry, Mode, Options, Ties, Unit

    try:
        return Options(
            mode=Mode(given["mode"]),
            window_s=seconds_of(given["window"]),
            ties=Ties(given["ties"]),
            entry=Entry(given["entry"]),
            unit=Unit(CountBy(given["count_by"])),
        )
    except ValueError as error:
        raise _wrong(str(error)) from None


def span_of(first: str | None, last: str | None, zone: str) -> Span:
    """Entries from the first day or instant up to and with the last day, or up to an instant."""
    from workbench.analysis.options import Span

    whole = Span()
    start = whole.from_us if first is None else _instant_us(first, zone, 0)
    end = whole.to_us if last is None else _instant_us(last, zone, 1)
    return Span(start, end)


def _instant_us(text: str, zone: str, days_after: int) -> int:
    """A day is taken at its midnight in the zone, `days_after` days later; an instant as it is."""
    from workbench.events import clock, zones

    read = clock.read(text, True)
    if read is None:
        raise _wrong(f"“{text}” is no day or time; write 2021-01-31 or 2021-01-31T12:00:00Z.")
    is_day = re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text.strip()) is not None
    us = read.us + days_after * 86_400_000_000 * is_day
    if read.offset_us is not None:
        return us - read.offset_us
    import numpy as np

    return int(zones.to_utc(np.array([us]), zone)[0][0])


def cleaning_of(where: Sequence[str]) -> Any:
    """Filters that every event of the funnel must pass."""
    from workbench.analysis.options import Cleaning
    from workbench.journey.rule import Condition

    try:
        return Cleaning(filters=tuple(Condition.parse(text) for text in where))
    except WorkbenchError as error:
        raise _wrong(str(error)) from None


# What is measured


def measured_events(store: EventStore, rules: Sequence[Rule], options: Options) -> dict[str, Any]:
    """A funnel of events, as JSON prints it."""
    from workbench.analysis.funnel import FunnelRequest, funnel, funnel_figures
    from workbench.analysis.options import CountBy

    if options.unit.by is CountBy.SESSION:
        options = replace(options, unit=replace(options.unit, session_property=store.session_property))
    names = [" | ".join(rule.events) for rule in rules]
    counted = funnel(FunnelRequest.of(rules, options), store)
    return funnel_json(funnel_figures(counted, names, store.data_end_us), options, unknown_events(store, rules))


def unknown_events(store: EventStore, rules: Sequence[Rule]) -> list[str]:
    """Names in the steps that the data do not hold."""
    return [name for rule in rules for name in rule.events if name not in store.code_by_name]


def funnel_json(figures: FunnelFigures, options: Options, unknown: Sequence[str]) -> dict[str, Any]:
    """Figures and options of a funnel under the names of the contract."""
    return {
        "steps": [asdict(step) for step in figures.steps],
        "units": figures.units,
        "window_s": options.window_s,
        "mode": str(options.mode),
        "ties": str(options.ties),
        "entry": str(options.entry),
        "count_by": str(options.unit.by),
        "sessions_by": options.unit.session_property or f"gap of {options.unit.gap_s:g} s",
        "where": [str(condition) for condition in options.cleaning.filters],
        "mature_counts": list(figures.mature_counts),
        "immature": figures.immature,
        "median_s": list(figures.median_s),
        "grade": "measured",
        "warnings": [f"No event is named “{name}”." for name in unknown],
    }


def measured_counts(
    counts: StepCounts, rules: Sequence[Rule], segment: str | None, days: tuple[str | None, str | None]
) -> dict[str, Any]:
    """A funnel read off step counts, matched by name."""
    dates = _days_between(counts, days)
    steps: list[dict[str, Any]] = []
    for rule in rules:
        found = [counts.count(counts.named(name), segment, dates) for name in rule.events]
        count = sum(one or 0 for one in found)
        before, first = (steps[-1]["count"], steps[0]["count"]) if steps else (None, count)
        steps.append(
            {
                "name": " | ".join(rule.events),
                "count": _whole(count),
                "rate_step": count / before if before else None,
                "rate_total": count / first if first else None,
            }
        )
    return {
        "steps": steps,
        "units": steps[0]["count"],
        "window_s": None,
        "mode": "counts",
        "kind": str(counts.kind),
        "counted": counts.counted,
        "segment": segment,
        "grade": "aggregated",
        "warnings": _count_warnings(counts, steps, dates),
    }


def _days_between(counts: StepCounts, days: tuple[str | None, str | None]) -> list[date] | None:
    if days == (None, None):
        return None
    first, last = (date.fromisoformat(day[:10]) if day else None for day in days)
    return [day for day in counts.dates if (first is None or day >= first) and (last is None or day <= last)]


def _count_warnings(counts: StepCounts, steps: Sequence[dict[str, Any]], dates: Sequence[date] | None) -> list[str]:
    found = []
    for step in steps:
        if step["rate_step"] is not None and step["rate_step"] > 1:
            found.append(
                f"{step['name']} counts more than the step before ({step['rate_step']:.1%}): open counts or a gap."
            )
    if counts.sums_uniques and (dates is None or len(dates) > 1):
        found.append("These are unique people per day; summed over days the same person counts more than once.")
    return found


# What is printed


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value


def iso(us: int | None) -> str | None:
    """An instant in ISO form, UTC, with a fraction only where there is one.

    Examples
    --------
    >>> iso(1614592800000000), iso(None)
    ('2021-03-01T10:00:00Z', None)
    """
    if us is None:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    return moment.replace(tzinfo=None).isoformat() + "Z"


def events_summary(report: ImportReport, store: EventStore) -> dict[str, Any]:
    """What `inspect` prints of a dataset of events."""
    from workbench.events.source import main_source_summary

    return {
        **main_source_summary(report),
        "kind": "events",
        "title": report.title,
        "rows": report.rows,
        "events": report.kept,
        "users": report.users,
        "first": iso(report.first_us),
        "last": iso(report.last_us),
        "event_names": dict(sorted(report.event_totals.items(), key=lambda item: (-item[1], item[0]))),
        "revenue": None if report.revenue is None else _whole(round(report.revenue, 6)),
        "revenue_kept": None if report.revenue_kept is None else _whole(round(report.revenue_kept, 6)),
        "zone": report.zone,
        "mapping": report.mapping.columns(),
        "properties": sorted(store.properties),
        "left_out": list(report.left_out),
        "dropped": [asdict(one) for one in report.dropped],
        "repairs": [
            {"kind": r.kind, "count": r.count, "example": r.example, "places": [asdict(p) for p in r.places]}
            for r in report.repairs
        ],
        "quality": [asdict(finding) for finding in report.quality],
        "sources": [asdict(source) for source in report.sources],
    }


def counts_summary(sources: Any) -> dict[str, Any]:
    """What `inspect` prints of step counts."""
    found, recognition = sources.tables, sources.recognition
    counts = sources.step_counts()
    main = recognition.main
    return {
        "format": recognition.format,
        "container": main.container,
        "encoding": main.encoding,
        "separator": main.separator,
        "kind": "aggregates",
        "title": recognition.title,
        "rows": sum(len(table.rows) for _, table in found),
        "tables": [
            {"columns": list(table.columns), "rows": len(table.rows), "totals": list(table.totals)}
            for _, table in found
        ],
        "events": None,
        "users": None,
        "first": counts.first and counts.first.isoformat(),
        "last": counts.last and counts.last.isoformat(),
        "start": counts.first and counts.first.isoformat(),
        "end": counts.last and counts.last.isoformat(),
        "event_names": {step: _whole(counts.count(step)) for step in counts.steps},
        "steps": [{"name": step, "count": _whole(counts.count(step))} for step in counts.steps],
        "counts": column_counts(found),
        "counted": counts.counted,
        "count_kind": str(counts.kind),
        "segments": list(counts.segments),
        "by_segment": {
            s: {step: _whole(counts.count(step, s)) for step in counts.steps} for s in counts.segments[:100]
        },
        "days": len(counts.dates),
        "totals": {name: _whole(value) for name, value in counts.totals.items()},
        "growing": list(counts.growing()),
        "revenue": None,
        "repairs": [{"kind": r.kind, "count": r.count, "example": r.example} for r in sources.ledger.repairs],
        "quality": count_findings(counts),
    }


def column_counts(found: Sequence[Any]) -> dict[str, list[float | int | None]]:
    """The whole-number columns of short tables, as numbers."""
    from workbench.events.counting import numeric_columns

    return {
        name: [_whole(value) for value in values[:1000]]
        for _, table in found
        for name, values in numeric_columns(table).items()
    }


def count_findings(counts: StepCounts) -> list[dict[str, Any]]:
    """What is worth knowing about step counts."""
    found = []
    if counts.growing():
        text = (
            "A step counts more than the one before: open-funnel counts, or a gap in tracking. It is shown above 100 %."
        )
        found.append(
            {"kind": "growing_steps", "count": len(counts.growing()), "text": text, "example": counts.growing()[0]}
        )
    if counts.sums_uniques:
        text = "Unique people per day do not add up to unique people of the period."
        found.append({"kind": "uniques_summed", "count": len(counts.dates), "text": text, "example": counts.counted})
    return found


def print_json(shown: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(shown, ensure_ascii=False, indent=2, default=str))  # noqa: T201


def print_summary(shown: dict[str, Any]) -> None:
    """A table of what the files hold."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=str(shown["title"]), show_header=False)
    for key in ("format", "container", "encoding", "separator", "rows", "events", "users", "first", "last", "revenue"):
        value = shown[key]
        table.add_row(key, f"{value:,}" if isinstance(value, int | float) else str("-" if value is None else value))
    console.print(table)
    names = Table("event" if shown["kind"] == "events" else "step", "count")
    for name, count in list(shown["event_names"].items())[:40]:
        names.add_row(name, f"{count:,}")
    console.print(names)
    for title in ("dropped", "repairs", "quality"):
        _print_list(console, title, shown.get(title) or [])


def _print_list(console: Any, title: str, found: Sequence[dict[str, Any]]) -> None:
    from rich.table import Table

    if not found:
        return
    table = Table(title, "count", "what")
    for one in found:
        table.add_row(
            str(one.get("kind") or one.get("reason")),
            f"{one['count']:,}",
            str(one.get("text") or one.get("example") or ""),
        )
    console.print(table)


def print_funnel(shown: dict[str, Any]) -> None:
    """A table of a funnel."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("step", "count", "of previous", "of first")
    for step in shown["steps"]:
        rates = ["-" if step[key] is None else f"{step[key]:.1%}" for key in ("rate_step", "rate_total")]
        table.add_row(step["name"], f"{step['count']:,}", *rates)
    console.print(table)
    console.print(f"{shown['units']:,} units, mode {shown['mode']}, window {shown['window_s'] or 'none'} s")
    for warning in shown["warnings"]:
        console.print(f"! {warning}")


def main() -> int:
    """Run the command line; whatever happens a person reads a sentence, and the details go to a log."""
    sys.argv[1:] = with_command(sys.argv[1:])
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception as error:  # noqa: BLE001 - the outermost road: a bug becomes a message and a log
        print(f"Error: something went wrong that should not: {error!r}", file=sys.stderr)  # noqa: T201
        print(f"The details are in {log_bug()}; please report them.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def with_command(arguments: list[str]) -> list[str]:
    """Arguments with `open` in front where they name no command: `breadcrumb shop.journey`, `breadcrumb`.

    Examples
    --------
    >>> with_command(["shop.journey"]), with_command(["inspect", "x.csv"]), with_command([])
    (['open', 'shop.journey'], ['inspect', 'x.csv'], ['open'])
    """
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    if arguments and (arguments[0] in commands or arguments[0] in ("--help", "-h")):
        return arguments
    return ["open", *arguments]


def log_bug() -> Path:
    """Write the traceback of the current exception to the log folder."""
    import traceback

    target = paths.state() / "bugs.log"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now(UTC).isoformat()}\n{traceback.format_exc()}\n")
    return target
