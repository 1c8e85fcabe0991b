"""What the command line promises besides figures: exit codes, messages, options."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest

from tests.cli.running import CommandLine
from workbench import cli
from workbench.analysis.asked import parse_steps, seconds_of

TRAPS = Path(__file__).parents[1] / "events" / "traps"
CANON = TRAPS / "00_canonical.csv"


@pytest.mark.parametrize(
    "wrong",
    [
        ("measure", CANON),
        ("measure", CANON, "--steps", "view", "--mode", "sideways"),
        ("measure", CANON, "--steps", "view", "--window", "soon"),
        ("measure", CANON, "--steps", " > "),
        ("measure", CANON, "--steps", "view", "--where", "nonsense"),
        ("measure", CANON, "--steps", "view", "--from", "yesterday-ish"),
        ("inspect", CANON, "--map", "person=user_id"),
        ("inspect",),
    ],
)
def test_wrong_usage_ends_with_2(breadcrumb: CommandLine, wrong: tuple[object, ...]) -> None:
    assert breadcrumb(*wrong) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("inspect", "no-such-file.csv"), "is not there"),
        (("inspect", CANON, "--map", "user=nobody"), "no column “nobody”"),
        (("inspect", CANON, "--zone", "Mars/Base"), "no time zone"),
        (("measure", TRAPS / "34_aggregate_non_monotone.csv", "--steps", "Visit > Nowhere"), "no step “Nowhere”"),
    ],
)
def test_an_error_says_what_and_what_to_do(breadcrumb: CommandLine, arguments: tuple[object, ...], said: str) -> None:
    assert breadcrumb(*arguments) == 1
    assert said in breadcrumb.err
    assert len(breadcrumb.err.strip().splitlines()) >= 2
    assert "Traceback" not in breadcrumb.err


def test_without_json_a_table_is_printed(breadcrumb: CommandLine) -> None:
    assert breadcrumb("measure", CANON, "--steps", "view > cart > buy") == 0
    assert "75.0%" in breadcrumb.out
    assert breadcrumb("inspect", CANON) == 0
    assert "1,254.4" in breadcrumb.out


def test_names_with_signs_are_quoted_and_alternatives_are_barred() -> None:
    rules = parse_steps('view | "a > b" > "c|d" > scroll[percent_scrolled >= 90, page contains /x]')
    assert [rule.events for rule in rules] == [("view", "a > b"), ("c|d",), ("scroll",)]
    assert [str(condition) for condition in rules[2].conditions] == ["percent_scrolled >= 90", "page contains /x"]


@pytest.mark.parametrize(
    ("text", "seconds"), [("30d", 2_592_000), ("12h", 43_200), ("90m", 5_400), ("45s", 45), ("7", 7)]
)
def test_windows_are_durations(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


def test_the_mapping_can_be_overruled(breadcrumb: CommandLine) -> None:
    shown = breadcrumb.json("inspect", CANON, "--map", "user=event,time=timestamp,event=user_id")
    assert (shown["users"], set(shown["event_names"])) == (3, {"u1", "u2", "u3", "u4"})


def test_days_and_instants_bound_the_entries(breadcrumb: CommandLine) -> None:
    assert breadcrumb.counts(CANON, "--steps", "view > cart", "--to", "2021-03-01") == [3, 3]
    assert breadcrumb.counts(CANON, "--steps", "view > cart", "--from", "2021-03-02") == [1, 0]
    assert breadcrumb.counts(CANON, "--steps", "view", "--to", "2021-03-01T10:05:00Z") == [1]


def test_a_condition_filters_events(breadcrumb: CommandLine) -> None:
    assert breadcrumb.counts(CANON, "--steps", "buy", "--where", "revenue > 100") == [1]


def test_an_unknown_event_is_warned_of(breadcrumb: CommandLine) -> None:
    shown = breadcrumb.json("measure", CANON, "--steps", "view > nowhere")
    assert [step["count"] for step in shown["steps"]] == [4, 0]
    assert shown["warnings"] == ["No event is named “nowhere”."]


def test_the_second_import_of_the_same_file_reopens_the_store(breadcrumb: CommandLine, tmp_path: Path) -> None:
    copy = tmp_path / "data.csv"
    copy.write_bytes(CANON.read_bytes())
    first = breadcrumb.json("inspect", copy)
    assert breadcrumb.json("inspect", copy) == first
    copy.write_bytes(CANON.read_bytes() + b"u9,view,2021-03-04T10:00:00Z,\n")
    assert breadcrumb.json("inspect", copy)["rows"] == 10


def test_counts_may_be_declared_unique(breadcrumb: CommandLine, tmp_path: Path) -> None:
    table = tmp_path / "days.csv"
    table.write_text("date,step,count\n2021-03-01,Visit,10\n2021-03-02,Visit,5\n2021-03-01,Buy,1\n", encoding="utf-8")
    plain = breadcrumb.json("measure", table, "--steps", "Visit > Buy")
    unique = breadcrumb.json("measure", table, "--steps", "Visit > Buy", "--counts", "unique")
    assert (plain["warnings"], plain["kind"]) == ([], "additive")
    assert "more than once" in unique["warnings"][0]
    assert breadcrumb("measure", table, "--steps", "Visit", "--counts", "some") == 2


def test_ids_are_hashed_on_request(breadcrumb: CommandLine) -> None:
    shown = breadcrumb.json("inspect", CANON, "--privacy", "hash=a long salt")
    assert "ids_hashed" in {one["kind"] for one in shown["repairs"]}
    assert breadcrumb("inspect", CANON, "--privacy", "hash=x") == 2


def test_no_socket_to_the_internet_is_opened(breadcrumb: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []

    class NoSocket(socket.socket):
        def __init__(self, family: int = -1, *rest: object, **options: object) -> None:
            opened.append(family)
            raise OSError("networking is cut off")

    monkeypatch.setattr(socket, "socket", NoSocket)
    monkeypatch.setattr(socket, "create_connection", NoSocket)
    assert breadcrumb.json("inspect", TRAPS / "14_amplitude_export.zip")["rows"] == 9
    assert breadcrumb.counts(TRAPS / "24_events.xlsx", "--steps", "view > cart > buy") == [4, 3, 2]
    assert opened == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_tells_rows_pace_and_time_left_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(float(second) for second in range(100))
    monkeypatch.setattr(cli.time, "monotonic", lambda: next(clock))
    screen = Terminal()
    told = cli.progress_on(screen)
    told.step(50, 100, 4_000)
    told.step(75, 100, 6_000)
    assert "6,000 rows, 3,000 a second, 1 s left" in screen.getvalue()
    assert not isinstance(cli.progress_on(io.StringIO()), cli.Told)
