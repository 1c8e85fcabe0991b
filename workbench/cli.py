"""The command line: look at data and measure funnels without a window."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from workbench import paths
from workbench.display import QT_APT_LINE, has_display, missing_window_libraries, qt_libraries
from workbench.errors import CancelledError, WorkbenchError
from workbench.progress import Progress

if TYPE_CHECKING:
    from workbench.events.source import Choices
    from workbench.export.report import Report

app = typer.Typer(
    name="breadcrumb",
    help="Map funnels, measure them on exported data, and forecast what a change is worth.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


Data = Annotated[list[Path], typer.Argument(help="Exports: files, folders or archives; several make one dataset.")]
MapOption = Annotated[
    str, typer.Option("--map", help="Columns by role: user=COL,time=COL,value=COL ...; session= takes one off.")
]
ZoneOption = Annotated[str, typer.Option("--zone", help="Zone of times that name none, such as Europe/Berlin.")]
SheetOption = Annotated[
    str | None, typer.Option("--sheet", help="Sheet of a workbook; by default the fullest visible one.")
]
DayOption = Annotated[
    bool | None, typer.Option("--day-first/--month-first", help="Order in dates such as 03/04/2021 that prove none.")
]
PrivacyOption = Annotated[str, typer.Option("--privacy", help="Protect at import: hash=SALT, mask, queries.")]
StitchOption = Annotated[bool, typer.Option("--stitch", help="Count a visitor and the person after the log-in as one.")]
EpochOption = Annotated[bool, typer.Option("--epoch-local", help="Numeric times carry the offset of --zone.")]
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


@contextmanager
def as_usage() -> Iterator[None]:
    """What cannot be understood in the options is wrong usage, exit code 2."""
    try:
        yield
    except WorkbenchError as error:
        raise typer.BadParameter(str(error)) from None


def choices_of(given: dict[str, Any]) -> Choices:
    """What the options of a command choose, by the names of its parameters."""
    from workbench.events import zones
    from workbench.events.aggregates import CountKind
    from workbench.events.privacy import parse_privacy
    from workbench.events.schema import parse_mapping
    from workbench.events.source import Choices

    zones.zone(given["zone"])
    with as_usage():
        columns = parse_mapping(given["mapping"]) if given["mapping"] else {}
        protection = parse_privacy(given["privacy"])
        kinds = {str(kind): kind for kind in CountKind}
        if given.get("counts") not in (None, *kinds):
            raise WorkbenchError(f"“{given['counts']}” is no kind of count.", "Write unique or additive.")
    return Choices(
        tuple(columns.items()),
        given["zone"],
        given["sheet"],
        given["day_first"],
        epoch_is_local=given["epoch_local"],
        stitch=given["stitch"],
        count_kind=kinds.get(given.get("counts") or ""),
        privacy=protection,
    )


class Told(Progress):
    """Tells the rows read, their pace and the time left, at most four times a second."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream, self._began, self._told = stream, time.monotonic(), 0.0

    def step(self, done: float, total: float, rows: int = 0, label: str = "") -> None:
        super().step(done, total, rows, label)
        now = time.monotonic()
        if now - self._told < 0.25 or now - self._began < 1:
            return
        self._told, passed = now, now - self._began
        self._stream.write(f"\r{self.pace(passed)}   ")
        self._stream.flush()


def progress_on(stream: TextIO) -> Progress:
    """Progress that a person sees on a terminal, and nobody in a pipe."""
    return Told(stream) if stream.isatty() else Progress()


@app.command("inspect")
@guarded
def inspect_data(  # noqa: PLR0913, PLR0917 - one argument an option
    data: Data,
    mapping: MapOption = "",
    zone: ZoneOption = "UTC",
    sheet: SheetOption = None,
    day_first: DayOption = None,
    privacy: PrivacyOption = "",
    stitch: StitchOption = False,
    epoch_local: EpochOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say what the files hold: format, rows, people, period, events, revenue, repairs and findings."""
    choices = choices_of(locals())
    from workbench.events.summary import summary_of

    shown = summary_of(data, choices, progress_on(sys.stderr))
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
    without_repeats: Annotated[
        bool, typer.Option("--without-repeats", help="Leave out events equal to an earlier one in every property.")
    ] = False,
    once_per: Annotated[
        str | None, typer.Option("--once-per", help="Property, such as transaction_id, that counts once a person.")
    ] = None,
    segment: Annotated[str | None, typer.Option("--segment", help="Segment of counts that are split by one.")] = None,
    counts: Annotated[str | None, typer.Option("--counts", help="Step counts are unique (people) or additive.")] = None,
    mapping: MapOption = "",
    zone: ZoneOption = "UTC",
    sheet: SheetOption = None,
    day_first: DayOption = None,
    privacy: PrivacyOption = "",
    stitch: StitchOption = False,
    epoch_local: EpochOption = False,
    as_json: JsonOption = False,
) -> None:
    """Count a funnel on events, or read it off step counts."""
    choices = choices_of(locals())
    from workbench.analysis import asked
    from workbench.events.aggregates import StepCounts
    from workbench.events.source import read_dataset

    with as_usage():
        rules = asked.parse_steps(steps)
        words = {"mode": mode, "ties": ties, "entry": entry, "count_by": count_by, "window": window}
        options = asked.options_of(words)
        cleaning = asked.cleaning_of(where or [], without_repeats, once_per)
        options = replace(options, span=asked.span_of(first, last, zone), cleaning=cleaning)
    found = read_dataset(data, choices, progress_on(sys.stderr))
    if isinstance(found, StepCounts):
        shown = asked.measured_counts(found, rules, segment, (first, last))
    else:
        shown = asked.measured_events(found[0], rules, options)
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
    withhold_below: Annotated[
        int | None, typer.Option("--withhold-below", min=0, help="Leave out counts of fewer people than this.")
    ] = None,
) -> None:
    """Measure a journey and write a workbook, a JSON report or a picture of the map."""
    write_reports_of(journey, tuple(data or ()), (out,), scenario, withhold_below)


def write_reports_of(
    journey: Path,
    data: tuple[Path, ...],
    outs: tuple[Path, ...],
    scenario: str | None = None,
    withhold_below: int | None = None,
) -> None:
    """The report of a journey file, once for each file to write, by its ending."""
    from workbench.export.headless import measured_report
    from workbench.export.write import check_suffix, write_report
    from workbench.project import file

    for out in outs:
        check_suffix(out)
    loaded = file.load(journey)
    if withhold_below is not None:
        loaded = replace(loaded, withhold_below=withhold_below)
    made = measured_report(loaded, journey.parent, data, scenario)
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
    missing = missing_window_libraries()
    if missing:
        raise WorkbenchError(f"The window needs {', '.join(missing)}.", f"Install what is missing:\n  {QT_APT_LINE}")
    with qt_libraries():
        app_module = importlib.import_module("workbench.app")
    return int(app_module.run(journey, data, is_sample))


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
        names.add_row(name, "-" if count is None else f"{count:,}")
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
