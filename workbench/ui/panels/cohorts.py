"""Cohorts: how many of each week have converted so far, and how many will if they go on as older ones did."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from workbench.analysis.intervals import wilson
from workbench.session.desk import Desk
from workbench.session.trend_questions import CohortsFound, cohorts_question
from workbench.ui import numbers
from workbench.ui.panels.answer_panel import AnswerPanel
from workbench.ui.panels.origin_choice import OriginChoice
from workbench.ui.panels.panel import Cell, Table

if TYPE_CHECKING:
    from workbench.analysis.cohorts import Cohorts

WEEKS = 6
_HEADERS = (
    "Week from",
    "People",
    "Converted",
    "Rate so far",
    "Seen so far",
    "Rate at maturity",
    "95 %",
    *(f"Week {n}" for n in range(1, WEEKS + 1)),
)
_HELP = {
    "Rate so far": "Naive: young cohorts read too low, because their people still have time",
    "Seen so far": "Share of the final conversions that older cohorts had at this age (chain ladder)",
    "Rate at maturity": "Rate so far divided by the share seen so far, within six weeks",
    "95 %": "Wilson interval of the rate so far, divided by the share seen; that share is taken as known",
}


class CohortsPanel(AnswerPanel):
    """One row per week of origin, the newest first."""

    question = cohorts_question(None)
    name = "Cohorts"
    wait_words = "Grouping people by week…"
    empty_words = "Load event data of more than a week and bind a macro-conversion to see its weekly cohorts."

    def __init__(self, desk: Desk) -> None:
        self.origin = OriginChoice()
        self.table = Table(_HEADERS, stretch=len(_HEADERS) - 1)
        self.table.explain_headers(_HELP)
        self.table.keep_order()
        super().__init__(desk, self.table)
        self.add_controls("Weeks since", self.origin)
        self.origin.activated.connect(lambda _: self.ask(cohorts_question(self.origin.origin_id)))

    def show_figures(self) -> None:
        if self.origin.offer(self.desk.session.journey):
            self.ask(cohorts_question(self.origin.origin_id))
        super().show_figures()

    def show_answer(self, found: CohortsFound) -> None:
        cohorts = found.cohorts
        self.title.setText(_headline(cohorts))
        self.note.setText(_note(cohorts))
        zone = ZoneInfo(self.desk.session.journey.time_zone)
        end = datetime.fromtimestamp(found.end_us / 1e6, zone)
        order = range(len(cohorts.sizes) - 1, -1, -1)
        self.table.fill([_cells(cohorts, row, end - timedelta(weeks=cohorts.ages[row] + 2)) for row in order])


def _headline(found: Cohorts) -> str:
    newest, maturity = len(found.sizes) - 1, found.maturity
    naive, adjusted = maturity.naive_rate[newest], maturity.adjusted_rate[newest]
    if not found.is_reliable or adjusted is None:
        return "Too few weeks are known to say how the young cohorts will end"
    return f"Newest cohort: {numbers.rate(naive)} so far, {numbers.rate(min(1.0, adjusted))} at maturity"


def _note(found: Cohorts) -> str:
    words = f"{len(found.sizes)} cohorts of 7 days, counted back from the end of the data; conversions within 6 weeks."
    if not found.is_reliable:
        return words + " With fewer than 5 known cohorts only those are to be read whose weeks are all over."
    return words + " A change of the tracking inside these weeks would show as a change of people."


def _cells(found: Cohorts, row: int, first: datetime) -> list[Cell]:
    known = [value for value in found.cumulative[row] if value is not None]
    n, k = found.sizes[row], known[-1] if known else 0
    is_over = len(known) == len(found.cumulative[row])
    completion = found.own_completion(row) if found.is_reliable or is_over else None
    low, high = (float(bound) for bound in wilson(k, n))
    hover = f"{numbers.count(k)} of {numbers.count(n)}, 95 %: {numbers.interval(low, high)}"
    cells: list[Cell] = [
        (f"{first:%d %b}", first.timestamp()),
        (numbers.count(n), float(n)),
        (numbers.count(k), float(k)),
        (numbers.rate(k / n), k / n, hover),
    ]
    if completion:
        span = numbers.interval(min(1.0, low / completion), min(1.0, high / completion))
        few = ", few data" if n < 30 or k < 5 else ""
        adjusted = min(1.0, k / n / completion)
        cells += [(numbers.rate(completion), completion), (numbers.rate(adjusted), adjusted, f"{span}{few}"), span]
    else:
        why = "Fewer than 5 cohorts are known: how much is still to come cannot be told"
        cells += [(numbers.NO_DATA, None, why), (numbers.NO_DATA, None, why), ""]
    return cells + [_week(found, row, column) for column in range(WEEKS)]


def _week(found: Cohorts, row: int, column: int) -> Cell:
    value = found.cumulative[row][column] if column < len(found.cumulative[row]) else None
    if value is None:
        return ("", None, "This week is not over yet")
    n = found.sizes[row]
    return (numbers.rate(value / n), value / n, f"{numbers.count(value)} of {numbers.count(n)} by then")
