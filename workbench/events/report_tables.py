"""Which tables of a report count the steps: some show the same people again, and a long report asks many questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from workbench.events import counting
from workbench.events.aggregates import StepCounts
from workbench.events.count_roles import is_step_name, ranked, roles_of
from workbench.events.reading import Reading
from workbench.events.repairs import Ledger, RepairKind
from workbench.events.tables import Table

_FEW = 3
_TOLD = 120
# What a table is called by, the likeliest first.
_TITLES = tuple(
    re.compile(words, re.I)
    for words in (
        r"funnel|trichter|entonnoir|embudo|воронк",
        r"\bgoals?\b|\bziele?\b|\bobjectifs?\b|\bobjetivos?\b|\bцели\b",
        r"\b(?:event|ereignis|action)[ _-]?(?:names?|namen)\b|\bnoms? d.événements?\b",
        r"\b(?:events?|ereignisse?|événements?|eventos?)\b",
    )
)


@dataclass(slots=True)
class _Question:
    """Tables of a file that answer one question: the same columns, and steps or segments in common."""

    columns: tuple[str, ...]
    topics: set[str]
    tables: list[Table]

    @property
    def rank(self) -> int | None:
        """How likely this is a funnel, 0 being certain; None where nothing says so."""
        step = roles_of(self.tables[0], {}).step
        if step is not None and is_step_name(step):
            return 0
        called = (" ".join(self.tables[0].notes[-1:]), step or "")
        return next((place for place, words in enumerate(_TITLES) if any(map(words.search, called))), None)


def counted(
    found: Sequence[tuple[Reading, Table]], ledger: Ledger, chosen: dict[str, str] | None = None
) -> list[StepCounts]:
    """The counts of the tables of some files.

    Where a file asks more than a few questions, those of a funnel, else of goals or events, else its first are taken.
    """
    parts: list[StepCounts] = []
    for _, several in groupby(found, key=lambda pair: pair[0].origin.member.name):
        tables = [table for _, table in several]
        # A person's columns say which of several tables is meant.
        tables = [table for table in tables if set((chosen or {}).values()) <= set(table.columns)] or tables
        questions = [] if chosen or len(tables) <= _FEW else _questions(tables)
        if len(questions) > _FEW:
            parts += _likeliest(questions, ledger)
        else:
            parts += _together(tables, ledger, chosen or {})
    return parts


def _together(tables: Sequence[Table], ledger: Ledger, chosen: dict[str, str]) -> list[StepCounts]:
    """The counts of all tables; one of other columns with the steps of another shows the same people again."""
    parts: list[StepCounts] = []
    first: tuple[str, ...] = ()
    known: set[str] = set()
    for table in tables:
        counts = counting.counts_of(table, ledger, chosen)
        if counts is None:
            continue
        first = first or table.columns
        if first != table.columns and set(counts.steps) <= known:
            _pass_over(table, ledger)
            continue
        known.update(counts.steps)
        parts.append(counts)
    return parts


def _questions(tables: Sequence[Table]) -> list[_Question]:
    questions: list[_Question] = []
    for table in tables:
        if counting.counts_of(table, Ledger()) is None:
            continue
        topics = _topics(table)
        same = (one for one in questions if one.columns == table.columns and one.topics & topics)
        question = next(same, None)
        if question is None:
            question = _Question(table.columns, set(), [])
            questions.append(question)
        question.topics |= topics
        question.tables.append(table)
    return questions


def _topics(table: Table) -> set[str]:
    """What the rows of a table are about; where nothing names them, its columns."""
    roles = roles_of(table, {})
    label = roles.step or roles.segment
    return set(table.columns) if label is None else set(table.column(label))


def _likeliest(questions: list[_Question], ledger: Ledger) -> list[StepCounts]:
    """The counts of the questions about a funnel if there are any, else of the first about goals, events or anything.

    Those that were passed over are booked; a person may name the columns of another one.
    """
    ranks = [question.rank for question in questions]
    by_rank = [(len(_TITLES) if rank is None else rank, place) for place, rank in enumerate(ranks)]
    best, first = min(by_rank)
    taken = [place for rank, place in by_rank if rank == best and (best == 0 or place == first)]
    for place, question in enumerate(questions):
        for table in question.tables if place not in taken else []:
            _pass_over(table, ledger)
    found = [_labelled(table, ledger) for place in taken for table in questions[place].tables]
    return [counts for counts in found if counts is not None]


def _labelled(table: Table, ledger: Ledger) -> StepCounts | None:
    """The counts of a table whose title says what its rows are, whatever the column of their names is called."""
    roles = roles_of(table, {})
    label = roles.segment if roles.step is None and not roles.breakdowns else None
    if label is None:
        return counting.counts_of(table, ledger)
    return counting.counts_of(table, ledger, {"event": label, "value": ranked(roles.counts)[0]})


def _pass_over(table: Table, ledger: Ledger) -> None:
    title = next((note.strip() for note in table.notes[-1:] if not note.lstrip().startswith("#")), "")
    text = f"{title}: {', '.join(table.columns)}" if title else ", ".join(table.columns)
    ledger.note(RepairKind.TABLE_PASSED_OVER, 1, text[:_TOLD])
